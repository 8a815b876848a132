"""A table in a CSV file, whatever register it holds."""

import io

import pytest

from registers.csv_table import BAD_LINES_MAX, FILE_SENTENCES, CellFault, Column, Rejected, read_table

COLUMNS = (Column("number", "番号", required=True), Column("word", "ことば"))
SENTENCES = {"odd": ("奇数です。", "It is odd.")}


def read(text: str) -> tuple[list[tuple[int, dict[str, str]]], Rejected | None]:
    """The lines that were taken, and what was wrong with the file."""
    lines = []

    def take(number: int, line: dict[str, str]) -> list[CellFault]:
        lines.append((number, line))
        return [CellFault("number", "odd")] if int(line["number"]) % 2 else []

    return lines, read_table(io.BytesIO(text.encode()), COLUMNS, SENTENCES, take)


@pytest.mark.parametrize("header", ["番号,ことば", "number,word", "番号,word"])
def test_columns_go_by_either_name(header):
    assert read(f"{header}\n2,二\n") == ([(2, {"number": "2", "word": "二"})], None)


def test_columns_stand_in_any_order_and_one_that_is_left_out_is_empty():
    assert read("ことば,番号\n二,2\n")[0] == [(2, {"number": "2", "word": "二"})]
    assert read("番号\n2\n")[0] == [(2, {"number": "2", "word": ""})]


def test_every_fault_is_told_with_line_column_and_both_sentences():
    _, rejected = read("番号,ことば\n1,一\n2,二\n3\n5,五\n")
    assert [(bad.number, bad.column, bad.code) for bad in rejected.lines] == [(2, "番号", "odd"), (4, "", "cell_count"), (5, "番号", "odd")]
    assert (rejected.lines[0].reason, rejected.lines[0].reason_en, rejected.read_to) == ("奇数です。", "It is odd.", 5)


def test_faults_found_before_an_unreadable_line_are_told_with_it():
    _, rejected = read('番号\n1\n"2\n')
    assert [(bad.number, bad.code) for bad in rejected.lines] == [(2, "odd"), (3, "quote_open")]


def test_after_so_many_faults_reading_stops():
    lines, rejected = read("番号\n" + "1\n" * (BAD_LINES_MAX + 500))
    assert len(rejected.lines) == len(lines) == BAD_LINES_MAX
    assert rejected.read_to == BAD_LINES_MAX + 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(1, "", "empty")]),
        ("番号\n", [(1, "", "empty")]),
        ("2\n4\n", [(1, "", "header_missing")]),
        ("ことば\n二\n", [(1, "番号", "column_missing")]),
        ("番号,番号\n2,2\n", [(1, "番号", "column_twice")]),
        ("番号,number\n2,2\n", [(1, "number", "column_twice")]),
        ("番号,数\n2,2\n", [(1, "数", "column_unknown")]),
    ],
)
def test_a_header_that_cannot_be_is_told(text, expected):
    lines, rejected = read(text)
    assert lines == []
    assert [(bad.number, bad.column, bad.code) for bad in rejected.lines] == expected
    assert all(bad.reason == FILE_SENTENCES[bad.code][0] for bad in rejected.lines)
