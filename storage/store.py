"""The promise every store keeps, whichever database stands behind it.

A write is one synchronous function on a connection, carried out whole or not at all; when `write` returns, it is on the disk. A read sees one state.
The function is given everything it needs (`now` included) as arguments: it must not look at clocks, chance or the network, and it may run again if the attempt before it did not commit.
"""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection

P = ParamSpec("P")
T = TypeVar("T")


class StoreFailed(Exception):
    """The write was not confirmed: it may or may not have taken effect. Repeat it under the same id."""


class Store(Protocol):
    """See the module's text."""

    async def write(self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Carry out `step(connection, *args, **kwargs)` in one transaction and return its result.

        An exception of `step` rolls back and is raised here; `StoreFailed` means that the commit itself was not confirmed.
        """
        ...

    async def read(self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `step` on one consistent state."""
        ...

    async def close(self) -> None:
        """Finish what was accepted and let go of the files."""
        ...
