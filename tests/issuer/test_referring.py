"""課税証明書の広域交付 between two issuers: みほん市 vouches, となり市 recognises its former resident, once, for minutes, for that kind and year."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import create_engine, select
from sqlalchemy.pool import StaticPool

from issuer.admissions import forget, referrals_made
from issuer.desk import Desk
from issuer.issue_tables import METADATA
from issuer.press import InlinePress
from issuer.referral_tables import ADMISSIONS, MADE
from issuer.referring import Referrals
from messages.orders import AskReferral, ChoicesOffered, Issued, IssueOrder, OfferChoices, Referred
from messages.refusals import Refusal
from messages.wire import Message
from registers.population import MIHON
from registers.residents import changes
from registers.residents.households import assembled
from registers.residents.resident import Protection, Resident, Suppression
from registers.residents.tables import METADATA as REGISTER
from registers.residents.tables import load
from registers.tax.outsiders import Outsider, replace_outsiders
from registers.tax.record import Deductions, Dependants, Incomes, Levy, TaxRecord
from registers.tax.tables import load as load_taxes
from simulation.document_keys import DocumentKeys, make_document_keys
from simulation.key_ring import rsa_ring, signing_key
from simulation.virtual_time import VirtualLoop, run_virtual
from storage.sqlite import SqliteStore
from tests.issuer.test_refusal_instant import Slow
from tests.issuer.town import CENTER, DECLARED, KEY, MUNICIPALITY, NOW, drawn_text, issuer, open_town, order, person, serial, tell
from trust.referrals import Signing

TO = "990027"
MOVED, AWAY = 1, 71
OLD_ADDRESS, HOUSE_NOW, NEW_ADDRESS = "見本県となり市旧町９番９号", "見本県となり市新町１番", "見本県みほん市中央一丁目２番３号"
SINCE = date(2020, 1, 1)

HERE = person(MOVED, 1, "見本　太郎", "世帯主", resident_since="2026-04-02", address_since="2026-04-02")
"""In みほん市 since April."""
THERE = replace(
    person(AWAY, 9, "見本　太郎", "世帯主", serial=None, card_usable_from=None, juminhyo_code=HERE.juminhyo_code),
    standing="left", standing_since=date(2026, 4, 2),
)  # fmt: skip
"""The same person in となり市, who left."""
RECORD = TaxRecord(
    THERE.atena_no, 2026, THERE.name, OLD_ADDRESS, True, None, Incomes(salary_revenue=5_000_000, salary=3_560_000, total_yen=3_560_000),
    Deductions(basic=430_000, total_yen=430_000), Dependants(), Levy(forest=1_000, total_yen=1_000), date(2026, 6, 3), "0",
)  # fmt: skip


def keys_of(code: str, ring: int, made: DocumentKeys | None = None) -> DocumentKeys:
    keys = rsa_ring()
    return make_document_keys(replace(MIHON, code=code), (keys[0], keys[ring], keys[2]), signing_key(1), NOW, Random("document keys").randbytes)


HERES, THERES = keys_of(MUNICIPALITY, 1), keys_of(TO, 3)


def referrals(made: DocumentKeys, key: int) -> Referrals:
    signer = made.hands.signer
    signing = Signing(signer.key, (signer.certificate.public_bytes(Encoding.DER),))
    return Referrals(signing, (signing_key(key),), (HERES.authority.certificate,), Random(key).randbytes)


STATEMENT = referrals(THERES, 921).statement(TO, NOW - timedelta(days=1), NOW + timedelta(days=365))


@dataclass
class Two:
    """Two issuers, and the center's messages to them."""

    here: Desk
    there: Desk
    here_store: SqliteStore
    there_store: SqliteStore

    async def refer(self, now: datetime = NOW, **changed: Any) -> Message:
        asked = AskReferral(visit_id="visit-1", serial=serial(MOVED), municipality=MUNICIPALITY, to=TO, kind="kazei", year=2026, recipient=STATEMENT)
        return await self.here.answer(msgspec.structs.replace(asked, **changed), CENTER, now)

    async def sealed(self, now: datetime = NOW, **changed: Any) -> str:
        reply = await self.refer(now, **changed)
        assert isinstance(reply, Referred), reply
        return reply.sealed

    async def offer(self, sealed: str, now: datetime = NOW, **changed: Any) -> Message:
        asked = OfferChoices(
            visit_id="visit-1",
            visit_key=KEY,
            serial=serial(MOVED),
            municipality=TO,
            kind="kazei",
            referral=sealed,
            year=2026,
            vouched_by=MUNICIPALITY,
        )
        return await self.there.answer(msgspec.structs.replace(asked, **changed), CENTER, now)

    async def offered(self, now: datetime = NOW) -> ChoicesOffered:
        reply = await self.offer(await self.sealed(now), now)
        assert isinstance(reply, ChoicesOffered), reply
        return reply

    async def issue(self, ordered: IssueOrder, now: datetime = NOW, **changed: Any) -> Message:
        return await self.there.answer(msgspec.structs.replace(ordered, municipality=TO, by_referral=True, **changed), CENTER, now)


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[Two]:
    here = await open_town(tmp_path / "here.db", (HERE,))
    there = await open_town(tmp_path / "there.db", ())

    def fill(connection: Any) -> None:
        residents, households = assembled((THERE, person(72, 9, "見本　残子", "世帯主", birth="1950-01-01")), [HOUSE_NOW] * 2)
        load(connection, residents, households, now=NOW)
        load_taxes(connection, (RECORD, replace(RECORD, year=2025, address="古い住所")), now=NOW)

    await there.write(fill)
    ours = replace(issuer(), wide_tax_since=SINCE)
    theirs = replace(ours, municipality=TO, number_prefix="となり市")
    yield Two(
        Desk(ours, here, InlinePress(HERES.hands), DECLARED, referrals=referrals(HERES, 920)),
        Desk(theirs, there, InlinePress(THERES.hands), DECLARED, referrals=referrals(THERES, 921)),
        here,
        there,
    )
    await here.close()
    await there.close()


