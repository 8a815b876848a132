"""The chart of accounts (勘定科目表): every party keeps its own book, and an account belongs to one book.

Decides which accounts may exist and what they are called; moves no money. A balance is debits minus credits: a debit (借方) is positive, a credit (貸方) negative,
so assets and expenses stand positive, liabilities and revenues negative. See `docs/bookkeeping.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec

Holder = Literal["operator", "center", "municipality"]
Class = Literal["asset", "liability", "revenue", "expense"]

CLASSES: Mapping[Class, tuple[str, str]] = {
    "asset": ("資産", "Asset"),
    "liability": ("負債", "Liability"),
    "revenue": ("収益", "Revenue"),
    "expense": ("費用", "Expense"),
}

HOLDERS: Mapping[Holder, tuple[str, str]] = {
    "operator": ("コンビニ事業者", "Store operator"),
    "center": ("証明書交付センター", "Issuance center"),
    "municipality": ("市区町村", "Municipality"),
}


@dataclass(frozen=True, slots=True)
class Heading:
    """One row of the chart: an account name (勘定科目) in the books of one kind of party. `other`: such an account is kept for each party of that kind."""

    holder: Holder
    item: str
    account_class: Class
    ja: str
    en: str
    other: Holder | None = None


CHART: tuple[Heading, ...] = (
    Heading("operator", "till", "asset", "現金（マルチコピー機収納金）", "Cash in the coin boxes"),
    Heading("operator", "pending", "liability", "仮受金（交付前）", "Received, not yet issued"),
    Heading("operator", "suspense", "liability", "仮受金（要調査）", "Suspense: outcome unknown"),
    Heading("operator", "payable", "liability", "預り金（交付手数料）", "Fees held for others", "center"),
    Heading("operator", "remittance", "liability", "預り金（交付手数料・直接納付）", "Fees held for the municipality itself", "municipality"),
    Heading("operator", "receivable", "asset", "未収委託手数料", "Commission receivable", "municipality"),
    Heading("operator", "commission", "revenue", "受取委託手数料", "Commission earned"),
    Heading("center", "receivable", "asset", "未収入金（交付手数料）", "Fees receivable", "operator"),
    Heading("center", "payable", "liability", "預り金（交付手数料）", "Fees held for others", "municipality"),
    Heading("municipality", "till", "asset", "現金（庁舎内端末収納金）", "Cash in the hall kiosks"),
    Heading("municipality", "pending", "liability", "仮受金（交付前）", "Received, not yet issued"),
    Heading("municipality", "suspense", "liability", "仮受金（要調査）", "Suspense: outcome unknown"),
    Heading("municipality", "due", "asset", "未収入金（交付手数料・直接納付）", "Fees receivable from the operator itself", "operator"),
    Heading("municipality", "receivable", "asset", "未収入金（交付手数料）", "Fees receivable", "center"),
    Heading("municipality", "fee", "revenue", "証明書交付手数料", "Certificate fees"),
    Heading("municipality", "commission", "expense", "支払委託手数料", "Commission paid to operators"),
    Heading("municipality", "payable", "liability", "未払委託手数料", "Commission payable", "operator"),
)

_HEADINGS: Mapping[tuple[str, str], Heading] = {(row.holder, row.item): row for row in CHART}


class Account(msgspec.Struct, frozen=True, order=True, gc=False):
    """An account: the `book` of a party (`operator/<id>`, `center`, `municipality/<code>`) and the `item` in it, with the other side where there is one (`payable/center`)."""

    book: str
    item: str

    @property
    def code(self) -> str:
        """The account's full code, such as `operator/seven/till` or `municipality/990001/payable/seven`."""
        return f"{self.book}/{self.item}"


@dataclass(frozen=True, slots=True)
class Title:
    """What an account is called on paper: the party whose book it is, the account name, and its class."""

    book_ja: str
    book_en: str
    ja: str
    en: str
    account_class: Class


@dataclass(frozen=True, slots=True)
class Names:
    """What the parties are called: by operator id, by municipality code, and the center; each in Japanese and English."""

    operators: Mapping[str, tuple[str, str]]
    municipalities: Mapping[str, tuple[str, str]]
    center: tuple[str, str]

    def party(self, holder: Holder, ident: str) -> tuple[str, str]:
        """The names of one party; its id where it has no name."""
        match holder:
            case "center":
                return self.center
            case "operator":
                return self.operators.get(ident, (ident, ident))
            case _:
                return self.municipalities.get(ident, (ident, ident))


def heading(account: Account) -> Heading:
    """The row of the chart for an account; a KeyError means that the account may not exist."""
    return _HEADINGS[account.book.partition("/")[0], account.item.partition("/")[0]]


def title(account: Account, names: Names) -> Title:
    """What this account is called, the other side's name included: 「預り金（交付手数料）・証明書交付センター」."""
    row = heading(account)
    book_ja, book_en = names.party(row.holder, account.book.partition("/")[2])
    if row.other is None:
        return Title(book_ja, book_en, row.ja, row.en, row.account_class)
    other_ja, other_en = names.party(row.other, account.item.partition("/")[2])
    return Title(book_ja, book_en, f"{row.ja}・{other_ja}", f"{row.en}: {other_en}", row.account_class)
