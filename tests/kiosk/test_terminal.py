"""Visits at one terminal, with real devices and a twin of the center."""

from dataclasses import replace

import msgspec
import pytest
from sqlalchemy import select

from kiosk import journal
from kiosk.card import load_card
from kiosk.coin_box import CoinRefused
from kiosk.printer import Sides
from kiosk.visit import Event, Screen
from messages import visits as said
from tests.certificates.people import HANAKO, ICHIRO, NOW, RIN, TARO
from tests.kiosk.center_twin import KEY
from tests.kiosk.shop import Shop
from tests.kiosk.signers import CODE


def kept_yen(shop: Shop) -> int:
    counters = shop.machine.coin_box.counters()
    return counters.cash_yen - counters.float_yen


async def finished(shop: Shop) -> None:
    """From whatever end to the menu, taking everything that lies about."""
    if shop.screen not in (Screen.LEAVING, Screen.MENU):
        await shop.touch(Event.FINISH)
    if shop.screen is Screen.THANKS:
        await shop.touch(Event.FINISH)
    await shop.terminal.remove_card()
    await shop.terminal.take_papers()
    await shop.terminal.take_return()
    await shop.until(Screen.MENU)
    await shop.told()


async def test_a_visit_ends_with_paper_receipt_and_reports(shop: Shop) -> None:
    await shop.to_payment(show=("honseki",))
    assert shop.view["data"]["total_yen"] == 300
    await shop.pay(500)
    await shop.until(Screen.TAKE_PAPERS)
    handed = await shop.terminal.take_papers()
    assert shop.screen is Screen.RECEIPT
    ((application, ready),) = shop.center.applied.values()
    assert [paper.sides for paper in handed.papers] == [Sides(paper.face, paper.back) for paper in ready.papers]
    assert application.show == ("honseki",)
    assert application.members == tuple(each.atena_no for each in (TARO, HANAKO, ICHIRO, RIN))
    assert handed.receipt is not None
    assert "300円" in handed.receipt.text
    await shop.touch(Event.FINISH)
    await shop.touch(Event.FINISH)
    assert shop.view["alarm"] == "change"
    assert await shop.terminal.take_return() == 200
    await shop.until(Screen.MENU)
    await shop.told()
    assert shop.center.steps() == ["paid", "printed", "taken"]
    assert list(shop.center.closed.values()) == ["finished"]
    assert kept_yen(shop) == 300


async def test_what_is_not_asked_for_is_left_out(shop: Shop) -> None:
    await shop.to_payment(scope=Event.ONLY_ME)
    ((application, _),) = shop.center.applied.values()
    assert (application.members, application.show, application.copies) == ((TARO.atena_no,), (), 1)


async def test_one_pin_serves_several_certificates(shop: Shop) -> None:
    await shop.to_take_papers()
    await shop.terminal.take_papers()
    await shop.touch(Event.ANOTHER)
    await shop.until(Screen.KINDS)
    await shop.choose(copies=2, scope=Event.ONLY_ME)
    await shop.touch(Event.APPLY)
    await shop.until(Screen.PAYMENT)
    await shop.pay(500, 100)
    await shop.until(Screen.TAKE_PAPERS)
    assert len((await shop.terminal.take_papers()).papers) == 2
    await finished(shop)
    assert len(shop.center.opened) == 1
    assert shop.center.steps() == ["paid", "printed", "taken", "paid", "paid", "printed", "printed", "taken", "taken"]
    assert kept_yen(shop) == 900


async def test_three_wrong_pins_lock_the_card_and_end_the_visit(shop: Shop) -> None:
    await shop.to_pin()
    for left in (2, 1):
        await shop.enter("9999")
        assert shop.view["data"]["tries_left"] == left
        assert shop.view["notice"]["code"] == "pin_wrong"
    await shop.enter("9999")
    assert shop.screen is Screen.REFUSED
    assert shop.view["notice"]["code"] == "card_locked"
    await finished(shop)
    assert list(shop.center.closed.values()) == ["refused"]
    await shop.to_card()
    await shop.terminal.place_card(load_card(shop.card_file))
    await shop.until(Screen.REFUSED)
    assert shop.view["notice"]["code"] == "card_locked"


async def test_a_pin_of_three_digits_uses_no_try(shop: Shop) -> None:
    await shop.to_pin()
    for digit in "123":
        await shop.touch(Event.DIGIT, digit)
    refusal = await shop.terminal.touch(Event.CONFIRM)
    assert refusal is not None
    assert refusal.code == "pin_malformed"
    assert shop.screen is Screen.PIN
    assert shop.view["data"] == {"digits": 3, "tries_left": 3}


