"""Founds a simulated town from one seed: people, cards, registers, the authority's list, issuers, configurations. Everything that `simulation.parties` is built from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from random import Random

from sqlalchemy import Engine

from certificates.fonts.selection import missing_glyphs
from certificates.signature.key_list import read_key_list
from certificates.signature.signing import signer
from fees.booking.records import METADATA as BOOKS
from fees.drafts.history import seed as seed_rules
from fees.drafts.records import METADATA as RULES
from issuance_center.backs import Documents
from issuance_center.records.tables import METADATA as RECORDS
from issuer.issue_tables import METADATA as ISSUE_LOG
from jpki import statuses
from kiosk import journal
from registers.population import STORIES, TWELVE, Population, make_world
from registers.population.movers import with_changed_codes
from registers.residents import tables as resident_tables
from registers.residents.resident import Resident
from registers.seal.seal import Imprint
from simulation import demonstration as demo
from simulation.center_configuration import center_configuration, rules_of
from simulation.cloud import METADATA as CLOUD
from simulation.cloud import prepare_cloud, tenant_database
from simulation.document_keys import DocumentKeys
from simulation.issuers import IssuerOf, issuers_of, statement_of
from simulation.key_ring import rsa_ring
from simulation.municipal_data import entered
from simulation.municipalities import BCL, PLACES, Place
from simulation.parties import Estate
from simulation.people import CardMade, Mint, issued, make_cards, registered, write_card
from simulation.registers_filled import approve_tax_year, carved, fill_registers
from simulation.store import open_database
from simulation.truth.elsewhere import EntryElsewhere, Former, entry_elsewhere, former_lines
from simulation.world import World
from trust.authority import create_root
from trust.ocsp_responder import responder, responder_certificate

SMALL_WORLD = 4
"""Where a town has one municipality, people still come from others and have their 本籍 there."""

HALL_FROM = 4
"""In a town of several municipalities the last of so many terminals stands in a town hall."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody with a card in the simulated town: where they live, where they lived before, and where their 戸籍 is if it is elsewhere. `made` is the card they begin with."""

    number: int
    card_file: Path
    made: CardMade
    municipality: str
    former: tuple[Former, ...] = ()
    elsewhere: EntryElsewhere | None = None


@dataclass(frozen=True, slots=True)
class Foundation:
    """The town's estate, its municipalities (the main one first), its holders, the truth about its people by code, the cards as they are now by holder, and what cards are made with."""

    estate: Estate
    places: tuple[Place, ...]
    holders: tuple[Holder, ...]
    populations: Mapping[str, Population]
    cards: dict[int, CardMade]
    mint: Mint
    hall: str | None

    def place(self, code: str) -> Place:
        """A municipality of the town."""
        return next(place for place in self.places if place.code == code)

    @property
    def population(self) -> Population:
        """The main municipality's."""
        return self.populations[self.places[0].code]

    @property
    def residents(self) -> tuple[Resident, ...]:
        """The main municipality's."""
        return self.population.residents


def found(world: World, seed: int, residents: int, terminals: int, folder: Path, municipalities: int = 1) -> Foundation:
    """Make everything: a town of the first so many `municipalities`, the main one of so many `residents`; `folder` takes the cards, the devices and the tenants' keys."""
    now, token, keys, places = world.now(), world.chance.token("foundation"), rsa_ring(), PLACES[:municipalities]
    since = now - timedelta(days=365 * 8)
    authority = create_root("見本 利用者証明用認証局", keys[0], since, token, 7300)
    stranger = create_root("見本 よその認証局", keys[1], since, token, 7300)
    mint = Mint(authority, stranger, keys[3:-3], "http://ocsp.invalid/ocsp", token)
    made_up = _made_up(seed, residents, places, world)
    cards = {place.code: make_cards(made_up[place.code], mint, now, lambda _done, _of: None, special=place is places[0]) for place in places}
    populations = {place.code: _registered(made_up[place.code], cards[place.code], place, world) for place in places}
    answering = responder_certificate(authority, "見本 OCSPレスポンダ", keys[2], now - timedelta(days=1), token)
    issuers, papers = issuers_of(places, now, token)
    roots = (papers.authority.certificate,)
    names = tuple(f"{demo.OPERATOR}-{number + 1:03d}" for number in range(terminals))
    hall = names[-1] if municipalities > 1 and terminals >= HALL_FROM else None
    statements = {place.code: statement_of(issuers, place, roots, now, token) for place in places}
    databases = _databases(issuers, populations, [card for made in cards.values() for card in made], folder / "keys", world, token)
    with databases["fees"].begin() as connection:
        seed_rules(connection, rules_of(places), now)
    estate = Estate(
        world=world,
        databases=databases,
        center=center_configuration(issuers, places, statements, names, hall, now.date()),
        issuers=issuers,
        cloud_keys=folder / "keys",
        responder=responder(authority.certificate, answering, keys[2]),
        roots=(authority.certificate,),
        declared=demo.DECLARED,
        documents=_documents(papers),
        devices=folder / "devices",
        terminals=names,
    )
    everybody = [(place, card) for place in places for card in cards[place.code]]
    holders = tuple(_holder(folder, number, place, card, tuple(populations.values()), token) for number, (place, card) in enumerate(everybody))
    return Foundation(estate, places, holders, populations, {holder.number: holder.made for holder in holders}, mint, hall)


