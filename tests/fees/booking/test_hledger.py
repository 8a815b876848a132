"""The ledger as hledger reads it: accepted under its strict checks, balances equal to ours, and a figure that is changed is noticed."""

import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fees.booking import hledger
from fees.booking.booking import book_facts
from fees.booking.hledger import hledger_journal, month_end
from fees.booking.ledger import append, balances
from fees.booking.posting import Posting
from fees.booking.records import METADATA
from fees.config import names_of, rules_of
from messages.facts import FactStep
from storage.instants import JST
from storage.sqlite import SqliteStore
from tests.fees.office import CITY, SEVEN, config, fact

RULES, NAMES = rules_of(config()), names_of(config())
LIVES: tuple[tuple[FactStep, ...], ...] = (
    ("paid", "printed"),
    ("paid", "returned"),
    ("paid", "unresolved"),
    ("paid",),
    ("paid", "unresolved", "printed"),
)
DAYS = ("2026-10-02", "2026-10-31", "2026-11-01", "2026-12-31", "2027-01-01")

needs_hledger = pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed here: what it says of our journal is not shown")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    """Lives of issuances booked on days of four months; one visit is of the month before its booking, one certificate is free, and one clock went back."""
    opened = await SqliteStore.open(tmp_path / "fees.db", METADATA)
    number = 0
    for index, day in enumerate(DAYS):
        now = datetime.fromisoformat(f"{day}T10:00:00+09:00")
        told = []
        for life, steps in enumerate(LIVES):
            for step in steps:
                number += 1
                free = {"fee_class": "free", "fee_yen": 0, "rule": "free-base"} if life == 0 and index == 2 else {}
                told.append(fact(number, f"i{index}-{life}", step, visited_at=now - timedelta(days=5), at=now - timedelta(days=1), **free))
        await opened.write(book_facts, tuple(told), RULES, now)
    back = datetime(2026, 12, 31, 23, 59, tzinfo=JST)
    await opened.write(book_facts, (fact(number + 1, "back", "paid", visited_at=back, at=back),), RULES, back)
    await opened.write(append, Posting("correction/1", None, "i0-3", "refunded", back, ()), back)
    yield opened
    await opened.close()


async def written(store: SqliteStore, folder: Path) -> Path:
    file = folder / "books.journal"
    file.write_text("".join([piece async for piece in hledger_journal(store, NAMES, datetime(2027, 1, 2, tzinfo=JST))]), encoding="utf-8")
    return file


def asked(file: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["hledger", "-f", str(file), *words],
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/usr/local/bin:/bin"},
    )


@needs_hledger
async def test_hledger_accepts_the_journal_and_adds_up_what_we_do(store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hledger, "PAGE", 7)
    file = await written(store, tmp_path)
    checked = asked(file, "check", "--strict", "ordereddates", "parseable", "accounts", "commodities", "balancednoautoconversion")
    assert (checked.returncode, checked.stderr) == (0, "")
    told = json.loads(asked(file, "balance", "--flat", "--empty", "-O", "json").stdout)[0]
    found = {name: amounts[0]["aquantity"]["floatingPoint"] if amounts else 0 for name, _, _, amounts in told}
    assert found == {balance.account.code.replace("/", ":"): balance.balance_yen for balance in await store.read(balances)}
    assert found[f"center:payable:{CITY}"] < 0 < found[f"operator:{SEVEN}:till"]
    codes = [line for line in asked(file, "codes").stdout.splitlines() if line]
    assert codes == [str(number) for number in range(1, len(codes) + 1)] and len(codes) == 5 * 10 + 2


@needs_hledger
async def test_classes_of_accounts_are_known_to_hledger(store: SqliteStore, tmp_path: Path) -> None:
    file = await written(store, tmp_path)
    fees = asked(file, "incomestatement", "--flat", "-O", "csv").stdout
    assert f'"municipality:{CITY}:fee"' in fees and f'"municipality:{CITY}:commission"' in fees and "till" not in fees


@needs_hledger
@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  250 JPY\n", "  251 JPY\n", "balance"),
        (f"    operator:{SEVEN}:till  250 JPY\n    operator:{SEVEN}:pending  -250 JPY\n", "", "assertion"),
        (f"account operator:{SEVEN}:till  ; type:A\n", "", "undeclared account"),
        ("0 JPY = -", "0 JPY = -1", "assertion"),
    ],
)
async def test_hledger_notices_what_is_changed(store: SqliteStore, tmp_path: Path, old: str, new: str, says: str) -> None:
    file = await written(store, tmp_path)
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    told = asked(file, "check", "--strict", "ordereddates")
    assert told.returncode != 0 and says in told.stderr


async def test_balances_are_asserted_at_the_end_of_every_month_and_of_the_ledger(store: SqliteStore, tmp_path: Path) -> None:
    lines = (await written(store, tmp_path)).read_text(encoding="utf-8").splitlines()
    assert [line[:10] for line in lines if line.endswith(" balances")] == ["2026-10-31", "2026-11-30", "2026-12-31", "2027-01-01"]
    assert lines[-1] == "; 52 postings. End of the ledger."
    assert lines[0].startswith("; 見本")


async def test_a_ledger_without_postings_is_a_journal_too(tmp_path: Path) -> None:
    opened = await SqliteStore.open(tmp_path / "empty.db", METADATA)
    text = (await written(opened, tmp_path)).read_text(encoding="utf-8")
    await opened.close()
    assert text.endswith("\n; 0 postings. End of the ledger.\n") and "account" not in text


@pytest.mark.parametrize(
    ("day", "end"), [("2026-10-01", "2026-10-31"), ("2026-12-31", "2026-12-31"), ("2028-02-10", "2028-02-29"), ("2027-02-28", "2027-02-28")]
)
def test_a_month_ends_on_its_last_day(day: str, end: str) -> None:
    assert month_end(day) == end
