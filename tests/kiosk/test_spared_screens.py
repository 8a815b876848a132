"""Screens on which this certificate leaves nothing to choose are passed before anybody sees them, forward and back, and nothing that was chosen is lost."""

from typing import Any

import msgspec
import pytest

from kiosk.selection import Scope
from kiosk.visit import Event, Screen
from messages import visits as said
from tests.certificates.families import FAMILY
from tests.kiosk.shop import Shop
from tests.kiosk.test_terminal import finished, kept_yen

REVIEW_OF = {
    "juminhyo": (Screen.MEMBERS, Screen.OPTIONS, Screen.COPIES),
    "kisai_jiko": (Screen.MEMBERS, Screen.OPTIONS, Screen.COPIES),
    "inkan": (Screen.COPIES,),
    "koseki": (Screen.MEMBERS, Screen.COPIES),
    "fuhyo": (Screen.MEMBERS, Screen.OPTIONS, Screen.COPIES),
    "kazei": (Screen.OPTIONS, Screen.COPIES),
}
"""The screens of choices that each kind shows on the way from the list of kinds to the review."""


class Watching:
    """Everything that anybody who watches the terminal gets to see, each screen once as long as it stays."""

    def __init__(self, shop: Shop) -> None:
        self.seen: list[Screen] = []
        self._shop = shop
        self._tell = shop.terminal.watchers.changed
        shop.terminal.watchers.changed = self.changed  # type: ignore[method-assign]

    def changed(self) -> None:
        if self.seen[-1:] != [self._shop.screen]:
            self.seen.append(self._shop.screen)
        self._tell()

    def choices(self) -> tuple[Screen, ...]:
        """What was seen since the last time, without the screen on which the machine looks things up."""
        seen, self.seen = tuple(screen for screen in self.seen if screen not in (Screen.LOOKING_UP, Screen.KINDS, Screen.REVIEW)), []
        return seen


@pytest.mark.parametrize("kind", list(REVIEW_OF))
async def test_only_screens_with_something_to_choose_are_seen_there_and_back(shop: Shop, kind: str) -> None:
    await shop.to_kinds()
    watching = Watching(shop)
    holder_only = Screen.MEMBERS not in REVIEW_OF[kind]
    await shop.choose(kind=kind, scope=None if holder_only else Event.EVERYONE, copies=2)
    assert shop.screen is Screen.REVIEW
    assert watching.choices() == REVIEW_OF[kind]
    before = shop.terminal.session.selection
    backwards = []
    while shop.screen is not Screen.KINDS:
        await shop.touch(Event.BACK)
        backwards.append(shop.screen)
        assert len(backwards) < 6, "going back never ends"
        assert shop.terminal.session.selection == before, "going back loses nothing"
    assert tuple(backwards) == (*reversed(REVIEW_OF[kind]), Screen.KINDS)
    assert watching.choices() == tuple(reversed(REVIEW_OF[kind]))


@pytest.mark.parametrize("kind", [kind for kind, screens in REVIEW_OF.items() if Screen.MEMBERS not in screens])
async def test_a_paper_of_the_holder_is_the_holders_without_asking(shop: Shop, kind: str) -> None:
    await shop.to_kinds()
    await shop.choose(kind=kind, scope=None)
    selection = shop.terminal.session.selection
    assert selection.scope is Scope.ONLY_ME
    assert len(selection.members) == 1
    assert shop.view["data"]["scopes"] == ["only_me"]


async def test_from_the_copies_of_a_koseki_back_to_whom_it_is_about_and_on_again(shop: Shop) -> None:
    await shop.to_kinds()
    await shop.choose(kind="koseki", copies=3)
    for event in (Event.BACK, Event.BACK):
        await shop.touch(event)
    assert shop.screen is Screen.MEMBERS
    await shop.touch(Event.ONLY_ME)
    assert shop.screen is Screen.COPIES
    assert (shop.view["data"]["listed"], shop.view["data"]["copies"]) == (1, 3)


