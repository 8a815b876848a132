"""What is wrong with one line of a resident register, and with a household: every reason by code, column and a sentence in Japanese and English.

Decides whether values may enter; reads no file and no database. A reason never repeats a value of the line, so that a list of bad lines can be kept or sent without personal data.
`Line` holds a line's texts by field name; the columns' own names are `resident_columns`' business.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from operator import eq
from typing import NamedTuple

from registers import numbers, register_dates
from registers.residents import relations

Line = Mapping[str, str]


class Fault(NamedTuple):
    """One thing wrong: the field it is about (a name of `resident_columns.COLUMNS`, "" for the whole line) and the code of the reason."""

    field: str
    code: str


SENTENCES: dict[str, tuple[str, str]] = {
    # any cell
    "required": ("値がありません。", "A value is required."),
    "control_character": ("制御文字や改行が含まれています。", "Control characters or line breaks are not allowed."),
    "outer_space": ("値の前後に空白があります。", "There is a space before or after the value."),
    "too_long": ("値が長すぎます。", "The value is too long."),
    "not_in_list": ("決められた値のどれでもありません。", "Not one of the values this column may have."),
    "lone_selector": ("異体字セレクタだけが単独で置かれています。", "A variation selector stands without a character before it."),
    # numbers
    "digits_only": ("半角数字だけで書いてください。", "Write ASCII digits only."),
    "digit_count": ("桁数が違います。", "The number of digits is wrong."),
    "leading_zeros": (
        "桁数が足りません。表計算ソフトで先頭の0が失われた可能性があります。",
        "Digits are missing: a spreadsheet may have dropped the leading zeros.",
    ),
    "spreadsheet_number": (
        '表計算ソフトが数値に変えた形（1.2E+11、1234.0、="…" など）です。文字列として書き出してください。',
        'A spreadsheet has turned this into a number or formula (1.2E+11, 1234.0, ="…"). Export the column as text.',
    ),
    "check_digit": ("検査用数字が合いません。", "The check digit is wrong."),
    "serial_form": (
        "シリアル番号は16進小文字（先頭の0なし、40桁まで）で書いてください。",
        "Write the serial in lower-case hex without leading zeros, up to 40 digits.",
    ),
    "card_number_form": ("英大文字2字・数字8字・英大文字2字で書いてください。", "Write 2 capital letters, 8 digits and 2 capital letters."),
    # dates
    "date_empty": ("年月日がありません。", "A date is required."),
    "date_form": (
        "年月日は 2026-04-01 の形、又は「年月日不詳」「…頃」「推定…」などの登録文字列で書いてください。",
        "Write a date as 2026-04-01, or a registered text such as 年月日不詳, …頃, 推定….",
    ),
    "date_range": ("ありえない年月日です。", "There is no such date."),
    "date_spreadsheet": (
        "表計算ソフトの日付の形です。2026-04-01 の形で書き出してください。",
        "This is a spreadsheet's date. Export it as 2026-04-01.",
    ),
    "date_text_too_long": ("年月日の文字列は40字までです。", "The text of a date may have up to 40 characters."),
    "before_birth": ("生年月日より前の日付です。", "This is before the date of birth."),
    "until_before_since": ("終了日が開始日より前です。", "The last day is before the first."),
    "since_missing": ("開始日（異動日）がありません。", "The first day is missing."),
    "without_its_kind": ("区分がないのに日付があります。", "There is a date but no kind."),
    # 続柄
    "relation_empty": ("続柄がありません。", "A relation to the head is required."),
    "relation_unknown": ("標準の続柄にありません。", "The standard has no such relation."),
    "relation_half_width": ("（未届）などの括弧は全角で書いてください。", "Write the brackets of （未届） in full width."),
    "relation_too_long": ("続柄が4世代を超えています。「縁故者」としてください。", "More than four generations: write 縁故者."),
    # Japanese and foreign residents
    "kana_form": ("振り仮名は全角カタカナで書いてください。", "Write the reading in full-width katakana."),
    "koseki_required": (
        "日本人住民には本籍と筆頭者が要ります（ないときは「なし」「不明」）。",
        "A Japanese resident needs 本籍 and 筆頭者 (なし or 不明 if there is none).",
    ),
    "not_for_foreign": ("外国人住民にはない項目です。", "A foreign resident has no such item."),
    "not_for_japanese": ("日本人住民にはない項目です（国籍・地域が空欄です）。", "A Japanese resident has no such item (国籍・地域 is empty)."),
    "not_for_category": ("この30条45規定区分にはない項目です。", "This 30条45 category has no such item."),
    "required_for_category": ("この30条45規定区分には必要な項目です。", "This 30条45 category needs this item."),
    # standing and stops
    "standing_since_missing": ("住民以外の住民状態には異動年月日が要ります。", "A standing other than 住民 needs its date."),
    "standing_since_unexpected": ("住民状態が「住民」なのに異動年月日があります。", "The standing is 住民 but there is a date for it."),
    "stop_form": ("抑止は「個人/開始日/終了日/理由」の形で書いてください。", "Write a stop as 個人/first day/last day/reason."),
    # households
    "two_heads": ("同じ世帯に世帯主が2人います。", "The household has two heads."),
    "no_head": ("この世帯に世帯主がいません。", "The household has no head."),
    "address_differs": ("同じ世帯の前の行と住所が違います。", "The address differs from an earlier line of the household."),
    "duplicate": ("前の行と同じ番号です。", "An earlier line has the same number."),
    # warnings
    "juminhyo_code_digit": ("住民票コードの検査数字が合わないようです。", "The check digit of the 住民票コード seems wrong."),
    "character_unavailable": (
        "印字できない文字があります。登録されるまで外字登録中として扱います。",
        "A character cannot be printed: the person is treated as 外字登録中 until it is registered.",
    ),
}
"""Reason code -> (Japanese, English)."""

UNKNOWN_WORD = "?"
"""What stands in a `Line` for a cell whose word was not in its column's list."""

