"""What is wrong with one line of a family register written by others: every reason by code, column and a sentence in Japanese and English.

Decides whether values may enter; reads no file and no database, and never looks from one line to another (`agreement` does). A reason never repeats a value of the line.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from operator import itemgetter

from registers import numbers, register_dates
from registers.csv_table import CellFault, Line
from registers.koseki.columns import COLUMNS, WORDS, BadList, File, addresses_of, entries_of, person_stops_of
from registers.residents.checks import SENTENCES as RESIDENT_SENTENCES
from registers.residents.checks import number_problem, plain_texts, text_problem

KANA_FROM = date(2025, 5, 26)
"""The day from which a 戸籍 has readings (domain facts 2.4)."""

_SHARED = (
    "required",
    "control_character",
    "outer_space",
    "too_long",
    "not_in_list",
    "lone_selector",
    "digits_only",
    "digit_count",
    "leading_zeros",
    "spreadsheet_number",
    "date_empty",
    "date_form",
    "date_range",
    "date_spreadsheet",
    "date_text_too_long",
    "before_birth",
    "until_before_since",
    "since_missing",
    "without_its_kind",
    "kana_form",
    "stop_form",
    "duplicate",
    "juminhyo_code_digit",
)
SENTENCES: dict[str, tuple[str, str]] = {code: RESIDENT_SENTENCES[code] for code in _SHARED} | {
    # lists in a cell
    "list_form": ("値が「\\」で終わっています。", "The value ends in a backslash."),
    "entry_form": (
        "「題名/記録日/ラベル=値/ラベル=値」の形で書き、事項の間を「;」で区切ってください（記録日は 2026-04-01 の形）。",
        "Write title/day of recording/label=value/label=value, with ; between entries (the day as 2026-04-01).",
    ),
    "address_form": (
        "「住所を定めた年月日/住所」の形で書き、住所の間を「;」で区切ってください。",
        "Write the date of settling/address, with ; between addresses.",
    ),
    "stop_of_household": ("戸籍の抑止は「個人」だけです。", "A stop in a family register is for a person (個人) only."),
    # readings
    "kana_day_missing": ("振り仮名の記載日がありません。", "The day on which the reading was recorded is missing."),
    "kana_day_alone": ("振り仮名がないのに記載日があります。", "There is a day of recording but no reading."),
    "kana_before_law": ("振り仮名の記載日が2025-05-26より前です。", "The reading was recorded before 2025-05-26."),
    # the people of a 戸籍
    "spouse_sex": ("配偶者区分が性別と合いません。", "夫 or 妻 does not agree with the sex."),
    "removal_entry_missing": (
        "除籍日があるのに、除籍の事由となる身分事項（新本籍・入籍戸籍のある事項、死亡など）がありません。",
        "The person was removed, but no entry says why (one with 新本籍 or 入籍戸籍, 死亡 …).",
    ),
    "removed_on_missing": (
        "除籍の事由となる身分事項があるのに、除籍日がありません。",
        "An entry takes the person out, but the day of removal is missing.",
    ),
    "no_such_koseki": ("この戸籍番号の戸籍がありません。", "There is no 戸籍 of this number."),
    "no_members": ("この戸籍の者が一人もいません。", "The 戸籍 has no people."),
    "everybody_removed": ("現在戸籍なのに、全員が除籍されています。", "A current 戸籍 of which everybody was removed."),
    "two_spouses": ("同じ戸籍に、除籍されていない同じ配偶者区分の者が2人います。", "Two people who are not removed are both 夫, or both 妻."),
    "atena_twice": (
        "現在戸籍にある別の者と宛名番号が同じです。",
        "Somebody else in a current 戸籍 has the same 宛名番号.",
    ),
    # the 附票
    "not_in_koseki": ("この戸籍にこの者がいません。", "There is no such person in the 戸籍."),
    "fuhyo_not_made": ("この戸籍には附票を作成した年月日がありません。", "The 戸籍 has no day on which its 附票 was made."),
    "fuhyo_person_missing": ("附票に、除籍されていないこの者がいません。", "The 附票 lacks this person, who is not removed."),
    "differs_from_koseki": ("戸籍の者の値と違います。", "The value differs from that in the 戸籍."),
    "not_for_removed": (
        "この日より前に除かれた者の附票にはない項目です（生年月日・性別は2022-01-11、住民票コードは2024-05-27）。",
        "The 附票 of who was removed earlier has no such item (birth date and sex: 2022-01-11, 住民票コード: 2024-05-27).",
    ),
    "since_before_last": ("住所を定めた年月日が前の住所より前です。", "The address was taken before the one that stands before it."),
    # warnings
    "relation_sex": ("続柄が性別と合わないようです。", "The relation does not seem to agree with the sex."),
    "hittousha_not_first": ("筆頭者が最初の者ではないようです。", "The first person does not seem to be the 筆頭者."),
    "name_differs": ("氏名が戸籍の氏と名に合わないようです。", "The name does not seem to be that of the 戸籍."),
    "character_unavailable": (
        "印字できない文字があります。この者の証明書は交付できません。",
        "A character cannot be printed: no paper with it can be issued.",
    ),
}
"""Reason code -> (Japanese, English)."""

UNKNOWN_WORD = "?"
"""What stands in a line for a cell whose word was not in its column's list."""

