"""Who walks up to the terminals of a simulated town, when, and what they want; and what each leaves with.

Arrivals are a schedule (15 a minute on average) and not a reaction to the machine: somebody who finds all terminals taken stands in line. Whoever has lived elsewhere, or has the 本籍 there, comes
more often than others: what they want is what goes from municipality to municipality.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import date, datetime
from random import Random

from certificates.kinds import KINDS, Kind
from kiosk.card import Card, load_card
from simulation.foundation import Foundation, Holder
from simulation.hands import SimulatedHands
from simulation.parties import Town
from simulation.visitor import Person
from simulation.wishes import NotServed, UseWish, Visited, Wish

ARRIVALS_A_MINUTE = 15.0
EVERYBODYS = ("relation", "honseki", "my_number", "juminhyo_code")

MIX = {"juminhyo": 42, "inkan": 27, "kazei": 12, "koseki": 10, "kisai_jiko": 5, "fuhyo": 4}
"""What people come for, in a hundred: 住民票 and 印鑑 far before the rest, as everywhere in the country."""

ODD = 0.02
"""How often somebody asks for a form or a year that is not to be had."""

OF_TWO_PLACES = 0.25
"""How often whoever comes is one of those with a past or a 本籍 in another municipality of the town, besides their share of everybody."""

FAMILY_ELSEWHERE = {"use": 65, "status": 15, "paper": 20}
"""What those come for whose 戸籍 is kept elsewhere, in a hundred: to apply, to ask how it stands, for a paper."""

INVITED_COME = 0.3
"""How often the next to come is somebody whose 利用登録 was accepted, as long as there is one."""

JANUARY_ELSEWHERE = 0.75
"""How often a former resident of another municipality names it for a tax paper; the others take it that they lived where they live now."""


@dataclass(frozen=True, slots=True)
class Came:
    """One visit that ended: who came where with which certificate, what they wanted, what they left with, and if the machine never let them end it, why. Seconds are the world's."""

    number: int
    holder: Holder
    serial: str
    terminal: str
    wish: Wish
    began: datetime
    began_at: float
    ended_at: float
    visited: Visited
    stranded: str | None