CATEGORIES = ("中長期在留者", "特別永住者", "一時庇護許可者", "仮滞在許可者", "出生による経過滞在者", "国籍喪失による経過滞在者")
"""法第30条の45の表の区分."""
_WITH_CARD = ("中長期在留者", "特別永住者")
_WITHOUT_LIMIT = ("永住者", "高度専門職２号", "高度専門職2号")

_LIMITS = {"address": 200, "previous_address": 200, "honseki": 200, "suppression": 1000}
_LIMIT = 150
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffd\ufffe\uffff\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SUSPECT = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffd\ufffe\uffff\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
"""Whatever the two others may find: most texts have nothing of it, and are looked through once."""
_LONE_SELECTOR = re.compile(r"(?:^|[\s\u3000])[\ufe00-\ufe0f\U000e0100-\U000e01ef]|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2}")
_SPREADSHEET_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]*)?[eE]\+?[0-9]+|[0-9]+\.[0-9]+|=.*|'[0-9]+")
_KANA = re.compile(r"[\u30a1-\u30fa\u30fc\u30fd\u30fe・ \u3000]+")
_PRIVATE_USE = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")

_DATES = ("birth", "resident_since", "address_since", "notified_on")
_NUMBERS = {
    "atena_no": numbers.ATENA_DIGITS,
    "household_no": numbers.HOUSEHOLD_DIGITS,
    "my_number": numbers.MY_NUMBER_DIGITS,
    "juminhyo_code": numbers.JUMINHYO_CODE_DIGITS,
}
_KANAS = ("name_kana", "former_name_kana", "alias_kana")
_OF_FOREIGN = ("foreign_category", "residence_status", "period", "expires", "card_number", "alias", "alias_kana")
_OF_JAPANESE = ("honseki", "hittousha", "former_name", "former_name_kana")


def faults(line: Line) -> Iterator[Fault]:
    """Everything wrong with one line, in a fixed order; nothing when it may enter."""
    broken = set()
    for found in _cell_faults(line):
        broken.add(found.field)
        yield found
    for check in (_number_faults, _date_faults, _relation_faults, _kana_faults, _koseki_faults, _foreign_faults, _standing_faults):
        for found in check(line):
            if found.field not in broken:
                yield found


def warnings(line: Line) -> Iterator[Fault]:
    """What may enter but is worth a look."""
    code = line["juminhyo_code"]
    if numbers.is_digits(code, numbers.JUMINHYO_CODE_DIGITS) and numbers.juminhyo_code_digit(code[:-1]) != code[-1]:
        yield Fault("juminhyo_code", "juminhyo_code_digit")


def number_problem(text: str, length: int) -> str | None:
    """Why `text` is not exactly `length` digits, telling apart what spreadsheets do to numbers."""
    if numbers.is_digits(text, length):
        return None
    if _SPREADSHEET_NUMBER.fullmatch(text):
        return "spreadsheet_number"
    if not (text.isascii() and text.isdigit()):
        return "digits_only"
    return "leading_zeros" if len(text) < length else "digit_count"


def text_problem(text: str, limit: int = _LIMIT) -> str | None:
    """Why `text` may stand in no cell of a register, whatever it means: control characters, outer spaces, over `limit` characters, a variation selector alone."""
    if not text:
        return None
    suspect = _SUSPECT.search(text) is not None
    if suspect and _CONTROL.search(text):
        return "control_character"
    if text != text.strip():
        return "outer_space"
    if len(text) > limit:
        return "too_long"
    return "lone_selector" if suspect and _LONE_SELECTOR.search(text) else None


