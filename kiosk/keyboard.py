"""The keys of the panel's keyboards and what a key does to a text. Pure.

There is no other keyboard at a kiosk: 五十音 in columns, 濁点 and 半濁点 and small letters made of the letter before them, 長音, a space, figures, and the words of a 本籍 (丁目, 番地). Names are
typed in katakana, in which their readings (振り仮名) are recorded; a 本籍 in hiragana.
"""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

Keys = tuple[tuple[str, ...], ...]
"""Rows of keys from top to bottom; an empty one is a gap."""

VOICED, HALF_VOICED, SMALL, SPACE, LONG_VOWEL = "゛", "゜", "小", "　", "ー"

MAKING: Mapping[str, str] = MappingProxyType({VOICED: "voiced", HALF_VOICED: "half_voiced", SMALL: "small", SPACE: "space"})
"""The keys that need a name to be understood, and those names."""

_KATAKANA: Keys = (
    ("ア", "カ", "サ", "タ", "ナ", "ハ", "マ", "ヤ", "ラ", "ワ"),
    ("イ", "キ", "シ", "チ", "ニ", "ヒ", "ミ", "", "リ", ""),
    ("ウ", "ク", "ス", "ツ", "ヌ", "フ", "ム", "ユ", "ル", "ヲ"),
    ("エ", "ケ", "セ", "テ", "ネ", "ヘ", "メ", "", "レ", "ン"),
    ("オ", "コ", "ソ", "ト", "ノ", "ホ", "モ", "ヨ", "ロ", LONG_VOWEL),
)
_MAKING_ROW = (VOICED, HALF_VOICED, SMALL, SPACE)
_KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}

DIGITS: Keys = (("1", "2", "3"), ("4", "5", "6"), ("7", "8", "9"), ("", "0"))
NAME: Keys = (*_KATAKANA, _MAKING_ROW)
HONSEKI: Keys = (
    *(tuple(key.translate(_KATAKANA_TO_HIRAGANA) for key in row) for row in _KATAKANA),
    _MAKING_ROW,
    ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0"),
    ("丁目", "番", "番地", "号", "の"),
)

_SMALL = dict(zip("アイウエオツヤユヨワカケあいうえおつやゆよわかけ", "ァィゥェォッャュョヮヵヶぁぃぅぇぉっゃゅょゎゕゖ", strict=True))
_LARGE = {small: large for large, small in _SMALL.items()}
_MARKS = {VOICED: "\u3099", HALF_VOICED: "\u309a"}


def pressed(text: str, key: str, longest: int) -> str:
    """The text after a key. What makes another letter changes the last one, and takes it back when pressed again; where it makes nothing, and at `longest` characters, nothing changes."""
    if key in _MARKS:
        return text[:-1] + _marked(text[-1:], _MARKS[key])
    if key == SMALL:
        return text[:-1] + _SMALL.get(text[-1:], _LARGE.get(text[-1:], text[-1:]))
    if key == SPACE and (not text or text.endswith(SPACE)):
        return text
    return text + key if len(text) + len(key) <= longest else text


def _marked(letter: str, mark: str) -> str:
    """か -> が -> か; は -> ば -> ぱ by either mark."""
    if not letter:
        return ""
    parts = unicodedata.normalize("NFD", letter)
    made = unicodedata.normalize("NFC", parts[0] if parts[1:] == mark else parts[0] + mark)
    return made if len(made) == 1 else letter
