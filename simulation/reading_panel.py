"""What somebody finds on a panel: the row of a municipality among pages and prefectures, the keys for a text, the touch for where they lived on January 1. Pure: a view in, the next touch out."""

import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Any

from messages.refusals import TABLE

Json = dict[str, Any]
Touch = tuple[str, str | int]
"""An event and the value of what is touched; "" where it carries none."""

OWN_WORDS = {
    "busy": "この端末はいま使えません。",
    "coin_refused": "硬貨・紙幣が受け付けられませんでした。",
    "no_end": "端末が応答しないまま時間が過ぎました。",
    "year_not_here": "この年度の証明書は、まだ発行されていないか、この市区町村に課税情報がありません。",
    "year_too_old": "この年度の証明書は、もう発行されていません。",
    "not_typed": "この端末の文字盤では入力できない文字があります。",
}
"""Codes that are no rows of the table of refusals, and what is said for them."""

_MARKS = {"\u3099": "voiced", "\u309a": "half_voiced"}
_LARGE = dict(zip("ァィゥェォッャュョヮヵヶぁぃぅぇぉっゃゅょゎゕゖ", "アイウエオツヤユヨワカケあいうえおつやゆよわかけ", strict=True))


class NotOnKeyboard(Exception):
    """The panel's keyboard cannot type this text."""


def sentence_of(code: str) -> str:
    """A sentence for any code with which a visit can end."""
    row = TABLE.get(code)
    return row.ja if row is not None else OWN_WORDS.get(code, f"手続きを終えられませんでした（{code}）。")


def towards(data: Json, code: str) -> Touch | None:
    """The next touch on a list of municipalities that looks for `code`: its row, the next page, the next prefecture; None when everything has been looked at.

    A greyed row is touched by nobody: see `greyed`.
    """
    if any(row["code"] == code and row["closed"] is None for row in data["municipalities"]):
        return "municipality", code
    if data["page"] + 1 < data["pages"]:
        return "page", data["page"] + 1
    later = _later(data["prefectures"], data["prefecture"])
    return ("prefecture", later[0]) if later else None


def greyed(data: Json, code: str) -> Json | None:
    """The row of `code` if it stands on this page and cannot be touched."""
    return next((row for row in data["municipalities"] if row["code"] == code and row["closed"] is not None), None)


def _later(prefectures: list[str], shown: str) -> list[str]:
    return prefectures[prefectures.index(shown) + 1 :] if shown in prefectures else prefectures


def on_january_1(data: Json, year: int | None, lived_in: str, home: str) -> Touch | str:
    """The touch where the panel asks for January 1, or the code of why this cannot be asked for. `lived_in` is "" (where they live now), a code, `abroad` or `unborn`."""
    offered = {entry["year"]: entry["chosen"] for entry in data["years"]}
    if year is not None and not offered.get(year, False):
        return ("year", year) if year in offered else "year_invalid"
    if lived_in in ("abroad", "unborn"):
        return lived_in, ""
    if lived_in not in ("", home):
        return "elsewhere", ""
    return ("here", "") if data["here"] else "kind_unknown"


def keys_for(text: str, keyboard: list[list[Json]]) -> Iterator[str]:
    """The keys that type `text`: the longest that fits, else the letter that a mark or 小 makes into the one that is wanted. Raises `NotOnKeyboard`."""
    keys = {key["key"] for row in keyboard for key in row if key["key"]}
    named = {key["name"]: key["key"] for row in keyboard for key in row if key["name"]}
    rest = unicodedata.normalize("NFC", text)
    while rest:
        whole = max((key for key in keys if rest.startswith(key) and key not in named.values()), key=len, default="")
        made = [whole] if whole else list(_made(rest[0], named))
        if not made or any(key not in keys for key in made):
            raise NotOnKeyboard
        yield from made
        rest = rest[len(whole) or 1 :]


def _made(letter: str, named: dict[str, str]) -> Iterator[str]:
    if letter in ("　", " "):
        yield named.get("space", "")
    elif letter in _LARGE:
        yield from (_LARGE[letter], named.get("small", ""))
    else:
        base, *marks = list(unicodedata.normalize("NFD", letter))
        yield base
        yield from (named.get(_MARKS.get(mark, ""), "") for mark in marks)


def birth_digits(day: date) -> str:
    """A birth date of the western calendar as it is typed."""
    return day.strftime("%Y%m%d")
