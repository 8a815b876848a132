"""A plan from bytes to bytes: the scenario and the populations as somebody sent them, the files or every reason why there are none. What the command and the office's page both call."""

from io import BytesIO
from typing import Annotated

import msgspec

from fees.planning.council.files import files_of
from fees.planning.country.participation import CannotHold
from fees.planning.country.population_file import PopulationsRefused, read_populations
from fees.planning.plan import plan
from fees.planning.scenario.reading import ScenarioRefused, read_scenario
from registers.municipalities import municipalities

SCENARIO, POPULATIONS, WHOLE = "scenario", "population", "plan"


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The scenario's bytes; the populations' (None: modelled); whose council reads (None: as the scenario says); at most how many draws (None: as many as it says)."""

    scenario: bytes
    populations: bytes | None = None
    municipality: str | None = None
    draws_max: int | None = None


class Fault(msgspec.Struct, frozen=True):
    """A reason in Japanese: which of the inputs it is about, and its line (0: the whole of it)."""

    about: str
    line: Annotated[int, msgspec.Meta(ge=0)]
    reason: str


class Planned(msgspec.Struct, frozen=True, tag="planned"):
    """The plan's files by name."""

    files: dict[str, bytes]


class NotPlanned(msgspec.Struct, frozen=True, tag="not_planned"):
    """Nothing was computed."""

    faults: tuple[Fault, ...]


Answer = Planned | NotPlanned


def answer_to(asked: Asked) -> Answer:
    """The plan's files, or why there are none."""
    scenario = read_scenario(asked.scenario)
    if isinstance(scenario, ScenarioRefused):
        return NotPlanned(tuple(Fault(SCENARIO, fault.line, fault.reason) for fault in scenario.faults))
    if asked.draws_max is not None and scenario.draws > asked.draws_max:
        return _whole(f"draws はここでは{asked.draws_max:,}以下にしてください。より多くは konbini plan で試算できます。")
    if asked.municipality is not None:
        if asked.municipality not in {one.code for one in municipalities()}:
            return _whole(f"団体コード「{asked.municipality[:20]}」は市区町村の一覧にありません。")
        scenario = msgspec.structs.replace(scenario, ours=asked.municipality)
    brought = None
    if asked.populations is not None:
        found = read_populations(BytesIO(asked.populations), municipalities())
        if isinstance(found, PopulationsRefused):
            return NotPlanned(tuple(Fault(POPULATIONS, fault.line, fault.reason) for fault in found.faults))
        brought = found
    try:
        return Planned(dict(files_of(plan(scenario, brought))))
    except CannotHold as problem:
        return _whole(str(problem))


def _whole(reason: str) -> NotPlanned:
    return NotPlanned((Fault(WHOLE, 0, reason),))
