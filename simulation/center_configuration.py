"""The center of the simulated town: what its directory begins with, which kiosks and builds are registered, and the tariff of everybody's papers. Nothing of it is in a file."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from msgspec import convert

from certificates.kinds import FEE_CLASSES
from certificates.seal import seal_image
from fees.rules.collection import STANDARD
from fees.rules.commissions import CommissionRule
from fees.rules.dated import Channel
from fees.rules.rule_book import RuleBook, rule_book_of
from fees.rules.tariff import TariffRule
from issuance_center import config as center
from messages.orders import Build
from simulation import demonstration as demo
from simulation.issuers import IssuerOf
from simulation.key_ring import signing_key
from simulation.municipalities import Place
from trust.signing import public_pem

NOWHERE = Path("/nonexistent")
"""For files that a simulated party is told of and never opens."""

_OPEN = center.Hours(opens="00:00", closes="24:00", closed_days=())
_NO_LINE = center.Line(name="", url="", server_name="")


def center_configuration(
    issuers: Sequence[IssuerOf],
    places: Sequence[Place],
    statements: Mapping[str, str | None],
    terminals: Sequence[str],
    hall: str | None,
    today: date,
) -> center.Config:
    """The configuration; `statements` are the municipalities' key statements by code, `hall` is the terminal in the main municipality's hall, which serves its own residents alone."""
    lines = sorted({one.line for one in issuers})
    return center.Config(
        name=demo.CENTER,
        door=center.ProtocolDoor(host="", port=0, certificate_file=NOWHERE, key_file=NOWHERE, ca_file=NOWHERE),
        office=center.OfficeDoor(host="", port=0),
        receivers=center.OfficeDoor(host="", port=0),
        database="",
        jpki=center.Jpki(authority=NOWHERE, ocsp_url=""),
        documents=center.DocumentFiles(NOWHERE, NOWHERE, NOWHERE, NOWHERE, NOWHERE, demo.RECEIVERS_URL, demo.CENTER_JA),
        fees=_NO_LINE,
        issuers=tuple(center.Line(name=line, url="", server_name="") for line in lines),
        municipalities=tuple(_municipality(place, statements[place.code], today) for place in places),
        kiosks=tuple(_kiosk(name, number, places[0].code if name == hall else None) for number, name in enumerate(terminals)),
        builds={line: (_registered(demo.DECLARED),) for line in lines},
    )


def rules_of(places: Sequence[Place]) -> RuleBook:
    """Each municipality's own tariff, the commission, and the ways of the money."""
    rules = tuple(
        TariffRule(
            rule=f"{place.code}-{fee_class}-1",
            municipality=place.code,
            fee_class=fee_class,
            channel=convert(demo.CHANNEL, Channel),
            kind="base",
            yen=place.fee_yen(fee_class),
            since=demo.TARIFF_FROM,
        )
        for place in places
        for fee_class in FEE_CLASSES
    )
    commission = CommissionRule(rule="commission-1", operator=demo.OPERATOR, commission_yen=demo.COMMISSION_YEN, since=demo.TARIFF_FROM)
    return rule_book_of((*rules, commission, *STANDARD), revision=1)


def _registered(build: Build) -> center.RegisteredBuild:
    return center.RegisteredBuild(build.program, build.topology)


def _kiosk(name: str, number: int, only: str | None) -> center.Kiosk:
    return center.Kiosk(
        id=name,
        party=demo.KIOSK,
        operator=demo.OPERATOR,
        channel=demo.CHANNEL,
        place="",
        public_key=public_pem(signing_key(number).public_key()),
        only=only,
    )


def _municipality(place: Place, statement: str | None, today: date) -> center.Municipality:
    city = place.city
    openings = tuple(center.YearOpens(year, place.year_opens_on(year)) for year in range(today.year - demo.TAX_YEARS, today.year + 2))
    return center.Municipality(
        code=place.code,
        prefecture=city.prefecture,
        name=city.county + city.name,
        name_en=city.name_en,
        kinds={kind: center.KindService(issuer=place.issuer_of(kind), hours=_OPEN) for kind in place.kinds},
        certifiers=(center.Certifier(since=demo.OFFERED_FROM, title=place.title, name=demo.CERTIFIER),),
        seal_sha256=seal_image(place.seal_png).sha256,
        years=center.TaxYears(demo.TAX_YEARS, openings),
        wide=center.Wide(joined=place.wide_tax, write_to=place.write_to),
        use="koseki" in place.kinds,
        key_statement=statement,
        aliases=(
            *(center.OldCode(ward.code, ward.name, ward.name_en, "ward") for ward in city.wards),
            *(center.OldCode(old.code, old.county + old.name, old.name_en, "former", old.merged_on) for old in city.former),
        ),
    )
