"""The points at which a crash is rehearsed: before and after every commit, message and device movement.

Switched on only by a party's configuration (`crash_points`: a folder). Each point has a name; a rehearsal arms one by writing `<party>.armed` into the folder
(the point's name, a space, which occurrence), and the party kills itself there with SIGKILL, so that nothing is tidied up. While `record` exists, the names passed are appended to `<party>.points`.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from storage.store import Store

P = ParamSpec("P")
T = TypeVar("T")


class CrashPoints:
    """The points of one party; `folder=None` means that no rehearsal takes place."""

    def __init__(self, folder: Path | None, party: str) -> None:
        self._armed = folder / f"{party}.armed" if folder else None
        self._record = folder / "record" if folder else None
        self._points = folder / f"{party}.points" if folder else None

    def reach(self, point: str) -> None:
        """The party is at `point`; does not return if a crash is armed for it."""
        if self._armed is None or self._record is None or self._points is None:
            return
        if self._record.exists():
            with self._points.open("a", encoding="utf-8") as file:
                file.write(point + "\n")
        if self._armed.exists():
            self._crash_if_meant(self._armed, point)

    def _crash_if_meant(self, armed: Path, point: str) -> None:
        wanted, _, occurrence = armed.read_text(encoding="utf-8").strip().rpartition(" ")
        if wanted != point:
            return
        if int(occurrence) > 1:
            armed.write_text(f"{wanted} {int(occurrence) - 1}", encoding="utf-8")
            return
        armed.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


class RehearsedStore:
    """A store that passes a crash point before and after every commit."""

    def __init__(self, store: Store, points: CrashPoints) -> None:
        self._store = store
        self._points = points

    async def write(self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Store.write`."""
        name = getattr(step, "__name__", type(step).__name__)
        self._points.reach(f"commit:{name}:before")
        result = await self._store.write(step, *args, **kwargs)
        self._points.reach(f"commit:{name}:after")
        return result

    async def read(self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Store.read`."""
        return await self._store.read(step, *args, **kwargs)

    async def close(self) -> None:
        """See `Store.close`."""
        await self._store.close()
