"""How the office's pages say things: yen, moments, steps and reasons, each in Japanese and English, and the tables of a trial balance and of a journal as they are read on paper.

Pure; it arranges and words what `books` read and decides nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby, zip_longest

import msgspec

from certificates.kinds import KINDS
from fees.booking.accounts import CHART, CLASSES, HOLDERS, Account, Names, heading, title
from fees.booking.ledger import Balance, JournalEntry
from fees.booking.posting import Leg
from storage.instants import JST, instant

Twin = tuple[str, str]
"""The same words in Japanese and English."""

EVENTS: Mapping[str, Twin] = {
    "paid": ("入金", "Paid"),
    "printed": ("交付", "Issued"),
    "returned": ("返金", "Returned"),
    "unresolved": ("未確定", "Unresolved"),
}

RULE_KINDS: Mapping[str, Twin] = {
    "base": ("基本額", "Base"),
    "reduction": ("恒久減額", "Permanent reduction"),
    "campaign": ("期間限定減額", "Campaign"),
}

CHANNELS: Mapping[str, Twin] = {
    "store": ("コンビニ等店舗", "Store"),
    "post_office": ("郵便局", "Post office"),
    "town_hall": ("庁舎内端末", "Town hall kiosk"),
    "counter": ("窓口", "Counter"),
}

REASONS: Mapping[str, Twin] = {
    "number_reused": ("同じ番号で内容の異なる通知", "Same number, other content"),
    "second_outcome": ("同じ交付に二つ目の結果", "A second outcome of one issuance"),
    "step_repeated": ("同じ交付の同じ段階が別の番号で再度", "The same step again under another number"),
    "issuance_differs": ("同じ交付の通知どうしが不一致", "Facts of one issuance disagree"),
    "price_differs": ("料金表と金額が不一致", "Not the tariff's price"),
    "no_price": ("料金表に該当する定めがない", "No tariff rule applies"),
    "no_commission": ("委託手数料の定めがない", "No commission rule applies"),
    "no_route": ("収納経路の定めがない", "No collection route applies"),
}


_BOOKS = tuple(HOLDERS)


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """One line of the trial balance: the account's name and class, and its balance on the side where it stands (the other is None)."""

    code: str
    title: Twin
    account_class: Twin
    debit_yen: int | None
    credit_yen: int | None


@dataclass(frozen=True, slots=True)
class BookTable:
    """One party's part of the trial balance (残高試算表). Both sums are equal in a sound book."""

    name: Twin
    lines: tuple[BalanceLine, ...]
    debit_yen: int
    credit_yen: int


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One line of a posting: a debit and a credit of one book beside each other (借方 / 貸方); a side may be empty."""

    book: Twin
    debit: Twin | None
    debit_yen: int | None
    credit: Twin | None
    credit_yen: int | None


def yen(amount_yen: int | None) -> str:
    """An amount as it is printed: separators, a minus as △ in the Japanese manner of accounts, nothing for None."""
    if amount_yen is None:
        return ""
    return f"△{-amount_yen:,}" if amount_yen < 0 else f"{amount_yen:,}"


def moment(text: str) -> str:
    """A stored instant as the pages show it: JST, to the second."""
    return instant(text).astimezone(JST).strftime("%Y-%m-%d %H:%M:%S")


def trial_balance(balances: tuple[Balance, ...], names: Names) -> tuple[BookTable, ...]:
    """The balances by book, books and accounts in the order of the chart: operators, the center, municipalities."""
    ordered = sorted(balances, key=lambda balance: _place(balance.account))
    return tuple(_book_table(tuple(each), names) for _, each in groupby(ordered, key=lambda balance: balance.account.book))


def journal_lines(entry: JournalEntry, names: Names) -> tuple[JournalLine, ...]:
    """The legs of a posting, book by book, debits beside credits."""
    lines: list[JournalLine] = []
    for _, each in groupby(sorted(entry.legs, key=lambda leg: _BOOKS.index(heading(leg.account).holder)), key=lambda leg: leg.account.book):
        legs = tuple(each)
        debits, credits_ = (leg for leg in legs if leg.yen > 0), (leg for leg in legs if leg.yen < 0)
        lines += [_journal_line(debit, credit, names) for debit, credit in zip_longest(debits, credits_)]
    return tuple(lines)


def fee_class(code: str) -> Twin:
    """What a fee class is called: the certificate it prices; where a kind has several classes, the form; a class of nobody's by its code."""
    for kind in KINDS.values():
        priced = [form for form in kind.forms if form.fee_class == code]
        if priced:
            return (kind.title, kind.title_en) if len(priced) == len(kind.forms) else (priced[0].ja, priced[0].en)
    return code, code


def _place(account: Account) -> tuple[int, str, int, str]:
    row = heading(account)
    return _BOOKS.index(row.holder), account.book, CHART.index(row), account.item


def _book_table(balances: tuple[Balance, ...], names: Names) -> BookTable:
    lines = tuple(_balance_line(balance, names) for balance in balances)
    called = title(balances[0].account, names)
    return BookTable((called.book_ja, called.book_en), lines, sum(line.debit_yen or 0 for line in lines), sum(line.credit_yen or 0 for line in lines))


def _balance_line(balance: Balance, names: Names) -> BalanceLine:
    called = title(balance.account, names)
    debit_stands = balance.balance_yen > 0 or (balance.balance_yen == 0 and called.account_class in ("asset", "expense"))
    return BalanceLine(
        code=balance.account.code,
        title=(called.ja, called.en),
        account_class=CLASSES[called.account_class],
        debit_yen=balance.balance_yen if debit_stands else None,
        credit_yen=None if debit_stands else -balance.balance_yen,
    )


def _journal_line(debit: Leg | None, credit: Leg | None, names: Names) -> JournalLine:
    one = debit or credit
    assert one is not None
    called = title(one.account, names)
    return JournalLine(
        book=(called.book_ja, called.book_en),
        debit=_title_of(debit, names),
        debit_yen=debit.yen if debit else None,
        credit=_title_of(credit, names),
        credit_yen=-credit.yen if credit else None,
    )


def _title_of(leg: Leg | None, names: Names) -> Twin | None:
    if leg is None:
        return None
    called = title(leg.account, names)
    return called.ja, called.en


def listed(content: str) -> tuple[str, ...]:
    """A kept content in a readable form: `name=value` for each field of a fact, or the text itself."""
    fields = _fields(content)
    return tuple(f"{name}={value}" for name, value in fields.items()) if fields else (content,)


def differing(content: str, against: str) -> tuple[str, ...]:
    """The fields in which two kept contents differ; none where one of them is not a fact."""
    one, other = _fields(content), _fields(against)
    return tuple(name for name in one if name in other and one[name] != other[name])


def _fields(content: str) -> Mapping[str, object]:
    try:
        fields = msgspec.json.decode(content)
    except msgspec.DecodeError:
        return {}
    return fields if isinstance(fields, dict) else {}
