"""Every message repeated, one after the other and all at once, gives the same answer and changes nothing; so does one whose commit failed, before or after it took effect."""

import asyncio
from typing import Any, Literal

import pytest

from issuance_center.records import tables
from messages import visits as said
from messages.facts import MeterFacts
from messages.orders import IssueOrder
from messages.wire import Message, encode
from simulation.people import CardMade
from tests.issuance_center.founding import SILENT_CITY
from tests.issuance_center.town import Kiosk, Town, code, refused

PLAIN = (["taken", "returned"], ["paid", "printed", "paid", "returned"], ["printed", "void"], ["printed", "void"], 9)
"""What a whole visit leaves behind when nothing goes wrong: states, facts, outcomes, the issue log, and how many steps."""


async def whole_visit(kiosk: Kiosk, card: CardMade) -> None:
    """One visit with every kind of message: two copies, one taken, one returned."""
    await kiosk.say(said.AskDirectory(kiosk_id=kiosk.id))
    ready = await kiosk.ready(card, copies=2, show=("relation",))
    await kiosk.report(ready.papers[0], "paid", "printed", "taken")
    await kiosk.report(ready.papers[1], "paid", "returned")
    await kiosk.close()


@pytest.fixture
def eager(town: Town, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[tuple[Message, list[bytes]]]]:
    """Every message of a kiosk is sent three times, in a row or all at once; the answers of each are kept."""
    kept: dict[str, list[tuple[Message, list[bytes]]]] = {}

    async def say(self: Kiosk, message: Message) -> Message:
        self.sent.append(message)
        asking = [self.wire.ask(message) for _ in range(3)]
        replies = list(await asyncio.gather(*asking)) if mode["at_once"] else [await each for each in asking]
        kept.setdefault(type(message).__name__, []).append((message, [encode(reply) for reply in replies]))
        return replies[0]

    mode: dict[str, Any] = {"at_once": False}
    kept["mode"] = mode  # type: ignore[assignment]
    monkeypatch.setattr(Kiosk, "say", say)
    return kept


@pytest.mark.parametrize("at_once", [False, True], ids=["in a row", "at once"])
async def test_every_message_repeated_gives_the_same_answer_and_changes_nothing(
    town: Town, card: CardMade, eager: dict[str, Any], at_once: bool
) -> None:
    eager.pop("mode").update(at_once=at_once)
    await whole_visit(town.kiosk(), card)
    assert set(eager) == {
        "AskDirectory", "OpenVisit", "Authenticate", "AskKinds", "AskChoices", "Apply", "Report", "CloseVisit",
    }  # fmt: skip
    for name, said_and_heard in eager.items():
        for _, answers in said_and_heard:
            assert len(set(answers)) == 1, name
    counts = {name: len(town.rows(table)) for name, table in tables.METADATA.tables.items()}
    assert counts == {
        "visits": 1, "quotes": 1, "offers": 1, "requests": 1, "issuances": 2, "steps": 9, "reports": 5, "facts": 4, "outcomes": 2,
        "alarms": 0, "cases": 0, "refusals": 0,
        "stops": 0, "liftings": 0, "stop_checks": 0, "declared_builds": 2, "findings": 0, "occurrences": 0, "finding_events": 0, "errors": 0,
        "directory_entries": len(town.rows(tables.METADATA.tables["directory_entries"])), "moves": 0, "move_checks": 0, "uses": 0,
    }  # fmt: skip
    await town.deliver()
    assert (town.states(), town.facts(), town.outcomes(), town.issue_log(), len(town.rows(tables.steps))) == PLAIN


