"""連携用データ as the demonstration's municipalities send it to the shared cloud: packed as docs/bcl-data.md says and put in place by the cloud's own upload, noted by whom, with a report.

Decides what is sent: all registers once, when a municipality joins; afterwards what a night brings, which among people whom nobody else changes is nothing but the word that nothing changed.
The same for the town on localhost and the town in one process.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bcl_cloud.feeds.manifest import REMOVED
from bcl_cloud.feeds.packing import pack, sealed
from bcl_cloud.feeds.switching import stands
from bcl_cloud.feeds.uploading import UploadReport, upload
from bcl_cloud.joining.onboarding import Cloud, note_upload, registers_of
from registers.koseki import csv_form as koseki_form
from registers.population import Population
from registers.residents import csv_form as residents_form
from registers.residents.resident import Resident
from registers.seal import csv_form as seal_form
from registers.tax import csv_form as tax_form
from simulation.registers_filled import outsiders_of

FIRST = 1
"""The sequence of a municipality's first upload."""


class NotTaken(Exception):
    """An upload of the demonstration was not put in place, and nothing was changed; `str()` says whose and why, without a value of any line."""


def entered(population: Population, residents: Sequence[Resident]) -> Population:
    """The registers as they are entered: `residents` are the population's with what their cards add."""
    now = {one.atena_no: one for one in residents}
    households = tuple(replace(home, members=tuple(now[member.atena_no] for member in home.members)) for home in population.households)
    return replace(population, residents=tuple(residents), households=households)


async def send_everything(cloud: Cloud, code: str, population: Population, who: str, why: str, now: datetime) -> UploadReport:
    """A municipality's first upload: every register that it keeps in the cloud. Raises `NotTaken`, `TenantRefused` (`unknown`), `StoreFailed`."""
    registers = await registers_of(cloud, code)
    outsiders = outsiders_of(population) if "tax" in registers else ()
    archive = pack(population, code, FIRST, now, registers=registers, outsiders=outsiders)
    return await _sent(cloud, code, FIRST, archive, who, why, now)


async def send_changes(cloud: Cloud, code: str, who: str, why: str, now: datetime) -> UploadReport | None:
    """A municipality's differential from whatever upload stands, as of `now`: nothing changed in any register that it keeps in the cloud. None where what stands is as new, or nothing does.

    Raises `NotTaken`, `TenantRefused` (`unknown`), `StoreFailed`.
    """
    before = await cloud.tenancy.store(code).read(stands)
    if before is None or before.as_of >= now:
        return None
    registers = await registers_of(cloud, code)
    files = {name: text for register in registers for name, text in _unchanged()[register].items()} | {REMOVED: "台帳,番号\r\n"}
    sequence = before.sequence + 1
    return await _sent(cloud, code, sequence, sealed(files, code, sequence, now, before.sequence), who, why, now)


def _unchanged() -> Mapping[str, Mapping[str, str]]:
    """The files of each register with their headers and no line."""
    koseki = koseki_form.write((), ())
    return {
        "residents": {"residents.csv": residents_form.write((), ())},
        "koseki": {"koseki.csv": koseki.koseki, "koseki_members.csv": koseki.members},
        "seal": {"seal.csv": seal_form.write(())},
        "tax": {"tax.csv": tax_form.write(())},
    }


async def _sent(cloud: Cloud, code: str, sequence: int, archive: bytes, who: str, why: str, now: datetime) -> UploadReport:
    registers = await registers_of(cloud, code)
    await cloud.database.write(note_upload, code, f"{code}-{sequence}.zip", who, why, now)
    report = await upload(cloud.tenancy.store(code), archive, code, registers, lambda: now)
    if report.outcome != "applied":
        told = ", ".join(f"{line.file} {line.line} {line.column} {line.code}" for line in report.faults[:5])
        raise NotTaken(f"{code}: upload {sequence} was {report.outcome}: {told}")
    return report
