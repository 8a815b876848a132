"""Founds a simulated town from one seed: people, cards, registers, the authority's list, configurations. Everything that `simulation.parties` is built from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Engine

from certificates.fonts.selection import missing_glyphs
from certificates.issuer_form import IssuerForm
from certificates.kinds import FEE_CLASSES, KINDS, Kind
from certificates.policy import Policy
from certificates.seal import seal_image
from certificates.signature.key_list import read_key_list
from certificates.signature.signing import signer
from fees.pricing import Rates
from fees.records import METADATA as BOOKS
from fees.tariff import CommissionRule, TariffRule, commissions_of, tariff_of
from issuance_center import config as center
from issuance_center.backs import Documents
from issuance_center.records.tables import METADATA as RECORDS
from issuer.issue_tables import METADATA as ISSUE_LOG
from issuer.terms import Issuer
from jpki import statuses
from kiosk import journal
from registers.population import MIHON, Population, generate
from registers.residents import tables as resident_tables
from registers.residents.resident import Resident
from simulation import demonstration as demo
from simulation.document_keys import DocumentKeys, make_document_keys
from simulation.key_ring import rsa_ring, signing_key
from simulation.municipalities import PLACES, issuer_at, policy_at
from simulation.parties import Estate
from simulation.people import CardMade, Mint, issued, make_cards, registered, write_card
from simulation.registers_filled import approve_tax_year, carved, fill_registers
from simulation.store import open_database
from simulation.world import World
from trust.authority import create_root
from trust.ocsp_responder import responder, responder_certificate
from trust.signing import public_pem

CODE_KEY = 900
"""The number of the municipality's key for 2-D codes in the ring of P-256 keys."""

NOWHERE = Path("/nonexistent")
"""For files that a simulated party is told of and never opens."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody with a card in the simulated town."""

    number: int
    card_file: Path
    made: CardMade


@dataclass(frozen=True, slots=True)
class Foundation:
    """The town's estate, its holders, and the truth about its people for whoever audits."""

    estate: Estate
    holders: tuple[Holder, ...]
    residents: tuple[Resident, ...]
    population: Population


def found(world: World, seed: int, residents: int, terminals: int, folder: Path) -> Foundation:
    """Make everything; `folder` takes the cards and the devices."""
    today = world.now().date()
    token = world.chance.token("foundation")
    since = world.now() - timedelta(days=365 * 8)
    keys = rsa_ring()
    authority = create_root("見本 利用者証明用認証局", keys[0], since, token, 7300)
    stranger = create_root("見本 よその認証局", keys[1], since, token, 7300)
    population = generate(seed, residents, today, carve=carved)
    mint = Mint(authority, stranger, keys[3:-3], "http://ocsp.invalid/ocsp", token)
    cards = make_cards(population, mint, world.now(), lambda _done, _of: None)
    people = registered(population, cards, today, missing_glyphs)
    names = tuple(f"{demo.OPERATOR}-{number + 1:03d}" for number in range(terminals))
    answering = responder_certificate(authority, "見本 OCSPレスポンダ", keys[2], world.now() - timedelta(days=1), token)
    issuer = demonstration_issuer()
    papers = make_document_keys(population.city, (keys[-3], keys[-2], keys[-1]), signing_key(CODE_KEY), world.now(), token)
    estate = Estate(
        world=world,
        databases=_databases(people, population, cards, world),
        center=_center(names, issuer.form_on(today)),
        issuer=issuer,
        rates=_rates(),
        responder=responder(authority.certificate, answering, keys[2]),
        roots=(authority.certificate,),
        hands=papers.hands,
        declared=demo.DECLARED,
        documents=_documents(papers),
        devices=folder / "devices",
        terminals=names,
    )
    holders = tuple(_holder(folder, number, card, token) for number, card in enumerate(cards))
    return Foundation(estate, holders, people, population)


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


def _databases(people: tuple[Resident, ...], population: Population, cards: tuple[CardMade, ...], world: World) -> Mapping[str, Engine]:
    made = {
        "jpki": open_database(statuses.METADATA),
        "fees": open_database(BOOKS),
        "municipal": open_database(ISSUE_LOG, resident_tables.METADATA),
        "center": open_database(RECORDS),
        "kiosk": open_database(journal.metadata),
    }
    with made["municipal"].begin() as connection:
        fill_registers(connection, population, people, world.now())
        approve_tax_year(connection, PLACES[0], demonstration_issuer(), "税務課", world.now())
    with made["jpki"].begin() as connection:
        statuses.load_serials(connection, issued(cards), world.now())
    return made


def _holder(folder: Path, number: int, card: CardMade, token: Callable[[int], bytes]) -> Holder:
    file = folder / "cards" / f"{number:04d}.card"
    file.parent.mkdir(parents=True, exist_ok=True)
    write_card(card, file, number, token)
    return Holder(number, file, card)


def demonstration_issuer() -> Issuer:
    """What the main municipality decides, as its server knows it."""
    return issuer_at(PLACES[0], PLACES[0].own_kinds)


def policy_of(kind: Kind) -> Policy:
    """What the main municipality makes of a kind: everything it has."""
    return policy_at(PLACES[0], kind)


def _rates() -> Rates:
    rules = tuple(
        TariffRule(
            rule=f"{MIHON.code}-{fee_class}-1",
            municipality=MIHON.code,
            fee_class=fee_class,
            channel=demo.CHANNEL,
            kind="base",
            yen=demo.FEES_YEN[fee_class],
            since=demo.TARIFF_FROM,
        )
        for fee_class in FEE_CLASSES
    )
    commission = CommissionRule(rule="commission-1", operator=demo.OPERATOR, commission_yen=demo.COMMISSION_YEN, since=demo.TARIFF_FROM)
    return Rates(tariff_of(rules), commissions_of((commission,)))


def _center(terminals: tuple[str, ...], form: IssuerForm) -> center.Config:
    line = center.Line(name="", url="", server_name="")
    files = center.DocumentFiles(NOWHERE, NOWHERE, NOWHERE, NOWHERE, NOWHERE, demo.RECEIVERS_URL, demo.CENTER_JA)
    hours = center.Hours(opens="00:00", closes="24:00", closed_days=())
    return center.Config(
        name=demo.CENTER,
        door=center.ProtocolDoor(host="", port=0, certificate_file=NOWHERE, key_file=NOWHERE, ca_file=NOWHERE),
        office=center.OfficeDoor(host="", port=0),
        receivers=center.OfficeDoor(host="", port=0),
        database="",
        jpki=center.Jpki(authority=NOWHERE, ocsp_url=""),
        documents=files,
        fees=line,
        issuers=(center.Line(name=MIHON.code, url="", server_name=""),),
        municipalities=(
            center.Municipality(
                code=MIHON.code,
                prefecture=MIHON.prefecture,
                name=MIHON.name,
                name_en=MIHON.name_en,
                kinds={kind: center.KindService(issuer=MIHON.code, hours=hours) for kind in KINDS},
                certifiers=(center.Certifier(since=date(2019, 5, 1), title=form.certifier_title, name=form.certifier_name),),
                seal_sha256=seal_image(form.seal_png).sha256,
            ),
        ),
        kiosks=tuple(
            center.Kiosk(
                id=name,
                party=demo.KIOSK,
                operator=demo.OPERATOR,
                channel=demo.CHANNEL,
                place="",
                public_key=public_pem(signing_key(number).public_key()),
            )
            for number, name in enumerate(terminals)
        ),
    )
