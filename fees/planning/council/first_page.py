"""The first sheet: what would change for us? In sentences and one table, before any method. "Us" is the scenario's own municipality, or all municipalities by band where it names none."""

from collections.abc import Iterator

from fees.planning.council.blocks import Block, Chart, Heading, Paragraph, Table
from fees.planning.council.charts import Reach, Row, ranges
from fees.planning.council.charts import parts as parted
from fees.planning.council.words import (
    balance,
    change,
    count,
    day_ja,
    per_paper,
    percent_change,
    share,
    spread_in_thousands,
    spread_of_shares,
    thousands,
    thousands_change,
    year_ja,
    yen,
)
from fees.planning.country.bodies import Planned
from fees.planning.country.published import KIND_WORDS, KINDS
from fees.planning.figures.campaigning import Campaign
from fees.planning.figures.comparing import Group, Outcome
from fees.planning.figures.joining import Newcomer
from fees.planning.plan import Plan
from fees.planning.scenario.parts import ALL
from fees.rules.contributions import BAND_NAMES

MODELLED = (
    "人口は実在の値ではなく、規模ごとの団体数と合計を実際に近づけたモデルです。どの団体がどの人口かは抽選で決めているので、団体別の金額は実在の団体の金額ではありません。"
    "実際の人口のファイルを取り込むと、実在の人口での試算になります。"
)


def first_page(plan: Plan) -> Iterator[Block]:
    """The blocks of the first sheet."""
    if not plan.country.measured:
        yield Paragraph(MODELLED, "warning")
    ours = plan.scenario.ours
    newcomer = next((one for one in plan.newcomers if one.part.municipality == ours), None)
    if ours is None:
        yield from _everybody(plan)
    elif newcomer is not None:
        yield from _newcomer(plan, newcomer)
    else:
        yield from _ours(plan, plan.country.bodies[plan.country.place_of(ours)])


def _ours(plan: Plan, one: Planned) -> Iterator[Block]:
    place = plan.country.place_of(one.code)
    papers = int(plan.country.grid.issuances[place])
    usual_yen = int(plan.baseline.charged.gross_yen[place])
    yield Heading(f"{one.full_name}では何が変わるか")
    yield from _campaigns(plan, one.code)
    others = [scheme for scheme in plan.compared if scheme.id != plan.baseline.id]
    for scheme in others:
        yield Paragraph(_sentence(scheme, int(scheme.charged.gross_yen[place]), usual_yen, papers), "key")
    rows = []
    for scheme in plan.compared:
        gross_yen = int(scheme.charged.gross_yen[place])
        reach = plan.uncertain.schemes[scheme.id].ours_gross_yen
        more = "基準" if scheme.id == plan.baseline.id else f"{change(gross_yen - usual_yen)}円"
        rows.append(
            (
                scheme.title,
                yen(gross_yen),
                more,
                "" if scheme.id == plan.baseline.id else percent_change(gross_yen, usual_yen),
                per_paper(gross_yen, papers),
                spread_in_thousands(reach) if reach else "",
            )
        )
    yield Table(
        f"{year_ja(plan.scenario.fiscal_year)}の運営負担金（税込）",
        ("方式", "年額", "基準との差", "増減", "1通あたり", "交付数が変わると（千円）"),
        tuple(rows),
        "lrrrrr",
        strong=frozenset({0}),
        note="△は減。「交付数が変わると」は、全国の交付数と町村の利用が仮定の幅で動いたときの中央の値（10回に8回が入る範囲）。",
    )
    if (chart := _our_ranges(plan)) is not None:
        yield chart
    yield _our_facts(plan, one, papers)
    yield Paragraph(f"全国では、{'。'.join(_nationwide(plan, scheme) for scheme in others)}。")


def _campaigns(plan: Plan, code: str) -> Iterator[Block]:
    """The answer of every campaign that is for this municipality (or for all)."""
    for one in plan.campaigns:
        if one.part.municipality in (code, ALL):
            yield Paragraph(campaign_sentence(one), "key")


