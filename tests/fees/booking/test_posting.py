"""Every posting is zero in total and in every book, and the table in the documents is the table in the code."""

from collections import Counter
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fees.booking.accounts import CHART, CLASSES, HOLDERS, Account, Heading, Names, heading, title
from fees.booking.posting import CLEARING, ENTRIES, Entry, Posting, entries_of, posting_of
from fees.rules.collection import ROUTES, Route
from messages.facts import FactStep
from tests.fees.office import CITY, SEVEN, fact

STEPS: tuple[FactStep, ...] = ("paid", "printed", "returned", "unresolved")
DOCUMENT = Path(__file__).parents[3] / "docs" / "bookkeeping.md"
OPERATOR, CENTER, CITY_BOOK = f"operator/{SEVEN}", "center", f"municipality/{CITY}"


def moved(*postings: Posting) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for posting in postings:
        for leg in posting.legs:
            sums[leg.account.code] += leg.yen
    return {code: yen for code, yen in sums.items() if yen}


def posted(*steps: FactStep, route: Route = "through_center") -> list[Posting]:
    return [posting_of(fact(n, "i", step), 117, frozenset(steps[: n - 1]), route) for n, step in enumerate(steps, start=1)]


@given(st.sampled_from(STEPS), st.frozensets(st.sampled_from(STEPS)), st.integers(0, 10_000), st.integers(0, 1_000), st.sampled_from(ROUTES))
def test_every_posting_is_zero_in_total_and_in_every_book(
    step: FactStep, before: frozenset[FactStep], fee_yen: int, commission_yen: int, route: Route
) -> None:
    legs = posting_of(fact(1, "i", step, fee_yen=fee_yen), commission_yen, before, route).legs
    for book in {leg.account.book for leg in legs}:
        assert sum(leg.yen for leg in legs if leg.account.book == book) == 0
    assert sum(leg.yen for leg in legs) == 0
    assert all(leg.yen != 0 and heading(leg.account) in CHART for leg in legs)


def test_paid_money_waits_with_the_operator() -> None:
    assert moved(*posted("paid")) == {f"{OPERATOR}/till": 250, f"{OPERATOR}/pending": -250}


def test_a_printed_paper_hands_the_fee_to_the_municipality_which_owes_the_commission() -> None:
    assert moved(*posted("paid", "printed")) == {
        f"{OPERATOR}/till": 250,
        f"{OPERATOR}/payable/center": -250,
        f"{OPERATOR}/receivable/{CITY}": 117,
        f"{OPERATOR}/commission": -117,
        f"{CENTER}/receivable/{SEVEN}": 250,
        f"{CENTER}/payable/{CITY}": -250,
        f"{CITY_BOOK}/receivable/center": 250,
        f"{CITY_BOOK}/fee": -250,
        f"{CITY_BOOK}/commission": 117,
        f"{CITY_BOOK}/payable/{SEVEN}": -117,
    }


def test_a_kiosk_in_the_own_hall_pays_into_the_municipality_s_till_and_nobody_earns_a_commission() -> None:
    assert moved(*posted("paid", route="direct")) == {f"{CITY_BOOK}/till": 250, f"{CITY_BOOK}/pending": -250}
    assert moved(*posted("paid", "unresolved", route="direct")) == {f"{CITY_BOOK}/till": 250, f"{CITY_BOOK}/suspense": -250}
    assert moved(*posted("paid", "printed", route="direct")) == {f"{CITY_BOOK}/till": 250, f"{CITY_BOOK}/fee": -250}


def test_under_its_own_contract_the_operator_owes_the_municipality_itself_and_the_center_has_no_part() -> None:
    assert moved(*posted("paid", "printed", route="own_contract")) == {
        f"{OPERATOR}/till": 250,
        f"{OPERATOR}/remittance/{CITY}": -250,
        f"{OPERATOR}/receivable/{CITY}": 117,
        f"{OPERATOR}/commission": -117,
        f"{CITY_BOOK}/due/{SEVEN}": 250,
        f"{CITY_BOOK}/fee": -250,
        f"{CITY_BOOK}/commission": 117,
        f"{CITY_BOOK}/payable/{SEVEN}": -117,
    }


@pytest.mark.parametrize("route", ROUTES)
def test_returned_money_leaves_nothing(route: Route) -> None:
    assert moved(*posted("paid", "returned", route=route)) == {}


def test_unresolved_money_stands_in_suspense() -> None:
    assert moved(*posted("paid", "unresolved")) == {f"{OPERATOR}/till": 250, f"{OPERATOR}/suspense": -250}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("outcome", ["printed", "returned"])
