"""What a scenario may not be: every reason with its line."""

import pytest

from fees.planning.scenario.reading import ScenarioRefused, read_scenario
from fees.rules.contributions import Metered
from tests.fees.planning.scenarios import SMALL, scenario_of, with_end, with_top
from tests.structure.sources import ROOT

EXAMPLES = sorted((ROOT / "fees" / "planning" / "examples").glob("*.toml"))


def refused(text: str | bytes) -> list[tuple[int, str]]:
    found = read_scenario(text if isinstance(text, bytes) else text.encode())
    assert isinstance(found, ScenarioRefused)
    return [(fault.line, fault.reason) for fault in found.faults]


def line_of(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)


def test_a_scenario_of_a_few_lines_is_enough_and_the_rest_has_its_default() -> None:
    found = scenario_of()
    assert isinstance(found.scheme[1].rule, Metered)
    assert (found.commission_yen, found.volumes.juminhyo, found.volumes.total) == (117, 17_130_000, 31_890_000)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_every_example_is_in_order(file) -> None:
    assert not isinstance(read_scenario(file.read_bytes()), ScenarioRefused)
    assert len(EXAMPLES) == 3


@pytest.mark.parametrize(
    ("was", "becomes", "words", "says"),
    [
        ('type = "metered"', 'type = "metred"', "metred", "「metred」という方式はありません"),
        ('title = "従量"', 'titel = "従量"', "titel", "「titel」という項目はありません"),
        ('title = "従量"\n', "", 'id = "metered"', "必要な項目「title」がありません"),
        ("seed = 5", 'seed = "5"', "seed", "整数で書いてください"),
        ("per_issuance_yen = 0", "per_issuance_yen = 98.5", "98.5", "円未満や小数は使えません"),
        ("per_issuance_yen = 0", "per_issuance_yen = -1", "-1", "0以上にしてください"),
        ("town = 925_926 }", "town = 925_926, village = 1 }", "village", "「village」という項目はありません"),
        (", town = 925_926", "", "small = 2_777_778 }", "必要な項目「town」がありません"),
        ("draws = 100", "draws = 5", "draws", "100以上"),
        ("fiscal_year = 2026", "fiscal_year = 2026-04-01", "fiscal_year", "整数で書いてください"),
        ('id = "metered"', 'id = "Metered!"', "Metered!", "書き方が違います"),
        ("seed = 5", "seed = 5\nseed = 6", "seed = 6", "TOML として読めません"),
        ("seed = 5", "seed = ", "seed =", "TOML として読めません"),
        ('baseline = "fixed"', 'baseline = "fixd"', "fixd", "「fixd」は[[scheme]]にありません"),
        ('title = "従量"', 'title = "従量"\nuntil = 2027-01-01', 'id = "metered"', "2026年度を通じて有効ではありません"),
        ('title = "従量"', 'title = "従量"\nsince = 2027-04-01\nuntil = 2027-04-01', "until", "期間が空です"),
        ('rule = { type = "fixed_by_band"', 'keeps_revenue = true\nrule = { type = "fixed_by_band"', "keeps_revenue = true", "単価を求められません"),
    ],
)
def test_a_fault_is_told_with_its_line_and_there_is_no_scenario(was: str, becomes: str, words: str, says: str) -> None:
    assert was in SMALL
    text = SMALL.replace(was, becomes, 1)
    matching = [reason for line, reason in refused(text) if line in (line_of(text, words), line_of(text, words) - 1)]
    assert any(says in reason for reason in matching), refused(text)


