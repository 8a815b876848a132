"""課税証明書の広域交付 through the center: two issuers, one visit; what the center keeps of it, and what it never does."""

import logging
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
import structlog
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Connection

from issuance_center import routing
from issuance_center.entries import Wide
from issuance_center.records import directory, tables
from issuer.desk import Desk as IssuerDesk
from issuer.issue_tables import METADATA as ISSUE_LOG
from issuer.press import InlinePress
from issuer.referring import Referrals
from messages import visits as said
from messages.orders import AskReferral, OfferChoices
from messages.wire import encode
from registers.population import MIHON
from registers.residents.households import assembled
from registers.residents.resident import Resident
from registers.residents.tables import load
from registers.tax.record import Deductions, Dependants, Incomes, Levy, TaxRecord
from registers.tax.tables import load as load_taxes
from simulation.document_keys import DocumentKeys, make_document_keys
from simulation.key_ring import rsa_ring, signing_key
from simulation.people import CardMade
from storage.sqlite import SqliteStore
from tests.issuance_center.founding import CITY, NOW, OTHER_CODE_KEY, REGISTERS, SILENT_CITY, center_config, document_keys, foundation, issuer, stream
from tests.issuance_center.stores import InlineStore, filled
from tests.issuance_center.test_directory import kiosk_of
from tests.issuance_center.town import Town, code
from tests.issuance_center.wires import lost_back, lost_there
from tests.issuer.town import DECLARED, drawn_text
from trust.referrals import Signing

OLD_ADDRESS = "見本県しずか市静町七丁目８番"
SINCE = date(2020, 1, 1)


@cache
def their_keys() -> DocumentKeys:
    keys = rsa_ring()
    return make_document_keys(
        replace(MIHON, code=SILENT_CITY), (keys[-3], keys[5], keys[-1]), signing_key(OTHER_CODE_KEY), NOW, stream("document keys")
    )


def referrals(made: DocumentKeys, key: int) -> Referrals:
    signer = made.hands.signer
    signing = Signing(signer.key, (signer.certificate.public_bytes(Encoding.DER),))
    return Referrals(signing, (signing_key(key),), (document_keys().authority.certificate,), Random(key).randbytes)


@cache
def mover() -> CardMade:
    return foundation().card(
        lambda who: who.standing == "current" and who.protection is None and not who.suppressions and who.foreign is None and who.birth < "1990"
    )


def there(connection: Connection) -> None:
    """The same person in the other city, who left in April, and what was taxed there."""
    who: Resident = replace(mover().resident, atena_no="0000000018", household_no="0000000026", relation="世帯主", serial=None, standing="left")
    who = replace(who, standing_since=date(2026, 4, 1), resident_since="2010-04-01")
    residents, households = assembled((who,), ["見本県しずか市いまの家"])
    load(connection, residents, households, now=NOW)
    record = TaxRecord(
        who.atena_no, 2026, who.name, OLD_ADDRESS, True, None, Incomes(salary_revenue=5_000_000, salary=3_560_000, total_yen=3_560_000),
        Deductions(basic=430_000, total_yen=430_000), Dependants(), Levy(forest=1_000, total_yen=1_000), date(2026, 6, 3), "0",
    )  # fmt: skip
    load_taxes(connection, (record,), now=NOW)


def town_of_two(**left: bool) -> Town:
    """`left`: a city (`here`, `there`) that has not joined."""
    statement = referrals(their_keys(), 931).statement(SILENT_CITY, NOW - timedelta(days=9), NOW + timedelta(days=99))
    config = center_config()
    places = []
    for place in config.municipalities:
        kinds = {**place.kinds, "kazei": replace_issuer(place)}
        name = "here" if place.code == CITY else "there"
        joined = Wide(joined=not left.get(name, False))
        places.append(msgspec.structs.replace(place, kinds=kinds, wide=joined, key_statement=statement if name == "there" else None))
    town = Town(msgspec.structs.replace(config, municipalities=tuple(places)))
    ours = replace(issuer(), wide_tax_since=SINCE)
    town.municipal = IssuerDesk(ours, town.municipal_store, InlinePress(document_keys().hands), DECLARED, referrals=referrals(document_keys(), 930))
    theirs = replace(ours, municipality=SILENT_CITY)
    store = InlineStore(filled(there, ISSUE_LOG, *REGISTERS))
    other = IssuerDesk(theirs, store, InlinePress(their_keys().hands), DECLARED, referrals=referrals(their_keys(), 931))
    town.to_silent_city._desk = lambda: other
    return town


