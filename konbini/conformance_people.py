"""Test people for a conformance run, chosen among the residents of a demonstration town: who has which paper, with the texts that must stand on it, and who is refused.

What stands on a paper is said by the auditor's own idea of it (`simulation.truth`), never by the program that draws it. Everybody is made up. Decides who serves best; touches no file.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from registers.koseki.fuhyo import Fuhyo
from registers.koseki.koseki import Koseki
from registers.residents.resident import Household, Resident
from registers.seal.seal import SealRegistration
from registers.tax.record import TaxRecord
from simulation.truth.days import EMPTY, on_paper
from simulation.truth.household import texts_of
from simulation.truth.paper import forbidden
from simulation.truth.registers import Asked, Registers

FAMILY_OF = 3
"""Two households of so many give papers of three sheets (M3)."""
_HIDDEN = ("my_number", "juminhyo_code", "honseki")
"""Items of a 住民票 that are looked for: their values stand nowhere else on the paper."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A resident with a card, and all that the registers say of them. `kinds`: what they could have when the town was prepared; `tax` is of the latest year that is issued."""

    id: str
    resident: Resident
    home: Household
    kinds: tuple[str, ...]
    seal: SealRegistration | None
    family: tuple[Koseki, Fuhyo | None, str] | None
    tax: TaxRecord | None

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that may be printed about this household and 戸籍."""
        own = [text for one in self.home.members for text in texts_of(one).values()]
        elsewhere = [self.tax.address] if self.tax is not None else []
        return (self.home.address, *own, *elsewhere, *_family_texts(self.family))


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who is used for what. `mover`'s name and address change during the run, `ender`'s right to a paper ends; both are None where nobody can be spared."""

    holders: tuple[Candidate, ...]
    protected: Candidate | None
    stopped: Candidate | None
    mover: Candidate | None
    ender: Candidate | None


def chosen(candidates: Sequence[Candidate], kinds: Sequence[str], now: datetime) -> Chosen:
    """Two households of three and, of each of `kinds`, two people; then whoever else is needed, each of a household of their own as long as there are any."""
    protected = next((one for one in candidates if one.resident.protection is not None and _listed(one, now)), None)
    stopped = next((one for one in candidates if one.resident.protection is None and _stopped(one, now) and _listed(one, now)), None)
    free = [one for one in candidates if one not in (protected, stopped) and has(one, kinds[0], now)]
    large = sorted((one for one in free if len(one.home.members) >= FAMILY_OF), key=lambda one: -len(may(one, kinds, now)))
    holders = _of_other_homes(large, (), 2)
    for kind in kinds:
        lacking = 2 - sum(has(one, kind, now) for one in holders)
        rich = sorted((one for one in free if has(one, kind, now)), key=lambda one: -len(may(one, kinds, now)))
        holders += _of_other_homes(rich, holders, lacking)
    rest = sorted(_of_other_homes(free, holders, len(free)), key=lambda one: len(one.home.members))
    mover = next((one for one in rest if _can_move(one)), None)
    sealed = [one for one in rest if one is not mover and "inkan" in kinds and has(one, "inkan", now)]
    others = [one for one in rest if one is not mover]
    return Chosen(tuple(holders), protected, stopped, mover, next(iter([*sealed, *others]), mover))


def to_be_stopped(candidates: Sequence[Candidate], used: Chosen, kind: str, now: datetime) -> Candidate | None:
    """An ordinary resident of a household that is used for nothing, to be protected or stopped where the town has nobody who is."""
    taken = [one for one in (*used.holders, used.protected, used.stopped, used.mover, used.ender) if one is not None]
    return next(iter(_of_other_homes([one for one in candidates if has(one, kind, now)], taken, 1)), None)


def has(one: Candidate, kind: str, now: datetime) -> bool:
    """Whether this person may have a paper of this kind about everybody, with every item."""
    kept = {
        "koseki": one.family is not None,
        "fuhyo": one.family is not None and one.family[1] is not None,
        "kazei": one.tax is not None and one.tax.declared,
    }
    if kind not in one.kinds or not kept.get(kind, True):
        return False
    asked = Asked(one.resident.atena_no, kind, kind, None if one.tax is None else one.tax.year, "all", ("relation",))
    return not forbidden(asked, _registers(one), now)


def may(one: Candidate, kinds: Iterable[str], now: datetime) -> list[dict[str, Any]]:
    """What this person may have, as the profile says it."""
    return [_may(one, kind) for kind in kinds if has(one, kind, now)]


def told(one: Candidate, used: Sequence[Candidate], kinds: Sequence[str], now: datetime, *, marked: bool = True) -> dict[str, Any]:
    """A person of the profile. Their address marks their papers where nobody else's says it."""
    others = [text for other in used if other.home.household_no != one.home.household_no for text in other.texts]
    marks = [one.home.address] if marked and not any(one.home.address in text for text in others) else []
    person = {"id": one.id, "serial": one.resident.serial, "may": may(one, kinds, now), "marks": marks}
    in_force = one.seal is not None and one.seal.in_force_at(now)
    return person | {"refused": [{"kind": "inkan", "code": "no_seal"}] if "inkan" in kinds and not in_force else []}


