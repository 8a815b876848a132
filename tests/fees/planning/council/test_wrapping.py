"""Where a Japanese line may end."""

from hypothesis import given, settings
from hypothesis import strategies as st

from fees.planning.council.wrapping import pieces, wrapped


def test_a_number_stays_with_its_unit_and_marks_with_their_word() -> None:
    assert pieces("年1,018,518円から（約368千円）へ。") == ["年", "1,018,518円", "か", "ら", "（約", "368千円）", "へ。"]


def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one() -> None:
    text = "町村は、（平均で）年1,018,518円から「368,409円」になります。" * 4
    for room in range(11, 40):
        lines = wrapped(text, room, len)
        assert "".join(lines) == text
        assert all(line[0] not in "、。）」" and line[-1] not in "（「" for line in lines)
        assert all(len(line) <= room for line in lines)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="あ1,円（）。 a", min_size=0, max_size=60), st.integers(4, 30))
def test_nothing_is_lost_but_blanks_at_the_beginning_of_a_line(text: str, room: int) -> None:
    lines = wrapped(text, room, len)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(len(line) <= room for line in lines)
