"""乗り換え: a hand-over entered into the rows of whoever issues next, in one transaction.

Decides that nothing newer is overwritten, that no stop is lifted but one that was released by name, that a certificate leads to one person, and that the same hand-over changes nothing the second
time. Whom it names must stand in the registers already: they come by a file of their own.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select, update

from issuer.handover import OF_REGISTER, Applied, Handover, Protected, Stopped, Use, YearDecision, person_column
from issuer.handover_checks import Reserved, beyond_certificates, demand_ours, demand_sound
from issuer.handover_file import HandoverRefused
from issuer.handover_record import demand_checked, note
from issuer.issue_tables import HANDOVERS, SERIES
from issuer.use_tables import APPLICATIONS
from issuer.year_tables import YEAR_STEPS
from registers.koseki import revisions
from registers.koseki import schema as koseki
from registers.residents import changes as residents_changes
from registers.residents import schema as residents
from registers.seal.schema import SEALS
from registers.tax.schema import RECORDS
from storage.instants import instant, stamp


class TakenOver(msgspec.Struct, frozen=True):
    """What became of a hand-over: `outcome` (`entered`, `repeated`), how many of each part were written, and how many were left because what stands here is newer."""

    outcome: str
    written: dict[str, int]
    newer_here: dict[str, int]


class _Tally:
    """What was done so far, and whose papers it concerns."""

    def __init__(self) -> None:
        self.written: Counter[str] = Counter()
        self.newer: Counter[str] = Counter()
        self.people: dict[str, set[str]] = {register: set() for register in OF_REGISTER}


def take_over(
    connection: Connection,
    handover: Handover,
    digest: str,
    municipality: str,
    series: str,
    who: str,
    why: str,
    now: datetime,
    reserved: Reserved = beyond_certificates,
    file_sha256: str = "",
) -> TakenOver:
    """Enter it, whole or not at all; `series` is how the 発行番号 of this municipality begin here. Raises `HandoverRefused` (see `handover_file.SENTENCES`)."""
    demand_ours(handover, municipality, now)
    stands = connection.execute(select(HANDOVERS).order_by(HANDOVERS.c.handover_no.desc()).limit(1)).one_or_none()
    if stands is not None and stands.digest == digest:
        return msgspec.structs.replace(msgspec.json.decode(stands.outcome, type=TakenOver), outcome="repeated")
    if stands is not None and handover.as_of <= instant(stands.as_of):
        raise HandoverRefused("older")
    demand_sound(connection, handover, reserved)
    tally = _Tally()
    _enter(connection, handover, tally, now)
    if handover.series.strip() == series.strip():
        _numbers(connection, handover, municipality, tally)
    outcome = TakenOver("entered", _some(tally.written), _some(tally.newer))
    row = {"digest": digest, "as_of": stamp(handover.as_of), "entered_at": stamp(now), "entered_by": who}
    connection.execute(insert(HANDOVERS).values(row | {"outcome": msgspec.json.encode(outcome).decode()}))
    note(connection, "take_over", handover, digest, file_sha256, who, why, now, outcome.written)
    return outcome


def take_over_checked(
    connection: Connection, handover: Handover, digest: str, municipality: str, series: str, who: str, why: str, now: datetime,
    reserved: Reserved = beyond_certificates, file_sha256: str = "",
) -> TakenOver:  # fmt: skip
    """`take_over` by somebody else than who checked it. Raises `HandoverRefused`, of this also `unchecked`, `same_person`."""
    demand_checked(connection, digest, who, now)
    return take_over(connection, handover, digest, municipality, series, who, why, now, reserved, file_sha256)


class Rehearsed(Exception):
    """What a hand-over would have become, raised so that nothing of it stays."""

    def __init__(self, outcome: TakenOver) -> None:
        super().__init__(outcome.outcome)
        self.outcome = outcome


def rehearse(
    connection: Connection, handover: Handover, digest: str, municipality: str, series: str, who: str, now: datetime, reserved: Reserved
) -> None:
    """The whole of `take_over`, and then none of it: always raises, `Rehearsed` or `HandoverRefused`, by which the store rolls back."""
    raise Rehearsed(take_over(connection, handover, digest, municipality, series, who, "", now, reserved))


def _enter(connection: Connection, handover: Handover, tally: _Tally, now: datetime) -> None:
    """Everything but the numbers."""
    _uses(connection, handover.uses, tally)
    _applications(connection, handover.applications, tally)
    for protection in handover.protections:
        _protection(connection, protection, tally)
    for stop in handover.stops:
        _stop(connection, stop, tally)
    _filed(connection, handover, tally, now)
    _decided(connection, handover, tally)
    _years(connection, handover.years, tally)
    _moved_on(connection, tally, now)


def _uses(connection: Connection, uses: Iterable[Use], tally: _Tally) -> None:
    """Those that have ended first, so that a certificate renewed there is one here."""
    table = koseki.USAGE_REGISTRATIONS
    for use in sorted(uses, key=lambda one: one.until is None):
        row: dict[str, Any] = {"serial": use.serial, "person_no": use.person_no, "since": use.since.isoformat()}
        until = use.until.isoformat() if use.until is not None else None
        same = [table.c[name] == value for name, value in row.items()]
        here = connection.execute(select(table).where(*same).order_by(table.c.number.desc()).limit(1)).one_or_none()
        if here is not None and here.until == until:
            continue
        if here is not None:
            if until is None or here.until is not None:
                tally.newer["uses"] += 1  # ended here: an older word does not open it again
            else:
                connection.execute(update(table).where(table.c.number == here.number).values(until=until))
                tally.written["uses"] += 1
            continue
        if until is None and not _free(connection, use, tally):
            continue
        connection.execute(insert(table).values(**row, until=until))
        tally.written["uses"] += 1


def _free(connection: Connection, use: Use, tally: _Tally) -> bool:
    """Whether nothing else leads from this certificate, or to this person, here. What was registered here later is newer and stays."""
    table = koseki.USAGE_REGISTRATIONS
    meets = table.c.until.is_(None) & ((table.c.serial == use.serial) | (table.c.person_no == use.person_no))
    others = connection.execute(select(table.c.since).where(meets).order_by(table.c.number)).scalars().all()
    if others and min(others) <= use.since.isoformat():
        raise HandoverRefused("contradicted")
    tally.newer["uses"] += bool(others)
    return not others


def _applications(connection: Connection, applications: Sequence[Applied], tally: _Tally) -> None:
    """Each with the 受付番号 of its receipt, unless somebody has that number here: then with one that nobody has here or there."""
    taken = set(connection.execute(select(APPLICATIONS.c.running).order_by(APPLICATIONS.c.running)).scalars())
    last = max((*taken, *(one.running for one in applications)), default=0)
    for one in applications:
        values = msgspec.structs.asdict(one)
        here = connection.execute(select(APPLICATIONS).where(APPLICATIONS.c.application_id == one.application_id)).one_or_none()
        if here is None:
            if one.running in taken:
                last += 1
                values["running"] = last
                tally.written["renumbered"] += 1
            connection.execute(insert(APPLICATIONS).values(values))
            tally.written["applications"] += 1
        elif here.state == "received" and one.state != "received":
            del values["running"]
            connection.execute(update(APPLICATIONS).where(APPLICATIONS.c.application_id == one.application_id).values(values))
            tally.written["applications"] += 1
        elif here.state != one.state:
            tally.newer["applications"] += 1


def _protection(connection: Connection, one: Protected, tally: _Tally) -> None:
    """支援措置 is never lifted by a hand-over: one that was ended at the other desk is ended by a clerk here."""
    table, person = OF_REGISTER[one.register][0], person_column(one.register)
    mine = (table.c[person] == one.person) & (table.c.source == "clerk")
    values = {"level": one.level, "since": one.since.isoformat(), "until": _day(one.until), "set_at": one.set_at}
    here = connection.execute(select(table).where(mine)).one_or_none()
    if here is not None and {name: getattr(here, name) for name in values} == values:
        return
    if here is not None and datetime.fromisoformat(here.set_at) >= datetime.fromisoformat(one.set_at):
        tally.newer["protections"] += 1
        return
    if here is None:
        connection.execute(insert(table).values({person: one.person, "source": "clerk", **values}))
    else:
        connection.execute(update(table).where(mine).values(values))
    _note(tally, "protections", one.register, one.person)


def _stop(connection: Connection, one: Stopped, tally: _Tally) -> None:
    table, person = OF_REGISTER[one.register][1], person_column(one.register)
    values = {person: one.person, "household": one.household, "source": "clerk", "since": one.since.isoformat(), "until": _day(one.until)}
    values |= {"reason": one.reason, "set_at": one.set_at}
    here = connection.execute(
        select(table).where(*(table.c[name] == value for name, value in values.items())).order_by(table.c.number).limit(1)
    ).one_or_none()
    if here is None:
        if one.register == "residents":
            home = select(residents.RESIDENTS.c.household_no).where(residents.RESIDENTS.c.atena_no == one.person)
            values["household_no"] = connection.execute(home).scalar_one()
        connection.execute(insert(table).values(**values, released_at=one.released_at))
    elif here.released_at is None and one.released_at is not None:
        connection.execute(update(table).where(table.c.number == here.number).values(released_at=one.released_at))
    else:
        tally.newer["stops"] += here.released_at != one.released_at
        return
    _note(tally, "stops", one.register, one.person)


def _filed(connection: Connection, handover: Handover, tally: _Tally, now: datetime) -> None:
    """As many notifications wait here as waited there, or more."""
    table = koseki.KOSEKI
    for one in handover.filed:
        fewer = (table.c.koseki_no == one.koseki_no) & (table.c.pending < one.pending)
        if connection.execute(update(table).where(fewer).values(pending=one.pending)).rowcount:
            tally.written["filed"] += 1
            revisions.moved_on(connection, one.koseki_no, now)


def _decided(connection: Connection, handover: Handover, tally: _Tally) -> None:
    """What came with the file and is a clerk's decision is one here as well: the next file leaves it alone."""
    for seal in handover.seals:
        its = (SEALS.c.registration_no == seal.registration_no) & (SEALS.c.atena_no == seal.atena_no) & (SEALS.c.cancelled_at == seal.cancelled_at)
        found = connection.execute(update(SEALS).where(its, SEALS.c.cancel_source == "file").values(cancel_source="clerk")).rowcount
        tally.written["seals"] += found
    for tax in handover.taxes:
        of = (RECORDS.c.atena_no == tax.atena_no) & (RECORDS.c.year == tax.year) & (RECORDS.c.decided_on == tax.decided_on)
        tally.written["taxes"] += connection.execute(update(RECORDS).where(of, RECORDS.c.source == "file").values(source="clerk")).rowcount