def campaign_sentence(one: Campaign) -> str:
    """A campaign in two sentences: shares, and the money of its whole time."""
    return (
        f"「{one.part.title}」では、コンビニ等の割合が{share(one.share_before_basis_points)}から期間中{spread_of_shares(one.during_basis_points)}になり、"
        f"終わった後は{spread_of_shares(one.after_basis_points)}。{len(one.years)}年度を合わせて現金で{balance(one.cash_yen)}、"
        f"窓口の時間を金額にして含めると{balance(one.net_yen)}になります（含めて赤字にならないのは100回のうち{one.gain_percent}回）。"
    )


def _sentence(scheme: Outcome, gross_yen: int, usual_yen: int, papers: int) -> str:
    if gross_yen == usual_yen:
        return f"「{scheme.title}」では、年{yen(gross_yen)}で、いまと変わりません。"
    more = gross_yen > usual_yen
    verb = "増えます" if more else "減ります"
    return (
        f"「{scheme.title}」では、年{yen(usual_yen)}から{yen(gross_yen)}へ、{yen(abs(gross_yen - usual_yen))}"
        f"（{percent_change(gross_yen, usual_yen).lstrip('+△')}）{verb}。1通あたり{per_paper(gross_yen, papers)}です。"
    )


def _our_ranges(plan: Plan) -> Chart | None:
    reaches = []
    for scheme in plan.compared:
        found = plan.uncertain.schemes[scheme.id].ours_gross_yen
        if found is None:
            return None
        reaches.append(Reach(scheme.title[:20], found.low, found.middle, found.high, f"{thousands(found.middle)}千円"))
    return ranges("年額の幅（税込）", reaches, "；".join(f"{one.label} {one.text}" for one in reaches))


def _our_facts(plan: Plan, one: Planned, papers: int) -> Table:
    taking, year, place = plan.country.taking, plan.country.year, plan.country.place_of(one.code)
    kinds = "、".join(f"{KIND_WORDS[kind]} {count(int(year.kiosk[kind][place]))}通" for kind in KINDS if one.code in taking.offers[kind])
    rows = (
        ("区分", f"{BAND_NAMES[one.band][0]}、人口{count(one.body.population)}人{'' if plan.country.measured else '（モデル）'}"),
        ("コンビニ等での交付数", f"年{count(papers)}通（{kinds}）"),
        ("BCL", "利用している（移行予定を含む）" if one.code in taking.bcl else "利用していない（戸籍を交付しない団体の利用だけが公表されている）"),
    )
    return Table("この団体について仮定したこと", ("事項", "内容"), rows, "ll", weights=(1, 4.4))


