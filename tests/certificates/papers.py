"""Faces to draw: ordinary ones, awkward ones, and what a test changes in them."""

from dataclasses import replace
from datetime import datetime

from certificates.binding import binding
from certificates.checking import Expected, Signature
from certificates.content.juminhyo import STATEMENT_PART, STATEMENT_WHOLE
from certificates.drawing import draw, sheets_of
from certificates.face import EMPTY, Face, Piece
from certificates.fingerprint import fingerprint
from certificates.form.juminhyo import MEMBER
from certificates.issuer_form import IssuerForm
from certificates.issuing import SEAL_NOTE
from certificates.kinds import KINDS
from certificates.seal import seal_png
from certificates.signature.signing import sign
from certificates.wareki import JST
from tests.certificates.signature import documents

KEY = bytes(range(32))
NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=JST)
FORM = IssuerForm("990019", "見本県", "みほん市", "見本県みほん市長", "見本　一心", seal_png("みほん市長之印"), "みほん市")
ADDRESS = "見本県みほん市中央一丁目２番３号　みほんハイツ１０２号室"
LONG_ADDRESS = (
    "見本県みほん市北見本区東見本町字大字小字三丁目１２番３４号　グランドみほんシティタワーレジデンス南館サウスウイング第二番館４５０３号室"
)
LONG_NAME = "WOLFESCHLEGELSTEINHAUSENBERGERDORFF HUBERT BLAINE ADOLPH CHARLES DAVID"

_PLAIN = {
    "name_kana": "ワタナベ　タロウ", "name": "渡辺　太郎", "birth": "昭和６０年１１月２３日", "sex": "男", "resident_since": "平成２５年４月１日",
    "address_since": "令和２年１２月１５日", "notified_on": "令和２年１２月２０日", "previous_address": "見本県となり市本町三丁目１２番３４号",
}  # fmt: skip
ALL_SHOWN = {
    "relation": "世帯主",
    "my_number": "123456789018",
    "juminhyo_code": "12345678901",
    "hittousha": "渡辺　太郎",
    "honseki": "見本県みほん市中央一丁目２番地",
}


def member(**texts: str) -> Piece:
    """An ordinary person's block with nothing asked for, but for `texts`."""
    return Piece("member", tuple((cell.code, {**_PLAIN, "member_number": "1", **texts}.get(cell.code, EMPTY)) for cell in MEMBER.cells))


HANAKO = member(
    name="渡邉󠄀　花子", name_kana="ワタナベ　ハナコ", former_name="髙﨑", former_name_kana="タカサキ", sex="女", birth="昭和６２年１月２日"
)
KICHITARO = member(name="𠮷田　辻󠄀太郎", name_kana="ヨシダ　ツジタロウ", birth="平成２３年５月５日")
FOREIGN = member(
    name="JOHNSON MICHAEL ANDREW", name_kana="ジョンソン　マイケル", alias="渡辺　マイケル", birth="１９８５年１月２３日", nationality="アメリカ合衆国",
    category="中長期在留者", residence_status="永住者", period="無期限", expires="２０２８年１２月３１日", card_number="AB12345678CD", relation="同居人",
)  # fmt: skip
LONG = member(
    name=LONG_NAME,
    name_kana="ウルフシュレーゲルシュタインハウゼンベルガードルフ　ヒューバート　ブレイン",
    alias="ながい" * 10,
    previous_address=LONG_ADDRESS,
    **ALL_SHOWN,
)


def face(*members: Piece, copy: int = 1, **changes: str) -> Face:
    """A paper about these people, numbered in their order (渡辺 太郎 alone without any); `copy` gives it another number and binding, `changes` other texts."""
    head = {"address": ADDRESS, "head_name": EMPTY}
    closing = {
        "statement": STATEMENT_WHOLE, "issued_on": "令和８年１１月２３日", "certifier_title": "見本県みほん市長", "certifier_name": "見本　一心",
        "seal_note": SEAL_NOTE,
    }  # fmt: skip
    numbered = tuple(changed(person, member_number=str(at)) for at, person in enumerate(members or (member(),), 1))
    whole = Face(
        form="juminhyo", title="住民票の写し", number=f"20261123 みほん市 K0001 {copy:06d}", binding=binding(f"issuance-{copy}", "1f3a", "f" * 64),
        head=tuple((code, changes.pop(code, text)) for code, text in head.items()), pieces=numbered,
        closing=tuple((code, changes.pop(code, text)) for code, text in closing.items()),
    )  # fmt: skip
    return replace(whole, **changes)  # type: ignore[arg-type]


def changed(piece: Piece, **texts: str) -> Piece:
    """The piece with other texts in some of its cells."""
    return Piece(piece.strip, tuple((code, texts.get(code, text)) for code, text in piece.cells))


def paper(of: Face) -> bytes:
    """The PDF as it is drawn, prepared for a signature."""
    return draw(of, FORM, NOW).pdf


def signed(of: Face) -> bytes:
    """The finished paper: drawn, and signed by its municipality."""
    return signed_file(paper(of))


def signed_file(prepared: bytes) -> bytes:
    """A prepared file signed with the municipality's key."""
    return sign(prepared, documents.city())


SIGNATURE = Signature("992011", tuple(documents.roots()), NOW)
"""Whose signature these papers have."""


def expected(of: Face, *show: str) -> Expected:
    """The order that `of` is the right answer to."""
    return Expected(
        kind="juminhyo", form=of.form, year=None, binding=of.binding, number=of.number, sheets=sheets_of(of) if of.pieces else 1, visit_key=KEY, show=show,
        fingerprints=tuple(fingerprint(KEY, person.text("name"), person.text("birth")) for person in of.pieces),
        everybody=of.text("statement") != STATEMENT_PART, signature=SIGNATURE,
    )  # fmt: skip


ORDINARY: dict[str, Face] = {
    "one person": face(),
    "four people, all shown": face(member(**ALL_SHOWN), HANAKO, KICHITARO, LONG, head_name="渡辺　太郎"),
    "six people": face(
        member(),
        HANAKO,
        KICHITARO,
        member(name="渡辺　ひなた"),
        LONG,
        member(name="山﨑　キヨ", birth="昭和２０年月日不詳"),
        statement=STATEMENT_PART,
    ),
    "foreign resident": face(FOREIGN, head_name="渡辺　太郎"),
    "long texts": face(LONG, LONG, address=LONG_ADDRESS, head_name=LONG_NAME),
}
ALL = tuple(option.code for option in KINDS["juminhyo"].options)
