"""Prepares a town's state once: authorities, the register, cards, staff; and reads it again at every later opening.

Nothing half-prepared is ever opened: `settings.json` is written last, and a folder without it is prepared anew.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from sqlalchemy import Connection

from certificates.fonts.selection import missing_glyphs
from issuer.terms import Issuer
from jpki import statuses
from receiving.trust_file import trust_file
from registers.population import STORIES, TWELVE, City, Population, make_world
from registers.population.movers import Story
from registers.residents import tables as resident_tables
from screens.sign_in import hash_password
from simulation import demonstration as demo
from simulation.document_keys import DocumentKeys, Fresh, make_document_keys
from simulation.municipalities import PLACES, Place, issuer_at
from simulation.people import CardMade, Mint, issued, make_cards, registered, write_card
from simulation.registers_filled import carved, fill_registers
from simulation.town.authorities import key_list_file, load_root, make_authorities, make_party, receivers_trust_file, root_files
from simulation.town.description import HolderEntry
from simulation.town.entitlements import Entitlements, entitlements
from simulation.town.folders import MUNICIPAL, PARTIES, Folders, own_server
from storage.opening import open_store
from trust.authority import save, save_certificate, save_key
from trust.parties import Peer
from trust.signing import load_signing_key, public_pem

PLACES_NOW = tuple(place for place in PLACES if place.own_kinds)
"""Those that can be opened: the ones with a server of their own."""

_SMALL_WORLD = 4
"""Where a town has one municipality, people still come from others and have their 本籍 there."""

KEY_RING = 64
"""Distinct RSA keys shared among the demonstration cards, each card with its own certificate: making one takes 40 ms."""

Said = Callable[[str], None]


class StateMismatch(Exception):
    """The folder was prepared otherwise than is asked for now; `str()` says how."""


class StaffMember(msgspec.Struct, frozen=True):
    """A demonstration member of staff; the password is made here and kept only in this state folder. `municipality` is whose clerk this is, if anybody's."""

    role: str
    name: str
    party: str
    password: str
    password_hash: str
    municipality: str = ""


LAYOUT = 3
"""Of a state folder: registers, keys and databases of another number cannot be opened."""


class Settings(msgspec.Struct, frozen=True):
    """How the town was prepared; `layout` of a folder that names none is the first."""

    seed: int
    residents: int
    holders: tuple[HolderEntry, ...]
    staff: tuple[StaffMember, ...]
    layout: int = 1
    municipalities: int = 1


@dataclass(frozen=True, slots=True)
class Terminal:
    """A registered terminal."""

    id: str
    profile: str
    public_key: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A town that can be opened; `places` are its municipalities, the main one first."""

    places: tuple[Place, ...]
    holders: tuple[HolderEntry, ...]
    staff: tuple[StaffMember, ...]
    terminals: tuple[Terminal, ...]

    @property
    def city(self) -> City:
        """The main municipality."""
        return self.places[0].city

    @property
    def servers(self) -> dict[str, Place]:
        """The municipalities' own servers, by the names of these parties."""
        return servers_of(self.places)

    @property
    def parties(self) -> tuple[str, ...]:
        """All parties in the order in which they are started."""
        return parties_of(self.places)


def servers_of(places: Sequence[Place]) -> dict[str, Place]:
    """The own servers of these municipalities, by the names of the parties."""
    return {own_server(place.code, places[0].code): place for place in places if place.own_kinds}


def parties_of(places: Sequence[Place]) -> tuple[str, ...]:
    """All parties of a town with these municipalities, who is asked before who asks."""
    return tuple(name for party in PARTIES for name in (servers_of(places) if party == MUNICIPAL else (party,)))


def prepare(folders: Folders, *, seed: int, residents: int, municipalities: int, terminals: int, now: datetime, said: Said) -> Prepared:
    """The prepared state; made if there is none yet. Raises `StateMismatch` if it was made from another seed or size."""
    places = PLACES_NOW[:municipalities]
    settings = _read_settings(folders.settings_file)
    if settings is None:
        settings = _make(folders, seed, residents, places, now, said)
    elif settings.layout != LAYOUT:
        raise StateMismatch(f"{folders.state} は前の版で用意されたものです。消すか、別の --state を選んでください。")
    elif (settings.seed, settings.residents, settings.municipalities) != (seed, residents, len(places)):
        made_with = f"--seed {settings.seed} --residents {settings.residents} --municipalities {settings.municipalities}"
        raise StateMismatch(f"{folders.state} は {made_with} で用意されています。同じ指定で開くか、別の --state を選んでください。")
    terminals_made = tuple(_terminal(folders, number) for number in range(1, terminals + 1))
    return Prepared(places, settings.holders, settings.staff, terminals_made)