async def test_the_center_is_asked_nothing_about_the_card_before_it_is_taken_away(shop: Shop) -> None:
    await shop.to_pin()
    await shop.enter("1234")
    assert shop.screen is Screen.REMOVE_CARD
    assert shop.view["alarm"] == "card"
    assert not [message for message in shop.center.asked if isinstance(message, said.Authenticate)]
    await shop.terminal.remove_card()
    await shop.until(Screen.KINDS)
    assert shop.center.admitted


async def test_a_card_removed_too_early_begins_a_new_visit(shop: Shop) -> None:
    await shop.to_pin()
    await shop.touch(Event.DIGIT, "1")
    await shop.terminal.remove_card()
    await shop.until(Screen.CARD)
    assert shop.view["notice"]["code"] == "card_removed_early"
    await shop.terminal.place_card(load_card(shop.card_file))
    await shop.until(Screen.PIN)
    assert shop.view["data"]["digits"] == 0
    await shop.told()
    assert len(shop.center.opened) == 2
    assert list(shop.center.closed.values()) == ["cancelled"]


CANCELLED_AT = (
    Screen.CONSENT, Screen.PLACE, Screen.CARD, Screen.PIN, Screen.REMOVE_CARD, Screen.KINDS, Screen.MEMBERS, Screen.MEMBERS_PICK, Screen.OPTIONS,
    Screen.COPIES, Screen.REVIEW, Screen.PAYMENT,
)  # fmt: skip


async def walk_to(shop: Shop, screen: Screen) -> None:
    """A visit up to this screen; at the payment some coins are in."""
    await shop.until(Screen.MENU)
    way = [
        (Event.START, ""), (Event.ISSUE, ""), (Event.AGREE, ""), (Event.MUNICIPALITY, CODE), ("card", ""), ("pin", ""), ("take", ""), (Event.KIND, "juminhyo"),
        (Event.SOME, ""), (Event.MEMBER, TARO.atena_no), (Event.NEXT, ""), (Event.NEXT, ""), (Event.NEXT, ""), (Event.APPLY, ""),
    ]  # fmt: skip
    for event, value in way:
        if shop.screen is screen:
            return
        if event == "card":
            await shop.terminal.place_card(load_card(shop.card_file))
            await shop.until(Screen.PIN)
        elif event == "pin":
            await shop.enter("1234")
        elif event == "take":
            await shop.terminal.remove_card()
            await shop.until(Screen.KINDS)
        else:
            await shop.touch(event, value)
            while shop.screen in (Screen.PREPARING, Screen.LOOKING_UP, Screen.REQUESTING):
                await shop.terminal.watchers.newer_than(shop.terminal.watchers.version)
    await shop.pay(100, 100)


@pytest.mark.parametrize("screen", CANCELLED_AT)
async def test_whoever_cancels_keeps_card_and_money(shop: Shop, screen: Screen) -> None:
    await walk_to(shop, screen)
    assert shop.screen is screen
    await shop.touch(Event.CANCEL)
    await shop.until(Screen.LEAVING, Screen.MENU)
    assert kept_yen(shop) == 0
    assert await shop.terminal.take_return() == (200 if screen is Screen.PAYMENT else 0)
    await finished(shop)
    assert shop.center.steps() == []
    assert list(shop.center.closed.values()) == ["cancelled"] * len(shop.center.opened)
    assert not shop.machine.printer.tray()


async def test_what_is_cancelled_is_not_seen_by_the_next_person(shop: Shop) -> None:
    await walk_to(shop, Screen.MEMBERS_PICK)
    await shop.touch(Event.CANCEL)
    await shop.until(Screen.MENU)
    session = shop.terminal.session
    assert session.selection.choices is None
    assert session.admitted is None
    assert session.certificate == b""


@pytest.mark.parametrize("coins", [(), (100, 100)])
async def test_a_visit_that_idles_ends_safely(shop: Shop, coins: tuple[int, ...]) -> None:
    await shop.to_payment()
    await shop.pay(*coins)
    shop.terminal.machine = replace(shop.machine, seconds=msgspec.structs.replace(shop.seconds, idle_warning=0.02, idle_end=0.02))
    await shop.touch(Event.LANGUAGE, "en")
    await shop.until(Screen.LEAVING, Screen.MENU)
    assert await shop.terminal.take_return() == sum(coins)
    await shop.until(Screen.MENU)
    await shop.told()
    assert kept_yen(shop) == 0
    assert list(shop.center.closed.values()) == ["idle"]
    assert shop.view["language"] == "ja"


