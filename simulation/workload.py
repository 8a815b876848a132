"""Who walks up to the terminals of a simulated town, when, and what they want; and what each leaves with.

Arrivals are a schedule (15 a minute on average) and not a reaction to the machine: somebody who finds all terminals taken stands in line.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from random import Random

from certificates.kinds import JUMINHYO
from kiosk.card import Card, load_card
from simulation.foundation import Foundation, Holder
from simulation.hands import SimulatedHands
from simulation.parties import Town
from simulation.visitor import NotServed, Person, Visited, Wish

ARRIVALS_A_MINUTE = 15.0
EVERYBODYS = ("relation", "honseki", "my_number", "juminhyo_code")


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
            self._world.trace.note(f"visit {number} holder {holder.number} at {terminal} wants {wish.members} {wish.show} x{wish.copies}")
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
        household = self._household(holder)
        members: str | tuple[str, ...] = chance.choice(("all", "all", "self", "some"))
        if members == "some":
            some = tuple(sorted(chance.sample(household, chance.randint(1, len(household))))) if len(household) > 1 else ()
            members = some if some and some != (holder.made.resident.atena_no,) else "self"
        # What a foreign resident may ask for is not on everybody's panel; now and then somebody asks all the same.
        show = tuple(option.code for option in JUMINHYO.options if chance.random() < (0.2 if option.code in EVERYBODYS else 0.01))
        pin = holder.made.pin if chance.random() < 0.97 else f"{(int(holder.made.pin) + 1) % 10_000:04d}"
        return Wish(
            str(holder.number), pin, self._foundation.estate.issuer.municipality, "juminhyo", members, show, copies=chance.choice((1, 1, 1, 2, 3))
        )

    def _household(self, holder: Holder) -> list[str]:
        number = holder.made.resident.household_no
        return [member.atena_no for home in self._foundation.population.households if home.household_no == number for member in home.members]


def _card(holder: Holder, cards: list[Card]) -> Card:
    # The same card for the whole visit, as long as the person holds it; its counters are the card's own.
    if not cards:
        cards.append(load_card(holder.card_file))
    return cards[0]
