"""What a clerk does to the resident register: stop issuing and allow it again, protect, file a move, a death, a new head, a card.

Each function is one change in the connection's transaction and gives the household (both, when a person changes households) a new version. Stops and protections never end by themselves:
only `release` and `release_protection` end them (domain facts 3). Nothing is decided about papers here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, insert, select, update

from registers.numbers import is_serial
from registers.residents.households import PRESENT
from registers.residents.relations import HEAD, relation_problem
from registers.residents.resident import Protection, Standing, Suppression
from registers.residents.schema import (
    COUNTED,
    HOUSEHOLDS,
    PROTECTIONS,
    RESIDENTS,
    SUPPRESSIONS,
    Source,
    day_text,
    protection_row,
    search_key,
    suppression_row,
    suppression_value,
)

REASON_CHARACTERS_MAX = 100

ChangeProblem = Literal[
    "no_such_resident",
    "no_such_household",
    "no_such_stop",
    "already_released",
    "reason_form",
    "until_before_since",
    "serial_form",
    "serial_taken",
    "no_head",
    "not_present",
    "relation",
    "name_empty",
    "address_empty",
    "since_missing",
]


class ChangeRefused(Exception):
    """The change cannot be made and nothing was changed; `problem` says why, without personal data."""

    def __init__(self, problem: ChangeProblem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class StopInForce:
    """A stop with what a clerk needs to release it: its number, for whom it was set, when, and whether a file or a clerk set it."""

    number: int
    atena_no: str
    stop: Suppression
    source: Source
    set_at: datetime


def suppress(connection: Connection, atena_no: str, *, since: date, until: date | None, household: bool, reason: str, now: datetime) -> int:
    """Stop issuing for a person, or with `household=True` for the person's whole household; the stop's number. `reason`: 1 to 100 characters, no `;`, no line break."""
    household_no = _household_no(connection, atena_no)
    if not 0 < len(reason.strip()) <= REASON_CHARACTERS_MAX or ";" in reason or not reason.isprintable():
        raise ChangeRefused("reason_form")
    if until is not None and until < since:
        raise ChangeRefused("until_before_since")
    stop = Suppression(since=since, until=until, household=household, reason=reason.strip())
    row = suppression_row(atena_no, household_no, stop, "clerk", now.isoformat())
    number = connection.execute(insert(SUPPRESSIONS).values(row).returning(SUPPRESSIONS.c.number)).scalar_one()
    moved_on(connection, household_no, now)
    return int(number)


def release(connection: Connection, number: int, *, now: datetime) -> None:
    """End a stop (解除). Ending one twice is refused: whoever does so looks at an old page."""
    row = connection.execute(select(SUPPRESSIONS.c.household_no, SUPPRESSIONS.c.released_at).where(SUPPRESSIONS.c.number == number)).one_or_none()
    if row is None:
        raise ChangeRefused("no_such_stop")
    if row.released_at is not None:
        raise ChangeRefused("already_released")
    connection.execute(update(SUPPRESSIONS).where(SUPPRESSIONS.c.number == number).values(released_at=now.isoformat()))
    moved_on(connection, row.household_no, now)


def stops_of(connection: Connection, atena_no: str) -> tuple[StopInForce, ...]:
    """The stops in force that concern a person, the household's included, the oldest first."""
    household_no = _household_no(connection, atena_no)
    mine = (SUPPRESSIONS.c.atena_no == atena_no) | SUPPRESSIONS.c.household.is_(True)
    found = (
        select(SUPPRESSIONS)
        .where(SUPPRESSIONS.c.household_no == household_no, mine, SUPPRESSIONS.c.released_at.is_(None))
        .order_by(SUPPRESSIONS.c.number)
    )
    return tuple(
        StopInForce(
            row.number,
            row.atena_no,
            suppression_value(row.since, row.until, row.household, row.reason),
            row.source,
            datetime.fromisoformat(row.set_at),
        )
        for row in connection.execute(found).all()
    )


def set_protection(connection: Connection, atena_no: str, protection: Protection, *, now: datetime) -> None:
    """Put a person under 支援措置, or change its level or period."""
    household_no = _household_no(connection, atena_no)
    if protection.until is not None and protection.until < protection.since:
        raise ChangeRefused("until_before_since")
    connection.execute(delete(PROTECTIONS).where(PROTECTIONS.c.atena_no == atena_no, PROTECTIONS.c.source == "clerk"))
    connection.execute(insert(PROTECTIONS).values(protection_row(atena_no, protection, "clerk", now.isoformat())))
    moved_on(connection, household_no, now)


def release_protection(connection: Connection, atena_no: str, *, now: datetime) -> None:
    """End a person's protection, whoever set it. The next file may bring it again if it still says so."""
    household_no = _household_no(connection, atena_no)
    connection.execute(delete(PROTECTIONS).where(PROTECTIONS.c.atena_no == atena_no))
    moved_on(connection, household_no, now)


