"""乗り換え: what an issuer has of a municipality beside its registers' files, as values: to be handed to whoever issues after it.

Decides what belongs to it: 利用登録 and the applications for it, stops and protections that clerks set, notifications that are still to be entered, decisions of clerks that a next file of the
register must not undo, the approvals of 年度, and how far the 発行番号 have come. Names stand in it only where an application waits: the clerk of the other desk must be able to read it.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from sqlalchemy import Connection, Table, select

from certificates.kinds import KINDS
from issuer.issue_tables import SERIES
from issuer.use_tables import APPLICATIONS
from issuer.year_tables import YEAR_STEPS
from registers.koseki import schema as koseki
from registers.residents import schema as residents
from registers.seal.schema import SEALS
from registers.tax.schema import RECORDS

S = TypeVar("S", bound=msgspec.Struct)
Stored = Annotated[str, msgspec.Meta(max_length=40)]
"""An instant as the tables have it."""
Text = Annotated[str, msgspec.Meta(max_length=200)]
Number = Annotated[str, msgspec.Meta(max_length=64)]


class Use(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One 利用登録, in force (`until` None) or ended."""

    serial: Number
    person_no: Number
    since: date
    until: date | None


class Applied(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One 本籍地利用登録申請, waiting or decided; see `use_tables`."""

    application_id: Number
    running: int
    content_hash: Number
    serial: Number
    honseki: Text
    hittousha: Text
    name: Text
    birth: Number
    phone: Number
    received_at: Stored
    expected_by: Number
    state: Literal["received", "accepted", "returned"]
    decided_at: Stored | None
    decided_by: Text | None
    reason: Number | None
    person_no: Number | None


class Protected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """支援措置 that a clerk set on somebody of a register."""

    register: Literal["residents", "koseki"]
    person: Number
    level: Number
    since: date
    until: date | None
    set_at: Stored


class Stopped(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stop that a clerk set; `released_at` where it was released again."""

    register: Literal["residents", "koseki"]
    person: Number
    household: bool
    since: date
    until: date | None
    reason: Text
    set_at: Stored
    released_at: Stored | None


class Filed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A 戸籍 for which so many notifications were accepted and are not entered yet."""

    koseki_no: Number
    pending: int


class CancelledSeal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A seal's registration that a clerk cancelled: a file made before must not bring it back to life."""

    registration_no: Number
    atena_no: Number
    cancelled_at: Stored
    cancelled_for: Number | None


class DecidedTax(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A tax record that a clerk decided here."""

    atena_no: Number
    year: int
    decided_on: Number


class YearDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the tax section decided about a 年度; see `year_tables`."""

    year: int
    step: Literal["approve", "withdraw"]
    specimens: Number
    by: Text
    reason: Text
    at: Stored


class LastNumber(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last 発行番号 that was taken on a day."""

    day: date
    last: Annotated[int, msgspec.Meta(ge=0)]


class Handover(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of it, as of one instant; `kinds` are those for which it was made, `series` how the 発行番号 of whoever wrote it begin."""

    municipality: Number
    series: Text
    as_of: datetime
    kinds: tuple[str, ...]
    uses: tuple[Use, ...] = ()
    applications: tuple[Applied, ...] = ()
    protections: tuple[Protected, ...] = ()
    stops: tuple[Stopped, ...] = ()
    filed: tuple[Filed, ...] = ()
    seals: tuple[CancelledSeal, ...] = ()
    taxes: tuple[DecidedTax, ...] = ()
    years: tuple[YearDecision, ...] = ()
    numbers: tuple[LastNumber, ...] = ()

    def counts(self) -> dict[str, int]:
        """How many of each there are."""
        return {part: len(getattr(self, part)) for part in PARTS}

    def in_force(self) -> dict[str, int]:
        """Of those parts in which past things go along, how many are in force or waiting."""
        return {
            "uses": sum(one.until is None for one in self.uses),
            "applications": sum(one.state == "received" for one in self.applications),
            "stops": sum(one.released_at is None for one in self.stops),
        }


PARTS = ("uses", "applications", "protections", "stops", "filed", "seals", "taxes", "years", "numbers")
WORDS: dict[str, tuple[str, str]] = {
    "uses": ("利用登録", "Registrations for use"),
    "applications": ("利用登録の申請", "Applications for use"),
    "protections": ("支援措置", "Protections"),
    "stops": ("発行抑止", "Stops"),
    "filed": ("処理中の届出", "Notifications being processed"),
    "seals": ("廃印", "Cancelled seals"),
    "taxes": ("課税の決定", "Taxes decided"),
    "years": ("年度の決定", "Decisions about a year"),
    "numbers": ("発行番号", "Days of the number series"),
    "renumbered": ("受付番号の変更", "Receipts numbered anew"),
}
"""What is counted (ja, en): the parts, and what `taking_over` counts besides."""
OF_REGISTER: dict[str, tuple[Table, Table]] = {
    "residents": (residents.PROTECTIONS, residents.SUPPRESSIONS),
    "koseki": (koseki.PROTECTIONS, koseki.SUPPRESSIONS),
}
"""Where a register keeps what forbids papers of its people."""


def person_column(register: str) -> str:
    """How the register calls its people's numbers."""
    return "atena_no" if register == "residents" else "person_no"


def registers_of(kinds: Iterable[str]) -> frozenset[str]:
    """The registers that these kinds are drawn from; the residents stand behind every one. KeyError for a kind that there is not."""
    return frozenset({"residents", *(KINDS[kind].register for kind in kinds)})


def gather(connection: Connection, municipality: str, series: str, kinds: tuple[str, ...], now: datetime) -> Handover:
    """What stands here behind these kinds. One read."""
    registers = registers_of(kinds)
    family = "koseki" in registers
    return Handover(
        municipality=municipality,
        series=series,
        as_of=now,
        kinds=kinds,
        uses=_all(connection, Use, koseki.USAGE_REGISTRATIONS, "number") if family else (),
        applications=_all(connection, Applied, APPLICATIONS, "running") if family else (),
        protections=tuple(one for register in sorted(registers & set(OF_REGISTER)) for one in _protections(connection, register)),
        stops=tuple(one for register in sorted(registers & set(OF_REGISTER)) for one in _stops(connection, register)),
        filed=_all(connection, Filed, koseki.KOSEKI, "koseki_no", koseki.KOSEKI.c.pending > 0) if family else (),
        seals=_all(connection, CancelledSeal, SEALS, "number", SEALS.c.cancel_source == "clerk") if "seal" in registers else (),
        taxes=_all(connection, DecidedTax, RECORDS, "atena_no", RECORDS.c.source == "clerk") if "tax" in registers else (),
        years=_all(connection, YearDecision, YEAR_STEPS, "step_no") if "tax" in registers else (),
        numbers=_all(connection, LastNumber, SERIES, "day", SERIES.c.municipality == municipality),
    )


def _all(connection: Connection, form: type[S], table: Table, order: str, *where: Any) -> tuple[S, ...]:
    fields = form.__struct_fields__
    rows = connection.execute(select(*(table.c[name] for name in fields)).where(*where).order_by(table.c[order]))
    return tuple(msgspec.convert(dict(zip(fields, row, strict=True)), form) for row in rows)


def _protections(connection: Connection, register: str) -> Iterable[Protected]:
    table = OF_REGISTER[register][0]
    rows = connection.execute(select(table).where(table.c.source == "clerk").order_by(table.c[person_column(register)])).mappings()
    for row in rows:
        values = {name: row[name] for name in ("level", "since", "until", "set_at")}
        yield msgspec.convert({"register": register, "person": row[person_column(register)], **values}, Protected)


def _stops(connection: Connection, register: str) -> Iterable[Stopped]:
    table = OF_REGISTER[register][1]
    rows = connection.execute(select(table).where(table.c.source == "clerk").order_by(table.c.number)).mappings()
    for row in rows:
        values = {name: row[name] for name in ("since", "until", "reason", "set_at", "released_at")}
        yield msgspec.convert({"register": register, "person": row[person_column(register)], "household": bool(row["household"]), **values}, Stopped)
