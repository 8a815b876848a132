"""Households made from the people of a whole register: who belongs together, who is the head, what cannot be.

Decides nothing about one person's values (`resident_checks`) and reads no database.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from registers.residents.checks import Fault
from registers.residents.household_order import ordered
from registers.residents.relations import HEAD
from registers.residents.resident import Household, Resident, Standing, Suppression

PRESENT: tuple[Standing, ...] = ("current", "leaving")
"""Who counts as a member of a household: a person who has filed a 転出届 lives there until the day."""

UNSTORED = "0"
"""The version of a household that no store has given one."""


def is_present(resident: Resident) -> bool:
    """住民 or 転出予定."""
    return resident.standing in PRESENT


def household_faults(residents: Sequence[Resident], addresses: Sequence[str]) -> Iterator[tuple[int, Fault]]:
    """(index of the person, what is wrong with the household as that person's line shows it). `addresses[i]` is the 住所 of `residents[i]`."""
    for indexes in _by_household(residents).values():
        first = indexes[0]
        for index in indexes[1:]:
            if addresses[index] != addresses[first]:
                yield index, Fault("address", "address_differs")
        present = [index for index in indexes if is_present(residents[index])]
        heads = [index for index in present if residents[index].relation == HEAD]
        for index in heads[1:]:
            yield index, Fault("relation", "two_heads")
        if present and not heads:
            yield present[0], Fault("relation", "no_head")


def assembled(residents: Sequence[Resident], addresses: Sequence[str]) -> tuple[tuple[Resident, ...], tuple[Household, ...]]:
    """(the people in the given order, the households in the order of their first person), where a stop on a whole household stands on each of its present people."""
    people = list(residents)
    households: list[Household] = []
    for household_no, indexes in _by_household(residents).items():
        stops = _household_stops([people[index] for index in indexes])
        for index in indexes:
            people[index] = with_household_stops(people[index], stops)
        members = ordered(people[index] for index in indexes if is_present(people[index]))
        households.append(Household(household_no, addresses[indexes[0]], _head_name(members, people[indexes[0]]), members, UNSTORED))
    return tuple(people), tuple(households)


def with_household_stops(resident: Resident, stops: tuple[Suppression, ...]) -> Resident:
    """The person with their own stops and these of the household, in the order of their first day, the person's own first."""
    if not stops and not resident.suppressions:
        return resident
    own = tuple(stop for stop in resident.suppressions if not stop.household)
    every = own + stops if is_present(resident) else own
    suppressions = tuple(sorted(every, key=stop_key))
    return resident if suppressions == resident.suppressions else replace(resident, suppressions=suppressions)


def stop_key(stop: Suppression) -> tuple[str, bool, str, str]:
    """The order in which a person's stops are listed."""
    return stop.since.isoformat(), stop.household, stop.until.isoformat() if stop.until else "", stop.reason


def _household_stops(people: list[Resident]) -> tuple[Suppression, ...]:
    every = [stop for person in people for stop in person.suppressions if stop.household]
    return tuple(sorted(dict.fromkeys(every), key=stop_key))


def _head_name(members: Sequence[Resident], otherwise: Resident) -> str:
    """The head's name; where everybody has gone, that of the person whose line came first."""
    return members[0].name if members else otherwise.name


def _by_household(residents: Sequence[Resident]) -> dict[str, list[int]]:
    indexes: dict[str, list[int]] = {}
    for index, resident in enumerate(residents):
        indexes.setdefault(resident.household_no, []).append(index)
    return indexes
