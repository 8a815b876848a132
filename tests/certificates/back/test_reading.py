"""Reading a back: what was drawn comes back exactly, and a file that shows anything else is not read at all."""

import random
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import numpy as np
import pytest

from certificates.back import drawing, form
from certificates.back.drawing import BackText, draw_packed, unpacked_picture
from certificates.back.matrix import matrix
from certificates.back.reading import Back, Unreadable, read_back
from certificates.fonts import writing
from certificates.signature.chain import SignerRole
from certificates.signature.placeholder import place_of, prepared
from certificates.signature.signing import sign, signer
from certificates.signature.strict import verify
from tests.certificates.back.sheets import FOUR, back
from tests.certificates.papers import NOW, paper
from tests.certificates.signature.documents import CENTER, authority, certificate, rsa_key

PDF, TEXT, CODES = back(FOUR)
BACK = read_back(PDF)


def again(pictures: tuple[bytes, ...] = BACK.pictures, codes: tuple[bytes, ...] = BACK.codes, text: BackText = TEXT) -> bytes:
    """The same back drawn once more, with whatever a test changed in the drawing."""
    return prepared(draw_packed(text, pictures, codes, NOW, drawing.SignedAs()))


def test_what_was_drawn_comes_back() -> None:
    assert (BACK.text, list(BACK.codes), BACK.made_at, BACK.sheets) == (TEXT, CODES, NOW, 1)
    assert again() == PDF


def test_two_sheets_come_back_in_order() -> None:
    pdf, text, codes = back()
    two = read_back(pdf)
    assert (two.text, list(two.codes), two.sheets, len(two.pictures)) == (text, codes, 2, 2)


def test_a_signed_back_says_the_same() -> None:
    center = signer(rsa_key("signer"), certificate(CENTER), (authority().certificate,))
    signed = sign(PDF, center)
    assert signed != PDF
    assert read_back(signed) == BACK
    assert verify(signed, [authority().certificate], NOW).role is SignerRole.CENTER


def shown(read: Back) -> tuple[object, ...]:
    return read.text, read.codes, read.made_at, tuple(unpacked_picture(picture).tobytes() for picture in read.pictures)


def test_no_changed_byte_changes_what_is_believed() -> None:
    place, chance = place_of(PDF), random.Random(3)
    for at in (chance.randrange(len(PDF)) for _ in range(400)):
        if place.start <= at < place.end:
            continue
        changed = bytearray(PDF)
        changed[at] ^= 1 << chance.randrange(8)
        try:
            read = read_back(bytes(changed))
        except Unreadable:
            continue
        assert shown(read) == shown(BACK), at  # the packing of a stream, nothing that is shown


@pytest.mark.parametrize("keep", range(0, 100, 9))
def test_a_part_of_a_back_is_none(keep: int) -> None:
    with pytest.raises(Unreadable):
        read_back(PDF[: len(PDF) * keep // 100])
    with pytest.raises(Unreadable):
        read_back(PDF + b"\n" * (keep + 1))


@contextmanager
def forged(name: str, value: object, module: object = drawing) -> Iterator[None]:
    with patch.object(module, name, value):
        yield


def test_a_page_that_shows_another_code_than_the_file_says_is_refused() -> None:
    with forged("matrix", lambda code: matrix(b"another" + code[7:])):
        pdf = again()
    with pytest.raises(Unreadable, match="own words"):
        read_back(pdf)


def test_a_page_that_shows_another_id_than_the_file_says_is_refused() -> None:
    with forged("grouped", lambda _: "019ab3c4-9999-7222-8333-444455556666"):
        pdf = again()
    with pytest.raises(Unreadable, match="own words"):
        read_back(pdf)


def test_a_page_that_shows_anything_more_is_refused() -> None:
    content = drawing._content
    with forged("_content", lambda *given: content(*given) + "\n0 g 10 10 200 200 re f"):
        pdf = again()
    with pytest.raises(Unreadable, match="own words"):
        read_back(pdf)


def test_a_page_without_its_ground_is_refused() -> None:
    content = drawing._content
    with forged("_content", lambda *given: content(*given).removeprefix("/Ground Do\n")):
        pdf = again()
    with pytest.raises(Unreadable, match="own words"):
        read_back(pdf)


def test_more_pictures_than_pages_are_refused() -> None:
    with pytest.raises(ValueError):
        again(BACK.pictures * 2)


def test_a_picture_of_another_size_or_with_something_behind_it_is_refused() -> None:
    for wrong in (zlib.compress(bytes(10)), zlib.compress(bytes(drawing.PICTURE_BYTES + 1)), BACK.pictures[0] + b"more"):
        with pytest.raises(Unreadable):
            read_back(again((wrong,)))


def test_a_bomb_for_a_picture_is_refused_before_it_is_unpacked() -> None:
    pdf = again((zlib.compress(bytes(100_000_000), 9),))
    tracemalloc.start()
    with pytest.raises(Unreadable):
        read_back(pdf)
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_a_back_packed_by_another_zlib_is_the_same_back() -> None:
    whole = form.back_form()
    with patch.object(writing, "COMPRESSION", 9), patch.object(form, "back_form", lambda: whole):
        other = again()
    assert other != PDF
    assert read_back(other) == BACK


def test_what_is_no_back_is_refused() -> None:
    for junk in (b"", b"%PDF-1.4\n", b"\x00" * 1000, paper(FOUR)):
        with pytest.raises(Unreadable):
            read_back(junk)


def test_a_back_can_be_read_without_its_key_and_shows_only_scrambled_pictures() -> None:
    picture = unpacked_picture(BACK.pictures[0])
    assert 0.3 < np.mean(picture > 127) < 0.7