def _years(connection: Connection, decisions: Iterable[YearDecision], tally: _Tally) -> None:
    """Of each 年度 whatever was decided after the last decision that is known here."""
    rows = connection.execute(select(YEAR_STEPS.c.year, YEAR_STEPS.c.at).order_by(YEAR_STEPS.c.step_no)).all()
    latest = {row.year: instant(row.at) for row in rows}
    known = {(row.year, row.at) for row in rows}
    for one in decisions:
        if (one.year, one.at) in known:
            continue
        if one.year in latest and instant(one.at) <= latest[one.year]:
            tally.newer["years"] += 1
            continue
        connection.execute(insert(YEAR_STEPS).values(msgspec.structs.asdict(one)))
        tally.written["years"] += 1


def _numbers(connection: Connection, handover: Handover, municipality: str, tally: _Tally) -> None:
    """The numbers of a day go on after the last one that was taken, here or there. Of another series they say nothing here: they would only use up the day's quota."""
    for one in handover.numbers:
        of = (SERIES.c.municipality == municipality) & (SERIES.c.day == one.day.isoformat())
        last = connection.execute(select(SERIES.c.last).where(of)).scalar_one_or_none()
        if last is None:
            connection.execute(insert(SERIES).values(municipality=municipality, day=one.day.isoformat(), last=one.last))
        elif last < one.last:
            connection.execute(update(SERIES).where(of).values(last=one.last))
        tally.written["numbers"] += last is None or last < one.last
        tally.newer["numbers"] += last is not None and last > one.last