def refused(one: Candidate, kind: str, *, protected: bool) -> dict[str, Any]:
    """Somebody who gets nothing, for a reason that nobody may know."""
    return {"id": one.id, "serial": one.resident.serial, "refused": [{"kind": kind, "code": "not_issuable", "protected": protected}]}


def _may(one: Candidate, kind: str) -> dict[str, Any]:
    person, home = one.resident, one.home
    if kind in ("koseki", "fuhyo"):
        return _may_of_family(one, kind)
    people = home.members if kind in ("juminhyo", "kisai_jiko") else (person,)
    members = [{"name": each.name, "birth": texts_of(each)["birth"], "holder": each.atena_no == person.atena_no} for each in people]
    paper: dict[str, Any] = {"kind": kind, "members": members, "texts": [home.address]}
    return paper | {"items": _items(one)} if kind in ("juminhyo", "kisai_jiko") else paper


def _may_of_family(one: Candidate, kind: str) -> dict[str, Any]:
    assert one.family is not None
    koseki, fuhyo, own = one.family
    people = [(each.person_no, each.given_name, on_paper(each.birth), each.removed_on is None) for each in koseki.members]
    if kind == "fuhyo" and fuhyo is not None:
        people = [(each.person_no, each.given_name, on_paper(each.birth), each.removed_on is None) for each in fuhyo.people]
    members = [{"name": name, "birth": birth, "holder": number == own, "choosable": stays} for number, name, birth, stays in people]
    return {"kind": kind, "members": members, "texts": [koseki.honseki, koseki.hittousha] if kind == "koseki" else []}


def _items(one: Candidate) -> dict[str, list[str]]:
    printed = {name: text for name, text in texts_of(one.resident).items() if name in _HIDDEN and text != EMPTY}
    others = [text for each in one.home.members for name, text in texts_of(each).items() if name not in _HIDDEN]
    return {name: [text] for name, text in printed.items() if not any(text in other for other in (one.home.address, *others))}


def _registers(one: Candidate) -> Registers:
    """As much of the registers as is about this person."""
    koseki = {} if one.family is None else {one.family[0].koseki_no: one.family[0]}
    fuhyo = {} if one.family is None else {one.family[0].koseki_no: one.family[1] or _without_people(one.family[0])}
    seals = {} if one.seal is None else {one.resident.atena_no: one.seal}
    taxes = {} if one.tax is None else {(one.tax.atena_no, one.tax.year): one.tax}
    people = {each.atena_no: each for each in (*one.home.members, one.resident)}
    return Registers(people, {one.home.household_no: one.home}, koseki, fuhyo, seals, taxes)


def _without_people(koseki: Koseki) -> Fuhyo:
    """Where no 附票 is kept."""
    return Fuhyo(koseki.koseki_no, koseki.honseki, koseki.hittousha, (), date.min, koseki.standing, "")


def _family_texts(family: tuple[Koseki, Fuhyo | None, str] | None) -> Iterator[str]:
    if family is not None:
        koseki, fuhyo, _ = family
        yield koseki.honseki
        yield from (value for each in koseki.members for entry in each.entries for _, value in entry.rows)
        yield from (lived.address for each in (fuhyo.people if fuhyo is not None else ()) for lived in each.addresses)


def _of_other_homes(ones: Iterable[Candidate], used: Sequence[Candidate], count: int) -> list[Candidate]:
    """The first `count` of them, no two of one household or 戸籍, and none of a household or 戸籍 that is used."""
    found: list[Candidate] = []
    for one in ones:
        if len(found) >= count:
            break
        if not any(_related(one, other) for other in (*used, *found)):
            found.append(one)
    return found


def _related(one: Candidate, other: Candidate) -> bool:
    same_family = one.family is not None and other.family is not None and one.family[0].koseki_no == other.family[0].koseki_no
    return one.home.household_no == other.home.household_no or same_family


def _stopped(one: Candidate, now: datetime) -> bool:
    person = one.resident
    return person.character_pending or any(stop.since <= now.date() and not stop.household for stop in person.suppressions)


def _listed(one: Candidate, now: datetime) -> bool:
    """Somebody who would get papers but for the stop: lives here, old enough, with a card that is good."""
    person = one.resident
    usable = person.card_usable_from is None or person.card_usable_from <= now.date()
    return person.standing == "current" and usable and person.birth[:4].isdigit() and int(person.birth[:4]) <= now.year - 16


def _can_move(one: Candidate) -> bool:
    """The days that a move changes can be put back."""
    days = {(each.address_since, each.notified_on) for each in one.home.members}
    return len(days) == 1 and all(day is not None and len(day) == 10 and day[4] == "-" for pair in days for day in pair)
