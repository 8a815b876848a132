"""The council's document: the answer first, every assumption with source and day."""

from fees.planning.council.assumptions import assumptions
from fees.planning.council.blocks import Block, Chart, Heading, Paragraph, Table
from fees.planning.council.document import MARK, document
from fees.planning.plan import Plan
from fees.planning.plan import plan as planned
from tests.fees.planning.council.plans import nationwide, newcomers_own, ours
from tests.fees.planning.scenarios import scenario_of, with_end


def first_sheet(plan: Plan) -> list[Block]:
    blocks = document(plan).blocks
    return list(blocks[: next(number for number, block in enumerate(blocks) if isinstance(block, Heading) and block.new_page)])


def key_sentences(plan: Plan) -> list[str]:
    return [block.text for block in first_sheet(plan) if isinstance(block, Paragraph) and block.style == "key"]


def test_the_first_sheet_says_what_would_change_for_the_readers_municipality() -> None:
    plan = ours()
    place = plan.country.place_of("212113")
    fixed, metered = (int(one.charged.gross_yen[place]) for one in plan.compared)
    heading = next(block for block in first_sheet(plan) if isinstance(block, Heading))
    assert heading.text == "岐阜県美濃加茂市では何が変わるか"
    sentence = key_sentences(plan)[-1]
    assert f"{fixed:,}円から{metered:,}円へ" in sentence
    assert ("増えます" in sentence) == (metered > fixed)
    assert "10円キャンペーン" in key_sentences(plan)[0]
    table = next(block for block in first_sheet(plan) if isinstance(block, Table))
    assert [row[1] for row in table.rows] == [f"{fixed:,}円", f"{metered:,}円"]


def test_without_a_municipality_of_its_own_the_first_sheet_answers_for_the_country() -> None:
    plan = nationwide()
    more = sum(group.standings["metered"].more for group in plan.by_band)
    less = sum(group.standings["metered"].less for group in plan.by_band)
    assert f"1,371団体のうち{more:,}団体で増え、{less:,}団体で減り" in key_sentences(plan)[0]
    assert more + less <= 1371


def test_a_town_that_has_not_joined_reads_both_ways_on_the_first_sheet() -> None:
    plan = newcomers_own()
    sentences = key_sentences(plan)
    assert [sentence.split("」")[0] for sentence in sentences] == ["「自前の証明書発行サーバ", "「自治体基盤クラウド（BCL）"]
    table = next(block for block in first_sheet(plan) if isinstance(block, Table))
    assert [row[0] for row in table.rows] == ["参加しない", "自前の証明書発行サーバ", "自治体基盤クラウド（BCL）"]


def test_modelled_populations_are_confessed_before_anything_else_and_brought_ones_are_not() -> None:
    modelled, brought = first_sheet(nationwide())[0], first_sheet(ours())[0]
    assert isinstance(modelled, Paragraph) and modelled.style == "warning" and "実在の団体の金額ではありません" in modelled.text
    assert not isinstance(brought, Paragraph)
    assert MARK == "見本・試算"


def test_every_assumption_has_its_source_and_its_day_and_stands_in_the_document() -> None:
    for plan in (nationwide(), ours(), newcomers_own()):
        found = assumptions(plan)
        assert all(one.about and one.value and one.source and one.as_of for one in found)
        assert {one.sort for one in found} == {"公表値", "仮定", "シナリオ", "結果の確認"}
        listed = document(plan).blocks[-1]
        assert isinstance(listed, Table)
        assert [row[0] for row in listed.rows] == [one.about for one in found]


def test_the_published_figures_are_among_the_assumptions_with_their_days() -> None:
    said = {one.about: one for one in assumptions(nationwide())}
    assert said["コンビニ等での住民票の写し等"].value == "17,130,000通"
    assert said["コンビニ等での全種類"].value == "31,890,000通"
    assert {said[about].as_of for about in ("コンビニ等での住民票の写し等", "コンビニ等での全種類", "住民票の写しのうちコンビニ等の割合")} == {
        "2023年度"
    }
    assert "27.6%（住民票だけの値）" in said["住民票の写しのうちコンビニ等の割合"].value
    assert said["交付する団体の数"].value.endswith("戸籍証明書 789、戸籍の附票の写し 746、課税証明書等 979")
    assert said["戸籍を交付しない参加団体（規模別）"].as_of == "2025-04-15"
    assert "3団体ずれる" in said["出典の食い違い"].value
    assert "残り7団体" in said["参加団体"].value


def test_a_value_that_the_scenario_replaced_is_no_longer_called_published() -> None:
    said = {one.about: one.sort for one in assumptions(nationwide())}
    assert said["コンビニ等での全種類"] == "公表値"
    other = {one.about: one.sort for one in assumptions(planned(scenario_of(with_end("[volumes]\ntotal = 33_000_000"))))}
    assert other["コンビニ等での全種類"] == "シナリオ"


def test_every_chart_can_be_read_aloud_and_no_bar_leaves_its_drawing() -> None:
    charts = [block for plan in (nationwide(), ours(), newcomers_own()) for block in document(plan).blocks if isinstance(block, Chart)]
    assert len(charts) >= 6
    for chart in charts:
        assert chart.reading
        for shape in chart.shapes:
            x = getattr(shape, "x", None)
            if x is not None:
                assert -0.01 <= x <= chart.width
                assert x + getattr(shape, "width", 0.0) <= chart.width + 0.01


def test_every_row_of_every_table_has_a_cell_for_every_head() -> None:
    for plan in (nationwide(), ours(), newcomers_own()):
        for block in document(plan).blocks:
            if isinstance(block, Table):
                assert len(block.align) == len(block.head)
                assert {len(row) for row in block.rows} <= {len(block.head)}
