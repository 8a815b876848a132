"""本籍地利用登録 at one terminal: typed with the panel's own keys, sent once however often it is asked, and gone from the machine whatever ends the visit."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from kiosk.card import load_card
from kiosk.use_draft import UseDraft
from kiosk.visit import Event, Screen
from messages import uses
from messages.refusals import Refusal
from messages.visits import Authenticate, MunicipalityEntry
from messages.wire import encode
from tests.certificates.people import NOW
from tests.kiosk.center_twin import HOME
from tests.kiosk.shop import Shop
from tests.kiosk.signers import CODE, OTHER_CODE
from tests.kiosk.test_terminal import finished, kept_yen

THERE = MunicipalityEntry(code=OTHER_CODE, prefecture="例示県", name="ためし市", name_en="Tameshi City", kinds=("koseki",), use=True)
WITHOUT = MunicipalityEntry(code="990035", prefecture="例示県", name="かりの市", name_en="Karino City", kinds=("juminhyo",))

HONSEKI = ("さ", "か", "え", "ま", "ち", "3", "丁目", "1", "4", "番地")
HITTOUSHA = ("ミ", "ホ", "ン", "　", "カ", "゛", "イ", "チ")
NAME = ("ミ", "ホ", "ン", "　", "シ", "ユ", "小", "ン")
PHONE = tuple("09012345678")
TYPED = ("さかえまち3丁目14番地", "ミホン　ガイチ", "ミホン　シュン", "1957-05-05", "09012345678")
SECRETS = ("さかえまち", "ガイチ", "シュン", "1957-05-05", "1957", "09012345678")

SCREENS = (
    Screen.USE_STATUS,
    Screen.USE_HONSEKI,
    Screen.USE_HITTOUSHA,
    Screen.USE_NAME,
    Screen.USE_BIRTH,
    Screen.USE_PHONE,
    Screen.USE_REVIEW,
    Screen.USE_RECEIVED,
)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Shop]:
    shop = Shop(tmp_path)
    shop.center.municipalities = (msgspec.structs.replace(HOME, kinds=("juminhyo",)), THERE, WITHOUT)
    yield await shop.open()
    await shop.close()


async def to_kinds(town: Shop) -> None:
    """By the second door to what the 本籍地 offers."""
    await town.until(Screen.MENU)
    for event in (Event.START, Event.ISSUE, Event.AGREE):
        await town.touch(event)
    await town.until(Screen.PLACE)
    await town.touch(Event.DOOR, "honseki")
    await town.touch(Event.MUNICIPALITY, OTHER_CODE)
    await town.terminal.place_card(load_card(town.card_file))
    await town.until(Screen.PIN)
    await town.enter("1234")
    await town.terminal.remove_card()
    await town.until(Screen.KINDS)


async def keys(town: Shop, typed: tuple[str, ...]) -> None:
    for key in typed:
        await town.touch(Event.KEY, key)


async def to_screen(town: Shop, last: Screen) -> None:
    """From the menu to this screen, typing what is asked on the way and on the screen itself."""
    await to_kinds(town)
    await town.touch(Event.USE)
    await town.until(Screen.USE_STATUS)
    for screen, typed in (
        (Screen.USE_STATUS, ()),
        (Screen.USE_HONSEKI, HONSEKI),
        (Screen.USE_HITTOUSHA, HITTOUSHA),
        (Screen.USE_NAME, NAME),
        (Screen.USE_BIRTH, ()),
        (Screen.USE_PHONE, PHONE),
    ):
        assert town.screen is screen
        if screen is Screen.USE_BIRTH:
            await town.touch(Event.ERA, "showa")
            await keys(town, tuple("3255"))  # 5 is May, and no figure can follow it
        await keys(town, typed)
        if screen is last:
            return
        await town.touch(Event.NEXT)
    assert town.screen is Screen.USE_REVIEW
    if last is Screen.USE_RECEIVED:
        await town.touch(Event.APPLY)
        await town.until(Screen.USE_RECEIVED)


def left_anywhere(town: Shop, captured: str) -> list[str]:
    """What of the application is still to be found: in memory, in any file of the machine, in the log."""
    session = town.terminal.session
    found = [] if session.draft == UseDraft() and session.use_application is None else ["memory"]
    files = b"".join(path.read_bytes() for path in sorted(town.folder.rglob("*")) if path.is_file())
    found += [secret for secret in SECRETS if len(secret) > 4 and (secret.encode() in files or secret in captured)]
    return found + [secret for secret in SECRETS if secret in str(town.view) or secret in repr(session)]


def sent(town: Shop) -> list[uses.ApplyForUse]:
    return [message for message in town.center.asked if isinstance(message, uses.ApplyForUse)]


async def test_from_typing_to_the_receipt_and_the_status_in_the_next_visit(town: Shop, capfd: pytest.CaptureFixture[str]) -> None:
    await to_screen(town, Screen.USE_REVIEW)
    texts = {each["field"]: each["text"] for each in town.view["data"]["fields"]}
    assert texts == {"honseki": TYPED[0], "hittousha": TYPED[1], "name": TYPED[2], "birth": "昭和３２年５月５日", "phone": TYPED[4]}
    await town.touch(Event.APPLY)
    await town.until(Screen.USE_RECEIVED)
    ((application, receipt),) = town.center.use_applied.values()
    assert (application.honseki, application.hittousha, application.name, application.birth, application.phone) == TYPED
    assert (application.municipality, application.kiosk_id) == (OTHER_CODE, "K-0001")
    data = town.view["data"]
    assert (data["number"], data["received_on"], data["expected_by"]) == (receipt.number, "2026-11-23", "2026-11-30")
    captured = capfd.readouterr()
    assert left_anywhere(town, captured.out + captured.err) == [], "wiped as soon as it was received"
    await town.touch(Event.ANOTHER)
    await town.until(Screen.KINDS)
    await town.touch(Event.USE)
    await town.until(Screen.USE_STATUS)
    assert (town.view["data"]["state"], town.view["data"]["may_apply"]) == ("received", False)
    refusal = await town.terminal.touch(Event.NEXT)
    assert refusal is not None and refusal.code == "use_pending"
    await town.touch(Event.FINISH)
    await finished(town)
    assert kept_yen(town) == 0
    assert list(town.center.closed.values()) == ["finished"]
    assert len([message for message in town.center.asked if isinstance(message, Authenticate)]) == 1


@pytest.mark.parametrize(
    ("state", "more", "may_apply"),
    [
        ("none", {}, True),
        ("received", {"number": "利用-000007", "received_on": "2026-11-20", "expected_by": "2026-11-30"}, False),
        ("accepted", {"number": "利用-000007", "usable_from": "2026-11-27"}, False),
        ("returned", {"number": "利用-000007", "reason": "name_differs"}, True),
        ("ended", {"number": "利用-000007"}, True),
    ],
)
async def test_each_state_is_shown_as_it_is(town: Shop, state: uses.UseState, more: dict[str, str], may_apply: bool) -> None:
    town.center.uses[OTHER_CODE] = uses.Use(visit_id="", municipality=OTHER_CODE, state=state, **more)
    await to_kinds(town)
    await town.touch(Event.USE)
    await town.until(Screen.USE_STATUS)
    data = town.view["data"]
    assert (data["state"], data["may_apply"]) == (state, may_apply)
    for name, value in more.items():
        assert data[name] == (value if name != "reason" else dict(zip(("ja", "en"), uses.REASONS[value], strict=True)))
    refusal = await town.terminal.touch(Event.NEXT)
    assert (refusal is None, town.screen) == (may_apply, Screen.USE_HONSEKI if may_apply else Screen.USE_STATUS)


async def test_while_closed_the_status_is_told_and_nothing_is_taken(town: Shop) -> None:
    town.center.use_open, town.center.shut_until = False, NOW
    await to_kinds(town)
    assert town.view["data"]["use"] == {"open": False, "opens_at": NOW.isoformat(timespec="minutes")}
    await town.touch(Event.USE)
    await town.until(Screen.USE_STATUS)
    assert (town.view["data"]["may_apply"], town.view["data"]["opens_at"]) == (False, NOW.isoformat(timespec="minutes"))
    refusal = await town.terminal.touch(Event.NEXT)
    assert refusal is not None and refusal.code == "closed_now"


async def test_a_municipality_without_a_koseki_is_greyed_and_cannot_be_touched(town: Shop) -> None:
    await town.until(Screen.MENU)
    for event in (Event.START, Event.ISSUE, Event.AGREE):
        await town.touch(event)
    await town.until(Screen.PLACE)
    await town.touch(Event.DOOR, "honseki")
    assert {row["code"]: row["closed"] for row in town.view["data"]["municipalities"]} == {CODE: "no_koseki", OTHER_CODE: None, "990035": "no_koseki"}
    refusal = await town.terminal.touch(Event.MUNICIPALITY, "990035")
    assert refusal is not None and town.screen is Screen.PLACE


async def test_where_one_lives_no_registration_is_offered_or_taken(town: Shop) -> None:
    town.center.municipalities = (msgspec.structs.replace(THERE, code=CODE),)
    await town.to_kinds()
    assert town.view["data"]["use"] is None
    refusal = await town.terminal.touch(Event.USE)
    assert refusal is not None and refusal.code == "use_not_taken"


async def test_unanswered_it_is_sent_again_as_it_was_and_counts_once(town: Shop) -> None:
    await to_screen(town, Screen.USE_REVIEW)
    town.center.silent_after[uses.ApplyForUse] = 10**6  # it arrives; the answer does not
    await town.touch(Event.APPLY)
    await town.until(Screen.USE_REVIEW)
    assert town.view["notice"]["code"] == "center_unavailable"
    assert town.view["data"]["fields"][0]["text"] == TYPED[0], "nothing has to be typed again"
    town.center.silent_after.clear()
    await town.touch(Event.APPLY)
    await town.until(Screen.USE_RECEIVED)
    assert len(sent(town)) > 2
    assert len({encode(message.application) for message in sent(town)}) == 1
    assert len(town.center.use_applied) == 1


async def test_changed_after_it_went_unanswered_it_is_another_application(town: Shop) -> None:
    await to_screen(town, Screen.USE_REVIEW)
    town.center.silent_before[uses.ApplyForUse] = 10**6
    await town.touch(Event.APPLY)
    await town.until(Screen.USE_REVIEW)
    town.center.silent_before.clear()
    await town.touch(Event.BACK)
    await town.touch(Event.ERASE)
    await town.touch(Event.KEY, "9")
    await town.touch(Event.NEXT)
    await town.touch(Event.APPLY)
    await town.until(Screen.USE_RECEIVED)
    assert len({message.application.application_id for message in sent(town)}) == 2
    ((application, _),) = town.center.use_applied.values()
    assert application.phone == "09012345679"


@pytest.mark.parametrize(("code", "anew"), [("request_stale", True), ("use_incomplete", True), ("use_pending", False), ("closed_now", False)])
async def test_turned_down_it_may_be_tried_again_without_typing(town: Shop, code: str, anew: bool) -> None:
    await to_screen(town, Screen.USE_REVIEW)
    town.center.refusing[uses.ApplyForUse] = code
    await town.touch(Event.APPLY)
    await town.until(Screen.USE_REVIEW)
    assert town.view["notice"]["code"] == code
    del town.center.refusing[uses.ApplyForUse]
    await town.touch(Event.APPLY)
    await town.until(Screen.USE_RECEIVED)
    assert (len({message.application.application_id for message in sent(town)}) == 2) is anew


@pytest.mark.parametrize("code", ["not_issuable", "credential_revoked", "use_not_needed"])
async def test_refused_for_good_the_visit_ends_and_nothing_typed_remains(town: Shop, code: str, capfd: pytest.CaptureFixture[str]) -> None:
    await to_screen(town, Screen.USE_REVIEW)
    town.center.refusing[uses.ApplyForUse] = code
    await town.touch(Event.APPLY)
    await town.until(Screen.REFUSED)
    await finished(town)
    captured = capfd.readouterr()
    assert left_anywhere(town, captured.out + captured.err) == []
    assert list(town.center.closed.values()) == ["refused"]


@pytest.mark.parametrize("screen", SCREENS)
async def test_whatever_ends_the_visit_nothing_typed_remains(town: Shop, screen: Screen, capfd: pytest.CaptureFixture[str]) -> None:
    for ending in (Event.FINISH if screen is Screen.USE_RECEIVED else Event.CANCEL, Event.IDLE_END, Event.FAULT):
        town.center.use_applied.clear()
        town.center.uses.clear()
        await to_screen(town, screen)
        town.terminal._put(ending)
        await town.until(Screen.MENU, Screen.THANKS)
        if town.screen is Screen.THANKS:
            town.terminal._put(Event.FINISH)
            await town.until(Screen.MENU)
        captured = capfd.readouterr()
        assert left_anywhere(town, captured.out + captured.err) == [], ending
    await town.told()
    assert len(town.center.closed) == 3
    assert kept_yen(town) == 0


async def test_a_fault_or_a_power_cut_while_it_is_sent_leaves_it_with_the_center_alone(town: Shop, capfd: pytest.CaptureFixture[str]) -> None:
    await to_screen(town, Screen.USE_REVIEW)
    town.center.silent_after[uses.ApplyForUse] = 10**6
    await town.touch(Event.APPLY)
    assert town.screen is Screen.USE_SENDING
    while not town.center.use_applied:
        await asyncio.sleep(0.001)
    await town.restart()
    await town.until(Screen.MENU)
    await town.told()
    captured = capfd.readouterr()
    assert left_anywhere(town, captured.out + captured.err) == []
    assert (list(town.center.closed.values()), len(town.center.use_applied)) == (["restarted"], 1)
    town.center.silent_after.clear()
    await to_kinds(town)
    await town.touch(Event.USE)
    await town.until(Screen.USE_STATUS)
    assert town.view["data"]["state"] == "received", "the resident finds it where it is"


async def test_an_unattended_screen_hides_what_was_typed_until_somebody_touches_it(town: Shop) -> None:
    await to_screen(town, Screen.USE_PHONE)
    town.terminal._put(Event.IDLE_WARNING)
    while not town.terminal.session.warned:
        await town.terminal.watchers.newer_than(town.terminal.watchers.version)
    assert not any(secret in str(town.view) for secret in SECRETS)
    await town.touch(Event.STAY)
    assert town.view["data"]["text"] == "09012345678"


@pytest.mark.parametrize(("screen", "key"), [(Screen.USE_HONSEKI, "ア"), (Screen.USE_NAME, "1"), (Screen.USE_PHONE, "あ"), (Screen.USE_NAME, "見")])
async def test_a_key_that_is_not_on_the_screen_writes_nothing(town: Shop, screen: Screen, key: str) -> None:
    await to_screen(town, screen)
    before = town.terminal.session.draft
    refusal = await town.terminal.touch(Event.KEY, key)
    assert isinstance(refusal, Refusal)
    assert town.terminal.session.draft == before
