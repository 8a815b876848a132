"""`konbini plan`: a scenario's plan into a folder: the council's page and PDF, municipalities and assumptions as CSV, a summary. Anything wrong is told by its line, and nothing is written."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

from fees.planning.errand import POPULATIONS, SCENARIO, Asked, Fault, NotPlanned, answer_to
from konbini.answers import fail, print_json

SHOWN_FAULTS = 50


@dataclass(frozen=True, slots=True)
class Errand:
    """The scenario, the populations (None: modelled), whose council reads (None: as the scenario says), and where the files go."""

    scenario: Path
    population: Path | None
    municipality: str | None
    out: Path


def make_plan(errand: Errand, *, as_json: bool) -> None:
    """Write the plan's files, or say why there is none."""
    populations = None if errand.population is None else _read(errand.population, as_json=as_json)
    asked = Asked(scenario=_read(errand.scenario, as_json=as_json), populations=populations, municipality=errand.municipality)
    answer = answer_to(asked)
    if isinstance(answer, NotPlanned):
        _refuse(errand, answer.faults, as_json=as_json)
    try:
        _write(errand.out, answer.files)
    except OSError as error:
        fail("out_unwritable", f"{errand.out} に書けません（{error.strerror}）。", as_json=as_json)
    if as_json:
        print_json({"out": str(errand.out), "files": {name: sha256(one).hexdigest() for name, one in sorted(answer.files.items())}})
        return
    for name in answer.files:
        print(errand.out / name)


def _read(file: Path, *, as_json: bool) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        fail("file_unreadable", f"{file} を読めません（{error.strerror}）。", as_json=as_json)


def _refuse(errand: Errand, faults: tuple[Fault, ...], *, as_json: bool) -> NoReturn:
    lines = [_told(errand, fault) for fault in faults]
    if len(lines) > SHOWN_FAULTS:
        lines = [*lines[:SHOWN_FAULTS], f"ほかに{len(faults) - SHOWN_FAULTS}件あります（--json ですべて出ます）。"]
    told = [{"about": fault.about, "line": fault.line, "reason": fault.reason} for fault in faults]
    fail("plan_refused", "\n".join(lines), as_json=as_json, faults=told)


def _told(errand: Errand, fault: Fault) -> str:
    file = {SCENARIO: errand.scenario, POPULATIONS: errand.population}.get(fault.about)
    return f"{file}:{fault.line}: {fault.reason}" if file and fault.line else f"{file or errand.scenario}: {fault.reason}"


def _write(out: Path, files: Mapping[str, bytes]) -> None:
    """All files, complete, or none: each is written beside its place first."""
    out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as undo:
        for name, content in files.items():
            beside = out / f".{name}.new"
            undo.callback(beside.unlink, missing_ok=True)
            beside.write_bytes(content)
        for name in files:
            (out / f".{name}.new").replace(out / name)