def code(reply: Message) -> str:
    return reply.code if isinstance(reply, Refusal) else type(reply).__name__


async def test_the_former_resident_gets_the_paper_with_the_address_of_january_and_no_other(two: Two) -> None:
    offered = await two.offered()
    assert (offered.years, [member.holder for member in offered.members]) == ((2026,), [True])
    issued = await two.issue(order("r-1", MOVED, offered))
    assert isinstance(issued, Issued), issued
    text = drawn_text(issued.papers[0].face).replace("\n", "").replace("\r", "")
    assert text.count(OLD_ADDRESS) == 2 and "１月１日" in text
    assert HOUSE_NOW not in text and NEW_ADDRESS not in text


async def test_repeated_messages_get_the_same_answers(two: Two) -> None:
    sealed = await two.sealed()
    first = await two.offer(sealed)
    assert await two.offer(sealed) == first
    assert isinstance(first, ChoicesOffered)
    ordered = order("r-1", MOVED, first)
    issued = await two.issue(ordered)
    assert isinstance(issued, Issued)
    assert await two.issue(ordered) == issued
    assert await two.offer(sealed) == first
    assert await two.issue(ordered, NOW + timedelta(minutes=9)) == issued, "an order that stands may be repeated after the referral's minutes"


async def test_a_referral_is_used_up_by_one_order(two: Two) -> None:
    offered = await two.offered()
    assert code(await two.issue(order("r-1", MOVED, offered))) == "Issued"
    assert code(await two.issue(order("r-2", MOVED, offered))) == "referral_used"


async def test_it_is_good_for_minutes(two: Two) -> None:
    sealed = await two.sealed()
    assert code(await two.offer(sealed, NOW + timedelta(seconds=300))) == "referral_expired"
    offered = await two.offer(sealed, NOW + timedelta(seconds=299))
    assert isinstance(offered, ChoicesOffered)
    assert code(await two.issue(order("r-1", MOVED, offered), NOW + timedelta(seconds=300))) == "referral_expired"


@pytest.mark.parametrize(
    "changed",
    [{"year": 2025}, {"serial": serial(5)}, {"vouched_by": TO}, {"vouched_by": None}, {"visit_id": "visit-2"}],
    ids=["year", "card", "signer", "nobody", "visit"],
)
async def test_it_is_good_for_nothing_else(two: Two, changed: dict[str, Any]) -> None:
    assert code(await two.offer(await two.sealed(), **changed)) == "referral_invalid"


async def test_shown_in_another_visit_after_its_own_it_is_called_used(two: Two) -> None:
    sealed = await two.sealed()
    await two.offer(sealed)
    assert code(await two.offer(sealed, visit_id="visit-2")) == "referral_used"


