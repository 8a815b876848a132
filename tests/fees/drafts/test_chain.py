"""The record of changes: any byte that is changed, any entry left out or put in between is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fees.drafts.chain import NOTHING, Broken, Entry, Sound, raw, sealed, verify


def written(count: int, record: str = "990019") -> list[bytes]:
    lines, previous = [], NOTHING
    for number in range(1, count + 1):
        entry = Entry(
            record=record,
            number=number,
            at=f"2026-11-23T10:00:{number:02}.000000+09:00",
            who="花子",
            action="drafted",
            draft=number,
            why="条例第5条",
            before=raw(None),
            after=raw({"changes": [{"yen": 290}], "a": number}),
            previous=previous,
        )
        line, previous = sealed(entry)
        lines.append(line)
    return lines


LINES = written(5)


def test_a_whole_record_is_sound_and_ends_in_its_head() -> None:
    found = verify(LINES)
    assert isinstance(found, Sound)
    assert found.entries == 5
    assert verify(LINES, found.head) == found
    assert verify([]) == Sound(0, NOTHING)


@given(st.integers(0, len(LINES) - 1), st.data())
def test_any_byte_that_is_changed_is_found_in_its_line(line: int, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(LINES[line]) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != LINES[line][at]))
    changed = [*LINES]
    changed[line] = LINES[line][:at] + bytes([byte]) + LINES[line][at + 1 :]
    found = verify(changed)
    assert isinstance(found, Broken)
    assert found.line == line + 1


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([*LINES[:2], *LINES[3:]], Broken(3, "wrong_number")),
        ([*LINES[:2], LINES[1], *LINES[2:]], Broken(3, "wrong_number")),
        ([LINES[1], LINES[0]], Broken(1, "wrong_number")),
        ([LINES[0], written(2, "990027")[1]], Broken(2, "wrong_link")),
        ([LINES[0] + b" "], Broken(1, "not_canonical")),
        ([b"{}"], Broken(1, "not_an_entry")),
    ],
)
def test_what_was_left_out_or_put_in_is_found(lines: list[bytes], found: Broken) -> None:
    assert verify(lines) == found


def test_entries_cut_off_at_the_end_are_found_by_whoever_noted_the_head() -> None:
    whole = verify(LINES)
    assert isinstance(whole, Sound)
    assert verify(LINES[:4]) != whole
    assert verify(LINES[:4], whole.head) == Broken(5, "wrong_link")
