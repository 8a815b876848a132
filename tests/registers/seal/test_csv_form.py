"""A seal register that somebody else wrote: whole or not at all, and every bad line named."""

import base64
import csv
import io
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import create_engine

from registers.seal.checks import REASONS, SENTENCES
from registers.seal.csv_form import COLUMNS, IMPRINT_BYTES_MAX, Parsed, Rejected, imprints_in, parse, replace_register, write
from registers.seal.tables import METADATA, seals_in_order
from tests.registers.people import NOW, atena
from tests.registers.seal.seals import drawn, imprint, seal

ENDED = seal(1, cancelled_at=NOW, cancelled_for="replaced")
SEALS = (ENDED, seal(2, 1, carved="山田　花子"), seal(3, carved="辻\U000e0100"))


def parsed(text: str, **settings) -> Parsed:
    outcome = parse(io.BytesIO(text.encode()), **settings)
    assert isinstance(outcome, Parsed), outcome
    return outcome


def faults(text: str, **settings) -> list[tuple[int, str, str]]:
    outcome = parse(io.BytesIO(text.encode()), **settings)
    assert isinstance(outcome, Rejected), outcome
    assert all(bad.reason and bad.reason_en for bad in outcome.lines)
    return [(bad.number, bad.column, bad.code) for bad in outcome.lines]


def file_with(**cells: str) -> str:
    """A file of one good registration with some cells changed."""
    header, values = csv.reader(io.StringIO(write([seal(1)], header="ascii")))
    line = dict(zip(header, values, strict=True)) | cells
    out = io.StringIO()
    writer = csv.DictWriter(out, header, lineterminator="\r\n")
    writer.writeheader()
    writer.writerow(line)
    return out.getvalue()


def in_base64(png: bytes) -> str:
    return base64.b64encode(png).decode()


@pytest.mark.parametrize("header", ["ja", "ascii"])
def test_a_written_register_is_read_back_equal(header):
    assert parsed(write(SEALS, header=header)).seals == SEALS


def test_a_register_read_is_a_register_in_the_database():
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as connection:
        assert replace_register(connection, parsed(write(SEALS)), NOW).registrations == 3
        assert tuple(replace(found, version="0") for found in seals_in_order(connection)) == SEALS
    engine.dispose()


@pytest.mark.parametrize(("word", "reason"), [*REASONS.items(), *((value, value) for value in REASONS.values())])
def test_every_reason_of_a_cancellation_has_its_word(word, reason):
    (found,) = parsed(file_with(cancelled_at="2026-11-23T09:30:00+09:00", cancelled_for=word)).seals
    assert (found.cancelled_at, found.cancelled_for) == (NOW, reason)


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"registration_no": ""}, "印鑑登録番号", "required"),
        ({"registration_no": "1"}, "印鑑登録番号", "leading_zeros"),
        ({"registration_no": "12345678.0"}, "印鑑登録番号", "spreadsheet_number"),
        ({"atena_no": "x"}, "宛名番号", "digits_only"),
        ({"registered_on": ""}, "登録年月日", "date_empty"),
        ({"registered_on": "2020/5/7"}, "登録年月日", "date_spreadsheet"),
        ({"carved": ""}, "印影の文字", "required"),
        ({"carved": "一" * 21}, "印影の文字", "too_long"),
        ({"imprint": ""}, "印影", "required"),
        ({"imprint": "AAAA"}, "印影", "imprint_text"),
        ({"imprint": "../secret.png"}, "印影", "imprint_text"),
        ({"imprint": "0001.png"}, "印影", "imprint_missing"),
        ({"imprint": in_base64(drawn(150, 300).png)}, "印影", "imprint_small"),
        ({"imprint": in_base64(drawn(300, 800).png)}, "印影", "imprint_large"),
        ({"imprint": in_base64(drawn(300, 300, ink=None).png)}, "印影", "imprint_blank"),
        ({"imprint": in_base64(drawn(300, 300, mode="L").png)}, "印影", "imprint_form"),
        ({"imprint": in_base64(imprint().png[:200])}, "印影", "imprint_damaged"),
        ({"cancelled_at": "2026-11-23 09:30:00", "cancelled_for": "亡失"}, "廃止日時", "instant_form"),
        ({"cancelled_at": "2026-11-23T09:30:00", "cancelled_for": "亡失"}, "廃止日時", "instant_form"),
        ({"cancelled_at": "2026-11-31T09:30:00+09:00", "cancelled_for": "亡失"}, "廃止日時", "instant_form"),
        ({"cancelled_at": "2020-05-06T09:30:00+09:00", "cancelled_for": "亡失"}, "廃止日時", "before_registration"),
        ({"cancelled_at": "2026-11-23T09:30:00+09:00"}, "廃止事由", "reason_missing"),
        ({"cancelled_for": "亡失"}, "廃止日時", "without_its_instant"),
        ({"cancelled_at": "2026-11-23T09:30:00+09:00", "cancelled_for": "盗難"}, "廃止事由", "not_in_list"),
    ],
)
def test_a_bad_cell_is_named_with_its_line_column_and_reason(cells, column, code):
    assert faults(file_with(**cells)) == [(2, column, code)]


