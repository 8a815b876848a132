"""Whether a paper is what its holder asked for and may have, whichever kind it is."""

from collections.abc import Iterator
from datetime import datetime

from certificates.face import Face
from registers.koseki.fuhyo import FuhyoPerson
from registers.koseki.koseki import KosekiPerson
from registers.residents.resident import Resident
from simulation.truth import family, household
from simulation.truth.own import wrong_with_seal, wrong_with_tax
from simulation.truth.registers import Asked, Registers


def wrong_with(face: Face, asked: Asked, registers: Registers) -> list[str]:
    """Everything in which the face differs from what must stand on it; no text of it is repeated."""
    if face.form != asked.form:
        return ["another form than was asked for"]
    return list(_wrong(face, asked, registers))


def _wrong(face: Face, asked: Asked, registers: Registers) -> Iterator[str]:
    if asked.kind in ("koseki", "fuhyo"):
        yield from _wrong_with_family(face, asked, registers)
        return
    holder = registers.residents.get(asked.holder)
    if holder is None:
        yield "a paper of somebody whom nobody knows here"
        return
    home = registers.home(asked.holder)
    if asked.kind in ("juminhyo", "kisai_jiko"):
        yield from household.wrong_with_household(face, asked, home)
    elif asked.kind == "inkan":
        yield from wrong_with_seal(face, holder, home, registers.seals.get(asked.holder))
    else:
        record = registers.taxes.get((asked.holder, asked.year)) if asked.year is not None else None
        yield from wrong_with_tax(face, holder, home, record, asked.year, former=asked.former)


def _wrong_with_family(face: Face, asked: Asked, registers: Registers) -> Iterator[str]:
    found = registers.entry_of(asked)
    if found is None:
        yield "the holder's 戸籍 is not kept here"
        return
    koseki, own = found
    people = family.chosen(koseki, own.person_no, asked)
    if asked.kind == "koseki":
        yield from family.wrong_with_koseki(face, koseki, people)
    else:
        yield from family.wrong_with_fuhyo(face, registers.fuhyos[koseki.koseki_no], people, asked)


def forbidden(asked: Asked, registers: Registers, at: datetime) -> list[str]:
    """Why no such paper may be out, issued at `at` (aware), whatever stands on it (domain facts 3)."""
    return [why for why, so in _forbidden(asked, registers, at) if so]


def _forbidden(asked: Asked, registers: Registers, at: datetime) -> Iterator[tuple[str, bool]]:
    if asked.kind in ("koseki", "fuhyo"):
        yield from _forbidden_family(asked, registers, at)
    holder = registers.residents.get(asked.holder)
    if holder is None:
        return
    home = registers.home(asked.holder)
    listed = household.chosen(home, asked) if asked.kind in ("juminhyo", "kisai_jiko") else [holder]
    named = [person for person in home.members if person.relation == "世帯主" and "relation" in asked.show]
    yield "the paper of somebody who is stopped", any(_stopped(person, at) or person.character_pending for person in {holder, *listed, *named})
    yield (
        "the paper of a household that is stopped",
        any(stop.household and stop.since <= at.date() for person in home.members for stop in person.suppressions),
    )
    if asked.former:
        yield "the paper of somebody who is dead here", holder.standing == "dead"
    else:
        yield "the paper of somebody who has left, or is about to", any(person.standing != "current" for person in {holder, *listed})
    if asked.kind == "inkan":
        seal = registers.seals.get(asked.holder)
        yield "a seal that is not in force", seal is None or (seal.cancelled_at is not None and seal.cancelled_at <= at)
    if asked.kind == "kazei":
        year = asked.year or 0
        record = registers.taxes.get((asked.holder, year))
        dependant = record is not None and record.dependant_of in {member.atena_no for member in home.members} - {asked.holder}
        yield "figures of somebody who declared nothing", record is not None and not record.declared and (not dependant or asked.form == "shotoku")
        yield "figures that wait for a correction", (asked.holder, year) in registers.held


def may_be_vouched_for(holder: str, registers: Registers, at: datetime) -> list[str]:
    """Why the municipality where somebody lives now may not vouch for them at `at` (aware), so that no paper of another one may be out either."""
    asked = Asked(holder, "vouch", "", None, "self", ())
    return [f"vouched for: {why}" for why in forbidden(asked, registers, at)]


def _forbidden_family(asked: Asked, registers: Registers, at: datetime) -> Iterator[tuple[str, bool]]:
    found = registers.entry_of(asked)
    if found is None:
        return
    koseki, own = found
    people = family.chosen(koseki, own.person_no, asked)
    entries: tuple[KosekiPerson | FuhyoPerson, ...] = (*koseki.members, *registers.fuhyos[koseki.koseki_no].people)
    yield "a 戸籍 with somebody who is stopped", any(_stopped(person, at) for person in entries if person.person_no in {own.person_no, *people})
    yield "a 戸籍 that is about to change, or is no more", koseki.change_pending or koseki.standing != "current"
    yield "the 戸籍 of somebody who was removed from it", own.removed_on is not None


def _stopped(person: Resident | KosekiPerson | FuhyoPerson, at: datetime) -> bool:
    return person.protection is not None or any(stop.since <= at.date() for stop in person.suppressions)
