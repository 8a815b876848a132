"""The only door to the tenants' rows: `tenancy.store(code)` gives a store bound to one tenant, and there is no other way to a row.

Decides which database is open and for how long: opened at the first use, the one longest idle closed when too many are open, none while somebody reads or writes in it. Which tenants there are, and
whether one is open for issuing, it does not know. Whose an opened database is, the place itself is asked (`places`).
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from bcl_cloud.tenancy.places import ForeignRows, NoSuchTenant, Places
from bcl_cloud.tenancy.tables import NoTenantCode, checked_code
from storage.store import Store, StoreFailed

__all__ = ["OPEN_MAX", "ForeignRows", "NoSuchTenant", "NoTenantCode", "Tenancy", "TenantStore"]

P = ParamSpec("P")
T = TypeVar("T")

OPEN_MAX = 64
"""How many tenants' databases one process keeps open; each is a writer and a few readers."""


class _Opened:
    """One open database and how many are at work in it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.in_use = 0


class Tenancy:
    """See the module's text. `sole` is for the serving process: on files, a second one is refused (`storage.sqlite.AlreadyServed`)."""

    def __init__(self, places: Places, *, sole: bool, open_max: int = OPEN_MAX) -> None:
        self._places = places
        self._sole = sole
        self._open_max = open_max
        self._opened: OrderedDict[str, _Opened] = OrderedDict()
        self._opening: dict[str, asyncio.Future[None]] = {}
        self._closing: dict[str, asyncio.Future[None]] = {}
        self._closed = False

    @property
    def kind(self) -> str:
        """The kind of database: `sqlite` or `postgresql`."""
        return self._places.kind

    @property
    def shared_by_processes(self) -> bool:
        """Whether several serving processes may use it at once."""
        return self._places.shared_by_processes

    async def create(self, code: str) -> "TenantStore":
        """Make the place of a new tenant, and give its store. Raises `NoTenantCode`, `ForeignRows`."""
        await self._places.create(checked_code(code))
        return self.store(code)

    def store(self, code: str) -> "TenantStore":
        """The store of this tenant, and of nobody else. It is opened when it is used: `NoSuchTenant` and `ForeignRows` are raised then, `NoTenantCode` here."""
        return TenantStore(self, checked_code(code))

    def open_now(self) -> tuple[str, ...]:
        """The tenants whose databases are open, the longest idle first."""
        return tuple(self._opened)

    @asynccontextmanager
    async def entered(self, code: str) -> AsyncIterator[Store]:
        """The open database of one tenant, which stays open while the block runs. For `TenantStore`."""
        opened = await self._enter(code)
        try:
            yield opened.store
        finally:
            opened.in_use -= 1

    async def close_one(self, code: str) -> None:
        """Let go of one tenant's database, after what is being done in it."""
        opened = self._opened.pop(code, None)
        if opened is not None:
            self._closing[code] = asyncio.ensure_future(opened.store.close())
        closing = self._closing.get(code)
        if closing is not None:
            await asyncio.shield(closing)
            self._closing.pop(code, None)

    async def close(self) -> None:
        """Finish what was accepted and let go of all."""
        self._closed = True
        await asyncio.gather(*self._opening.values(), return_exceptions=True)
        for code in [*self._opened, *self._closing]:
            await self.close_one(code)
        await self._places.close()

    async def _enter(self, code: str) -> _Opened:
        while True:
            if self._closed:
                raise StoreFailed("the store is closed")
            opened = self._opened.get(code)
            if opened is not None:
                self._opened.move_to_end(code)
                opened.in_use += 1
                return opened
            if code not in self._opening:
                self._opening[code] = asyncio.ensure_future(self._open(code))
            # Whoever gives up does not stop the opening: others may wait for it, and half opened it could not be closed.
            await asyncio.shield(self._opening[code])

    async def _open(self, code: str) -> None:
        try:
            await self.close_one(code)
            # Where all are at work one more is opened: nobody is thrown out, and the next opening makes up for it.
            idle = [other for other, opened in self._opened.items() if opened.in_use == 0]
            for other in idle[: max(0, len(self._opened) - self._open_max + 1)]:
                await self.close_one(other)
            self._opened[code] = _Opened(await self._places.open(code, sole=self._sole))
        finally:
            del self._opening[code]


class TenantStore:
    """A `storage.store.Store` on the rows of one tenant. It may be kept for long: what is behind it is opened and closed as needed."""

    def __init__(self, tenancy: Tenancy, code: str) -> None:
        self._tenancy = tenancy
        self.code = code

    async def write(self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Store.write`."""
        async with self._tenancy.entered(self.code) as store:
            return await store.write(step, *args, **kwargs)

    async def read(self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Store.read`."""
        async with self._tenancy.entered(self.code) as store:
            return await store.read(step, *args, **kwargs)

    async def close(self) -> None:
        """Let go of this tenant's database for now."""
        await self._tenancy.close_one(self.code)
