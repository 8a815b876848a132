"""What happens in the town besides visits while people stand at kiosks: events in registers, uploads, decisions about 利用登録, renewals of certificates, stops, a move to the shared cloud,
an issuer that is started with a program nobody has registered.

Decides what happens when, from chance; who does it is `town_hall` and `center_staff`.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from random import Random
from typing import Any

from issuance_center.stopping import Person, Scope
from jpki import statuses
from messages.orders import Build
from registers.residents.resident import Resident
from registers.tax.record import TaxRecord
from simulation import demonstration as demo
from simulation.center_staff import OPERATOR, SECOND, CenterStaff
from simulation.chronicle import Chronicle, OtherBuild
from simulation.errands import step
from simulation.foundation import Foundation, Holder
from simulation.issuers import MOVING_KINDS, moves_to_cloud
from simulation.municipalities import BCL, Place
from simulation.parties import Town
from simulation.people import renewed, write_card
from simulation.town_hall import TownHall
from simulation.truth.happenings import Kept
from simulation.workload import ARRIVALS_A_MINUTE, Crowd

EVENT_SECONDS, UPLOAD_SECONDS, RENEWAL_SECONDS, USES_SECONDS = 12.0, 90.0, 100.0, 15.0
ABOUT_SOMEBODY_HERE = 0.5
"""How often an event is about somebody who stands at a terminal just then."""
STOP_SECONDS = (30.0, 300.0)
HEALS_SECONDS = (40.0, 400.0)
OTHER = Build(program="konbini/unregistered", topology=demo.DECLARED.topology)


def chronicle_of(foundation: Foundation) -> Chronicle:
    """The chronicle of a day that has not begun."""
    base = {code: Kept(population) for code, population in foundation.populations.items()}
    return Chronicle(base, foundation.estate.world.weather.faults.clock_off_seconds)


class Day:
    """See the module's text. `visits` says how long the day will be."""

    def __init__(self, foundation: Foundation, town: Town, crowd: Crowd, chronicle: Chronicle, visits: int) -> None:
        self._foundation = foundation
        self._town = town
        self._crowd = crowd
        self._chronicle = chronicle
        self._world = foundation.estate.world
        self._chance: Random = self._world.random("day")
        self._seconds = visits / ARRIVALS_A_MINUTE * 60.0
        self._touched: set[tuple[str, str]] = set()
        self.halls = {place.code: TownHall(town, chronicle, place.code) for place in foundation.places}
        self.staff = CenterStaff(town, chronicle)

    def works(self) -> tuple[Coroutine[Any, Any, None], ...]:
        """Everything that goes on, each until it is cancelled."""
        several = len(self._foundation.places) > 1
        return (
            self.staff.watch_stops(),
            self._every(EVENT_SECONDS, self._event),
            self._every(RENEWAL_SECONDS, self._renewal),
            self._stops(),
            *(self._deciding(hall) for hall in self.halls.values()),
            *((self._every(UPLOAD_SECONDS, self._upload), self._move(), self._other_build()) if several else ()),
        )

    async def _every(self, seconds: float, happens: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Begin one after the other, whether the one before has come to its end or not."""
        async with asyncio.TaskGroup() as under_way:
            while True:
                await asyncio.sleep(self._chance.expovariate(1.0 / seconds))
                under_way.create_task(happens())

    # --- events in registers ---

    async def _event(self) -> None:
        hall, resident = self._somebody()
        if resident is None or (hall.code, resident.atena_no) in self._touched:
            return
        self._touched.add((hall.code, resident.atena_no))
        await self._chance.choices(
            (self._protection, self._leaving, self._character, self._seal, self._notification, self._figures), (5, 3, 2, 3, 3, 3)
        )[0](hall, resident)

    def _somebody(self) -> tuple[TownHall, Resident | None]:
        here = list(self._crowd.here.values())
        if here and self._chance.random() < ABOUT_SOMEBODY_HERE:
            holder = self._chance.choice(here)
            line = self._line_of(holder)
            return self.halls[line[0]], self._resident(*line)
        code = self._chance.choice(sorted(self.halls))
        ordinary = self._foundation.populations[code].ordinary
        return self.halls[code], self._resident(code, self._chance.choice(ordinary)) if ordinary else None

    def _line_of(self, holder: Holder) -> tuple[str, str]:
        """One of the places where something can be found out about them: where they live, or where they lived."""
        lines = [(holder.municipality, holder.made.resident.atena_no), *((one.municipality, one.atena_no) for one in holder.former)]
        return self._chance.choice(lines)

    def _resident(self, code: str, atena_no: str) -> Resident | None:
        return next((one for one in self.halls[code].kept.population.residents if one.atena_no == atena_no), None)

    async def _heals(self) -> None:
        await asyncio.sleep(self._chance.uniform(*HEALS_SECONDS))

    async def _protection(self, hall: TownHall, resident: Resident) -> None:
        if resident.protection is not None:
            return
        await hall.protect(resident.atena_no)
        await self._heals()
        await hall.release(resident.atena_no)

    async def _leaving(self, hall: TownHall, resident: Resident) -> None:
        if resident.standing != "current" or resident.relation == "世帯主":
            return
        await hall.leave(resident.atena_no)
        await self._heals()
        await hall.stay(resident.atena_no)

    async def _character(self, hall: TownHall, resident: Resident) -> None:
        if resident.character_pending:
            return
        await hall.wait_for_character(resident.atena_no, waits=True)
        await self._heals()
        await hall.wait_for_character(resident.atena_no, waits=False)

    async def _seal(self, hall: TownHall, resident: Resident) -> None:
        if any(seal.atena_no == resident.atena_no and seal.cancelled_at is None for seal in hall.kept.population.seals):
            await hall.end_seal(resident.atena_no)

    async def _notification(self, hall: TownHall, resident: Resident) -> None:
        kosekis = (one for one in hall.kept.population.koseki if one.standing == "current" and not one.change_pending)
        koseki = next((one for one in kosekis if any(person.atena_no == resident.atena_no for person in one.members)), None)
        if koseki is None or (hall.code, koseki.koseki_no) in self._touched:
            return
        self._touched.add((hall.code, koseki.koseki_no))
        await hall.notify(koseki.koseki_no, waits=True)
        await self._heals()
        await hall.notify(koseki.koseki_no, waits=False)

    async def _figures(self, hall: TownHall, resident: Resident) -> None:
        records: list[TaxRecord] = [one for one in hall.kept.population.tax if one.atena_no == resident.atena_no and one.levy.city_income]
        if not records or hall.tenant is None or "kazei" not in hall.tenant.kinds:
            return
        record = self._chance.choice(records)
        await hall.hold_figures(record)
        await self._heals()
        await hall.correct(record)

    async def _upload(self) -> None:
        halls = [hall for _, hall in sorted(self.halls.items()) if hall.tenant is not None]
        await self._chance.choice(halls).upload_everything()

    async def _deciding(self, hall: TownHall) -> None:
        while True:
            await asyncio.sleep(self._chance.uniform(0.5, 1.5) * USES_SECONDS)
            accepted = await hall.decide_uses()
            self._crowd.invited += [holder for holder in self._foundation.holders if self._foundation.cards[holder.number].serial in accepted]

    # --- renewals ---

    async def _renewal(self) -> None:
        """Somebody who is not at a kiosk just then has the certificate renewed at the counter: the old one is revoked, the new one registered where they live."""
        bound = {binding.serial for binding in self._chronicle.bindings}
        good = [holder for holder in self._foundation.holders if holder.made.state == "good"]
        those = [holder for holder in good if self._foundation.cards[holder.number].serial in bound]
        holder = self._chance.choice(those if those and self._chance.random() < 0.5 else good)
        async with self._crowd.cards_out.setdefault(holder.number, asyncio.Lock()):
            old = self._foundation.cards[holder.number]
            new = renewed(old, self._foundation.mint, self._world.now())
            clock = self._town.hosts["jpki"].clock
            wanted = statuses.Wanted(old.serial, "revoke", "renewed", "", "窓口")
            await step(self._town, "jpki", "jpki", statuses.load_serials, (statuses.Issued(new.serial),), clock.now())
            await step(self._town, "jpki", "jpki", statuses.change, wanted, clock.now())
            write_card(new, holder.card_file, holder.number, self._foundation.mint.token)
            self._foundation.cards[holder.number] = new
        await self.halls[holder.municipality].renew(holder.made.resident.atena_no, new.serial)

    # --- what the center's people do ---

    async def _stops(self) -> None:
        """One scope after another is stopped for a while."""
        while True:
            await asyncio.sleep(self._chance.uniform(*STOP_SECONDS))
            scope, one, other = self._scope()
            await self.staff.stop(scope, one)
            await asyncio.sleep(self._chance.uniform(10.0, 60.0))
            await self.staff.lift(scope, one, other)

    def _scope(self) -> tuple[Scope, Person, Person]:
        place = self._chance.choice(self._foundation.places)
        kind = self._chance.choice(place.kinds)
        clerk, second = Person(f"{place.code} 情報政策課", of=place.code), Person(f"{place.code} 市民課", of=place.code)
        by_center = (Scope(kiosk=self._chance.choice(self._foundation.estate.terminals)), Scope(issuer=place.issuer_of(kind)), Scope(kind=kind))
        if self._chance.random() < 0.5:
            return Scope(municipality=place.code, kind=kind), clerk, second
        return self._chance.choice(by_center), OPERATOR, SECOND

    async def _move(self) -> None:
        """A municipality goes over to the cloud with some kinds, while people stand at kiosks; its registers are uploaded there before."""
        place = moves_to_cloud(self._foundation.places)
        if place is None:
            return
        await asyncio.sleep(min(20.0, self._seconds * 0.1))
        await self.halls[place.code].upload_everything()
        await self.staff.move(place.code, MOVING_KINDS, place.code, BCL, timedelta(seconds=max(70.0, self._seconds * 0.3)))

    async def _other_build(self) -> None:
        """An issuer is started with a program that nobody has registered, and with the right one again after a while; what that stopped, two people let go."""
        await asyncio.sleep(self._seconds * self._chance.uniform(0.3, 0.6))
        place = self._with_server()
        party = next(one.party for one in self.halls[place.code].issuers if not one.on_cloud)
        seen = OtherBuild(place.code, self._world.loop.time())
        self._chronicle.builds.append(seen)
        self._restart(party, OTHER)
        await asyncio.sleep(self._chance.uniform(45.0, 90.0))
        self._restart(party, None)
        seen.until = self._world.loop.time()
        await self.staff.lift(Scope(issuer=place.code), OPERATOR, SECOND)

    def _with_server(self) -> Place:
        return self._chance.choice([one for one in self._foundation.places if one.own_kinds])

    def _restart(self, party: str, build: Build | None) -> None:
        """Stop the program and start it as this build; where it is down just then, it comes up as this build."""
        if build is None:
            self._town.builds.pop(party, None)
        else:
            self._town.builds[party] = build
        of = self._town.parties[party]
        if of.alive and of.host.life is not None:
            of.host.life.kill()
            of.start()
        self._chronicle.done["build_changed"] += 1
