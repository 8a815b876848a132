"""Campaigns: shares before, during and after, each lever by itself beside the published cases, and the money year by year."""

from collections.abc import Iterator

from fees.planning.council.blocks import Block, Heading, Paragraph, Table
from fees.planning.council.charts import Reach, ranges
from fees.planning.council.first_page import campaign_sentence
from fees.planning.council.words import count, period_ja, share, spread_in_thousands, spread_of_shares, thousands, year_ja, yen
from fees.planning.country.published import KIND_WORDS
from fees.planning.figures.campaigning import Campaign
from fees.planning.plan import Plan

CASES = (
    ("美濃加茂市", "32.7% → 60.4% → 59.5% → 60.7%", "10円（令和5年度だけ）と庁内での案内を同時に", "住民票の写し"),
    ("福生市", "17.7% → 25.1% → 34.5%", "手数料は下げず、広報と、令和6年度から庁内キオスク端末", "住民票の写し"),
    ("熊本市", "36.6% → 55.1% → 57.3% → 60.8%", "手数料は下げず、広報（令和7年度は半年）", "全種類"),
)


def campaigns(plan: Plan) -> Iterator[Block]:
    """The blocks of every campaign of the scenario."""
    for one in plan.campaigns:
        yield from _campaign(plan, one)


def _campaign(plan: Plan, one: Campaign) -> Iterator[Block]:
    part = one.part
    kinds = "、".join(
        f"{KIND_WORDS[kind]} {yen(before)}→{yen(during)}" if before != during else f"{KIND_WORDS[kind]} {yen(before)}のまま"
        for kind, before, during in one.prices_yen
    )
    yield Heading(f"{part.title}：{one.name}", new_page=True)
    yield Paragraph(
        f"{period_ja(part.since, part.until)}、{kinds}。対象{count(one.bodies)}団体。この種類のコンビニ等の割合は、いま{share(one.share_before_basis_points)}、"
        f"期間中{spread_of_shares(one.during_basis_points)}、終わった後{spread_of_shares(one.after_basis_points)}。"
    )
    yield Paragraph(campaign_sentence(one), "key")
    reaches = [Reach("いま", *(one.share_before_basis_points,) * 3, share(one.share_before_basis_points))]
    reaches += [_reach(f"{lever.name}だけ", lever.during_basis_points) for lever in one.levers]
    reaches += [_reach("すべて（期間中）", one.during_basis_points), _reach("終わった後", one.after_basis_points)]
    yield ranges("コンビニ等で交付する割合", reaches, "；".join(f"{reach.label} {reach.text}" for reach in reaches))
    yield _years(one)
    yield Table(
        "公表されている例",
        ("団体", "割合の動き", "したこと", "種類"),
        CASES,
        "llll",
        note="10円の例は1つだけで、3つの手段が同時だった。手数料を下げずに動いた例もある。手段ごとの効果は公表されていないので、幅の広い仮定を置いた（全国平均27.6%は住民票だけの値）。",
        weights=(1, 2.2, 3, 1),
    )


def _reach(label: str, found: tuple[int, int, int]) -> Reach:
    return Reach(label, *found, f"{share(found[1])}（{share(found[0])}～{share(found[2])}）")


def _years(one: Campaign) -> Table:
    rows = tuple(
        (
            year_ja(year.fiscal_year),
            share(year.share_basis_points.middle),
            thousands(year.lost_fees_yen.middle),
            thousands(year.commission_yen.middle),
            thousands(year.contribution_yen.middle),
            thousands(year.own_costs_yen),
            thousands(year.grant_yen.middle),
            spread_in_thousands(year.cash_yen),
            thousands(year.counter_spared_yen.middle),
            spread_in_thousands(year.net_yen),
        )
        for year in one.years
    )
    lost, commission, grant = (thousands(found.middle) for found in (one.lost_fees_yen, one.commission_yen, one.grant_yen))
    total = ("計", "", lost, commission, "", "", grant, spread_in_thousands(one.cash_yen), "", spread_in_thousands(one.net_yen))
    return Table(
        "年度ごとの収支（しない場合との差、千円、税込。中央の値と範囲）",
        ("年度", "割合", "減る手数料", "増える委託手数料", "増える運営負担金", "広報・端末", "補助", "現金の収支", "減る窓口の費用", "含めた収支"),
        (*rows, total),
        "l" + "r" * 9,
        strong=frozenset({len(rows)}),
        note="△は支出が増えること。交付の総数（窓口とコンビニ等の計）は変わらないとした。庁内キオスク端末での交付に委託手数料はかからない。",
    )
