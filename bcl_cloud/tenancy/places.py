"""Where the rows of tenants are kept: what `tenancy` asks of either kind of place, a file for each tenant (`tenant_files`) or one schema behind row-level security (`tenant_roles`)."""

from typing import Protocol

from storage.crash_points import CrashPoints, RehearsedStore
from storage.store import Store


class NoSuchTenant(Exception):
    """No rows are kept for this code."""


class ForeignRows(Exception):
    """What was opened for a tenant is another's, or not made for it; `str()` says which."""


class Places(Protocol):
    """See the module's text."""

    @property
    def kind(self) -> str:
        """`sqlite` or `postgresql`."""
        ...

    @property
    def shared_by_processes(self) -> bool:
        """Whether several serving processes may use it at once."""
        ...

    async def create(self, code: str) -> None:
        """Make the place of a new tenant; one that is there stays as it is. Raises `ForeignRows`."""
        ...

    async def open(self, code: str, *, sole: bool) -> Store:
        """A store on the rows of this tenant and no others. Raises `NoSuchTenant`, `ForeignRows`."""
        ...

    async def close(self) -> None:
        """Let go of what is held besides the stores."""
        ...


class RehearsedPlaces:
    """Places whose stores pass a crash point before and after every commit."""

    def __init__(self, places: Places, points: CrashPoints) -> None:
        self._places = places
        self._points = points
        self.kind = places.kind
        self.shared_by_processes = places.shared_by_processes

    async def create(self, code: str) -> None:
        """See `Places.create`."""
        await self._places.create(code)

    async def open(self, code: str, *, sole: bool) -> Store:
        """See `Places.open`."""
        return RehearsedStore(await self._places.open(code, sole=sole), self._points)

    async def close(self) -> None:
        """See `Places.close`."""
        await self._places.close()