@pytest.mark.parametrize("changed", [{"visit_id": "visit-2"}, {"serial": serial(5)}, {"year": 2025}], ids=["visit", "card", "year"])
async def test_an_order_needs_a_referral_of_its_own_visit_card_and_year(two: Two, changed: dict[str, Any]) -> None:
    ordered = order("r-1", MOVED, await two.offered())
    assert code(await two.issue(ordered, **changed)) == "referral_invalid"
    assert code(await two.there.answer(msgspec.structs.replace(ordered, municipality=TO), CENTER, NOW)) == "not_registered"


async def test_the_present_municipality_lets_nobody_else_be_the_recipient(two: Two) -> None:
    own = referrals(HERES, 920).statement(MUNICIPALITY, NOW - timedelta(days=1), NOW + timedelta(days=1))
    forged = referrals(HERES, 920).statement(TO, NOW - timedelta(days=1), NOW + timedelta(days=1))
    for statement in (own, forged, ""):
        assert code(await two.refer(recipient=statement)) == "referral_invalid"
    assert code(await two.refer(to=MUNICIPALITY)) == "referral_invalid"
    assert code(await two.refer(to=MUNICIPALITY, recipient=own)) == "referral_invalid", "also where the statement is its own and good"
    assert code(await two.refer(kind="juminhyo")) == "kind_unknown"


@pytest.mark.parametrize("year", [2024, 2025])
async def test_a_year_without_a_record_is_not_found_there_and_one_not_offered_is_said(two: Two, year: int) -> None:
    sealed = await two.sealed(year=year)
    assert code(await two.offer(sealed, year=year)) == ("ChoicesOffered" if year == 2025 else "not_found_there")


async def test_years_that_are_not_open_are_refused(two: Two) -> None:
    for year, answer in ((2027, "year_not_open"), (2023, "year_invalid")):
        assert code(await two.offer(await two.sealed(year=year), year=year)) == answer


BORN, CODE, ABROAD = "unborn_on_january_1", "juminhyo_code_changed", "abroad_on_january_1"
PROTECTED = Protection("support", SINCE, None)
STOP = (Suppression(SINCE, None, False, "x"),)


@pytest.mark.parametrize(
    ("changed", "year", "answer"),
    [
        ({"protection": PROTECTED}, 2026, "not_issuable"),
        ({"suppressions": STOP}, 2026, "not_issuable"),
        ({"character_pending": True}, 2026, "not_issuable"),
        ({"protection": PROTECTED, "juminhyo_code_since": date(2026, 5, 1)}, 2026, "not_issuable"),
        ({"card_usable_from": date(2027, 1, 1)}, 2026, "not_usable_yet"),
        ({"standing": "leaving", "standing_since": date(2026, 12, 1)}, 2026, "moved_out"),
        ({"juminhyo_code_since": date(2026, 1, 2)}, 2026, CODE),
        ({"juminhyo_code_since": date(2026, 1, 1)}, 2026, "Referred"),
        ({"juminhyo_code_since": date(2025, 5, 1)}, 2025, CODE),
        ({"previous_address": "シンガポール共和国"}, 2026, ABROAD),
        ({"previous_address": "国外（大韓民国ソウル特別市）"}, 2026, ABROAD),
        ({"previous_address": "シンガポール共和国"}, 2025, "Referred"),
        ({"birth": "2009-01-02", "previous_address": None}, 2009, BORN),
        ({"birth": "2009-01-01", "previous_address": None}, 2009, "Referred"),
        ({}, 2026, "Referred"),
    ],
)
async def test_what_the_present_municipality_answers(tmp_path: Path, changed: dict[str, Any], year: int, answer: str) -> None:
    store = await open_town(tmp_path / "here.db", (replace(HERE, **changed),))
    desk = Desk(replace(issuer(), wide_tax_since=SINCE), store, InlinePress(HERES.hands), DECLARED, referrals=referrals(HERES, 920))
    two = Two(desk, desk, store, store)
    assert code(await two.refer(year=year)) == answer
    await store.close()


@pytest.mark.parametrize("year", [None, date(2027, 1, 1)])
async def test_a_municipality_that_has_not_joined_neither_vouches_nor_recognises(two: Two, year: date | None) -> None:
    sealed = await two.sealed()
    for desk, store in (("here", two.here_store), ("there", two.there_store)):
        code_of = MUNICIPALITY if desk == "here" else TO
        left = replace(issuer(), municipality=code_of, wide_tax_since=year)
        setattr(two, desk, Desk(left, store, InlinePress(HERES.hands), DECLARED, referrals=referrals(HERES, 920)))
    assert code(await two.refer()) == "wide_not_joined"
    assert code(await two.offer(sealed)) == "wide_not_joined"


