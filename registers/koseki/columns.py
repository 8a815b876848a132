"""The columns of the three files of a family register, the words their cells may hold, and a line's way to a value and back.

Decides how a value is written in a cell. Whether it may be so is `checks`' business, how cells become files `csv_form`'s. A cell that holds a list is written with `;` between its parts, `/`
between the pieces of a part and `=` between a label and its value; where a text has one of these characters or a backslash, a backslash stands before it.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple, cast

from registers.csv_table import Column
from registers.koseki.fuhyo import FuhyoAddress, FuhyoPerson
from registers.koseki.koseki import Entry, Koseki, KosekiPerson, KosekiStanding
from registers.register_dates import calendar_day_problem, date_problem
from registers.residents import columns as residents
from registers.residents.columns import stops_of
from registers.residents.resident import Protection, ProtectionLevel, Sex, Suppression

File = Literal["koseki", "members", "fuhyo"]

KOSEKI_COLUMNS = (
    Column("koseki_no", "戸籍番号", required=True),
    Column("honseki", "本籍", required=True),
    Column("family_name", "氏", required=True),
    Column("family_name_kana", "氏の振り仮名"),
    Column("family_name_kana_recorded_on", "氏の振り仮名の記載日"),
    Column("hittousha", "筆頭者の氏名", required=True),
    Column("entries", "戸籍事項", required=True),
    Column("standing", "戸籍の状態"),
    Column("change_pending", "届出処理中"),
    Column("fuhyo_made_on", "附票を作成した年月日"),
)
MEMBER_COLUMNS = (
    Column("person_no", "戸籍の者の番号", required=True),
    Column("koseki_no", "戸籍番号", required=True),
    Column("given_name", "名", required=True),
    Column("given_name_kana", "名の振り仮名"),
    Column("kana_recorded_on", "名の振り仮名の記載日"),
    Column("birth", "生年月日", required=True),
    Column("sex", "性別", required=True),
    Column("father", "父"),
    Column("mother", "母"),
    Column("adoptive_father", "養父"),
    Column("adoptive_mother", "養母"),
    Column("relation", "父母との続柄", required=True),
    Column("spouse", "配偶者区分"),
    Column("entries", "身分事項", required=True),
    Column("removed_on", "除籍日"),
    Column("atena_no", "宛名番号"),
    Column("protection_level", "支援措置区分"),
    Column("protection_since", "支援措置開始日"),
    Column("protection_until", "支援措置終了日"),
    Column("suppressions", "抑止"),
)
FUHYO_COLUMNS = (
    Column("person_no", "戸籍の者の番号", required=True),
    Column("koseki_no", "戸籍番号", required=True),
    Column("name", "氏名", required=True),
    Column("birth", "生年月日", required=True),
    Column("sex", "性別", required=True),
    Column("juminhyo_code", "住民票コード"),
    Column("addresses", "住所の履歴", required=True),
)
COLUMNS: Mapping[File, tuple[Column, ...]] = {"koseki": KOSEKI_COLUMNS, "members": MEMBER_COLUMNS, "fuhyo": FUHYO_COLUMNS}
"""In the order in which `csv_form.write` writes them; a file may have them in any order."""

JAPANESE: Mapping[File, Mapping[str, str]] = {file: {column.field: column.ja for column in columns} for file, columns in COLUMNS.items()}

WORDS: Mapping[str, Mapping[str, str]] = {
    "standing": {"現在戸籍": "current", "除籍": "removed", "改製原戸籍": "superseded", "改製不適合戸籍": "on_paper", "": "current"},
    "change_pending": {"処理中": "1", "": "", "0": ""},
    "sex": {"男": "男", "女": "女", "": ""},
    "spouse": {"夫": "夫", "妻": "妻", "": ""},
    "protection_level": residents.WORDS["protection_level"],
}
"""Column -> what a cell may say -> the value it means; the value itself may be written too."""

SAME_CELL = 1024
"""A cell is taken apart when it is checked, when its value is made, and when lines are compared: once is enough."""

_WORD_OF = {field: {value: word for word, value in reversed(list(words.items()))} for field, words in WORDS.items()}
_ESCAPED = re.compile(r"\\(.)")
_SPECIAL = re.compile(r"[\\;/=]")


class BadList(Exception):
    """A cell that holds a list and does not follow its form; `code` is the reason's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class KosekiLine(NamedTuple):
    """What a line of the first file says: the 戸籍 without its people, and the day of its 附票."""

    koseki: Koseki
    fuhyo_made_on: date | None


