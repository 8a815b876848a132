"""What is made once for all tests here: keys, authorities, a small city with its people and their cards, and the first state of the databases."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256

from sqlalchemy import Engine

from certificates.fonts.selection import missing_glyphs
from certificates.issuer_form import IssuerForm
from certificates.kinds import KINDS
from certificates.policy import Policy
from certificates.seal import seal_png
from fees.pricing import Rates
from fees.records import METADATA as BOOKS
from fees.tariff import CommissionRule, TariffRule, commissions_of, tariff_of
from issuance_center import config as center
from issuance_center.records.tables import METADATA as RECORDS
from jpki import statuses
from kiosk import journal
from municipal_server.config import Issuer
from municipal_server.issue_tables import METADATA as ISSUE_LOG
from registers.population import MIHON, Population, generate
from registers.residents import tables as resident_tables
from registers.residents.resident import Resident
from simulation.key_ring import rsa_ring, signing_key
from simulation.people import CardMade, Mint, issued, make_cards, registered
from storage.instants import JST
from tests.issuance_center.stores import filled
from trust.authority import Authority, create_root
from trust.ocsp_responder import Responder, responder, responder_certificate
from trust.signing import public_pem

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=JST)
"""A Tuesday, in service hours."""

CITY = MIHON.code
SILENT_CITY = "992020"
"""In the directory, with an issuer of its own, and nobody registered there."""

CENTER, KIOSK_PARTY, OTHER_PARTY = "center", "kiosk", "other-kiosk"
OPERATOR, CHANNEL, FEE_YEN, COMMISSION_YEN = "mihon-store", "store", 200, 117
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


@cache
def foundation() -> Foundation:
    keys, token, since = rsa_ring(), stream("foundation"), NOW - timedelta(days=365 * 9)
    authority = create_root("見本 利用者証明用認証局", keys[0], since, token, 7300)
    stranger = create_root("見本 よその認証局", keys[1], since, token, 7300)
    population = generate(7, 70, NOW.date())
    made = make_cards(population, Mint(authority, stranger, keys[3:], "http://ocsp.invalid/ocsp", token), NOW, lambda _done, _of: None)
    residents = registered(population, made, NOW.date(), missing_glyphs)
    answering = responder_certificate(authority, "見本 OCSPレスポンダ", keys[2], NOW - timedelta(days=1), token)
    return Foundation(
        population=population,
        residents=residents,
        cards={card.resident.atena_no: card for card in made},
        authority=authority,
        responder=responder(authority.certificate, answering, keys[2]),
        municipal=filled(
            lambda connection: resident_tables.load(connection, residents, population.households, now=NOW), ISSUE_LOG, resident_tables.METADATA
        ),
        jpki=filled(lambda connection: statuses.load_serials(connection, issued(made), NOW), statuses.METADATA),
        center=filled(lambda _: None, RECORDS),
        fees=filled(lambda _: None, BOOKS),
        journal=filled(lambda _: None, journal.metadata),
    )


@cache
def issuer() -> Issuer:
    """みほん市, which offers every option; a notice of leaving stops the papers of the one who leaves."""
    title = f"{MIHON.prefecture}{MIHON.name}長"
    form = IssuerForm(CITY, MIHON.prefecture, MIHON.name, title, "見本　一郎", seal_png(f"{MIHON.name}長之印"), MIHON.name)
    policies = {kind.code: Policy(tuple(option.code for option in kind.options), 5, "person") for kind in KINDS.values()}
    return Issuer(CITY, MIHON.name, ((date(2019, 5, 1), form),), policies)


@cache
def rates() -> Rates:
    """One price, one commission, for both cities."""
    since = date(2020, 4, 1)
    rules = tuple(
        TariffRule(rule=f"{city}-1", municipality=city, fee_class="juminhyo", channel=CHANNEL, kind="base", yen=FEE_YEN, since=since)
        for city in (CITY, SILENT_CITY)
    )
    return Rates(tariff_of(rules), commissions_of((CommissionRule(rule="itaku-1", operator=OPERATOR, commission_yen=COMMISSION_YEN, since=since),)))


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
        database="",
        jpki=center.Jpki(authority=nowhere, ocsp_url=""),
        fees=center.Line(name="fees", url="", server_name=""),
        issuers=tuple(center.Line(name=name, url="", server_name="") for name in (CITY, SILENT_CITY)),
        municipalities=tuple(
            center.Municipality(code, MIHON.prefecture, name, "Mihon City", {"juminhyo": center.KindService(issuer=code, hours=hours)})
            for code, name in ((SILENT_CITY, "しずか市"), (CITY, MIHON.name))
        ),
        kiosks=tuple(
            center.Kiosk(name, OTHER_PARTY if name == "K-3" else KIOSK_PARTY, OPERATOR, CHANNEL, "", public_pem(signing_key(number).public_key()))
            for number, name in enumerate(KIOSK_IDS)
        ),
        limits=LIMITS,
    )
