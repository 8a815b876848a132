"""Prepares a town's state once: authorities, the register, cards, staff; and reads it again at every later opening.

Nothing half-prepared is ever opened: `settings.json` is written last, and a folder without it is prepared anew.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from certificates.fonts.selection import missing_glyphs
from issuer import issue_tables
from jpki import statuses
from registers.population import STORIES, TWELVE, City, Population, World, make_world
from registers.population.movers import with_changed_codes
from registers.residents import tables as resident_tables
from simulation import demonstration as demo
from simulation.document_keys import IssuerKeys
from simulation.municipalities import BCL, PLACES, TAX_KIND, Place, issuer_at
from simulation.people import CardMade, Mint, issued, make_cards, registered, write_card
from simulation.registers_filled import approve_tax_year, carved, fill_registers
from simulation.town.authorities import load_root, make_authorities, make_party
from simulation.town.cloud import Tenant, allowed_to, merged, prepare_cloud
from simulation.town.description import HolderEntry, UseEntry
from simulation.town.entitlements import Entitlements
from simulation.town.folders import MUNICIPAL, PARTIES, Folders
from simulation.town.referral_keys import make_referral_keys
from simulation.town.signing_keys import make_signing_keys
from simulation.town.staff import StaffMember, clerks_of, make_staff, servers_of, tenants_of, works_as
from simulation.town.use_states import UseCase, enter_uses, use_cases
from storage.opening import open_store
from trust.authority import save_key
from trust.parties import Peer
from trust.signing import load_signing_key, public_pem

_SMALL_WORLD = 4
"""Where a town has one municipality, people still come from others and have their 本籍 there."""

KEY_RING_MAX, RESIDENTS_TO_A_KEY = 64, 6
"""Distinct RSA keys shared among the demonstration cards, each card with its own certificate: making one takes 40 ms."""

Said = Callable[[str], None]


class StateMismatch(Exception):
    """The folder was prepared otherwise than is asked for now; `str()` says how."""


LAYOUT = 6
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


def parties_of(places: Sequence[Place]) -> tuple[str, ...]:
    """All parties of a town with these municipalities, who is asked before who asks."""
    issuers = (*servers_of(places), *((BCL,) if tenants_of(places) else ()))
    return tuple(name for party in PARTIES for name in (issuers if party == MUNICIPAL else (party,)))


def prepare(folders: Folders, *, seed: int, residents: int, municipalities: int, terminals: int, now: datetime, said: Said) -> Prepared:
    """The prepared state; made if there is none yet. Raises `StateMismatch` if it was made from another seed or size."""
    places = PLACES[:municipalities]
    settings = _read_settings(folders.settings_file)
    if settings is None:
        settings = _make(folders, seed, residents, places, now, said)
    elif settings.layout != LAYOUT:
        raise StateMismatch(f"{folders.state} は前の版で用意されたものです。消すか、別の --state を選んでください。")
    elif (settings.seed, settings.residents, settings.municipalities) != (seed, residents, len(places)):
        made_with = f"--seed {settings.seed} --residents {settings.residents} --municipalities {settings.municipalities}"
        raise StateMismatch(f"{folders.state} は {made_with} で用意されています。同じ指定で開くか、別の --state を選んでください。")
    terminals_made = tuple(_terminal(folders, number) for number in range(1, terminals + 1))
    # The folder may have been moved, or copied, since it was prepared.
    holders = tuple(msgspec.structs.replace(holder, card=str((folders.cards / Path(holder.card).name).resolve())) for holder in settings.holders)
    return Prepared(places, holders, settings.staff, terminals_made)


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
    # Cards' keys and the hashes of passwords are made beside the rest; the processes are there before the first thread is.
    with ProcessPoolExecutor(max_workers=2) as pool, ThreadPoolExecutor(max_workers=1) as aside:
        fresh_keys = pool.map(_fresh_key, range(min(KEY_RING_MAX, residents // RESIDENTS_TO_A_KEY)), chunksize=4)
        hashed = aside.submit(make_staff, places)
        tenant_keys = _make_keys(folders, servers, places, now)
        said(f"{len(places)} 市区町村の台帳を作っています（{places[0].city.full_name} は {residents} 人）")
        world = made_up(seed, residents, places, now.date())
        said("個人番号カードを作っています")
        ring = [_loaded(der) for der in fresh_keys]
        mint = Mint(load_root(folders, "jpki"), load_root(folders, "stranger"), ring, "http://127.0.0.1/ocsp", secrets.token_bytes)
        cards = {place.code: make_cards(world.of(place.code), mint, now, _counting(place, said), special=place is places[0]) for place in places}
        staff = hashed.result()
    said("台帳を入れています")
    uses = use_cases(world, cards, secrets.token_bytes)
    allowed = asyncio.run(_fill(folders, places, world, cards, tenant_keys, staff, uses, now))
    make_referral_keys(folders, servers, places, now, secrets.token_bytes)
    holders: list[HolderEntry] = []
    for place in places:
        holders += _write_cards(folders, place, world.of(place.code), cards[place.code], allowed, uses, len(holders))
    settings = Settings(seed, residents, tuple(holders), staff, LAYOUT, len(places))
    folders.settings_file.write_bytes(msgspec.json.encode(settings))
    folders.settings_file.chmod(0o600)
    return settings


def _make_keys(folders: Folders, servers: Mapping[str, Place], places: tuple[Place, ...], now: datetime) -> dict[str, IssuerKeys]:
    """Authorities, every party's own key and certificate, the keys and seals of whoever makes papers; the cloud's tenants' are handed on."""
    make_authorities(folders, now, secrets.token_bytes)
    for party in parties_of(places):
        peer = Peer(MUNICIPAL, servers[party].code) if party in servers else Peer(party, party)
        make_party(folders, party, peer, now, secrets.token_bytes)
    for party, place in servers.items():
        (folders.party(party) / "seal.png").write_bytes(place.seal_png)
    return make_signing_keys(folders, servers, tenants_of(places), now)


