"""One upload from its archive to its report: checked, read, staged in small portions, switched in one short transaction.

Decides nothing by itself; the rooms beside it do. To be run in a process of its own beside the serving one: reading is work for a processor, and only the switch holds the database.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import msgspec

from bcl_cloud.feeds import switching
from bcl_cloud.feeds.archive import Archive, BadArchive, Limits
from bcl_cloud.feeds.feed_terms import FeedTerms, terms_of
from bcl_cloud.feeds.manifest import MANIFEST, REMOVED, Manifest, judge
from bcl_cloud.feeds.reading import Found, Known, RegisterReading, fault, read_manifest, read_removed, whole_file_faults
from bcl_cloud.feeds.reserved_lines import numbers_for, reserved
from bcl_cloud.feeds.sifting import SHOWN_MAX
from registers.staging import Unit, digest_of
from storage.store import Store

__all__ = ["SHOWN_MAX", "FaultLine", "UploadReport", "upload"]

CLASHES_MAX = 200
TURN_SECONDS = 0.02
"""Between two tries to begin the switch while events are taken, each of which takes no longer."""
COLUMN_WORDS = {
    "atena_no": "宛名番号",
    "my_number": "個人番号",
    "juminhyo_code": "住民票コード",
    "serial": "証明書シリアル番号",
    "person_no": "戸籍の者の番号",
    "registration_no": "印鑑登録番号",
}


class FaultLine(msgspec.Struct, frozen=True):
    """One fault: the file, the line (0: the whole file), the column's Japanese name, a code, the sentence in both languages. No value of the line."""

    file: str
    line: int
    column: str
    code: str
    reason: str
    reason_en: str


class UploadReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an upload. `rejected`: nothing was changed. `faults` are the first thousand of each file, `fault_count` all. Units by register:
    changed or new, and taken away; `left_out`: those kept out by quarantine (of each register the first thousand; all are in `history.in_quarantine`), whose
    bad lines are then the `faults` of an `applied` upload."""

    outcome: str  # applied, repeated, rejected
    sequence: int | None = None
    upload_no: int | None = None
    rows: dict[str, int] = {}
    changed: dict[str, int] = {}
    removed: dict[str, int] = {}
    left_out: dict[str, tuple[str, ...]] = {}
    faults: tuple[FaultLine, ...] = ()
    fault_count: int = 0


Tell = Callable[[str], None]


def _nobody(_phase: str) -> None:
    """Nobody listens."""


async def upload(
    store: Store,
    source: Path | bytes,
    tenant: str,
    registers: Iterable[str],
    clock: Callable[[], datetime],
    limits: Limits | None = None,
    tell: Tell = _nobody,
) -> UploadReport:
    """Upload an archive for `tenant`, which keeps these `registers` here; `tell` hears each phase as it begins.

    Raises `StoreFailed` where the database gave no certain answer: upload the same archive again.
    """
    try:
        archive = Archive(source, limits)
    except BadArchive as bad:
        return await _refused(store, None, _rejected(_one("", bad.code)), clock())
    try:
        return await _Upload(store, archive, tenant, frozenset(registers), clock, tell).run()
    except BadArchive as bad:
        return await _refused(store, None, _rejected(_one("", bad.code)), clock())
    finally:
        archive.close()


async def _refused(store: Store, manifest: Manifest | None, report: UploadReport, now: datetime) -> UploadReport:
    """Note an upload of which nothing was read, and answer with its number."""
    number = await store.write(switching.note_refused, manifest, lambda number: msgspec.json.encode(_numbered(report, number)).decode(), now)
    return _numbered(report, number)


def _numbered(report: UploadReport, number: int) -> UploadReport:
    return msgspec.structs.replace(report, upload_no=number)


class _Upload:
    def __init__(self, store: Store, archive: Archive, tenant: str, kept: frozenset[str], clock: Callable[[], datetime], tell: Tell) -> None:
        self._store = store
        self._archive = archive
        self._tenant = tenant
        self._kept = kept
        self._clock = clock
        self._tell = tell
        self._rows: dict[str, int] = {}
        self._changed: dict[str, int] = {}
        self._removed: dict[str, int] = {}
        self._left_out: dict[str, set[str]] = {}
        self._bad = Found()
        self._terms = FeedTerms()

    async def run(self) -> UploadReport:
        self._tell("check")
        manifest = read_manifest(self._archive)
        if not isinstance(manifest, Manifest):
            return await _refused(self._store, None, _rejected(_one(MANIFEST, manifest.code)), self._clock())
        why = judge(manifest, self._tenant, await self._store.read(switching.stands), self._clock())
        if why == "repeat":
            report = await self._store.read(switching.report_of, manifest.sequence)
            return msgspec.structs.replace(msgspec.json.decode(report or "", type=UploadReport), outcome="repeated")
        found = _one(MANIFEST, why) if why else whole_file_faults(self._archive, manifest, self._kept)
        if found:
            return await _refused(self._store, manifest, _rejected(found, manifest.sequence), self._clock())
        number = await self._store.write(switching.begin, manifest, self._clock())
        try:
            await self._clear(number)
            return await self._read_and_switch(manifest, number)
        except switching.Superseded:
            return _rejected(_one(MANIFEST, "sequence_used"), manifest.sequence, number)

    async def _read_and_switch(self, manifest: Manifest, number: int) -> UploadReport:
        self._terms = await self._store.read(terms_of)
        found = await self._stage(manifest, number)
        while not found:
            report = self._applied(manifest, number)
            self._tell("switch")
            try:
                await self._store.write(switching.switch, number, manifest, msgspec.json.encode(report).decode(), self._clock())
            except switching.NotItsTurn:
                await asyncio.sleep(TURN_SECONDS)
            except switching.Clash as clash:
                found = await self._clashed(number, clash)
            else:
                self._tell("clear")
                await self._clear(number)
                return report
        rejected = _rejected(found, manifest.sequence, number)
        await self._store.write(switching.reject, number, msgspec.json.encode(rejected).decode(), self._clock())
        await self._clear(number)
        return rejected

    async def _clear(self, number: int) -> None:
        for table in switching.WAITING:
            await self._store.write(switching.clear, number, table)

    async def _clashed(self, number: int, clash: switching.Clash) -> Found:
        """With quarantine the units that claim somebody else's number stay out as well, and the rest is tried again; without it, why nothing is changed."""
        told = Found()
        for register, column, unit in clash.found:
            told.add(register, (fault("clash", 0, COLUMN_WORDS[column]),))
            if self._terms.quarantine:
                self._left_out.setdefault(register, set()).add(unit)
        if not self._terms.quarantine or sum(map(len, self._left_out.values())) > CLASHES_MAX:
            return told
        for register, _, unit in clash.found:
            await self._store.write(switching.leave_out, number, register, {unit: ()})
        self._bad.merge(told)
        return Found()

    def _applied(self, manifest: Manifest, number: int) -> UploadReport:
        return UploadReport(
            outcome="applied",
            sequence=manifest.sequence,
            upload_no=number,
            rows=self._rows,
            changed=self._changed,
            removed=self._removed,
            left_out={register: tuple(sorted(units)[:SHOWN_MAX]) for register, units in self._left_out.items() if units},
            faults=_shown(self._bad),
            fault_count=self._bad.count,
        )

    async def _stage(self, manifest: Manifest, number: int) -> Found:
        """Read every register to its end, so that every bad line is told; let units wait as long as nothing keeps all of them out."""
        against = Found()
        removed, bad = read_removed(self._archive, manifest)
        if bad:
            against.add(REMOVED, bad)
        nobodys = await self._store.read(reserved)
        known = Known()
        if manifest.kind == "differential":
            known.births = await self._store.read(switching.births_of)
        for register in manifest.registers():
            self._tell(f"read {register}")
            reading = RegisterReading(
                register, self._archive, manifest, known, keeps_out=self._terms.quarantine, reserved=numbers_for(register, nobodys)
            )
            waiting = await _Waiting.of(self._store, number, register)
            for units in reading.units():
                if not against and not reading.refused:
                    await waiting.take(units)
            against.merge(reading.named)
            self._rows |= reading.rows
            if reading.refused:
                against.merge(reading.found)
            else:
                self._bad.merge(reading.found)
                self._left_out[register] = set(reading.left_out)
            if against:
                continue
            gone = waiting.gone(manifest.kind == "full", removed.get(register, []), reading.left_out)
            if gone is None:
                against.add(REMOVED, (fault("removed_unknown"),))
                continue
            await waiting.end(gone)
            self._changed[register], self._removed[register] = waiting.changed, len(gone)
            if reading.left_out:
                await self._store.write(switching.leave_out, number, register, reading.left_out)
        return against


