"""Many municipalities at one kiosk: what is greyed, a kiosk for one town's residents, who vouches for whom, and what is typed into a 利用登録申請."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import msgspec
import pytest

from kiosk import places
from kiosk.keyboard import NAME, pressed
from kiosk.selection import NotOffered, Selection, kinds_listed, with_choices, with_here, with_kind, with_kinds
from kiosk.session import Session
from kiosk.touches import chosen, spared_touch
from kiosk.use_draft import UseDraft, birth_of, complete, typed, with_era
from kiosk.visit import Action, Event, Screen
from messages.visits import Choices, Directory, FormFee, KindOffer, KindsOffered, MunicipalityEntry, PlaceAlias
from tests.certificates.people import NOW
from tests.kiosk.shop import Shop
from tests.kiosk.signers import CODE

TODAY = date(2026, 11, 23)


def town(code: str, **more: Any) -> MunicipalityEntry:
    return MunicipalityEntry(code=code, prefecture="見本県", name=f"町{code}", name_en=code, **more)


A = town("990019", kinds=("kazei", "koseki"), wide_tax=True)
B = town("990027", kinds=("kazei",), wide_tax=True, aliases=(PlaceAlias(code="990990", name="旧町", name_en="Old", what="former"),))
C = town("990035", kinds=("juminhyo",), write_to="町990035 税務課")
DIRECTORY = Directory(municipalities=(A, B, C), valid_until=NOW)
KAZEI = KindOffer(kind="kazei", fees=(FormFee(form="kazei", fee_yen=400),), open=True, years=(2026, 2025), wide=True)


def at_january_1(offer: KindOffer = KAZEI) -> Session:
    kinds = KindsOffered(municipality=A.code, kinds=(offer,))
    return Session(directory=DIRECTORY, selection=with_kind(with_kinds(Selection(municipality=A), kinds), "kazei", TODAY))


def test_those_that_have_not_joined_are_greyed_before_anything_else_is_asked() -> None:
    assert [places.closed_to(entry, "wide") for entry in (A, B, C)] == [None, None, "not_joined"]
    with pytest.raises(NotOffered, match="not_joined"):
        chosen(Action.SET_WIDE_MUNICIPALITY, C.code, at_january_1(), TODAY)
    with pytest.raises(NotOffered, match="municipality"):
        chosen(Action.SET_WIDE_MUNICIPALITY, A.code, at_january_1(), TODAY)


def test_a_former_municipality_leads_to_the_one_in_force_which_issues_and_is_vouched_to() -> None:
    selection = chosen(Action.SET_WIDE_MUNICIPALITY, "990990", at_january_1(), TODAY)
    assert (selection.issuing, selection.vouched_by, selection.wide_year) == (B, A.code, 2026)
    choices = Choices(kind="kazei", members=(), forms=KAZEI.fees, years=(2026, 2025), options=(), copies_max=1, register_version="1")
    assert with_choices(selection, choices).year == 2026
    assert with_choices(selection, choices).issuing == B


def test_where_no_tax_paper_is_issued_here_is_no_answer() -> None:
    with pytest.raises(NotOffered):
        with_here(at_january_1(msgspec.structs.replace(KAZEI, fees=(), years=())).selection)


def test_nobody_is_asked_about_january_1_where_nobody_vouches() -> None:
    session = at_january_1(msgspec.structs.replace(KAZEI, wide=False))
    assert spared_touch(Screen.JANUARY_1, session, Action.SPARE_NEXT) == (Event.HERE, "")
    assert spared_touch(Screen.JANUARY_1, at_january_1(), Action.SPARE_NEXT) is None


def test_a_kiosk_for_one_town_passes_the_screen_and_takes_no_other() -> None:
    session = Session(directory=msgspec.structs.replace(DIRECTORY, only=A.code))
    assert spared_touch(Screen.PLACE, session, Action.SPARE_NEXT) == (Event.MUNICIPALITY, A.code)
    for action, value in ((Action.SET_MUNICIPALITY, B.code), (Action.SET_DOOR, "honseki")):
        with pytest.raises(NotOffered):
            chosen(action, value, session, TODAY)


def test_at_the_honseki_only_what_is_read_from_the_koseki_is_listed_and_touched() -> None:
    kinds = tuple(KindOffer(kind=kind, fees=(), open=True) for kind in ("juminhyo", "koseki", "kazei"))
    selection = with_kinds(Selection(door="honseki", municipality=A), KindsOffered(municipality=A.code, kinds=kinds))
    assert [offer.kind for offer in kinds_listed(selection)] == ["koseki"]
    with pytest.raises(NotOffered):
        with_kind(selection, "juminhyo", TODAY)


def test_all_the_municipalities_of_the_country_are_reached_page_by_page() -> None:
    entries = tuple(replace_prefecture(town(f"{number:06d}"), number % 47) for number in range(1741))
    assert places.asks_prefecture(entries)
    seen = set()
    for prefecture in places.prefectures(entries):
        rows = places.rows_in(entries, prefecture)
        for page in range(places.pages(rows)):
            assert len(places.on_page(rows, page)) <= places.ONE_PAGE_MAX
            seen |= {row.code for row in places.on_page(rows, page)}
    assert len(seen) == 1741


def replace_prefecture(entry: MunicipalityEntry, number: int) -> MunicipalityEntry:
    return msgspec.structs.replace(entry, prefecture=f"県{number}")


@pytest.mark.parametrize(
    ("keys", "text"), [("カ゛", "ガ"), ("ハ゜", "パ"), ("ハ゛゜", "パ"), ("カ゛゛", "カ"), ("ツ小", "ッ"), ("ア゛", "ア"), ("゛", "")]
)
def test_a_mark_makes_another_letter_of_the_last(keys: str, text: str) -> None:
    made = ""
    for key in keys:
        made = pressed(made, key, 40)
    assert made == text


def test_every_reading_can_be_typed() -> None:
    letters = {pressed(key, mark, 9) for row in NAME for key in row if len(key) == 1 for mark in ("", "゛", "゜", "小")}
    assert (
        set(
            "ァアィイゥウェエォオカガキギクグケゲコゴサザシジスズセゼソゾタダチヂッツヅテデトドナハバパヒビピフブプヘベペホボポマャヤュユョヨワヲンヴー"
        )
        <= letters
    )


@pytest.mark.parametrize(
    ("era", "figures", "day"),
    [("showa", "640107", date(1989, 1, 7)), ("showa", "640108", None), ("heisei", "010107", None), ("western", "19751231", date(1975, 12, 31)), ("reiwa", "98011", None)],
)  # fmt: skip
def test_a_birth_date_is_a_day_of_its_era(era: str, figures: str, day: date | None) -> None:
    draft = with_era(UseDraft(), era)
    for figure in figures:
        draft = typed(draft, "birth", figure)
    assert birth_of(draft, TODAY) == day
    assert complete(draft, "birth", TODAY) == (day is not None)


async def test_what_was_typed_is_forgotten_with_the_visit(shop: Shop) -> None:
    await shop.to_kinds()
    shop.terminal.session.draft = replace(UseDraft(), name="ミホン　タロウ", phone="0312345678")
    assert "ミホン" not in repr(shop.terminal.session) + repr(shop.terminal.session.draft)
    await shop.touch(Event.CANCEL)
    await shop.until(Screen.MENU)
    assert shop.terminal.session.draft == UseDraft()
    assert "ミホン".encode() not in (shop.folder / "journal.db").read_bytes()


async def test_why_a_kind_is_closed_and_until_when_is_seen(shop: Shop) -> None:
    await shop.to_kinds()
    until = datetime.fromisoformat("2027-03-02T09:00:00+09:00")
    offer = KindOffer(kind="koseki", fees=(FormFee(form="koseki", fee_yen=450),), open=False, because="maintenance", opens_at=until)
    shop.terminal.session.selection = with_kinds(shop.terminal.session.selection, KindsOffered(municipality=CODE, kinds=(offer,)))
    (seen,) = shop.view["data"]["kinds"]
    assert (seen["because"], seen["opens_at"], shop.view["data"]["nothing_open"]) == ("maintenance", "2027-03-02T09:00+09:00", True)
    refusal = await shop.terminal.touch(Event.KIND, "koseki")
    assert refusal is not None
    assert shop.screen is Screen.KINDS


async def test_the_whole_country_is_walked_by_prefecture_and_page_and_nothing_is_turned_past_its_end(shop: Shop) -> None:
    shop.center.municipalities = tuple(replace_prefecture(town(f"{number:06d}"), number % 47) for number in range(1741))
    await shop.until(Screen.MENU)
    for event in (Event.START, Event.ISSUE, Event.AGREE):
        await shop.touch(event)
    await shop.until(Screen.PLACE)
    assert len(shop.view["data"]["prefectures"]) == 47
    await shop.touch(Event.PREFECTURE, "県5")
    data = shop.view["data"]
    assert (data["page"], data["pages"], len(data["municipalities"])) == (0, 4, places.PAGE_ROWS)
    for page in (4, -1):
        refusal = await shop.terminal.touch(Event.PAGE, page)
        assert refusal is not None
        assert shop.view["data"]["page"] == 0
    await shop.touch(Event.PAGE, 3)
    last = shop.view["data"]["municipalities"]
    assert 0 < len(last) <= places.PAGE_ROWS
    assert {row["prefecture"] for row in last} == {"県5"}
    assert (await shop.terminal.touch(Event.PREFECTURE, "県47")) is not None
    await shop.touch(Event.PREFECTURE, "県6")
    assert shop.view["data"]["page"] == 0, "another prefecture begins at its first page"
    await shop.touch(Event.PREFECTURE, "県5")
    await shop.touch(Event.MUNICIPALITY, last[-1]["code"])
    assert shop.view["data"]["municipality"]["code"] == last[-1]["code"]
