"""What stands on the 戸籍の附票の写し: the people of one 戸籍 and every address of each, the earliest first.

Decides texts, not who may have them. 本籍・筆頭者 and 住民票コード stand only when they were asked for. With 本籍・筆頭者 a person stands by 名 alone, without by full name: the 氏 has a cell
of its own, which reads 「＊＊＊」 beside a 筆頭者, and the cell `name` holds the 名 either way. Of who was removed before the items came into the 附票, they read 「＊＊＊」 whatever the register
says (domain facts 4.4): 生年月日 and 性別 before 2022-01-11, 住民票コード before 2024-05-27. 在外選挙人 entries are no part of the register's value and never stand here.
"""

from collections.abc import Collection, Iterator
from datetime import date

from certificates.content.koseki import REMOVED, lines, place_in
from certificates.content.parts import Asked, Content, Listed, Parts
from certificates.face import EMPTY, Piece
from certificates.fonts.selection import BLANKS
from certificates.form.fuhyo import ADDRESS, LINE, MORE, PERSON, PERSON_REMOVED
from certificates.policy import Policy
from certificates.sources import Sources
from certificates.wareki import Era, printed, wareki
from registers.koseki.fuhyo import Fuhyo, FuhyoAddress, FuhyoPerson

TITLE = "戸籍の附票の写し"
STATEMENT_WHOLE = "この写しは、戸籍の附票の原本と相違ないことを証明する。"
STATEMENT_ONE = "この写しは、戸籍の附票に記録されている一部の者について、原本と相違ないことを証明する。"
"""認証文 (domain facts 4.4)."""

BIRTH_SINCE, CODE_SINCE = date(2022, 1, 11), date(2024, 5, 27)
"""From when on 生年月日 and 性別, and 住民票コード, are items of the 附票."""


def listed(sources: Sources, policy: Policy) -> tuple[Listed, ...]:
    """Everybody of the 附票 in its order. Nobody at all where a 氏名 does not end in its 名: a register that contradicts itself gives no paper."""
    fuhyo = _fuhyo(sources)
    if any(_family_name(person) is None for person in fuhyo.people):
        return ()
    return tuple(
        Listed(
            id=person.person_no,
            name=person.name,
            relation=_place(sources, person),
            holder=person.person_no == sources.person_no,
            printed_name=person.given_name,
            printed_birth=_birth(person, policy.eras),
            choosable=person.removed_on is None,
        )
        for person in fuhyo.people
    )


def options(sources: Sources, offered: tuple[str, ...]) -> tuple[str, ...]:
    """住民票コード only where somebody has one here."""
    coded = any(_kept(person, CODE_SINCE) and person.juminhyo_code for person in _fuhyo(sources).people)
    return tuple(option for option in offered if option != "juminhyo_code" or coded)


def parts(asked: Asked) -> Parts:
    """The 附票 with the chosen people."""
    fuhyo, eras = _fuhyo(asked.sources), asked.policy.eras
    shown = "honseki" in asked.show
    chosen = [person for person in fuhyo.people if person.person_no in asked.chosen]
    return Parts(
        title=TITLE,
        head=(
            ("honseki", fuhyo.honseki if shown else EMPTY),
            ("hittousha", fuhyo.hittousha if shown else EMPTY),
            ("made_on", wareki(fuhyo.made_on, eras)),
        ),
        pieces=tuple(piece for person in chosen for piece in _pieces(person, asked.show, eras)),
        statement=STATEMENT_WHOLE if asked.everybody else STATEMENT_ONE,
    )


CONTENT = Content(listed, options, parts)


def _fuhyo(sources: Sources) -> Fuhyo:
    assert sources.fuhyo is not None, "a paper of the 附票 is made where there is one"
    return sources.fuhyo


def _place(sources: Sources, person: FuhyoPerson) -> str:
    """The person's place in the 戸籍; a 附票 alone knows only who was removed."""
    member = sources.koseki.member(person.person_no) if sources.koseki else None
    if sources.koseki is None or member is None or person.removed_on is not None:
        return REMOVED if person.removed_on is not None else ""
    return place_in(sources.koseki, member)


def _family_name(person: FuhyoPerson) -> str | None:
    """氏: the 氏名 without the 名 at its end; None where the two do not agree."""
    family = person.name.removesuffix(person.given_name).rstrip(BLANKS)
    return family if family and family != person.name else None


def _kept(person: FuhyoPerson, since: date) -> bool:
    """Whether the 附票 has the items that it got on this day for a person, who must not have been removed before."""
    return person.removed_on is None or person.removed_on >= since


def _birth(person: FuhyoPerson, eras: tuple[Era, ...]) -> str:
    return printed(person.birth, eras=eras) if person.birth and _kept(person, BIRTH_SINCE) else EMPTY


def _pieces(person: FuhyoPerson, show: Collection[str], eras: tuple[Era, ...]) -> Iterator[Piece]:
    coded = "juminhyo_code" in show and _kept(person, CODE_SINCE)
    strip = PERSON if person.removed_on is None else PERSON_REMOVED
    texts = {
        "family_name": None if "honseki" in show else _family_name(person),
        "name": person.given_name,
        "birth": _birth(person, eras),
        "sex": person.sex if _kept(person, BIRTH_SINCE) else None,
        "juminhyo_code": person.juminhyo_code if coded else None,
        "removed": REMOVED,
    }
    yield Piece(strip.code, tuple((cell.code, texts[cell.code] or EMPTY) for cell in strip.cells))
    for address in person.addresses:
        yield from _address(address, eras)


def _address(address: FuhyoAddress, eras: tuple[Era, ...]) -> Iterator[Piece]:
    first, *others = lines(address.address, LINE)
    yield Piece(ADDRESS.code, (("address", first), ("address_since", printed(address.since, eras=eras))))
    yield from (Piece(MORE.code, (("address_goes_on", line),)) for line in others)
