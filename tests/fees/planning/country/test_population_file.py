"""Populations that somebody brings: everything or nothing, every bad line by its number."""

from io import BytesIO

import pytest

from fees.planning.country.population_file import PopulationsRefused, read_populations
from registers.municipalities import municipalities

LISTED = municipalities()[:4]
GOOD = "code,pref,population\n" + "".join(f"{one.code},{one.prefecture},{number * 1000}\n" for number, one in enumerate(LISTED, 1))


def read(text: str | bytes) -> dict[str, int] | PopulationsRefused:
    return read_populations(BytesIO(text if isinstance(text, bytes) else text.encode()), LISTED)


def faults(text: str | bytes) -> list[tuple[int, str]]:
    found = read(text)
    assert isinstance(found, PopulationsRefused)
    return [(fault.line, fault.reason) for fault in found.faults]


def test_a_population_is_read_by_its_code_whatever_else_stands_beside_it() -> None:
    assert read(GOOD) == {one.code: number * 1000 for number, one in enumerate(LISTED, 1)}
    assert read("\ufeff" + GOOD.replace("code,pref,population", "団体コード,都道府県,人口")) == read(GOOD)
    assert read(GOOD.replace(",1000\n", ',"1,000"\n')) == read(GOOD)
    assert read(GOOD.replace(",1000\n", ",0\n")) == {**read(GOOD), LISTED[0].code: 0}  # type: ignore[dict-item]


def test_who_is_missing_is_listed_by_name() -> None:
    lines = GOOD.splitlines(keepends=True)
    missing = faults("".join(lines[:2]))
    assert [line for line, _ in missing] == [0, 0, 0]
    assert missing[0][1] == f"{LISTED[1].code} {LISTED[1].prefecture}{LISTED[1].name}の人口がありません。"


@pytest.mark.parametrize(
    ("was", "becomes", "line", "says"),
    [
        (f"{LISTED[1].code},", "471381,", 3, "一覧にありません"),
        (f"{LISTED[1].code},", "012026,", 3, "検査数字が正しくありません"),
        (f"{LISTED[1].code},", "12025,", 3, "6桁の数字ではありません"),
        (f"{LISTED[1].code},", f"{LISTED[0].code},", 3, "2行目にもあります"),
        (",2000", ",2000.5", 3, "0以上の整数ではありません"),
        (",2000", ",-1", 3, "0以上の整数ではありません"),
        (",2000", ",", 3, "0以上の整数ではありません"),
        (",2000", ",二千", 3, "0以上の整数ではありません"),
        (",2000", ",99999999999", 3, "大きすぎます"),
        (",2000", ",2000,7", 3, "列の数が見出し行と違います"),
        (",population", ",persons", 1, "「population」"),
        ("code,", "population,", 1, "「code」"),
        ("code,pref,population", "code,人口,population", 1, "2つあります"),
    ],
)
def test_a_bad_line_is_named_with_its_reason_and_nothing_is_taken(was: str, becomes: str, line: int, says: str) -> None:
    assert was in GOOD
    found = faults(GOOD.replace(was, becomes, 1))
    assert found[0][0] == line
    assert says in found[0][1]


def test_a_file_in_another_encoding_is_told_which() -> None:
    assert "Shift_JIS" in faults(GOOD.replace("code,pref", "団体コード,都道府県").encode("cp932"))[0][1]
    assert faults("")[0][0] == 1
