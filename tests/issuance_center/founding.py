"""What is made once for all tests here: keys, authorities, a small city with its registers, its people and their cards, and the first state of the databases."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256

from sqlalchemy import Connection, Engine

from certificates.fonts.selection import missing_glyphs
from certificates.issuer_form import IssuerForm
from certificates.kinds import FEE_CLASSES, KINDS, Kind
from certificates.policy import Policy
from certificates.seal import seal_png
from certificates.signature.key_list import read_key_list, sign_key_list
from certificates.signature.signing import signer
from fees.booking.records import METADATA as BOOKS
from fees.drafts.records import METADATA as RULES
from fees.rules.collection import STANDARD
from fees.rules.commissions import CommissionRule
from fees.rules.rule_book import RuleBook, rule_book_of
from fees.rules.tariff import TariffRule
from issuance_center import config as center
from issuance_center.backs import Documents
from issuance_center.records.stops import note_declared
from issuance_center.records.tables import METADATA as RECORDS
from issuer.issue_tables import METADATA as ISSUE_LOG
from issuer.terms import Issuer
from jpki import statuses
from kiosk import journal
from registers.koseki import tables as koseki_tables
from registers.population import MIHON, Population, generate
from registers.residents import tables as resident_tables
from registers.residents.resident import Resident
from registers.seal import tables as seal_tables
from registers.tax import tables as tax_tables
from simulation import demonstration as demo
from simulation.document_keys import DocumentKeys, make_document_keys
from simulation.key_ring import rsa_ring, signing_key
from simulation.people import CardMade, Mint, issued, make_cards, registered
from simulation.registers_filled import carved, fill_registers
from storage.instants import JST
from tests.issuance_center.stores import filled
from tests.issuer.town import DECLARED
from trust.authority import Authority, create_root
from trust.ocsp_responder import Responder, responder, responder_certificate
from trust.signing import public_pem

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=JST)
"""A Tuesday, in service hours."""

CITY = MIHON.code
SILENT_CITY = "992020"
"""In the directory, with an issuer of its own, and nobody registered there."""

CENTER, KIOSK_PARTY, OTHER_PARTY = "center", "kiosk", "other-kiosk"
OPERATOR, CHANNEL, COMMISSION_YEN = "mihon-store", "store", 117
FEES_YEN = demo.FEES_YEN
FEE_YEN = FEES_YEN["juminhyo"]
KIOSK_IDS = ("K-1", "K-2", "K-3")
"""The third one is of another party."""


def stream(name: str) -> Callable[[int], bytes]:
    """Chance that is the same in every run."""
    count = 0

    def token(size: int) -> bytes:
        nonlocal count
        count += 1
        return b"".join(sha256(f"{name} {count} {block}".encode()).digest() for block in range(-(-size // 32)))[:size]

    return token


@dataclass(frozen=True, slots=True)
class Foundation:
    """See the module's text. `cards` are by 宛名番号."""

    population: Population
    residents: tuple[Resident, ...]
    cards: dict[str, CardMade]
    authority: Authority
    responder: Responder
    municipal: Engine
    jpki: Engine
    center: Engine
    fees: Engine
    journal: Engine

    def card(self, wanted: Callable[[Resident], bool]) -> CardMade:
        """The first good card of somebody who is as `wanted`."""
        return next(self.cards[who.atena_no] for who in self.residents if wanted(who) and self.is_good(who.atena_no))

    def is_good(self, atena_no: str) -> bool:
        return atena_no in self.cards and self.cards[atena_no].state == "good"

    def special(self, state: str) -> CardMade:
        """The card that is `revoked`, `suspended`, `expired`, `unknown` or `foreign`."""
        return next(card for card in self.cards.values() if card.state == state)

    def household(self, card: CardMade) -> tuple[Resident, ...]:
        """The present people of the holder's household."""
        return tuple(who for who in self.residents if who.household_no == card.resident.household_no and who.standing in ("current", "leaving"))


def builds_noted(connection: Connection) -> None:
    """The issuers have said what they are: no first word is noted in every test."""
    for name in (CITY, SILENT_CITY):
        note_declared(connection, name, DECLARED, NOW)


REGISTERS = (resident_tables.METADATA, koseki_tables.METADATA, seal_tables.METADATA, tax_tables.METADATA)


CODE_KEY, OTHER_CODE_KEY = 900, 902
"""Keys of 2-D codes: the city's, and the other city's, which is on the authority's list as well."""


@cache
def document_keys() -> DocumentKeys:
    """Who signs papers here: keys of the checked-in ring that no card has."""
    keys = rsa_ring()
    made = make_document_keys(MIHON, (keys[-3], keys[-2], keys[-1]), signing_key(CODE_KEY), NOW, stream("document keys"))
    (own,) = read_key_list(made.key_list, made.authority.certificate).keys.values()
    other = replace(own, municipality=SILENT_CITY, key=signing_key(OTHER_CODE_KEY).public_key())
    return replace(made, key_list=sign_key_list([own, other], keys[-3], NOW))


@cache
def documents() -> Documents:
    """What the center believes and signs with."""
    made = document_keys()
    roots = (made.authority.certificate,)
    own = signer(made.center_key, made.center_certificate)
    return Documents(roots, read_key_list(made.key_list, roots[0]), made.key_list, own, b"specimen" * 4, demo.RECEIVERS_URL, demo.CENTER_JA)


