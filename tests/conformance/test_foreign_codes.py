"""The 2-D codes that come with a paper of another drawing: each says what its sheet says, by the municipality's key, or is named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from certificates.back.code import sheet_code
from certificates.back.content import SheetContent
from certificates.face import EMPTY, Piece
from certificates.signature.key_list import CodeKey, KeyList
from conformance.examples import AT, MUNICIPALITY, NUMBER, OTHER
from conformance.foreign import pages_of
from conformance.foreign_codes import code_differences
from conformance.papers import Believed, aspect, wrong_with
from messages.orders import Build, Issued
from simulation.key_ring import signing_key
from tests.conformance.foreign_papers import ADDRESS, AUTHORITY, FAMILY, SINCE, WHOLE, bound, ordered, paper, sound

OWN, OTHERS, UNLISTED = signing_key(1), signing_key(2), signing_key(3)
LISTED = (CodeKey(MUNICIPALITY, OWN.public_key(), SINCE, AT + timedelta(days=9)), CodeKey(OTHER, OTHERS.public_key(), SINCE, AT + timedelta(days=9)))
KEYS = KeyList(SINCE, {one.id: one for one in LISTED})
CLOSING = (("statement", WHOLE), ("seal_note", EMPTY))


def contents() -> list[SheetContent]:
    """What the three sheets of the sound paper say."""
    return [
        SheetContent(
            form="kojinhyo", title="住民票の写し", number=NUMBER, binding=bound(), part=at, parts=3, made_at=AT, head=(("address", ADDRESS),),
            pieces=(Piece("person", (("name", one.name), ("birth", one.birth), ("alias", EMPTY))),), closing=CLOSING if at == 3 else (),
        )
        for at, one in enumerate(FAMILY, 1)
    ]  # fmt: skip


def found(codes: list[bytes]) -> list[str]:
    given = paper(sound(), codes=tuple(codes))
    return list(code_differences(given, pages_of(given.face), ordered(), bound(), KEYS, AT + timedelta(seconds=20)))


def made(sheets: list[SheetContent]) -> list[bytes]:
    return [sheet_code(one, OWN) for one in sheets]


def test_codes_that_say_what_stands_there_differ_in_nothing_and_none_are_needed() -> None:
    assert found(made(contents())) == [] == found([])


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"number": "20261123 みほん市 000009"}, "codes: sheet 2 says another number"),
        ({"binding": bound(1)}, "codes: sheet 2 says another binding"),
        ({"title": "戸籍全部事項証明書"}, "codes: sheet 2 says another title"),
        ({"form": "juminhyo"}, "codes: sheet 2 says another form"),
        ({"part": 3}, "codes: sheet 2 says another n/m"),
        ({"parts": 4}, "codes: sheet 2 says another n/m"),
        ({"made_at": AT - timedelta(hours=1)}, "codes: sheet 2 says another time"),
        ({"head": (("address", "見本県よその市"),)}, "codes: sheet 2 says another text"),
        ({"closing": CLOSING}, "codes: sheet 2 says another closing"),
        ({"pieces": contents()[0].pieces}, "codes: sheet 2 says another text"),
        ({"pieces": ()}, "codes: not the people who were ordered"),
    ],
)
def test_a_code_that_says_something_else_than_its_sheet_is_named(changed: dict[str, object], named: str) -> None:
    sheets = contents()
    sheets[1] = replace(sheets[1], **changed)  # type: ignore[arg-type]
    assert named in found(made(sheets))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda codes: codes[:2], "codes: not one for each sheet"),
        (lambda codes: [codes[1], codes[0], codes[2]], "codes: sheet 1 says another n/m"),
        (lambda codes: [b"junk", *codes[1:]], "codes: sheet 1 is none"),
        (lambda codes: [codes[0][:-1] + bytes([codes[0][-1] ^ 1]), *codes[1:]], "codes: sheet 1 is none"),
        (lambda codes: [sheet_code(contents()[0], OTHERS), *codes[1:]], "codes: sheet 1 by another key"),
        (lambda codes: [sheet_code(contents()[0], UNLISTED), *codes[1:]], "codes: sheet 1 by another key"),
    ],
    ids=["missing", "swapped", "junk", "altered", "another municipality", "a key on no list"],
)
def test_a_code_that_is_none_or_by_another_key_is_named(change: Callable[[list[bytes]], list[bytes]], named: str) -> None:
    assert any(one.startswith(named) for one in found(change(made(contents()))))


def test_they_are_looked_at_with_the_paper() -> None:
    given = paper(sound(), codes=tuple(made(contents())[:2]))
    issued = Issued(request_id="r", papers=(given,), declared=Build(program="p", topology="t"))
    assert "codes" in {aspect(one) for one in wrong_with(issued, ordered(), Believed(AUTHORITY.certificate, KEYS), AT)}
