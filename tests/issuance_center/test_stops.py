"""Scoped stops: in force at once for every message, tripped by themselves, lifted by two people after a passed check, kept for ever."""

from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from issuance_center import stopping
from issuance_center.records import endings, stop_tables, stops, tables
from issuance_center.stopping import Occasion, Person, Proposal, Question, Scope, Stop
from messages import visits as said
from messages.conditions import Condition
from messages.orders import Build, ChoicesOffered, Issued, IssueOrder
from simulation.people import CardMade
from tests.issuance_center import liars
from tests.issuance_center.founding import CITY, KIOSK_IDS, NOW, OPERATOR, SILENT_CITY
from tests.issuance_center.liars import Liar
from tests.issuance_center.town import Kiosk, Town, code
from tests.issuance_center.wires import meanwhile
from tests.issuer.town import DECLARED

OPERATOR_1, OPERATOR_2, CLERK = Person("花子", operator=True), Person("太郎", operator=True), Person("次郎", of=CITY)
HERE = Occasion(CITY, "juminhyo", CITY, OPERATOR, KIOSK_IDS[0], DECLARED.program)
SCOPES = (
    Scope(),
    Scope(municipality=CITY),
    Scope(kind="juminhyo"),
    Scope(issuer=CITY),
    Scope(build=DECLARED.program),
    Scope(operator=OPERATOR),
    Scope(kiosk=KIOSK_IDS[0]),
    Scope(CITY, "juminhyo", CITY, DECLARED.program, OPERATOR, KIOSK_IDS[0]),
)
ELSEWHERE = (
    Scope(municipality=SILENT_CITY),
    Scope(kind="koseki"),
    Scope(issuer=SILENT_CITY),
    Scope(build="another"),
    Scope(operator="another"),
    Scope(kiosk=KIOSK_IDS[1]),
)


def place(town: Town, scope: Scope, of: str = "center") -> int:
    number = town.center_store.do(endings.place, scope, "花子", of, "疑いがあるため", town.at)
    assert number is not None
    return number


@pytest.fixture
def liar(town: Town) -> Liar:
    made = Liar(town, town.municipal)
    town.municipal = made
    return made


# --- what it covers ---


@pytest.mark.parametrize("scope", SCOPES)
def test_an_open_part_means_all_and_a_given_part_means_that_one(scope: Scope) -> None:
    assert stopping.covers(scope, HERE)


@pytest.mark.parametrize("scope", ELSEWHERE)
def test_a_part_that_differs_leaves_it_alone(scope: Scope) -> None:
    assert not stopping.covers(scope, HERE)
    assert not stopping.covers(replace(SCOPES[-1], **{name: part for name, part in vars_of(scope).items() if part}), HERE)


@pytest.mark.parametrize("count", range(1, 7))
async def test_every_mixture_of_parts_stops_what_has_all_of_them_and_nothing_else(town: Town, kiosk: Kiosk, card: CardMade, count: int) -> None:
    """Of all 63 mixtures, and with each part of each exchanged: what a stop refuses, and what it ends of what nobody has paid for, are the same."""
    ready = await kiosk.ready(card)
    store = town.center_store

    def ended(scope: Scope) -> bool:
        return store.do(endings._unpaid, scope, town.at) == (ready.request_id,)

    for given in combinations(stops.PARTS, count):
        scope = Scope(**{part: getattr(HERE, part) for part in given})
        assert stopping.covers(scope, HERE) and ended(scope), given
        for part in given:
            elsewhere = replace(scope, **{part: "another"})
            assert not stopping.covers(elsewhere, HERE) and not ended(elsewhere), (given, part)


def vars_of(scope: Scope) -> dict[str, str | None]:
    return {name: getattr(scope, name) for name in stops.PARTS}


# --- every message ---


@pytest.mark.parametrize("scope", SCOPES)
async def test_a_stop_is_in_force_at_once_for_every_message(town: Town, kiosk: Kiosk, card: CardMade, scope: Scope) -> None:
    await kiosk.choosing(card)
    place(town, scope)
    offered = await kiosk.kinds()
    assert isinstance(offered, said.KindsOffered)
    juminhyo = next(kind for kind in offered.kinds if kind.kind == "juminhyo")
    assert (juminhyo.open, juminhyo.because, juminhyo.opens_at) == (False, "stopped", None)
    heard = kiosk.choices_heard
    asked = len(town.to_city.asked)
    assert code(await kiosk.choices()) == "stopped_now"
    kiosk.choices_heard = heard
    assert code(await kiosk.apply()) == "stopped_now"
    assert len(town.to_city.asked) == asked, "nobody is asked about for nothing"
    assert town.states() == []


