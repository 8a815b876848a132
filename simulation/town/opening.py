"""Opens a prepared town: ports, configurations, processes, `town.json`; and closes it again."""

import asyncio
import fcntl
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import FrameType

from simulation.municipalities import BCL, Place
from simulation.town.authorities import key_list_file, receivers_trust_file, root_files
from simulation.town.cloud import keep_hours
from simulation.town.configurations import HOST, Opening, Ports, door_url, receivers_url, write_configurations
from simulation.town.daily_data import DailyData
from simulation.town.description import KioskEntry, MunicipalityEntry, PartyEntry, StaffEntry, Town, write_town
from simulation.town.directory_changes import configuration_of, enter_changes
from simulation.town.folders import PARTIES, Folders
from simulation.town.preparation import Prepared, prepare
from simulation.town.staff import StaffMember, tenants_of
from simulation.town.supervisor import QUICK_DEATHS_MAX, REHEARSED_DEATHS_MAX, PartySpec, Supervisor


class PortTaken(Exception):
    """A port that the town needs is in use; `str()` names it."""


class AlreadyOpen(Exception):
    """The town in this folder is open; `str()` names the folder."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a town is opened with. `port` is the first of the ports in a row, two for each party, or 0 for any that are free."""

    state: Path
    port: int
    seed: int
    residents: int
    municipalities: int
    terminals: int
    real_hours: bool
    printer_seconds: float
    rehearse_crashes: bool
    brisk: bool


def keep_open(wish: Wish, clock: Callable[[], datetime], said: Callable[[str], None], ready: Callable[[Town], None]) -> None:
    """Open the town, call `ready`, and keep it open until SIGINT or SIGTERM; then close it. `clock` tells the time (aware).

    Raises `AlreadyOpen`, `StateMismatch`, `PortTaken` or `PartyFailed`; no process is left behind.
    """
    stopping: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stopping.append(number)

    previous = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    folders = Folders(wish.state.resolve())
    with _sole(folders):
        try:
            _keep_open(folders, wish, clock, said, ready, lambda: bool(stopping))
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)


def _keep_open(
    folders: Folders,
    wish: Wish,
    clock: Callable[[], datetime],
    said: Callable[[str], None],
    ready: Callable[[Town], None],
    stopped: Callable[[], bool],
) -> None:
    now = clock()
    folders.town_file.unlink(missing_ok=True)  # of a town whose supervisor was killed
    prepared = prepare(
        folders,
        seed=wish.seed,
        residents=wish.residents,
        municipalities=wish.municipalities,
        terminals=wish.terminals,
        now=now,
        said=said,
    )
    opening = Opening(_ports(wish.port, prepared.parties), now.date(), wish.real_hours, wish.printer_seconds, wish.rehearse_crashes, wish.brisk)
    data = _tenants_of_today(folders, prepared, wish, now, said)
    before = configuration_of(folders.config("center"))
    write_configurations(folders, prepared, opening)
    enter_changes(before, folders.config("center"), now)
    specs = tuple(PartySpec(party, folders.config(party), folders.log(party), f"{_office_url(opening, party)}/healthz") for party in prepared.parties)
    deaths_max = REHEARSED_DEATHS_MAX if wish.rehearse_crashes else QUICK_DEATHS_MAX
    supervisor = Supervisor(specs, lambda pids: write_town(_describe(folders, prepared, opening, pids), folders.town_file), deaths_max)
    try:
        supervisor.start(said)
        town = _describe(folders, prepared, opening, supervisor.pids())
        write_town(town, folders.town_file)
        ready(town)
        supervisor.watch(stopped, lambda: data.turn(clock()))
    finally:
        said("町を閉じています")
        supervisor.stop()
        folders.town_file.unlink(missing_ok=True)


def _tenants_of_today(folders: Folders, prepared: Prepared, wish: Wish, now: datetime, said: Callable[[str], None]) -> DailyData:
    """The shared cloud's tenants with the hours of this opening and with data of now; what sends on while the town is open."""
    tenants = tenants_of(prepared.places)
    if tenants:
        asyncio.run(keep_hours(folders, tenants, now, real_hours=wish.real_hours))
    data = DailyData(folders, tenants, said)
    data.send_all(now)
    return data


