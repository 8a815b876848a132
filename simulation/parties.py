"""The parties of the simulated town, each built around virtual time, the simulated network and a simulated store; started, killed and started again.

What outlives a party's incarnation is held here: its database; for the kiosk, the devices' folders and the cards.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cryptography import x509
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from bcl_cloud.config import Limits as CloudLimits
from bcl_cloud.desk import CloudDesk
from bcl_cloud.fair_share import FairShare
from bcl_cloud.serving import Serving
from bcl_cloud.tenancy.door import Tenancy
from bcl_cloud.tenancy.key_folders import KeyFolders
from fees.desk import Desk as FeesDesk
from issuance_center.backs import Documents
from issuance_center.config import Config as CenterConfig
from issuance_center.delivery import Delivery
from issuance_center.desk import Desk as CenterDesk
from issuance_center.issuer_lines import IssuerLines
from issuance_center.move_entries import enter, withdraw
from issuance_center.moving import Mover
from issuance_center.prices import PriceLists
from issuance_center.shelf import Shelf
from issuer.desk import Desk as IssuerDesk
from issuer.press import InlinePress
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
from simulation.clocks import Clock
from simulation.cloud import TenantDatabases
from simulation.gate_watch import GateWatch
from simulation.issuers import IssuerOf
from simulation.key_ring import signing_key
from simulation.municipalities import BCL
from simulation.network import Host, OcspDesk, SimulatedLink
from simulation.party_life import Dead, Incarnation
from simulation.store import Illness, SimulatedStore
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
    issuers: tuple[IssuerOf, ...]
    cloud_keys: Path
    responder: Responder
    roots: tuple[x509.Certificate, ...]
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
    """All parties and their hosts. `illness` is what ails each issuer's database, `builds` what issuers that are not what was registered declare themselves to be, by party."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.terminals: dict[str, Terminal] = {}
        self.devices: dict[str, tuple[CoinBox, Printer]] = {}
        self.gate = GateWatch()
        self.illness = {one.database: Illness() for one in estate.issuers}
        self.builds: dict[str, Build] = {}
        self.lines: IssuerLines | None = None
        self.mover: Mover | None = None
        self.shelf: Shelf | None = None
        self.wake: Callable[[], None] = lambda: None
        world = estate.world
        servers = {one.party: partial(self._municipal, one) for one in estate.issuers if not one.on_cloud}
        cloud = {BCL: self._bcl} if any(one.on_cloud for one in estate.issuers) else {}
        begins: dict[str, Callable[[Incarnation, Host], None]] = {
            "jpki": self._jpki,
            "fees": self._fees,
            **servers,
            **cloud,
            "center": self._center,
            "kiosk": self._kiosk,
        }
        self.hosts = {name: Host(name, Clock(world.now), self.gate.note if name == "center" else None) for name in begins}
        self.parties = {name: Party(name, world, host, begins[name]) for name, host in self.hosts.items()}

    def place(self, terminal_id: str) -> tuple[Incarnation, Terminal] | None:
        """The terminal as it lives now; None while its party is dead."""
        life = self.hosts["kiosk"].life
        return (life, self.terminals[terminal_id]) if life is not None and life.alive else None

    # --- how each party begins a life ---

    def store(self, life: Incarnation, database: str = "") -> SimulatedStore:
        """The door of a life to its party's database, or to the one of that name."""
        name = database or life.party
        return SimulatedStore(self.estate.databases[name], life, self.estate.world, self.illness.get(name), name)

    def _token(self, life: Incarnation) -> Callable[[int], bytes]:
        # A life draws from a stream of its own: chance never repeats after a restart.
        return self.estate.world.chance.token(f"{life.party} {life.number}")

    def _link(self, life: Incarnation, to: str) -> SimulatedLink:
        return SimulatedLink(life, Peer(life.party, life.party), self.hosts[to], self.estate.world)

    def _declared(self, party: str) -> Build:
        return self.builds.get(party, self.estate.declared)

    def _jpki(self, life: Incarnation, host: Host) -> None:
        host.responder = JpkiDesk(self.store(life), self.estate.responder)

    def _fees(self, life: Incarnation, host: Host) -> None:
        codes = frozenset(one.place.code for one in self.estate.issuers)
        host.desk = FeesDesk(demo.CENTER, codes, self.store(life), CollectorRegistry())

    def _municipal(self, one: IssuerOf, life: Incarnation, host: Host) -> None:
        referrals = one.referrals(self.estate.documents.roots, self._token(life)) if one.issuer.wide_tax_since is not None else None
        host.desk = IssuerDesk(one.issuer, self.store(life), InlinePress(one.keys.hands), self._declared(one.party), referrals=referrals)

    def _bcl(self, life: Incarnation, host: Host) -> None:
        tenants = TenantDatabases(self.estate.databases, lambda code, _engine: self.store(life, f"{BCL}-{code}"))
        serving = Serving(
            self.store(life),
            Tenancy(tenants, sole=True),
            KeyFolders(self.estate.cloud_keys),
            self._declared(BCL),
            demo.REFUSAL_SECONDS,
            self.estate.documents.roots,
            self._token(life),
        )
        limits = CloudLimits()
        host.desk = CloudDesk(serving, FairShare(limits.in_work, limits.in_work_of_tenant, limits.waiting_of_tenant))

    def _center(self, life: Incarnation, host: Host) -> None:
        estate, store, token, now = self.estate, self.store(life), self._token(life), self.hosts["center"].clock.now
        fees = self._link(life, "fees")
        issuers = {one.line: self._link(life, one.party) for one in estate.issuers}
        delivery = Delivery(estate.center, store, fees=fees, issuers=issuers, now=now)
        self.shelf = Shelf(estate.center, store)
        desk = CenterDesk(
            estate.center,
            store,
            issuers=issuers,
            prices=PriceLists(fees, estate.center.limits.fees_seconds),
            ocsp=self._ocsp_line(life),
            roots=estate.roots,
            documents=estate.documents,
            token=token,
            new_id=lambda at: time_ordered_id(at, token),
            wake=delivery.wake,
            shelf=self.shelf,
        )
        host.desk, self.lines, self.wake = desk, desk.lines, delivery.wake
        self.mover = Mover(store, desk.lines, enter=enter, withdraw=withdraw, token=token, now=now, reload=self.shelf.reload)
        life.spawn(delivery.run())
        life.spawn(self.mover.run())

    def _ocsp_line(self, life: Incarnation) -> "OcspLine":
        return OcspLine(life, self.hosts["jpki"], self._link(life, "jpki"), self.estate)

    def _kiosk(self, life: Incarnation, _host: Host) -> None:
        metrics = metrics_in(CollectorRegistry())
        for number, terminal_id in enumerate(self.estate.terminals):
            terminal = Terminal(self._machine(life, terminal_id, number), metrics)
            self.terminals[terminal_id] = terminal
            life.spawn(terminal.run())

    def _machine(self, life: Incarnation, terminal_id: str, number: int) -> Machine:
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
            store=self.store(life),
            now=self.hosts["kiosk"].clock.now,
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
        answer = await responder.ocsp(der, self._host.clock.now())
        life.reach("serve Ocsp after")
        return answer