def _read_settings(file: Path) -> Settings | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Settings)
    except FileNotFoundError:
        return None


def _make(folders: Folders, seed: int, residents: int, places: tuple[Place, ...], now: datetime, said: Said) -> Settings:
    folders.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    for folder in (folders.cards, folders.crash_points, folders.state / "logs"):
        folder.mkdir(parents=True, exist_ok=True)
    said("鍵と認証局を作っています")
    servers = servers_of(places)
    make_authorities(folders, now, secrets.token_bytes)
    for party in parties_of(places):
        peer = Peer(MUNICIPAL, servers[party].code) if party in servers else Peer(party, party)
        make_party(folders, party, peer, now, secrets.token_bytes)
    ring = _key_ring()
    _make_document_keys(folders, servers, now)
    for party, place in servers.items():
        (folders.party(party) / "seal.png").write_bytes(place.seal_png)
    said(f"{len(places)} 市区町村の台帳を作っています（{places[0].city.full_name} は {residents} 人）")
    world = make_world(seed, residents, now.date(), TWELVE if len(places) > 1 else TWELVE[:_SMALL_WORLD], carved, _stories(places))
    said("個人番号カードを作っています")
    mint = Mint(load_root(folders, "jpki"), load_root(folders, "stranger"), ring, "http://127.0.0.1/ocsp", secrets.token_bytes)
    holders: list[HolderEntry] = []
    serials: list[statuses.Issued] = []
    for place in places:
        population = world.of(place.code)
        cards = make_cards(population, mint, now, _counting(place, said), special=not holders)
        allowed = asyncio.run(_fill_registers(folders, place, servers, population, cards, now))
        holders += _write_cards(folders, place, population, cards, allowed, len(holders))
        serials += issued(cards)
    asyncio.run(_fill_authority(folders, tuple(serials), now))
    settings = Settings(seed, residents, tuple(holders), _staff(places), LAYOUT, len(places))
    folders.settings_file.write_bytes(msgspec.json.encode(settings))
    folders.settings_file.chmod(0o600)
    return settings


def _counting(place: Place, said: Said) -> Callable[[int, int], None]:
    return lambda done, of: said(f"個人番号カードを作っています（{place.city.name} {done}/{of}）")


def _stories(places: tuple[Place, ...]) -> tuple[Story, ...]:
    """Those that happen among the town's municipalities."""
    cities = [place.city for place in places]
    return tuple(story for story in STORIES if story.fits(cities))


def _make_document_keys(folders: Folders, servers: Mapping[str, Place], now: datetime) -> None:
    """The papers' authority and everybody's keys, each in its owner's folder."""
    keys = [rsa.generate_private_key(65537, 2048) for _ in range(2 + len(servers))]
    fresh = [
        Fresh(party, place.city, key, ec.generate_private_key(ec.SECP256R1())) for (party, place), key in zip(servers.items(), keys[2:], strict=True)
    ]
    first, *others = fresh
    papers = make_document_keys(first.city, (keys[0], first.key, keys[1]), first.code_key, now, secrets.token_bytes, others)
    save(papers.authority, *root_files(folders, "documents"))
    key_list_file(folders).write_bytes(papers.key_list)
    receivers_trust_file(folders).write_bytes(trust_file(papers.authority.certificate, papers.key_list))
    for party, certificate, key, code_key in _signers(first.name, papers):
        save_certificate(certificate, folders.party(party) / "documents.pem")
        save_key(key, folders.party(party) / "documents.key")
        save_key(code_key, folders.party(party) / "codes.key")
    save_certificate(papers.center_certificate, folders.party("center") / "documents.pem")
    save_key(papers.center_key, folders.party("center") / "documents.key")
    secret = folders.party("center") / "backs.secret"
    secret.write_bytes(secrets.token_bytes(32))
    secret.chmod(0o600)


