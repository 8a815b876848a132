"""The steps of an upload on a tenant's database: begin, let rows wait, and one short switch that puts all of them in place or nothing.

Decides that no reader ever sees half an upload, that only changed units get new versions, and that an event of the fast lane later than the data is applied again in the same transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, literal, select, update

from bcl_cloud.feeds.fast_lane import apply_again
from bcl_cloud.feeds.manifest import Applied, Manifest
from bcl_cloud.feeds.reading import PARTS
from bcl_cloud.feeds.tables import AGES, CHANGED, STAGED, UNITS, UPLOADS
from registers.koseki import part as koseki_part
from registers.koseki.schema import MEMBERS
from registers.residents.schema import RESIDENTS
from registers.staging import Unit
from storage.instants import instant, stamp


class Superseded(Exception):
    """Another upload of this tenant began meanwhile, or stands already: this one changes nothing."""


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
    """The upload's number. One that was being read is abandoned: its process has died, or a newer attempt takes its place."""
    connection.execute(update(UPLOADS).where(UPLOADS.c.state == "reading").values(state="abandoned", ended_at=stamp(now)))
    for table in (*STAGED.values(), CHANGED):
        connection.execute(delete(table))
    row = {
        "sequence": manifest.sequence,
        "digest": manifest.digest(),
        "kind": manifest.kind,
        "as_of": stamp(manifest.as_of),
        "state": "reading",
        "begun_at": stamp(now),
    }
    return int(connection.execute(insert(UPLOADS).values(row).returning(UPLOADS.c.upload_no)).scalar_one())


def known_units(connection: Connection, register: str) -> tuple[dict[str, tuple[str, int]], dict[str, int]]:
    """(what each unit was when it came: digest and version; the version that it has now)."""
    came = connection.execute(select(UNITS.c.unit, UNITS.c.digest, UNITS.c.revision).where(UNITS.c.register == register))
    return {row.unit: (row.digest, row.revision) for row in came}, PARTS[register].revisions(connection)


def let_wait(connection: Connection, upload_no: int, register: str, units: Sequence[tuple[Unit, str]], removed: Iterable[str] = ()) -> None:
    """Put these changed units, each with its digest, beside the register; and note which go."""
    _demand_reading(connection, upload_no)
    rows: dict[str, list[dict[str, Any]]] = {}
    for unit, _ in units:
        for name, of_table in unit.rows.items():
            rows.setdefault(name, []).extend(of_table)
    for name, of_table in rows.items():
        if of_table:
            wanted = [column.name for column in STAGED[name].columns if column.name != "staged_no"]
            connection.execute(insert(STAGED[name]), [{key: row[key] for key in wanted} for row in of_table])
    changed: list[dict[str, Any]] = [{"register": register, "unit": unit.key, "digest": digest} for unit, digest in units]
    changed += [{"register": register, "unit": key, "digest": None} for key in removed]
    if changed:
        connection.execute(insert(CHANGED), changed)


def switch(connection: Connection, upload_no: int, manifest: Manifest, report: str, now: datetime) -> None:
    """Everything that waits takes its place. Raises `Superseded` or `Clash`, and nothing is changed then."""
    _demand_reading(connection, upload_no)
    before = stands(connection)
    if before is not None and (before.sequence >= manifest.sequence or (manifest.kind == "differential" and before.sequence != manifest.based_on)):
        raise Superseded
    found = [
        (register, column, unit) for register in manifest.registers() for column, unit in PARTS[register].clashes(connection, _keys(register), STAGED)
    ]
    if found:
        raise Clash(found)
    for register in manifest.registers():
        _put(connection, register, manifest, now)
    apply_again(connection, dict.fromkeys(manifest.registers(), manifest.as_of), now)
    connection.execute(update(UPLOADS).where(UPLOADS.c.upload_no == upload_no).values(state="applied", ended_at=stamp(now), report=report))


def reject(connection: Connection, upload_no: int, report: str, now: datetime) -> None:
    """Note that nothing was changed, and why."""
    mine = (UPLOADS.c.upload_no == upload_no) & (UPLOADS.c.state == "reading")
    connection.execute(update(UPLOADS).where(mine).values(state="rejected", ended_at=stamp(now), report=report))


def clear(connection: Connection, upload_no: int) -> None:
    """Forget the rows that waited for this upload, unless a newer one's are there."""
    newest = connection.execute(select(func.max(UPLOADS.c.upload_no))).scalar_one()
    if newest == upload_no:
        for table in (*STAGED.values(), CHANGED):
            connection.execute(delete(table))


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
