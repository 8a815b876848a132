"""What is wrong with one seal registration, and with an imprint: every reason by code and a sentence in Japanese and English.

Decides whether values may enter; reads no file and no database. The imprint must be what a paper takes as it is: one bit grey, not interlaced, complete, with ink on it, between a square of
8 mm and one of 25 mm at 600 dpi (domain facts 4.2). A reason never repeats a value of the line.
"""

import base64
import binascii
import re
import struct
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Literal

from registers.csv_table import CellFault, Line
from registers.numbers import ATENA_DIGITS
from registers.register_dates import RegisterDate, age_on, birth_order_key, calendar_day_problem
from registers.residents.checks import SENTENCES as RESIDENT_SENTENCES
from registers.residents.checks import number_problem, text_problem
from registers.seal.seal import CancelReason, Imprint

ImprintProblem = Literal["imprint_form", "imprint_damaged", "imprint_blank", "imprint_small", "imprint_large"]
AgeProblem = Literal["too_young", "age_unknown"]

AGE_MIN = 15
SIDE_MM_MIN, SIDE_MM_MAX = 8.0, 25.0
REGISTRATION_DIGITS = 8
CARVED_MAX = 20
_SCAN_MM = 0.05
"""How far a scan of a lawful seal may be beyond the limits: a pixel is 0.042 mm."""

SENTENCES: dict[str, tuple[str, str]] = {
    **{
        code: RESIDENT_SENTENCES[code]
        for code in (
            *("required", "control_character", "outer_space", "too_long", "lone_selector", "not_in_list", "duplicate"),
            *("digits_only", "digit_count", "leading_zeros", "spreadsheet_number"),
            *("date_empty", "date_form", "date_range", "date_spreadsheet", "date_text_too_long"),
        )
    },
    "imprint_missing": ("印影のファイルが見つかりません。", "There is no such file of an imprint."),
    "imprint_text": (
        "印影は PNG の Base64 か、フォルダ内の .png ファイル名で書いてください。",
        "Write the imprint as base64 of a PNG, or as the name of a .png file.",
    ),
    "imprint_form": (
        "印影は1ビットのグレースケール PNG（インターレースなし、600dpi）でなければなりません。",
        "The imprint must be a one-bit grey PNG, not interlaced, at 600 dpi.",
    ),
    "imprint_damaged": ("印影の PNG が壊れています。", "The PNG of the imprint is damaged."),
    "imprint_blank": ("印影に何も写っていません。", "There is no ink on the imprint."),
    "imprint_small": ("印影が8mm四方に満たないため登録できません。", "The imprint is smaller than 8 mm square."),
    "imprint_large": ("印影が25mm四方を超えるため登録できません。", "The imprint is larger than 25 mm square."),
    "instant_form": (
        "日時は 2026-04-01T09:30:00+09:00 の形（時差まで）で書いてください。",
        "Write an instant as 2026-04-01T09:30:00+09:00, with its offset.",
    ),
    "before_registration": ("登録年月日より前の日時です。", "This is before the day of registration."),
    "reason_missing": ("廃止日時があるのに廃止事由がありません。", "There is an instant of cancellation but no reason."),
    "without_its_instant": ("廃止事由があるのに廃止日時がありません。", "There is a reason of cancellation but no instant."),
    "no_such_resident": ("この宛名番号の住民がいません。", "There is no resident of this number."),
    "too_young": ("15歳未満の方は印鑑の登録を受けられません。", "Nobody under 15 may register a seal."),
    "age_unknown": ("生年月日から年齢が分からないため、15歳以上と確かめられません。", "The birth date does not say that the person is 15 or more."),
    "two_in_force": ("同じ方の有効な登録が前の行にあります（1人1個）。", "An earlier line has a seal in force of the same person: one a person."),
}
"""Reason code -> (Japanese, English)."""