@contextmanager
def _sole(folders: Folders) -> Iterator[None]:
    """One town in a folder: a second opening would write other ports into the configurations of the first one's parties."""
    folders.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folders.state / "open").open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyOpen(f"{folders.state} is open already") from None
        yield


def _ports(first: int, parties: tuple[str, ...]) -> dict[str, Ports]:
    numbers = _free_ports(2 * len(parties)) if first == 0 else list(range(first, first + 2 * len(parties)))
    for number in numbers:
        _demand_free(number)
    # The panel comes first: it is the address that everybody wants. What only larger towns have comes last, so that the others' addresses are the same in all.
    common = ("kiosk", "center", "municipal", "fees", "jpki")
    more = [party for party in parties if party not in PARTIES]
    offices = dict(zip((*common, *more), numbers[: len(common)] + numbers[2 * len(common) : 2 * len(common) + len(more)], strict=True))
    doors = dict(zip((*PARTIES, *more), numbers[len(common) : 2 * len(common)] + numbers[2 * len(common) + len(more) :], strict=True))
    return {party: Ports(door=doors[party], office=offices[party]) for party in parties}


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server((HOST, 0)) for _ in range(count)]
    numbers = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return numbers


def _demand_free(number: int) -> None:
    try:
        socket.create_server((HOST, number)).close()
    except OSError as error:
        raise PortTaken(f"port {number}: {error.strerror}") from None


def _office_url(opening: Opening, party: str) -> str:
    return f"http://{HOST}:{opening.ports[party].office}"


def _desk_url(opening: Opening, member: StaffMember) -> str:
    """The office of a member of staff; the cloud's tenants have theirs behind one door, told apart by the host's name."""
    if member.party == BCL and member.municipality:
        return f"http://{member.municipality}.localhost:{opening.ports[BCL].office}"
    return _office_url(opening, member.party)


def _protocol_url(opening: Opening, party: str) -> str:
    if party == "kiosk":
        return _office_url(opening, party)
    if party == "jpki":
        return f"http://{HOST}:{opening.ports[party].door}/ocsp"
    return door_url(opening, party)


def _describe(folders: Folders, prepared: Prepared, opening: Opening, pids: Mapping[str, int]) -> Town:
    parties = {party: PartyEntry(_protocol_url(opening, party), _office_url(opening, party), pids[party]) for party in prepared.parties}
    ca = {
        "parties": str(root_files(folders, "parties")[0]),
        "jpki": str(root_files(folders, "jpki")[0]),
        "ocsp_responder": str(root_files(folders, "ocsp")[0]),
        "documents": str(root_files(folders, "documents")[0]),
        "code_keys": str(key_list_file(folders)),
        "trust": str(receivers_trust_file(folders)),
        "party_certificate": str(folders.party("kiosk") / "party.pem"),
        "party_key": str(folders.party("kiosk") / "party.key"),
    }
    staff = tuple(StaffEntry(member.name, member.password, member.role, _desk_url(opening, member), member.municipality) for member in prepared.staff)
    kiosks = tuple(
        KioskEntry(terminal.id, f"{_office_url(opening, 'kiosk')}/terminals/{terminal.id}", terminal.profile) for terminal in prepared.terminals
    )
    return Town(
        parties=parties,
        ca=ca,
        kiosks=kiosks,
        holders=prepared.holders,
        staff=staff,
        municipality=prepared.city.code,
        receivers=receivers_url(opening),
        municipalities=tuple(_municipality(place, prepared.servers) for place in prepared.places),
    )


def _municipality(place: Place, servers: Mapping[str, Place]) -> MunicipalityEntry:
    own = next((name for name, served in servers.items() if served is place), BCL)
    return MunicipalityEntry(
        code=place.code,
        name=place.city.county + place.city.name,
        prefecture=place.city.prefecture,
        kinds=place.kinds,
        issuers={kind: BCL if kind in place.on_bcl else own for kind in place.kinds},
        wide_tax=place.wide_tax,
        write_to=place.write_to,
        year_awaits_approval=place.year_awaits_approval,
        wards=tuple(f"{ward.code} {ward.name}" for ward in place.city.wards),
        former=tuple(f"{former.code} {former.name}（{former.merged_on.isoformat()} 合併）" for former in place.city.former),
    )