@cache
def foundation() -> Foundation:
    keys, token, since = rsa_ring(), stream("foundation"), NOW - timedelta(days=365 * 9)
    authority = create_root("見本 利用者証明用認証局", keys[0], since, token, 7300)
    stranger = create_root("見本 よその認証局", keys[1], since, token, 7300)
    population = generate(7, 70, NOW.date(), carve=carved)
    made = make_cards(population, Mint(authority, stranger, keys[3:-4], "http://ocsp.invalid/ocsp", token), NOW, lambda _done, _of: None)
    residents = registered(population, made, NOW.date(), missing_glyphs)
    answering = responder_certificate(authority, "見本 OCSPレスポンダ", keys[2], NOW - timedelta(days=1), token)
    return Foundation(
        population=population,
        residents=residents,
        cards={card.resident.atena_no: card for card in made},
        authority=authority,
        responder=responder(authority.certificate, answering, keys[2]),
        municipal=filled(lambda connection: fill_registers(connection, population, residents, NOW), ISSUE_LOG, *REGISTERS),
        jpki=filled(lambda connection: statuses.load_serials(connection, issued(made), NOW), statuses.METADATA),
        center=filled(builds_noted, RECORDS),
        fees=filled(lambda _: None, BOOKS, RULES),
        journal=filled(lambda _: None, journal.metadata),
    )


COPIES_MAX = 5
"""Of 住民票の写し; of everything else as many as the kind allows."""


@cache
def issuer() -> Issuer:
    """みほん市, which offers every kind, form and option; a notice of leaving stops the papers of the one who leaves. Refuses at once."""
    since, title = date(2019, 5, 1), f"{MIHON.prefecture}{MIHON.name}長"
    form = IssuerForm(CITY, MIHON.prefecture, MIHON.name, title, "見本　一郎", seal_png(f"{MIHON.name}長之印"), MIHON.name)
    return Issuer(CITY, MIHON.name, 0.0, ((since, form),), {kind.code: ((since, policy_of(kind)),) for kind in KINDS.values()})


def policy_of(kind: Kind) -> Policy:
    return Policy(
        kind=kind.code,
        options=tuple(option.code for option in kind.options),
        forms=tuple(form.code for form in kind.forms),
        copies_max=COPIES_MAX if kind.code == "juminhyo" else kind.copies_max,
        years=3 if kind.yearly else 1,
        undeclared="blank_for_dependants",
    )


@cache
def rates(without: tuple[str, ...] = ()) -> RuleBook:
    """One price for each class of fee and one commission, the same in both cities; no price for the classes `without`."""
    since = date(2020, 4, 1)
    rules = tuple(
        TariffRule(
            rule=f"{city}-{fee_class}", municipality=city, fee_class=fee_class, channel=CHANNEL, kind="base", yen=FEES_YEN[fee_class], since=since
        )
        for city in (CITY, SILENT_CITY)
        for fee_class in FEE_CLASSES
        if fee_class not in without
    )
    itaku = CommissionRule(rule="itaku-1", operator=OPERATOR, commission_yen=COMMISSION_YEN, since=since)
    return rule_book_of((*rules, itaku, *STANDARD), revision=1)


LIMITS = center.Limits(issuer_try_seconds=20.0, issuer_deadline_seconds=30.0, fees_seconds=20.0, retry_seconds=0.005)
"""Patience that a slow machine does not exhaust; what is asked again is asked again at once."""

IMPATIENT = center.Limits(issuer_try_seconds=0.02, issuer_deadline_seconds=0.05, fees_seconds=0.02, retry_seconds=0.005)
"""For a test that lets somebody be silent."""


@cache
def center_config() -> center.Config:
    """The center as it is configured here: real hours, two cities, three kiosks of two parties."""
    nowhere = center.Path("/nonexistent")
    hours = center.Hours()
    return center.Config(
        name=CENTER,
        door=center.ProtocolDoor(host="", port=0, certificate_file=nowhere, key_file=nowhere, ca_file=nowhere),
        office=center.OfficeDoor(host="", port=0),
        receivers=center.OfficeDoor(host="", port=0),
        database="",
        jpki=center.Jpki(authority=nowhere, ocsp_url=""),
        documents=center.DocumentFiles(nowhere, nowhere, nowhere, nowhere, nowhere, demo.RECEIVERS_URL, demo.CENTER_JA),
        fees=center.Line(name="fees", url="", server_name=""),
        issuers=tuple(center.Line(name=name, url="", server_name="") for name in (CITY, SILENT_CITY)),
        municipalities=tuple(
            center.Municipality(code, MIHON.prefecture, name, "Mihon City", {kind: center.KindService(issuer=code, hours=hours) for kind in kinds})
            for code, name, kinds in ((SILENT_CITY, "しずか市", ("juminhyo",)), (CITY, MIHON.name, tuple(KINDS)))
        ),
        kiosks=tuple(
            center.Kiosk(name, OTHER_PARTY if name == "K-3" else KIOSK_PARTY, OPERATOR, CHANNEL, "", public_pem(signing_key(number).public_key()))
            for number, name in enumerate(KIOSK_IDS)
        ),
        limits=LIMITS,
    )