async def test_the_former_municipalitys_own_protections_and_stops_come_first(two: Two) -> None:
    sealed = await two.sealed()
    await two.there_store.write(lambda connection: changes.set_protection(connection, THERE.atena_no, PROTECTED, now=NOW))
    assert code(await two.offer(sealed)) == "not_issuable"
    await two.there_store.write(lambda connection: changes.release_protection(connection, THERE.atena_no, now=NOW))
    offered = await two.offer(sealed)
    assert isinstance(offered, ChoicesOffered)
    await two.there_store.write(
        lambda connection: changes.suppress(connection, THERE.atena_no, since=SINCE, until=None, household=False, reason="x", now=NOW)
    )
    assert code(await two.issue(order("r-1", MOVED, offered))) == "not_issuable"


WITHOUT = replace(RECORD, year=2025)
"""A record, but of another year."""


@pytest.mark.parametrize(
    ("there", "record"),
    [
        ({"juminhyo_code": person(99, 1, "x", "世帯主").juminhyo_code}, RECORD),
        ({"birth": "1980-04-02"}, RECORD),
        ({"standing": "dead"}, RECORD),
        ({}, WITHOUT),
        ({"resident_since": "2010-01-01"}, WITHOUT),
    ],
    ids=["another code", "another birth date", "dead", "not taxed", "an address and not taxed"],
)
async def test_who_was_not_taxed_there_is_not_found_there(two: Two, tmp_path: Path, there: dict[str, Any], record: TaxRecord) -> None:
    store = await third(tmp_path, replace(THERE, **there), record)
    two.there = their_desk(store)
    assert code(await two.offer(await two.sealed())) == "not_found_there"
    await store.close()


@pytest.mark.parametrize(
    "there",
    [
        {"resident_since": "2026-02-01", "previous_address": "見本県みほん市中央", "standing_since": date(2026, 4, 2)},
        {"standing_since": date(2025, 12, 1)},
        {"standing": "current", "standing_since": None, "resident_since": "2026-01-02"},
    ],
    ids=["came back and left again", "taxed though gone", "came back"],
)
async def test_the_tax_record_is_the_proof_whatever_the_last_stay_was(two: Two, tmp_path: Path, there: dict[str, Any]) -> None:
    store = await third(tmp_path, replace(THERE, **there), RECORD)
    two.there = their_desk(store)
    offered = await two.offered()
    issued = await two.issue(order("r-1", MOVED, offered))
    assert isinstance(issued, Issued)
    text = drawn_text(issued.papers[0].face).replace("\r\n", "")
    assert text.count(OLD_ADDRESS) == 2 and HOUSE_NOW not in text
    await store.close()


async def third(tmp_path: Path, who: Resident, record: TaxRecord) -> SqliteStore:
    """となり市 with this former resident and this record instead."""
    store = await open_town(tmp_path / "third.db", ())

    def fill(connection: Any) -> None:
        residents, households = assembled((who, person(72, 9, "見本　残子", "妻" if who.standing == "current" else "世帯主")), [HOUSE_NOW] * 2)
        load(connection, residents, households, now=NOW)
        load_taxes(connection, (record,), now=NOW)

    await store.write(fill)
    return store


def their_desk(store: SqliteStore) -> Desk:
    terms = replace(issuer(), municipality=TO, number_prefix="となり市", wide_tax_since=SINCE)
    return Desk(terms, store, InlinePress(THERES.hands), DECLARED, referrals=referrals(THERES, 921))


OUTSIDER = Outsider("8000000015", HERE.juminhyo_code, HERE.name, "ミホン　タロウ", HERE.birth, "男")
THEIR_RECORD = replace(RECORD, atena_no=OUTSIDER.atena_no)
"""住登外課税: taxed in となり市, where they lived without being registered."""


async def outside(tmp_path: Path, outsider: Outsider, *people: Resident) -> SqliteStore:
    store = await open_town(tmp_path / "outside.db", people)

    def fill(connection: Any) -> None:
        replace_outsiders(connection, (outsider,), NOW)
        load_taxes(connection, (THEIR_RECORD,), now=NOW)

    await store.write(fill)
    return store