async def test_of_a_koseki_exactly_one_can_be_picked_and_nobody_who_stands_on_the_whole_only(shop: Shop) -> None:
    await shop.to_kinds()
    await shop.touch(Event.KIND, "koseki")
    await shop.until(Screen.MEMBERS)
    await shop.touch(Event.SOME)
    offered = {member["id"] for member in shop.view["data"]["members"]}
    hidden = {member.person_no for member in FAMILY.members} - offered
    assert offered
    assert hidden, "somebody has left this 戸籍"
    assert (await shop.terminal.touch(Event.MEMBER, min(hidden))).code == "members_invalid"
    assert (await shop.terminal.touch(Event.NEXT)).code == "members_invalid"
    for member in sorted(offered):
        await shop.touch(Event.MEMBER, member)
        assert [each["id"] for each in shop.view["data"]["members"] if each["chosen"]] == [member]
    await shop.touch(Event.NEXT)
    assert shop.screen is Screen.COPIES
    await shop.touch(Event.NEXT)
    await shop.touch(Event.APPLY)
    await shop.until(Screen.PAYMENT)
    ((application, _),) = shop.center.applied.values()
    assert application.members == (max(offered),)


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"options": ()}, (Screen.MEMBERS, Screen.OPTIONS, Screen.COPIES)),
        ({"options": (), "forms": (said.FormFee(form="juminhyo", fee_yen=300),)}, (Screen.MEMBERS, Screen.COPIES)),
    ],
)
async def test_what_is_empty_is_decided_by_what_is_offered(shop: Shop, changes: dict[str, Any], shown: tuple[Screen, ...]) -> None:
    choices = shop.center._choices
    shop.center._choices = lambda kind: msgspec.structs.replace(choices(kind), **changes)  # type: ignore[method-assign]
    await shop.to_kinds()
    watching = Watching(shop)
    await shop.choose()
    assert watching.choices() == shown


@pytest.mark.parametrize(("form", "fee_yen"), [("kazei", 400), ("shotoku", 400), ("shotoku_kazei", 800)])
async def test_the_fee_on_the_screen_and_in_the_application_is_the_forms(shop: Shop, form: str, fee_yen: int) -> None:
    await shop.to_kinds()
    (row,) = [kind for kind in shop.view["data"]["kinds"] if kind["kind"] == "kazei"]
    assert (row["fee_yen"], row["fee_varies"]) == (400, True)
    await shop.choose(kind="kazei", scope=None, form=form, year=2025, copies=2)
    data = shop.view["data"]
    assert (data["fee_yen"], data["total_yen"]) == (fee_yen, 2 * fee_yen)
    assert [year["year"] for year in data["years"] if year["chosen"]] == [2025]
    assert [each["code"] for each in data["forms"] if each["chosen"]] == [form]
    await shop.touch(Event.APPLY)
    await shop.until(Screen.PAYMENT)
    ((application, _),) = shop.center.applied.values()
    assert (application.form, application.year, application.fee_yen) == (form, 2025, fee_yen)


@pytest.mark.parametrize(
    ("event", "value", "code"), [(Event.FORM, "juminhyo", "form_invalid"), (Event.YEAR, 2020, "year_invalid"), (Event.YEAR, 2027, "year_invalid")]
)
async def test_a_form_or_year_that_is_not_offered_is_refused_and_changes_nothing(shop: Shop, event: Event, value: str | int, code: str) -> None:
    await shop.to_kinds()
    await shop.touch(Event.KIND, "kazei")
    await shop.until(Screen.OPTIONS)
    before = shop.terminal.session.selection
    refusal = await shop.terminal.touch(event, value)
    assert refusal is not None
    assert refusal.code == code
    assert (shop.terminal.session.selection, shop.screen) == (before, Screen.OPTIONS)


async def test_another_certificate_in_the_same_visit_begins_clean(shop: Shop) -> None:
    await shop.to_payment(kind="kazei", scope=None, form="shotoku_kazei", year=2025, copies=1)
    await shop.pay(1000)
    await shop.until(Screen.TAKE_PAPERS)
    await shop.terminal.take_papers()
    await shop.touch(Event.ANOTHER)
    await shop.until(Screen.KINDS)
    await shop.touch(Event.KIND, "kazei")
    await shop.until(Screen.OPTIONS)
    selection = shop.terminal.session.selection
    assert (selection.form, selection.year, selection.copies, selection.show) == ("kazei", 2026, 1, frozenset())
    for event in (Event.BACK, Event.KIND):
        await shop.touch(event, "juminhyo" if event is Event.KIND else "")
    await shop.until(Screen.MEMBERS)
    selection = shop.terminal.session.selection
    assert (selection.form, selection.year, selection.scope, selection.members) == ("juminhyo", None, None, frozenset())
    await shop.touch(Event.ONLY_ME)
    for event in (Event.NEXT, Event.NEXT, Event.APPLY):
        await shop.touch(event)
    await shop.until(Screen.PAYMENT)
    last = list(shop.center.applied.values())[-1][0]
    assert (last.kind, last.form, last.year, last.fee_yen, last.copies) == ("juminhyo", "juminhyo", None, 300, 1)
    await shop.pay(100, 100, 100)
    await shop.until(Screen.TAKE_PAPERS)
    await shop.terminal.take_papers()
    await finished(shop)
    assert kept_yen(shop) == 1100


async def test_a_kind_without_any_price_is_refused_before_anything_is_chosen(shop: Shop) -> None:
    choices = shop.center._choices
    shop.center._choices = lambda kind: msgspec.structs.replace(choices(kind), forms=())  # type: ignore[method-assign]
    await shop.to_kinds()
    await shop.touch(Event.KIND, "kazei")
    await shop.until(Screen.REFUSED)
    assert shop.view["notice"]["code"] == "fees_unavailable"
