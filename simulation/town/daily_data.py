"""What the municipalities of a town send to the shared cloud while the demonstration lives: at every opening, and every night while the town stays open, each a differential of that instant.

Decides when. A town that is opened again after a week has data of this morning, as any municipality would have; the tenants' limit of age stays as they decided it, and stops them where nothing
comes any more.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta

from bcl_cloud.joining.onboarding import Cloud
from bcl_cloud.tenants.entries import TenantRefused
from simulation import demonstration as demo
from simulation.municipal_data import NotTaken, send_changes
from simulation.municipalities import Place
from simulation.town.cloud import clerk_of, close_cloud, opened_cloud
from simulation.town.folders import Folders
from storage.instants import JST
from storage.store import StoreFailed

WHY = "日次の連携（変更なし）"


class DailyData:
    """The sending of a town's tenants. `said` hears of an upload that was not taken: the town stays open, and the next night's is another try."""

    def __init__(self, folders: Folders, places: Sequence[Place], said: Callable[[str], None]) -> None:
        self._folders = folders
        self._places = tuple(places)
        self._said = said
        self._waiting: list[Place] = []
        self._due: datetime | None = None

    def send_all(self, now: datetime) -> None:
        """Everybody sends now, and next at night."""
        self._due = after(now)
        if self._places:
            asyncio.run(self._send(self._places, now))

    def turn(self, now: datetime) -> None:
        """Let one municipality send whose time has come, so that whoever watches over the parties is kept from it for a moment only."""
        if self._due is None or now >= self._due:
            self._due, self._waiting = after(now), list(self._places)
        if self._waiting:
            asyncio.run(self._send((self._waiting.pop(0),), now))

    async def _send(self, places: Sequence[Place], now: datetime) -> None:
        cloud = await opened_cloud(self._folders)
        try:
            for place in places:
                await self._sent(cloud, place, now)
        finally:
            await close_cloud(cloud)

    async def _sent(self, cloud: Cloud, place: Place, now: datetime) -> None:
        try:
            await send_changes(cloud, place.code, await clerk_of(cloud, place.code), WHY, now)
        except (NotTaken, StoreFailed, TenantRefused) as failure:
            self._said(f"{place.city.name}の連携用データが取り込まれませんでした: {failure}")


def after(now: datetime) -> datetime:
    """The next night's hour."""
    tonight = datetime.combine(now.astimezone(JST).date(), time(demo.DATA_SENT_AT), JST)
    return tonight if now < tonight else tonight + timedelta(days=1)