def plain_texts(texts: Collection[str]) -> bool:
    """Whether `text_problem` finds nothing in any of these but that it may be too long, by one look at all of them: so it is with most lines. Where it is False, ask about each."""
    return _SUSPECT.search("|".join(texts)) is None and all(map(eq, map(str.strip, texts), texts))


def kana_problem(text: str) -> str | None:
    """Why `text` is no reading (振り仮名)."""
    return None if _KANA.fullmatch(text) else "kana_form"


def has_private_use(text: str) -> bool:
    """外字 in a private code point: its shape differs from system to system (domain facts 10), so no font can be trusted with it."""
    return _PRIVATE_USE.search(text) is not None


def _cell_faults(line: Line) -> Iterator[Fault]:
    texts = line.values()
    if max(map(len, texts)) > _LIMIT or not plain_texts(texts):
        for field, text in line.items():
            problem = text_problem(text, _LIMITS.get(field, _LIMIT))
            if problem is not None:
                yield Fault(field, problem)
    for field in ("address", "name"):
        if not line[field]:
            yield Fault(field, "required")


def _number_faults(line: Line) -> Iterator[Fault]:
    for field, length in _NUMBERS.items():
        problem = "required" if not line[field] else number_problem(line[field], length)
        if problem is not None:
            yield Fault(field, problem)
    number = line["my_number"]
    if numbers.is_digits(number, numbers.MY_NUMBER_DIGITS) and numbers.my_number_digit(number[:-1]) != number[-1]:
        yield Fault("my_number", "check_digit")
    serial = line["serial"]
    if serial and not numbers.is_serial(serial):
        yield Fault("serial", "spreadsheet_number" if _SPREADSHEET_NUMBER.fullmatch(serial) else "serial_form")


def _date_faults(line: Line) -> Iterator[Fault]:
    for field in _DATES:
        problem = None if field == "notified_on" and not line[field] else register_dates.date_problem(line[field])
        if problem is not None:
            yield Fault(field, problem)
    for field in ("expires", "card_usable_from", "standing_since", "protection_since", "protection_until", "juminhyo_code_since"):
        problem = register_dates.calendar_day_problem(line[field]) if line[field] else None
        if problem is not None:
            yield Fault(field, problem)
    birth = register_dates.year_month_day(line["birth"])
    for field in ("resident_since", "address_since"):
        since = register_dates.year_month_day(line[field])
        if birth is not None and since is not None and since < birth:
            yield Fault(field, "before_birth")
    if line["protection_until"] and line["protection_since"] and line["protection_until"] < line["protection_since"]:
        yield Fault("protection_until", "until_before_since")


def _relation_faults(line: Line) -> Iterator[Fault]:
    problem = relations.relation_problem(line["relation"])
    if problem is not None:
        yield Fault("relation", problem)


def _kana_faults(line: Line) -> Iterator[Fault]:
    for field in _KANAS:
        if line[field] and kana_problem(line[field]) is not None:
            yield Fault(field, "kana_form")


def _koseki_faults(line: Line) -> Iterator[Fault]:
    if line["nationality"]:
        for field in _OF_JAPANESE:
            if line[field]:
                yield Fault(field, "not_for_foreign")
        return
    for field in ("honseki", "hittousha"):
        if not line[field]:
            yield Fault(field, "koseki_required")
    for field in _OF_FOREIGN:
        if line[field]:
            yield Fault(field, "not_for_japanese")


def _foreign_faults(line: Line) -> Iterator[Fault]:
    if not line["nationality"]:
        return
    category = line["foreign_category"]
    if category not in CATEGORIES:
        yield Fault("foreign_category", "not_in_list" if category else "required")
        return
    if category in _WITH_CARD and not line["card_number"]:
        yield Fault("card_number", "required_for_category")
    if line["card_number"] and not numbers.is_residence_card(line["card_number"]):
        yield Fault("card_number", "card_number_form" if category in _WITH_CARD else "not_for_category")
    if category == "中長期在留者":
        if not line["residence_status"]:
            yield Fault("residence_status", "required_for_category")
        elif line["residence_status"] not in _WITHOUT_LIMIT and not line["expires"]:
            yield Fault("expires", "required_for_category")
    elif category == "特別永住者":
        yield from (Fault(field, "not_for_category") for field in ("residence_status", "period", "expires") if line[field])


def _standing_faults(line: Line) -> Iterator[Fault]:
    if line["standing"] == "current":
        if line["standing_since"]:
            yield Fault("standing_since", "standing_since_unexpected")
    elif not line["standing_since"] and line["standing"] != UNKNOWN_WORD:
        yield Fault("standing_since", "standing_since_missing")
    if line["protection_level"]:
        if not line["protection_since"] and line["protection_level"] != UNKNOWN_WORD:
            yield Fault("protection_since", "since_missing")
    elif line["protection_since"] or line["protection_until"]:
        yield Fault("protection_since", "without_its_kind")