async def test_an_idle_warning_hides_names_and_is_taken_back_by_a_touch(shop: Shop) -> None:
    await walk_to(shop, Screen.MEMBERS_PICK)
    assert [member["name"] for member in shop.view["data"]["members"]] == ["見本　太郎", "見本　花子", "見本　一郎", "RIN MAY"]
    shop.terminal._put(Event.IDLE_WARNING)
    while not shop.view["warned"]:
        await shop.terminal.watchers.newer_than(shop.terminal.watchers.version)
    assert "太郎" not in str(shop.view)
    await shop.touch(Event.STAY)
    assert not shop.view["warned"]
    assert shop.screen is Screen.MEMBERS_PICK


@pytest.mark.parametrize("lost", ["silent_before", "silent_after"])
@pytest.mark.parametrize(
    "message", [said.AskDirectory, said.OpenVisit, said.Authenticate, said.AskKinds, said.AskChoices, said.Apply, said.Report, said.CloseVisit]
)
async def test_a_message_without_an_answer_is_sent_again_as_it_was(shop: Shop, message: type, lost: str) -> None:
    getattr(shop.center, lost)[message] = 2
    await shop.to_take_papers()
    await shop.terminal.take_papers()
    await finished(shop)
    sent = [each for each in shop.center.asked if type(each) is message]
    assert len({bytes(msgspec.json.encode(each)) for each in sent}) == (3 if message is said.Report else 1)
    assert shop.center.steps() == ["paid", "printed", "taken"]
    assert len(shop.center.applied) == 1
    assert kept_yen(shop) == 300


@pytest.mark.parametrize("message", [said.OpenVisit, said.Authenticate, said.AskKinds, said.AskChoices, said.Apply])
async def test_without_any_answer_the_visit_is_refused_and_nothing_charged(shop: Shop, message: type) -> None:
    shop.center.silent_before[message] = 10_000
    await shop.until(Screen.MENU)
    walking = {
        said.OpenVisit: Screen.CARD,
        said.Authenticate: Screen.REMOVE_CARD,
        said.AskKinds: Screen.REMOVE_CARD,
        said.AskChoices: Screen.KINDS,
        said.Apply: Screen.REVIEW,
    }
    await walk_to(shop, walking[message])
    match walking[message]:
        case Screen.CARD:
            await shop.terminal.place_card(load_card(shop.card_file))
        case Screen.REMOVE_CARD:
            await shop.terminal.remove_card()
        case Screen.KINDS:
            await shop.touch(Event.KIND, "juminhyo")
        case Screen.REVIEW:
            await shop.touch(Event.APPLY)
    await shop.until(Screen.REFUSED)
    assert shop.view["notice"]["code"] == "center_unavailable"
    await finished(shop)
    assert kept_yen(shop) == 0
    assert list(shop.center.closed.values()) == ["refused"]


@pytest.mark.parametrize(
    ("message", "code"), [(said.Authenticate, "credential_revoked"), (said.AskChoices, "not_issuable"), (said.Apply, "register_changed")]
)
async def test_a_refusal_is_shown_in_both_languages(shop: Shop, message: type, code: str) -> None:
    shop.center.refusing[message] = code
    await shop.to_kinds()
    if shop.screen is Screen.KINDS:
        await shop.touch(Event.KIND, "juminhyo")
        await shop.until(Screen.MEMBERS, Screen.REFUSED)
    if shop.screen is Screen.MEMBERS:
        for event in (Event.ONLY_ME, Event.NEXT, Event.NEXT, Event.APPLY):
            await shop.touch(event)
        await shop.until(Screen.REFUSED)
    notice = shop.view["notice"]
    assert notice["code"] == code
    assert notice["ja"]
    assert notice["en"]
    await finished(shop)
    assert list(shop.center.closed.values()) == ["refused"]
    assert kept_yen(shop) == 0


