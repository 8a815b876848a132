"""Who walks up to the terminals of a simulated town, when, and what they want; and what each leaves with.

Arrivals are a schedule (15 a minute on average) and not a reaction to the machine: somebody who finds all terminals taken stands in line.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from random import Random

from certificates.kinds import KINDS, Kind
from kiosk.card import Card, load_card
from simulation.foundation import Foundation, Holder
from simulation.hands import SimulatedHands
from simulation.parties import Town
from simulation.visitor import Person
from simulation.wishes import NotServed, Visited, Wish

ARRIVALS_A_MINUTE = 15.0
EVERYBODYS = ("relation", "honseki", "my_number", "juminhyo_code")

MIX = {"juminhyo": 42, "inkan": 27, "kazei": 12, "koseki": 10, "kisai_jiko": 5, "fuhyo": 4}
"""What people come for, in a hundred: 住民票 and 印鑑 far before the rest, as everywhere in the country."""

ODD = 0.02
"""How often somebody asks for a form or a year that is not to be had."""


@dataclass(frozen=True, slots=True)
class Came:
    """One visit that ended: who came where, what they wanted, what they left with, and if the machine never let them end it, why."""

    number: int
    holder: Holder
    terminal: str
    wish: Wish
    began: datetime
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
        self._cards_out: dict[int, asyncio.Lock] = {}
        for terminal in foundation.estate.terminals:
            self._free.put_nowait(terminal)
        self.came: list[Came] = []

    async def walk_up(self, visits: int) -> None:
        """Let `visits` people come, and wait until the last has left."""
        async with asyncio.TaskGroup() as people:
            for number in range(visits):
                people.create_task(self._visit(number, self._pick(), self._wish_seed()))
                await asyncio.sleep(self._chance.expovariate(ARRIVALS_A_MINUTE / 60.0))

    def _pick(self) -> Holder:
        return self._chance.choice(self._foundation.holders)

    def _wish_seed(self) -> Random:
        return Random(self._chance.getrandbits(64))  # noqa: S311 - repeatable on purpose

    async def _visit(self, number: int, holder: Holder, chance: Random) -> None:
        lock = self._cards_out.setdefault(holder.number, asyncio.Lock())
        async with lock:
            terminal = await self._free.get()
            wish = self._wish(holder, chance)
            began = self._world.now()
            self._world.trace.note(
                f"visit {number} holder {holder.number} at {terminal} wants {wish.kind} {wish.form} {wish.year} {wish.members} {wish.show} x{wish.copies}"
            )
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
            self.came.append(Came(number, holder, terminal, wish, began, out, stranded))
            self._free.put_nowait(terminal)

    def _wish(self, holder: Holder, chance: Random) -> Wish:
        kind = KINDS[chance.choices(tuple(MIX), tuple(MIX.values()))[0]]
        pin = holder.made.pin if chance.random() < 0.97 else f"{(int(holder.made.pin) + 1) % 10_000:04d}"
        return Wish(
            card=str(holder.number),
            pin=pin,
            municipality=self._foundation.estate.issuer.municipality,
            kind=kind.code,
            members=self._members(holder, kind, chance),
            # What a foreign resident may ask for is not on everybody's panel; now and then somebody asks all the same.
            show=tuple(option.code for option in kind.options if chance.random() < _asked_for(kind, option.code)),
            form=self._form(kind, chance),
            year=self._year(chance) if kind.yearly else None,
            copies=chance.choice((1, 1, 1, 2, 3)),
        )

    def _members(self, holder: Holder, kind: Kind, chance: Random) -> str | tuple[str, ...]:
        scope = "self" if kind.chosen == "holder" else chance.choice(("all", "all", "self", "some"))
        if scope != "some":
            return scope
        own = holder.made.resident.atena_no
        people = self._household(holder) if kind.chosen == "some" else self._koseki_people(own)
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
        return [member.atena_no for home in self._foundation.population.households if home.household_no == number for member in home.members]

    def _koseki_people(self, atena_no: str) -> list[str]:
        """Numbers of the people of somebody's 戸籍, also of those whom nobody can ask for alone."""
        found = (koseki.members for koseki in self._foundation.population.koseki if any(person.atena_no == atena_no for person in koseki.members))
        return [person.person_no for person in next(found, ())]


def _asked_for(kind: Kind, option: str) -> float:
    if kind.code == "kisai_jiko":
        return 0.5 if option in EVERYBODYS else 0.2 if option not in ("nationality", "residence_status", "residence_card") else 0.01
    return 0.2 if option in EVERYBODYS else 0.01


def _card(holder: Holder, cards: list[Card]) -> Card:
    # The same card for the whole visit, as long as the person holds it; its counters are the card's own.
    if not cards:
        cards.append(load_card(holder.card_file))
    return cards[0]
