"""What happens to people during a day, as changes of registers' values: a protection, a move out filed, a seal given up, a notification accepted, figures corrected, a certificate renewed.

Each is a function from what a town hall keeps to what it keeps afterwards; it says nothing of how any issuer learns of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from registers.population import Population
from registers.residents.resident import Protection, Resident, Standing
from registers.tax.record import TaxRecord


@dataclass(frozen=True, slots=True)
class Kept:
    """What a town hall keeps: its registers, and the tax records (宛名番号, 年度) whose figures wait for a correction."""

    population: Population
    held: frozenset[tuple[str, int]] = frozenset()


Happening = Callable[[Kept], Kept]


def protected(atena_no: str, on: date) -> Happening:
    """支援措置 from `on`."""
    return _resident(atena_no, lambda one: replace(one, protection=Protection("support", on, None)))


def released(atena_no: str) -> Happening:
    """The end of a protection."""
    return _resident(atena_no, lambda one: replace(one, protection=None))


def stands(atena_no: str, standing: Standing, on: date | None) -> Happening:
    """転出届, 転出, 死亡, or present again (`on` None)."""
    return _resident(atena_no, lambda one: replace(one, standing=standing, standing_since=on))


def pending(atena_no: str, *, waits: bool) -> Happening:
    """外字 that waits to be registered, or no longer."""
    return _resident(atena_no, lambda one: replace(one, character_pending=waits))


def renewed(atena_no: str, serial: str) -> Happening:
    """Another certificate on the card."""
    return _resident(atena_no, lambda one: replace(one, serial=serial))


def seal_ended(atena_no: str, at: datetime) -> Happening:
    """廃印 of whatever seal is in force."""

    def happen(kept: Kept) -> Kept:
        seals = tuple(
            replace(one, cancelled_at=at, cancelled_for="lost") if one.atena_no == atena_no and one.cancelled_at is None else one
            for one in kept.population.seals
        )
        return replace(kept, population=replace(kept.population, seals=seals))

    return happen


def notified(koseki_no: str, *, waits: bool) -> Happening:
    """A notification for this 戸籍 was accepted, or entered."""

    def happen(kept: Kept) -> Kept:
        kosekis = tuple(replace(one, change_pending=waits) if one.koseki_no == koseki_no else one for one in kept.population.koseki)
        return replace(kept, population=replace(kept.population, koseki=kosekis))

    return happen


def held(atena_no: str, year: int) -> Happening:
    """Figures of this year are found wrong."""
    return lambda kept: replace(kept, held=kept.held | {(atena_no, year)})


def corrected(record: TaxRecord) -> Happening:
    """The corrected figures take the place of the wrong ones."""

    def happen(kept: Kept) -> Kept:
        unit = (record.atena_no, record.year)
        taxes = tuple(record if (one.atena_no, one.year) == unit else one for one in kept.population.tax)
        return Kept(replace(kept.population, tax=taxes), kept.held - {unit})

    return happen


def _resident(atena_no: str, change: Callable[[Resident], Resident]) -> Happening:
    """The line changes, and with it the household that shows its present people."""

    def happen(kept: Kept) -> Kept:
        population = kept.population
        residents = tuple(change(one) if one.atena_no == atena_no else one for one in population.residents)
        now = {one.atena_no: one for one in residents}
        number = now[atena_no].household_no

        def told(home: Any) -> Any:
            present = (now[member.atena_no] for member in home.members)
            return replace(home, members=tuple(one for one in present if one.standing in ("current", "leaving")))

        households = tuple(told(home) if home.household_no == number else home for home in population.households)
        return replace(kept, population=replace(population, residents=residents, households=households))

    return happen
