"""本籍地利用登録: what is taken, what a clerk sees beside it, what is decided, and that the 戸籍 then comes to the one certificate that was accepted."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import Connection, select

from issuer.business_days import business_days_after, is_business_day
from issuer.desk import Desk
from issuer.press import InlinePress
from issuer.use_candidates import Candidate, candidates, place_agrees
from issuer.use_tables import APPLICATIONS
from issuer.uses import Received, Undecided, accept, application, applications, give_back, receive, standing_of
from messages.orders import ChoicesOffered, Issued
from messages.refusals import Refusal
from messages.uses import AskRegisteredUse, RegisteredUse, RegisterUse, UseApplication, UseTaken
from registers.koseki import tables as koseki_tables
from registers.koseki.revisions import ChangeRefused
from registers.koseki.usage import unbind_serial
from storage.sqlite import SqliteStore
from tests.issuer.books import FAMILY, GONE, OUTSIDER, OUTSIDERS, entry_of, koseki, koseki_of, person_no
from tests.issuer.town import CENTER, DECLARED, FATHER, MOTHER, MUNICIPALITY, NOW, ask, hands, issuer, order, serial

SERIAL = "ce0001"
BORN = "1982-05-05"  # the mother's of the family


def applied(**changes: object) -> UseApplication:
    values = UseApplication(
        application_id="a1",
        visit_id="v1",
        kiosk_id="k1",
        municipality=MUNICIPALITY,
        honseki="本町一丁目２番",
        hittousha="ミホン タロウ",
        name="みほん　はなこ",
        birth=BORN,
        phone="03-1234-5678",
        applied_at=NOW,
    )
    return msgspec.structs.replace(values, **changes)


@pytest.fixture
def desk(town_hall: SqliteStore) -> Desk:
    return Desk(issuer(), town_hall, InlinePress(hands()), DECLARED)


async def taken(store: SqliteStore, one: UseApplication | None = None, by: str = SERIAL, now: datetime = NOW) -> Received | str:
    return await store.write(receive, by, one or applied(), now)


@pytest.mark.parametrize(
    ("day", "count", "then"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 24)),  # a Friday; the Monday after is 勤労感謝の日
        (date(2026, 11, 23), 5, date(2026, 11, 30)),
        (date(2026, 12, 28), 1, date(2027, 1, 4)),
        (date(2026, 5, 1), 5, date(2026, 5, 13)),  # over the holidays of May; May 6 stands in for the third
    ],
)
def test_business_days_leave_out_weekends_holidays_and_the_turn_of_the_year(day: date, count: int, then: date) -> None:
    assert business_days_after(day, count) == then
    assert is_business_day(then)


async def test_an_application_is_taken_once_and_says_by_when_it_is_decided(town_hall: SqliteStore) -> None:
    first = await taken(town_hall)
    assert first == Received("利用-000001", date(2026, 11, 23), date(2026, 11, 30))
    assert await taken(town_hall, now=NOW + timedelta(days=1)) == first
    assert await taken(town_hall, applied(name="べつじん")) == "request_altered"
    assert await taken(town_hall, by="ce0002") == "request_altered", "the same id from another card"
    assert await taken(town_hall, applied(application_id="a2")) == "use_pending"
    assert len(await town_hall.read(applications, decided=False, limit=9)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"name": " "},
        {"honseki": ""},
        {"hittousha": "あ" * 61},
        {"birth": "1982-02-30"},
        {"birth": "2026-11-24"},
        {"birth": "19820505"},
        {"phone": "12345"},
        {"phone": "０３１２３４５６７８"},
        {"name": "a\nb"},
    ],
)
async def test_an_application_with_a_mistake_is_refused_and_nothing_is_kept(town_hall: SqliteStore, changes: dict[str, object]) -> None:
    assert await taken(town_hall, applied(**changes)) == "use_incomplete"
    assert await town_hall.read(applications, decided=False, limit=9) == ()


async def test_a_resident_of_this_municipality_needs_none(town_hall: SqliteStore) -> None:
    assert await taken(town_hall, by=serial(FATHER)) == "use_not_needed"


async def beside(store: SqliteStore) -> tuple[Candidate, ...]:
    def read(connection: Connection) -> tuple[Candidate, ...]:
        one = application(connection, "a1")
        assert one is not None
        return candidates(connection, one)

    return await store.read(read)


async def test_the_clerk_sees_everybody_born_on_that_day_with_what_agrees(town_hall: SqliteStore) -> None:
    await taken(town_hall)
    (mother,) = await beside(town_hall)
    assert (mother.person.person_no, mother.koseki.koseki_no, mother.bindable) == (person_no(MOTHER), FAMILY, True)
    assert mother.honseki is True, "本町一丁目２番 is the end of the registered 本籍"
    assert mother.name in (True, False, None)


async def test_what_was_typed_in_kana_is_held_against_the_reading_and_cannot_be_held_against_kanji_alone(town_hall: SqliteStore) -> None:
    read = entry_of(MOTHER, given_name_kana="ハナコ", spouse="妻")
    unread = replace(entry_of(900, given_name="華子", birth=BORN, sex="女"), given_name_kana=None, person_no="0000777001", atena_no=None)

    def put(connection: Connection) -> None:
        families = (
            koseki_of(FAMILY, "見本　太郎", entry_of(FATHER, spouse="夫", given_name_kana="タロウ"), read),
            koseki_of("0000099999", "見本　華子", unread),
        )
        koseki_tables.replace_all(connection, families, (), now=NOW)

    await town_hall.write(put)
    await taken(town_hall)
    found = {one.person.person_no: (one.name, one.hittousha) for one in await beside(town_hall)}
    assert found[read.person_no] == (True, True)
    assert found[unread.person_no][0] is None


@pytest.mark.parametrize(
    ("typed", "registered", "agrees"),
    [
        ("ほんちょう１ちょうめ２ばん", "見本県みほん市本町一丁目２番", None),  # as the keys of a kiosk write it: kana cannot be held against kanji
        ("ほんちょう1丁目2番地", "見本県みほん市本町一丁目２番", None),
        ("ほんちょう1の2", "見本県みほん市本町一丁目２番", None),
        ("ほんちょう", "見本県みほん市本町一丁目２番", None),
        ("1丁目2番", "見本県みほん市本町一丁目２番", None),  # which town was not said
        ("本町1丁目2番", "見本県みほん市本町一丁目２番", True),
        ("さくら2番", "見本県みほん市さくら二番", True),
        ("サクラ　23番", "見本県みほん市さくら二十三番", True),
        ("ほんちょう1丁目3番", "見本県みほん市本町一丁目２番", False),
        ("ほんちょう23番地", "見本県みほん市本町二十三番地", None),
        ("ほんちょう3番地", "見本県みほん市本町二十三番地", False),
        ("みた105番地", "見本県みほん市三田百五番地", None),  # the town's name has a numeral in it
        ("ほんちょう1丁目みた2番", "見本県みほん市本町一丁目三田２番", None),
        ("みた3の105番地", "見本県みほん市三田百五番地", None),
        ("ほんちょう1丁目2番3", "見本県みほん市本町一丁目２番", False),
    ],
)
def test_a_honseki_as_typed_in_kana_and_figures_is_held_against_the_registered_one(typed: str, registered: str, agrees: bool | None) -> None:
    assert place_agrees(typed, registered) is agrees


async def test_accepted_it_opens_the_koseki_to_this_certificate_and_to_no_other(desk: Desk, town_hall: SqliteStore) -> None:
    await taken(town_hall)
    question = msgspec.structs.replace(ask(FATHER, "visit-1", "koseki"), serial=SERIAL)
    refused = await desk.answer(question, CENTER, NOW)
    assert isinstance(refused, Refusal) and refused.code == "not_registered"
    await town_hall.write(accept, "a1", person_no(MOTHER), "戸籍 花子", NOW)
    offered = await desk.answer(question, CENTER, NOW)
    assert isinstance(offered, ChoicesOffered)
    assert [member.name for member in offered.members if member.holder] == ["見本　花子"]
    made = await desk.answer(msgspec.structs.replace(order("r1", FATHER, offered), serial=SERIAL), CENTER, NOW)
    assert isinstance(made, Issued), made
    other = await desk.answer(msgspec.structs.replace(question, serial="ce0002"), CENTER, NOW)
    assert isinstance(other, Refusal) and other.code == "not_registered"


async def test_what_was_typed_is_gone_once_it_is_decided(town_hall: SqliteStore) -> None:
    await taken(town_hall)
    await town_hall.write(accept, "a1", person_no(MOTHER), "戸籍 花子", NOW)
    await taken(town_hall, applied(application_id="a2"), by="ce0003")
    await town_hall.write(give_back, "a2", "name_differs", "電話で確認", "戸籍 花子", NOW)

    def texts(connection: Connection) -> list[tuple[str, ...]]:
        columns = (APPLICATIONS.c.honseki, APPLICATIONS.c.hittousha, APPLICATIONS.c.name, APPLICATIONS.c.birth, APPLICATIONS.c.phone)
        return [tuple(row) for row in connection.execute(select(*columns).order_by(APPLICATIONS.c.running))]

    assert await town_hall.read(texts) == [("",) * 5] * 2


@pytest.mark.parametrize(
    ("who", "problem"),
    [(person_no(FATHER), "birth_differs"), (person_no(GONE), "not_current"), ("0000000000", "no_such_person")],
)
async def test_nobody_is_bound_who_differs_in_birth_is_removed_or_unknown(town_hall: SqliteStore, who: str, problem: str) -> None:
    await taken(town_hall, applied(birth="2000-07-08") if who == person_no(GONE) else applied())
    with pytest.raises(Undecided) as refused:
        await town_hall.write(accept, "a1", who, "戸籍 花子", NOW)
    assert refused.value.problem == problem
    assert (await town_hall.read(standing_of, SERIAL, NOW.date())).state == "received"


async def test_a_koseki_kept_on_paper_is_not_bound_and_its_holder_is_told_where_to_ask(desk: Desk, town_hall: SqliteStore) -> None:
    def put(connection: Connection) -> None:
        families = tuple(replace(one, standing="on_paper") if one.koseki_no in (FAMILY, OUTSIDERS) else one for one in koseki())
        koseki_tables.replace_all(connection, families, (), now=NOW)

    await town_hall.write(put)
    await taken(town_hall)
    with pytest.raises(Undecided, match="not_current"):
        await town_hall.write(accept, "a1", person_no(MOTHER), "戸籍 花子", NOW)
    refused = await desk.answer(ask(FATHER, "visit-1", "koseki"), CENTER, NOW)
    assert isinstance(refused, Refusal) and refused.code == "koseki_not_convertible"


async def test_a_decision_is_made_once(town_hall: SqliteStore) -> None:
    await taken(town_hall)
    await town_hall.write(give_back, "a1", "not_found", "該当なし", "戸籍 花子", NOW)
    for step in ((accept, "a1", person_no(MOTHER), "戸籍 花子", NOW), (give_back, "a1", "other", "再", "戸籍 花子", NOW)):
        with pytest.raises(Undecided, match="already_decided"):
            await town_hall.write(*step)  # type: ignore[arg-type]


async def test_one_certificate_leads_to_one_person(town_hall: SqliteStore) -> None:
    await taken(town_hall)
    await town_hall.write(accept, "a1", person_no(MOTHER), "戸籍 花子", NOW)
    assert await taken(town_hall, applied(application_id="a2")) == "use_pending"

    def sneak(connection: Connection) -> None:
        connection.execute(APPLICATIONS.update().values(state="received", birth="1970-03-03"))
        accept(connection, "a1", person_no(OUTSIDER), "戸籍 花子", NOW)

    with pytest.raises(ChangeRefused, match="serial_taken"):
        await town_hall.write(sneak)


async def test_its_status_is_told_at_every_stage(desk: Desk, town_hall: SqliteStore) -> None:
    question = AskRegisteredUse(visit_id="v2", serial=SERIAL, municipality=MUNICIPALITY)

    async def told() -> RegisteredUse:
        reply = await desk.answer(question, CENTER, NOW)
        assert isinstance(reply, RegisteredUse)
        return reply

    assert (await told()).state == "none"
    reply = await desk.answer(RegisterUse(serial=SERIAL, application=applied()), CENTER, NOW)
    assert reply == UseTaken(visit_id="v1", number="利用-000001", received_on="2026-11-23", expected_by="2026-11-30")
    assert await told() == RegisteredUse(visit_id="v2", state="received", number="利用-000001", received_on="2026-11-23", expected_by="2026-11-30")
    await town_hall.write(accept, "a1", person_no(MOTHER), "戸籍 花子", NOW)
    assert ((await told()).state, (await told()).usable_from) == ("accepted", "2026-11-23")
    await town_hall.write(unbind_serial, SERIAL, now=NOW)
    assert (await told()).state == "ended", "after a renewal it must be done again"
    await taken(town_hall, applied(application_id="a2"))
    await town_hall.write(give_back, "a2", "name_differs", "電話で確認", "戸籍 花子", NOW)
    assert ((await told()).state, (await told()).reason) == ("returned", "name_differs")


async def test_another_municipality_and_one_without_koseki_take_none(desk: Desk, town_hall: SqliteStore) -> None:
    elsewhere = await desk.answer(RegisterUse(serial=SERIAL, application=applied(municipality="990027")), CENTER, NOW)
    assert isinstance(elsewhere, Refusal) and elsewhere.code == "municipality_unknown"
    without = Desk(issuer(koseki=None), town_hall, InlinePress(hands()), DECLARED)
    refused = await without.answer(RegisterUse(serial=SERIAL, application=applied()), CENTER, NOW)
    assert isinstance(refused, Refusal) and refused.code == "use_not_taken"
