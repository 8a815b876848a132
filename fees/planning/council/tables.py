"""A plan for a spreadsheet: every municipality on a line, and every assumption on a line.

CSV in UTF-8 with BOM, so that what opens it by a double click reads Japanese; lines end as RFC 4180 wants.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from fees.planning.council.assumptions import assumptions
from fees.planning.country.classes import CLASS_WORDS
from fees.planning.country.published import KIND_WORDS, KINDS
from fees.planning.plan import Plan
from fees.rules.contributions import BAND_NAMES

BOM = "\ufeff"
SPECIMEN = "見本（試算）"


class _Lines:
    """Collects what the writer writes."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def write(self, text: str) -> int:
        """One line."""
        self.parts.append(text)
        return len(text)


class _Row(Protocol):
    def __iter__(self) -> Iterator[object]: ...


def municipalities_csv(plan: Plan) -> bytes:
    """Every municipality of the country: who it is, what it offers, its papers by kind, and for each scheme net, tax, gross, difference, cost of an issuance; bare numbers of yen and papers."""
    head = [
        "団体コード",
        "都道府県",
        "市区町村",
        "規模",
        "運営負担金の区分",
        "人口",
        "人口の出所",
        "参加",
        "BCL",
        *(f"{KIND_WORDS[kind]}の交付" for kind in KINDS),
    ]
    head += [f"{KIND_WORDS[kind]}（通/年）" for kind in KINDS]
    head += ["合計（通/年）", "BCLでの戸籍で増える（通/年）", "課税の広域交付で増える（通/年）"]
    for one in plan.compared:
        head += [
            f"{one.title} 税抜（円）",
            f"{one.title} 消費税（円）",
            f"{one.title} 税込（円）",
            f"{one.title} 基準との差（円）",
            f"{one.title} 1通あたり税込（円）",
        ]
    return _csv([*head, "注"], _bodies(plan))


def _bodies(plan: Plan) -> Iterator[list[object]]:
    country, usual = plan.country, plan.baseline.charged.gross_yen
    source = "取込" if country.measured else "モデル"
    for place, one in enumerate(country.bodies):
        joined = one.code in country.taking.joined
        papers = int(country.grid.issuances[place])
        row: list[object] = [one.code, one.prefecture, one.name, CLASS_WORDS[one.size_class], BAND_NAMES[one.band][0], one.body.population, source]
        row += [_yes(joined), _yes(one.code in country.taking.bcl), *(_yes(one.code in country.taking.offers[kind]) for kind in KINDS)]
        row += [int(country.year.kiosk[kind][place]) for kind in KINDS]
        row += [papers, plan.koseki_on_bcl.middle.get(one.code, 0), plan.wide_tax.middle.get(one.code, 0)]
        for scheme in plan.compared:
            net_yen, tax_yen = int(scheme.charged.net_yen[place]), int(scheme.charged.tax_yen[place])
            gross_yen = net_yen + tax_yen
            row += [net_yen, tax_yen, gross_yen, gross_yen - int(usual[place]), (2 * gross_yen + papers) // (2 * papers) if papers else ""]
        yield [*row, SPECIMEN]


def assumptions_csv(plan: Plan) -> bytes:
    """Every assumption with its source and day."""
    return _csv(["事項", "値", "種別", "出典", "時点"], ([one.about, one.value, one.sort, one.source, one.as_of] for one in assumptions(plan)))


def _yes(is_so: bool) -> str:
    return "○" if is_so else ""


def _csv(head: Sequence[str], rows: Iterable[_Row]) -> bytes:
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    return (BOM + "".join(lines.parts)).encode("utf-8")