async def test_a_choice_that_is_not_offered_is_refused_and_changes_nothing(shop: Shop) -> None:
    shop.center.shut = frozenset({"inkan"})
    await shop.to_kinds()
    for event, value, code, screen in (
        (Event.KIND, "inkan", "kind_unknown", Screen.KINDS),
        (Event.KIND, "jukiyo", "kind_unknown", Screen.KINDS),
        (Event.APPLY, "", "malformed", Screen.KINDS),
    ):
        refusal = await shop.terminal.touch(event, value)
        assert refusal is not None
        assert (refusal.code, shop.screen) == (code, screen)
    await shop.touch(Event.KIND, "juminhyo")
    await shop.until(Screen.MEMBERS)
    await shop.touch(Event.SOME)
    assert (await shop.terminal.touch(Event.NEXT)).code == "members_invalid"
    assert (await shop.terminal.touch(Event.MEMBER, "0000000099")).code == "members_invalid"
    await shop.touch(Event.MEMBER, HANAKO.atena_no)
    await shop.touch(Event.NEXT)
    assert (await shop.terminal.touch(Event.OPTION, "blood_type")).code == "options_invalid"
    assert (await shop.terminal.touch(Event.FORM, "kazei")).code == "form_invalid"
    assert (await shop.terminal.touch(Event.YEAR, 2026)).code == "year_invalid"
    await shop.touch(Event.NEXT)
    for copies in (0, 6, 10**9):
        assert (await shop.terminal.touch(Event.COPIES, copies)).code == "copies_invalid"
    await shop.touch(Event.NEXT)
    await shop.touch(Event.APPLY)
    await shop.until(Screen.PAYMENT)
    ((application, _),) = shop.center.applied.values()
    assert (application.members, application.copies, application.form, application.year) == ((HANAKO.atena_no,), 1, "juminhyo", None)


async def test_a_coin_falls_through_while_the_slot_is_closed(shop: Shop) -> None:
    await shop.to_kinds()
    assert await shop.terminal.insert_coin(100) == CoinRefused("closed")
    assert shop.machine.coin_box.counters().inserted_yen == 0


async def test_no_journal_line_names_anybody(shop: Shop) -> None:
    await shop.to_take_papers()
    await shop.terminal.take_papers()
    await finished(shop)

    def everything(connection):  # type: ignore[no-untyped-def]
        return [row for table in journal.metadata.sorted_tables for row in connection.execute(select(table)).all()]

    lines = str(await shop.store.read(everything))
    for secret in ("見本　", "太郎", TARO.atena_no, TARO.birth, "1234'", KEY.hex(), str(NOW.year - 51)):
        assert secret not in lines
    assert b"%PDF" not in (shop.folder / "journal.db").read_bytes()


async def test_the_pin_stays_in_the_kiosk(shop: Shop, capfd: pytest.CaptureFixture[str]) -> None:
    await shop.to_pin()
    await shop.enter("9753")
    await shop.enter("1234")
    await shop.terminal.remove_card()
    await shop.until(Screen.KINDS)
    said_to_center = b"".join(msgspec.json.encode(message) for message in shop.center.asked)
    assert b"9753" not in said_to_center
    assert "9753" not in repr(shop.terminal.session)
    assert shop.terminal.session.pin == ""
    captured = capfd.readouterr()
    assert "9753" not in captured.out + captured.err


async def test_a_fault_puts_the_terminal_out_of_service_and_settles(shop: Shop) -> None:
    await shop.to_payment()
    await shop.pay(100)

    def broken(*_: object) -> None:
        raise OSError("the box does not answer")

    good = shop.machine.coin_box.collect
    shop.machine.coin_box.collect = broken  # type: ignore[method-assign, assignment]
    await shop.pay(100, 100)
    await shop.until(Screen.RECOVERED)
    shop.machine.coin_box.collect = good  # type: ignore[method-assign]
    assert shop.view["data"]["settled"][0]["outcome"] == "void"
    assert await shop.terminal.take_return() == 300
    await finished(shop)
    assert kept_yen(shop) == 0
    assert list(shop.center.closed.values()) == ["restarted"]


async def test_the_next_visit_starts_when_nothing_lies_about(shop: Shop) -> None:
    await shop.to_take_papers()
    shop.terminal._put(Event.IDLE_END)
    await shop.until(Screen.LEAVING)
    assert shop.view["alarm"] == "papers"
    assert (await shop.terminal.touch(Event.START)).code == "malformed"
    await shop.terminal.take_papers()
    await shop.until(Screen.MENU)
    await shop.told()
    assert list(shop.center.closed.values()) == ["idle"]
    assert shop.center.steps() == ["paid", "printed"]