def meaning(field: str, text: str) -> str | None:
    """The value that a cell of a column with fixed words means; None when it is none of them. Other columns mean what they say."""
    words = WORDS.get(field)
    if words is None:
        return text
    return words[text] if text in words else (text if text in words.values() else None)


@lru_cache(SAME_CELL)
def entries_of(cell: str) -> tuple[Entry, ...]:
    """The entries of a cell: `出生/1995-03-10/出生日=1995-03-04/出生地=見本県みほん市`, several separated by `;`. Raises `BadList`."""
    return tuple(_entry_of(part) for part in _split(cell, ";")) if cell else ()


@lru_cache(SAME_CELL)
def addresses_of(cell: str) -> tuple[FuhyoAddress, ...]:
    """The addresses of a cell: `2010-04-01/見本県みほん市本町一丁目２番３号`, several separated by `;`, the earliest first. Raises `BadList`."""
    return tuple(_address_of(part) for part in _split(cell, ";")) if cell else ()


def person_stops_of(cell: str) -> tuple[Suppression, ...]:
    """The stops of a cell, each for the person alone. Raises `BadList`."""
    try:
        stops = stops_of(cell)
    except residents.BadStop:
        raise BadList("stop_form") from None
    if any(stop.household for stop in stops):
        raise BadList("stop_of_household")
    return stops


def koseki_of(line: Mapping[str, str]) -> KosekiLine:
    """The 戸籍 of a line that `checks` found nothing wrong with, still without its people; version "0" (no store's)."""
    koseki = Koseki(
        koseki_no=line["koseki_no"],
        honseki=line["honseki"],
        family_name=line["family_name"],
        family_name_kana=line["family_name_kana"] or None,
        family_name_kana_recorded_on=_day(line["family_name_kana_recorded_on"]),
        hittousha=line["hittousha"],
        entries=entries_of(line["entries"]),
        members=(),
        standing=cast("KosekiStanding", line["standing"]),
        change_pending=line["change_pending"] == "1",
        version="0",
    )
    return KosekiLine(koseki, _day(line["fuhyo_made_on"]))


def member_of(line: Mapping[str, str]) -> KosekiPerson:
    """The person of a line that `checks` found nothing wrong with."""
    level = line["protection_level"]
    since = _day(line["protection_since"])
    return KosekiPerson(
        person_no=line["person_no"],
        given_name=line["given_name"],
        given_name_kana=line["given_name_kana"] or None,
        kana_recorded_on=_day(line["kana_recorded_on"]),
        birth=line["birth"],
        sex=cast("Sex", line["sex"]),
        father=line["father"] or None,
        mother=line["mother"] or None,
        adoptive_father=line["adoptive_father"] or None,
        adoptive_mother=line["adoptive_mother"] or None,
        relation=line["relation"],
        spouse=cast('Literal["夫", "妻"]', line["spouse"]) if line["spouse"] else None,
        entries=entries_of(line["entries"]),
        removed_on=_day(line["removed_on"]),
        atena_no=line["atena_no"] or None,
        protection=Protection(cast("ProtectionLevel", level), since, _day(line["protection_until"])) if level and since else None,
        suppressions=person_stops_of(line["suppressions"]),
    )


