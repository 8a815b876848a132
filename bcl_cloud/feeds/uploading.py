"""One upload from its archive to its report: checked, read, staged in small portions, switched in one short transaction.

Decides nothing by itself; the rooms beside it do. To be run in a process of its own beside the serving one: reading is work for a processor, and only the switch holds the database.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import msgspec

from bcl_cloud.feeds import switching
from bcl_cloud.feeds.archive import Archive, BadArchive, Limits
from bcl_cloud.feeds.feed_terms import FeedTerms, terms_of
from bcl_cloud.feeds.manifest import Manifest, judge
from bcl_cloud.feeds.reading import Faults, fault, read_healthy, read_manifest, read_register, read_removed, whole_file_faults
from bcl_cloud.feeds.reserved_lines import reserved, reserved_lines
from registers.residents.tables import residents_in_order
from registers.staging import Unit, digest_of
from storage.store import Store

PORTION = 2000
"""Units that wait in one transaction: between two portions the fast lane and the issuing have their turn."""
SHOWN_MAX = 1000
CLASHES_MAX = 200
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
    changed or new, and taken away; `left_out`: those kept out by quarantine, whose bad lines are then the `faults` of an `applied` upload."""

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
        return await _refused(store, None, _rejected({"": (fault(bad.code),)}), clock())
    try:
        return await _Upload(store, archive, tenant, frozenset(registers), clock, tell).run()
    except BadArchive as bad:
        return await _refused(store, None, _rejected({"": (fault(bad.code),)}), clock())
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
        self._births: dict[str, str] = {}
        self._rows: dict[str, int] = {}
        self._changed: dict[str, int] = {}
        self._removed: dict[str, int] = {}
        self._left_out: dict[str, set[str]] = {}
        self._bad: Faults = {}
        self._terms = FeedTerms()

    async def run(self) -> UploadReport:
        self._tell("check")
        manifest = read_manifest(self._archive)
        if not isinstance(manifest, Manifest):
            return await _refused(self._store, None, _rejected({"manifest.json": (manifest,)}), self._clock())
        why = judge(manifest, self._tenant, await self._store.read(switching.stands), self._clock())
        if why == "repeat":
            report = await self._store.read(switching.report_of, manifest.sequence)
            return msgspec.structs.replace(msgspec.json.decode(report or "", type=UploadReport), outcome="repeated")
        faults: Faults = {"manifest.json": (fault(why),)} if why else whole_file_faults(self._archive, manifest, self._kept)
        if faults:
            return await _refused(self._store, manifest, _rejected(faults, manifest.sequence), self._clock())
        number = await self._store.write(switching.begin, manifest, self._clock())
        try:
            return await self._read_and_switch(manifest, number)
        except switching.Superseded:
            return _rejected({"manifest.json": (fault("sequence_used"),)}, manifest.sequence, number)

    async def _read_and_switch(self, manifest: Manifest, number: int) -> UploadReport:
        self._terms = await self._store.read(terms_of)
        faults = await self._stage(manifest, number)
        while not faults:
            report = self._applied(manifest, number)
            self._tell("switch")
            try:
                await self._store.write(switching.switch, number, manifest, msgspec.json.encode(report).decode(), self._clock())
            except switching.Clash as clash:
                faults = await self._clashed(number, clash)
            else:
                self._tell("clear")
                await self._store.write(switching.clear, number)
                return report
        rejected = _rejected(faults, manifest.sequence, number)
        await self._store.write(switching.reject, number, msgspec.json.encode(rejected).decode(), self._clock())
        await self._store.write(switching.clear, number)
        return rejected

    async def _clashed(self, number: int, clash: switching.Clash) -> Faults:
        """With quarantine the units that claim somebody else's number stay out as well, and the rest is tried again; without it, why nothing is changed."""
        told: Faults = {}
        for register, column, unit in clash.found:
            told[register] = (*told.get(register, ()), fault("clash", 0, COLUMN_WORDS[column]))
            if self._terms.quarantine:
                self._left_out.setdefault(register, set()).add(unit)
        if not self._terms.quarantine or sum(map(len, self._left_out.values())) > CLASHES_MAX:
            return told
        for register, _, unit in clash.found:
            await self._store.write(switching.leave_out, number, register, {unit: ()})
        self._bad |= {name: (*self._bad.get(name, ()), *lines) for name, lines in told.items()}
        return {}

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
            fault_count=sum(map(len, self._bad.values())),
        )

    async def _stage(self, manifest: Manifest, number: int) -> Faults:
        removed, faults = read_removed(self._archive, manifest)
        nobodys = await self._store.read(reserved)
        if manifest.kind == "differential":
            self._births = {person.atena_no: person.birth for person in await self._store.read(residents_in_order)}
        for register in manifest.registers():
            self._tell(f"read {register}")
            read = read_healthy if self._terms.quarantine else read_register
            found = read(register, self._archive, manifest, self._births)
            if found.left_out:
                self._bad |= found.faults
                self._left_out[register] = set(found.left_out)
            else:
                faults |= found.faults
            for name, lines in reserved_lines(self._archive, manifest, register, nobodys).items():
                faults[name] = (*faults.get(name, ()), *lines)
            for name, rows in found.rows.items():
                self._rows[name] = rows
                if rows != manifest.files[name].rows:
                    faults[name] = (fault("rows_differ"),)
            if not faults:
                self._tell(f"stage {register}")
                faults |= await self._let_wait(number, register, manifest, found.units, removed.get(register, []))
                if found.left_out:
                    await self._store.write(switching.leave_out, number, register, found.left_out)
        return faults

    async def _let_wait(self, number: int, register: str, manifest: Manifest, units: Iterable[Unit], removed: list[str]) -> Faults:
        came, now, waiting = await self._store.read(switching.known_units, register)
        seen = set(self._left_out.get(register, ()))
        portion: list[tuple[Unit, str]] = []
        self._changed[register] = 0
        for unit in units:
            seen.add(unit.key)
            digest = digest_of(unit)
            before = came.get(unit.key)
            if before is not None and before[0] == digest and now.get(unit.key) == before[1]:
                continue
            portion.append((unit, digest))
            self._changed[register] += 1
            if len(portion) == PORTION:
                await self._store.write(switching.let_wait, number, register, portion)
                portion = []
        gone = sorted(now.keys() - seen) if manifest.kind == "full" else removed
        if manifest.kind == "differential" and (
            len(set(gone)) != len(gone) or any((key not in now and key not in waiting) or key in seen for key in gone)
        ):
            return {"removed.csv": (fault("removed_unknown"),)}
        self._removed[register] = len(gone)
        await self._store.write(switching.let_wait, number, register, portion, gone)
        return {}


def _rejected(faults: Faults, sequence: int | None = None, number: int | None = None) -> UploadReport:
    return UploadReport(outcome="rejected", sequence=sequence, upload_no=number, faults=_shown(faults), fault_count=sum(map(len, faults.values())))


def _shown(faults: Faults) -> tuple[FaultLine, ...]:
    return tuple(
        FaultLine(file, line.number, line.column, line.code, line.reason, line.reason_en)
        for file, lines in faults.items()
        for line in lines[:SHOWN_MAX]
    )