def _made_up(seed: int, residents: int, places: Sequence[Place], world: World) -> dict[str, Population]:
    """The people; of the stories, those that happen among the town's municipalities."""
    cities = [place.city for place in places]
    stories = tuple(story for story in STORIES if story.fits(cities))
    made = make_world(seed, residents, world.now().date(), TWELVE if len(places) > 1 else TWELVE[:SMALL_WORLD], _carved_once, stories)
    return {place.code: made.of(place.code) for place in places}


def _carved_once(text: str, _chance: Random) -> Imprint:
    """The imprint of a seal with these characters. The same whoever asks: cutting one takes longer than a visit, and towns of other seeds have the same names."""
    return _cut(text)


@cache
def _cut(text: str) -> Imprint:
    return carved(text, Random(f"seal {text}"))  # noqa: S311 - repeatable on purpose


def _registered(population: Population, cards: Sequence[CardMade], place: Place, world: World) -> Population:
    """The registers as they are entered: with the serials of the cards, and whatever a story says of a code that was changed."""
    today = world.now().date()
    return entered(population, with_changed_codes(place.city, registered(population, cards, today, missing_glyphs), today))


def _documents(papers: DocumentKeys) -> Documents:
    roots = (papers.authority.certificate,)
    return Documents(
        roots=roots,
        code_keys=read_key_list(papers.key_list, roots[0]),
        key_list=papers.key_list,
        signer=signer(papers.center_key, papers.center_certificate),
        secret=b"specimen" * 4,
        url=demo.RECEIVERS_URL,
        name_ja=demo.CENTER_JA,
    )


def _databases(
    issuers: Sequence[IssuerOf],
    populations: Mapping[str, Population],
    cards: Sequence[CardMade],
    cloud_keys: Path,
    world: World,
    token: Callable[[int], bytes],
) -> Mapping[str, Engine]:
    tenants = [one for one in issuers if one.on_cloud]
    servers = [one for one in issuers if not one.on_cloud]
    made = {
        "jpki": open_database(statuses.METADATA),
        "fees": open_database(BOOKS, RULES),
        "center": open_database(RECORDS),
        "kiosk": open_database(journal.metadata),
        **{one.database: open_database(ISSUE_LOG, resident_tables.METADATA) for one in servers},
        **({BCL: open_database(CLOUD)} if tenants else {}),
        **{one.database: tenant_database(one.place.code) for one in tenants},
    }
    for one in servers:
        population = populations[one.place.code]
        with made[one.database].begin() as connection:
            fill_registers(connection, population, population.residents, world.now())
            approve_tax_year(connection, one.place, one.issuer, "税務課", world.now())
    if tenants:
        cloud_keys.mkdir(parents=True, exist_ok=True)
        prepare_cloud(tenants, populations, made, cloud_keys, world.now(), token)
    with made["jpki"].begin() as connection:
        statuses.load_serials(connection, issued(cards), world.now())
    return made


def _holder(folder: Path, number: int, place: Place, card: CardMade, populations: tuple[Population, ...], token: Callable[[int], bytes]) -> Holder:
    file = folder / "cards" / f"{number:04d}.card"
    file.parent.mkdir(parents=True, exist_ok=True)
    write_card(card, file, number, token)
    former = former_lines(populations, place.code, card.resident)
    return Holder(number, file, card, place.code, former, entry_elsewhere(populations, place.code, card.resident))