async def test_who_was_taxed_there_without_being_registered_there_gets_the_paper_there(two: Two, tmp_path: Path) -> None:
    store = await outside(tmp_path, OUTSIDER)
    two.there = their_desk(store)
    offered = await two.offered()
    assert [(member.name, member.holder) for member in offered.members] == [(HERE.name, True)]
    issued = await two.issue(order("r-1", MOVED, offered, members=(OUTSIDER.atena_no,)))
    assert isinstance(issued, Issued), issued
    text = drawn_text(issued.papers[0].face).replace("\r\n", "")
    assert text.count(OLD_ADDRESS) == 2 and HERE.name in text and "１月１日" in text
    assert NEW_ADDRESS not in text
    assert code(await two.there.answer(OfferChoices(**ASKED), CENTER, NOW)) == "not_registered", "never without a referral"
    await store.close()


ASKED: dict[str, Any] = {"visit_id": "visit-9", "visit_key": KEY, "serial": serial(MOVED), "municipality": TO, "kind": "kazei"}


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({"protection": PROTECTED}, "not_issuable"),
        ({"suppressions": STOP}, "not_issuable"),
        ({"character_pending": True}, "not_issuable"),
        ({"birth": "1980-04-02"}, "not_found_there"),
        ({"juminhyo_code": person(99, 1, "x", "世帯主").juminhyo_code}, "not_found_there"),
        ({}, "ChoicesOffered"),
    ],
    ids=["protected", "stopped", "pending", "another birth date", "another code", "nothing"],
)
async def test_what_stops_a_resident_stops_who_is_taxed_from_outside(two: Two, tmp_path: Path, changed: dict[str, Any], answer: str) -> None:
    store = await outside(tmp_path, replace(OUTSIDER, **changed))
    two.there = their_desk(store)
    assert code(await two.offer(await two.sealed())) == answer
    await store.close()


async def test_a_number_that_is_also_a_residents_leads_to_nobody(two: Two, tmp_path: Path) -> None:
    store = await outside(tmp_path, OUTSIDER, replace(person(72, 9, "別　人", "世帯主"), atena_no=OUTSIDER.atena_no))
    two.there = their_desk(store)
    assert code(await two.offer(await two.sealed())) == "not_found_there"
    await store.close()


async def test_a_protected_resident_is_not_reached_round_the_resident_register(two: Two, tmp_path: Path) -> None:
    store = await outside(tmp_path, OUTSIDER, replace(THERE, protection=PROTECTED), person(72, 9, "見本　残子", "世帯主", birth="1950-01-01"))
    two.there = their_desk(store)
    assert code(await two.offer(await two.sealed())) == "not_issuable"
    await store.close()


async def test_a_referral_that_was_made_is_noted_once_and_not_by_the_code(two: Two) -> None:
    for _ in range(2):
        await two.sealed()
    await two.sealed(year=2025)
    made = await two.here_store.read(referrals_made, HERE.atena_no)
    assert [(one.audience, one.kind, one.year) for one in made] == [(TO, "kazei", 2026), (TO, "kazei", 2025)]
    assert code(await two.refer(to=MUNICIPALITY)) == "referral_invalid"
    assert len(await two.here_store.read(referrals_made, HERE.atena_no)) == 2, "what was not made is not noted"
    assert HERE.juminhyo_code not in repr(await two.here_store.read(lambda connection: connection.execute(select(MADE)).all()))


def codes_kept(file: Path) -> int:
    """How often the 住民票コード stands in the files of a database, whatever SQLite thinks of it."""
    return sum(part.read_bytes().count(HERE.juminhyo_code.encode()) for part in file.parent.glob(file.name + "*"))


async def admissions(store: SqliteStore) -> list[tuple[str, str]]:
    rows = await store.read(lambda connection: connection.execute(select(ADMISSIONS).order_by(ADMISSIONS.c.number)).all())
    return [(row.juminhyo_code, row.birth) for row in rows]


