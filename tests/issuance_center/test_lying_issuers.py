"""An issuer that lies: the center's gate stops every lie, the kiosk's own look stops it again where the gate is switched off, and with the gate off each would have been handed out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from issuance_center import ordering, sealing
from issuance_center.backs import NoBack, back_of
from issuance_center.records import tables
from kiosk.coin_box import CoinRefused
from kiosk.visit import Screen
from messages import visits as said
from messages.orders import Issued, IssueOrder
from messages.wire import Message
from simulation.people import CardMade
from tests.issuance_center import forgers, liars
from tests.issuance_center.liars import Liar
from tests.issuance_center.terminals import shopper
from tests.issuance_center.town import Kiosk, Town, code
from tests.issuance_center.wires import lost_back
from tests.issuer.town import DECLARED

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
    liars.one_face_for_two_copies,
    liars.one_face_under_two_numbers,
    liars.another_form,
    liars.another_year,
    liars.a_title_that_the_tax_belies,
    liars.one_person_of_the_koseki_exchanged,
    liars.one_person_of_the_koseki_missing,
    liars.one_person_of_the_koseki_too_many,
    liars.an_item_of_the_fuhyo_that_was_not_asked_for,
)
"""Lies told in the answer to an order."""

IN_THE_OFFER = (liars.fingerprints_of_someone_else, liars.two_fingerprints_exchanged)
"""Lies told before it, with an honest paper behind them."""

WHEN_ASKED_AGAIN = (liars.other_bytes_when_asked_again, forgers.other_codes_when_asked_again)
"""The first answer is honest; the second is right in itself and not the same."""

LIES: tuple[Callable[..., Any], ...] = (*ON_THE_PAPER, *forgers.SIGNATURES, *forgers.CODES, *IN_THE_OFFER, *WHEN_ASKED_AGAIN)

KINDS_OF_LIES = {
    **dict.fromkeys(forgers.CODES, "koseki"),  # two sheets
    liars.another_year: "kazei",
    liars.a_title_that_the_tax_belies: "kazei",
    liars.one_person_of_the_koseki_exchanged: "koseki",
    liars.one_person_of_the_koseki_missing: "koseki",
    liars.one_person_of_the_koseki_too_many: "koseki",
    liars.an_item_of_the_fuhyo_that_was_not_asked_for: "fuhyo",
}
"""What is applied for where the lie is told; 住民票の写し where nothing is said."""

OF_TWO_COPIES = (liars.two_copies_with_one_number, liars.one_face_for_two_copies, liars.one_face_under_two_numbers, forgers.codes_of_another_copy)

SEEN_BY: dict[str, str] = {
    "another persons paper for this order": "members:",
    "another persons own paper": "binding:",
    "an older paper of the same person": "binding:",
    "pages of two people": "members: 10 instead of 4",
    "right metadata with a wrong face": "members: person 1 is another",
    "another birth date": "members: person 1 is another",
    "the members in another order": "members: person 1 is another",
    "one person left out": "members: 3 instead of 4",
    "one person too many": "members: 5 instead of 4",
    "a number that was not asked for": "item: my_number of piece 1 was not asked for",
    "the head that was not asked for": "item: head_name on sheet 1 was not asked for",
    "the whole household said to be a part": "statement:",
    "another title": "kind: sheet 1",
    "the binding of another request": "binding:",
    "a number that is not on the paper": "number: sheet 1",
    "something behind the end of the file": "unreadable:",
    "no paper at all": "unreadable:",
    "someone elses issuance id": "papers: not those that were ordered",
    "two copies with one number": "numbers:",
    "one face for two copies": "numbers:",
    "one face under two numbers": "copy 2: binding:",
    "another form": "kind: sheet 1",
    "another year": "year: sheet 1",
    "a title that the tax belies": "kind: a title that does not go with the tax",
    "one person of the koseki exchanged": "members: person 2 is another",
    "one person of the koseki missing": "members: 3 instead of 4",
    "one person of the koseki too many": "members: 5 instead of 4",
    "an item of the fuhyo that was not asked for": "item: ",
    "an unsigned face": "signature: altered",
    "signed by another municipality of the authority": "signature: of another signer",
    "signed by the center": "signature: of another signer",
    "signed under a foreign root": "signature: untrusted",
    "signed with an expired certificate": "signature: expired",
    "one digit of the certificate flipped": "signature: untrusted",
    "one digit of the signature flipped": "signature: ",
    "one zero behind the signature flipped": "signature: altered",
    "no codes": "codes: not one for each sheet",
    "one code too few": "codes: not one for each sheet",
    "one code too many": "codes: not one for each sheet",
    "codes of another sheet": "codes: sheet 1 says something else",
    "codes of another copy": "codes: sheet 1 says something else",
    "codes by another municipality": "codes: sheet 1 by another key",
    "codes by an unknown key": "codes: sheet 1 by another key",
    "another text in the code only": "codes: sheet 1 says something else",
    "another instant in the code only": "codes: sheet 1 says something else",
    "one bit of the codes signature flipped": "codes: sheet 1 is none",
    "fingerprints of someone else": "members: person 1 is another",
    "two fingerprints exchanged": "members: person 1 is another",
    "other bytes when asked again": "other bytes than before",
    "other codes when asked again": "other bytes than before",
}
"""What betrays each lie: one that is stopped for another reason proves nothing about its guard."""


def name(lie: Callable[..., Any]) -> str:
    return lie.__name__.replace("_", " ")


def copies(lie: Callable[..., Any]) -> int:
    return 2 if lie in OF_TWO_COPIES else 1


def kind(lie: Callable[..., Any]) -> str:
    return KINDS_OF_LIES.get(lie, "juminhyo")


@pytest.fixture
def liar(town: Town) -> Liar:
    """The municipality's desk, honest until told otherwise."""
    made = Liar(town, town.municipal)
    town.municipal = made
    return made