def replace_issuer(place: Any) -> Any:
    return msgspec.structs.replace(place.kinds["juminhyo"], issuer=place.code)


async def asking(town: Town, **changed: Any) -> tuple[Any, Any]:
    kiosk = town.kiosk()
    kiosk.municipality = SILENT_CITY
    await kiosk.quoted(mover())
    asked = said.AskChoices(visit_id=kiosk.visit_id, municipality=SILENT_CITY, kind="kazei", vouched_by=CITY, year=2026)
    reply = await kiosk.say(msgspec.structs.replace(asked, **changed))
    kiosk.choices_heard = reply if isinstance(reply, said.Choices) else None
    return kiosk, reply


async def test_the_paper_comes_from_where_the_resident_lived_and_the_center_keeps_nothing_of_them(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    town = town_of_two()
    kiosk, _ = await asking(town)
    ready = await kiosk.apply(vouched_by=CITY)
    assert isinstance(ready, said.CertificateReady), ready
    assert OLD_ADDRESS in drawn_text(ready.papers[0].face).replace("\r\n", "")
    await kiosk.report(ready.papers[0], "paid", "printed", "taken")
    await kiosk.close()
    assert [row["vouched_by"] for row in town.rows(tables.requests)] == [CITY]
    sealed = next(message.referral for message in town.to_silent_city.asked if isinstance(message, OfferChoices))
    assert sealed is not None
    who = mover().resident
    kept = repr({name: town.rows(table) for name, table in tables.METADATA.tables.items()}) + caplog.text
    for secret in (who.name, who.juminhyo_code, OLD_ADDRESS, "いまの家", sealed, sealed[:60], sealed[-60:]):
        assert secret not in kept
    for message in town.to_city.asked + town.to_silent_city.asked:
        assert who.juminhyo_code.encode() not in encode(message)
    await town.close()


async def test_neither_the_centers_file_nor_its_log_lines_know_whom_they_carried(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On a database as in service: the file, its WAL while it is open, and what the process writes on its streams."""
    written = StringIO()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(written), cache_logger_on_first_use=False)
    town = town_of_two()
    store = await SqliteStore.open(tmp_path / "center.db", tables.METADATA)
    await store.write(directory.seed, routing.seeds(town.config), NOW)
    town.center_store = store  # type: ignore[assignment]
    try:
        town.restart()
        kiosk, _ = await asking(town)
        ready = await kiosk.apply(vouched_by=CITY)
        assert isinstance(ready, said.CertificateReady), ready
        await kiosk.report(ready.papers[0], "paid", "printed", "taken")
        turned_away, refused = await asking(town, year=2025)
        assert code(refused) == "not_found_there"
        await kiosk.close()
        sealed = next(message.referral for message in town.to_silent_city.asked if isinstance(message, OfferChoices))
        assert sealed is not None
        files = b"".join(file.read_bytes() for file in sorted(tmp_path.glob("center.db*")))
        assert len(list(tmp_path.glob("center.db*"))) > 1 and ready.papers[0].issuance_id.encode() in files
    finally:
        await store.close()
    closed = b"".join(file.read_bytes() for file in sorted(tmp_path.glob("center.db*")))
    streams = written.getvalue() + "".join(capsys.readouterr())
    assert turned_away.visit_id in streams, "there are lines to be looked at"
    who = mover().resident
    for secret in (who.name, who.juminhyo_code, OLD_ADDRESS, "いまの家", sealed[:60], sealed[-60:]):
        assert secret.encode() not in files and secret.encode() not in closed and secret not in streams


@pytest.mark.parametrize("left", ["here", "there"])
async def test_where_one_has_not_joined_nobody_is_asked_about_anybody(left: str) -> None:
    town = town_of_two(**{left: True})
    _, reply = await asking(town)
    assert code(reply) == "wide_not_joined"
    assert not town.to_city.asked and not town.to_silent_city.asked
    await town.close()


@pytest.mark.parametrize("changed", [{"vouched_by": SILENT_CITY}, {"year": None}, {"kind": "juminhyo"}, {"vouched_by": None}])
async def test_a_question_that_contradicts_itself_is_refused(changed: dict[str, Any]) -> None:
    town = town_of_two()
    _, reply = await asking(town, **changed)
    assert code(reply) in ("malformed", "year_invalid")
    await town.close()


async def test_a_wrong_declaration_is_not_found_there_and_costs_nothing() -> None:
    town = town_of_two()
    _, reply = await asking(town, year=2025)
    assert code(reply) == "not_found_there"
    assert town.rows(tables.requests) == []
    await town.close()


async def test_who_vouched_must_be_the_same_when_it_is_applied_for() -> None:
    town = town_of_two()
    kiosk, reply = await asking(town)
    assert isinstance(reply, said.Choices)
    assert code(await kiosk.apply()) == "request_altered"
    assert code(await kiosk.apply(vouched_by=SILENT_CITY)) == "request_altered"
    await town.close()


@pytest.mark.parametrize("fault", [lost_there, lost_back])
async def test_silence_on_either_line_is_asked_again(fault: Any) -> None:
    town = town_of_two()
    town.to_city.faults[AskReferral] = [fault]
    town.to_silent_city.faults[OfferChoices] = [fault]
    kiosk, reply = await asking(town)
    assert isinstance(reply, said.Choices), reply
    application = kiosk.application(vouched_by=CITY)
    first = await kiosk.apply(application)
    assert isinstance(first, said.CertificateReady)
    assert await kiosk.apply(application) == first
    await town.close()


def at_the_hall(town: Town, only: str = CITY) -> None:
    """The first kiosk stands in the hall of `only`, for its residents alone."""
    town.center_store.do(directory.add, (kiosk_of(only=only),), "花子", "試験", NOW)


async def test_at_the_hall_of_the_present_municipality_its_residents_get_the_paper_of_the_former_one() -> None:
    town = town_of_two()
    at_the_hall(town)
    kiosk = town.kiosk()
    kiosk.municipality = SILENT_CITY
    offered = await kiosk.quoted(mover())
    assert [(one.kind, one.open) for one in offered.kinds] == [("kazei", True)], "nothing else of the other municipality"
    assert not offered.use_open
    asked = said.AskChoices(visit_id=kiosk.visit_id, municipality=SILENT_CITY, kind="kazei", vouched_by=CITY, year=2026)
    kiosk.choices_heard = await kiosk.say(asked)  # type: ignore[assignment]
    ready = await kiosk.apply(vouched_by=CITY)
    assert isinstance(ready, said.CertificateReady), ready
    await town.close()


async def test_at_such_a_hall_nobody_gets_a_paper_of_another_municipality_without_being_vouched_for() -> None:
    town = town_of_two()
    at_the_hall(town)
    kiosk = town.kiosk()
    kiosk.municipality = SILENT_CITY
    await kiosk.quoted(mover())
    asked = said.AskChoices(visit_id=kiosk.visit_id, municipality=SILENT_CITY, kind="kazei")
    for changed in ({}, {"kind": "juminhyo"}, {"kind": "juminhyo", "vouched_by": CITY, "year": 2026}, {"vouched_by": SILENT_CITY, "year": 2026}):
        assert code(await kiosk.say(msgspec.structs.replace(asked, **changed))) in ("other_municipality", "malformed"), changed
    assert not any(isinstance(message, OfferChoices) for message in town.to_silent_city.asked)
    await town.close()


@pytest.mark.parametrize("left", [None, "here", "there"])
async def test_the_hall_lists_the_others_only_where_it_can_vouch(left: str | None) -> None:
    town = town_of_two(**({left: True} if left else {}))
    at_the_hall(town)
    book = routing.extended(routing.EMPTY, await town.center_store.read(directory.newer, 0))
    listed = routing.directory(book, "K-1", NOW)
    assert listed.only == CITY
    assert {entry.code: entry.wide_tax for entry in listed.municipalities} == (
        {CITY: False} if left == "here" else {CITY: True, SILENT_CITY: left is None}
    )
    kiosk = town.kiosk()
    kiosk.municipality = SILENT_CITY
    await kiosk.admitted(mover())
    assert code(await kiosk.kinds()) == ("KindsOffered" if left is None else "other_municipality")
    await town.close()
