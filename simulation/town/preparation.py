"""Prepares a town's state once: authorities, the register, cards, staff; and reads it again at every later opening.

Nothing half-prepared is ever opened: `settings.json` is written last, and a folder without it is prepared anew.
"""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from sqlalchemy import Connection

from certificates.fonts.selection import missing_glyphs
from certificates.seal import seal_png
from issuer.terms import Issuer
from jpki import statuses
from receiving.trust_file import trust_file
from registers.population import MIHON, City, Population, generate
from registers.residents import tables as resident_tables
from screens.sign_in import hash_password
from simulation import demonstration as demo
from simulation.document_keys import make_document_keys
from simulation.foundation import demonstration_issuer
from simulation.people import CardMade, Mint, issued, make_cards, registered, write_card
from simulation.registers_filled import carved, fill_registers
from simulation.town.authorities import key_list_file, load_root, make_authorities, make_party, receivers_trust_file, root_files
from simulation.town.description import HolderEntry
from simulation.town.entitlements import Entitlements, entitlements
from simulation.town.folders import PARTIES, Folders
from storage.opening import open_store
from trust.authority import save, save_certificate, save_key
from trust.parties import Peer
from trust.signing import load_signing_key, public_pem

KEY_RING = 64
"""Distinct RSA keys shared among the demonstration cards, each card with its own certificate: making one takes 40 ms."""

Said = Callable[[str], None]


class StateMismatch(Exception):
    """The folder was prepared otherwise than is asked for now; `str()` says how."""


class StaffMember(msgspec.Struct, frozen=True):
    """A demonstration member of staff; the password is made here and kept only in this state folder."""

    role: str
    name: str
    party: str
    password: str
    password_hash: str


LAYOUT = 2
"""Of a state folder: registers, keys and databases of another number cannot be opened."""


class Settings(msgspec.Struct, frozen=True):
    """How the town was prepared; `layout` of a folder that names none is the first."""

    seed: int
    residents: int
    holders: tuple[HolderEntry, ...]
    staff: tuple[StaffMember, ...]
    layout: int = 1


@dataclass(frozen=True, slots=True)
class Terminal:
    """A registered terminal."""

    id: str
    profile: str
    public_key: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A town that can be opened."""

    city: City
    holders: tuple[HolderEntry, ...]
    staff: tuple[StaffMember, ...]
    terminals: tuple[Terminal, ...]


def prepare(folders: Folders, *, seed: int, residents: int, terminals: int, now: datetime, said: Said) -> Prepared:
    """The prepared state; made if there is none yet. Raises `StateMismatch` if it was made from another seed or size."""
    settings = _read_settings(folders.settings_file)
    if settings is None:
        settings = _make(folders, seed, residents, now, said)
    elif settings.layout != LAYOUT:
        raise StateMismatch(f"{folders.state} は前の版で用意されたものです。消すか、別の --state を選んでください。")
    elif (settings.seed, settings.residents) != (seed, residents):
        raise StateMismatch(
            f"{folders.state} は --seed {settings.seed} --residents {settings.residents} で用意されています。同じ指定で開くか、別の --state を選んでください。"
        )
    made = tuple(_terminal(folders, number) for number in range(1, terminals + 1))
    return Prepared(MIHON, settings.holders, settings.staff, made)


def _read_settings(file: Path) -> Settings | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Settings)
    except FileNotFoundError:
        return None


def _make(folders: Folders, seed: int, residents: int, now: datetime, said: Said) -> Settings:
    folders.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    for folder in (folders.cards, folders.crash_points, folders.state / "logs"):
        folder.mkdir(parents=True, exist_ok=True)
    city = MIHON
    said("鍵と認証局を作っています")
    make_authorities(folders, now, secrets.token_bytes)
    for party in PARTIES:
        make_party(folders, party, Peer(party, city.code if party == "municipal" else party), now, secrets.token_bytes)
    _make_document_keys(folders, city, now)
    (folders.party("municipal") / "seal.png").write_bytes(seal_png(f"{city.name}長之印"))
    ring = _key_ring()
    said(f"{city.prefecture}{city.name}の住民 {residents} 人の台帳を作っています")
    population = generate(seed, residents, now.date(), carve=carved)
    said("個人番号カードを作っています")
    mint = Mint(load_root(folders, "jpki"), load_root(folders, "stranger"), ring, "http://127.0.0.1/ocsp", secrets.token_bytes)
    cards = make_cards(population, mint, now, lambda done, of: said(f"個人番号カードを作っています（{done}/{of}）"))
    allowed = asyncio.run(_fill_registers(folders, population, cards, now))
    homes = {home.household_no: tuple(member.atena_no for member in home.members) for home in population.households}
    holders = tuple(
        _write_card(folders, index, card, homes.get(card.resident.household_no, ()), allowed[card.serial]) for index, card in enumerate(cards)
    )
    settings = Settings(seed, residents, holders, tuple(_staff_member(*row) for row in demo.STAFF), LAYOUT)
    folders.settings_file.write_bytes(msgspec.json.encode(settings))
    folders.settings_file.chmod(0o600)
    return settings


def _make_document_keys(folders: Folders, city: City, now: datetime) -> None:
    """The papers' authority and everybody's keys, each in its owner's folder."""
    keys = tuple(rsa.generate_private_key(65537, 2048) for _ in range(3))
    papers = make_document_keys(city, (keys[0], keys[1], keys[2]), ec.generate_private_key(ec.SECP256R1()), now, secrets.token_bytes)
    save(papers.authority, *root_files(folders, "documents"))
    key_list_file(folders).write_bytes(papers.key_list)
    receivers_trust_file(folders).write_bytes(trust_file(papers.authority.certificate, papers.key_list))
    for party, certificate, key in (
        ("municipal", papers.municipality_certificate, papers.municipality_key),
        ("center", papers.center_certificate, papers.center_key),
    ):
        save_certificate(certificate, folders.party(party) / "documents.pem")
        save_key(key, folders.party(party) / "documents.key")
    save_key(papers.code_key, folders.party("municipal") / "codes.key")
    secret = folders.party("center") / "backs.secret"
    secret.write_bytes(secrets.token_bytes(32))
    secret.chmod(0o600)


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