def _signers(first: str, papers: DocumentKeys) -> list[tuple[str, x509.Certificate, rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey]]:
    others = [(name, one.certificate, one.key, one.code_key) for name, one in papers.others.items()]
    return [(first, papers.municipality_certificate, papers.municipality_key, papers.code_key), *others]


def _key_ring() -> list[rsa.RSAPrivateKey]:
    with ProcessPoolExecutor(max_workers=2) as pool:
        return [_loaded(der) for der in pool.map(_fresh_key, range(KEY_RING), chunksize=8)]


def _fresh_key(_: int) -> bytes:
    key = rsa.generate_private_key(65537, 2048)
    return key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _loaded(der: bytes) -> rsa.RSAPrivateKey:
    key = serialization.load_der_private_key(der, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _write_cards(
    folders: Folders, place: Place, population: Population, cards: tuple[CardMade, ...], allowed: Mapping[str, Entitlements], first: int
) -> list[HolderEntry]:
    """The cards of one municipality's residents as files, numbered from `first` on."""
    homes = {home.household_no: tuple(member.atena_no for member in home.members) for home in population.households}
    return [
        _write_card(folders, first + index, card, place.code, homes.get(card.resident.household_no, ()), allowed.get(card.serial, Entitlements()))
        for index, card in enumerate(cards)
    ]


def _write_card(folders: Folders, number: int, card: CardMade, municipality: str, household: tuple[str, ...], allowed: Entitlements) -> HolderEntry:
    file = folders.cards / f"{number:04d}.card"
    write_card(card, file, number, secrets.token_bytes)
    believed = card.state == "good"
    return HolderEntry(
        id=str(number),
        name=card.resident.name,
        pin=card.pin,
        card=str(file.resolve()),
        municipality=municipality,
        kinds=allowed.kinds if believed else (),
        atena_no=card.resident.atena_no,
        note=card.note,
        household=household,
        persons=allowed.persons,
        years=allowed.years,
    )


async def _fill_registers(
    folders: Folders, place: Place, servers: Mapping[str, Place], population: Population, cards: tuple[CardMade, ...], now: datetime
) -> dict[str, Entitlements]:
    """The municipality's registers on its own server; what each card's holder can have there, by its serial."""
    party = next((name for name, served in servers.items() if served is place), None)
    if party is None:
        return {}
    residents = registered(population, cards, now.date(), missing_glyphs)
    register = await open_store(f"sqlite:///{folders.database(party).resolve()}", resident_tables.METADATA)
    await register.write(fill_registers, population, residents, now)
    allowed = await register.read(_allowed, issuer_at(place, place.own_kinds), tuple(card.serial for card in cards), now)
    await register.close()
    return allowed


async def _fill_authority(folders: Folders, serials: tuple[statuses.Issued, ...], now: datetime) -> None:
    """The authority's list of all cards."""
    authority = await open_store(f"sqlite:///{folders.database('jpki').resolve()}", statuses.METADATA)
    await authority.write(statuses.load_serials, serials, now)
    await authority.close()


def _allowed(connection: Connection, issuer: Issuer, serials: tuple[str, ...], now: datetime) -> dict[str, Entitlements]:
    return {serial: entitlements(connection, issuer, serial, now) for serial in serials}


def _staff(places: tuple[Place, ...]) -> tuple[StaffMember, ...]:
    """Everybody who works in an office: those of the town, and a clerk for each of the other municipalities with a server."""
    common = [_staff_member(*row) for row in demo.STAFF]
    role, name = next((role, name) for role, name, party in demo.STAFF if party == MUNICIPAL)
    others = [(party, place) for party, place in servers_of(places).items() if party != MUNICIPAL]
    clerks = [_staff_member(role, f"{place.city.name} {name}", party, place.code) for party, place in others]
    return (*common, *clerks)


def _staff_member(role: str, name: str, party: str, municipality: str = "") -> StaffMember:
    password = secrets.token_hex(4)
    return StaffMember(role, name, party, password, hash_password(password), municipality)


def _terminal(folders: Folders, number: int) -> Terminal:
    name = f"{demo.OPERATOR}-{number:03d}"
    file = folders.party("kiosk") / f"{name}.key"
    if not file.exists():
        save_key(ec.generate_private_key(ec.SECP256R1()), file)
    return Terminal(name, "store", public_pem(load_signing_key(file).public_key()))
