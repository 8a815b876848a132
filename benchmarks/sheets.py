"""The back of a made-up sheet, as the center draws it, to be sent through the channel."""

from datetime import UTC, datetime
from functools import cache

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, derive_private_key
from PIL import Image, ImageDraw

from certificates.back.code import sheet_code
from certificates.back.content import SheetContent
from certificates.back.drawing import BackText, draw_back
from certificates.back.scramble import FRONT_HEIGHT, FRONT_WIDTH, Grey, sheet_key
from certificates.face import Piece
from simulation.channel import rasterised

MADE_AT = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)
SECRET = bytes(range(32))
ISSUANCE = "0199d3a2-7f10-7c41-8f00-0a1b2c3d4e5f"
MUNICIPALITY = "131130"

_REMARKS = tuple("".join(chr(0x4E00 + (row * 997 + column * 7919) % 20000) for column in range(40)) for row in range(7))
"""Characters that compress badly: the code is about as large as one whose modules are still ten dots."""
_LINES = ("みほん市本町一丁目２番３号", "山田　太郎", "昭和62年１月23日", "令和２年３月４日みほん市北町より転入")


@cache
def signing_key() -> EllipticCurvePrivateKey:
    """The issuer's key, always the same."""
    return derive_private_key(0x1234567890ABCDEF, SECP256R1())


def sheet_content(name: str = "山田　太郎") -> SheetContent:
    """A sheet about four people, with remarks."""
    people = tuple(
        Piece(
            "member",
            tuple((f"cell_{number}", text) for number, text in enumerate((name, *_LINES, f"{place}人目の住民", "世帯主" if place == 1 else "子"))),
        )
        for place in range(1, 5)
    )
    remarks = tuple(Piece("remark", (("text", remark),)) for remark in _REMARKS)
    return SheetContent(
        form="juminhyo", title="住民票の写し", number="2026 みほん市 K0001 000001", binding="3f2a 91c0 77de 5b12", part=1, parts=1, made_at=MADE_AT,
        head=(("address", _LINES[0]), ("head_name", name)), pieces=(*people, *remarks),
        closing=(("statement", "この写しは、世帯全員の住民票の原本と相違ないことを証明する。"), ("certifier_name", "見本　一郎")),
    )  # fmt: skip


@cache
def front() -> Grey:
    """A front at 75 dpi: a frame, rules, and rows of strokes as dense as text."""
    picture = Image.new("L", (FRONT_WIDTH, FRONT_HEIGHT), 255)
    pen = ImageDraw.Draw(picture)
    for row in range(60, 820, 38):
        pen.rectangle((40, row, 580, row + 38), outline=0)
        for column in range(50, 560 - row % 200, 12):
            at = (column * 31 + row * 17) % 7
            pen.line((column, row + 12 + at, column + 8, row + 12 + at), fill=0)
            pen.line((column + at, row + 10, column + at, row + 22), fill=0)
    return np.asarray(picture)


@cache
def code(name: str = "山田　太郎") -> bytes:
    """The sheet's code."""
    return sheet_code(sheet_content(name), signing_key())


def picture_key(_code: bytes) -> bytes:
    """The key of the sheet's picture, as the center would find it."""
    return sheet_key(SECRET, ISSUANCE, 1)


@cache
def back() -> Image.Image:
    """The back as dots of a 600 dpi printer."""
    text = BackText(ISSUANCE, "ab" * 32, "https://center.example/verify")
    return rasterised(draw_back(text, [front()], [code()], SECRET, MADE_AT))
