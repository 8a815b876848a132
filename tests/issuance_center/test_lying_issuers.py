"""An issuer that lies: the center's gate stops every lie, the kiosk's own look stops it again where the gate is switched off, and with the gate off each would have been handed out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from issuance_center import sealing
from issuance_center.records import tables
from kiosk.coin_box import CoinRefused
from kiosk.visit import Screen
from messages import visits as said
from messages.orders import Issued, IssueOrder
from messages.wire import Message
from simulation.people import CardMade
from tests.issuance_center import liars
from tests.issuance_center.liars import Liar
from tests.issuance_center.terminals import shopper
from tests.issuance_center.town import Kiosk, Town, code
from tests.issuance_center.wires import lost_back

ON_THE_PAPER = (
    liars.another_persons_paper_for_this_order,
    liars.another_persons_own_paper,
    liars.an_older_paper_of_the_same_person,
    liars.pages_of_two_people,
    liars.right_metadata_with_a_wrong_face,
    liars.another_birth_date,
    liars.the_members_in_another_order,
    liars.one_person_left_out,
    liars.one_person_too_many,
    liars.a_number_that_was_not_asked_for,
    liars.the_head_that_was_not_asked_for,
    liars.the_whole_household_said_to_be_a_part,
    liars.another_title,
    liars.the_binding_of_another_request,
    liars.a_number_that_is_not_on_the_paper,
    liars.something_behind_the_end_of_the_file,
    liars.no_paper_at_all,
    liars.someone_elses_issuance_id,
    liars.two_copies_with_one_number,
)
"""Lies told in the answer to an order."""

IN_THE_OFFER = (liars.fingerprints_of_someone_else, liars.two_fingerprints_exchanged)
"""Lies told before it, with an honest paper behind them."""

LIES = (*ON_THE_PAPER, *IN_THE_OFFER, liars.other_bytes_when_asked_again)


def name(lie: Callable[..., Any]) -> str:
    return lie.__name__.replace("_", " ")


def copies(lie: Callable[..., Any]) -> int:
    return 2 if lie is liars.two_copies_with_one_number else 1


@pytest.fixture
def liar(town: Town) -> Liar:
    """The municipality's desk, honest until told otherwise."""
    made = Liar(town, town.municipal)
    town.municipal = made
    return made


