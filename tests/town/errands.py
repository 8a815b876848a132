"""What people come to a terminal for, and how they behave there."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import aiohttp

from simulation.municipalities import PLACES
from simulation.town.description import HolderEntry, KioskEntry
from simulation.visitor import Visitor
from simulation.wishes import Json, Visited, Wish
from tests.town.open_town import OpenTown


def wish(
    holder: HolderEntry,
    *,
    kind: str = "juminhyo",
    members: str | tuple[str, ...] = "all",
    show: tuple[str, ...] = (),
    form: str = "",
    year: int | None = None,
    copies: int = 1,
    january: str = "",
) -> Wish:
    """What this holder wants; a 住民票の写し unless it is said otherwise."""
    return Wish(holder.id, holder.pin, holder.municipality, kind, members, show, form, year, copies, january)


class Buyer(Visitor):
    """Pays with coins that are too large, so that change is due; exactly, where many such buyers have left the machine without change."""

    async def _on_payment(self, view: Json) -> Json:
        if view["data"]["missing_yen"] <= 0:
            return await self._newer(view)
        if view["data"]["exact_only"]:
            return await super()._on_payment(view)
        return await self._insert(500)

    async def _insert(self, yen: int) -> Json:
        answer = await self._send("POST", "coins", {"yen": yen})
        assert answer["accepted"], answer["reason"]
        self.outcome.inserted_yen += yen
        return self._view_in(answer)


class Unlucky(Buyer):
    """Pays, and the first sheet jams."""

    async def _on_payment(self, view: Json) -> Json:
        if view["data"]["missing_yen"] > 0:
            await self._send("POST", "maintenance", {"do": "jam_next"})
        return await super()._on_payment(view)


class Undecided(Buyer):
    """Puts a coin in and thinks better of it."""

    async def _on_payment(self, view: Json) -> Json:
        return await self._insert(100) if view["data"]["inserted_yen"] == 0 else await self._touch("cancel")


def _of_six(town: OpenTown) -> HolderEntry:
    return town.holder("6人世帯")


@dataclass(frozen=True, slots=True)
class Errand:
    """One way to visit: a name, the person's ways, the copies asked for, whether the person goes without a paper by choice, who comes, and where they lived on January 1, if it was elsewhere."""

    name: str
    person: type[Visitor]
    copies: int = 2
    leaves_alone: bool = False
    kind: str = "juminhyo"
    show: tuple[str, ...] = ("relation",)
    who: Callable[[OpenTown], HolderEntry] = _of_six
    january: str = ""

    async def run(self, hands: aiohttp.ClientSession, kiosk: KioskEntry, holder: HolderEntry) -> Visited:
        """Go there."""
        wanted = wish(holder, kind=self.kind, show=self.show, copies=self.copies, january=self.january)
        return await self.person(hands, kiosk.url, wanted).visit()


def resident_of(code: str, kind: str) -> Callable[[OpenTown], HolderEntry]:
    """Somebody of this municipality who may have a paper of this kind."""
    return lambda town: next(holder for holder in town.town.holders if holder.municipality == code and kind in holder.kinds)


def named(name: str, code: str) -> Callable[[OpenTown], HolderEntry]:
    """Somebody of this name in this municipality."""
    return lambda town: next(holder for holder in town.town.holders if (holder.name, holder.municipality) == (name, code))


BUY = Errand("buy", Buyer)
JAM = Errand("jam", Unlucky)
CANCEL = Errand("cancel", Undecided, leaves_alone=True)
FAMILY = Errand("family", Buyer, kind="koseki", show=())

MIHON, REIJI, KOKOROMI, SHISAKU = (place.code for place in PLACES[:4])
CLOUD = Errand("a tenant's resident buys", Buyer, show=(), who=resident_of(KOKOROMI, "juminhyo"))
OTHER = Errand("another municipality's resident buys", Buyer, show=(), who=resident_of(REIJI, "juminhyo"))
WIDE = (
    Errand("tax, own server to own server", Buyer, 1, kind="kazei", show=(), who=named("川上　翔", MIHON), january=REIJI),
    Errand("tax, tenant to own server", Buyer, 1, kind="kazei", show=(), who=named("大野　隆", KOKOROMI), january=MIHON),
    Errand("tax, own server to tenant", Buyer, 1, kind="kazei", show=(), who=named("林　さくら", MIHON), january=KOKOROMI),
    Errand("tax, tenant to tenant", Buyer, 1, kind="kazei", show=(), who=named("原　久美子", SHISAKU), january=KOKOROMI),
)
"""課税証明書の広域交付: who vouches, and who issues."""


async def crowd(hands: aiohttp.ClientSession, kiosks: Sequence[KioskEntry], wishes: Iterable[Wish]) -> list[tuple[Wish, Visited]]:
    """All these wishes, one at a time at each terminal and all terminals at once."""
    waiting = iter(list(wishes))
    served: list[tuple[Wish, Visited]] = []

    async def stand_at(kiosk: KioskEntry) -> None:
        for one in waiting:
            visited = await Visitor(hands, kiosk.url, one).visit()
            served.append((one, visited))

    async with asyncio.TaskGroup() as tasks:
        for kiosk in kiosks:
            tasks.create_task(stand_at(kiosk))
    return served