async def test_a_message_of_an_hour_ago_changes_nothing(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    """The network may keep a copy of any message and bring it at the worst time."""
    await whole_visit(kiosk, card)
    await town.deliver()
    before = town.everything()
    town.pass_time(hours=1)
    answers = {type(message).__name__: code(await kiosk.wire.ask(message)) for message in kiosk.sent}
    assert answers == {
        "AskDirectory": "Directory",
        "OpenVisit": "visit_closed",
        "Authenticate": "visit_closed",
        "AskKinds": "visit_closed",
        "AskChoices": "visit_closed",
        "Apply": "already_printed",
        "Report": "Acknowledged",
        "CloseVisit": "VisitClosed",
    }
    assert town.everything() == before


async def test_a_visit_opened_long_ago_and_still_open_hears_its_challenge_again(town: Town, kiosk: Kiosk) -> None:
    first = await kiosk.open()
    town.pass_time(minutes=2, seconds=30)
    assert await kiosk.say(kiosk.sent[-1]) == first


async def test_a_right_once_given_is_given_again_until_it_ends(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    admitted = await kiosk.admitted(card)
    proof = kiosk.sent[-1]
    town.pass_time(minutes=10)
    assert await kiosk.say(proof) == admitted
    assert town.ocsp_asked == 1
    town.pass_time(minutes=5)
    assert await refused(town, kiosk.say(proof)) == "visit_expired"


# --- the request id is remembered for ever ---


async def test_the_same_bytes_come_until_the_paper_is_printed_and_a_plain_word_afterwards(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card)
    asked = kiosk.sent[-1]
    paper = ready.papers[0]
    assert await kiosk.say(asked) == ready
    await kiosk.report(paper, "paid")
    assert await kiosk.say(asked) == ready
    await kiosk.report(paper, "printed")
    assert await refused(town, kiosk.say(asked)) == "already_printed"
    await kiosk.report(paper, "taken")
    await kiosk.close()
    assert await refused(town, kiosk.say(asked)) == "already_printed"
    town.restart()
    town.pass_time(days=4000)
    assert await refused(town, kiosk.say(asked)) == "already_printed"


@pytest.mark.parametrize(
    ("steps", "expected"), [((), "request_closed"), (("paid", "returned"), "request_closed"), (("paid", "unresolved"), "already_printed")]
)
async def test_a_request_without_paper_is_closed_for_ever(town: Town, kiosk: Kiosk, card: CardMade, steps: tuple[str, ...], expected: str) -> None:
    ready = await kiosk.ready(card)
    asked = kiosk.sent[-1]
    await kiosk.report(ready.papers[0], *steps)
    await kiosk.close()
    orders = len(town.to_city.asked)
    assert await refused(town, kiosk.say(asked)) == expected
    town.pass_time(days=4000)
    assert await refused(town, kiosk.say(asked)) == expected
    assert len(town.to_city.asked) == orders


async def test_one_of_two_copies_printed_answers_for_the_request(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card, copies=2)
    asked = kiosk.sent[-1]
    await kiosk.report(ready.papers[1], "paid")
    await kiosk.report(ready.papers[1], "printed")
    assert await refused(town, kiosk.say(asked)) == "already_printed"


@pytest.mark.parametrize(
    "changes", [{"copies": 2}, {"show": ("my_number",)}, {"members": ()}, {"fee_yen": 0}, {"register_version": "0"}, {"municipality": SILENT_CITY}]
)
async def test_another_application_under_the_same_id_is_altered(town: Town, kiosk: Kiosk, card: CardMade, changes: dict[str, Any]) -> None:
    await kiosk.ready(card)
    first = next(message.application for message in kiosk.sent if isinstance(message, said.Apply))
    assert await refused(town, kiosk.apply(request_id=first.request_id, applied_at=first.applied_at, **changes)) == "request_altered"
    other_visit = town.kiosk(1)
    await other_visit.choosing(card)
    assert await refused(town, other_visit.apply(request_id=first.request_id)) == "request_altered"


async def test_two_different_applications_under_one_id_at_once_accept_one(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.choosing(card)
    one = kiosk.application()
    other = kiosk.application(request_id=one.request_id, show=("my_number",))
    replies = await asyncio.gather(kiosk.apply(one), kiosk.apply(other))
    assert sorted(code(reply) for reply in replies) == ["CertificateReady", "request_altered"]
    assert len(town.states()) == 1


async def test_many_repeats_at_once_make_one_paper(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.choosing(card)
    application = kiosk.application()
    replies = await asyncio.gather(*(kiosk.apply(application) for _ in range(6)))
    assert len({encode(reply) for reply in replies}) == 1
    assert code(replies[0]) == "CertificateReady"
    assert (town.states(), town.issue_log(), town.alarms()) == (["sealed"], ["made"], [])


async def test_people_at_once_do_not_disturb_each_other(town: Town, card: CardMade) -> None:
    kiosks = [town.kiosk(number % 2) for number in range(6)]
    for number, each in enumerate(kiosks):
        each.seq = number // 2 * 100  # two kiosks, three visits each: their reports are numbered apart
    await asyncio.gather(*(whole_visit(each, card) for each in kiosks))
    await town.deliver()
    assert sorted(town.states()) == ["returned"] * 6 + ["taken"] * 6
    assert [row["number"] for row in town.rows(tables.facts)] == list(range(1, 25))
    assert {row["metered"] for row in town.rows(tables.facts)} == {"new"}


# --- commits that fail before or after they took effect ---

WRITES = ("open_visit", "admit_card", "quote", "note_offer", "accept", "seal", "note_report", "close_visit")


@pytest.mark.parametrize("fate", ["before", "after"])
@pytest.mark.parametrize("write", WRITES)
async def test_a_commit_that_fails_is_made_good_by_a_repeat(town: Town, card: CardMade, write: str, fate: Literal["before", "after"]) -> None:
    kiosk = PatientKiosk.of(town.kiosk())
    town.center_store.fails[write] = fate
    await whole_visit(kiosk, card)
    assert kiosk.refused == ["busy"]
    await town.deliver()
    assert town.center_store.fails == {}
    assert (town.states(), town.facts(), town.outcomes(), town.issue_log(), len(town.rows(tables.steps))) == PLAIN
    assert town.alarms() == []


@pytest.mark.parametrize("fate", ["before", "after"])
@pytest.mark.parametrize("write", ["_note_metered", "outcome_told"])
async def test_a_delivery_whose_commit_fails_is_made_again(town: Town, card: CardMade, write: str, fate: Literal["before", "after"]) -> None:
    await whole_visit(town.kiosk(), card)
    town.center_store.fails[write] = fate
    await town.deliver()
    assert town.center_store.fails == {}
    assert (town.owed(), town.alarms(), town.issue_log()) == (0, [], ["printed", "void"])


async def test_a_center_that_dies_between_intent_and_order_carries_on(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.choosing(card)
    town.center_store.fails["accept"] = "after"
    assert code(await kiosk.apply()) == "busy"
    assert (town.states(), [message for message in town.to_city.asked if isinstance(message, IssueOrder)]) == (["accepted"], [])
    town.restart()
    town.pass_time(minutes=5)
    assert code(await kiosk.say(kiosk.sent[-1])) == "CertificateReady"


async def test_what_was_owed_when_the_center_died_is_delivered_by_the_next_one(town: Town, card: CardMade) -> None:
    await whole_visit(town.kiosk(), card)
    assert town.owed() == 6
    assert [message for message in town.to_fees.asked if isinstance(message, MeterFacts)] == []
    town.restart()
    await town.deliver()
    assert town.owed() == 0


class PatientKiosk(Kiosk):
    """Says again what was answered with `busy`, as a kiosk does."""

    refused: list[str]

    @classmethod
    def of(cls, kiosk: Kiosk) -> "PatientKiosk":
        made = cls(kiosk.town, kiosk.id, kiosk.key, kiosk.wire)
        made.refused = []
        return made

    async def say(self, message: Message) -> Message:
        reply = await super().say(message)
        if code(reply) != "busy":
            return reply
        self.refused.append("busy")
        return await super().say(message)