@pytest.fixture
def gate_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate lets everything through: neither what a paper says nor whether it changed is looked at, and what can have no back gets an empty one."""

    def some_back(*given: Any) -> bytes:
        try:
            return back_of(*given)
        except NoBack:
            return b""

    for look in ("not_ordered", "examine", "changed"):
        monkeypatch.setattr(sealing, look, lambda *_: ())
    monkeypatch.setattr(ordering, "back_of", some_back)


async def told(kiosk: Kiosk, card: CardMade, liar: Liar, lie: Callable[..., Any]) -> Message:
    """A visit up to the answer in which the lie is told."""
    if lie in IN_THE_OFFER:
        liar.forge = lie
    await kiosk.choosing(card, kind(lie))
    if lie in WHEN_ASKED_AGAIN:
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
    assert all(SEEN_BY[name(lie)] in alarm["detail"] for alarm in alarms)
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


SEEN_AT_THE_KIOSK = (*ON_THE_PAPER, *forgers.SIGNATURES, *IN_THE_OFFER)
"""Not those told to a repetition: a kiosk that never got the first paper cannot know that the second differs, and it is the right paper either way. Nor those in codes: it has no list of their
keys.
"""


@pytest.mark.parametrize("lie", SEEN_AT_THE_KIOSK, ids=name)
async def test_the_kiosk_stops_a_lie_that_the_center_let_through(
    town: Town, card: CardMade, liar: Liar, gate_off: None, lie: Callable[..., Any], tmp_path: Path
) -> None:
    if lie in IN_THE_OFFER:
        liar.forge = lie
    else:
        liar.lie = lie
    async with shopper(town, card, tmp_path) as person:
        assert await person.apply(copies(lie), kind(lie)) is Screen.REFUSED
        terminal = person.terminal
        assert terminal.session.notice is not None
        assert terminal.session.notice.code == "paper_stopped"
        assert isinstance(await terminal.insert_coin(500), CoinRefused)
        counters = terminal.machine.coin_box.counters()
        assert (counters.cash_yen, terminal.machine.printer.tray()) == (counters.float_yen, ())
        await person.told()
    assert town.facts() == []
    assert set(town.states()) == {"lapsed"}, "the kiosk has closed the visit, and nobody paid"


# --- what cannot be known ---


@pytest.mark.parametrize(
    ("kind", "invent"),
    [
        ("kazei", liars.an_invented_amount),
        ("koseki", liars.an_invented_event),
        ("juminhyo", liars.an_invented_address),
    ],
)
async def test_content_that_only_the_register_knows_is_believed(
    town: Town, kiosk: Kiosk, card: CardMade, liar: Liar, kind: str, invent: liars.Lie
) -> None:
    """Said plainly: the center knows who was offered and what was ordered, and nothing of incomes, events or addresses. A municipality that signs a lie about its own register is believed,
    and its signature says whose lie it is.
    """
    await kiosk.choosing(card, kind)
    liar.lie = invent
    assert code(await kiosk.apply()) == "CertificateReady"


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
    return Issued(request_id=right.request_id, papers=right.papers[::-1], declared=DECLARED)


async def one_missing(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return Issued(request_id=right.request_id, papers=right.papers[:1], declared=DECLARED)


async def none_at_all(liar: Liar, order: IssueOrder) -> Issued:
    return Issued(request_id=order.request_id, papers=(), declared=DECLARED)


async def one_twice(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return Issued(request_id=right.request_id, papers=(right.papers[0],) * 2, declared=DECLARED)


async def one_more(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return Issued(request_id=right.request_id, papers=(*right.papers, right.papers[0]), declared=DECLARED)


async def of_another_request(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    return Issued(request_id="0" * 32, papers=right.papers, declared=DECLARED)


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