class Crowd:
    """The visitors of one run."""

    def __init__(self, foundation: Foundation, town: Town) -> None:
        self._foundation = foundation
        self._town = town
        self._world = foundation.estate.world
        self._chance = self._world.random("workload")
        self._free: asyncio.Queue[str] = asyncio.Queue()
        self._of_two_places = tuple(holder for holder in foundation.holders if holder.former or holder.elsewhere)
        self.cards_out: dict[int, asyncio.Lock] = {}
        self.here: dict[int, Holder] = {}
        """Who stands at a terminal now, by the number of the visit."""
        for terminal in foundation.estate.terminals:
            self._free.put_nowait(terminal)
        self.invited: list[Holder] = []
        """Who was told that their 利用登録 is accepted, and comes for the 戸籍."""
        self.came: list[Came] = []

    async def walk_up(self, visits: int) -> None:
        """Let `visits` people come, and wait until the last has left."""
        async with asyncio.TaskGroup() as people:
            for number in range(visits):
                invited = self.invited.pop(0) if self.invited and self._chance.random() < INVITED_COME else None
                people.create_task(self._visit(number, invited or self._pick(), self._wish_seed(), invited=invited is not None))
                await asyncio.sleep(self._chance.expovariate(ARRIVALS_A_MINUTE / 60.0))

    def _pick(self) -> Holder:
        if self._of_two_places and self._chance.random() < OF_TWO_PLACES:
            return self._chance.choice(self._of_two_places)
        return self._chance.choice(self._foundation.holders)

    def _wish_seed(self) -> Random:
        return Random(self._chance.getrandbits(64))  # noqa: S311 - repeatable on purpose

    async def _visit(self, number: int, holder: Holder, chance: Random, *, invited: bool) -> None:
        lock = self.cards_out.setdefault(holder.number, asyncio.Lock())
        async with lock:
            terminal = await self._free.get()
            wish = self._for_family(self._begun(holder, chance), holder, chance) if invited else self._wish(holder, chance)
            began, began_at, serial = self._world.now(), self._world.loop.time(), self._foundation.cards[holder.number].serial
            self.here[number] = holder
            where = f"{wish.municipality} {wish.door} {wish.january}"
            what = f"{wish.kind} {wish.form} {wish.year} {wish.members} {wish.show} x{wish.copies}"
            self._world.trace.note(f"visit {number} holder {holder.number} at {terminal} wants {what} of {where}")
            cards: list[Card] = []
            person = Person(SimulatedHands(lambda: self._town.place(terminal), lambda: _card(holder, cards)), wish)
            stranded = None
            try:
                await person.visit()
            except NotServed as error:
                # A machine that says at its menu that it cannot print has refused; anywhere else it has left somebody standing.
                if error.code == "busy" and person.screen == "menu":
                    person.outcome.refusal = "busy"
                else:
                    stranded = f"{error.code} {error.more}"
            out = person.outcome
            self._world.trace.note(f"left {number} papers {len(out.papers)} spent {out.spent_yen} refusal {out.refusal} stranded {stranded}")
            del self.here[number]
            self.came.append(Came(number, holder, serial, terminal, wish, began, began_at, self._world.loop.time(), out, stranded))
            self._free.put_nowait(terminal)

    def _begun(self, holder: Holder, chance: Random) -> Wish:
        pin = holder.made.pin if chance.random() < 0.97 else f"{(int(holder.made.pin) + 1) % 10_000:04d}"
        return Wish(card=str(holder.number), pin=pin, municipality=holder.municipality, kind="", copies=chance.choice((1, 1, 1, 2, 3)))

    def _wish(self, holder: Holder, chance: Random) -> Wish:
        begun = self._begun(holder, chance)
        kind = KINDS[chance.choices(tuple(MIX), tuple(MIX.values()))[0]]
        if holder.elsewhere is not None and (kind.register == "koseki" or (not holder.former and chance.random() < 0.4)):
            return self._family_elsewhere(begun, holder, chance)
        if holder.former and chance.random() < 0.5:
            kind = KINDS["kazei"]
        wish = replace(
            begun,
            kind=kind.code,
            members=self._members(holder, kind, chance),
            # What a foreign resident may ask for is not on everybody's panel; now and then somebody asks all the same.
            show=tuple(option.code for option in kind.options if chance.random() < _asked_for(kind, option.code)),
            form=self._form(kind, chance),
        )
        return self._with_year(wish, holder, chance) if kind.yearly else wish

    def _family_elsewhere(self, begun: Wish, holder: Holder, chance: Random) -> Wish:
        """Mostly to apply, or to ask how it stands; some just try whether they get a paper."""
        assert holder.elsewhere is not None
        what = chance.choices(tuple(FAMILY_ELSEWHERE), tuple(FAMILY_ELSEWHERE.values()))[0]
        if what == "paper":
            return self._for_family(begun, holder, chance)
        there = replace(begun, door="honseki", municipality=holder.elsewhere.municipality)
        return replace(there, kind="use", use=_application(holder) if what == "use" else None)

    def _for_family(self, begun: Wish, holder: Holder, chance: Random) -> Wish:
        assert holder.elsewhere is not None
        kind = KINDS[chance.choice(("koseki", "koseki", "fuhyo"))]
        show = tuple(option.code for option in kind.options if chance.random() < _asked_for(kind, option.code))
        there = holder.elsewhere.municipality
        return replace(begun, door="honseki", municipality=there, kind=kind.code, members=chance.choice(("all", "self")), show=show)

    def _with_year(self, wish: Wish, holder: Holder, chance: Random) -> Wish:
        """Of a tax paper also where they lived on January 1: rightly, wrongly, abroad, not born."""
        dated = replace(wish, year=self._year(chance))
        places = [place.code for place in self._foundation.places if place.code != holder.municipality]
        if not places or not self._foundation.place(holder.municipality).wide_tax:
            return dated  # nobody asks them: theirs vouches for nobody
        if holder.former and chance.random() < JANUARY_ELSEWHERE:
            former = chance.choice(holder.former)
            year = chance.choice((None, *former.years)) if chance.random() < 0.8 else dated.year
            return replace(dated, january=former.municipality, year=year)
        odd = chance.random()
        if odd < 0.06:
            return replace(dated, january=chance.choice(places))
        return replace(dated, january="abroad" if odd < 0.07 else "unborn" if odd < 0.08 else "")

    def _members(self, holder: Holder, kind: Kind, chance: Random) -> str | tuple[str, ...]:
        scope = "self" if kind.chosen == "holder" else chance.choice(("all", "all", "self", "some"))
        if scope != "some":
            return scope
        own = holder.made.resident.atena_no
        people = self._household(holder) if kind.chosen == "some" else self._koseki_people(holder)
        some = tuple(sorted(chance.sample(people, 1 if kind.chosen == "all_or_one" else chance.randint(1, len(people))))) if len(people) > 1 else ()
        return some if some and some != (own,) else "self"

    def _form(self, kind: Kind, chance: Random) -> str:
        """Most people leave it as the panel has it; a few name one, and fewer one that belongs to another kind."""
        if chance.random() < ODD:
            return chance.choice([form.code for other in KINDS.values() if other is not kind for form in other.forms])
        return chance.choice(kind.forms).code if chance.random() < 0.4 else ""

    def _year(self, chance: Random) -> int | None:
        this_year = self._world.now().year
        return this_year + chance.choice((1, -9)) if chance.random() < ODD else chance.choice((None, this_year, this_year - 1, this_year - 2))

    def _household(self, holder: Holder) -> list[str]:
        number = holder.made.resident.household_no
        return [
            member.atena_no
            for home in self._foundation.populations[holder.municipality].households
            if home.household_no == number
            for member in home.members
        ]

    def _koseki_people(self, holder: Holder) -> list[str]:
        """Numbers of the people of somebody's 戸籍, also of those whom nobody can ask for alone."""
        own, kosekis = holder.made.resident.atena_no, self._foundation.populations[holder.municipality].koseki
        found = (koseki.members for koseki in kosekis if any(person.atena_no == own for person in koseki.members))
        return [person.person_no for person in next(found, ())]


def _asked_for(kind: Kind, option: str) -> float:
    if kind.code == "kisai_jiko":
        return 0.5 if option in EVERYBODYS else 0.2 if option not in ("nationality", "residence_status", "residence_card") else 0.01
    return 0.2 if option in EVERYBODYS else 0.01


def _application(holder: Holder) -> UseWish | None:
    """What somebody types who applies for 利用登録: their own name as they read it; where it is kept, in kana. Without a reading or a full birth date they only look how it stands."""
    resident = holder.made.resident
    try:
        birth = date.fromisoformat(resident.birth)
    except ValueError:
        return None
    kana = resident.name_kana
    return UseWish(honseki="ちゅうおう1丁目2番", hittousha=kana, name=kana, birth=birth, phone="09000000000") if kana else None


def _card(holder: Holder, cards: list[Card]) -> Card:
    # The same card for the whole visit, as long as the person holds it; its counters are the card's own.
    if not cards:
        cards.append(load_card(holder.card_file))
    return cards[0]