def _note(tally: _Tally, part: str, register: str, person: str) -> None:
    tally.written[part] += 1
    tally.people[register].add(person)


def _moved_on(connection: Connection, tally: _Tally, now: datetime) -> None:
    """New versions: what was chosen from before must be chosen again."""
    home = select(residents.RESIDENTS.c.household_no).where(residents.RESIDENTS.c.atena_no.in_(tally.people["residents"])).distinct()
    for household_no in connection.execute(home.order_by(residents.RESIDENTS.c.household_no)).scalars().all():
        residents_changes.moved_on(connection, household_no, now)
    for koseki_no in _koseki_of(connection, tally):
        revisions.moved_on(connection, koseki_no, now)


def _koseki_of(connection: Connection, tally: _Tally) -> list[str]:
    """Every 戸籍 in which one of them stands: what is set in one counts in all."""
    table = koseki.MEMBERS
    linked = select(table.c.atena_no).where(table.c.person_no.in_(tally.people["koseki"]), table.c.atena_no.is_not(None))
    same = table.c.person_no.in_(tally.people["koseki"]) | table.c.atena_no.in_(linked)
    return list(connection.execute(select(table.c.koseki_no).where(same).distinct().order_by(table.c.koseki_no)).scalars())


def _some(counted: Counter[str]) -> dict[str, int]:
    return {part: count for part, count in sorted(counted.items()) if count}


def _day(value: Any) -> str | None:
    return value.isoformat() if value is not None else None
