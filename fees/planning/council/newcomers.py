"""Towns that have not joined: staying out, an own server, the shared cloud, year by year."""

from collections.abc import Iterator

from fees.planning.council.blocks import Block, Heading, Paragraph, Table
from fees.planning.council.words import count, day_ja, spread_in_thousands, spread_of, thousands, year_ja, yen
from fees.planning.figures.joining import Newcomer, WayIn, YearIn
from fees.planning.plan import Plan
from fees.rules.contributions import MONTHS


def newcomers(plan: Plan) -> Iterator[Block]:
    """The blocks of every newcomer of the scenario."""
    for town in plan.newcomers:
        yield Heading(f"まだ参加していない団体：{town.name}", new_page=True)
        yield Paragraph(
            f"人口{count(town.population)}人{'' if plan.country.measured else '（モデル）'}。いまは窓口だけで年{count(town.asked)}通を交付し、手数料{yen(town.counter_fees_yen)}を受け、"
            f"職員の時間{count(town.counter_hours)}時間（金額にして{yen(town.counter_cost_yen)}、1通{yen(plan.scenario.counter.issue_yen)}）を使うとした。"
            f"参加は{day_ja(town.part.start)}から。使う人の割合は{town.part.ramp_years}年度で仮定の割合に達する。"
        )
        for way in town.ways:
            yield _years(way)
        yield _schemes(plan, town)


def _year(year: YearIn) -> tuple[str, ...]:
    parts = (year.initial_yen, year.yearly_yen, year.contribution_yen, year.bcl_share_yen, year.commission_yen, year.lost_fees_yen, year.grant_yen)
    return (
        year_ja(year.fiscal_year) + (f"（{year.months}か月）" if year.months != MONTHS else ""),
        count(year.issues.middle),
        *(thousands(one.middle) for one in parts),
        spread_in_thousands(year.cash_yen),
        count(year.counter_spared_hours.middle),
    )


def _years(way: WayIn) -> Table:
    rows = [_year(year) for year in way.years]
    rows.append(("計", "", "", "", "", "", "", "", "", spread_in_thousands(way.cash_yen), ""))
    return Table(
        f"{way.name}（参加しない場合との差、千円、税込。中央の値）",
        (
            "年度",
            "交付数",
            "初期費用",
            "維持費",
            "運営負担金",
            "BCL分担",
            "委託手数料",
            "手数料の減",
            "補助",
            "現金の収支（範囲）",
            "減る窓口（時間）",
        ),
        tuple(rows),
        "l" + "r" * 10,
        strong=frozenset({len(rows) - 1}),
        note="△は支出が増えること。手数料の減は、窓口とコンビニの手数料の差。中央の値は項目ごとに取ったもので、足しても収支の中央の値にはならない。",
    )


def _schemes(plan: Plan, town: Newcomer) -> Table:
    titles = {one.id: one.title for one in plan.compared}
    rows = tuple(
        (titles[scheme], *(spread_of(dict(way.contribution_yen)[scheme], "円") for way in town.ways)) for scheme, _ in town.ways[0].contribution_yen
    )
    return Table(
        "利用が仮定の割合に達した年の運営負担金（税込）",
        ("方式", *(way.name for way in town.ways)),
        rows,
        "l" + "r" * len(town.ways),
    )
