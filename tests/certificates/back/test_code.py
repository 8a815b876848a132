"""The code of a sheet: what was signed comes back exactly, and nothing else is ever read."""

import hashlib
import tracemalloc
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.back import code as coding
from certificates.back.code import LARGEST_CODE, NoCode, TooMuch, read_code, sheet_code, verify_code
from certificates.back.content import SheetContent, sheet_contents
from certificates.back.matrix import matrix
from certificates.back.words import WORDS_1
from certificates.face import EMPTY, Face, Piece
from certificates.signature.key_list import code_key_id
from tests.certificates.back.sheets import FOUR, KEY, MADE_AT, OTHER_KEY, SIX, koseki_sheet
from tests.certificates.papers import ORDINARY

SHEET = sheet_contents(FOUR, MADE_AT)[0]
CODE = sheet_code(SHEET, KEY)
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

cell_codes = st.text("abcdefghijklmnopqrstuvwxyz0123456789_", max_size=8).map("c".__add__)
texts = st.one_of(
    st.just(EMPTY), st.just(""), st.lists(st.sampled_from(["辻\U000e0100", "邉\U000e0102", "葛\ufe00", "𠮷", "髙", "　", "-", "Ａ", "か\u3099", "\x00", "\r", "\x85"]), max_size=9).map("".join),
    st.text(st.characters(exclude_characters="\n", exclude_categories=("Cs",)), max_size=30),
)  # fmt: skip
groups = st.lists(st.tuples(cell_codes, texts), max_size=5).map(tuple)


@st.composite
def stacks(draw: st.DrawFn) -> tuple[Piece, ...]:
    strips = draw(st.dictionaries(cell_codes, st.lists(cell_codes, max_size=4), max_size=3))
    order = draw(st.lists(st.sampled_from(sorted(strips)), max_size=6)) if strips else []
    return tuple(Piece(strip, tuple((cell, draw(texts)) for cell in strips[strip])) for strip in order)


@st.composite
def contents(draw: st.DrawFn) -> SheetContent:
    parts = draw(st.integers(1, 99))
    made_at = draw(st.integers(0, 2**33).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)))
    imprint = draw(st.sampled_from(["", hashlib.sha256(b"imprint").hexdigest()]))
    return SheetContent(
        draw(cell_codes),
        draw(texts),
        draw(texts),
        draw(texts),
        draw(st.integers(1, parts)),
        parts,
        made_at,
        draw(groups),
        draw(stacks()),
        draw(groups),
        imprint,
    )


@settings(max_examples=250, deadline=None)
@given(contents())
def test_whatever_is_signed_comes_back_exactly(sheet: SheetContent) -> None:
    signed = sheet_code(sheet, KEY)
    assert verify_code(signed, KEY.public_key()) == sheet
    assert read_code(signed).content == sheet
    assert sheet_code(read_code(signed).content, KEY) == signed


@pytest.mark.parametrize("of", ORDINARY.values(), ids=ORDINARY)
def test_every_sheet_of_an_ordinary_paper_has_a_code(of: Face) -> None:
    for sheet in sheet_contents(of, MADE_AT):
        assert verify_code(sheet_code(sheet, KEY), KEY.public_key()) == sheet


def test_a_sheet_and_a_key_make_one_code() -> None:
    assert sheet_code(SHEET, KEY) == CODE
    assert sheet_code(SHEET, OTHER_KEY) != CODE
    assert len({sheet_code(sheet, KEY) for sheet in (*sheet_contents(FOUR, MADE_AT), *sheet_contents(SIX, MADE_AT))}) == 3


def test_every_flipped_bit_is_refused() -> None:
    key = KEY.public_key()
    for bit in range(len(CODE) * 8):
        flipped = bytearray(CODE)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(NoCode):
            verify_code(bytes(flipped), key)


def test_a_code_that_is_cut_or_goes_on_is_refused() -> None:
    for length in range(len(CODE)):
        with pytest.raises(NoCode):
            read_code(CODE[:length])
    for more in (b"\x00", b"\n", CODE):
        with pytest.raises(NoCode):
            verify_code(CODE + more, KEY.public_key())


def test_a_code_names_the_key_that_signed_it() -> None:
    assert read_code(CODE).key_id == code_key_id(KEY.public_key())


def test_another_key_s_code_is_refused() -> None:
    with pytest.raises(NoCode, match="another key"):
        verify_code(CODE, OTHER_KEY.public_key())
    renamed = CODE[:1] + code_key_id(OTHER_KEY.public_key()) + CODE[9:]
    with pytest.raises(NoCode, match="signature"):
        verify_code(renamed, OTHER_KEY.public_key())


def test_the_texts_of_one_code_with_the_signature_of_another_are_refused() -> None:
    other = sheet_code(replace(SHEET, title="別の証明書"), KEY)
    with pytest.raises(NoCode, match="signature"):
        verify_code(other[:-64] + CODE[-64:], KEY.public_key())


