"""`konbini plan`: files or a reason, never both."""

import json
from hashlib import sha256
from pathlib import Path

from registers.municipalities import municipalities
from tests.fees.planning.scenarios import SMALL, with_end
from tests.konbini.told import konbini

FILES = ["assumptions.csv", "council.html", "council.pdf", "municipalities.csv", "summary.json"]


def written(tmp_path: Path, text: str = SMALL) -> Path:
    file = tmp_path / "scenario.toml"
    file.write_text(text, encoding="utf-8")
    return file


def populations(tmp_path: Path, lines: list[str]) -> Path:
    file = tmp_path / "population.csv"
    file.write_text("code,name,population\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return file


def everybody() -> list[str]:
    """A population of another shape than the modelled: by what a body is, rising with its code."""
    base = {"指定都市": 700_000, "市": 40_000, "特別区": 200_000, "町": 3_000, "村": 2_000}
    step = {"指定都市": 37_000, "市": 170, "特別区": 9_000, "町": 25, "村": 70}
    seen = dict.fromkeys(base, 0)
    lines = []
    for one in municipalities():
        lines.append(f"{one.code},{one.name},{base[one.form] + step[one.form] * seen[one.form]}")
        seen[one.form] += 1
    return lines


def test_a_plan_is_five_files_whose_digests_are_told(tmp_path: Path) -> None:
    out = tmp_path / "new" / "plan"
    told = konbini("plan", "--scenario", str(written(tmp_path)), "--out", str(out), "--json")
    assert told.status == 0, told.errors
    assert sorted(file.name for file in out.iterdir()) == FILES
    assert json.loads(told.out)["files"] == {name: sha256((out / name).read_bytes()).hexdigest() for name in FILES}


def test_populations_that_are_brought_are_used_and_the_reader_is_named(tmp_path: Path) -> None:
    file = populations(tmp_path, everybody())
    told = konbini("plan", "--scenario", str(written(tmp_path)), "--out", str(tmp_path / "o"), "--population", str(file), "--municipality", "012025")
    assert told.status == 0, told.errors
    page = (tmp_path / "o" / "council.html").read_text(encoding="utf-8")
    assert "北海道函館市では何が変わるか" in page
    assert "人口：取り込んだ値" in page
    assert "人口40,000人" in page


def test_a_scenario_that_cannot_be_read_is_told_by_file_and_line_and_nothing_is_written(tmp_path: Path) -> None:
    file = written(tmp_path, SMALL.replace('type = "metered"', 'type = "metred"'))
    told = konbini("plan", "--scenario", str(file), "--out", str(tmp_path / "o"))
    assert told.status == 1
    assert f"{file}:16: " in told.errors and "「metred」という方式はありません" in told.errors
    assert not (tmp_path / "o").exists()


def test_a_scenario_that_cannot_be_true_leaves_what_was_written_before(tmp_path: Path) -> None:
    out = tmp_path / "o"
    assert konbini("plan", "--scenario", str(written(tmp_path)), "--out", str(out)).status == 0
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    bad = with_end('[[body]]\nmunicipality = "011002"\njoined = false\n').replace("seed = 5", "seed = 6")
    told = konbini("plan", "--scenario", str(written(tmp_path, bad)), "--out", str(out))
    assert told.status == 1 and "公表値では20団体" in told.errors
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before


def test_missing_municipalities_are_listed_and_nothing_is_written(tmp_path: Path) -> None:
    lines = everybody()
    file = populations(tmp_path, lines[:100] + lines[102:])
    asked = ("plan", "--scenario", str(written(tmp_path)), "--out", str(tmp_path / "o"), "--population", str(file))
    told = konbini(*asked)
    missing = [one for one in municipalities() if f"{one.code}," in "".join(f"{line.split(',')[0]}," for line in lines[100:102])]
    assert told.status == 1
    assert all(f"{one.code} {one.prefecture}{one.name}の人口がありません" in told.errors for one in missing) and len(missing) == 2
    assert not (tmp_path / "o").exists()
    few = populations(tmp_path, lines[:1000])
    assert few == file
    assert "ほかに691件あります" in konbini(*asked).errors
    assert len(json.loads(konbini(*asked, "--json").out)["faults"]) == 741


def test_a_code_that_nobody_has_and_a_file_that_is_not_there_are_told(tmp_path: Path) -> None:
    scenario = str(written(tmp_path))
    assert "一覧にありません" in konbini("plan", "--scenario", scenario, "--out", str(tmp_path / "o"), "--municipality", "999999").errors
    assert "を読めません" in konbini("plan", "--scenario", str(tmp_path / "none.toml"), "--out", str(tmp_path / "o")).errors
    occupied = tmp_path / "file"
    occupied.write_text("x", encoding="utf-8")
    assert konbini("plan", "--scenario", scenario, "--out", str(occupied / "o")).status == 1
