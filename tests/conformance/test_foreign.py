"""Papers of another drawing: whatever is wrong with a page, a person or a count is named; nothing that is no paper stops the reader."""

from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest

from certificates.signature.key_list import KeyList
from conformance.chance import Chance
from conformance.examples import AT
from conformance.foreign import foreign_differences, pages_of
from conformance.papers import Believed, aspect, rest, whose, wrong_with
from messages.orders import Build, Issued, IssuedPaper
from tests.conformance.foreign_papers import (
    AUTHORITY,
    CLOSING,
    FAMILY,
    PART,
    STRANGER,
    WHOLE,
    Sheets,
    bound,
    drawn,
    ordered,
    paper,
    sheet,
    sound,
)  # fmt: skip


def found(sheets: Sheets, members: tuple[int, ...] = (0, 1, 2), **more: object) -> list[str]:
    """Everything that differs but the signature, which these have not."""
    order = ordered(members, **more)  # type: ignore[arg-type]
    return [one for one in foreign_differences(paper(sheets), order, bound(), AUTHORITY.certificate, AT) if not one.startswith("signature")]


def test_a_sound_paper_of_somebody_elses_drawing_differs_in_nothing() -> None:
    assert found(sound()) == []
    assert found([sheet(FAMILY[1], "1/1", statement=PART)], (1,)) == []


def swapped(sheets: Sheets) -> Sheets:
    return [sheets[1], sheets[0], sheets[2]]


def of_another_paper(sheets: Sheets) -> Sheets:
    return [sheets[0], sheet(FAMILY[1], "2/3", binding=bound(3), number="20261123 みほん市 000009"), sheets[2]]


def of_somebody_else(sheets: Sheets) -> Sheets:
    lines = list(sheets[1])
    lines[4:7] = ["試験　次郎", "昭和５４年３月３日", STRANGER]
    return [sheets[0], lines, sheets[2]]


def with_a_line(at: int, line: str) -> Callable[[Sheets], Sheets]:
    return lambda sheets: [(*lines, line) if place == at else lines for place, lines in enumerate(sheets)]


def without_line(at: int, line: int) -> Callable[[Sheets], Sheets]:
    return lambda sheets: [tuple(one for place, one in enumerate(lines) if (page, place) != (at, line)) for page, lines in enumerate(sheets)]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (swapped, "part: sheet 1"),
        (of_another_paper, "binding: sheet 2"),
        (of_another_paper, "number: sheet 2"),
        (of_somebody_else, "members: person 2 is missing or out of order"),
        (of_somebody_else, "members: a mark of somebody else"),
        (with_a_line(1, STRANGER), "members: a mark of somebody else"),
        (with_a_line(0, WHOLE), "statement: sheet 1"),
        (without_line(2, 7), "statement: sheet 3"),
        (without_line(1, 0), "specimen: sheet 2"),
        (without_line(1, 3), "binding: sheet 2"),
        (without_line(0, 1), "kind: sheet 1"),
        (without_line(2, 5), "members: person 3 is missing or out of order"),
        (lambda sheets: sheets[:2], "part: sheet 1"),
        (lambda sheets: [*sheets, ()], "part: sheet 4"),
        (lambda sheets: [sheets[1], sheets[0], sheets[2]], "members: person 2 is missing or out of order"),
        (lambda sheets: [*sheets[:2], sheet(FAMILY[2], "3/3", statement=PART)], "statement: not about those who were ordered"),
        (without_line(2, 8), "closing: the date of issue is missing or another"),
        (with_a_line(0, CLOSING[0]), "closing: the date of issue on a sheet that is not the last"),
        (lambda sheets: [*sheets[:2], (*sheets[2][:8], "令和８年１１月２２日", *CLOSING[1:])], "closing: the date of issue is missing or another"),
        (without_line(2, 9), "closing: the certifier is missing or another"),
        (without_line(2, 10), "closing: the certifier is missing or another"),
        (with_a_line(1, CLOSING[1]), "closing: the certifier on a sheet that is not the last"),
        (with_a_line(0, "世帯主"), "item: relation was not asked for"),
    ],
)  # fmt: skip
def test_whatever_is_wrong_with_a_sheet_is_named(change: Callable[[Sheets], Sheets], named: str) -> None:
    assert named in found(change(sound()))


def test_a_mark_that_runs_into_the_title_or_stands_in_a_name_alone_is_no_mark() -> None:
    joined = [(lines[0] + lines[1], *lines[2:]) for lines in sound()]
    assert found(joined) == ["specimen: sheet 1", "specimen: sheet 2", "specimen: sheet 3"]
    beside = [("住民票の写し　　見本", *lines[2:]) for lines in sound()]
    assert found(beside) == [], "white space is enough"
    without = [lines[1:] for lines in sound()]
    assert found(without) == ["specimen: sheet 1", "specimen: sheet 2", "specimen: sheet 3"], "見本　太郎 and 見本県みほん市長 are no marks"


