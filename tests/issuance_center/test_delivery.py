"""What is owed is delivered: once for the others, in order, however often an answer is lost; nobody's silence holds up anybody else."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest
from sqlalchemy import Connection

from issuance_center import delivery as module
from issuance_center.config import Limits
from issuance_center.issuance import State
from issuance_center.records import tables
from issuer.issue_tables import PAPERS
from messages.facts import FactMetered, FactsMetered, MeterFacts
from messages.orders import OutcomeNoted, TellOutcome
from messages.wire import Message, decode, encode
from simulation.people import CardMade
from tests.issuance_center.founding import CITY, IMPATIENT, SILENT_CITY
from tests.issuance_center.town import Kiosk, Town, code, until
from tests.issuance_center.wires import Answer, Fault, breaks, lost_back, lost_there, refuses, says


async def finished(town: Town, kiosk: Kiosk, card: CardMade, *steps: str) -> str:
    """One visit with one paper and these reports; its issuance id."""
    ready = await kiosk.ready(card)
    await kiosk.report(ready.papers[0], *steps)
    await kiosk.close()
    return ready.papers[0].issuance_id


def sent(town: Town, kind: type[Message]) -> list[Message]:
    return [message for wire in (town.to_fees, town.to_city) for message in wire.asked if isinstance(message, kind)]


def metered(town: Town) -> list[str | None]:
    return [row["metered"] for row in town.rows(tables.facts)]


LOST = [lost_there, lost_back, refuses("busy"), refuses("fees_unavailable"), says(200, b"<html>"), says(502, b"")]


@pytest.mark.parametrize("fault", LOST)
async def test_facts_are_told_again_until_they_are_acknowledged(town: Town, kiosk: Kiosk, card: CardMade, fault: Fault) -> None:
    await finished(town, kiosk, card, "paid", "printed")
    town.to_fees.faults[MeterFacts] = [fault] * 3
    await town.deliver()
    told = sent(town, MeterFacts)
    assert len(told) == 4
    assert len({encode(each) for each in told}) == 1
    assert metered(town) == (["repeat"] * 2 if fault is lost_back else ["new"] * 2)
    assert (town.fees.metered["new"], town.alarms()) == (2, [])


@pytest.mark.parametrize("fault", [lost_there, lost_back, refuses("busy"), refuses("issuer_unavailable"), says(200, b"{}")])
async def test_outcomes_are_told_again_until_they_are_acknowledged(town: Town, kiosk: Kiosk, card: CardMade, fault: Fault) -> None:
    await finished(town, kiosk, card, "paid", "printed")
    town.to_city.faults[TellOutcome] = [fault] * 3
    await town.deliver()
    assert len(sent(town, TellOutcome)) == 4
    assert (town.issue_log(), town.alarms()) == (["printed"], [])


@pytest.mark.parametrize("kind", [MeterFacts, TellOutcome])
async def test_a_failure_that_nobody_thought_of_ends_no_courier(town: Town, kiosk: Kiosk, card: CardMade, kind: type[Message]) -> None:
    await finished(town, kiosk, card, "paid", "printed")
    for wire in (town.to_fees, town.to_city):
        wire.faults[kind] = [breaks] * 2
    await town.deliver()
    assert (metered(town), town.issue_log()) == (["new"] * 2, ["printed"])


async def test_facts_are_told_in_the_order_of_their_numbers_without_gaps(town: Town, card: CardMade) -> None:
    for number in range(4):
        await finished(town, town.kiosk(number % 2), card, "paid", "returned") if number < 2 else None
    await town.deliver()
    numbers = [fact.number for message in sent(town, MeterFacts) if isinstance(message, MeterFacts) for fact in message.facts]
    assert numbers == [1, 2, 3, 4]


async def test_outcomes_of_one_paper_are_told_in_their_order(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card)
    await kiosk.report(ready.papers[0], "paid", "unresolved", "printed")
    town.to_city.faults[TellOutcome] = [lost_back, lost_there]
    await town.deliver()
    told = [message.outcome for message in sent(town, TellOutcome) if isinstance(message, TellOutcome)]
    assert told == ["unresolved", "unresolved", "unresolved", "printed"]
    assert town.issue_log() == ["printed"]


async def test_a_silent_fee_office_does_not_hold_up_outcomes(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await finished(town, kiosk, card, "paid", "printed")
    town.to_fees.down.add(MeterFacts)
    async with town.delivering():
        await until(lambda: town.issue_log() == ["printed"])
    assert metered(town) == [None, None]
    town.to_fees.down.clear()
    await town.deliver()
    assert metered(town) == ["new", "new"]


async def test_a_silent_issuer_holds_up_neither_another_issuer_nor_the_facts(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    first = await finished(town, kiosk, card, "paid", "printed")
    await finished(town, kiosk, card, "paid", "printed")
    town.center_store.do(_now_issued_by, first, SILENT_CITY)  # the older outcome belongs to an issuer that says nothing for ever
    town.restart(Limits(issuer_try_seconds=3600.0, retry_seconds=0.005))

    async def for_ever(_deliver: object) -> tuple[int, bytes]:
        await asyncio.sleep(3600)
        raise AssertionError

    town.to_silent_city.faults[TellOutcome] = [for_ever]
    async with town.delivering():
        await until(lambda: town.owed() == 1)
    assert [row["issuer"] for row in town.rows(tables.outcomes) if row["told_at"] is None] == [SILENT_CITY]
    assert metered(town) == ["new"] * 4


async def test_more_outcomes_than_a_batch_for_a_silent_issuer_leave_room_for_the_others(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    issuance = await finished(town, kiosk, card, "paid", "printed")
    town.center_store.do(_many_outcomes_before, issuance, SILENT_CITY, 250)
    town.to_silent_city.down.add(TellOutcome)
    async with town.delivering():
        await until(lambda: town.issue_log() == ["printed"])


async def test_a_tenant_of_a_shared_line_that_refuses_holds_up_no_other(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    first = await finished(town, kiosk, card, "paid", "printed")
    await finished(town, kiosk, card, "paid", "printed")
    town.center_store.do(_now_of, first, "900001")  # the older outcome is of another municipality on the same line, and sorts first

    async def refused_for_one(deliver: Callable[[], Awaitable[Answer]]) -> Answer:
        told = town.to_city.asked[-1]
        return await (refuses("failed")(deliver) if isinstance(told, TellOutcome) and told.municipality == "900001" else deliver())

    town.to_city.faults[TellOutcome] = [refused_for_one] * 10_000
    async with town.delivering():
        await until(lambda: town.owed() == 1 and "outcomes_refused" in town.alarms())
    assert [row["issuance_id"] for row in town.rows(tables.outcomes) if row["told_at"] is None] == [first]
    assert town.alarms() == ["outcomes_refused"]
    town.to_city.faults.clear()
    town.center_store.do(_now_of, first, CITY)
    await town.deliver()
    assert town.issue_log() == ["printed"] * 2


async def test_a_round_ends_when_all_its_tenants_have_been_told_so_that_nobody_is_told_twice_at_once(
    town: Town, kiosk: Kiosk, card: CardMade
) -> None:
    first = await finished(town, kiosk, card, "paid", "printed")
    await finished(town, kiosk, card, "paid", "printed")
    town.center_store.do(_now_of, first, "900001")
    waits, go = asyncio.Event(), asyncio.Event()

    async def slow_for_the_other(deliver: Callable[[], Awaitable[Answer]]) -> Answer:
        told = town.to_city.asked[-1]
        if isinstance(told, TellOutcome) and told.municipality == "900001":
            return await refuses("failed")(deliver)
        waits.set()
        await go.wait()
        return await deliver()

    town.to_city.faults[TellOutcome] = [slow_for_the_other] * 2
    whole = asyncio.create_task(town.delivery()._deliver_outcomes(CITY))
    await waits.wait()
    await until(lambda: "outcomes_refused" in town.alarms())
    for _ in range(50):
        await asyncio.sleep(0)
    assert not whole.done(), "one has refused, the other has not answered yet"
    go.set()
    with pytest.raises(module.NotDelivered):
        await whole
    assert [row["issuance_id"] for row in town.rows(tables.outcomes) if row["told_at"] is None] == [first]
    assert len(sent(town, TellOutcome)) == 2


async def test_an_issuer_that_contradicts_is_an_alarm_and_the_next_outcome_goes_on(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    """Its log says something else of this paper, and will say so for ever: a person must look, and everything behind it must not wait."""
    await finished(town, kiosk, card, "paid", "printed")
    town.municipal_store.do(lambda connection: connection.execute(PAPERS.update().values(state="stopped", outcome="stopped")))
    await finished(town, kiosk, card, "paid", "printed")
    await town.deliver()
    assert (town.owed(), town.alarms(), town.issue_log()) == (0, ["outcome_contradicts"], ["stopped", "printed"])


@pytest.mark.parametrize("refusal", ["role_not_admitted", "failed", "malformed"])
async def test_an_outcome_refused_for_a_fault_of_the_line_is_one_alarm_and_tried_on(town: Town, kiosk: Kiosk, card: CardMade, refusal: str) -> None:
    await finished(town, kiosk, card, "paid", "printed")
    town.to_city.faults[TellOutcome] = [refuses(refusal)] * 5
    await town.deliver()
    assert (town.owed(), town.alarms(), town.issue_log()) == (0, ["outcomes_refused"], ["printed"])


@pytest.mark.parametrize("fault", [refuses("malformed"), refuses("role_not_admitted"), says(200, encode(FactsMetered(facts=())))])
async def test_facts_refused_are_one_alarm_and_tried_on(town: Town, kiosk: Kiosk, card: CardMade, fault: Fault) -> None:
    await finished(town, kiosk, card, "paid", "printed")
    town.to_fees.faults[MeterFacts] = [fault] * 5
    await town.deliver()
    assert (metered(town), town.alarms()) == (["new", "new"], ["facts_refused"])


async def test_facts_answered_in_another_order_are_not_acknowledged(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await finished(town, kiosk, card, "paid", "printed")
    exchanged = FactsMetered(facts=(FactMetered(number=2, metered="new"), FactMetered(number=1, metered="contradiction")))
    town.to_fees.faults[MeterFacts] = [says(200, encode(exchanged))]
    await town.deliver()
    assert metered(town) == ["new", "new"]


async def test_an_outcome_noted_for_another_paper_is_not_acknowledged(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await finished(town, kiosk, card, "paid", "printed")
    town.to_city.faults[TellOutcome] = [says(200, encode(OutcomeNoted(issuance_id="0" * 32)))]
    await town.deliver()
    assert (len(sent(town, TellOutcome)), town.issue_log()) == (2, ["printed"])


async def test_a_fact_the_fee_office_contradicts_is_an_alarm_with_its_number(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await finished(town, kiosk, card, "paid", "printed")
    answers = FactsMetered(facts=(FactMetered(number=1, metered="new"), FactMetered(number=2, metered="contradiction")))
    town.to_fees.faults[MeterFacts] = [says(200, encode(answers))]
    await town.deliver()
    (alarm,) = town.rows(tables.alarms)
    assert (alarm["code"], alarm["detail"], alarm["kiosk_id"], alarm["municipality"]) == ("fact_contradicts", "fact 2 (printed)", "K-1", CITY)
    assert (metered(town), town.owed()) == (["new", "contradiction"], 0)


async def test_more_facts_than_a_batch_are_told_in_batches(town: Town, kiosk: Kiosk, card: CardMade, monkeypatch: pytest.MonkeyPatch) -> None:
    from issuance_center.records import outgoing

    monkeypatch.setattr(outgoing, "BATCH_MAX", 2)
    ready = await kiosk.ready(card, copies=3)
    for paper in ready.papers:
        await kiosk.report(paper, "paid", "printed")
    await town.deliver()
    assert [len(message.facts) for message in sent(town, MeterFacts) if isinstance(message, MeterFacts)] == [2, 2, 2]


async def test_what_is_owed_later_is_delivered_when_it_rings(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    async with town.delivering() as delivery:
        await asyncio.sleep(0.01)
        await finished(town, kiosk, card, "paid", "printed")
        await asyncio.sleep(0.01)
        assert metered(town) == [None, None]
        delivery.wake()
        await until(lambda: town.owed() == 0)


async def test_a_visit_that_nobody_closed_is_closed_when_it_is_overdue(
    town: Town, kiosk: Kiosk, card: CardMade, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SWEEP_SECONDS", 0.005)
    await kiosk.ready(card)
    paid = town.kiosk(1)
    ready = await paid.ready(card)
    await paid.report(ready.papers[0], "paid")
    town.pass_time(seconds=2699)
    fresh = town.kiosk(1)
    await fresh.ready(card)
    async with town.delivering():
        await asyncio.sleep(0.03)
        assert town.states() == ["sealed", "paid", "sealed"]
        town.pass_time(seconds=2)
        await until(lambda: town.states() == ["lapsed", "paid", "sealed"])
        await until(lambda: town.issue_log() == ["void", "made", "made"])
    closed = {row["visit_id"]: row["close_reason"] for row in town.rows(tables.visits)}
    assert (closed[kiosk.visit_id], closed[paid.visit_id], closed[fresh.visit_id]) == ("overdue", "overdue", None)
    assert code(await kiosk.kinds()) == "visit_closed"


async def test_a_sweep_whose_commit_fails_comes_again(town: Town, kiosk: Kiosk, card: CardMade, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SWEEP_SECONDS", 0.005)
    await kiosk.ready(card)
    town.center_store.fails["close_visit"] = "before"
    town.pass_time(hours=1)
    async with town.delivering():
        await until(lambda: town.states() == [State.LAPSED])


async def test_nothing_is_asked_of_anybody_when_nothing_is_owed(town: Town) -> None:
    town.restart(IMPATIENT)
    async with town.delivering():
        await asyncio.sleep(0.03)
    assert (town.to_fees.asked, town.to_city.asked) == ([], [])


def _now_issued_by(connection: object, issuance_id: str, issuer: str) -> None:
    connection.execute(tables.outcomes.update().where(tables.outcomes.c.issuance_id == issuance_id).values(issuer=issuer))  # type: ignore[attr-defined]


def _now_of(connection: Connection, issuance_id: str, municipality: str) -> None:
    mine = tables.outcomes.c.issuance_id == issuance_id
    row = connection.execute(tables.outcomes.select().where(mine)).one()
    body = encode(msgspec.structs.replace(decode(row.body, TellOutcome), municipality=municipality))
    connection.execute(tables.outcomes.update().where(mine).values(municipality=municipality, body=body))


def _many_outcomes_before(connection: object, issuance_id: str, issuer: str, count: int) -> None:
    """`count` outcomes of another issuer, older than the one that waits."""
    row = connection.execute(tables.outcomes.select()).one()  # type: ignore[attr-defined]
    rows = [
        {
            "outcome_no": -at,
            "issuance_id": issuance_id,
            "issuer": issuer,
            "municipality": row.municipality,
            "body": row.body,
            "created_at": row.created_at,
        }
        for at in range(1, count + 1)
    ]
    connection.execute(tables.outcomes.insert(), rows)  # type: ignore[attr-defined]
