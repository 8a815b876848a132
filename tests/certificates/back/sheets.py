"""Contents, keys and backs that the tests of this folder share."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import ec

from certificates.back.code import sheet_code
from certificates.back.content import SheetContent, sheet_contents
from certificates.back.drawing import BackText, draw_back
from certificates.back.picture import fronts
from certificates.face import Face, Piece
from tests.certificates.papers import NOW, ORDINARY, paper

KEY = ec.derive_private_key(0x1234567890ABCDEF, ec.SECP256R1())
OTHER_KEY = ec.derive_private_key(0xFEDCBA0987654321, ec.SECP256R1())
SECRET = bytes(range(32))
URL = "https://verify.mihon.example/ura"
MADE_AT = datetime(2026, 11, 23, 3, 34, 56, tzinfo=UTC)

FOUR, SIX = ORDINARY["four people, all shown"], ORDINARY["six people"]

_WORDS = {
    "出生": (("【出生日】", "平成２６年９月１８日"), ("【出生地】", "福岡県福岡市博多区"), ("【届出日】", "平成２６年９月２５日"), ("【届出人】", "母"), ("【受理者】", "福岡県福岡市博多区長")),
    "婚姻": (("【婚姻日】", "平成２２年６月１２日"), ("【配偶者氏名】", "髙﨑花子"), ("【従前戸籍】", "大阪府堺市堺区南瓦町３番地　辻󠄀次郎")),
}  # fmt: skip


def koseki_sheet(characters: int) -> SheetContent:
    """A sheet of a 戸籍 with at least so many characters, no two of its people alike."""
    pieces: list[Piece] = []
    person = 0
    while sum(len(text) for piece in pieces for _, text in piece.cells) < characters:
        person += 1
        born = f"昭和{person % 63 + 1}年{person % 12 + 1}月{person % 28 + 1}日"
        pieces.append(
            Piece(
                "person",
                (("name", chr(0x4E00 + person * 389)), ("birth", born), ("father", "渡辺" + chr(0x5000 + person * 211)), ("relation", "長男")),
            )
        )
        for title, rows in _WORDS.items():
            pieces.append(Piece("entry", (("title", title),)))
            pieces += [Piece("row", (("label", label), ("value", value + chr(0x6000 + person * 97 + at)))) for at, (label, value) in enumerate(rows)]
    return replace(
        sheet_contents(FOUR, MADE_AT)[0], form="koseki", title="全部事項証明書", head=(("honseki", "見本県みほん市中央一丁目２番地"), ("name", "渡辺　太郎")), pieces=tuple(pieces)
    )  # fmt: skip


def back(of: Face = SIX, secret: bytes = SECRET) -> tuple[bytes, BackText, list[bytes]]:
    """The back of a paper (of the six people: two sheets), what it says, and its codes."""
    face = paper(of)
    text = BackText("019ab3c4111172228333444455556666", hashlib.sha256(face).hexdigest(), URL)
    codes = [sheet_code(content, KEY) for content in sheet_contents(of, MADE_AT)]
    return draw_back(text, fronts(face), codes, secret, NOW), text, codes
