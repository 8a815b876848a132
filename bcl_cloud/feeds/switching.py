"""The steps of an upload on a tenant's database: begin, let rows wait, and one short switch that puts all of them in place or nothing.

Decides that no reader ever sees half an upload, that only changed units get new versions, and that an event of the fast lane later than the data is applied again in the same transaction.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, delete, insert, literal, select, update

from bcl_cloud.feeds.fast_lane import apply_again
from bcl_cloud.feeds.forms import PARTS
from bcl_cloud.feeds.manifest import Applied, Manifest
from bcl_cloud.feeds.tables import AGES, CHANGED, LEFT_OUT, QUARANTINE, STAGED, UNITS, UPLOADS
from bcl_cloud.feeds.turns import has_turn
from registers.koseki import part as koseki_part
from registers.koseki.schema import MEMBERS
from registers.residents import part as residents_part
from registers.residents.schema import COUNTED, RESIDENTS
from registers.staging import Unit, put_many
from storage.instants import instant, stamp

WAITING: Mapping[str, Table] = {table.name: table for table in (*STAGED.values(), CHANGED, LEFT_OUT)}


class Superseded(Exception):
    """Another upload of this tenant began meanwhile, or stands already: this one changes nothing."""


class NotItsTurn(Exception):
    """An event is just being taken: try again at once."""


class Clash(Exception):
    """A number of a unit is somebody else's who stays; `found` is (register, column, unit)."""

    def __init__(self, found: list[tuple[str, str, str]]) -> None:
        super().__init__("clash")
        self.found = found


def stands(connection: Connection) -> Applied | None:
    """The latest upload that was applied."""
    row = connection.execute(select(UPLOADS).where(UPLOADS.c.state == "applied").order_by(UPLOADS.c.sequence.desc()).limit(1)).one_or_none()
    return Applied(row.sequence, row.digest, instant(row.as_of)) if row is not None else None


def begin(connection: Connection, manifest: Manifest, now: datetime) -> int:
    """The upload's number. One that was being read is abandoned: its process has died, or a newer attempt takes its place. `clear` what waited for it before anything waits for this one."""
    connection.execute(update(UPLOADS).where(UPLOADS.c.state == "reading").values(state="abandoned", ended_at=stamp(now)))
    row = {
        "sequence": manifest.sequence,
        "digest": manifest.digest(),
        "kind": manifest.kind,
        "as_of": stamp(manifest.as_of),
        "state": "reading",
        "begun_at": stamp(now),
    }
    return int(connection.execute(insert(UPLOADS).values(row).returning(UPLOADS.c.upload_no)).scalar_one())


def note_refused(connection: Connection, manifest: Manifest | None, report: Callable[[int], str], now: datetime) -> int:
    """Note an upload that was refused before anything of it was read; its number, with which `report` is made."""
    said = {"sequence": 0, "digest": "", "kind": "", "as_of": ""}
    if manifest is not None:
        said = {"sequence": manifest.sequence, "digest": manifest.digest(), "kind": manifest.kind, "as_of": stamp_or_nothing(manifest.as_of)}
    row = said | {"state": "rejected", "begun_at": stamp(now), "ended_at": stamp(now)}
    number = int(connection.execute(insert(UPLOADS).values(row).returning(UPLOADS.c.upload_no)).scalar_one())
    connection.execute(update(UPLOADS).where(UPLOADS.c.upload_no == number).values(report=report(number)))
    return number


def stamp_or_nothing(at: datetime) -> str:
    """An instant as it is kept; nothing of one that has no offset."""
    return stamp(at) if at.tzinfo is not None else ""


class KnownUnits(NamedTuple):
    """Of one register: the digest of each unit that is still as it came, every unit that is there now, and those of which something is in quarantine."""

    same: dict[str, str]
    now: set[str]
    waiting: frozenset[str]


def known_units(connection: Connection, register: str) -> KnownUnits:
    """What stands, to tell what an upload changes."""
    revisions = PARTS[register].revisions(connection)
    came = connection.execute(select(UNITS.c.unit, UNITS.c.digest, UNITS.c.revision).where(UNITS.c.register == register))
    same = {unit: digest for unit, digest, revision in came if revisions.get(unit) == revision}
    waiting = connection.execute(select(QUARANTINE.c.unit).where(QUARANTINE.c.register == register)).scalars()
    return KnownUnits(same, set(revisions), frozenset(waiting))


