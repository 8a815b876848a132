"""領収書: what the resident is handed for the money. Pure.

It names the certificate as it was applied for (its form, its year), the number of copies and the yen, and a reference number by which the store and the center find the case; never a person.
"""

from dataclasses import dataclass
from datetime import datetime

from certificates.kinds import KINDS
from certificates.wareki import fiscal_year

WIDTH = 32
"""Half-width columns of the receipt's paper."""

EXEMPT = "交付手数料は消費税非課税です。"
"""The fee is one that a law has the municipality take (domain facts 6): no consumption tax is in it."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One receipt. `reference` is the reference number (受付番号); `text` is what is printed, line by line."""

    reference: str
    text: str


def reference_of(request_id: str) -> str:
    """受付番号: the last 12 characters of the request's id, in threes of four, as people read them out."""
    tail = request_id[-12:].upper()
    return "-".join(tail[start : start + 4] for start in range(0, len(tail), 4))


def title_of(kind: str, form: str, *, everybody: bool) -> str:
    """What a certificate of `kind` on `form` is called for the money: its title where what was chosen decides it, e.g. 戸籍個人事項証明書; the form's name where the register does, so that a
    receipt never tells whether somebody is taxed.
    """
    titles = KINDS[kind].form(form).titles
    if len(titles) == 1:
        return titles[0]
    if KINDS[kind].chosen == "all_or_one":
        return titles[0] if everybody else titles[1]
    return KINDS[kind].form(form).ja


def receipt(
    *,
    operator: str,
    place: str,
    terminal_id: str,
    request_id: str,
    title: str,
    year: int | None,
    copies: int,
    fee_yen: int,
    inserted_yen: int,
    returned_yen: int,
    now: datetime,
) -> Receipt:
    """The receipt for `copies` printed copies of the certificate called `title`, of the 年度 `year` where it has one, at `fee_yen` each; `returned_yen` is what was given back for copies that
    could not be printed.
    """
    total_yen = copies * fee_yen
    lines = [
        _centred("領 収 書"),
        _centred("【見本】"),
        "",
        operator,
        *([place] if place else []),
        f"{now:%Y/%m/%d %H:%M}  端末 {terminal_id}",
        "-" * WIDTH,
        "証明書交付サービス",
        title,
        *([f"  {fiscal_year(year)}"] if year is not None else []),
        _row(f"  {fee_yen:,}円 × {copies}通", f"{total_yen:,}円"),
        "-" * WIDTH,
        *_money(total_yen, inserted_yen, returned_yen),
        EXEMPT,
        "-" * WIDTH,
        f"受付番号 {reference_of(request_id)}",
        "証明書の内容についてのお問い合わせは",
        "発行した市区町村へお願いします。",
    ]
    return Receipt(reference=reference_of(request_id), text="\n".join(lines) + "\n")


def _money(total_yen: int, inserted_yen: int, returned_yen: int) -> tuple[str, ...]:
    returned = (_row("返金（未印刷分）", f"{returned_yen:,}円"),) if returned_yen else ()
    change = _row("お釣り", f"{inserted_yen - total_yen - returned_yen:,}円")
    return (_row("合計", f"{total_yen:,}円"), _row("お預り", f"{inserted_yen:,}円"), *returned, change)


def columns(text: str) -> int:
    """Half-width columns that `text` takes."""
    return sum(1 if ord(character) < 0x2000 else 2 for character in text)


def _row(left: str, right: str) -> str:
    return left + " " * max(1, WIDTH - columns(left) - columns(right)) + right


def _centred(text: str) -> str:
    return " " * ((WIDTH - columns(text)) // 2) + text
