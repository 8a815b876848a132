"""What stands on the 課税（非課税）証明書, the 所得証明書 and the paper that is both: one person's figures of one fiscal year.

The title says whether any tax is due. A dependant who declared nothing gets a paper without figures: 「０」 is printed only after a declaration (domain facts 4.5).
"""

from dataclasses import asdict

from certificates.content import inkan
from certificates.content.juminhyo import birth_text
from certificates.content.parts import Asked, Content, Parts
from certificates.face import EMPTY, Piece
from certificates.form.catalogue import FORMS
from certificates.form.grid import Strip
from certificates.wareki import fiscal_year
from registers.tax.record import TaxRecord

STATEMENT = "上記のとおり相違ないことを証明します。"
"""認証文 (domain facts 4.5)."""

UNDECLARED = "所得の申告がないため、金額は記載していません。"

FORMER = "住所は賦課期日（１月１日）現在のものです。"
"""To whom does not live here any more."""

_TITLES = {
    # form -> (taxed, not taxed)
    "kazei": ("課税証明書", "非課税証明書"),
    "shotoku": ("所得証明書", "所得証明書"),
    "shotoku_kazei": ("所得・課税証明書", "所得・非課税証明書"),
}


def parts(asked: Asked) -> Parts:
    """The record of the year asked for, as tables."""
    record = next(record for record in asked.sources.tax if record.year == asked.year)
    texts = {**_who(asked), "levy_address": record.address, "remarks": _remarks(asked, record), **_figures(record)}
    if asked.sources.vouched is not None:
        # Where a former resident lives now is not known here and is never on the paper; nor is where the household that stayed lives now.
        texts["address"] = record.address
    return Parts(
        title=_TITLES[asked.form][0 if record.taxed else 1],
        head=(("year", fiscal_year(record.year)), ("income_year", f"（{fiscal_year(record.year - 1)[:-2]}年分所得）")),
        pieces=tuple(_piece(strip, texts) for strip in FORMS[asked.form].strips),
        statement=STATEMENT,
    )


def _remarks(asked: Asked, record: TaxRecord) -> str:
    found = [FORMER] if asked.sources.vouched is not None else []
    return "".join(found if record.declared else [*found, UNDECLARED]) or EMPTY


CONTENT = Content(inkan.listed, inkan.options, parts)


def _who(asked: Asked) -> dict[str, str]:
    holder, household = asked.sources.holder, asked.sources.household
    assert holder is not None
    # A former resident may have left nobody behind, and a 住登外者 was never of a household here; `parts` says where they lived on January 1.
    assert household is not None or asked.sources.vouched is not None
    return {
        "address": EMPTY if household is None else household.address,
        "name_kana": holder.name_kana or EMPTY,
        "name": holder.name,
        "birth": birth_text(holder, asked.policy.eras),
        "sex": holder.sex,
    }


def _figures(record: TaxRecord) -> dict[str, str]:
    """Every amount and number by cell code; without a declaration all read 「＊＊＊」."""
    amounts = {
        **asdict(record.incomes),
        "income_total": record.incomes.total_yen,
        **asdict(record.deductions),
        "deduction_total": record.deductions.total_yen,
        **asdict(record.levy),
        "levy_total": record.levy.total_yen,
    }
    counted = {f"count_{name}": str(int(number)) for name, number in asdict(record.dependants).items()}
    counted["count_disabled"] = f"{record.dependants.disabled}（{record.dependants.severely_disabled}）"
    figures = {**{name: f"{yen:,}" for name, yen in amounts.items()}, **counted}
    return figures if record.declared else dict.fromkeys(figures, EMPTY)


def _piece(strip: Strip, texts: dict[str, str]) -> Piece:
    return Piece(strip.code, tuple((cell.code, texts[cell.code]) for cell in strip.cells))