def _counting(place: Place, said: Said) -> Callable[[int, int], None]:
    return lambda done, of: said(f"個人番号カードを作っています（{place.city.name} {done}/{of}）")


def made_up(seed: int, residents: int, places: Sequence[Place], today: date) -> World:
    """The people of a town with these municipalities and their registers, the main one's first; always the same. Of the stories, those that happen among the town's municipalities."""
    cities = [place.city for place in places]
    stories = tuple(story for story in STORIES if story.fits(cities))
    return make_world(seed, residents, today, TWELVE if len(places) > 1 else TWELVE[:_SMALL_WORLD], carved, stories)


def _fresh_key(_: int) -> bytes:
    key = rsa.generate_private_key(65537, 2048)
    return key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _loaded(der: bytes) -> rsa.RSAPrivateKey:
    # Made a moment ago, by us: proving once more that it is a sound key takes longer than making it did.
    key = serialization.load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _write_cards(
    folders: Folders,
    place: Place,
    population: Population,
    cards: tuple[CardMade, ...],
    allowed: Mapping[str, Entitlements],
    uses: Sequence[UseCase],
    first: int,
) -> list[HolderEntry]:
    """The cards of one municipality's residents as files, numbered from `first` on."""
    homes = {home.household_no: tuple(member.atena_no for member in home.members) for home in population.households}
    typed = {case.card: UseEntry(case.at, *case.typed, may_apply=case.standing in ("returned", "renewed")) for case in uses}
    entries = (
        _write_card(folders, first + index, card, place.code, homes.get(card.resident.household_no, ()), allowed.get(card.serial, Entitlements()))
        for index, card in enumerate(cards)
    )
    return [msgspec.structs.replace(entry, use=typed.get(card.serial)) for entry, card in zip(entries, cards, strict=True)]


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


async def _fill(
    folders: Folders,
    places: tuple[Place, ...],
    world: World,
    cards: Mapping[str, tuple[CardMade, ...]],
    tenant_keys: Mapping[str, IssuerKeys],
    staff: tuple[StaffMember, ...],
    uses: Sequence[UseCase],
    now: datetime,
) -> dict[str, Entitlements]:
    """Every municipality's registers where its papers are made, and the authority's list; what each card's holder can have, by its serial."""
    residents = {
        place.code: with_changed_codes(place.city, registered(world.of(place.code), cards[place.code], now.date(), missing_glyphs), now.date())
        for place in places
    }
    serials = {place.code: tuple(card.serial for card in cards[place.code]) for place in places}
    allowed: dict[str, Entitlements] = {}
    for party, place in servers_of(places).items():
        register = await open_store(f"sqlite:///{folders.database(party).resolve()}", issue_tables.METADATA, resident_tables.METADATA)
        await register.write(fill_registers, world.of(place.code), residents[place.code], now)
        issuer = issuer_at(place, place.own_kinds)
        if TAX_KIND in place.own_kinds:
            await register.write(approve_tax_year, place, issuer, works_as(staff, "tax", place), now)
        if "koseki" in place.own_kinds:
            await register.write(enter_uses, _at(place, uses), works_as(staff, "clerk", place), now, secrets.token_bytes)
        allowed |= await register.read(allowed_to, issuer, serials[place.code], now)
        await register.close()
    tenants = [
        Tenant(place, tenant_keys[place.code], world.of(place.code), residents[place.code], serials[place.code], clerks_of(staff, place), _at(place, uses))
        for place in tenants_of(places)
    ]  # fmt: skip
    if tenants:
        allowed = merged(allowed, await prepare_cloud(folders, tenants, now, secrets.token_bytes))
    authority = await open_store(f"sqlite:///{folders.database('jpki').resolve()}", statuses.METADATA)
    await authority.write(statuses.load_serials, issued([card for made in cards.values() for card in made]), now)
    await authority.close()
    return allowed


def _at(place: Place, uses: Sequence[UseCase]) -> tuple[UseCase, ...]:
    return tuple(case for case in uses if case.at == place.code)


def _terminal(folders: Folders, number: int) -> Terminal:
    name = f"{demo.OPERATOR}-{number:03d}"
    file = folders.party("kiosk") / f"{name}.key"
    if not file.exists():
        save_key(ec.generate_private_key(ec.SECP256R1()), file)
    return Terminal(name, "store", public_pem(load_signing_key(file).public_key()))
