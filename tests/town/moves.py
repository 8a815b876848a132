"""Its kinds moved: planned on the operator's page or by the pages' own mover, taken back, and what the center has of it."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import create_engine

from issuance_center.config import Limits
from issuance_center.issuer_lines import IssuerLines
from issuance_center.move_entries import enter, withdraw
from issuance_center.moving import Mover
from issuance_center.records import directory
from issuance_center.shelf import LOOK_EVERY
from messages.link import HttpLink
from simulation.municipalities import BCL
from simulation.town.authorities import server_name
from storage.instants import JST, instant
from storage.sqlite import SqliteStore
from tests.town.moving_house import WHY, Household
from tests.town.open_town import Never
from tests.town.rows import Row, rows
from tests.town.told import signed_in
from trust.parties import Peer, client_context


@dataclass(frozen=True, slots=True)
class Moving(Household):
    """A household on the move."""

    async def plan(self, at: datetime, new: str = BCL) -> str:
        """Plan it on the operator's page for this minute; the page that follows."""
        form = [
            ("municipality", self.code),
            ("new", new),
            ("at", f"{at.astimezone(JST):%Y-%m-%dT%H:%M}"),
            ("reason", WHY),
            *(("kind", kind) for kind in self.kinds),
        ]
        async with signed_in(self.town.town, "center") as (session, office), session.post(f"{office}/moves", data=form) as answer:
            return await answer.text()

    async def plan_within_the_minute(self, seconds: float, old: str, new: str, *, compare: bool = True) -> datetime:
        """Plan it by the pages' own mover for an instant that no page takes, so soon, and have it compared for the last time, unless that is left to the center; when that instant is.

        The center's own process learns of it from its database, as it would from another process of its own.
        """
        own, now = self.town.folders.party("center"), datetime.now(JST)
        context = client_context(own / "party.pem", own / "party.key", Path(self.town.town.ca["parties"]))
        peers = {self.code: (self.party, Peer("municipal", self.code)), BCL: (BCL, Peer(BCL, BCL))}
        links = {name: HttpLink(self.town.town.parties[party].url, context, server_name(peer)) for name, (party, peer) in peers.items()}
        store = await SqliteStore.open(self.town.folders.database("center"), sole=False)

        async def nobody_to_tell(_now: datetime) -> None:
            """Whoever routes is another process."""

        mover = Mover(
            store, IssuerLines(links, Limits()), enter=enter, withdraw=withdraw, reload=nobody_to_tell,
            token=secrets.token_bytes, now=lambda: datetime.now(JST),
        )  # fmt: skip
        at = now + timedelta(seconds=seconds)
        try:
            await mover.plan(self.code, self.kinds, old, new, at, "センター運用 花子", WHY)
            if compare:
                await mover.round()
        finally:
            await store.close()
            for link in links.values():
                await link.close()
        return at

    async def plan_soon(self, old: str, new: str) -> datetime:
        """Planned, compared and entered so long before its instant that every process has read it by then; on a machine that is too slow for it, again and further ahead."""
        for seconds in (6.0, 12.0, 24.0, 48.0):
            at = await self.plan_within_the_minute(seconds, old, new)
            entered = "SELECT MAX(entered_at) AS at FROM directory_entries WHERE subject = ? AND topic = 'issuer'"
            found = rows(self.town.folders.database("center"), entered, self.code)[0]["at"]
            if self.moves()[-1]["state"] == "ready" and instant(found) < at - 1.3 * LOOK_EVERY:
                return at
            await self.take_back()
        message = "the comparison took a minute"
        raise Never(message)

    async def take_back(self) -> None:
        """Every move of its that is under way."""
        async with signed_in(self.town.town, "center") as (session, office):
            for move in self.moves():
                if move["state"] in ("planned", "ready"):
                    async with session.post(f"{office}/moves/{move['move_no']}/take-back") as answer:
                        assert answer.status == 200, answer.status

    def issuers(self) -> set[str | None]:
        """Who issues its kinds now, by the center's directory."""
        engine = create_engine(f"sqlite:///file:{self.town.folders.database('center')}?mode=ro&uri=true")
        now = datetime.now(JST)
        with engine.connect() as connection:
            found = [directory.issuers_of(connection, self.code, kind) for kind in self.kinds]
        engine.dispose()
        return {next(issuer for since, issuer in reversed(of_kind.items()) if since <= now) for of_kind in found}

    def moves(self) -> list[Row]:
        """Its moves as the center has them."""
        return rows(self.town.folders.database("center"), "SELECT * FROM moves WHERE municipality = ? ORDER BY move_no", self.code)


def sections_said(page: str) -> str:
    """The table of a move's comparisons, without its marks."""
    return re.sub(r"<[^>]+>|\s+", " ", page.split("照合の結果")[-1])
