"""What a person of the register reads in the cells of the 住民票の写し.

Decides texts, not who may have them. What was not asked for, what the person does not have (本籍 of a foreigner, 国籍 of a Japanese) and what is empty reads 「＊＊＊」 alike.
"""

from collections.abc import Collection

from certificates.content.parts import Asked, Content, Listed, Parts
from certificates.face import EMPTY, Piece
from certificates.form.juminhyo import MEMBER, OPENED_BY
from certificates.form.kojinhyo import KOJINHYO, PERSON
from certificates.policy import Policy
from certificates.sources import Sources
from certificates.wareki import Era, printed
from registers.residents.resident import ForeignStatus, Household, Resident

STATEMENT_WHOLE = "この写しは、世帯全員の住民票の原本と相違ないことを証明する。"
STATEMENT_PART = "この写しは、世帯の一部の住民票の原本と相違ないことを証明する。"
"""認証文 (domain facts 4.1)."""

OF_JAPANESE = frozenset({"honseki"})
OF_FOREIGN = frozenset({"nationality", "residence_status", "residence_card"})
"""Options that only one of the two kinds of residents can fill."""


def listed(sources: Sources, policy: Policy) -> tuple[Listed, ...]:
    """The whole present household in the standard's order."""
    household, holder = _home(sources), sources.holder
    return tuple(
        Listed(
            id=member.atena_no,
            name=member.name,
            relation=member.relation,
            holder=holder is not None and member.atena_no == holder.atena_no,
            printed_name=member.name,
            printed_birth=birth_text(member, policy.eras),
        )
        for member in household.members
    )


def options(sources: Sources, offered: tuple[str, ...]) -> tuple[str, ...]:
    """Those that at least one member can fill, in the same order (domain facts 2.1: 本籍 only for Japanese, 国籍 and 在留 only for foreign residents)."""
    members = _home(sources).members
    foreign = any(member.foreign is not None for member in members)
    japanese = any(member.foreign is None for member in members)
    return tuple(option for option in offered if (option not in OF_FOREIGN or foreign) and (option not in OF_JAPANESE or japanese))


def parts(asked: Asked) -> Parts:
    """The household's address and head, and for each chosen member a block, or a sheet of the 個人票."""
    household = _home(asked.sources)
    members = [member for member in household.members if member.atena_no in asked.chosen]
    return Parts(
        title="住民票の写し",
        head=head_texts(household, asked.show),
        pieces=tuple(_block(member, number, asked) for number, member in enumerate(members, 1)),
        statement=STATEMENT_WHOLE if asked.everybody else STATEMENT_PART,
    )


CONTENT = Content(listed, options, parts)


def head_texts(household: Household, show: Collection[str]) -> tuple[tuple[str, str], ...]:
    """住所, and 世帯主 if 続柄 was asked for."""
    return (("address", household.address), ("head_name", household.head_name if "relation" in show else EMPTY))


def birth_text(resident: Resident, eras: tuple[Era, ...]) -> str:
    """The birth date as the paper prints it: in Western years for a foreign resident, 和暦 otherwise (住民記録 standard; never both)."""
    return printed(resident.birth, western=resident.foreign is not None, eras=eras)


def _home(sources: Sources) -> Household:
    assert sources.household is not None, "a paper of the resident register is made for residents"
    return sources.household


def _block(resident: Resident, number: int, asked: Asked) -> Piece:
    texts = {"member_number": str(number), "remarks": None, **resident_texts(resident, asked.policy.eras)}
    strip = PERSON if asked.form == KOJINHYO.code else MEMBER
    return Piece(
        strip.code,
        tuple((cell.code, (texts[cell.code] if OPENED_BY.get(cell.code) in (None, *asked.show) else None) or EMPTY) for cell in strip.cells),
    )


def resident_texts(resident: Resident, eras: tuple[Era, ...]) -> dict[str, str | None]:
    """Every item of one person of the register as a paper prints it, by cell code; None where there is nothing."""
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