def test_the_other_form_of_a_signature_is_refused() -> None:
    s = int.from_bytes(CODE[-32:], "big")
    assert s <= ORDER // 2
    with pytest.raises(NoCode, match="one form"):
        verify_code(CODE[:-32] + (ORDER - s).to_bytes(32, "big"), KEY.public_key())


def test_a_signature_of_zeros_or_beyond_the_curve_is_refused() -> None:
    for r, s in ((0, 1), (1, 0), (ORDER, 1), (1, ORDER), (2**256 - 1, 2**256 - 1)):
        with pytest.raises(NoCode):
            verify_code(CODE[:-64] + r.to_bytes(32, "big") + s.to_bytes(32, "big"), KEY.public_key())


def test_a_signature_under_a_code_is_one_over_codes_only() -> None:
    # Nothing else that this key may have signed can be made into a code.
    r, s = int.from_bytes(CODE[-64:-32], "big"), int.from_bytes(CODE[-32:], "big")
    with pytest.raises(InvalidSignature):
        KEY.public_key().verify(encode_dss_signature(r, s), CODE[:-64], coding._HASH)


def test_only_p_256_keys_sign_and_verify() -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    with pytest.raises(ValueError, match="P-256"):
        sheet_code(SHEET, key)
    with pytest.raises(ValueError, match="P-256"):
        verify_code(CODE, key.public_key())


def signed(lines: bytes) -> bytes:
    """A code over any lines, truly signed: what a careless issuer might make."""
    body = coding.VERSION + code_key_id(KEY.public_key()) + coding._packed(lines)
    r, s = decode_dss_signature(KEY.sign(coding._LABEL + body, coding._HASH))
    return body + r.to_bytes(32, "big") + min(s, ORDER - s).to_bytes(32, "big")


LINES = "\n".join(coding._lines(SHEET)).encode()


def test_lines_that_are_signed_by_hand_are_read() -> None:
    assert signed(LINES) == CODE


@pytest.mark.parametrize(
    "changed",
    [
        LINES + b"\n", LINES + b"\nmore", LINES.replace(b"\n1/1\n", b"\n01/1\n"), LINES.replace(b"\n1/1\n", b"\n1/1/1\n"), LINES.replace(b"\n1/1\n", b"\n2/1\n"),
        LINES.replace(b"\n1/1\n", b"\n+1/1\n"), LINES.replace(b"\n1/1\n", "\n１/1\n".encode()), LINES.replace(b"\n4\n", b"\n5\n", 1), LINES.replace(b"\n4\n", b"\n3\n", 1),
        LINES.replace(b"\nmember\n", b"\nmember name\n", 1), LINES.replace(b"\nmember ", b"\nmember  ", 1), LINES.replace(b"address", b"Address", 1),
        LINES.replace(str(int(MADE_AT.timestamp())).encode(), b"0" + str(int(MADE_AT.timestamp())).encode()), LINES.replace(str(int(MADE_AT.timestamp())).encode(), b"999999999999"),
        LINES.replace(b"address head_name\n", b"address head_name \n", 1), LINES[:200], b"", b"\xff" + LINES, LINES + b"\xed\xa0\x80",
    ],
)  # fmt: skip
def test_a_content_that_is_not_in_its_one_form_is_refused_even_when_it_is_signed(changed: bytes) -> None:
    assert changed != LINES
    with pytest.raises(NoCode):
        verify_code(signed(changed), KEY.public_key())


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with patch.object(coding, "LARGEST_CONTENT", 1 << 30):
        bomb = coding._packed(b"\x00" * 2_000_000)
    assert len(bomb) < 2_500
    tracemalloc.start()
    with pytest.raises(NoCode):
        read_code(coding.VERSION + bytes(8) + bomb + bytes(64))
    assert tracemalloc.get_traced_memory()[1] < 500_000
    tracemalloc.stop()


def test_a_sheet_that_says_too_much_is_refused_and_never_cut() -> None:
    # No two characters alike: what packs worst.
    much = replace(SHEET, head=(("address", "".join(chr(0x4E00 + at * 7919 % 20000) for at in range(2_000))),))
    with pytest.raises(TooMuch):
        sheet_code(much, KEY)
    with pytest.raises(TooMuch):
        sheet_code(replace(SHEET, head=(("address", "あ" * 40_000),)), KEY)


def test_the_fullest_sheets_have_a_code_that_a_150_dpi_scan_reads() -> None:
    for sheet, most in ((SHEET, 900), (koseki_sheet(1_200), 1_300), (koseki_sheet(1_700), 1_730)):
        size = len(sheet_code(sheet, KEY))
        assert size <= most < LARGEST_CODE
        assert matrix(sheet_code(sheet, KEY)).legible_at_150_dpi


def test_the_words_of_the_first_version_never_change() -> None:
    # Papers that are already printed are read with them.
    assert (len(WORDS_1), zlib.crc32(WORDS_1)) == (8046, 4291289615)
