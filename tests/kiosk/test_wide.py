"""課税証明書の広域交付 at one terminal: who may be named, who vouches and for which year, whose paper is printed, and that a wrong declaration costs nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from certificates.signature.chain import SignerRole
from certificates.signature.strict import verify
from kiosk.card import load_card
from kiosk.visit import Event, Screen
from messages import visits as said
from messages.wire import Message
from tests.certificates.people import NOW
from tests.kiosk.center_twin import HOME
from tests.kiosk.shop import Shop
from tests.kiosk.signers import CODE, OTHER_CODE, hands, roots
from tests.kiosk.test_terminal import finished, kept_yen

KINDS = ("juminhyo", "koseki", "kazei")
HERE = msgspec.structs.replace(HOME, kinds=KINDS, wide_tax=True)
THERE = said.MunicipalityEntry(
    code=OTHER_CODE, prefecture="例示県", name="ためし市", name_en="Tameshi City", kinds=KINDS, wide_tax=True,
    aliases=(said.PlaceAlias(code="990990", name="旧ためし村", name_en="Former Tameshi Village", what="former"),),
)  # fmt: skip
OUTSIDE = said.MunicipalityEntry(
    code="990035", prefecture="例示県", name="かりの市", name_en="Karino City", kinds=KINDS, write_to="かりの市役所 税務課"
)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Shop]:
    shop = Shop(tmp_path)
    shop.center.municipalities = (HERE, THERE, OUTSIDE)
    shop.center.vouching = frozenset({CODE})
    yield await shop.open()
    await shop.close()


async def to_list(town: Shop) -> None:
    """To the list of those where the holder may have lived on January 1."""
    if town.screen is not Screen.KINDS:
        await town.to_kinds()
    await town.touch(Event.KIND, "kazei")
    assert town.screen is Screen.JANUARY_1
    await town.touch(Event.ELSEWHERE)


def asked(town: Shop, kind: type[Message]) -> list[Message]:
    return [message for message in town.center.asked if isinstance(message, kind)]


@pytest.mark.parametrize("touched", [OTHER_CODE, "990990"])
async def test_the_paper_of_another_municipality_is_vouched_for_signed_there_and_printed(town: Shop, touched: str) -> None:
    await town.to_kinds()
    await town.touch(Event.KIND, "kazei")
    await town.touch(Event.YEAR, 2025)
    await town.touch(Event.ELSEWHERE)
    await town.touch(Event.MUNICIPALITY, touched)
    await town.until(Screen.OPTIONS)
    assert [each["year"] for each in town.view["data"]["years"]] == [2025], "the year was asked already"
    await town.touch(Event.NEXT)
    await town.touch(Event.NEXT)
    data = town.view["data"]
    assert (data["municipality"]["name"], data["elsewhere"]["ja"]) == ("ためし市", "令和７年１月１日")
    await town.touch(Event.APPLY)
    await town.until(Screen.PAYMENT)
    ((application, _),) = town.center.applied.values()
    assert (application.municipality, application.vouched_by, application.year, application.fee_yen) == (OTHER_CODE, CODE, 2025, 400)
    (choices,) = asked(town, said.AskChoices)
    assert (choices.municipality, choices.vouched_by, choices.year) == (OTHER_CODE, CODE, 2025)  # type: ignore[attr-defined]
    await town.pay(100, 100, 100, 100)
    await town.until(Screen.TAKE_PAPERS)
    (paper,) = (await town.terminal.take_papers()).papers
    assert paper.sides is not None
    signed = verify(paper.sides.face, roots(), NOW)
    assert (signed.role, signed.name) == (SignerRole.MUNICIPALITY, OTHER_CODE)
    await finished(town)
    assert kept_yen(town) == 400


async def test_a_paper_that_the_vouching_municipality_signed_itself_is_stopped_before_any_coin(town: Shop) -> None:
    town.center._signs = lambda municipality: hands()  # type: ignore[method-assign]
    await to_list(town)
    await town.touch(Event.MUNICIPALITY, OTHER_CODE)
    await town.until(Screen.OPTIONS)
    for event in (Event.NEXT, Event.NEXT, Event.APPLY):
        await town.touch(event)
    await town.until(Screen.REFUSED, Screen.PAYMENT)
    assert (town.screen, town.view["notice"]["code"], town.alarms()) == (Screen.REFUSED, "paper_stopped", 1)
    assert kept_yen(town) == 0


async def test_declared_wrongly_leads_back_to_the_kinds_under_the_same_pin_and_costs_nothing(town: Shop) -> None:
    town.center.not_known_at = frozenset({OTHER_CODE})
    await to_list(town)
    await town.touch(Event.MUNICIPALITY, OTHER_CODE)
    await town.until(Screen.KINDS)
    assert town.view["notice"]["code"] == "not_found_there"
    assert town.terminal.session.selection.elsewhere is None
    await town.choose(kind="juminhyo")
    assert town.view["data"]["elsewhere"] is None
    await town.touch(Event.APPLY)
    await town.until(Screen.PAYMENT)
    ((application, _),) = town.center.applied.values()
    assert (application.municipality, application.vouched_by) == (CODE, None)
    assert len(asked(town, said.Authenticate)) == 1
    assert town.center.closed == {}
    assert kept_yen(town) == 0


async def test_who_has_not_joined_is_greyed_with_where_to_write_and_cannot_be_touched(town: Shop) -> None:
    await to_list(town)
    rows = {row["code"]: (row["closed"], row["write_to"]) for row in town.view["data"]["municipalities"]}
    assert rows == {OTHER_CODE: (None, ""), "990990": (None, ""), "990035": ("not_joined", "かりの市役所 税務課")}
    before = len(town.center.asked)
    for code, problem in (("990035", "wide_not_joined"), (CODE, "municipality_unknown"), ("131016", "municipality_unknown")):
        refusal = await town.terminal.touch(Event.MUNICIPALITY, code)
        assert refusal is not None
        assert (refusal.code, town.screen) == (problem, Screen.WIDE_PLACE)
    assert len(town.center.asked) == before, "nobody was asked"


@pytest.mark.parametrize(("because", "code"), [("hours", "closed_now"), ("stopped", "stopped_now")])
async def test_closed_there_is_told_before_anybody_is_looked_up_there(town: Shop, because: said.ClosedBecause, code: str) -> None:
    await to_list(town)
    town.center.shut, town.center.because, town.center.shut_until = frozenset({"kazei"}), because, NOW
    await town.touch(Event.MUNICIPALITY, OTHER_CODE)
    await town.until(Screen.KINDS)
    assert (town.view["notice"]["code"], town.view["notice"]["opens_at"]) == (code, NOW.isoformat(timespec="minutes"))
    assert town.view["notice"]["place"]["code"] == OTHER_CODE, "it is not the resident's own municipality that is closed"
    assert asked(town, said.AskChoices) == []


@pytest.mark.parametrize(("event", "code"), [(Event.ABROAD, "abroad_on_january_1"), (Event.UNBORN, "unborn_on_january_1")])
async def test_abroad_or_unborn_there_is_no_paper_and_something_else_may_be_chosen(town: Shop, event: Event, code: str) -> None:
    await town.to_kinds()
    await town.touch(Event.KIND, "kazei")
    await town.touch(event)
    assert (town.screen, town.view["notice"]["code"]) == (Screen.JANUARY_1, code)
    assert asked(town, said.AskChoices) == []
    await town.touch(Event.HERE)
    await town.until(Screen.OPTIONS)
    assert town.view["notice"] is None


@pytest.mark.parametrize(("missing", "code"), [(2026, "year_not_here"), (2024, "tax_not_here")])
async def test_a_year_that_the_issuer_has_not_is_told_and_another_may_be_chosen(town: Shop, missing: int, code: str) -> None:
    town.center.without_years = frozenset({missing})
    await town.to_kinds()
    await town.touch(Event.KIND, "kazei")
    assert [each["year"] for each in town.view["data"]["years"]] == [2026, 2025, 2024]
    await town.touch(Event.YEAR, missing)
    await town.touch(Event.HERE)
    await town.until(Screen.KINDS)
    assert town.view["notice"]["code"] == code
    await town.touch(Event.KIND, "kazei")
    await town.touch(Event.YEAR, 2025)
    await town.touch(Event.HERE)
    await town.until(Screen.OPTIONS)
    assert kept_yen(town) == 0


async def test_a_second_application_by_the_same_referral_is_refused(town: Shop) -> None:
    await to_list(town)
    await town.touch(Event.MUNICIPALITY, OTHER_CODE)
    await town.until(Screen.OPTIONS)
    town.center.referred.clear()  # used up, or for another
    for event in (Event.NEXT, Event.NEXT, Event.APPLY):
        await town.touch(event)
    await town.until(Screen.REFUSED)
    assert town.view["notice"]["code"] == "referral_used"
    assert kept_yen(town) == 0


@pytest.mark.parametrize("ending", [Event.CANCEL, Event.IDLE_END, Event.FAULT])
@pytest.mark.parametrize("screen", [Screen.JANUARY_1, Screen.WIDE_PLACE])
async def test_left_in_the_middle_the_next_visit_knows_nothing_of_it(town: Shop, ending: Event, screen: Screen) -> None:
    await to_list(town)
    if screen is Screen.JANUARY_1:
        await town.touch(Event.BACK)
    assert town.screen is screen
    town.terminal._put(ending)
    await town.until(Screen.MENU)
    await town.told()
    selection = town.terminal.session.selection
    assert (selection.municipality, selection.elsewhere, selection.wide_year) == (None, None, None)
    assert len(town.center.closed) == 1


async def test_a_kiosk_of_one_town_begins_with_the_card_and_still_gives_that_towns_residents_the_paper_from_elsewhere(town: Shop) -> None:
    town.center.only = CODE
    for event in (Event.START, Event.ISSUE, Event.AGREE):
        await town.until(Screen.MENU, Screen.SERVICE, Screen.CONSENT)
        await town.touch(event)
    await town.until(Screen.CARD)
    assert town.view["data"] == {"municipality": {"code": CODE, "prefecture": "見本県", "name": "みほん市", "name_en": "Mihon City"}, "only": True}
    await town.touch(Event.BACK)
    assert town.screen is Screen.CONSENT, "there is no list to go back to"
    await town.touch(Event.AGREE)
    await town.until(Screen.CARD)
    await town.terminal.place_card(load_card(town.card_file))
    await town.until(Screen.PIN)
    await town.enter("1234")
    await town.terminal.remove_card()
    await town.until(Screen.KINDS)
    await to_list(town)
    assert OTHER_CODE in {row["code"] for row in town.view["data"]["municipalities"]}
