"""The schemes side by side: rates and revenue, bands and classes, who gains and loses most, what a floor does, how far the ranges go."""

from collections.abc import Iterator

import numpy as np

from fees.planning.council.blocks import Block, Heading, Paragraph, Table
from fees.planning.council.charts import Row, bars
from fees.planning.council.first_page import by_band_table, more_or_less, short
from fees.planning.council.words import change, count, millions, per_paper, spread_of, thousands, yen
from fees.planning.figures.comparing import Outcome
from fees.planning.plan import Plan
from fees.rules.contributions import BAND_NAMES, BANDS, ByBand, FixedByBand, Metered, Scheme, Tiered, TwoPart

BAND_HEADS = ("政令市（100万人以上）", "政令市（未満）", "市・特別区（15万人以上）", "市・特別区（未満）", "町村")
PER_ISSUANCE = "1通"
SHOWN = 8
"""How many of those who gain or lose most are named."""


def comparison(plan: Plan) -> Iterator[Block]:
    """The blocks of the comparison."""
    yield Heading("方式の比較", new_page=True)
    yield _schemes(plan)
    yield _counts(plan)
    if plan.scenario.ours is not None:
        yield by_band_table(plan)
        yield more_or_less(plan)
    yield _per_paper_chart(plan)
    yield _classes(plan)
    yield from _extremes(plan)
    yield Heading("従量制の下限額", level=2)
    yield _floors(plan)
    yield Heading("交付数が変わったとき", level=2)
    yield from _ranges(plan)


def told(scheme: Scheme) -> str:
    """A scheme in one line: amounts net."""
    match scheme:
        case FixedByBand():
            text = f"年額 {_amount(scheme.table_yen)}"
        case Metered():
            text = f"1通 {_amount(scheme.per_issuance_yen)}"
        case TwoPart():
            text = f"基本 {_amount(scheme.basic_yen)}、1通 {_amount(scheme.per_issuance_yen)}"
        case Tiered():
            text = "、".join(f"{step.above:,}通を超える分 1通{yen(step.per_issuance_yen)}" for step in scheme.steps)
    bounds = [f"{word} {_amount(amount)}" for word, amount in (("下限", scheme.floor_yen), ("上限", scheme.cap_yen)) if amount is not None]
    return "、".join((text, *bounds))


def _amount(amount_yen: int | ByBand) -> str:
    if isinstance(amount_yen, ByBand):
        return " / ".join(count(amount_yen.of(band)) for band in BANDS) + "円"
    return yen(amount_yen)


def _schemes(plan: Plan) -> Table:
    rows = []
    for one in plan.compared:
        for number, (what, amounts) in enumerate(_terms(one.rule)):
            solved = "（収入を保つ額）" if one.solved and what == PER_ISSUANCE else ""
            rows.append((one.title if not number else "", what + solved, *amounts))
    return Table(
        "方式の内容（税抜、円）",
        ("方式", "項目", *BAND_HEADS),
        tuple(rows),
        "llrrrrr",
        note=f"「収入を保つ額」は、センターの収入が「{plan.baseline.title}」を下回らない最小の整数の円を計算したもの。",
    )


def _terms(scheme: Scheme) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What a scheme charges, item by item, a text for each band."""
    match scheme:
        case FixedByBand():
            yield "年額", _by_band(scheme.table_yen)
        case Metered():
            yield PER_ISSUANCE, _by_band(scheme.per_issuance_yen)
        case TwoPart():
            yield "基本額（年）", _by_band(scheme.basic_yen)
            yield PER_ISSUANCE, _by_band(scheme.per_issuance_yen)
        case Tiered():
            for step in scheme.steps:
                yield f"{step.above:,}通を超える1通", _by_band(step.per_issuance_yen)
    for what, amount in (("下限額（年）", scheme.floor_yen), ("上限額（年）", scheme.cap_yen)):
        if amount is not None:
            yield what, _by_band(amount)


def _by_band(amount_yen: int | ByBand) -> tuple[str, ...]:
    return tuple(count(amount_yen.of(band) if isinstance(amount_yen, ByBand) else amount_yen) for band in BANDS)


def _counts(plan: Plan) -> Table:
    """The center's revenue, what an issuance costs on average, and how many bodies of each band pay more and less."""
    rows = []
    for one in plan.compared:
        found = [next((group.standings[one.id] for group in plan.by_band if group.name == BAND_NAMES[band][0]), None) for band in BANDS]
        counts = ["" if standing is None or one.id == plan.baseline.id else f"{standing.more}／{standing.less}" for standing in found]
        rows.append((one.title, millions(one.revenue_net_yen), _mean_per_paper(plan, one), *counts))
    return Table(
        "センターの収入（税抜）と、増える団体／減る団体の数",
        ("方式", "収入（百万円）", "1通あたり（税込）", *BAND_HEADS),
        tuple(rows),
        "lrrrrrrr",
    )