@pytest.fixture
def gate_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate lets everything through: neither what a paper says nor whether it changed is looked at."""

    def accept(issued: Issued, *_rest: Any) -> sealing.Sealed:
        return sealing.Sealed(sealing.sealings_of(issued))

    monkeypatch.setattr(sealing, "examine", accept)
    monkeypatch.setattr(sealing, "changed", lambda *_: ())


async def told(kiosk: Kiosk, card: CardMade, liar: Liar, lie: Callable[..., Any]) -> Message:
    """A visit up to the answer in which the lie is told."""
    if lie in IN_THE_OFFER:
        liar.forge = lie
    await kiosk.choosing(card)
    if lie is liars.other_bytes_when_asked_again:
        assert code(await kiosk.apply()) == "CertificateReady"
    elif lie not in IN_THE_OFFER:
        liar.lie = lie
        return await kiosk.apply(copies=copies(lie))
    else:
        return await kiosk.apply()
    liar.lie = lie
    return await kiosk.say(kiosk.sent[-1])


def of_this_visit(town: Town, kiosk: Kiosk) -> list[dict[str, Any]]:
    requests = {row["request_id"] for row in town.rows(tables.requests) if row["visit_id"] == kiosk.visit_id}
    return [row for row in town.rows(tables.issuances) if row["request_id"] in requests]


@pytest.mark.parametrize("lie", LIES, ids=name)
async def test_a_lie_is_stopped_with_an_alarm_and_nothing_is_owed(
    town: Town, kiosk: Kiosk, card: CardMade, liar: Liar, lie: Callable[..., Any]
) -> None:
    reply = await told(kiosk, card, liar, lie)
    assert code(reply) == "paper_stopped"
    papers = of_this_visit(town, kiosk)
    assert [paper["state"] for paper in papers] == ["stopped"] * copies(lie)
    alarms = town.rows(tables.alarms)
    assert [(alarm["code"], alarm["issuance_id"]) for alarm in alarms] == [("paper_stopped", paper["issuance_id"]) for paper in papers]
    assert all(alarm["detail"] for alarm in alarms)
    assert town.facts() == []
    assert town.outcomes() == ["stopped"] * copies(lie)
    for who in (card.resident, liars.stranger_to(card.serial).resident):
        assert who.name not in repr(alarms)
        assert who.my_number not in repr(alarms)
    # The same again: the same answer, no second alarm; nor does a report of money make it a paper.
    before = town.everything()
    assert code(await kiosk.say(kiosk.sent[-1])) == "paper_stopped"
    assert town.everything() == before
    await kiosk.report(papers[0]["issuance_id"], "paid")
    assert (town.facts(), town.alarms()[-1]) == ([], "report_contradicts")
    liar.lie = None
    await town.deliver()
    assert town.issue_log().count("stopped") == copies(lie)


@pytest.mark.parametrize("lie", LIES, ids=name)
async def test_with_the_gate_switched_off_the_lie_would_be_handed_out(
    town: Town, kiosk: Kiosk, card: CardMade, liar: Liar, gate_off: None, lie: Callable[..., Any]
) -> None:
    """Proves that the test before depends on the gate and on nothing else."""
    assert isinstance(await told(kiosk, card, liar, lie), said.CertificateReady)
    assert town.alarms() == []


SEEN_AT_THE_KIOSK = tuple(lie for lie in LIES if lie is not liars.other_bytes_when_asked_again)
"""All but one: a kiosk that never got the first paper cannot know that the second differs; it is the right paper either way."""


@pytest.mark.parametrize("lie", SEEN_AT_THE_KIOSK, ids=name)
async def test_the_kiosk_stops_a_lie_that_the_center_let_through(
    town: Town, card: CardMade, liar: Liar, gate_off: None, lie: Callable[..., Any], tmp_path: Path
) -> None:
    if lie in IN_THE_OFFER:
        liar.forge = lie
    else:
        liar.lie = lie
    async with shopper(town, card, tmp_path) as person:
        assert await person.apply(copies(lie)) is Screen.REFUSED
        terminal = person.terminal
        assert terminal.session.notice is not None
        assert terminal.session.notice.code == "paper_stopped"
        assert isinstance(await terminal.insert_coin(500), CoinRefused)
        counters = terminal.machine.coin_box.counters()
        assert (counters.cash_yen, terminal.machine.printer.tray()) == (counters.float_yen, ())
        await person.told()
    assert town.facts() == []
    assert set(town.states()) == {"lapsed"}, "the kiosk has closed the visit, and nobody paid"


async def test_an_honest_paper_goes_through_the_same_terminal(town: Town, card: CardMade, liar: Liar, tmp_path: Path) -> None:
    """Without this, a terminal that refuses everything would pass the tests above."""
    async with shopper(town, card, tmp_path) as person:
        assert await person.apply() is Screen.PAYMENT
        await person.terminal.insert_coin(100)
        await person.terminal.insert_coin(100)
        await person.until(Screen.TAKE_PAPERS)
        handed = await person.terminal.take_papers()
        await person.told()
    assert len(handed.papers) == 1
    assert town.facts() == ["paid", "printed"]


# --- lies about which papers these are ---


async def swapped(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return Issued(request_id=right.request_id, papers=right.papers[::-1])


async def one_missing(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return Issued(request_id=right.request_id, papers=right.papers[:1])


async def none_at_all(liar: Liar, order: IssueOrder) -> Issued:
    return Issued(request_id=order.request_id, papers=())


async def one_twice(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return Issued(request_id=right.request_id, papers=(right.papers[0],) * 2)


async def one_more(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return Issued(request_id=right.request_id, papers=(*right.papers, right.papers[0]))


async def of_another_request(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return Issued(request_id="0" * 32, papers=right.papers)


@pytest.mark.parametrize("lie", [swapped, one_missing, none_at_all, one_twice, one_more, of_another_request], ids=name)
async def test_other_papers_than_those_that_were_ordered_are_stopped(
    town: Town, kiosk: Kiosk, card: CardMade, liar: Liar, lie: Callable[..., Any]
) -> None:
    await kiosk.choosing(card)
    liar.lie = lie
    assert code(await kiosk.apply(copies=2)) == "paper_stopped"
    assert [paper["state"] for paper in of_this_visit(town, kiosk)] == ["stopped"] * 2
    assert town.facts() == []


# --- lies told late ---


async def test_a_lie_after_payment_stops_the_answer_and_leaves_the_money_where_it_is(town: Town, kiosk: Kiosk, card: CardMade, liar: Liar) -> None:
    """A kiosk that lost its papers asks once more; it gets none, and gives the money back."""
    ready = await kiosk.ready(card)
    asked = kiosk.sent[-1]
    await kiosk.report(ready.papers[0], "paid")
    liar.lie = liars.other_bytes_when_asked_again
    assert code(await kiosk.say(asked)) == "paper_stopped"
    assert [paper["state"] for paper in of_this_visit(town, kiosk)] == ["paid"]
    assert town.alarms() == ["paper_stopped"]
    await kiosk.report(ready.papers[0], "returned")
    assert town.facts() == ["paid", "returned"]


async def test_a_lie_told_to_a_repeat_that_the_kiosk_never_sent_stops_both(town: Town, kiosk: Kiosk, card: CardMade, liar: Liar) -> None:
    """The network doubles the order; the second answer lies. The first paper is not believed any more either."""
    await kiosk.choosing(card)
    town.to_city.faults[IssueOrder] = [lost_back]
    made = await kiosk.apply()
    assert isinstance(made, said.CertificateReady)
    liar.lie = liars.right_metadata_with_a_wrong_face
    assert code(await kiosk.say(kiosk.sent[-1])) == "paper_stopped"
    assert [paper["state"] for paper in of_this_visit(town, kiosk)] == ["stopped"]
    await kiosk.report(made.papers[0], "paid")
    assert (town.facts(), town.alarms()) == ([], ["paper_stopped", "report_contradicts"])