def test_the_rest_of_two_copies_is_the_same_and_one_more_text_is_seen() -> None:
    day = CLOSING[0]

    def rest_of(number: str, copy: int, *more: str) -> str:
        lines = (*sheet(FAMILY[0], "1/1", binding=bound(copy), number=number, statement=PART), *more)
        return rest(paper([lines], copy=copy, number=number), bound(copy), (day,))

    first = rest_of("20261123 みほん市 000001", 0)
    assert rest_of("20261123 みほん市 000002", 1) == first and FAMILY[0].birth in first and day not in first
    assert rest_of("20261123 みほん市 000002", 1, "整理番号 7") != first


def test_somebody_of_the_household_who_was_not_ordered_is_named() -> None:
    assert "members: somebody who was not ordered" in found(sound(), (0, 2))


def test_an_item_that_was_asked_for_and_is_missing_is_named() -> None:
    assert "item: relation is missing" in found(sound(), show=("relation",))


def test_an_empty_item_that_was_asked_for_says_so() -> None:
    order = ordered(show=("relation",))
    empty = msgspec.structs.replace(order.asked.have, items={"relation": ()})
    order = replace(order, asked=replace(order.asked, have=empty))

    def items(line: str) -> list[str]:
        face = paper(with_a_line(0, line)(sound()))
        return [one for one in foreign_differences(face, order, bound(), AUTHORITY.certificate, AT) if aspect(one) == "items"]

    assert items("＊＊＊") == [] and items("-") == ["item: relation is empty and does not say so"]


def test_another_count_of_sheets_than_is_said_is_named() -> None:
    assert "sheets: 3 instead of 2" in list(foreign_differences(paper(sound(), count=2), ordered(), bound(), AUTHORITY.certificate, AT))


def copies(*papers: IssuedPaper) -> Issued:
    return Issued(request_id="r", papers=papers, declared=Build(program="p", topology="t"))


def one(copy: int, number: str) -> IssuedPaper:
    return paper([sheet(FAMILY[0], "1/1", binding=bound(copy), number=number, statement=PART)], copy=copy, number=number)


A, B = one(0, "n 000001"), one(1, "n 000002")


@pytest.mark.parametrize(
    ("papers", "named"),
    [
        ((A,), "papers"),
        ((A, B, one(2, "n 000003")), "papers"),
        ((B, A), "papers"),
        ((A, A), "papers"),
        ((), "papers"),
        ((A, IssuedPaper(issuance_id="i1", number=A.number, sheets=1, face=A.face, codes=())), "binding"),
        ((A, one(1, "n 000001")), "numbers"),
    ],
    ids=["one", "three", "swapped", "twice", "none", "the same paper", "the same number"],
)
def test_another_number_of_copies_or_the_same_paper_twice_is_named(papers: tuple[IssuedPaper, ...], named: str) -> None:
    order = ordered((0,), copies=2)
    believed = Believed(AUTHORITY.certificate, KeyList(AT, {}))
    assert [one for one in wrong_with(copies(A, B), order, believed, AT) if not one.startswith("signature")] == []
    wrong = wrong_with(copies(*papers), order, believed, AT)
    assert named in {one.partition(":")[0] for one in wrong} and any(map(whose, wrong))


def test_what_is_no_paper_is_unreadable_and_stops_nobody() -> None:
    whole = drawn(sound())
    junk = [b"", b"x", b"%PDF-1.7", b"%PDF-1.7\n%%EOF", whole[:200], whole[: len(whole) // 2], b"\0" * 5000, "見本".encode()]
    for face in junk:
        broken = IssuedPaper(issuance_id="i0", number="n", sheets=1, face=face, codes=(b"junk",))
        wrong = wrong_with(copies(broken), ordered(), Believed(AUTHORITY.certificate, KeyList(AT, {})), AT)
        assert wrong and any(map(whose, wrong)), face[:20]


def test_whatever_bytes_are_changed_the_reader_goes_on() -> None:
    whole, chance = bytearray(drawn(sound())), Chance(5)
    for _ in range(60):
        changed = bytearray(whole)
        for _ in range(4):
            changed[int(chance.random() * len(changed))] = chance.randbytes(1)[0]
        list(
            foreign_differences(
                IssuedPaper(issuance_id="i0", number="n", sheets=3, face=bytes(changed), codes=()), ordered(), bound(), AUTHORITY.certificate, AT
            )
        )
        pages_of(bytes(changed))


def test_every_difference_belongs_to_an_aspect_of_the_table() -> None:
    assert aspect("members: person 1") == "people" and aspect("something new: x") == "drawing"