def _nationwide(plan: Plan, scheme: Outcome) -> str:
    """In one clause: how many pay more and less, and what a town pays on average."""
    more = sum(group.standings[scheme.id].more for group in plan.by_band)
    less = sum(group.standings[scheme.id].less for group in plan.by_band)
    clause = f"「{scheme.title}」では{count(sum(group.bodies for group in plan.by_band))}団体のうち{count(more)}団体で増え、{count(less)}団体で減り"
    towns = next((group for group in plan.by_band if group.name == BAND_NAMES["town"][0]), None)
    if towns is None:
        return f"{clause}ます"
    town_yen, usual_yen = (towns.standings[one].gross_yen // towns.bodies for one in (scheme.id, plan.baseline.id))
    return f"{clause}、町村は平均で年{yen(usual_yen)}から{yen(town_yen)}になります"


def _everybody(plan: Plan) -> Iterator[Block]:
    yield Heading("何が変わるか（全国）")
    yield from _campaigns(plan, ALL)
    for scheme in (one for one in plan.compared if one.id != plan.baseline.id):
        yield Paragraph(f"{_nationwide(plan, scheme)}。", "key")
    yield by_band_table(plan)
    yield more_or_less(plan)


def by_band_table(plan: Plan) -> Table:
    """The average year of a body, by band and scheme, gross, with the change beside the baseline."""
    others = [one for one in plan.compared if one.id != plan.baseline.id]
    head = ("区分", "団体", plan.baseline.title, *(one.title for one in others))
    rows = tuple(_band_row(group, plan.baseline.id, [one.id for one in others]) for group in plan.by_band)
    return Table(
        f"1団体あたりの運営負担金の平均（{year_ja(plan.scenario.fiscal_year)}、税込、千円）",
        head,
        rows,
        "l" + "r" * (1 + len(plan.compared)),
        note="（ ）内は基準の方式との差。△は減。平均では見えない団体ごとの差は、下の図と団体別のCSVにあります。",
    )


def _band_row(group: Group, baseline: str, others: list[str]) -> tuple[str, ...]:
    usual_yen = group.standings[baseline].gross_yen // group.bodies
    cells = [group.name, count(group.bodies), thousands(usual_yen)]
    for one in others:
        mean_yen = group.standings[one].gross_yen // group.bodies
        cells.append(f"{thousands(mean_yen)}（{thousands_change(mean_yen - usual_yen)}）")
    return tuple(cells)


def more_or_less(plan: Plan) -> Chart:
    """How many bodies pay more, the same, less under each scheme: all of them, and towns and villages alone."""
    rows = []
    for scheme in (one for one in plan.compared if one.id != plan.baseline.id):
        for label, groups in (("全団体", plan.by_band), ("町村", [group for group in plan.by_band if group.name == BAND_NAMES["town"][0]])):
            found = [group.standings[scheme.id] for group in groups]
            values = (sum(one.more for one in found), sum(one.same for one in found), sum(one.less for one in found))
            rows.append(Row(f"{short(scheme.title)}：{label}", values, tuple(f"{value:,}" for value in values)))
    words = "；".join(f"{row.label} 増{row.texts[0]} 同{row.texts[1]} 減{row.texts[2]}" for row in rows)
    return parted("基準の方式より増える団体・変わらない団体・減る団体の数", ("増える", "変わらない", "減る"), rows, words)


def short(title: str) -> str:
    """A scheme's title where there is little room: without its bracket."""
    return title.partition("（")[0]


def _newcomer(plan: Plan, town: Newcomer) -> Iterator[Block]:
    yield Heading(f"{town.name}が参加すると何が変わるか")
    for way in town.ways:
        last = way.years[-1]
        yield Paragraph(
            f"「{way.name}」では、{len(way.years)}年度を合わせて現金で{balance(way.cash_yen)}になります。"
            f"{year_ja(last.fiscal_year)}には窓口の時間が{count(last.counter_spared_hours.middle)}時間減り、1通あたりの費用は{yen(way.paper_yen.middle)}です。",
            "key",
        )
    rows = [
        (
            way.name,
            spread_in_thousands(way.cash_yen),
            spread_in_thousands(way.net_yen),
            count(way.years[-1].counter_spared_hours.middle),
            yen(way.paper_yen.middle),
        )
        for way in town.ways
    ]
    yield Table(
        f"参加しない場合との差（{day_ja(town.part.start)}から{town.part.years}年度の合計、千円）",
        ("選び方", "現金の収支", "窓口の時間を金額にして含めた収支", "減る窓口の時間（最後の年度）", "1通あたりの費用"),
        (("参加しない", "0", "0", "0", "—"), *rows),
        "lrrrr",
        note="△は支出が増えること。中央の値（10回に8回が入る範囲）。",
        weights=(1.5, 1.6, 1.6, 1, 1),
    )
    yield ranges(
        "現金の収支（合計、千円）",
        [Reach(way.name, way.cash_yen.low, way.cash_yen.middle, way.cash_yen.high, f"{thousands(way.cash_yen.middle)}千円") for way in town.ways],
        "；".join(f"{way.name} {thousands(way.cash_yen.middle)}千円" for way in town.ways),
    )
    yield _parts_of(town)


def _parts_of(town: Newcomer) -> Table:
    """What the money goes to, all years together: the sums of the middle values."""
    items = ("初期費用", "維持費", "運営負担金", "BCLの分担", "委託手数料", "窓口との手数料の差", "補助（収入）")
    columns = []
    for way in town.ways:
        sums = [0] * len(items)
        for year in way.years:
            parts = (
                year.initial_yen,
                year.yearly_yen,
                year.contribution_yen,
                year.bcl_share_yen,
                year.commission_yen,
                year.lost_fees_yen,
                year.grant_yen,
            )
            sums = [total + part.middle for total, part in zip(sums, parts, strict=True)]
        columns.append([thousands(amount) for amount in sums])
    rows = tuple(zip(items, *columns, strict=True))
    return Table(
        f"{town.part.years}年度の内訳（中央の値の合計、千円、税込）",
        ("事項", *(way.name for way in town.ways)),
        rows,
        "l" + "r" * len(town.ways),
        note="項目ごとの中央の値を足したもので、合計は上の収支の中央の値とは一致しない。",
    )
