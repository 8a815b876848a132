"""Each write of the center made twice: the second time nothing changes; and what each keeps."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from issuance_center.issuance import Impossible, Move, Repeated, State, Step
from issuance_center.records import cases, endings, issuances, outgoing, overview, reports, tables, visits
from issuance_center.records.cases import Alarm
from issuance_center.records.issuances import Intent, Request, Sealing
from messages.facts import FactMetered
from messages.orders import ChoicesOffered
from messages.visits import MemberChoice, OpenVisit
from tests.issuance_center.founding import CITY, NOW, foundation
from tests.issuance_center.stores import InlineStore
from tests.issuance_center.values import PAPER, PRICE, REQUEST, VISIT, an_application, an_event
from tests.issuer.town import DECLARED

LATER = NOW + timedelta(minutes=1)
OTHER_PAPER = "4" * 32


@pytest.fixture
def store() -> InlineStore:
    return InlineStore(foundation().center)


@pytest.fixture
def connection(store: InlineStore) -> Iterator[Connection]:
    with store._engine.begin() as one:
        yield one


def kept(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    return {
        name: [dict(row._mapping) for row in connection.execute(table.select().order_by(*table.primary_key.columns))]
        for name, table in tables.METADATA.tables.items()
    }


def opened(connection: Connection, visit_id: str = VISIT, now: datetime = NOW, nonce: str = "ab", key: bytes = b"k" * 32) -> visits.Visit:
    asked = OpenVisit(visit_id=visit_id, kiosk_id="K-1", opened_at=NOW)
    return visits.open_visit(connection, asked, nonce, key, now + timedelta(minutes=3), now)


def offered(**changes: Any) -> ChoicesOffered:
    member = MemberChoice(member_id="0000000011", name="見本　太郎", relation="世帯主", holder=True, choosable=True, fingerprint="f" * 64)
    values = {"visit_id": VISIT, "kind": "juminhyo", "members": (member,), "forms": ("juminhyo",), "years": ()} | {
        "options": ("relation",),
        "copies_max": 3,
        "register_version": "7",
        "declared": DECLARED,
    }
    return ChoicesOffered(**values | changes)


def accepted(connection: Connection, now: datetime = NOW, papers: tuple[tuple[str, str], ...] = ((PAPER, "b-1"), (OTHER_PAPER, "b-2"))) -> Request:
    opened(connection)
    intent = Intent(an_application(copies=2), "h" * 64, CITY, "store", "shop", PRICE, NOW, papers)
    request = issuances.accept(connection, intent, now)
    assert request is not None
    return request


def sealed(connection: Connection) -> Request:
    accepted(connection)
    return issuances.seal(connection, REQUEST, (Sealing("a" * 64, "c" * 64, "1", 1), Sealing("b" * 64, "d" * 64, "2", 1)), NOW)


def stepped(connection: Connection, *steps: Step, issuance_id: str = PAPER) -> Move | Repeated | Impossible:
    made: Move | Repeated | Impossible = Repeated()
    for step in steps:
        found = issuances.find_issuance(connection, issuance_id)
        assert found is not None
        made = issuances.take_step(connection, *found, step, NOW, NOW)
    return made


# --- visits ---


def test_a_visit_is_opened_once_with_its_first_nonce_and_key(connection: Connection) -> None:
    first = opened(connection)
    before = kept(connection)
    assert opened(connection, now=LATER, nonce="cd", key=b"x" * 32) == first
    assert kept(connection) == before
    assert (first.serial, first.closed, visits.find_visit(connection, "9" * 32)) == (None, False, None)


def test_the_first_card_stays_and_a_closed_visit_takes_none(connection: Connection) -> None:
    opened(connection)
    first = visits.admit_card(connection, VISIT, "1f", "c" * 64, NOW + timedelta(minutes=15), NOW)
    before = kept(connection)
    assert visits.admit_card(connection, VISIT, "2f", "d" * 64, LATER, LATER) == first
    assert kept(connection) == before
    opened(connection, "5" * 32)
    visits.mark_closed(connection, "5" * 32, "idle", NOW)
    assert visits.admit_card(connection, "5" * 32, "1f", "c" * 64, LATER, LATER).serial is None


def test_the_first_prices_seen_stay(connection: Connection) -> None:
    opened(connection)
    assert visits.quoted(connection, VISIT, CITY) is None
    first = visits.quote(connection, VISIT, CITY, (PRICE,), NOW)
    before = kept(connection)
    assert visits.quote(connection, VISIT, CITY, (), LATER) == first == visits.quoted(connection, VISIT, CITY)
    assert kept(connection) == before


def test_the_newest_offer_counts_and_none_is_kept_after_the_end(connection: Connection) -> None:
    opened(connection)
    visits.note_offer(connection, CITY, offered(), ("d1",), CITY, NOW)
    visits.note_offer(connection, CITY, offered(register_version="8"), ("d1",), CITY, LATER)
    found = visits.find_offer(connection, VISIT, CITY, "juminhyo")
    assert found == visits.Offer({"d1": "f" * 64}, ("juminhyo",), (), ("relation",), 3, "8", CITY)
    assert visits.seen(connection, VISIT, CITY, "juminhyo") == (found, None)
    visits.mark_closed(connection, VISIT, "idle", LATER)
    before = kept(connection)
    assert visits.note_offer(connection, CITY, offered(), ("d1",), CITY, LATER).closed
    assert kept(connection) == before
    assert "見本" not in repr(before)


def test_an_end_is_an_end_and_the_first_reason_stays(connection: Connection) -> None:
    opened(connection)
    visits.note_offer(connection, CITY, offered(), ("d1",), CITY, NOW)
    visits.mark_closed(connection, VISIT, "idle", NOW)
    before = kept(connection)
    visits.mark_closed(connection, VISIT, "finished", LATER)
    assert kept(connection) == before
    (row,) = before["visits"]
    assert (row["close_reason"], row["visit_key"], before["offers"][0]["members"]) == ("idle", None, "{}")


def test_overdue_are_the_open_visits_heard_before_an_instant_oldest_first(connection: Connection) -> None:
    for at, visit_id in enumerate(("3" * 32, "1" * 32, "2" * 32)):
        opened(connection, visit_id, NOW + timedelta(seconds=at))
    visits.mark_closed(connection, "1" * 32, "idle", NOW)
    assert visits.overdue(connection, NOW + timedelta(seconds=2)) == ("3" * 32,)
    assert visits.overdue(connection, NOW + timedelta(seconds=3)) == ("3" * 32, "2" * 32)


# --- requests and papers ---


def test_a_request_is_accepted_once_with_its_first_papers(connection: Connection) -> None:
    first = accepted(connection)
    before = kept(connection)
    again = Intent(an_application(copies=2), "other", "other", "other", "other", PRICE, LATER, (("8" * 32, "x"), ("9" * 32, "y")))
    assert issuances.accept(connection, again, LATER) == first == issuances.find_request(connection, REQUEST)
    assert kept(connection) == before
    assert [(paper.issuance_id, paper.copy_no, paper.state, paper.binding) for paper in first.papers] == [
        (PAPER, 1, State.ACCEPTED, "b-1"),
        (OTHER_PAPER, 2, State.ACCEPTED, "b-2"),
    ]


def test_a_closed_visit_accepts_nothing_new_and_remembers_what_it_had(connection: Connection) -> None:
    first = accepted(connection)
    visits.mark_closed(connection, VISIT, "idle", NOW)
    again = Intent(an_application(request_id="7" * 32), "h", CITY, "store", "shop", PRICE, NOW, (("8" * 32, "x"),))
    assert issuances.accept(connection, again, LATER) is None
    assert issuances.find_request(connection, "7" * 32) is None
    assert issuances.find_request(connection, REQUEST) == first


def test_a_seal_keeps_the_first_hashes(connection: Connection) -> None:
    first = sealed(connection)
    assert [(paper.state, paper.face_sha256, paper.back_sha256, paper.number) for paper in first.papers] == [
        (State.SEALED, "a" * 64, "c" * 64, "1"),
        (State.SEALED, "b" * 64, "d" * 64, "2"),
    ]
    before = kept(connection)
    assert issuances.seal(connection, REQUEST, (Sealing("x" * 64, "z" * 64, "9", 9), Sealing("y" * 64, "z" * 64, "9", 9)), LATER) == first
    assert kept(connection) == before


def test_a_step_is_written_with_what_it_owes_and_once(connection: Connection) -> None:
    sealed(connection)
    for step, found in (
        (Step.PAID, Move),
        (Step.PAID, Repeated),
        (Step.PRINTED, Move),
        (Step.PRINTED, Repeated),
        (Step.PAID, Repeated),
        (Step.RETURNED, Impossible),
    ):
        before = kept(connection)
        assert isinstance(stepped(connection, step), found)
        assert (kept(connection) == before) == (found is not Move)
    facts = outgoing.owed_facts(connection)
    assert [(fact.number, fact.step, fact.issuance_id, fact.fee_yen, fact.visited_at) for fact in facts] == [
        (1, "paid", PAPER, 200, NOW),
        (2, "printed", PAPER, 200, NOW),
    ]
    assert [owed.message.outcome for owed in outgoing.owed_outcomes(connection, CITY, CITY)] == ["printed"]
    assert outgoing.backlog(connection) == (2, 1)


def test_a_step_for_all_is_made_by_those_that_can(connection: Connection) -> None:
    sealed(connection)
    stepped(connection, Step.PAID)
    assert issuances.step_all(connection, REQUEST, Step.LAPSED, NOW) == (OTHER_PAPER,)
    before = kept(connection)
    assert issuances.step_all(connection, REQUEST, Step.LAPSED, LATER) == ()
    assert kept(connection) == before


# --- endings ---


def test_a_declined_request_keeps_its_first_reason(connection: Connection) -> None:
    accepted(connection)
    assert endings.decline(connection, REQUEST, "not_issuable", NOW).refused_code == "not_issuable"
    before = kept(connection)
    assert endings.decline(connection, REQUEST, "under_15", LATER).refused_code == "not_issuable"
    assert kept(connection) == before
    assert outgoing.backlog(connection) == (0, 0)


def test_a_refusal_that_comes_after_the_papers_changes_nothing(connection: Connection) -> None:
    first = sealed(connection)
    before = kept(connection)
    assert endings.decline(connection, REQUEST, "order_void", LATER) == first
    assert kept(connection) == before


def test_a_stop_raises_one_alarm_a_paper_and_only_once(connection: Connection) -> None:
    sealed(connection)
    assert endings.stop(connection, REQUEST, "paper_stopped", "item: my_number", NOW).refused_code == "paper_stopped"
    before = kept(connection)
    assert [(row["issuance_id"], row["detail"]) for row in before["alarms"]] == [(PAPER, "item: my_number"), (OTHER_PAPER, "item: my_number")]
    assert [owed.message.outcome for owed in outgoing.owed_outcomes(connection, CITY, CITY)] == ["stopped", "stopped"]
    endings.stop(connection, REQUEST, "issuer_failed", "again", LATER)
    assert kept(connection) == before


def test_a_stop_may_alarm_under_a_name_of_its_own(connection: Connection) -> None:
    sealed(connection)
    assert endings.stop(connection, REQUEST, "not_issuable", "back: too many sheets", NOW, "back_impossible").refused_code == "not_issuable"
    assert {row["code"] for row in kept(connection)["alarms"]} == {"back_impossible"}


def test_a_stop_leaves_paid_papers_paid(connection: Connection) -> None:
    sealed(connection)
    stepped(connection, Step.PAID)
    request = endings.stop(connection, REQUEST, "paper_stopped", "binding", NOW)
    assert [paper.state for paper in request.papers] == [State.PAID, State.STOPPED]
    assert len(kept(connection)["alarms"]) == 2


def test_closing_a_visit_twice_is_closing_it_once(connection: Connection) -> None:
    sealed(connection)
    stepped(connection, Step.PAID)
    endings.close_visit(connection, VISIT, "failed", NOW)
    before = kept(connection)
    endings.close_visit(connection, VISIT, "finished", LATER)
    assert kept(connection) == before
    assert [row["state"] for row in before["issuances"]] == ["paid", "lapsed"]


# --- reports ---


def test_a_report_is_heard_once_whatever_it_says(connection: Connection) -> None:
    sealed(connection)
    for event in (
        an_event(),
        an_event(seq=2, step="taken"),  # impossible
        an_event(seq=3, step="printed", yen=100),  # another sum
        an_event(seq=4, issuance_id="9" * 32),  # nobody's
    ):
        assert reports.note_report(connection, event, NOW) is None
        before = kept(connection)
        assert reports.note_report(connection, event, LATER) is None
        assert kept(connection) == before
    assert reports.note_report(connection, an_event(step="printed"), LATER) == "request_altered"
    assert kept(connection) == before
    assert [row["code"] for row in before["alarms"]] == ["report_contradicts", "report_contradicts", "report_unknown"]
    assert len(before["cases"]) == 1


def test_the_same_number_of_another_kiosk_is_another_report(connection: Connection) -> None:
    sealed(connection)
    assert reports.note_report(connection, an_event(), NOW) is None
    assert reports.note_report(connection, an_event(kiosk_id="K-2"), NOW) is None
    assert [row["code"] for row in kept(connection)["alarms"]] == ["report_unknown"]


# --- what is owed ---


def test_facts_are_numbered_without_gaps_and_each_ones_first_word_counts(connection: Connection) -> None:
    sealed(connection)
    stepped(connection, Step.PAID, Step.PRINTED)
    stepped(connection, Step.PAID, Step.RETURNED, issuance_id=OTHER_PAPER)
    assert [fact.number for fact in outgoing.owed_facts(connection)] == [1, 2, 3, 4]
    outgoing.facts_metered(connection, [FactMetered(number=1, metered="new"), FactMetered(number=3, metered="repeat")], NOW)
    before = kept(connection)
    outgoing.facts_metered(connection, [FactMetered(number=1, metered="contradiction"), FactMetered(number=9, metered="new")], LATER)
    assert kept(connection) == before
    assert [fact.number for fact in outgoing.owed_facts(connection)] == [2, 4]


def test_outcomes_are_owed_to_their_issuer_until_told_once(connection: Connection) -> None:
    sealed(connection)
    endings.close_visit(connection, VISIT, "idle", NOW)
    owed = outgoing.owed_outcomes(connection, CITY, CITY)
    assert [each.message.issuance_id for each in owed] == [PAPER, OTHER_PAPER]
    assert outgoing.owed_outcomes(connection, "other", CITY) == ()
    outgoing.outcome_told(connection, owed[0].outcome_no, NOW)
    before = kept(connection)
    outgoing.outcome_told(connection, owed[0].outcome_no, LATER)
    assert kept(connection) == before
    assert outgoing.owed_outcomes(connection, CITY, CITY) == owed[1:]


# --- cases and alarms ---


def test_a_case_of_a_kind_is_opened_and_closed_once(connection: Connection) -> None:
    sealed(connection)
    cases.open_case(connection, PAPER, "contradiction", 200, NOW)
    before = kept(connection)
    cases.open_case(connection, PAPER, "contradiction", 999, LATER)
    assert kept(connection) == before
    assert cases.close_case(connection, PAPER, "contradiction", "inquired", "花子", "理由", NOW) == 1
    before = kept(connection)
    assert cases.close_case(connection, PAPER, "contradiction", "inquired", "太郎", "別", LATER) == 0
    cases.open_case(connection, PAPER, "contradiction", 200, LATER)
    assert kept(connection) == before
    assert cases.open_count(connection) == 0


def test_what_is_tried_again_and_again_alarms_once_until_it_is_seen(connection: Connection) -> None:
    alarm = Alarm("facts_refused", "facts from number 1: malformed")
    for _ in range(3):
        cases.raise_once(connection, alarm, NOW)
    assert cases.unseen(connection) == 1
    cases.raise_once(connection, Alarm("facts_refused", "facts from number 2: malformed"), NOW)
    assert cases.unseen(connection) == 2
    for number in (1, 2):
        cases.alarm_seen(connection, number, "花子", NOW)
    cases.alarm_seen(connection, 1, "太郎", LATER)
    assert [row["seen_by"] for row in kept(connection)["alarms"]] == ["花子", "花子"]
    cases.raise_once(connection, alarm, LATER)
    assert cases.unseen(connection) == 1


def test_a_long_detail_is_cut_not_refused(connection: Connection) -> None:
    cases.raise_alarm(connection, Alarm("x", "あ" * 9999), NOW)
    cases.raise_once(connection, Alarm("x", "あ" * 9999), NOW)
    assert [len(row["detail"]) for row in kept(connection)["alarms"]] == [512]


# --- reading ---


def test_today_begins_at_midnight_in_japan(connection: Connection) -> None:
    accepted(connection, now=NOW.replace(hour=0, minute=0))
    assert overview.today(connection, NOW, None).states == {"accepted": 2}
    assert overview.today(connection, NOW + timedelta(days=1), None).states == {}
    assert overview.today(connection, NOW, "paid").lines == ()


def test_a_dossier_holds_everything_but_the_visits_key(connection: Connection) -> None:
    sealed(connection)
    stepped(connection, Step.PAID, Step.UNRESOLVED)
    found = overview.dossier(connection, PAPER)
    assert found is not None
    assert [line["step"] for line in found.steps] == ["accepted", "sealed", "paid", "unresolved"]
    assert (len(found.facts), len(found.outcomes), len(found.cases)) == (2, 1, 1)
    assert "visit_key" not in found.visit
    assert overview.dossier(connection, "9" * 32) is None