async def test_who_was_admitted_is_forgotten_with_the_outcome_of_the_last_paper(two: Two) -> None:
    offered = await two.offered()
    ordered = order("r-1", MOVED, offered, copies=2)
    assert code(await two.issue(ordered)) == "Issued"
    kept = [(HERE.juminhyo_code, HERE.birth)]
    ordered = msgspec.structs.replace(ordered, municipality=TO)
    assert code(await two.there.answer(tell(ordered, "printed"), CENTER, NOW)) == "OutcomeNoted"
    assert await admissions(two.there_store) == kept, "the other copy is still on its way"
    assert code(await two.issue(ordered)) == "already_printed"
    assert code(await two.there.answer(tell(ordered, "void", 1), CENTER, NOW)) == "OutcomeNoted"
    assert await admissions(two.there_store) == [("", "")]
    assert code(await two.issue(ordered)) == "already_printed"
    assert code(await two.issue(order("r-2", MOVED, offered))) == "referral_used"


async def test_who_was_admitted_and_ordered_nothing_is_forgotten_after_the_minutes_without_a_trace_in_the_file(two: Two, tmp_path: Path) -> None:
    offered = await two.offered()
    later = NOW + timedelta(seconds=300)
    await two.there_store.write(forget, later - timedelta(seconds=1))
    assert await admissions(two.there_store) == [(HERE.juminhyo_code, HERE.birth)]
    await two.there_store.write(forget, later)
    assert await admissions(two.there_store) == [("", "")]
    assert code(await two.issue(order("r-1", MOVED, offered), later)) == "referral_expired"
    await two.offer(await two.sealed(later, visit_id="visit-3"), later, visit_id="visit-3")
    await two.offer(await two.sealed(later + timedelta(minutes=6), visit_id="visit-4"), later + timedelta(minutes=6), visit_id="visit-4")
    assert sorted(await admissions(two.there_store)) == [("", ""), ("", ""), (HERE.juminhyo_code, HERE.birth)], "the next one finds it over"
    await two.there_store.write(forget, later + timedelta(hours=1))
    await two.there_store.write(forget, later + timedelta(days=2))
    assert await admissions(two.there_store) == []
    await two.there_store.close()
    assert codes_kept(tmp_path / "there.db") == 2, "the register's own line and its index"


def test_refusals_of_referrals_come_at_one_instant_whatever_the_look_ups_cost() -> None:
    """Decision 012, on both sides: nobody learns from the time that somebody is protected."""
    costs = iter([0.01 * (index % 23) for index in range(1000)])
    rules: dict[str, dict[str, Any]] = {
        "not_issuable": {"protection": PROTECTED},
        CODE: {"juminhyo_code_since": date(2026, 1, 2)},
        ABROAD: {"previous_address": "シンガポール共和国"},
        "moved_out": {"standing": "leaving", "standing_since": date(2026, 12, 1)},
    }
    theirs: dict[str, dict[str, Any]] = {"not_issuable": {"protection": PROTECTED}, "not_found_there": {"birth": "1980-04-02"}}

    def slow(who: Resident, municipality: str, keys: DocumentKeys, key: int) -> Desk:
        engine = create_engine("sqlite://", poolclass=StaticPool)
        with engine.begin() as connection:
            METADATA.create_all(connection)
            REGISTER.create_all(connection)
            load(connection, *assembled((who,), [HOUSE_NOW]), now=NOW)
            load_taxes(connection, (RECORD,), now=NOW)
        terms = replace(issuer(refusal_seconds=0.7), municipality=municipality, wide_tax_since=SINCE)
        return Desk(terms, Slow(engine, lambda _: next(costs)), InlinePress(keys.hands), DECLARED, referrals=referrals(keys, key))

    async def main() -> None:
        loop = asyncio.get_running_loop()
        made = Two(slow(HERE, MUNICIPALITY, HERES, 920), slow(THERE, TO, THERES, 921), None, None)  # type: ignore[arg-type]
        sealed = await made.sealed()
        for answer, changed in rules.items():
            two = replace(made, here=slow(replace(HERE, **changed), MUNICIPALITY, HERES, 920))
            began = loop.time()
            assert (code(await two.refer()), round(loop.time() - began, 6)) == (answer, 0.7)
        for answer, changed in theirs.items():
            two = replace(made, there=slow(replace(THERE, **changed), TO, THERES, 921))
            began = loop.time()
            assert (code(await two.offer(sealed)), round(loop.time() - began, 6)) == (answer, 0.7)
        for asked in ({"year": 2025}, {"vouched_by": TO}, {"referral": sealed[:-9] + "AAAAAAAAA"}):
            began = loop.time()
            assert (code(await made.offer(sealed, **asked)), round(loop.time() - began, 6)) == ("referral_invalid", 0.7)

    run_virtual(VirtualLoop(NOW), main())