@pytest.mark.parametrize("scope", ELSEWHERE)
async def test_what_is_not_covered_goes_on(town: Town, kiosk: Kiosk, card: CardMade, scope: Scope) -> None:
    place(town, scope)
    await kiosk.ready(card)
    assert town.states() == ["sealed"]


async def test_what_nobody_has_paid_for_is_void_in_the_commit_of_the_stop(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card, copies=2)
    place(town, Scope(municipality=CITY, kind="juminhyo"))
    assert (town.states(), town.outcomes()) == (["lapsed"] * 2, ["void"] * 2)
    assert code(await kiosk.say(kiosk.sent[-1])) == "stopped_now", "the same again gets no paper"
    (row,) = town.rows(stop_tables.stops)
    assert row["halted"] == 2
    await town.deliver()
    assert town.issue_log() == ["void"] * 2
    # The kiosk had them already: the word that money was taken comes late. No yen is lost, and somebody is told.
    await kiosk.report(ready.papers[0], "paid", "printed", "taken")
    await town.deliver()
    assert (town.states(), town.facts(), town.alarms()) == (["taken", "lapsed"], ["paid", "printed"], ["paid_after_stop"])
    assert sorted(town.issue_log()) == ["printed", "void"]


async def test_a_paid_paper_is_neither_recalled_nor_handed_out_again(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card)
    asked = kiosk.sent[-1]
    await kiosk.report(ready.papers[0], "paid")
    place(town, Scope(municipality=CITY))
    assert town.states() == ["paid"]
    told = len(town.to_city.asked)
    assert code(await kiosk.say(asked)) == "stopped_now", "a kiosk that lost it gets none"
    assert len(town.to_city.asked) == told, "nor is the issuer asked to draw it once more"
    await kiosk.report(ready.papers[0], "returned")
    assert (town.states(), town.facts()) == (["returned"], ["paid", "returned"])