def _mean_per_paper(plan: Plan, one: Outcome) -> str:
    return per_paper(int(one.charged.gross_yen.sum()), int(plan.country.grid.issuances[plan.country.grid.joined].sum()))


def _per_paper_chart(plan: Plan) -> Block:
    rows = []
    for group in plan.by_band:
        values = tuple(group.standings[one.id].gross_yen // max(1, group.issuances) for one in plan.compared)
        rows.append(Row(group.name, values, tuple(yen(value) for value in values)))
    reading = "；".join(f"{row.label} {'、'.join(row.texts)}" for row in rows)
    return bars("1通あたりの運営負担金（税込）", [short(one.title) for one in plan.compared], rows, reading)


def _classes(plan: Plan) -> Table:
    rows = []
    for group in plan.by_class:
        cells = [group.name, count(group.bodies), count(group.issuances)]
        cells += [
            f"{thousands(group.standings[one.id].gross_yen)}（{per_paper(group.standings[one.id].gross_yen, group.issuances)}）"
            for one in plan.compared
        ]
        rows.append(tuple(cells))
    total = [sum(group.bodies for group in plan.by_class), sum(group.issuances for group in plan.by_class)]
    sums = [int(one.charged.gross_yen.sum()) for one in plan.compared]
    rows.append(("計", count(total[0]), count(total[1]), *(f"{thousands(amount)}（{per_paper(amount, total[1])}）" for amount in sums)))
    return Table(
        "規模別の合計（税込、千円。かっこ内は1通あたり）",
        ("規模（国の調査の区分）", "団体", "交付数", *(short(one.title) for one in plan.compared)),
        tuple(rows),
        "l" + "r" * (2 + len(plan.compared)),
        strong=frozenset({len(rows) - 1}),
    )


def _extremes(plan: Plan) -> Iterator[Block]:
    usual = plan.baseline.charged.gross_yen
    bodies, issuances = plan.country.bodies, plan.country.grid.issuances
    yield Heading("増減の大きい団体", level=2)
    if not plan.country.measured:
        yield Paragraph("人口がモデルなので、団体名は例です。全団体はCSVにあります。", "note")
    for scheme in (one for one in plan.compared if one.id != plan.baseline.id):
        difference = scheme.charged.gross_yen - usual
        order = [int(place) for place in np.argsort(-difference, kind="stable")]
        chosen = [place for place in order[:SHOWN] if difference[place] > 0], [place for place in order[::-1][:SHOWN] if difference[place] < 0]
        pairs = max(len(side) for side in chosen)
        rows = []
        for number in range(pairs):
            cells: list[str] = []
            for side in chosen:
                place = side[number] if number < len(side) else None
                cells += ["", "", ""] if place is None else [bodies[place].full_name, count(int(issuances[place])), change(int(difference[place]))]
            rows.append(tuple(cells))
        yield Table(
            f"{scheme.title}：年額の差（税込、円）",
            ("増える団体", "交付数", "差", "減る団体", "交付数", "差"),
            tuple(rows),
            "lrrlrr",
        )


def _floors(plan: Plan) -> Table:
    towns = next(group.bodies for group in plan.by_band if group.name == BAND_NAMES["town"][0])
    rows = tuple(
        (
            yen(one.floor_yen) if one.floor_yen else "なし",
            yen(one.unit_yen),
            f"{count(one.towns_at_floor)} / {count(towns)}",
            yen(one.middle_town_gross_yen),
        )
        for one in plan.floors
    )
    return Table(
        "全団体に同じ下限額を置いた従量制（センターの収入を保つ）",
        ("下限額（税抜、年）", "1通の単価（税抜）", "下限額を払う町村", "町村の中央の年額（税込）"),
        rows,
        "rrrr",
        note="下限額を上げるほど小さな町村の負担が増え、1通の単価が下がる。",
    )


def _ranges(plan: Plan) -> Iterator[Block]:
    found = plan.uncertain
    growth, use = plan.scenario.volumes.growth_percent, plan.scenario.volumes.small_towns_use_percent
    yield Paragraph(
        f"全国の交付数が{plan.scenario.draws:,}通りに変わったときの結果（2023年度の{growth.low}～{growth.high}%、町村の利用はほかの{use.low}～{use.high}%、"
        f"種{plan.scenario.seed}の乱数）。交付数は{spread_of(found.issuances, '通')}、収入を保つ従量の単価は{spread_of(found.keeping_unit_yen, '円')}（税抜）。"
    )
    rows = tuple(
        (
            one.title,
            *(millions(value) for value in found.schemes[one.id].revenue_net_yen),
            *(thousands(value) for value in found.schemes[one.id].town_gross_yen),
        )
        for one in plan.compared
    )
    yield Table(
        "単価を変えないときの、センターの収入（税抜、百万円）と町村の平均（税込、千円）",
        ("方式", "収入：低い", "中央", "高い", "町村：低い", "中央", "高い"),
        rows,
        "l" + "r" * 6,
        note="低い・高いは、10回に1回がそれより外にある値。",
    )
