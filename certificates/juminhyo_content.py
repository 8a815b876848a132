"""What a person of the register reads in the cells of the 住民票の写し.

Decides texts, not who may have them. What was not asked for, what the person does not have (本籍 of a foreigner, 国籍 of a Japanese) and what is empty reads 「＊＊＊」 alike.
"""

from collections.abc import Collection

from certificates.face import EMPTY, MemberFace
from certificates.juminhyo import MEMBER_CELLS, OPENED_BY
from certificates.wareki import Era, printed
from registers.residents.resident import ForeignStatus, Resident

STATEMENT_WHOLE = "この写しは、世帯全員の住民票の原本と相違ないことを証明する。"
STATEMENT_PART = "この写しは、世帯の一部の住民票の原本と相違ないことを証明する。"
"""認証文 (domain facts 4.1)."""

SEAL_NOTE = "この印は黒色です"

OF_JAPANESE = frozenset({"honseki"})
OF_FOREIGN = frozenset({"nationality", "residence_status", "residence_card"})
"""Options that only one of the two kinds of residents can fill."""


def member_face(resident: Resident, show: Collection[str], eras: tuple[Era, ...]) -> MemberFace:
    """The person's block with the options in `show`; every cell is present."""
    texts = _texts(resident, eras)
    return MemberFace(tuple((cell, (texts[cell] if OPENED_BY.get(cell) in (None, *show) else None) or EMPTY) for cell in MEMBER_CELLS))


def birth_text(resident: Resident, eras: tuple[Era, ...]) -> str:
    """The birth date as the paper prints it: in Western years for a foreign resident, 和暦 otherwise (住民記録 standard; never both)."""
    return printed(resident.birth, western=resident.foreign is not None, eras=eras)


def applicable(members: Collection[Resident], options: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `options` that at least one of these people can fill, in the same order (domain facts 2.1: 本籍 only for Japanese, 国籍 and 在留 only for foreign residents)."""
    foreign = any(member.foreign is not None for member in members)
    japanese = any(member.foreign is None for member in members)
    return tuple(option for option in options if (option not in OF_FOREIGN or foreign) and (option not in OF_JAPANESE or japanese))


def _texts(resident: Resident, eras: tuple[Era, ...]) -> dict[str, str | None]:
    return {
        "name_kana": resident.name_kana,
        "name": resident.name,
        "alias": resident.alias,
        "former_name_kana": resident.former_name_kana,
        "former_name": resident.former_name,
        "birth": birth_text(resident, eras),
        "sex": resident.sex,
        "relation": resident.relation,
        "my_number": resident.my_number,
        "juminhyo_code": resident.juminhyo_code,
        "resident_since": printed(resident.resident_since, eras=eras),
        "address_since": printed(resident.address_since, eras=eras),
        "notified_on": printed(resident.notified_on, eras=eras) if resident.notified_on else None,
        "previous_address": resident.previous_address,
        "hittousha": resident.hittousha if resident.foreign is None else None,
        "honseki": resident.honseki if resident.foreign is None else None,
        **_foreign_texts(resident.foreign),
    }


def _foreign_texts(foreign: ForeignStatus | None) -> dict[str, str | None]:
    if foreign is None:
        return dict.fromkeys(("nationality", "category", "residence_status", "period", "expires", "card_number"))
    return {
        "nationality": foreign.nationality,
        "category": foreign.category,
        "residence_status": foreign.residence_status,
        "period": foreign.period,
        "expires": printed(foreign.expires.isoformat(), western=True) if foreign.expires else None,
        "card_number": foreign.card_number,
    }
