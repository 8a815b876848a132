"""An operator's decision: the step, its fact, its outcome and the closed case in one commit, once."""

from typing import Literal

import pytest

from issuance_center.records import tables
from issuance_center.settling import NotSettled, Settled, conclude, settle
from simulation.people import CardMade
from tests.issuance_center.town import Kiosk, Town


async def unresolved(kiosk: Kiosk, card: CardMade) -> str:
    ready = await kiosk.ready(card)
    await kiosk.report(ready.papers[0], "paid", "unresolved")
    await kiosk.close()
    return ready.papers[0].issuance_id


@pytest.mark.parametrize(("decision", "outcome"), [("printed", "printed"), ("returned", "void")])
async def test_a_decision_books_tells_and_closes(
    town: Town, kiosk: Kiosk, card: CardMade, decision: Literal["printed", "returned"], outcome: str
) -> None:
    issuance = await unresolved(kiosk, card)
    made = await town.center_store.write(settle, issuance, decision, "花子", "店に確認した", town.at)
    assert isinstance(made, Settled)
    await town.deliver()
    assert (town.states(), town.facts(), town.outcomes()) == ([decision], ["paid", "unresolved", decision], ["unresolved", outcome])
    assert town.issue_log() == [outcome]
    (case,) = town.rows(tables.cases)
    assert (case["decision"], case["closed_by"], case["reason"]) == (decision, "花子", "店に確認した")
    assert [row["detail"] for row in town.rows(tables.steps)][-1] == "case closed by 花子"


@pytest.mark.parametrize("second", ["printed", "returned"])
async def test_a_case_is_decided_once(town: Town, kiosk: Kiosk, card: CardMade, second: Literal["printed", "returned"]) -> None:
    issuance = await unresolved(kiosk, card)
    await town.center_store.write(settle, issuance, "printed", "花子", "店に確認した", town.at)
    before = town.everything()
    assert isinstance(await town.center_store.write(settle, issuance, second, "太郎", "もう一度", town.at), NotSettled)
    assert town.everything() == before


async def test_only_money_that_waits_can_be_decided_about(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card, copies=2)
    await kiosk.report(ready.papers[0], "paid")
    before = town.everything()
    for issuance in (ready.papers[0].issuance_id, ready.papers[1].issuance_id, "0" * 32):
        assert isinstance(await town.center_store.write(settle, issuance, "returned", "花子", "理由", town.at), NotSettled)
    assert town.everything() == before


async def test_an_inquiry_is_closed_once_and_books_nothing(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card)
    await kiosk.report(ready.papers[0], "printed")
    issuance = ready.papers[0].issuance_id
    assert isinstance(await town.center_store.write(conclude, issuance, "花子", "端末の時計", town.at), Settled)
    (case,) = town.rows(tables.cases)
    assert (case["decision"], case["closed_by"], town.states(), town.facts()) == ("inquired", "花子", ["sealed"], [])
    before = town.everything()
    assert isinstance(await town.center_store.write(conclude, issuance, "太郎", "もう一度", town.at), NotSettled)
    assert isinstance(await town.center_store.write(conclude, "0" * 32, "太郎", "ない", town.at), NotSettled)
    assert town.everything() == before