_LIMITS = {"entries": 20_000, "addresses": 20_000, "suppressions": 1000, "honseki": 200}
_LIMIT = 150
_SHORT = {file: itemgetter(*(column.field for column in columns if column.field not in _LIMITS)) for file, columns in COLUMNS.items()}
_KANA = re.compile(r"[\u30a1-\u30fa\u30fc\u30fd\u30fe・]+")
_READINGS = {
    "koseki": (("family_name_kana", "family_name_kana_recorded_on"),),
    "members": (("given_name_kana", "kana_recorded_on"),),
    "fuhyo": (),
}
_REQUIRED = {
    "koseki": ("honseki", "family_name", "hittousha", "entries"),
    "members": ("given_name", "sex", "relation", "entries"),
    "fuhyo": ("name", "addresses"),
}
_DAYS = {
    "koseki": ("family_name_kana_recorded_on", "fuhyo_made_on"),
    "members": ("kana_recorded_on", "removed_on", "protection_since", "protection_until"),
    "fuhyo": (),
}
_LISTS: Mapping[str, Callable[[str], object]] = {"entries": entries_of, "addresses": addresses_of, "suppressions": person_stops_of}


def is_reading(text: str) -> bool:
    """Full-width katakana, as a 氏 or a 名 is read."""
    return _KANA.fullmatch(text) is not None


def faults(file: File, line: Line) -> Iterator[CellFault]:
    """Everything wrong with one line of this file, in a fixed order; nothing when it may enter. Words stand already as the values they mean, or as `UNKNOWN_WORD`."""
    broken: set[str] = set()
    for check in (_text_faults, _word_faults, _required_faults, _list_faults, _number_faults, _date_faults, _reading_faults, _person_faults):
        found = list(check(file, line))
        if found:
            yield from (fault for fault in found if fault.field not in broken)
            broken |= {fault.field for fault in found}


def warnings(file: File, line: Line) -> Iterator[CellFault]:
    """What may enter but is worth a look."""
    if file == "members" and line["relation"][-1:] in ("男", "女") and line["relation"][-1:] != line["sex"]:
        yield CellFault("relation", "relation_sex")
    code = line.get("juminhyo_code", "")
    if numbers.is_digits(code, numbers.JUMINHYO_CODE_DIGITS) and numbers.juminhyo_code_digit(code[:-1]) != code[-1]:
        yield CellFault("juminhyo_code", "juminhyo_code_digit")


def _text_faults(file: File, line: Line) -> Iterator[CellFault]:
    longest = max(map(len, _SHORT[file](line)))
    if longest <= _LIMIT and plain_texts(line.values()) and all(len(line.get(field, "")) <= limit for field, limit in _LIMITS.items()):
        return
    for field, text in line.items():
        problem = text_problem(text, _LIMITS.get(field, _LIMIT))
        if problem is not None:
            yield CellFault(field, problem)


def _word_faults(_: File, line: Line) -> Iterator[CellFault]:
    for field in WORDS:
        if line.get(field) == UNKNOWN_WORD:
            yield CellFault(field, "not_in_list")


def _required_faults(file: File, line: Line) -> Iterator[CellFault]:
    for field in _REQUIRED[file]:
        if not line[field]:
            yield CellFault(field, "required")


def _list_faults(_: File, line: Line) -> Iterator[CellFault]:
    for field, read in _LISTS.items():
        try:
            if line.get(field):
                read(line[field])
        except BadList as bad:
            yield CellFault(field, bad.code)


def _number_faults(file: File, line: Line) -> Iterator[CellFault]:
    wanted = ("koseki_no",) if file == "koseki" else ("person_no", "koseki_no")
    for field in wanted:
        problem = number_problem(line[field], 10) if line[field] else "required"
        if problem is not None:
            yield CellFault(field, problem)
    for field, digits in (("atena_no", numbers.ATENA_DIGITS), ("juminhyo_code", numbers.JUMINHYO_CODE_DIGITS)):
        problem = number_problem(line[field], digits) if line.get(field) else None
        if problem is not None:
            yield CellFault(field, problem)


def _date_faults(file: File, line: Line) -> Iterator[CellFault]:
    if "birth" in line and (line["birth"] or file == "members"):
        problem = register_dates.date_problem(line["birth"])
        if problem is not None:
            yield CellFault("birth", problem)
    for field in _DAYS[file]:
        problem = register_dates.calendar_day_problem(line[field]) if line[field] else None
        if problem is not None:
            yield CellFault(field, problem)
    birth, removed = (register_dates.year_month_day(line.get(field, "")) for field in ("birth", "removed_on"))
    if birth is not None and removed is not None and removed < birth:
        yield CellFault("removed_on", "before_birth")


def _reading_faults(file: File, line: Line) -> Iterator[CellFault]:
    for field, day in _READINGS[file]:
        if line[field] and not is_reading(line[field]):
            yield CellFault(field, "kana_form")
        if line[field] and not line[day]:
            yield CellFault(day, "kana_day_missing")
        if line[day] and not line[field]:
            yield CellFault(day, "kana_day_alone")
        elif line[day] and line[day] < KANA_FROM.isoformat():
            yield CellFault(day, "kana_before_law")


def _person_faults(file: File, line: Line) -> Iterator[CellFault]:
    if file != "members":
        return
    if line["spouse"] in ("夫", "妻") and line["sex"] in ("男", "女") and (line["spouse"] == "夫") != (line["sex"] == "男"):
        yield CellFault("spouse", "spouse_sex")
    since, until = line["protection_since"], line["protection_until"]
    if line["protection_level"]:
        if not since and line["protection_level"] != UNKNOWN_WORD:
            yield CellFault("protection_since", "since_missing")
        if since and until and until < since:
            yield CellFault("protection_until", "until_before_since")
    elif since or until:
        yield CellFault("protection_since", "without_its_kind")
