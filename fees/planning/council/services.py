"""Two services under discussion: what they would add in papers and money."""

from collections.abc import Iterator

from fees.planning.council.blocks import Block, Heading, Paragraph, Table
from fees.planning.council.words import count, spread_in_thousands, spread_of, yen
from fees.planning.country import published
from fees.planning.figures.extending import Added
from fees.planning.plan import Plan


def services(plan: Plan) -> Iterator[Block]:
    """The blocks about 戸籍 on BCL and 課税証明書の広域交付."""
    koseki, wide = plan.koseki_on_bcl, plan.wide_tax
    yield Heading("新しいサービスで増える交付", new_page=True)
    yield Paragraph(
        f"BCLでの戸籍証明書：戸籍を交付していないBCL団体（移行予定を含む）は{count(koseki.bodies)}団体（町村{count(koseki.towns)}、市{count(koseki.bodies - koseki.towns)}）。"
        f"増える交付は年{spread_of(koseki.issues, '通')}。"
    )
    yield Paragraph(
        f"課税証明書の広域交付：課税証明書を交付する{count(len(plan.country.taking.offers['kazei']))}団体のうち、"
        f"調査で①②と答えた割合（{count(published.WIDE_ANSWERS_FOR)} / {count(published.WIDE_ANSWERS)}、68%）にあたる{count(wide.bodies)}団体が応じるとした。"
        f"増える交付は年{spread_of(wide.issues, '通')}。"
    )
    yield Table(
        "1年に増えるもの（千円、税込。中央の値と、10回に8回が入る範囲）",
        ("事項", "BCLでの戸籍証明書", "課税証明書の広域交付"),
        tuple(_rows(plan, koseki, wide)),
        "lrr",
        note="窓口の費用は時間を金額にしたもので、現金ではない。応じる団体は抽選による。",
    )
    if (ours := plan.scenario.ours) is not None:
        gained = [
            f"{title}で年{count(added.middle[ours])}通"
            for title, added in (("BCLでの戸籍証明書", koseki), ("広域交付", wide))
            if ours in added.middle
        ]
        if gained:
            yield Paragraph(f"この団体では、{'、'.join(gained)}増える（中央の値）。")


def _rows(plan: Plan, koseki: Added, wide: Added) -> Iterator[tuple[str, ...]]:
    yield "対象の団体", f"{count(koseki.bodies)}団体", f"{count(wide.bodies)}団体"
    yield "増える交付", spread_of(koseki.issues, "通"), spread_of(wide.issues, "通")
    yield "住民の払う手数料", spread_in_thousands(koseki.fees_yen), spread_in_thousands(wide.fees_yen)
    yield "コンビニ事業者への委託手数料", spread_in_thousands(koseki.commission_yen), spread_in_thousands(wide.commission_yen)
    yield "減る窓口の費用", spread_in_thousands(koseki.counter_spared_yen), spread_in_thousands(wide.counter_spared_yen)
    for one in plan.compared:
        yield (
            f"増える運営負担金：{one.title}",
            spread_in_thousands(koseki.contribution_yen[one.id]),
            spread_in_thousands(wide.contribution_yen[one.id]),
        )
    yield "窓口1通の費用（仮定）", yen(plan.scenario.counter.issue_yen), yen(plan.scenario.counter.issue_yen)
