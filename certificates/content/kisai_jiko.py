"""What stands on the 住民票記載事項証明書: of each chosen person the items that were asked for, and no other. An item that was asked for and is empty reads 「＊＊＊」."""

from certificates.content import juminhyo
from certificates.content.parts import Asked, Content, Parts
from certificates.face import EMPTY, Piece
from certificates.form.grid import Strip
from certificates.form.kisai_jiko import ITEM_STRIPS, PERSON
from registers.residents.resident import Resident

STATEMENT = "上記の事項は、住民票に記載されていることを証明する。"
"""認証文 (domain facts 4.1)."""


def parts(asked: Asked) -> Parts:
    """The address, and for each chosen member who it is and the items in the form's order."""
    household = asked.sources.household
    assert household is not None
    members = [member for member in household.members if member.atena_no in asked.chosen]
    return Parts(
        title="住民票記載事項証明書",
        head=(("address", household.address),),
        pieces=tuple(piece for number, member in enumerate(members, 1) for piece in _person(member, number, household.head_name, asked)),
        statement=STATEMENT,
    )


CONTENT = Content(juminhyo.listed, juminhyo.options, parts)


def _person(resident: Resident, number: int, head_name: str, asked: Asked) -> list[Piece]:
    texts = {"member_number": str(number), "head_name": head_name, **juminhyo.resident_texts(resident, asked.policy.eras)}
    return [_piece(strip, texts) for strip in (PERSON, *(strip for option, strip in ITEM_STRIPS.items() if option in asked.show))]


def _piece(strip: Strip, texts: dict[str, str | None]) -> Piece:
    return Piece(strip.code, tuple((cell.code, texts[cell.code] or EMPTY) for cell in strip.cells))
