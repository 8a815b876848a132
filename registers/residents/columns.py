"""The columns of a resident register's CSV: their two names, the words their cells may hold, and a line's way to a `Resident` and back.

Decides how a value is written in a cell. Whether it may be so is `resident_checks`' business, how cells become a file `resident_csv`'s.
"""

from collections.abc import Mapping
from datetime import date
from typing import cast

from registers.csv_table import Column
from registers.register_dates import calendar_day_problem
from registers.residents.resident import ForeignStatus, Protection, ProtectionLevel, Resident, Sex, Standing, Suppression

COLUMNS: tuple[Column, ...] = (
    Column("atena_no", "宛名番号", required=True),
    Column("household_no", "世帯番号", required=True),
    Column("address", "住所", required=True),
    Column("name", "氏名", required=True),
    Column("name_kana", "氏名の振り仮名"),
    Column("former_name", "旧氏"),
    Column("former_name_kana", "旧氏の振り仮名"),
    Column("alias", "通称"),
    Column("alias_kana", "通称の振り仮名"),
    Column("birth", "生年月日", required=True),
    Column("sex", "性別", required=True),
    Column("relation", "続柄", required=True),
    Column("resident_since", "住民となった年月日", required=True),
    Column("address_since", "住所を定めた年月日", required=True),
    Column("notified_on", "届出年月日"),
    Column("previous_address", "転入前住所"),
    Column("honseki", "本籍"),
    Column("hittousha", "筆頭者"),
    Column("my_number", "個人番号", required=True),
    Column("juminhyo_code", "住民票コード", required=True),
    Column("nationality", "国籍・地域"),
    Column("foreign_category", "30条45規定区分"),
    Column("residence_status", "在留資格"),
    Column("period", "在留期間"),
    Column("expires", "在留期間の満了の日"),
    Column("card_number", "在留カード等の番号"),
    Column("serial", "利用者証明用電子証明書シリアル番号"),
    Column("card_usable_from", "カード利用開始日"),
    Column("standing", "住民状態"),
    Column("standing_since", "異動年月日"),
    Column("character_pending", "外字登録中"),
    Column("protection_level", "支援措置区分"),
    Column("protection_since", "支援措置開始日"),
    Column("protection_until", "支援措置終了日"),
    Column("suppressions", "抑止"),
    Column("juminhyo_code_since", "住民票コード変更年月日"),
)
"""In the order in which `resident_csv.write` writes them; a file may have them in any order."""

FIELDS = tuple(column.field for column in COLUMNS)
BY_NAME: Mapping[str, Column] = {name: column for column in COLUMNS for name in (column.ja, column.field)}
JAPANESE: Mapping[str, str] = {column.field: column.ja for column in COLUMNS}

WORDS: Mapping[str, Mapping[str, str]] = {
    "sex": {"男": "男", "女": "女"},
    "standing": {"住民": "current", "転出予定": "leaving", "転出": "left", "死亡": "dead", "職権消除": "removed"},
    "character_pending": {"登録中": "1", "": "", "0": ""},
    "protection_level": {"支援措置": "support", "仮支援措置": "provisional", "併せて支援": "co_protected", "": ""},
}
"""Column -> what a cell may say -> the value it means; the value itself may be written too. An empty 住民状態 means 住民."""

_WORD_OF = {field: {value: word for word, value in reversed(list(words.items()))} for field, words in WORDS.items()}
_SCOPES = {"個人": False, "世帯": True, "person": False, "household": True}


class BadStop(Exception):
    """A cell of 抑止 that does not follow its form."""


def meaning(field: str, text: str) -> str | None:
    """The value that a cell of a column with fixed words means; None when it is none of them. Other columns mean what they say."""
    words = WORDS.get(field)
    if words is None:
        return text
    if field == "standing" and not text:
        return "current"
    return text if text in words.values() else words.get(text)


