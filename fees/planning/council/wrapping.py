"""Where a Japanese line may end: not before a closing mark, not behind an opening one, not within a number or a word."""

import re
from collections.abc import Callable

_PIECES = re.compile(r"[0-9A-Za-z.,%+\-_/:△]+(?:万円|千円|百万円|円|通|時間|団体|年度|回|人)?|.", re.DOTALL)
_NEVER_FIRST = frozenset("、。，．・：；？！）」』】〕～ー々％円通")
_NEVER_LAST = frozenset("（「『【〔")


def pieces(text: str) -> list[str]:
    """The text in parts that stay together."""
    found: list[str] = []
    opening = ""
    for part in _PIECES.findall(text):
        if part in _NEVER_LAST:
            opening += part
        elif part in _NEVER_FIRST and found and not opening:
            found[-1] += part
        else:
            found.append(opening + part)
            opening = ""
    return [*found, opening] if opening else found


def wrapped(text: str, room: float, width: Callable[[str], float]) -> list[str]:
    """The text in lines no wider than `room`; a part that is wider by itself is cut where it must be."""
    lines: list[str] = []
    line = ""
    for part in pieces(text):
        if width(line + part) <= room:
            line += part
            continue
        if line:
            lines.append(line)
        line = part.lstrip(" 　")
        while width(line) > room and len(line) > 1:
            cut = next((at for at in range(len(line) - 1, 0, -1) if width(line[:at]) <= room), 1)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line] if line or not lines else lines
