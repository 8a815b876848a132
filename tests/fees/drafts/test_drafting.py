"""A draft from its first word to the day it is in force: who may do what, and what is written down."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import Connection

from fees.drafts import drafting, recording
from fees.drafts.chain import Sound
from fees.drafts.changes import CENTER, ChangesRefused, End, Enter, Withdraw
from fees.drafts.drafting import DraftRefused, Person, Text
from fees.drafts.history import book_at, last_revision, versions
from fees.rules.commissions import CommissionRule
from fees.rules.tariff import Price, price
from storage.instants import JST
from tests.fees.drafts.people import (
    APPROVER,
    BOTH,
    CENTER_APPROVER,
    CENTER_EDITOR,
    EDITOR,
    KNOWN,
    NOW,
    OTHER_EDITOR,
    TEN_YEN,
    VIEWER,
    office,
    text,
)
from tests.fees.office import CITY, OTHER_CITY, SEVEN, rule


@pytest.fixture
def connection() -> Iterator[Connection]:
    with office() as opened:
        yield opened


def submitted(connection: Connection, person: Person = EDITOR, written: Text | None = None, now: datetime = NOW) -> int:
    number = drafting.create(connection, person, written or text(), KNOWN, now)
    drafting.submit(connection, person, number, 1, KNOWN, now)
    return number


def refused(reason: str, step: object, *args: object) -> None:
    with pytest.raises(DraftRefused) as found:
        step(*args)  # type: ignore[operator]
    assert found.value.reason == reason


def entries(connection: Connection, owner: str = CITY) -> list[dict[str, object]]:
    return [msgspec.json.decode(line) for line in recording.lines(connection, owner)]


def test_a_campaign_is_drafted_submitted_and_put_into_force_by_another(connection: Connection) -> None:
    number = submitted(connection)
    assert last_revision(connection) == 1
    drafting.approve(connection, APPROVER, number, 2, KNOWN, NOW)
    book = book_at(connection)
    assert book.revision == 2
    assert price(book.tariff, CITY, "juminhyo", "store", date(2027, 1, 1)) == Price(10, "ten-yen-2027")
    assert price(book.tariff, CITY, "juminhyo", "store", date(2026, 12, 31)) == Price(250, "juminhyo-reduction")
    draft = drafting.find(connection, number)
    assert draft is not None and (draft.state, draft.approved_by, draft.editors) == ("approved", "太郎", ("花子",))
    assert book_at(connection, 1).digest() != book.digest()
    assert [version.revision for version in versions(connection, "ten-yen-2027")] == [2]


def test_every_step_is_in_the_record_with_who_when_why_before_and_after(connection: Connection) -> None:
    number = submitted(connection)
    drafting.send_back(connection, APPROVER, number, 2, "終期を確認してください", NOW)
    shorter = text(rule("ten-yen-2027", "campaign", 290, "2027-01-01", "2027-03-01"))
    drafting.revise(connection, EDITOR, number, 3, shorter, KNOWN, NOW + timedelta(hours=1))
    drafting.submit(connection, EDITOR, number, 4, KNOWN, NOW + timedelta(hours=1))
    drafting.approve(connection, APPROVER, number, 5, KNOWN, NOW + timedelta(hours=2))
    told = entries(connection)
    assert [(entry["action"], entry["who"]) for entry in told] == [
        ("drafted", "花子"),
        ("submitted", "花子"),
        ("sent_back", "太郎"),
        ("revised", "花子"),
        ("submitted", "花子"),
        ("approved", "太郎"),
    ]
    assert told[2]["why"] == "終期を確認してください"
    assert told[3]["before"]["changes"][0]["rule"]["until"] == "2027-04-01"  # type: ignore[index]
    assert told[3]["after"]["changes"][0]["rule"]["until"] == "2027-03-01"  # type: ignore[index]
    assert told[5]["at"] == "2026-11-23T12:00:00.000000+09:00"
    assert told[5]["before"]["rules"] == {"ten-yen-2027": None}  # type: ignore[index]
    assert told[5]["after"]["rules"]["ten-yen-2027"]["yen"] == 290  # type: ignore[index]
    assert isinstance(recording.checked(connection, CITY), Sound)
    assert entries(connection, OTHER_CITY) == []


@pytest.mark.parametrize("person", [EDITOR, BOTH])
def test_nobody_approves_what_they_wrote_or_submitted_themselves(connection: Connection, person: Person) -> None:
    number = submitted(connection, BOTH)
    person = Person(BOTH.name, CITY, frozenset({"approver"})) if person is EDITOR else person
    refused("same_person", drafting.approve, connection, person, number, 2, KNOWN, NOW)
    assert last_revision(connection) == 1


def test_whoever_once_had_a_hand_in_it_is_no_second_person_though_another_submitted_it(connection: Connection) -> None:
    number = drafting.create(connection, BOTH, text(), KNOWN, NOW)
    drafting.revise(connection, EDITOR, number, 1, text(why="議会議決"), KNOWN, NOW)
    drafting.submit(connection, EDITOR, number, 2, KNOWN, NOW)
    refused("same_person", drafting.approve, connection, BOTH, number, 3, KNOWN, NOW)


@pytest.mark.parametrize(("person", "reason"), [(VIEWER, "role"), (APPROVER, "role")])
def test_who_is_no_editor_writes_nothing(connection: Connection, person: Person, reason: str) -> None:
    refused(reason, drafting.create, connection, person, text(), KNOWN, NOW)
    assert entries(connection) == []


@pytest.mark.parametrize(("person", "reason"), [(VIEWER, "role"), (EDITOR, "role"), (OTHER_EDITOR, "not_yours"), (CENTER_APPROVER, "not_yours")])
def test_who_is_no_approver_of_this_municipality_approves_nothing(connection: Connection, person: Person, reason: str) -> None:
    number = submitted(connection)
    refused(reason, drafting.approve, connection, person, number, 2, KNOWN, NOW)
    refused(reason, drafting.send_back, connection, person, number, 2, "why", NOW)
    assert last_revision(connection) == 1


def test_another_municipality_s_draft_is_touched_by_nobody_else(connection: Connection) -> None:
    number = drafting.create(connection, EDITOR, text(), KNOWN, NOW)
    refused("not_yours", drafting.revise, connection, OTHER_EDITOR, number, 1, text(), KNOWN, NOW)
    refused("not_yours", drafting.submit, connection, CENTER_EDITOR, number, 1, KNOWN, NOW)
    refused("not_yours", drafting.discard, connection, OTHER_EDITOR, number, 1, "why", NOW)


def test_a_municipality_does_not_change_its_neighbour_s_fees_nor_the_commission(connection: Connection) -> None:
    theirs = text(rule("theirs", "campaign", 1, "2027-01-01", municipality=OTHER_CITY))
    dearer = text(CommissionRule(rule="c", operator=SEVEN, channel="post_office", commission_yen=1, since=date(2027, 1, 1)))
    for written in (theirs, dearer):
        with pytest.raises(ChangesRefused) as found:
            drafting.create(connection, EDITOR, written, KNOWN, NOW)
        assert found.value.problems[0].reason == "not_yours"


def test_the_center_s_people_change_the_commission_in_two(connection: Connection) -> None:
    dearer = CommissionRule(rule="itaku-2027", operator=SEVEN, commission_yen=120, since=date(2027, 4, 1))
    number = submitted(connection, CENTER_EDITOR, Text("委託手数料の改定", "契約変更", (End("itaku-2026", dearer.since), Enter(dearer))))
    drafting.approve(connection, CENTER_APPROVER, number, 2, KNOWN, NOW)
    assert len(book_at(connection).commissions.rules) == 2
    assert [entry["action"] for entry in entries(connection, CENTER)] == ["seeded", "drafted", "submitted", "approved"]


def test_an_approval_after_the_day_began_is_refused_with_the_earliest_possible_day(connection: Connection) -> None:
    number = submitted(connection)
    for at in (datetime(2026, 12, 31, 23, 50, tzinfo=JST), datetime(2027, 1, 1, 6, 30, tzinfo=JST)):
        with pytest.raises(ChangesRefused) as found:
            drafting.approve(connection, APPROVER, number, 2, KNOWN, at)
        assert [(problem.reason, problem.earliest) for problem in found.value.problems] == [("too_early", date(2027, 1, 2))]
    assert last_revision(connection) == 1
    drafting.approve(connection, APPROVER, number, 2, KNOWN, datetime(2026, 12, 31, 23, 49, 59, tzinfo=JST))
    assert last_revision(connection) == 2


def test_two_drafts_that_contradict_each_other_are_not_both_put_into_force(connection: Connection) -> None:
    first = submitted(connection)
    second = submitted(connection, EDITOR, text(rule("other-2027", "campaign", 200, "2027-03-01", "2027-05-01")))
    drafting.approve(connection, APPROVER, first, 2, KNOWN, NOW)
    with pytest.raises(ChangesRefused) as found:
        drafting.approve(connection, APPROVER, second, 2, KNOWN, NOW)
    assert found.value.problems[0].rules == ("ten-yen-2027", "other-2027")


def test_an_approval_is_of_the_version_that_was_read(connection: Connection) -> None:
    number = submitted(connection)
    drafting.send_back(connection, APPROVER, number, 2, "確認", NOW)
    drafting.revise(connection, EDITOR, number, 3, text(rule("ten-yen-2027", "campaign", 1, "2027-01-01")), KNOWN, NOW)
    drafting.submit(connection, EDITOR, number, 4, KNOWN, NOW)
    refused("stale", drafting.approve, connection, APPROVER, number, 2, KNOWN, NOW)
    refused("stale", drafting.approve, connection, APPROVER, number, 4, KNOWN, NOW)


def test_what_is_submitted_is_not_written_any_more_and_what_is_over_is_over(connection: Connection) -> None:
    number = submitted(connection)
    refused("state", drafting.revise, connection, EDITOR, number, 2, text(), KNOWN, NOW)
    drafting.approve(connection, APPROVER, number, 2, KNOWN, NOW)
    for step in (drafting.send_back, drafting.discard):
        refused("state", step, connection, BOTH, number, 3, "why", NOW)
    refused("state", drafting.approve, connection, APPROVER, number, 3, KNOWN, NOW)


def test_a_draft_is_given_up_with_a_reason(connection: Connection) -> None:
    number = submitted(connection)
    refused("why", drafting.discard, connection, EDITOR, number, 2, "  ", NOW)
    drafting.discard(connection, EDITOR, number, 2, "見送り", NOW)
    refused("state", drafting.approve, connection, APPROVER, number, 3, KNOWN, NOW)
    assert entries(connection)[-1]["why"] == "見送り"


@pytest.mark.parametrize(("written", "reason"), [(text(title=" "), "title"), (text(title="長" * 101), "title"), (text(why=""), "why")])
def test_a_draft_says_what_it_is_and_why(connection: Connection, written: Text, reason: str) -> None:
    refused(reason, drafting.create, connection, EDITOR, written, KNOWN, NOW)


def test_a_rule_s_id_is_not_used_again_though_the_rule_was_withdrawn(connection: Connection) -> None:
    drafting.approve(connection, APPROVER, submitted(connection), 2, KNOWN, NOW)
    withdrawn = submitted(connection, EDITOR, Text("中止", "予算", (Withdraw("ten-yen-2027"),)))
    drafting.approve(connection, APPROVER, withdrawn, 2, KNOWN, NOW)
    assert [version.rule for version in versions(connection, "ten-yen-2027")] == [TEN_YEN, None]
    with pytest.raises(ChangesRefused) as found:
        drafting.create(connection, EDITOR, text(), KNOWN, NOW)
    assert found.value.problems[0].reason == "id_used"