def set_standing(connection: Connection, atena_no: str, standing: Standing, since: date | None, *, now: datetime) -> None:
    """転出届 (`leaving`, since the planned day), 転出, 死亡, 職権消除, or `current` again (届の取消し, `since` None).

    Who goes loses nothing but their place in the household. A head goes only after `set_head`, or last of all.
    """
    household_no = _household_no(connection, atena_no)
    if (since is None) != (standing == "current"):
        raise ChangeRefused("since_missing")
    connection.execute(_person(atena_no).values(standing=standing, standing_since=day_text(since)))
    _head_stands(connection, household_no)
    moved_on(connection, household_no, now)


def set_head(connection: Connection, household_no: str, atena_no: str, relations: Mapping[str, str], *, now: datetime) -> None:
    """世帯主変更: this present member is the head; `relations` gives every other present member's new 続柄 by 宛名番号."""
    present = list(connection.execute(_present(household_no)).all())
    if atena_no not in [row.atena_no for row in present]:
        raise ChangeRefused("not_present")
    for row in present:
        relation = HEAD if row.atena_no == atena_no else relations.get(row.atena_no, "")
        if relation_problem(relation) is not None or (relation == HEAD) != (row.atena_no == atena_no):
            raise ChangeRefused("relation")
        connection.execute(_person(row.atena_no).values(relation=relation))
    _head_stands(connection, household_no)
    moved_on(connection, household_no, now)


def set_name(connection: Connection, atena_no: str, name: str, name_kana: str | None, *, now: datetime) -> None:
    """氏名の修正. The head's name on the household's papers follows."""
    household_no = _household_no(connection, atena_no)
    if not name.strip():
        raise ChangeRefused("name_empty")
    connection.execute(_person(atena_no).values(name=name, name_kana=name_kana, name_key=search_key(name), kana_key=search_key(name_kana)))
    _head_stands(connection, household_no)
    moved_on(connection, household_no, now)


def set_address(connection: Connection, household_no: str, address: str, since: date, notified_on: date, *, now: datetime) -> None:
    """転居 of a whole household within the municipality: the address and, for each present member, 住所を定めた年月日 and 届出年月日."""
    if not address.strip():
        raise ChangeRefused("address_empty")
    if connection.execute(update(HOUSEHOLDS).where(HOUSEHOLDS.c.household_no == household_no).values(address=address)).rowcount != 1:
        raise ChangeRefused("no_such_household")
    moved = update(RESIDENTS).where(RESIDENTS.c.household_no == household_no, RESIDENTS.c.standing.in_(PRESENT))
    connection.execute(moved.values(address_since=since.isoformat(), notified_on=notified_on.isoformat()))
    moved_on(connection, household_no, now)


def set_character_pending(connection: Connection, atena_no: str, state: Literal["pending", "registered"], *, now: datetime) -> None:
    """外字登録中, or its end."""
    household_no = _household_no(connection, atena_no)
    connection.execute(_person(atena_no).values(character_pending=state == "pending"))
    moved_on(connection, household_no, now)


def bind_card(connection: Connection, atena_no: str, serial: str | None, usable_from: date | None, *, now: datetime) -> None:
    """The serial of the person's 利用者証明用 certificate (None: there is none any more) and the first day it may be used here. A serial that another person has is refused."""
    household_no = _household_no(connection, atena_no)
    if serial is not None:
        if not is_serial(serial):
            raise ChangeRefused("serial_form")
        other = select(RESIDENTS.c.atena_no).where(RESIDENTS.c.serial == serial, RESIDENTS.c.atena_no != atena_no)
        if connection.execute(other).first() is not None:
            raise ChangeRefused("serial_taken")
    connection.execute(_person(atena_no).values(serial=serial, card_usable_from=day_text(usable_from)))
    moved_on(connection, household_no, now)


def _person(atena_no: str) -> Any:
    return update(RESIDENTS).where(RESIDENTS.c.atena_no == atena_no)


def _present(household_no: str) -> Any:
    return (
        select(RESIDENTS.c.atena_no, RESIDENTS.c.name, RESIDENTS.c.relation)
        .where(COUNTED, RESIDENTS.c.household_no == household_no, RESIDENTS.c.standing.in_(PRESENT))
        .order_by(RESIDENTS.c.atena_no)
    )


def _household_no(connection: Connection, atena_no: str) -> str:
    found = select(RESIDENTS.c.household_no).where(COUNTED, RESIDENTS.c.atena_no == atena_no)
    household_no: str | None = connection.execute(found).scalar_one_or_none()
    if household_no is None:
        raise ChangeRefused("no_such_resident")
    return household_no


def _head_stands(connection: Connection, household_no: str) -> None:
    """Exactly one head while anybody is present, and the household bears the head's name."""
    present = connection.execute(_present(household_no)).all()
    heads = [row for row in present if row.relation == HEAD]
    if present and len(heads) != 1:
        raise ChangeRefused("no_head")
    if heads:
        connection.execute(update(HOUSEHOLDS).where(HOUSEHOLDS.c.household_no == household_no).values(head_name=heads[0].name))


def moved_on(connection: Connection, household_no: str, now: datetime) -> None:
    """A new version: a number that no household has had in this register."""
    highest = select(func.max(HOUSEHOLDS.c.revision) + 1).scalar_subquery()
    connection.execute(update(HOUSEHOLDS).where(HOUSEHOLDS.c.household_no == household_no).values(revision=highest, changed_at=now.isoformat()))
