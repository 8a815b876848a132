"""A change applied to a world: every register that it concerns, in every municipality that keeps one, so that they still agree.

Decides nothing that a change does not say; numbers are the next ones of the register that gives them. A change that does not fit the world is a KeyError.
"""

from dataclasses import replace

from registers.koseki import entries
from registers.koseki.fuhyo import FuhyoAddress
from registers.population.births import birth
from registers.population.books import book_of, moved, partner_of, recorded, removed, with_book
from registers.population.change import Birth, Change, Death, Divorce, LeaveNotified, Move, SealEnd, SealEntry, Wedding
from registers.population.marrying import divorce, wedding
from registers.population.municipality import World
from registers.population.roll import (
    home,
    line,
    living,
    next_atena_no,
    next_household_no,
    next_seal_no,
    seals_ended,
    with_people,
)
from registers.residents.households import UNSTORED
from registers.residents.relations import HEAD, SPOUSES
from registers.residents.resident import Resident
from registers.seal.seal import SealRegistration


def apply(world: World, change: Change) -> World:
    """The world after the change, as of its day. KeyError when the change is not of this world (nobody lives there, no such seal)."""
    return replace(_applied(world, change), today=max(world.today, change.at.date()))


def _applied(world: World, change: Change) -> World:
    match change:
        case Birth():
            return birth(world, change)
        case LeaveNotified():
            return _leave_notified(world, change)
        case Move():
            return _move(world, change)
        case Wedding():
            return wedding(world, change)
        case Divorce():
            return divorce(world, change)
        case Death():
            return _death(world, change)
        case SealEntry():
            municipality = world.of(change.city)
            seal = SealRegistration(next_seal_no(municipality), change.atena_no, change.at.date(), change.carved, change.imprint, UNSTORED)
            return world.with_municipality(replace(municipality, seals=(*municipality.seals, seal)))
        case SealEnd():
            return _seal_end(world, change)


def _leave_notified(world: World, change: LeaveNotified) -> World:
    municipality = world.of(change.city)
    people = [replace(line(municipality, number), standing="leaving", standing_since=change.leaving_on) for number in change.people]
    return world.with_municipality(with_people(municipality, people))


def _move(world: World, change: Move) -> World:
    """The lines left behind stand as 転出, their seals end; new lines stand where the people came, and every 附票 gets its line."""
    day, left, came_to = change.at.date(), world.of(change.city), world.of(change.to)
    going = [line(left, number) for number in change.people]
    before = home(left, going[0].household_no).address
    gone = with_people(left, [replace(person, standing="left", standing_since=day) for person in going])
    world = world.with_municipality(seals_ended(gone, set(change.people), change.at, "moved_out"))
    household_no = change.household_no or next_household_no(came_to)
    address = home(came_to, change.household_no).address if change.household_no else change.address
    arrived = [
        replace(
            person,
            atena_no=next_atena_no(came_to, index),
            household_no=household_no,
            relation=relation,
            resident_since=day.isoformat(),
            address_since=day.isoformat(),
            notified_on=day.isoformat(),
            previous_address=before,
            serial=None,
            card_usable_from=None,
            standing="current",
            standing_since=None,
        )
        for index, (person, relation) in enumerate(zip(going, change.relations, strict=True))
    ]
    world = world.with_municipality(with_people(came_to, [], arrived, address))
    for resident in arrived:
        book = book_of(world, resident)
        if book is not None:
            atena_no = resident.atena_no if book.city == change.to else None
            member, _ = book.standing(resident.juminhyo_code)
            world = with_book(world, moved(book, member.person_no, FuhyoAddress(address, day.isoformat()), atena_no))
    return world


def _death(world: World, change: Death) -> World:
    """除票, 廃印, 除籍; the spouse is alone in the 戸籍, and who is left at home has a head."""
    municipality, dead = living(world, change.person)
    day = change.at.date()
    heirs = _new_head(dead, [member for member in home(municipality, dead.household_no).members if member.atena_no != dead.atena_no])
    after = with_people(municipality, [replace(dead, standing="dead", standing_since=day), *heirs])
    world = world.with_municipality(seals_ended(after, {dead.atena_no}, change.at, "dead"))
    book = book_of(world, dead)
    if book is None:
        return world
    member, _ = book.standing(dead.juminhyo_code)
    partner = partner_of(book, member) if member.spouse else None
    if partner is not None:
        book = recorded(book, partner.person_no, entries.spouse_death(day.isoformat(), day), married=False)
    entry = entries.death(day.isoformat(), None, municipality.city.full_name, day, change.notifier)
    return with_book(world, removed(book, member.person_no, day, entry))


def _new_head(dead: Resident, others: list[Resident]) -> list[Resident]:
    """Where the head has died: the spouse, or else the first of those who are left; children stay children of a spouse and become siblings of an eldest child."""
    if dead.relation != HEAD or not others:
        return []
    first, *rest = others
    if first.relation in SPOUSES:
        return [replace(first, relation=HEAD)]
    siblings = [replace(one, relation="弟" if one.sex == "男" else "妹") if one.relation == "子" else one for one in rest]
    return [replace(first, relation=HEAD), *siblings]


def _seal_end(world: World, change: SealEnd) -> World:
    municipality = world.of(change.city)
    if all(seal.registration_no != change.registration_no or seal.cancelled_at is not None for seal in municipality.seals):
        raise KeyError(change.registration_no)
    seals = tuple(
        replace(seal, cancelled_at=change.at, cancelled_for=change.reason) if seal.registration_no == change.registration_no else seal
        for seal in municipality.seals
    )
    return world.with_municipality(replace(municipality, seals=seals))
