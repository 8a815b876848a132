"""The judge of a town at rest must notice: each way in which money, paper and records can part is made up from a real visit, and it complains."""

import asyncio
from dataclasses import replace

import aiohttp
import pytest

from tests.town import devices
from tests.town.devices import Devices
from tests.town.errands import BUY
from tests.town.open_town import OpenTown
from tests.town.oracle import complaints
from tests.town.told import Issuance, Told, listen

Truth = tuple[Devices, Told, str]
"""The devices, what is said, and one paper that was bought."""


@pytest.fixture(scope="module")
def truth(town: OpenTown) -> Truth:
    return asyncio.run(_bought(town))


async def _bought(town: OpenTown) -> Truth:
    async with aiohttp.ClientSession() as hands:
        visited = await BUY.run(hands, town.town.kiosks[0], town.holder_of_two_sheets())
    await town.quiet()
    return devices.look(town.folders.party("kiosk")), await listen(town), visited.papers[0].issuance_id


def _more(truth: Truth, machine: Devices | None = None, told: Told | None = None) -> list[str]:
    """What it says of a doctored town that it does not say of the real one."""
    before = complaints(*truth[:2])
    return [complaint for complaint in complaints(machine or truth[0], told or truth[1]) if complaint not in before]


def _with_issuance(told: Told, issuance_id: str, **changes: object) -> Told:
    changed: Issuance = replace(told.issuances[issuance_id], **changes)  # type: ignore[arg-type]
    return replace(told, issuances={**told.issuances, issuance_id: changed})


def test_a_paper_without_a_sheet_is_noticed(truth: Truth) -> None:
    machine, _, paper = truth
    lost = {**machine.papers, paper: replace(machine.papers[paper], out=1)}
    assert any("the center says" in complaint for complaint in _more(truth, replace(machine, papers=lost)))


def test_a_sheet_that_nobody_ordered_is_noticed(truth: Truth) -> None:
    machine, _, paper = truth
    stray = {**machine.papers, "f" * 32: replace(machine.papers[paper], issuance_id="f" * 32)}
    assert any("does not know" in complaint for complaint in _more(truth, replace(machine, papers=stray)))


@pytest.mark.parametrize("column", ["inserted_yen", "returned_yen", "escrow_yen"])
def test_a_coin_too_many_or_too_few_is_noticed(truth: Truth, column: str) -> None:
    machine, told, paper = truth
    request = told.issuances[paper].request_id
    coins = replace(machine.coins[request], **{column: getattr(machine.coins[request], column) + 100})
    found = _more(truth, replace(machine, coins={**machine.coins, request: coins}))
    assert any("kept" in complaint for complaint in found)


@pytest.mark.parametrize("state", ["sealed", "paid", "returned", "unresolved", "lapsed"])
def test_another_state_at_the_center_is_noticed(truth: Truth, state: str) -> None:
    assert f"{truth[2]} (out): the center says {state}" in _more(truth, told=_with_issuance(truth[1], truth[2], state=state))


@pytest.mark.parametrize("logged", ["made", "void", "unresolved", None])
def test_another_word_in_the_issue_log_is_noticed(truth: Truth, logged: str | None) -> None:
    assert _more(truth, told=_with_issuance(truth[1], truth[2], logged=logged))


def test_another_paper_in_the_issue_log_is_noticed(truth: Truth) -> None:
    assert _more(truth, told=_with_issuance(truth[1], truth[2], logged_sha256="0" * 64))


def test_a_paper_that_another_issuer_has_heard_of_too_is_noticed(truth: Truth) -> None:
    assert f"{truth[2]} (out): bcl of 992011 has heard of it too" in _more(
        truth, told=_with_issuance(truth[1], truth[2], elsewhere=("bcl of 992011",))
    )


def test_a_fee_that_is_another_municipalitys_is_noticed(truth: Truth) -> None:
    assert any("the center took 200 yen" in complaint for complaint in _more(truth, told=_with_issuance(truth[1], truth[2], municipality="992020")))


def test_a_fee_that_was_not_booked_or_booked_twice_is_noticed(truth: Truth) -> None:
    net = truth[1].issuances[truth[2]].net_yen
    assert any("the books say" in complaint for complaint in _more(truth, told=_with_issuance(truth[1], truth[2], net_yen={})))
    twice = {account: 2 * yen for account, yen in net.items()}
    assert any("the books say" in complaint for complaint in _more(truth, told=_with_issuance(truth[1], truth[2], net_yen=twice)))


def test_a_fee_that_is_not_the_forms_is_noticed(truth: Truth) -> None:
    dearer = _more(truth, told=_with_issuance(truth[1], truth[2], form="koseki"))
    assert dearer == [f"{truth[2]} (out): the center took 200 yen for a paper on the form koseki"]
    assert _more(truth, told=_with_issuance(truth[1], truth[2], form="kojinhyo")) == []


def test_books_that_do_not_sum_to_zero_are_noticed(truth: Truth) -> None:
    books = truth[1].books
    total = {**books, "totals": {**books["totals"], "balance_yen": 1}}
    one_book = {**books, "totals": {**books["totals"], "books": [{"book": "center", "balance_yen": 200}]}}
    till = {**books, "accounts": [{**account, "balance_yen": account["balance_yen"] + 200} for account in books["accounts"]]}
    assert _more(truth, told=replace(truth[1], books=total))
    assert _more(truth, told=replace(truth[1], books=one_book))
    assert any("coin boxes" in complaint for complaint in _more(truth, told=replace(truth[1], books=till)))


def test_an_unresolved_paper_without_an_open_case_is_noticed(truth: Truth) -> None:
    assert any("open cases" in complaint for complaint in _more(truth, told=_with_issuance(truth[1], truth[2], state="unresolved")))


def test_a_case_that_the_operator_is_not_shown_is_noticed(truth: Truth) -> None:
    shown = replace(truth[1], shown_cases=truth[1].shown_cases | {truth[2]})
    assert any("the operator is shown" in complaint for complaint in _more(truth, told=shown))


def test_whatever_is_unfinished_or_left_behind_is_noticed(truth: Truth) -> None:
    assert _more(truth, replace(truth[0], left_behind=("mihon-store-001: 1 sheets",)))
    assert _more(truth, told=replace(truth[1], untidy=(*truth[1].untidy, "the kiosk still owes a report")))
