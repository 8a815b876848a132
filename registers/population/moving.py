"""Who moves from one municipality of the world to another, and who has a seal registered or ended."""

from dataclasses import replace
from datetime import datetime, timedelta

from registers.population.change import LeaveNotified, Move, SealEnd, SealEntry
from registers.population.city import address
from registers.population.fitness import Run, age_at, homes, is_plain, is_plain_home, settled
from registers.population.municipality import Population, World
from registers.population.roll import home, line
from registers.population.seals import SEAL_AGE, readable_names
from registers.residents.households import is_present
from registers.residents.relations import HEAD
from registers.residents.resident import Household, Resident
from registers.seal.seal import SealRegistration

_CARVED_MAX = 8


def leaving(run: Run, world: World, at: datetime) -> LeaveNotified | None:
    """転出届 of a whole household, or of a grown-up child or lodger alone; the 転出 follows in a week or two."""

    def fits(found: tuple[Population, Household]) -> bool:
        return all(settled(member, at) and member.foreign is None for member in found[1].members)

    found = run.some(homes(world), fits) if len(world.municipalities) > 1 else None
    if found is None:
        return None
    place, household = found
    alone = [one for one in household.members if one.relation in ("子", "同居人", "縁故者") and age_at(one, at) >= 18]
    if alone and run.chance.random() < 0.6:
        return announced(run, world, at, place, alone[:1], (HEAD,))
    return announced(run, world, at, place, list(household.members), tuple(member.relation for member in household.members))


def announced(
    run: Run,
    world: World,
    at: datetime,
    place: Population,
    going: list[Resident],
    relations: tuple[str, ...],
    join: tuple[Population, str] | None = None,
) -> LeaveNotified:
    """The notification now, the move later; `join` is the municipality and the household to which they come."""
    others = [other for other in world.municipalities if other.city.code != place.city.code]
    to = join[0] if join else run.chance.choice(others)
    moving = at + timedelta(days=run.chance.randint(4, 14))
    numbers = tuple(resident.atena_no for resident in going)
    where = address(run.chance, to.city, flat=run.chance.random() < 0.6)
    run.announce(Move(moving, place.city.code, numbers, relations, to.city.code, where, join[1] if join else None))
    return LeaveNotified(at, place.city.code, numbers, moving.date())


def as_possible(world: World, move: Move) -> Move | None:
    """The move as it can be made on its day: None when the people no longer mean to go; into a household of their own when the one they meant to join is no longer as it was."""
    place = world.of(move.city)
    if any(line(place, number).standing != "leaving" for number in move.people):
        return None
    if move.household_no is None or is_plain_home(home(world.of(move.to), move.household_no)):
        return move
    return replace(move, household_no=None, relations=(HEAD,))


def seal_entry(run: Run, world: World, at: datetime) -> SealEntry | None:
    """印鑑登録 of somebody of 15 or more who has none in force; what is carved is the surname, or what the resident has of it."""
    if run.carve is None:
        return None
    in_force = {(place.city.code, seal.atena_no) for place in world.municipalities for seal in place.seals if seal.cancelled_at is None}

    def fits(found: tuple[Population, Resident]) -> bool:
        place, resident = found
        return (
            is_plain(resident)
            and age_at(resident, at) >= SEAL_AGE
            and (place.city.code, resident.atena_no) not in in_force
            and bool(_carvable(resident))
        )

    found = run.some(list(world.residents()), fits)
    if found is None:
        return None
    carved = _carvable(found[1])[0]
    return SealEntry(at, found[0].city.code, found[1].atena_no, carved, run.carve(carved, run.chance))


def seal_end(run: Run, world: World, at: datetime) -> SealEnd | None:
    """廃止 of a registration, asked for or because the seal is lost."""

    def fits(found: tuple[Population, SealRegistration]) -> bool:
        place, seal = found
        return seal.cancelled_at is None and seal.registered_on < at.date() and is_present(line(place, seal.atena_no))

    found = run.some([(place, seal) for place in world.municipalities for seal in place.seals], fits)
    return SealEnd(at, found[0].city.code, found[1].registration_no, run.chance.choice(("request", "lost"))) if found else None


def _carvable(resident: Resident) -> list[str]:
    return [name for name in readable_names(resident) if len(name) <= _CARVED_MAX]