async def test_a_stop_placed_while_the_issuer_works_ends_the_order(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.choosing(card)

    async def stop() -> None:
        place(town, Scope(kind="juminhyo"))

    town.to_city.faults[IssueOrder] = [meanwhile(stop)]
    assert code(await kiosk.apply()) == "stopped_now"
    assert (town.states(), town.outcomes()) == (["lapsed"], ["void"])


async def test_a_stopped_build_hands_out_nothing_even_where_it_was_not_known_to_be_that_build(
    town: Town, kiosk: Kiosk, card: CardMade, liar: Liar
) -> None:
    await kiosk.choosing(card)
    town.center_store.do(stops.note_declared, CITY, Build(program="older", topology="t"), town.at)
    place(town, Scope(build=DECLARED.program))
    assert code(await kiosk.apply()) == "stopped_now"
    assert (town.states(), town.outcomes()) == (["lapsed"], ["void"])


async def test_stops_outlive_the_center(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.quoted(card)
    place(town, Scope(municipality=CITY))
    town.restart()
    assert code(await kiosk.choices()) == "stopped_now"


# --- trip-wires ---


async def test_one_paper_that_was_not_ordered_trips_a_stop_of_its_kind_and_its_program(town: Town, kiosk: Kiosk, card: CardMade, liar: Liar) -> None:
    waiting = town.kiosk(1)
    await waiting.ready(card)
    await kiosk.choosing(card)
    liar.lie = liars.right_metadata_with_a_wrong_face
    assert code(await kiosk.apply()) == "paper_stopped"
    liar.lie = None
    placed = [{name: row[name] for name in stops.PARTS if row[name]} for row in town.rows(stop_tables.stops)]
    assert placed == [
        {"municipality": CITY, "kind": "juminhyo", "issuer": CITY},
        {"municipality": CITY, "issuer": CITY, "build": DECLARED.program},
    ]
    assert sorted(town.states()) == ["lapsed", "stopped"], "the other's paper under suspicion is void"
    assert code(await waiting.say(waiting.sent[-1])) == "stopped_now"
    assert code(await kiosk.choices("koseki")) == "stopped_now", "the same program there"
    assert code(await kiosk.choices("juminhyo")) == "stopped_now"


async def test_the_trip_stands_in_the_commit_of_its_cause(town: Town, kiosk: Kiosk, card: CardMade, liar: Liar) -> None:
    await kiosk.choosing(card)
    liar.lie = liars.right_metadata_with_a_wrong_face
    town.center_store.fails["stop"] = "after"
    assert code(await kiosk.apply()) == "busy"
    assert (town.states(), len(town.rows(stop_tables.stops))) == (["stopped"], 2)


OTHER = Build(program="konbini/other", topology=DECLARED.topology)


def other_offer(_liar: Liar, offered: ChoicesOffered) -> ChoicesOffered:
    return msgspec.structs.replace(offered, declared=OTHER)


async def other_paper(liar: Liar, order: IssueOrder) -> Issued:
    return msgspec.structs.replace(await liar.make(order), declared=OTHER)


async def test_another_build_in_an_offer_stops_the_issuer_and_is_not_used(town: Town, kiosk: Kiosk, card: CardMade, liar: Liar) -> None:
    liar.forge = other_offer
    await kiosk.quoted(card)
    assert code(await kiosk.choices()) == "stopped_now"
    assert town.rows(tables.offers) == []
    assert town.alarms() == ["other_build"]
    liar.forge = None
    assert code(await kiosk.choices("koseki")) == "stopped_now"
    assert [(row["issuer"], row["placed_of"]) for row in town.rows(stop_tables.stops)] == [(CITY, "trip")]


async def test_another_build_behind_papers_stops_the_issuer_and_they_are_void(town: Town, kiosk: Kiosk, card: CardMade, liar: Liar) -> None:
    await kiosk.choosing(card)
    liar.lie = other_paper
    assert code(await kiosk.apply()) == "stopped_now"
    assert (town.states(), town.outcomes(), town.alarms()) == (["lapsed"], ["void"], ["other_build"])


async def test_where_nothing_is_registered_the_first_word_is_noted_with_an_alarm_and_held_to(
    town: Town, kiosk: Kiosk, card: CardMade, liar: Liar
) -> None:
    town.center_store.do(lambda connection: connection.execute(stop_tables.declared_builds.delete()))
    await kiosk.ready(card)
    assert town.alarms() == ["build_unregistered"]
    assert [(row["issuer"], row["program"]) for row in town.rows(stop_tables.declared_builds)] == [(CITY, DECLARED.program)]
    town.restart()
    liar.forge = other_offer
    assert code(await kiosk.choices()) == "stopped_now"


def test_what_is_registered_decides_alone_where_something_is() -> None:
    new, old = (OTHER.program, OTHER.topology), (DECLARED.program, DECLARED.topology)
    assert stopping.judged(OTHER, (old, new), old) == "right", "restarted with a build that was registered beforehand"
    assert stopping.judged(OTHER, (old,), new) == "wrong"
    assert stopping.judged(Build(program=OTHER.program, topology="processes=2"), (old, new), None) == "wrong"
    assert [stopping.judged(OTHER, (), first) for first in (None, new, old)] == ["first", "right", "wrong"]


# --- lifting ---


def stop_of(of: str, scope: Scope | None = None) -> Stop:
    return Stop(1, scope or Scope(municipality=CITY), NOW, "x", of, "why")


CHECKED = Proposal(1, OPERATOR_1, NOW, NOW, passed=True)


@pytest.mark.parametrize(
    ("stop", "proposal", "person", "refused"),
    [
        (stop_of("center"), CHECKED, OPERATOR_2, None),
        (stop_of("center"), CHECKED, OPERATOR_1, "same_person"),
        (stop_of("center"), CHECKED, CLERK, None),
        (stop_of("center"), CHECKED, Person("見学"), "not_yours"),
        (stop_of("center", Scope(kind="juminhyo")), CHECKED, CLERK, "not_yours"),
        (stop_of("trip"), replace(CHECKED, by=CLERK), Person("三郎", of=CITY), "other_side"),
        (stop_of("trip"), replace(CHECKED, by=CLERK), OPERATOR_1, None),
        (stop_of(CITY), CHECKED, OPERATOR_2, "other_side"),
        (stop_of(CITY), CHECKED, CLERK, None),
        (stop_of(CITY), replace(CHECKED, by=CLERK), Person("三郎", of=CITY), None),
        (stop_of("center"), replace(CHECKED, checked_at=None), OPERATOR_2, "not_checked"),
        (stop_of("center"), replace(CHECKED, checked_at=NOW - timedelta(seconds=1)), OPERATOR_2, "not_checked"),
        (stop_of("center"), replace(CHECKED, passed=False), OPERATOR_2, "check_failed"),
    ],
)
def test_two_people_and_a_passed_check_between_them(stop: Stop, proposal: Proposal, person: Person, refused: str | None) -> None:
    assert stopping.confirm_refused(stop, proposal, person, NOW) == refused


def test_a_check_is_good_for_a_while() -> None:
    assert stopping.confirm_refused(stop_of("center"), CHECKED, OPERATOR_2, NOW + stopping.CHECK_GOOD) is None
    assert stopping.confirm_refused(stop_of("center"), CHECKED, OPERATOR_2, NOW + stopping.CHECK_GOOD + timedelta(seconds=1)) == "check_old"


def test_one_person_stops_and_only_what_is_theirs() -> None:
    assert stopping.may_place(OPERATOR_1, Scope())
    assert stopping.may_place(CLERK, Scope(municipality=CITY, kind="koseki"))
    assert not stopping.may_place(CLERK, Scope(municipality=SILENT_CITY))
    assert not stopping.may_place(CLERK, Scope(kind="koseki"))
    assert not stopping.may_place(Person("見学"), Scope())


async def test_a_lifted_stop_stays_on_record_with_all_that_was_said(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    store, number = town.center_store, place(town, Scope(municipality=CITY))
    assert store.do(stops.lift, number, OPERATOR_2, town.at) == "not_proposed"
    lifting = store.do(stops.propose, number, OPERATOR_1, "原因を取り除いた", town.at)
    assert store.do(stops.lift, number, OPERATOR_2, town.at) == "not_checked"
    question = Question(CITY, CITY, ("juminhyo",))
    store.do(stops.note_check, lifting, OPERATOR_1, ((question, "silent", None),), False, town.at)
    assert store.do(stops.lift, number, OPERATOR_2, town.at) == "check_failed"
    store.do(stops.note_check, lifting, OPERATOR_1, ((question, None, DECLARED),), True, town.at)
    assert store.do(stops.lift, number, OPERATOR_1, town.at) == "same_person"
    await kiosk.quoted(card)
    assert code(await kiosk.choices()) == "stopped_now"
    assert store.do(stops.lift, number, OPERATOR_2, town.at) is None
    assert store.do(stops.lift, number, OPERATOR_2, town.at) == "not_in_force"
    assert code(await kiosk.choices()) == "Choices"
    (row,) = town.rows(stop_tables.stops)
    assert (row["why"], row["placed_by"], row["lifted_at"] is not None) == ("疑いがあるため", "花子", True)
    (said_then,) = store.do(stops.history, number)
    assert (said_then["proposed_by"], said_then["confirmed_by"], [check["passed"] for check in said_then["checks"]]) == (
        "花子",
        "太郎",
        [False, True],
    )


# --- the check ---


def book(**issuers: dict[str, str]) -> Any:
    """A directory of nothing but who issues what."""
    dated = {
        code: SimpleNamespace(
            issuers={kind: SimpleNamespace(at=lambda _now, name=name: SimpleNamespace(issuer=name)) for kind, name in kinds.items()},
            place=SimpleNamespace(at=lambda _now: "there"),
        )
        for code, kinds in issuers.items()
    }
    return SimpleNamespace(municipalities={code.removeprefix("m"): page for code, page in dated.items()}, successions={})


BOOK = book(m990019={"juminhyo": "bcl", "koseki": "990019"}, m990027={"juminhyo": "bcl"})


def test_every_issuer_in_the_scope_is_asked_for_what_it_serves_there() -> None:
    everybody = (Question("990019", "990019", ("koseki",)), Question("bcl", "990019", ("juminhyo",)), Question("bcl", "990027", ("juminhyo",)))
    assert stopping.to_ask(Scope(), BOOK, (), NOW) == everybody
    assert stopping.to_ask(Scope(municipality="990019"), BOOK, (), NOW) == everybody[:2]
    assert stopping.to_ask(Scope(kind="juminhyo"), BOOK, (), NOW) == everybody[1:]
    assert stopping.to_ask(Scope(issuer="bcl"), BOOK, (), NOW) == everybody[1:]
    assert stopping.to_ask(Scope(), BOOK, (stop_of("center", Scope(issuer="bcl")),), NOW) == everybody[:1], "what stays stopped need not be well"
    assert stopping.to_ask(Scope(kiosk="K-1"), BOOK, (), NOW) == ()


def test_an_issuer_passes_that_is_what_was_registered_and_serves_everything() -> None:
    question = Question(CITY, CITY, ("juminhyo", "koseki"))
    allowed = ((DECLARED.program, DECLARED.topology),)
    well = Condition(municipality=CITY, declared=DECLARED, kinds=("koseki", "juminhyo", "fuhyo"), registers=())
    assert stopping.fault(question, well, allowed) is None
    change = msgspec.structs.replace
    assert stopping.fault(question, None, allowed) == "silent"
    assert stopping.fault(question, change(well, municipality=SILENT_CITY), allowed) == "other_municipality"
    assert stopping.fault(question, change(well, declared=OTHER), allowed) == "build"
    assert stopping.fault(question, well, ()) == "unregistered"
    assert stopping.fault(question, change(well, halted="canary"), allowed) == "halted"
    assert stopping.fault(question, change(well, kinds=("koseki",)), allowed) == "kinds"