class _Waiting:
    """The changed units of one register on their way to where they wait, in portions: between two of them the fast lane and the issuing have their turn."""

    def __init__(self, store: Store, number: int, register: str, known: switching.KnownUnits) -> None:
        self._store = store
        self._number = number
        self._register = register
        self._known = known
        self._seen: set[str] = set()
        self.changed = 0

    @classmethod
    async def of(cls, store: Store, number: int, register: str) -> "_Waiting":
        """With what stands now."""
        return cls(store, number, register, await store.read(switching.known_units, register))

    async def take(self, units: list[Unit]) -> None:
        """Let those wait that are not what stands."""
        portion = []
        for unit in units:
            self._seen.add(unit.key)
            digest = digest_of(unit)
            if self._known.same.get(unit.key) != digest:
                portion.append((unit, digest))
        self.changed += len(portion)
        if portion:
            await self._store.write(switching.let_wait, self._number, self._register, portion)

    def gone(self, full: bool, removed: list[str], left_out: Iterable[str]) -> list[str] | None:
        """The units that go; None when a differential's list of them names one that is not there, or that it also brings."""
        seen = self._seen.union(left_out)
        if full:
            return sorted(self._known.now - seen)
        there = self._known.now | self._known.waiting
        return removed if len(set(removed)) == len(removed) and all(key in there and key not in seen for key in removed) else None

    async def end(self, gone: list[str]) -> None:
        """Note what goes, after all that waits."""
        await self._store.write(switching.let_wait, self._number, self._register, (), gone)


def _one(file: str, code: str) -> Found:
    """One fault of a whole file."""
    found = Found()
    found.add(file, (fault(code),))
    return found


def _rejected(found: Found, sequence: int | None = None, number: int | None = None) -> UploadReport:
    return UploadReport(outcome="rejected", sequence=sequence, upload_no=number, faults=_shown(found), fault_count=found.count)


def _shown(found: Found) -> tuple[FaultLine, ...]:
    return tuple(
        FaultLine(file, line.number, line.column, line.code, line.reason, line.reason_en) for file, lines in found.faults.items() for line in lines
    )