def births_of(connection: Connection) -> dict[str, str]:
    """Everybody's birth date by 宛名番号, whoever is gone included."""
    return {row.atena_no: row.birth for row in connection.execute(select(RESIDENTS.c.atena_no, RESIDENTS.c.birth).where(COUNTED))}


def let_wait(connection: Connection, upload_no: int, register: str, units: Sequence[tuple[Unit, str]], removed: Iterable[str] = ()) -> None:
    """Put these changed units, each with its digest, beside the register; and note which go."""
    _demand_reading(connection, upload_no)
    rows: dict[str, list[dict[str, Any]]] = {}
    for unit, _ in units:
        for name, of_table in unit.rows.items():
            rows.setdefault(name, []).extend(of_table)
    for name, of_table in rows.items():
        put_many(connection, STAGED[name], of_table)
    changed: list[dict[str, Any]] = [{"register": register, "unit": unit.key, "digest": digest} for unit, digest in units]
    changed += [{"register": register, "unit": key, "digest": None} for key in removed]
    put_many(connection, CHANGED, changed)


def leave_out(connection: Connection, upload_no: int, register: str, left_out: Mapping[str, Iterable[str]]) -> None:
    """Note units (each with the 宛名番号 of its people) that stay out of this upload; what waits of them goes."""
    _demand_reading(connection, upload_no)
    for unit, people in sorted(left_out.items()):
        connection.execute(delete(CHANGED).where(CHANGED.c.register == register, CHANGED.c.unit == unit))
        everybody = {"", *people, *_let_go(connection, register, unit)}
        known = select(LEFT_OUT.c.unit).where(LEFT_OUT.c.register == register, LEFT_OUT.c.unit == unit)
        if connection.execute(known).first() is None:
            connection.execute(insert(LEFT_OUT), [{"register": register, "unit": unit, "person": person} for person in sorted(everybody)])


def switch(connection: Connection, upload_no: int, manifest: Manifest, report: str, now: datetime) -> None:
    """Everything that waits takes its place. Raises `Superseded`, `Clash` or `NotItsTurn`, and nothing is changed then."""
    if not has_turn(connection):
        raise NotItsTurn
    _demand_reading(connection, upload_no)
    before = stands(connection)
    if before is not None and (before.sequence >= manifest.sequence or (manifest.kind == "differential" and before.sequence != manifest.based_on)):
        raise Superseded
    if manifest.kind == "full" and "residents" in manifest.registers():
        residents_part.give_up_serials(connection, _keys("residents"), STAGED, now=now)
    found = [
        (register, column, unit) for register in manifest.registers() for column, unit in PARTS[register].clashes(connection, _keys(register), STAGED)
    ]
    if found:
        raise Clash(found)
    for register in manifest.registers():
        _put(connection, register, manifest, now)
        _keep_out(connection, upload_no, register, manifest)
    apply_again(connection, dict.fromkeys(manifest.registers(), manifest.as_of), now)
    connection.execute(update(UPLOADS).where(UPLOADS.c.upload_no == upload_no).values(state="applied", ended_at=stamp(now), report=report))


def reject(connection: Connection, upload_no: int, report: str, now: datetime) -> None:
    """Note that nothing was changed, and why."""
    mine = (UPLOADS.c.upload_no == upload_no) & (UPLOADS.c.state == "reading")
    connection.execute(update(UPLOADS).where(mine).values(state="rejected", ended_at=stamp(now), report=report))


def clear(connection: Connection, upload_no: int, table: str) -> None:
    """Forget the rows of one table that wait, unless they are a newer upload's. One table at a time: what is forgotten is overwritten, and others write in between."""
    other = select(UPLOADS.c.upload_no).where(UPLOADS.c.state == "reading", UPLOADS.c.upload_no != upload_no)
    if connection.execute(other).first() is None:
        connection.execute(delete(WAITING[table]))


