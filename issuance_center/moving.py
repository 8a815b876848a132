"""乗り換え: kinds of a municipality move from one issuer to another at a set minute, if and only if both say the same of everything that a paper rests on.

Two comparisons count: one when the move is planned, and one within the last minutes before it. Only the second enters the directory, so that a move whose comparison fails, or cannot be made, does
not happen. What was accepted before the minute finishes with the issuer it was ordered from: requests keep theirs.

A kind moves once at a time: two moves of it that are under way would each be compared with an issuer that the other takes it away from. And it moves from whoever issues it when the minute comes: if
staff have entered another issuer meanwhile, the two that were compared are not the two that count.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from certificates.kinds import KINDS
from issuance_center.comparing import Difference, differences
from issuance_center.issuer_lines import IssuerLines
from issuance_center.records import cases, directory, moves
from issuance_center.records.cases import Alarm
from issuance_center.records.moves import Move
from messages.conditions import AskInventory, Inventory
from storage.store import Store, StoreFailed
from trust.referrals import stated_key

LAST_MINUTES = timedelta(minutes=5)
"""The last comparison is made within these before the move; clerks keep the registers still in them."""

EVERY_SECONDS = 15.0
PLANNED_AHEAD = timedelta(minutes=1)
"""A move is planned for a later minute than this from now."""

Enter = Callable[[Connection, Move, datetime], None]
"""Writes into the directory that the kinds are the new issuer's from the move's minute on."""

Withdraw = Callable[[Connection, Move, datetime], None]
"""Takes such entries back before they are in force."""

Reload = Callable[[datetime], Awaitable[object]]
"""Has the directory read anew by those who route: what was entered for the next second must not be known three seconds later."""


class UnderWay(Exception):
    """Another move of one of these kinds is planned or ready; `move_no` is its number."""

    def __init__(self, move_no: int) -> None:
        super().__init__(str(move_no))
        self.move_no = move_no


@dataclass(frozen=True, slots=True)
class Compared:
    """What a comparison said; `failure` names who did not answer, or `not_the_issuer`: another issuer than the old one has a kind when the minute comes; `referral_key`: the
    directory's key statement of that minute is of a key that the new issuer does not have."""

    differences: tuple[Difference, ...] = ()
    failure: str = ""
    referral_keys: tuple[str, ...] = ()
    """By which the new issuer opens referrals."""

    @property
    def same(self) -> bool:
        """Whether the kinds may move."""
        return not self.differences and not self.failure