def test_a_person_has_one_seal_in_force_and_a_number_is_given_once():
    assert faults(write([seal(1), seal(2, 1)])) == [(3, "宛名番号", "two_in_force")]
    assert faults(write([seal(1), seal(1, 2)])) == [(3, "印鑑登録番号", "duplicate")]


def test_every_bad_line_is_named_and_none_enters():
    text = write([seal(1, carved="x" * 30), seal(2), seal(3, cancelled_at=NOW - timedelta(days=9000), cancelled_for="lost")])
    assert faults(text) == [(2, "印影の文字", "too_long"), (4, "廃止日時", "before_registration")]


def test_the_holder_must_be_a_resident_who_was_15_on_the_day_of_registration():
    births = {atena(1): "2005-05-07", atena(2): "2005-05-08", atena(4): "年月日不詳"}
    seals = [seal(number) for number in (1, 2, 3, 4)]  # registered on 2020-05-07
    assert faults(write(seals), birth_of=births.get) == [
        (3, "宛名番号", "too_young"),
        (4, "宛名番号", "no_such_resident"),
        (5, "宛名番号", "age_unknown"),
    ]
    assert len(parsed(write(seals[:1]), birth_of=births.get).seals) == 1


def test_an_imprint_may_lie_in_a_folder_beside_the_file(tmp_path):
    (tmp_path / "1.png").write_bytes(imprint(1).png)
    assert parsed(file_with(imprint="1.png"), imprint_file=imprints_in(tmp_path)).seals == (seal(1),)
    assert faults(file_with(imprint="2.png"), imprint_file=imprints_in(tmp_path)) == [(2, "印影", "imprint_missing")]


def test_nothing_outside_the_folder_is_read(tmp_path):
    inside = tmp_path / "imprints"
    inside.mkdir()
    (tmp_path / "1.png").write_bytes(imprint(1).png)
    (inside / "link.png").symlink_to(tmp_path / "1.png")
    (inside / "large.png").write_bytes(imprint(1).png + bytes(IMPRINT_BYTES_MAX))
    content = imprints_in(inside)
    assert [content(name) for name in ("../1.png", str(tmp_path / "1.png"), "link.png", "large.png", "none.png")] == [None] * 5


def test_a_file_without_lines_or_columns_is_refused():
    assert faults(write([])) == [(1, "", "empty")]
    assert faults("") == [(1, "", "empty")]
    assert faults(write([seal(1)]).replace("印影の文字", "印影文字", 1)) == [(1, "印影文字", "column_unknown"), (1, "印影の文字", "column_missing")]
    assert faults(write([seal(1)]) + '"abc\r\n') == [(3, "", "quote_open")]


def test_no_reason_repeats_a_value_of_the_line():
    outcome = parse(io.BytesIO(file_with(carved="ひみつ" * 9, imprint="ひみつ", cancelled_for="ひみつ").encode()))
    assert isinstance(outcome, Rejected) and len(outcome.lines) == 4
    assert "ひみつ" not in repr(outcome)


def test_every_reason_is_said_in_both_languages():
    assert all(japanese and english for japanese, english in SENTENCES.values())
    assert len({column.ja for column in COLUMNS}) == len({column.field for column in COLUMNS}) == len(COLUMNS)
