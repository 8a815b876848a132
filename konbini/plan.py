"""`konbini plan`: a scenario's plan into a folder: the council's page and PDF, municipalities and assumptions as CSV, a summary. Anything wrong is told by its line, and nothing is written."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import NoReturn

import msgspec

from fees.planning.council.files import files_of
from fees.planning.country.participation import CannotHold
from fees.planning.country.population_file import PopulationsRefused, read_populations
from fees.planning.plan import plan
from fees.planning.scenario.parts import Scenario
from fees.planning.scenario.reading import ScenarioRefused, read_scenario
from konbini.answers import fail, print_json
from registers.municipalities import municipalities

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
    content = _read(errand.scenario, as_json=as_json)
    scenario = _scenario(errand, content, as_json=as_json)
    brought = None if errand.population is None else _populations(errand.population, as_json=as_json)
    try:
        files = files_of(plan(scenario, brought))
    except CannotHold as problem:
        fail("plan_impossible", f"{errand.scenario}: {problem}", as_json=as_json)
    try:
        _write(errand.out, files)
    except OSError as error:
        fail("out_unwritable", f"{errand.out} に書けません（{error.strerror}）。", as_json=as_json)
    if as_json:
        print_json({"out": str(errand.out), "files": {name: sha256(one).hexdigest() for name, one in sorted(files.items())}})
        return
    for name in files:
        print(errand.out / name)


def _scenario(errand: Errand, content: bytes, *, as_json: bool) -> Scenario:
    found = read_scenario(content)
    if isinstance(found, ScenarioRefused):
        _refuse("scenario_refused", errand.scenario, [(fault.line, fault.reason) for fault in found.faults], as_json=as_json)
    if errand.municipality is None:
        return found
    if errand.municipality not in {one.code for one in municipalities()}:
        fail("municipality_unknown", f"--municipality: 団体コード「{errand.municipality}」は市区町村の一覧にありません。", as_json=as_json)
    return msgspec.structs.replace(found, ours=errand.municipality)


def _populations(file: Path, *, as_json: bool) -> dict[str, int]:
    found = read_populations(BytesIO(_read(file, as_json=as_json)), municipalities())
    if isinstance(found, PopulationsRefused):
        _refuse("populations_refused", file, [(fault.line, fault.reason) for fault in found.faults], as_json=as_json)
    return found


def _read(file: Path, *, as_json: bool) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        fail("file_unreadable", f"{file} を読めません（{error.strerror}）。", as_json=as_json)


def _refuse(code: str, file: Path, faults: list[tuple[int, str]], *, as_json: bool) -> NoReturn:
    lines = [f"{file}:{line}: {reason}" if line else f"{file}: {reason}" for line, reason in faults]
    shown = (
        lines if len(lines) <= SHOWN_FAULTS else [*lines[:SHOWN_FAULTS], f"ほかに{len(lines) - SHOWN_FAULTS}件あります（--json ですべて出ます）。"]
    )
    fail(code, "\n".join(shown), as_json=as_json, faults=[{"line": line, "reason": reason} for line, reason in faults])


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