def fuhyo_person_of(line: Mapping[str, str], member: KosekiPerson) -> FuhyoPerson:
    """The 附票's person of a line that `checks` found nothing wrong with; what the 戸籍 says of them is not said twice."""
    return FuhyoPerson(
        person_no=member.person_no,
        name=line["name"],
        given_name=member.given_name,
        birth=line["birth"] or None,
        sex=cast("Sex", line["sex"]) if line["sex"] else None,
        juminhyo_code=line["juminhyo_code"] or None,
        addresses=addresses_of(line["addresses"]),
        removed_on=member.removed_on,
        atena_no=member.atena_no,
        protection=member.protection,
        suppressions=member.suppressions,
    )


def koseki_cells(koseki: Koseki, fuhyo_made_on: date | None) -> dict[str, str]:
    """The cells of a 戸籍's line, by field."""
    return _plain(koseki, KOSEKI_COLUMNS) | {
        "entries": ";".join(_entry_text(entry) for entry in koseki.entries),
        "standing": _WORD_OF["standing"][koseki.standing],
        "change_pending": "処理中" if koseki.change_pending else "",
        "fuhyo_made_on": _text(fuhyo_made_on),
    }


def member_cells(koseki_no: str, person: KosekiPerson) -> dict[str, str]:
    """The cells of a person's line in the second file, by field."""
    protection = person.protection
    return _plain(person, MEMBER_COLUMNS) | {
        "koseki_no": koseki_no,
        "entries": ";".join(_entry_text(entry) for entry in person.entries),
        "protection_level": _WORD_OF["protection_level"][protection.level] if protection else "",
        "protection_since": _text(protection.since) if protection else "",
        "protection_until": _text(protection.until) if protection else "",
        "suppressions": ";".join(f"個人/{stop.since.isoformat()}/{_text(stop.until)}/{stop.reason}" for stop in person.suppressions),
    }


def fuhyo_cells(koseki_no: str, person: FuhyoPerson) -> dict[str, str]:
    """The cells of a person's line in the third file, by field."""
    addresses = ";".join(f"{_plain_text(one.since)}/{_plain_text(one.address)}" for one in person.addresses)
    return _plain(person, FUHYO_COLUMNS) | {"koseki_no": koseki_no, "addresses": addresses}


def _entry_of(part: str) -> Entry:
    title, *rest = _split(part, "/")
    if len(rest) < 2 or not title.strip() or calendar_day_problem(rest[0]) is not None:
        raise BadList("entry_form")
    return Entry(_read(title), tuple([_row_of(row) for row in rest[1:]]), date.fromisoformat(rest[0]))


def _row_of(row: str) -> tuple[str, str]:
    pair = _split(row, "=")
    if len(pair) != 2 or not pair[0].strip() or not pair[1].strip():
        raise BadList("entry_form")
    return _read(pair[0]), _read(pair[1])


def _address_of(part: str) -> FuhyoAddress:
    pieces = [_read(piece) for piece in _split(part, "/")]
    if len(pieces) != 2 or date_problem(pieces[0]) is not None or not pieces[1].strip():
        raise BadList("address_form")
    return FuhyoAddress(address=pieces[1], since=pieces[0])


def _entry_text(entry: Entry) -> str:
    rows = (f"{_plain_text(label)}={_plain_text(value)}" for label, value in entry.rows)
    return "/".join((_plain_text(entry.title), entry.recorded_on.isoformat(), *rows))


def _split(text: str, separator: str) -> list[str]:
    """The pieces between separators that no backslash stands before; backslashes stay."""
    if "\\" not in text:
        return text.split(separator)
    pieces, escaped = [""], False
    for char in text:
        if char == separator and not escaped:
            pieces.append("")
        else:
            pieces[-1] += char
        escaped = char == "\\" and not escaped
    if escaped:
        raise BadList("list_form")
    return pieces


def _read(piece: str) -> str:
    return _ESCAPED.sub(r"\1", piece) if "\\" in piece else piece


def _plain_text(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)


def _plain(value: object, columns: tuple[Column, ...]) -> dict[str, str]:
    return {column.field: _text(getattr(value, column.field)) for column in columns if hasattr(value, column.field)}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else value if isinstance(value, str) else ""