def _write_card(folders: Folders, index: int, card: CardMade, household: tuple[str, ...], allowed: Entitlements) -> HolderEntry:
    file = folders.cards / f"{index:04d}.card"
    write_card(card, file, index, secrets.token_bytes)
    believed = card.state == "good"
    return HolderEntry(
        id=str(index),
        name=card.resident.name,
        pin=card.pin,
        card=str(file.resolve()),
        municipality=MIHON.code,
        kinds=allowed.kinds if believed else (),
        atena_no=card.resident.atena_no,
        note=card.note,
        household=household,
        persons=allowed.persons,
        years=allowed.years,
    )


async def _fill_registers(folders: Folders, population: Population, cards: tuple[CardMade, ...], now: datetime) -> dict[str, Entitlements]:
    """The municipality's registers and the authority's list; what each card's holder can have, by its serial."""
    residents = registered(population, cards, now.date(), missing_glyphs)
    register = await open_store(f"sqlite:///{folders.database('municipal').resolve()}", resident_tables.METADATA)
    await register.write(fill_registers, population, residents, now)
    allowed = await register.read(_allowed, demonstration_issuer(), tuple(card.serial for card in cards), now)
    await register.close()
    authority = await open_store(f"sqlite:///{folders.database('jpki').resolve()}", statuses.METADATA)
    await authority.write(statuses.load_serials, issued(cards), now)
    await authority.close()
    return allowed


def _allowed(connection: Connection, issuer: Issuer, serials: tuple[str, ...], now: datetime) -> dict[str, Entitlements]:
    return {serial: entitlements(connection, issuer, serial, now) for serial in serials}


def _staff_member(role: str, name: str, party: str) -> StaffMember:
    password = secrets.token_hex(4)
    return StaffMember(role, name, party, password, hash_password(password))


def _terminal(folders: Folders, number: int) -> Terminal:
    name = f"{demo.OPERATOR}-{number:03d}"
    file = folders.party("kiosk") / f"{name}.key"
    if not file.exists():
        save_key(ec.generate_private_key(ec.SECP256R1()), file)
    return Terminal(name, "store", public_pem(load_signing_key(file).public_key()))