REASONS: dict[str, CancelReason] = {
    "廃止申請": "request",
    "亡失": "lost",
    "転出": "moved_out",
    "死亡": "dead",
    "氏名の変更": "name_changed",
    "改印": "replaced",
}
"""What a cell of 廃止事由 may say; the value itself may be written too."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.Struct(">LLBBBBB")
_FILE_NAME = re.compile(r"[^/\\:\x00-\x1f]{1,120}\.png", re.IGNORECASE)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|[+-][0-9]{2}:[0-9]{2})")


def faults(line: Line) -> Iterator[CellFault]:
    """Everything wrong with a line's texts, in a fixed order; its picture is `imprint_problem`'s business."""
    for field, digits in (("registration_no", REGISTRATION_DIGITS), ("atena_no", ATENA_DIGITS)):
        problem = number_problem(line[field], digits) if line[field] else "required"
        if problem is not None:
            yield CellFault(field, problem)
    day_problem = calendar_day_problem(line["registered_on"])
    if day_problem is not None:
        yield CellFault("registered_on", day_problem)
    carved_problem = text_problem(line["carved"], CARVED_MAX) if line["carved"] else "required"
    if carved_problem is not None:
        yield CellFault("carved", carved_problem)
    if not line["imprint"]:
        yield CellFault("imprint", "required")
    yield from _ending_faults(line, date.fromisoformat(line["registered_on"]) if day_problem is None else None)


def imprint_problem(imprint: Imprint) -> ImprintProblem | None:
    """Why a picture is no imprint that can be registered; None when it is one. Its `width` and `height` must be those of its PNG."""
    if not imprint.png.startswith(_SIGNATURE):
        return "imprint_form"
    header, packed = _taken_apart(imprint.png)
    if len(header) != _HEADER.size:
        return "imprint_damaged"
    width, height, depth, colour, _, _, interlaced = _HEADER.unpack(header)
    if (depth, colour, interlaced) != (1, 0, 0):
        return "imprint_form"
    if min(imprint.size_mm) < SIDE_MM_MIN - _SCAN_MM:
        return "imprint_small"
    if max(imprint.size_mm) > SIDE_MM_MAX + _SCAN_MM:
        return "imprint_large"
    if (width, height) != (imprint.width, imprint.height):
        return "imprint_damaged"
    return _rows_problem(packed, width, height)


def png_size(png: bytes) -> tuple[int, int]:
    """(width, height) that a PNG says it has; (0, 0) when it says nothing."""
    header, _ = _taken_apart(png) if png.startswith(_SIGNATURE) else (b"", b"")
    if len(header) != _HEADER.size:
        return 0, 0
    width, height, *_ = _HEADER.unpack(header)
    return width, height


def png_in(cell: str) -> bytes | None:
    """The PNG that a cell holds in base64; None when it holds no such thing."""
    try:
        content = base64.b64decode(cell, validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if content.startswith(_SIGNATURE) else None


def is_file_name(cell: str) -> bool:
    """Whether a cell names a .png file of the folder itself: no path leads out of it."""
    return _FILE_NAME.fullmatch(cell) is not None and not cell.startswith(".")


def age_problem(birth: RegisterDate, day: date) -> AgeProblem | None:
    """Why somebody born then may register no seal on `day`. Of an uncertain birth date the latest day it can mean counts."""
    age = age_on(birth, day)
    if age is None:
        year, _, _ = birth_order_key(birth)
        if not year < day.year:
            return "age_unknown"
        age = day.year - year - 1
    return "too_young" if age < AGE_MIN else None


def _ending_faults(line: Line, registered_on: date | None) -> Iterator[CellFault]:
    if line["cancelled_for"] and line["cancelled_for"] not in (*REASONS, *REASONS.values()):
        yield CellFault("cancelled_for", "not_in_list")
    if not line["cancelled_at"]:
        if line["cancelled_for"]:
            yield CellFault("cancelled_at", "without_its_instant")
        return
    if not line["cancelled_for"]:
        yield CellFault("cancelled_for", "reason_missing")
    instant = instant_of(line["cancelled_at"])
    if instant is None:
        yield CellFault("cancelled_at", "instant_form")
    elif registered_on is not None and instant.date() < registered_on:
        yield CellFault("cancelled_at", "before_registration")


def instant_of(text: str) -> datetime | None:
    """An instant written with its offset and to the second; None when it is not one."""
    if not _INSTANT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _taken_apart(png: bytes) -> tuple[bytes, bytes]:
    header, packed, at = b"", b"", len(_SIGNATURE)
    while at + 12 <= len(png):
        size = int.from_bytes(png[at : at + 4], "big")
        kind, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        if kind == b"IHDR":
            header = content
        elif kind == b"IDAT":
            packed += content
        at += 12 + size
    return header, packed


def _rows_problem(packed: bytes, width: int, height: int) -> ImprintProblem | None:
    line = 1 + (width + 7) // 8
    unpacking = zlib.decompressobj()
    try:
        rows = unpacking.decompress(packed, line * height + 1)
    except zlib.error:
        return "imprint_damaged"
    if len(rows) != line * height or not unpacking.eof or unpacking.unused_data:
        return "imprint_damaged"
    if max(rows[::line]) > 4:
        return "imprint_damaged"
    return None if _has_ink(rows, width, line) else "imprint_blank"


def _has_ink(rows: bytes, width: int, line: int) -> bool:
    """Whether any pixel is black. Until the first ink each row is white, and so its filter has an all-white row above it: what it looks like is known."""
    white = bytes([0xFF] * (width // 8) + ([0xFF << (8 - width % 8) & 0xFF] if width % 8 else []))
    above = bytes(line - 1)
    for at in range(0, len(rows), line):
        row = _unfiltered(rows[at], rows[at + 1 : at + line], above)
        if any((byte & mask) != mask for byte, mask in zip(row, white, strict=True)):
            return True
        above = row
    return False


def _unfiltered(kind: int, packed: bytes, above: bytes) -> bytes:
    """A row without its PNG filter (0 none, 1 left, 2 up, 3 average, 4 Paeth), byte by byte."""
    if kind == 0:
        return packed
    row = bytearray()
    for place, byte in enumerate(packed):
        left = row[place - 1] if place else 0
        up, corner = above[place], above[place - 1] if place else 0
        guess = (0, left, up, (left + up) // 2, _paeth(left, up, corner))[kind]
        row.append((byte + guess) & 0xFF)
    return bytes(row)


def _paeth(left: int, up: int, corner: int) -> int:
    from_left, from_up, from_corner = abs(up - corner), abs(left - corner), abs(left + up - corner - corner)
    if from_left <= from_up and from_left <= from_corner:
        return left
    return up if from_up <= from_corner else corner