class Mover:
    """Compares, plans, and carries the planned moves out; `run` works until it is cancelled."""

    def __init__(
        self,
        store: Store,
        issuers: IssuerLines,
        *,
        enter: Enter,
        withdraw: Withdraw,
        reload: Reload,
        token: Callable[[int], bytes],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._issuers = issuers
        self._enter = enter
        self._withdraw = withdraw
        self._reload = reload
        self._token = token
        self._now = now
        self._log = structlog.get_logger()

    async def compare(self, municipality: str, kinds: tuple[str, ...], old: str, new: str) -> Compared:
        """Ask both, side by side, with one nonce."""
        question = AskInventory(municipality=municipality, kinds=kinds, nonce=self._token(16).hex())
        before, after = await asyncio.gather(*(self._issuers.ask_at_length(issuer, question, Inventory) for issuer in (old, new)))
        if not isinstance(before, Inventory):
            return Compared(failure="old_silent")
        if not isinstance(after, Inventory):
            return Compared(failure="new_silent")
        if not before.municipality == after.municipality == municipality:
            return Compared(failure="other_municipality")
        return Compared(differences(before, after), referral_keys=after.referral_keys)

    async def plan(self, municipality: str, kinds: tuple[str, ...], old: str, new: str, at: datetime, staff: str, reason: str) -> int:
        """Plan a move after a first comparison; its number. One whose comparison fails is written down as blocked. Raises `UnderWay`."""
        await self._store.read(_demand_alone, municipality, kinds)  # nobody is asked for nothing; the step below decides
        compared = await self.compare(municipality, kinds, old, new)
        return await self._store.write(_planned, municipality, kinds, old, new, at, staff, reason, compared, self._now())

    async def take_back(self, move: Move, now: datetime) -> bool:
        """Staff take a move back before its minute; whether it could be."""
        taken = await self._store.write(_taken_back, move, self._withdraw, now)
        await self._reload(now)
        return taken

    async def run(self) -> None:
        """Carry planned moves out for ever."""
        while True:
            try:
                await self.round()
            except (StoreFailed, SQLAlchemyError):
                self._log.warning("moves_not_looked_at")
            await asyncio.sleep(EVERY_SECONDS)

    async def round(self) -> None:
        """Look at every move under way once."""
        for move in await self._store.read(moves.underway):
            await self._look_at(move, self._now())

    async def _look_at(self, move: Move, now: datetime) -> None:
        if now < move.at - LAST_MINUTES:
            return
        if now >= move.at:
            await self._store.write(_concluded, move, now)
            return
        compared = await self.compare(move.municipality, move.kinds, move.old, move.new)
        # The answers took time: what they say must not enter the directory for a minute that has passed.
        await self._store.write(_checked, move, compared, self._enter, self._withdraw, self._now())
        await self._reload(self._now())


def _planned(
    connection: Connection,
    municipality: str,
    kinds: tuple[str, ...],
    old: str,
    new: str,
    at: datetime,
    staff: str,
    reason: str,
    compared: Compared,
    now: datetime,
) -> int:
    _demand_alone(connection, municipality, kinds)
    move_no = moves.plan(connection, municipality, kinds, old, new, at, staff, reason, now)
    compared = _by_the_directory(connection, Move(move_no, municipality, kinds, old, new, at, staff, now, reason, "planned"), compared)
    moves.note_check(connection, move_no, compared.differences, compared.failure, now)
    if not compared.same:
        moves.set_state(connection, move_no, ("planned",), "blocked", now)
    return move_no


def _demand_alone(connection: Connection, municipality: str, kinds: tuple[str, ...]) -> None:
    for move in moves.underway(connection):
        if move.municipality == municipality and not set(kinds).isdisjoint(move.kinds):
            raise UnderWay(move.move_no)


def _by_the_directory(connection: Connection, move: Move, compared: Compared) -> Compared:
    """What was compared, unless the directory has it otherwise: until the minute every kind must be the old issuer's, and from then on nobody's but the two's."""
    state = moves.state_of(connection, move.move_no)
    for kind in move.kinds:
        issuers = directory.issuers_of(connection, move.municipality, kind)
        before = next((issuer for since, issuer in reversed(issuers.items()) if since < move.at), None)
        if before != move.old or issuers.get(move.at, move.old) != (move.new if state == "ready" else move.old):
            return Compared(compared.differences, compared.failure or "not_the_issuer")
    if any(KINDS[kind].yearly for kind in move.kinds):
        stated = directory.key_statement_at(connection, move.municipality, move.at)
        if stated is not None and stated_key(stated) not in compared.referral_keys:
            return Compared(compared.differences, compared.failure or "referral_key")
    return compared


def _checked(connection: Connection, move: Move, compared: Compared, enter: Enter, withdraw: Withdraw, now: datetime) -> None:
    """The last comparisons: the same and in time, the directory learns of it; not the same any more, it is taken back."""
    compared = _by_the_directory(connection, move, compared)
    moves.note_check(connection, move.move_no, compared.differences, compared.failure, now)
    if now >= move.at:
        return
    if compared.same and moves.set_state(connection, move.move_no, ("planned",), "ready", now):
        enter(connection, move, now)
    if not compared.same and moves.set_state(connection, move.move_no, ("ready",), "planned", now):
        withdraw(connection, move, now)


def _concluded(connection: Connection, move: Move, now: datetime) -> None:
    """The minute has come: ready moves are in force; one that no comparison let through has not happened, and an operator is told."""
    if moves.set_state(connection, move.move_no, ("ready",), "moved", now):
        return
    if moves.set_state(connection, move.move_no, ("planned",), "blocked", now):
        cases.raise_alarm(connection, Alarm("move_blocked", f"move {move.move_no}: {' '.join(move.kinds)}", municipality=move.municipality), now)


def _taken_back(connection: Connection, move: Move, withdraw: Withdraw, now: datetime) -> bool:
    if now >= move.at:
        return False
    if moves.set_state(connection, move.move_no, ("ready",), "withdrawn", now):
        withdraw(connection, move, now)
        return True
    return moves.set_state(connection, move.move_no, ("planned",), "withdrawn", now)
