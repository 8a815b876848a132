"""One upload from its archive to its report: checked, read, staged in small portions, switched in one short transaction.

Decides nothing by itself; the rooms beside it do. To be run in a process of its own beside the serving one: reading is work for a processor, and only the switch holds the database.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import msgspec

from bcl_cloud.feeds import switching
from bcl_cloud.feeds.archive import Archive, BadArchive, Limits
from bcl_cloud.feeds.manifest import Manifest, judge
from bcl_cloud.feeds.reading import Faults, fault, read_manifest, read_register, read_removed, whole_file_faults
from registers.residents.tables import residents_in_order
from registers.staging import Unit, digest_of
from storage.store import Store

PORTION = 2000
"""Units that wait in one transaction: between two portions the fast lane and the issuing have their turn."""
SHOWN_MAX = 1000


class FaultLine(msgspec.Struct, frozen=True):
    """One fault: the file, the line (0: the whole file), the column's Japanese name, a code, the sentence in both languages. No value of the line."""

    file: str
    line: int
    column: str
    code: str
    reason: str
    reason_en: str


class UploadReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an upload. `rejected`: nothing was changed. `faults` are the first thousand of each file, `fault_count` all. Units by register: changed or new, and taken away."""

    outcome: str  # applied, repeated, rejected
    sequence: int | None = None
    upload_no: int | None = None
    rows: dict[str, int] = {}
    changed: dict[str, int] = {}
    removed: dict[str, int] = {}
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
    """Upload an archive for `tenant`, which keeps these `registers` here; `tell` hears each phase as it begins. Raises `StoreFailed` where the database gave no certain answer: upload the same archive again."""
    try:
        archive = Archive(source, limits)
    except BadArchive as bad:
        return _rejected({"": (fault(bad.code),)})
    try:
        return await _Upload(store, archive, tenant, frozenset(registers), clock, tell).run()
    except BadArchive as bad:
        return _rejected({"": (fault(bad.code),)})
    finally:
        archive.close()


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

    async def run(self) -> UploadReport:
        self._tell("check")
        manifest = read_manifest(self._archive)
        if not isinstance(manifest, Manifest):
            return _rejected({"manifest.json": (manifest,)})
        why = judge(manifest, self._tenant, await self._store.read(switching.stands), self._clock())
        if why == "repeat":
            report = await self._store.read(switching.report_of, manifest.sequence)
            return msgspec.structs.replace(msgspec.json.decode(report or "", type=UploadReport), outcome="repeated")
        faults: Faults = {"manifest.json": (fault(why),)} if why else whole_file_faults(self._archive, manifest, self._kept)
        if faults:
            return _rejected(faults, manifest.sequence)
        number = await self._store.write(switching.begin, manifest, self._clock())
        try:
            return await self._read_and_switch(manifest, number)
        except switching.Superseded:
            return _rejected({"manifest.json": (fault("sequence_used"),)}, manifest.sequence, number)

    async def _read_and_switch(self, manifest: Manifest, number: int) -> UploadReport:
        faults = await self._stage(manifest, number)
        if not faults:
            report = UploadReport(
                outcome="applied", sequence=manifest.sequence, upload_no=number, rows=self._rows, changed=self._changed, removed=self._removed
            )
            self._tell("switch")
            try:
                await self._store.write(switching.switch, number, manifest, msgspec.json.encode(report).decode(), self._clock())
            except switching.Clash as clash:
                columns = {
                    register: tuple(fault("clash", 0, column) for of, column, _ in clash.found if of == register) for register, _, _ in clash.found
                }
                faults = columns
            else:
                self._tell("clear")
                await self._store.write(switching.clear, number)
                return report
        rejected = _rejected(faults, manifest.sequence, number)
        await self._store.write(switching.reject, number, msgspec.json.encode(rejected).decode(), self._clock())
        await self._store.write(switching.clear, number)
        return rejected

    async def _stage(self, manifest: Manifest, number: int) -> Faults:
        removed, faults = read_removed(self._archive, manifest)
        if manifest.kind == "differential":
            self._births = {person.atena_no: person.birth for person in await self._store.read(residents_in_order)}
        for register in manifest.registers():
            self._tell(f"read {register}")
            found = read_register(register, self._archive, manifest, self._births)
            faults |= found.faults
            for name, rows in found.rows.items():
                self._rows[name] = rows
                if rows != manifest.files[name].rows:
                    faults[name] = (fault("rows_differ"),)
            if not faults:
                self._tell(f"stage {register}")
                faults |= await self._let_wait(number, register, manifest, found.units, removed.get(register, []))
        return faults

    async def _let_wait(self, number: int, register: str, manifest: Manifest, units: Iterable[Unit], removed: list[str]) -> Faults:
        came, now = await self._store.read(switching.known_units, register)
        seen: set[str] = set()
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
        if manifest.kind == "differential" and (len(set(gone)) != len(gone) or any(key not in now or key in seen for key in gone)):
            return {"removed.csv": (fault("removed_unknown"),)}
        self._removed[register] = len(gone)
        await self._store.write(switching.let_wait, number, register, portion, gone)
        return {}


def _rejected(faults: Faults, sequence: int | None = None, number: int | None = None) -> UploadReport:
    shown = tuple(
        FaultLine(file, line.number, line.column, line.code, line.reason, line.reason_en)
        for file, lines in faults.items()
        for line in lines[:SHOWN_MAX]
    )
    return UploadReport(outcome="rejected", sequence=sequence, upload_no=number, faults=shown, fault_count=sum(map(len, faults.values())))
