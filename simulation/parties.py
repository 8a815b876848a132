"""The parties of the simulated town, each built around virtual time, the simulated network and a simulated store; started, killed and started again.

What outlives a party's incarnation is held here: its database; for the kiosk, the devices' folders and the cards.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from certificates.printing import Hands
from fees.desk import Desk as FeesDesk
from fees.pricing import Rates
from issuance_center.backs import Documents
from issuance_center.config import Config as CenterConfig
from issuance_center.delivery import Delivery
from issuance_center.desk import Desk as CenterDesk
from issuance_center.prices import PriceLists
from issuer.desk import Desk as MunicipalDesk
from issuer.press import InlinePress
from issuer.terms import Issuer
from jpki.desk import Desk as JpkiDesk
from kiosk.center_door import CenterDoor, Patience
from kiosk.coin_box import CoinBox
from kiosk.config import Seconds
from kiosk.machine import Machine
from kiosk.metrics import metrics_in
from kiosk.printer import Printer
from kiosk.reader import Slot
from kiosk.terminal import Terminal
from messages.ids import time_ordered_id
from messages.link import NoAnswer
from messages.orders import Build
from simulation import demonstration as demo
from simulation.key_ring import signing_key
from simulation.network import Host, OcspDesk, SimulatedLink
from simulation.party_life import Dead, Incarnation
from simulation.store import SimulatedStore
from simulation.world import World
from trust.ocsp_responder import Responder
from trust.parties import Peer

FLOAT_YEN = {500: 40, 100: 200, 50: 80, 10: 200}
SECONDS = Seconds(answer=12.0, deadline=45.0)


@dataclass(frozen=True, slots=True)
class Estate:
    """What the parties are built from, and what outlives them."""

    world: World
    databases: Mapping[str, Engine]
    center: CenterConfig
    issuer: Issuer
    rates: Rates
    responder: Responder
    roots: tuple[x509.Certificate, ...]
    hands: Hands
    declared: Build
    documents: Documents
    devices: Path
    terminals: tuple[str, ...]


class Party:
    """One party through all its lives."""

    def __init__(self, name: str, world: World, host: Host, begin: Callable[[Incarnation, Host], None]) -> None:
        self.name = name
        self.host = host
        self.deaths = 0
        self._world = world
        self._begin = begin
        self._lives = 0

    def start(self) -> None:
        """Begin a new life."""
        self._lives += 1
        life = Incarnation(self.name, self._lives)
        life.on_death = self._note_death
        self.host.life = life
        self._world.trace.note(f"start {self.name} {self._lives}")
        self._begin(life, self.host)

    def doom(self, points: int) -> None:
        """Let it die at the `points`-th point from now."""
        if self.host.life is not None:
            self.host.life.doomed_after = points

    @property
    def alive(self) -> bool:
        """Whether a life is going on."""
        return self.host.life is not None and self.host.life.alive

    def _note_death(self, point: str) -> None:
        self.deaths += 1
        self._world.trace.note(f"death {self.name} {self._lives} at {point}")


class Town:
    """All parties and their hosts."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.terminals: dict[str, Terminal] = {}
        self.devices: dict[str, tuple[CoinBox, Printer]] = {}
        world = estate.world
        self.hosts = {name: Host(name) for name in ("jpki", "fees", "municipal", "center", "kiosk")}
        begins = {"jpki": self._jpki, "fees": self._fees, "municipal": self._municipal, "center": self._center, "kiosk": self._kiosk}
        self.parties = {name: Party(name, world, host, begins[name]) for name, host in self.hosts.items()}

    def place(self, terminal_id: str) -> tuple[Incarnation, Terminal] | None:
        """The terminal as it lives now; None while its party is dead."""
        life = self.hosts["kiosk"].life
        return (life, self.terminals[terminal_id]) if life is not None and life.alive else None

    # --- how each party begins a life ---

    def _store(self, life: Incarnation) -> SimulatedStore:
        return SimulatedStore(self.estate.databases[life.party], life, self.estate.world)

    def _token(self, life: Incarnation) -> Callable[[int], bytes]:
        # A life draws from a stream of its own: chance never repeats after a restart.
        return self.estate.world.chance.token(f"{life.party} {life.number}")

    def _link(self, life: Incarnation, to: str) -> SimulatedLink:
        name = self.estate.issuer.municipality if life.party == "municipal" else life.party
        return SimulatedLink(life, Peer(life.party, name), self.hosts[to], self.estate.world)

    def _jpki(self, life: Incarnation, host: Host) -> None:
        host.responder = JpkiDesk(self._store(life), self.estate.responder)

    def _fees(self, life: Incarnation, host: Host) -> None:
        codes = frozenset({self.estate.issuer.municipality})
        host.desk = FeesDesk(demo.CENTER, codes, self.estate.rates, self._store(life), CollectorRegistry())

    def _municipal(self, life: Incarnation, host: Host) -> None:
        host.desk = MunicipalDesk(self.estate.issuer, self._store(life), InlinePress(self.estate.hands), self.estate.declared)

    def _center(self, life: Incarnation, host: Host) -> None:
        estate, store, token = self.estate, self._store(life), self._token(life)
        fees, issuers = self._link(life, "fees"), {estate.issuer.municipality: self._link(life, "municipal")}
        delivery = Delivery(estate.center, store, fees=fees, issuers=issuers, now=estate.world.now)
        host.desk = CenterDesk(
            estate.center,
            store,
            issuers=issuers,
            prices=PriceLists(fees, estate.center.limits.fees_seconds),
            ocsp=self._ocsp_line(life),
            roots=estate.roots,
            documents=estate.documents,
            token=token,
            new_id=lambda now: time_ordered_id(now, token),
            wake=delivery.wake,
        )
        life.spawn(delivery.run())

    def _ocsp_line(self, life: Incarnation) -> "OcspLine":
        return OcspLine(life, self.hosts["jpki"], self._link(life, "jpki"), self.estate)

    def _kiosk(self, life: Incarnation, _host: Host) -> None:
        metrics = metrics_in(CollectorRegistry())
        for number, terminal_id in enumerate(self.estate.terminals):
            terminal = Terminal(self._machine(life, terminal_id, number), metrics)
            self.terminals[terminal_id] = terminal
            life.spawn(terminal.run())

    def _machine(self, life: Incarnation, terminal_id: str, number: int) -> Machine:
        world = self.estate.world
        for device in self.devices.get(terminal_id, ()):
            device.close()
        folder = self.estate.devices / terminal_id
        coin_box = CoinBox.open(folder / "coin_box", FLOAT_YEN, life.reach)
        printer = Printer.open(folder / "printer", life.reach, paper=100_000)
        self.devices[terminal_id] = (coin_box, printer)
        return Machine(
            terminal_id=terminal_id,
            profile="store",
            operator=demo.OPERATOR_JA,
            place_ja="",
            place_en="",
            slot=Slot(),
            coin_box=coin_box,
            printer=printer,
            document_roots=self.estate.documents.roots,
            door=CenterDoor(self._link(life, "center"), terminal_id, signing_key(number), Patience(SECONDS.answer, SECONDS.deadline)),
            store=self._store(life),
            now=world.now,
            token=self._token(life),
            seconds=SECONDS,
        )


class OcspLine:
    """The center's line to the authority: the same network, its own form of message."""

    def __init__(self, life: Incarnation, host: Host, link: SimulatedLink, estate: Estate) -> None:
        self._life = life
        self._host = host
        self._link = link
        self._estate = estate

    async def __call__(self, der: bytes) -> bytes:
        """See `issuance_center.desk.OcspLine`."""
        return await self._link.carry("Ocsp", der, self._answered, self._estate.center.limits.ocsp_seconds)

    async def _answered(self, der: bytes) -> bytes:
        life, responder = self._host.life, self._host.responder
        if life is None or not life.alive or responder is None:
            raise NoAnswer("refused")
        try:
            return await life.answered(self._served(life, responder, der))
        except Dead:
            raise NoAnswer("cut") from None
        except Exception as failure:  # noqa: BLE001 - as at the real responder: a failure inside is a status that the line takes for silence
            self._estate.world.trace.note(f"failed jpki Ocsp {type(failure).__name__}")
            raise NoAnswer("status-500") from None

    async def _served(self, life: Incarnation, responder: OcspDesk, der: bytes) -> bytes:
        life.reach("serve Ocsp before")
        answer = await responder.ocsp(der, self._estate.world.now())
        life.reach("serve Ocsp after")
        return answer