def test_a_case_closed_later_ends_as_if_it_had_never_been_unresolved_in_any_order(outcome: FactStep, route: Route) -> None:
    straight = moved(*posted("paid", outcome, route=route))
    for order in permutations(("paid", "unresolved", outcome)):
        assert moved(*posted(*order, route=route)) == straight


def test_a_certificate_for_nothing_still_owes_the_commission() -> None:
    free = {"fee_class": "free", "fee_yen": 0, "rule": "free-base"}
    assert posting_of(fact(1, "i", "paid", **free), 117, frozenset(), "through_center").legs == ()
    assert moved(posting_of(fact(2, "i", "printed", **free), 117, frozenset(), "through_center")) == {
        f"{OPERATOR}/receivable/{CITY}": 117,
        f"{OPERATOR}/commission": -117,
        f"{CITY_BOOK}/commission": 117,
        f"{CITY_BOOK}/payable/{SEVEN}": -117,
    }


def test_every_heading_is_posted_to_and_every_account_has_a_name() -> None:
    entries = [entry for route in ROUTES for step in STEPS for entry in (*CLEARING[route], *ENTRIES[route][step])]
    used = {(entry.holder, item.partition("/")[0]) for entry in entries for item in (entry.debit, entry.credit)}
    assert used == {(row.holder, row.item) for row in CHART}
    names = Names({SEVEN: ("ひだまりストア", "Hidamari Store")}, {CITY: ("見本市", "Mihon City")}, ("センター", "Center"))
    called = title(Account(f"municipality/{CITY}", f"payable/{SEVEN}"), names)
    assert (called.book_ja, called.ja, called.en) == ("見本市", "未払委託手数料・ひだまりストア", "Commission payable: Hidamari Store")
    assert title(Account("center", f"payable/{CITY}"), names).ja == "預り金（交付手数料）・見本市"
    assert title(Account("operator/other", "till"), names).book_ja == "other"


def test_the_documents_show_the_chart_and_the_table_of_postings() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert chart_table() in text, f"docs/bookkeeping.md should hold:\n\n{chart_table()}"
    for route in ROUTES:
        assert postings_table(route) in text, f"docs/bookkeeping.md should hold:\n\n{postings_table(route)}"


def chart_table() -> str:
    lines = ["| 帳簿 | 勘定科目 | Account | 区分 | コード |", "|---|---|---|---|---|"]
    for row in CHART:
        code = f"{BOOKS[row.holder]}/{row.item}" + (f"/{OTHERS[row.other]}" if row.other else "")
        lines.append(f"| {HOLDERS[row.holder][0]} | {row.ja} | {row.en} | {CLASSES[row.account_class][0]} | `{code}` |")
    return "\n".join(lines)


def postings_table(route: Route) -> str:
    lines = ["| 事象 | 帳簿 | 借方 | 貸方 | 金額 |", "|---|---|---|---|---|"]
    for event, entries in _events(route):
        for number, entry in enumerate(entries):
            amount = {"fee": "交付手数料", "commission": "委託手数料"}[entry.amount]
            lines.append(
                f"| {'' if number else event} | {HOLDERS[entry.holder][0]} | {_item(entry, entry.debit)} | {_item(entry, entry.credit)} | {amount} |"
            )
    return "\n".join(lines)


BOOKS = {"operator": "operator/<事業者>", "center": "center", "municipality": "municipality/<市区町村>"}
OTHERS = {"operator": "<事業者>", "center": "center", "municipality": "<市区町村>"}


def _events(route: Route) -> list[tuple[str, tuple[Entry, ...]]]:
    return [
        ("`paid` 入金", entries_of("paid", frozenset(), route)),
        ("`printed` 交付", entries_of("printed", frozenset({"paid"}), route)),
        ("`returned` 返金", entries_of("returned", frozenset({"paid"}), route)),
        ("`unresolved` 未確定", entries_of("unresolved", frozenset({"paid"}), route)),
        ("未確定の後の `printed`", entries_of("printed", frozenset({"paid", "unresolved"}), route)),
        ("未確定の後の `returned`", entries_of("returned", frozenset({"paid", "unresolved"}), route)),
        ("交付・返金の後に届いた `unresolved`", entries_of("unresolved", frozenset({"paid", "printed"}), route)),
    ]


def _item(entry: Entry, item: str) -> str:
    row: Heading = heading(Account(BOOKS[entry.holder], item))
    return f"{row.ja} `{item.partition('/')[0]}`"
