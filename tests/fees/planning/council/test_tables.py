"""The spreadsheets: every municipality, sums that are the plan's."""

import csv
from io import StringIO

from fees.planning.council.tables import assumptions_csv, municipalities_csv
from fees.rules.contributions import annual_yen
from tests.fees.planning.council.plans import nationwide


def rows(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))


def test_every_municipality_stands_on_a_line_and_the_columns_sum_to_the_plan() -> None:
    plan = nationwide()
    content = municipalities_csv(plan)
    found = rows(content)
    assert len(found) == 1741
    assert content.count(b"\r\n") == 1742
    assert [row["団体コード"] for row in found] == [one.code for one in plan.country.bodies]
    assert sum(int(row["合計（通/年）"]) for row in found) == 31_890_000
    for one in plan.compared:
        assert sum(int(row[f"{one.title} 税抜（円）"]) for row in found) == one.revenue_net_yen
        assert sum(int(row[f"{one.title} 税込（円）"]) for row in found) == int(one.charged.gross_yen.sum())
    assert sum(row["参加"] == "○" for row in found) == 1371
    assert sum(row["戸籍証明書の交付"] == "○" for row in found) == 789


def test_a_line_can_be_reckoned_again_from_its_own_cells() -> None:
    plan = nationwide()
    metered = plan.compared[1]
    for row, body in zip(rows(municipalities_csv(plan))[::97], plan.country.bodies[::97], strict=True):
        if row["参加"] != "○":
            assert (row["従量 税込（円）"], row["従量 1通あたり税込（円）"]) == ("0", "")
            continue
        papers = int(row["合計（通/年）"])
        gross = annual_yen(metered.rule, body.body, papers).gross_yen
        assert int(row["従量 税込（円）"]) == gross == int(row["従量 税抜（円）"]) + int(row["従量 消費税（円）"])
        assert int(row["従量 基準との差（円）"]) == gross - int(row["定額 税込（円）"])
        assert int(row["従量 1通あたり税込（円）"]) == (gross * 2 + papers) // (2 * papers)
        assert row["注"] == "見本（試算）"


def test_every_assumption_stands_on_a_line() -> None:
    found = rows(assumptions_csv(nationwide()))
    assert len(found) > 25
    assert all(row["出典"] and row["時点"] for row in found)
