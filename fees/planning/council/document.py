"""A plan as one document: the answer first, then the comparison, what is new, towns, campaigns, and every assumption."""

from collections.abc import Iterator

from fees.planning.council.assumptions import assumptions
from fees.planning.council.blocks import Block, Document, Heading, Paragraph, Table
from fees.planning.council.campaigns import campaigns
from fees.planning.council.comparison import comparison
from fees.planning.council.first_page import first_page
from fees.planning.council.newcomers import newcomers
from fees.planning.council.services import services
from fees.planning.council.words import year_ja
from fees.planning.plan import Plan

MARK = "見本・試算"
DISCLAIMER = "この資料は模擬環境による試算（見本）です。実在の団体の計画や契約を示すものではありません。金額の根拠と仮定は最後の一覧にあります。"


def document(plan: Plan) -> Document:
    """The council's document of a plan."""
    scenario = plan.scenario
    by = f"　作成：{scenario.prepared_by}" if scenario.prepared_by else ""
    populations = "取り込んだ値" if plan.country.measured else "モデル"
    subtitle = f"{year_ja(scenario.fiscal_year)}（{scenario.fiscal_year}年度）の試算　人口：{populations}{by}"
    return Document(scenario.title, subtitle, MARK, tuple(_blocks(plan)))


def _blocks(plan: Plan) -> Iterator[Block]:
    yield from first_page(plan)
    yield Paragraph(DISCLAIMER, "note")
    yield from comparison(plan)
    yield from services(plan)
    yield from newcomers(plan)
    yield from campaigns(plan)
    yield Heading("仮定の一覧", new_page=True)
    yield Table(
        "公表値と仮定（出典と時点）",
        ("事項", "値", "種別", "出典", "時点"),
        tuple((one.about, one.value, one.sort, one.source, one.as_of) for one in assumptions(plan)),
        "lllll",
        weights=(2.2, 4.2, 1.05, 2.7, 1.5),
    )