def resident_of(line: Mapping[str, str]) -> Resident:
    """The person of a line that `resident_checks.faults` found nothing wrong with."""
    return Resident(
        atena_no=line["atena_no"],
        household_no=line["household_no"],
        name=line["name"],
        name_kana=line["name_kana"] or None,
        former_name=line["former_name"] or None,
        former_name_kana=line["former_name_kana"] or None,
        alias=line["alias"] or None,
        alias_kana=line["alias_kana"] or None,
        birth=line["birth"],
        sex=cast("Sex", line["sex"]),
        relation=line["relation"],
        resident_since=line["resident_since"],
        address_since=line["address_since"],
        notified_on=line["notified_on"] or None,
        previous_address=line["previous_address"] or None,
        honseki=line["honseki"] or None,
        hittousha=line["hittousha"] or None,
        my_number=line["my_number"],
        juminhyo_code=line["juminhyo_code"],
        foreign=_foreign_of(line),
        serial=line["serial"] or None,
        card_usable_from=_day(line["card_usable_from"]),
        standing=cast("Standing", line["standing"]),
        standing_since=_day(line["standing_since"]),
        character_pending=line["character_pending"] == "1",
        protection=_protection_of(line),
        suppressions=stops_of(line["suppressions"]),
        juminhyo_code_since=_day(line["juminhyo_code_since"]),
    )


def cells_of(resident: Resident, address: str) -> dict[str, str]:
    """The cells of one person's line, by field, in the words of the Japanese header."""
    foreign, protection = resident.foreign, resident.protection
    plain = {field: _text(getattr(resident, field)) for field in FIELDS if field in _PLAIN}
    return plain | {
        "address": address,
        "nationality": foreign.nationality if foreign else "",
        "foreign_category": foreign.category if foreign else "",
        "residence_status": _text(foreign.residence_status) if foreign else "",
        "period": _text(foreign.period) if foreign else "",
        "expires": _text(foreign.expires) if foreign else "",
        "card_number": _text(foreign.card_number) if foreign else "",
        "standing": _WORD_OF["standing"][resident.standing],
        "character_pending": "登録中" if resident.character_pending else "",
        "protection_level": _WORD_OF["protection_level"][protection.level] if protection else "",
        "protection_since": _text(protection.since) if protection else "",
        "protection_until": _text(protection.until) if protection else "",
        "suppressions": stops_text(resident.suppressions),
    }


def stops_of(cell: str) -> tuple[Suppression, ...]:
    """The stops of a cell: `個人/2026-04-01//理由;世帯/2026-05-01/2026-08-31/理由`. Raises `BadStop`."""
    return tuple(_stop_of(part) for part in cell.split(";")) if cell else ()


def stops_text(stops: tuple[Suppression, ...]) -> str:
    """The cell that `stops_of` reads."""
    return ";".join(_stop_text(stop) for stop in stops)


def word_of(field: str, value: str) -> str:
    """The word that stands for a value in a column with fixed words."""
    return _WORD_OF[field][value]


def _stop_of(part: str) -> Suppression:
    pieces = part.split("/", 3)
    if len(pieces) != 4 or pieces[0] not in _SCOPES or calendar_day_problem(pieces[1]) or (pieces[2] and calendar_day_problem(pieces[2])):
        raise BadStop
    since, until = date.fromisoformat(pieces[1]), _day(pieces[2])
    if until is not None and until < since:
        raise BadStop
    return Suppression(since=since, until=until, household=_SCOPES[pieces[0]], reason=pieces[3])


def _stop_text(stop: Suppression) -> str:
    return f"{'世帯' if stop.household else '個人'}/{stop.since.isoformat()}/{_text(stop.until)}/{stop.reason}"


def _foreign_of(line: Mapping[str, str]) -> ForeignStatus | None:
    if not line["nationality"]:
        return None
    return ForeignStatus(
        nationality=line["nationality"],
        category=line["foreign_category"],
        residence_status=line["residence_status"] or None,
        period=line["period"] or None,
        expires=_day(line["expires"]),
        card_number=line["card_number"] or None,
    )


def _protection_of(line: Mapping[str, str]) -> Protection | None:
    if not line["protection_level"]:
        return None
    return Protection(cast("ProtectionLevel", line["protection_level"]), date.fromisoformat(line["protection_since"]), _day(line["protection_until"]))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _text(value: str | date | None) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else value.isoformat()


_PLAIN = frozenset(FIELDS) & frozenset(Resident.__dataclass_fields__) - {"standing", "character_pending", "suppressions"}
