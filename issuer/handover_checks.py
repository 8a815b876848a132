"""Whether a hand-over may be entered here: whose it is, that it contradicts itself nowhere, and that it names people of the registers and nobody else.

Decides nothing about what is newer: that is seen where each part is entered.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, Table, select

from issuer.handover import Handover, person_column
from issuer.handover_file import HandoverRefused
from registers.koseki import schema as koseki
from registers.numbers import is_serial
from registers.residents import schema as residents

AHEAD_MAX = timedelta(minutes=5)
SERIAL_DIGITS = 40

Reserved = Callable[[str], bool]
"""Whether a number or serial belongs to somebody made up by whom a cloud watches itself."""


def beyond_certificates(number: str) -> bool:
    """Whether no certificate can have this serial: it has at most twenty octets and no sign (RFC 5280 4.1.2.2). Only somebody made up has such a one."""
    return len(number) == SERIAL_DIGITS and number[0] >= "8"


def demand_ours(handover: Handover, municipality: str, now: datetime) -> None:
    """Raises `HandoverRefused` (`wrong_municipality`, `as_of_future`)."""
    if handover.municipality != municipality:
        raise HandoverRefused("wrong_municipality")
    if handover.as_of > now + AHEAD_MAX:
        raise HandoverRefused("as_of_future")


def demand_sound(connection: Connection, handover: Handover, reserved: Reserved) -> None:
    """Raises `HandoverRefused` (`doubled`, `form`, `reserved_number`, `unknown_people`)."""
    live = [use for use in handover.uses if use.until is None]
    once: tuple[list[object], ...] = (
        [use.serial for use in live],
        [use.person_no for use in live],
        [msgspec.structs.astuple(use)[:3] for use in handover.uses],
        [one.application_id for one in handover.applications],
        [one.running for one in handover.applications],
        [(one.register, one.person) for one in handover.protections],
        [one.koseki_no for one in handover.filed],
        [one.day for one in handover.numbers],
    )
    if any(len(set(column)) != len(column) for column in once):
        raise HandoverRefused("doubled")
    if not all(is_serial(serial) for serial in (*(use.serial for use in handover.uses), *(one.serial for one in handover.applications))):
        raise HandoverRefused("form")
    named = {value for parts in (handover.uses, handover.applications) for one in parts for value in (one.serial, one.person_no) if value}
    named |= {one.person for one in handover.protections} | {one.person for one in handover.stops}
    named |= {one.koseki_no for one in handover.filed} | {one.atena_no for one in handover.seals} | {one.atena_no for one in handover.taxes}
    aside = connection.execute(select(*_ASIDE).where(~residents.COUNTED).order_by(residents.RESIDENTS.c.atena_no))
    family = connection.execute(_FAMILY_ASIDE)
    if not named.isdisjoint({number for row in (*aside, *family) for number in row}) or any(reserved(one) for one in sorted(named)):
        raise HandoverRefused("reserved_number")
    people: dict[str, set[str]] = {"residents": set(), "koseki": {use.person_no for use in live}}
    for parts in (handover.protections, handover.stops):
        for one in parts:
            people[one.register].add(one.person)
    if not all(_known(connection, register, numbers) for register, numbers in people.items()):
        raise HandoverRefused("unknown_people")


_ASIDE = (residents.RESIDENTS.c.atena_no, residents.RESIDENTS.c.serial)
_FAMILY_ASIDE = (
    select(koseki.MEMBERS.c.person_no, koseki.MEMBERS.c.koseki_no)
    .select_from(koseki.MEMBERS.join(koseki.KOSEKI, koseki.KOSEKI.c.koseki_no == koseki.MEMBERS.c.koseki_no))
    .where(~koseki.COUNTED)
    .order_by(koseki.MEMBERS.c.person_no)
)


def _known(connection: Connection, register: str, people: set[str]) -> bool:
    table: Table = residents.RESIDENTS if register == "residents" else koseki.MEMBERS
    column = table.c[person_column(register)]
    return not people or people <= set(connection.execute(select(column).order_by(column)).scalars())