@pytest.mark.parametrize(
    ("table", "words", "says"),
    [
        ('[[body]]\nmunicipality = "011003"', "011003", "検査数字が正しくありません"),
        ('[[body]]\nmunicipality = "011011"', "011011", "一覧にありません"),
        ('[[body]]\nmunicipality = "012025"\n[[body]]\nmunicipality = "012025"', "", "1番目にもあります"),
        ("[volumes.growth_percent]\nlow = 3\nlikely = 2\nhigh = 9", "growth_percent", "low <= likely <= high"),
        ("[wide_tax.movers_basis_points]\nlow = 1\nlikely = 2\nhigh = 10_001", "wide_tax", "10,000（100%）以下"),
        ("[volumes.growth_percent]\nlow = 3\nlikely = 3\nhigh = 1_001", "growth_percent", "1,000%以下"),
        ('[[campaign]]\ntitle = "a"\nmunicipality = "all"\nsince = 0001-01-01\nuntil = 2026-08-01', "since", "年の外にあります"),
        ('[[campaign]]\ntitle = "a"\nmunicipality = "all"\nsince = 2026-07-01\nuntil = 9999-12-31', "since", "年の外にあります"),
        ('[[newcomer]]\nmunicipality = "013048"\nstart = 9999-04-01', "start", "年より先です"),
        ("[volumes]\ntotal = 1", "[volumes]", "juminhyo 以上"),
        ("[volumes.others_percent]\ninkan = 99", "others_percent", "100にしてください"),
        ("[fees.koseki]\ncounter_yen = 450\nbase_yen = 300\nreduction_yen = 301", "fees.koseki", "0円を下回ります"),
        ('[[campaign]]\ntitle = "a"\nmunicipality = "all"\nsince = 2026-07-01\nuntil = 2026-07-01', "until", "期間が空です"),
        ('[[campaign]]\ntitle = "a"\nmunicipality = "all"\nsince = 2026-07-01\nuntil = 2026-08-01\ncut_yen = 301', "cut_yen", "0円を下回ります"),
        ('[[campaign]]\ntitle = "a"\nmunicipality = "all"\nsince = 2026-07-01\nuntil = 2026-08-01\ncut_yen = 50', "cut_yen", "値上げになります"),
        ('[[campaign]]\ntitle = "a"\nmunicipality = "everywhere"\nsince = 2026-07-01\nuntil = 2026-08-01', "everywhere", "書き方が違います"),
        (
            '[[campaign]]\ntitle = "a"\nkinds = ["passport"]\nmunicipality = "all"\nsince = 2026-07-01\nuntil = 2026-08-01',
            "kinds",
            "「passport」は使えません",
        ),
        ('[[newcomer]]\nmunicipality = "013048"\nstart = 2025-04-01', "start", "年度より前です"),
        ('[[newcomer]]\nmunicipality = "013048"\nstart = 2026-04-01T00:00:00', "start", "日付"),
        ('[[newcomer]]\nmunicipality = "013048"\nstart = 2026-05-01\n[[body]]\nmunicipality = "013048"\njoined = true', "", "参加団体です"),
    ],
)
def test_a_contradiction_is_told_with_its_line(table: str, words: str, says: str) -> None:
    text = with_end(table)
    found = refused(text)
    line = next(line for line, reason in found if says in reason)
    assert not words or line == line_of(text, words)


def test_two_campaigns_of_one_kind_may_not_overlap_and_both_are_named() -> None:
    one = '[[campaign]]\ntitle = "夏"\nmunicipality = "012025"\nsince = 2026-07-01\nuntil = 2026-09-01\ncut_yen = 290\n'
    other = '[[campaign]]\ntitle = "秋"\nmunicipality = "all"\nsince = 2026-08-31\nuntil = 2026-10-01\ncut_yen = 290\n'
    text = with_end(one + other)
    assert [(line, "夏" in reason and "秋" in reason) for line, reason in refused(text)] == [(line_of(text, "2026-08-31"), True)]
    scenario_of(with_end(one + other.replace("2026-08-31", "2026-09-01")))
    scenario_of(with_end(one + other.replace('title = "秋"', 'title = "秋"\nkinds = ["kazei"]')))


def test_schemes_of_one_name_follow_each_other_and_may_not_overlap() -> None:
    later = SMALL + SMALL[SMALL.index('[[scheme]]\nid = "metered"') :].replace('title = "従量"', 'title = "従量"\nsince = 2027-04-01')
    assert any("重なります" in reason for _, reason in refused(later))
    same = SMALL.replace('id = "metered"', 'id = "fixed"')
    assert refused(same)[0] == (12, "方式「fixed」の期間が、1番目の[[scheme]]の期間と重なります。")
    renamed = later.replace('title = "従量"\nsince', 'title = "単価"\nsince').replace(
        'title = "従量"\nkeeps', 'title = "従量"\nuntil = 2027-04-01\nkeeps'
    )
    assert [reason for _, reason in refused(renamed)] == ["方式「metered」の名称が、2番目の[[scheme]]と違います。"]
    first = later.replace('id = "metered"\ntitle = "従量"\nkeeps', 'id = "metered"\ntitle = "従量"\nuntil = 2027-04-01\nkeeps', 1)
    assert len(scenario_of(first).scheme) == 3


def test_all_contradictions_are_told_at_once_in_the_order_of_lines() -> None:
    found = refused(with_top('ours = "011003"').replace('baseline = "fixed"', 'baseline = "none"'))
    assert [line for line, _ in found] == [1, 6]


def test_what_is_no_text_is_told_where_it_stops_being_one() -> None:
    assert refused(SMALL.encode() + b"\n# \x83\x65")[0][0] == len(SMALL.splitlines()) + 2
    assert "UTF-8" in refused(SMALL.encode("cp932"))[0][1]
    assert refused(b"#" * 1_000_001)[0][1].startswith("ファイルが大きすぎます")
