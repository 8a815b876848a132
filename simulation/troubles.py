"""What goes wrong in a simulated town, for as long as it does: parties die and are started again, paper jams, databases of some municipalities' issuers are ill, clocks are put wrong."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from simulation.parties import Town
from simulation.store import Illness
from simulation.world import World

LOOK_SECONDS = 0.5
POINTS_MAX = 40
"""A party that is marked to die dies within so many points: at any commit, message or device movement of whatever it is doing."""

ILL_SECONDS, WELL_SECONDS = (20.0, 120.0), (20.0, 90.0)


class Troubles:
    """Every kind of trouble, each until it is cancelled; `clear_up` ends what they leave behind."""

    def __init__(self, world: World, town: Town) -> None:
        self._world = world
        self._town = town

    def works(self) -> tuple[Coroutine[Any, Any, None], ...]:
        """All of them."""
        return (self._restart(), self._kill(), self._jam(), *(self._ail(code) for code in self.ailing()), self._step_clocks())

    def ailing(self) -> tuple[str, ...]:
        """The municipalities whose issuers are ill now and then."""
        codes = sorted({one.place.code for one in self._town.estate.issuers})
        return tuple(sorted(self._world.random("ailing").sample(codes, round(len(codes) * self._world.weather.faults.ailing_share))))

    def clear_up(self) -> None:
        """Nothing goes wrong any more: databases are well, clocks are right."""
        self._world.clear_up()
        for illness in self._town.illness.values():
            illness.heal()
        for host in self._town.hosts.values():
            host.clock.put(0.0)

    async def _kill(self) -> None:
        chance = self._world.random("deaths")
        every_seconds = self._world.weather.faults.kill_every_seconds
        if every_seconds is None:
            return
        names = sorted(self._town.parties)
        while True:
            await asyncio.sleep(chance.expovariate(1.0 / every_seconds))
            victim = self._town.parties[chance.choice(names)]
            if self._world.weather.faults.kill_every_seconds is not None:
                victim.doom(chance.randint(1, POINTS_MAX))

    async def _restart(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for party in self._town.parties.values():
                if not party.alive:
                    await asyncio.sleep(self._world.weather.faults.restart_seconds)
                    party.start()

    async def _jam(self) -> None:
        """Paper jams now and then; staff come by and clear them."""
        chance = self._world.random("devices")
        while True:
            await asyncio.sleep(20.0)
            for terminal_id in self._town.estate.terminals:
                fate = chance.random()
                here = self._town.place(terminal_id)
                if here is None:
                    continue
                life, terminal = here
                if terminal.machine.printer.jammed():
                    life.spawn(terminal.maintain("clear_jam"))
                elif fate < self._world.weather.faults.device_fault:
                    self._world.trace.note(f"jam at {terminal_id}")
                    life.spawn(terminal.maintain("jam_next"))

    async def _ail(self, code: str) -> None:
        """The databases of one municipality's issuers, ill and well by turns: slow, or failing."""
        chance, faults = self._world.random(f"illness {code}"), self._world.weather.faults
        mine = [self._town.illness[one.database] for one in self._town.estate.issuers if one.place.code == code]
        while True:
            await asyncio.sleep(chance.uniform(*WELL_SECONDS))
            slow = chance.random() < 0.5
            now = Illness(faults.ailing_slow_seconds, 0.0) if slow else Illness(0.0, faults.ailing_error_share)
            self._world.trace.note(f"{code} is {'slow' if slow else 'failing'}")
            for illness in mine:
                illness.slow_seconds, illness.error_share = now.slow_seconds, now.error_share
            await asyncio.sleep(chance.uniform(*ILL_SECONDS))
            for illness in mine:
                illness.heal()
            self._world.trace.note(f"{code} is well")

    async def _step_clocks(self) -> None:
        chance, faults = self._world.random("clocks"), self._world.weather.faults
        if faults.clock_step_seconds is None:
            return
        names = sorted(self._town.hosts)
        while True:
            await asyncio.sleep(chance.expovariate(1.0 / faults.clock_step_seconds))
            name = chance.choice(names)
            off = chance.uniform(-faults.clock_off_seconds, faults.clock_off_seconds) if chance.random() < 0.6 else 0.0
            self._town.hosts[name].clock.put(off)
            self._world.trace.note(f"clock of {name} is off by {off:.3f}")
