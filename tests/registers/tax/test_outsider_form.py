"""A file of 住登外者: whole or not at all, every bad line named, nothing of a person repeated."""

import csv
import io
from dataclasses import replace
from datetime import date
from typing import Literal

import pytest
from sqlalchemy import create_engine

from registers.csv_table import Rejected
from registers.residents.checks import SENTENCES
from registers.residents.resident import Protection, Suppression
from registers.tax.outsider_form import Parsed, parse, write
from registers.tax.outsiders import Outsider, outsider_by_juminhyo_code, outsiders_in_order, replace_outsiders
from registers.tax.tables import METADATA
from tests.registers.people import LATER, NOW, atena, juminhyo_code

PLAIN = Outsider(atena(801), juminhyo_code(801), "外野　住子", "ソトノ　スミコ", "1970-02-03", "女")
STOPPED = replace(
    PLAIN,
    atena_no=atena(802),
    juminhyo_code=juminhyo_code(802),
    name_kana=None,
    birth="昭和２０年月日不詳",
    character_pending=True,
    protection=Protection("support", date(2026, 4, 1), date(2027, 3, 31)),
    suppressions=(Suppression(date(2026, 5, 1), None, False, "確認中"),),
)


def line(**cells: str) -> bytes:
    header, values = csv.reader(io.StringIO(write([PLAIN], header="ascii")))
    out = io.StringIO()
    writer = csv.DictWriter(out, header)
    writer.writeheader()
    writer.writerow(dict(zip(header, values, strict=True)) | cells)
    return out.getvalue().encode()


@pytest.mark.parametrize("header", ["ja", "ascii"])
def test_who_was_written_is_read_back_and_stands_in_the_database(header: Literal["ja", "ascii"]) -> None:
    parsed = parse(io.BytesIO(write((PLAIN, STOPPED), header=header).encode()))
    assert isinstance(parsed, Parsed) and parsed.outsiders == (PLAIN, STOPPED)
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as connection:
        assert replace_outsiders(connection, parsed.outsiders, NOW) == 2
        assert [replace(one, version="0") for one in outsiders_in_order(connection)] == [PLAIN, STOPPED]
        first = outsider_by_juminhyo_code(connection, STOPPED.juminhyo_code)
        assert replace_outsiders(connection, (STOPPED,), LATER) == 1
        again = outsider_by_juminhyo_code(connection, STOPPED.juminhyo_code)
        assert first is not None and again is not None and first.version != again.version
        assert outsider_by_juminhyo_code(connection, PLAIN.juminhyo_code) is None
    engine.dispose()


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"atena_no": ""}, "宛名番号", "required"),
        ({"atena_no": "1.2E+9"}, "宛名番号", "spreadsheet_number"),
        ({"juminhyo_code": "123"}, "住民票コード", "leading_zeros"),
        ({"name": ""}, "氏名", "required"),
        ({"name": " 外野"}, "氏名", "outer_space"),
        ({"name_kana": "そとの"}, "氏名の振り仮名", "kana_form"),
        ({"birth": "1970/02/03"}, "生年月日", "date_spreadsheet"),
        ({"sex": ""}, "性別", "required"),
        ({"sex": "F"}, "性別", "not_in_list"),
        ({"character_pending": "たぶん"}, "外字登録中", "not_in_list"),
        ({"protection_level": "支援措置"}, "支援措置開始日", "since_missing"),
        ({"protection_since": "2026-04-01"}, "支援措置開始日", "without_its_kind"),
        (
            {"protection_level": "支援措置", "protection_since": "2026-04-01", "protection_until": "2026-03-31"},
            "支援措置終了日",
            "until_before_since",
        ),
        ({"suppressions": "個人/昨日//x"}, "抑止", "stop_form"),
        ({"suppressions": "世帯/2026-04-01//x"}, "抑止", "stop_form"),
    ],
)
def test_a_bad_cell_is_named(cells: dict[str, str], column: str, code: str) -> None:
    rejected = parse(io.BytesIO(line(**cells)))
    assert isinstance(rejected, Rejected)
    assert (2, column, code) in [(bad.number, bad.column, bad.code) for bad in rejected.lines]
    assert all(bad.code in SENTENCES and PLAIN.name not in bad.reason for bad in rejected.lines)


def test_two_lines_with_one_number_are_named() -> None:
    for other in (replace(STOPPED, atena_no=PLAIN.atena_no), replace(STOPPED, juminhyo_code=PLAIN.juminhyo_code)):
        rejected = parse(io.BytesIO(write((PLAIN, other)).encode()))
        assert isinstance(rejected, Rejected) and [(bad.number, bad.code) for bad in rejected.lines] == [(3, "duplicate")]


def test_a_character_that_cannot_be_printed_stops_papers_and_is_a_warning() -> None:
    parsed = parse(io.BytesIO(line()), missing_glyphs=lambda text: ("外",) if "外" in text else ())
    assert isinstance(parsed, Parsed)
    assert [one.character_pending for one in parsed.outsiders] == [True]
    assert [(bad.column, bad.code) for bad in parsed.warnings] == [("氏名", "character_unavailable")]