def report_of(connection: Connection, sequence: int) -> str | None:
    """The report of the upload that was applied under this sequence."""
    found = select(UPLOADS.c.report).where(UPLOADS.c.state == "applied", UPLOADS.c.sequence == sequence)
    report: str | None = connection.execute(found).scalar_one_or_none()
    return report


def _put(connection: Connection, register: str, manifest: Manifest, now: datetime) -> None:
    part = PARTS[register]
    said = connection.execute(select(AGES.c.revision).where(AGES.c.register == register)).scalar_one_or_none()
    revision = max(said or 0, part.highest_revision(connection)) + 1
    left = _residents_of(connection) if register == "residents" else set()
    part.put_part(connection, _keys(register), STAGED, revision=revision, now=now)
    if register == "residents":
        left -= set(connection.execute(select(RESIDENTS.c.atena_no)).scalars()) if left else set()
        koseki_part.moved_on(connection, left, revision=koseki_part.highest_revision(connection) + 1, now=now)
    connection.execute(delete(UNITS).where(UNITS.c.register == register, UNITS.c.unit.in_(_keys(register))))
    new = select(CHANGED.c.register, CHANGED.c.unit, CHANGED.c.digest, literal(revision))
    new = new.where(CHANGED.c.register == register, CHANGED.c.digest.is_not(None))
    connection.execute(insert(UNITS).from_select(["register", "unit", "digest", "revision"], new))
    connection.execute(delete(AGES).where(AGES.c.register == register))
    age: Mapping[str, Any] = {"register": register, "as_of": stamp(manifest.as_of), "sequence": manifest.sequence, "revision": revision}
    connection.execute(insert(AGES).values(age))


def _let_go(connection: Connection, register: str, unit: str) -> set[str]:
    """Take a unit's rows away from those that wait; the 宛名番号 that stood in them."""
    people: set[str] = set()
    for table in PARTS[register].TABLES:
        waiting = STAGED[table.name]
        its = PARTS[register].waiting_of(waiting, STAGED, unit)
        if "atena_no" in waiting.c:
            people |= {found for found in connection.execute(select(waiting.c.atena_no).where(its)).scalars() if found}
    for table in reversed(PARTS[register].TABLES):
        waiting = STAGED[table.name]
        connection.execute(delete(waiting).where(PARTS[register].waiting_of(waiting, STAGED, unit)))
    return people


def _keep_out(connection: Connection, upload_no: int, register: str, manifest: Manifest) -> None:
    """The quarantine as it is from now on: what came healthy is out of it. A unit in it counts as unknown, so that it is put in place when it comes again, whatever it says then."""
    healed = QUARANTINE.c.register == register
    connection.execute(delete(QUARANTINE).where(healed if manifest.kind == "full" else healed & QUARANTINE.c.unit.in_(_keys(register))))
    left = select(LEFT_OUT.c.unit).where(LEFT_OUT.c.register == register)
    connection.execute(delete(QUARANTINE).where(healed, QUARANTINE.c.unit.in_(left)))
    new = select(LEFT_OUT.c.register, LEFT_OUT.c.unit, LEFT_OUT.c.person, literal(upload_no)).where(LEFT_OUT.c.register == register)
    connection.execute(insert(QUARANTINE).from_select(["register", "unit", "person", "upload_no"], new))
    connection.execute(delete(UNITS).where(UNITS.c.register == register, UNITS.c.unit.in_(left)))


def _residents_of(connection: Connection) -> set[str]:
    """The residents of the households concerned who stand in a 戸籍 here."""
    linked = select(RESIDENTS.c.atena_no).join(MEMBERS, MEMBERS.c.atena_no == RESIDENTS.c.atena_no)
    return set(connection.execute(linked.where(RESIDENTS.c.household_no.in_(_keys("residents")))).scalars())


def _keys(register: str) -> Any:
    return select(CHANGED.c.unit).where(CHANGED.c.register == register)


def _demand_reading(connection: Connection, upload_no: int) -> None:
    newest = select(UPLOADS.c.upload_no).where(UPLOADS.c.state == "reading", UPLOADS.c.upload_no == upload_no)
    if connection.execute(newest).first() is None:
        raise Superseded
