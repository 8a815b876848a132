"""From a file's bytes to a scenario, or to every reason why it is none: line, place, sentence."""

import re
import tomllib
from dataclasses import dataclass

import msgspec

from fees.planning.scenario.checks import contradictions
from fees.planning.scenario.lines import Places
from fees.planning.scenario.parts import Scenario

FILE_BYTES_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason in Japanese, and the line it is about (from 1)."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ScenarioRefused:
    """Nothing is computed from this file: every fault in the order of lines."""

    faults: tuple[Fault, ...]


def read_scenario(content: bytes) -> Scenario | ScenarioRefused:
    """The scenario of a file's bytes."""
    if len(content) > FILE_BYTES_MAX:
        return _refused(1, "ファイルが大きすぎます（1MBまで）。")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _refused(content[: error.start].count(b"\n") + 1, "UTF-8 ではない文字があります。UTF-8 で保存してください。")
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return _refused(_line(str(error), text), f"TOML として読めません（{error}）。")
    places = Places(text)
    try:
        scenario = msgspec.convert(values, Scenario)
    except msgspec.ValidationError as error:
        path, reason = _told(str(error))
        return _refused(places.line_of(path), f"{_shown(path)}: {reason}" if path else reason)
    found = sorted({Fault(places.line_of(path), reason) for path, reason in contradictions(scenario)}, key=lambda fault: (fault.line, fault.reason))
    return ScenarioRefused(tuple(found)) if found else scenario


def _refused(line: int, reason: str) -> ScenarioRefused:
    return ScenarioRefused((Fault(line, reason),))


def _line(message: str, text: str) -> int:
    found = re.search(r"at line (\d+)", message)
    return int(found[1]) if found else max(1, len(text.splitlines()))


_PATH = re.compile(r"([A-Za-z0-9_]+)|\[(\d+)\]")
_TYPES = {
    "int": "整数",
    "str": "文字列",
    "bool": "true か false",
    "date": "日付（2026-04-01 の形）",
    "array": "配列",
    "object": "表",
    "float": "小数",
}


def _told(message: str) -> tuple[tuple[str | int, ...], str]:
    """The place and the Japanese reason of what the converter says."""
    what, _, where = message.partition(" - at `$")
    path: tuple[str | int, ...] = tuple(int(number) if number else name for name, number in _PATH.findall(where.rstrip("`")))
    if found := re.match(r"Object contains unknown field `(.*)`", what):
        return (*path, found[1]), f"「{found[1]}」という項目はありません。つづりを確かめてください。"
    if found := re.match(r"Object missing required field `(.*)`", what):
        return path, f"必要な項目「{found[1]}」がありません。"
    if found := re.match(r"Invalid (?:enum )?value '?(.*?)'?$", what):
        if path and path[-1] == "type":
            return path, f"「{found[1]}」という方式はありません（fixed_by_band, metered, two_part, tiered のどれか）。"
        return path, f"「{found[1]}」は使えません。"
    if found := re.match(r"Expected `(.*?)`, got `(.*?)`", what):
        return path, _wrong_type(found[1], found[2])
    if found := re.match(r"Expected `(?:int|str|array)` (>=|<=|matching regex|of length >=|of length <=) (.*)", what):
        return path, _out_of_bounds(found[1], found[2])
    if "first step begins above 0" in what:
        return path, "段階の始まり（above）は0から順に大きくしてください。"
    if what.startswith("Invalid RFC3339"):
        return path, "日付は 2026-04-01 の形で書いてください。"
    return path, what


def _wrong_type(wanted: str, got: str) -> str:
    names = [_TYPES.get(name, name) for name in wanted.split(" | ") if name != "null"]
    extra = "円未満や小数は使えません。" if "int" in wanted and got == "float" else ""
    return f"{'または'.join(names)}で書いてください（{_TYPES.get(got, got)}が書かれています）。{extra}"


def _out_of_bounds(bound: str, limit: str) -> str:
    match bound:
        case ">=":
            return f"{limit}以上にしてください。"
        case "<=":
            return f"{limit}以下にしてください。"
        case "of length >=":
            return f"{limit}つ（文字）以上にしてください。"
        case "of length <=":
            return f"{limit}つ（文字）以下にしてください。"
        case _:
            return f"書き方が違います（{limit} の形）。"


def _shown(path: tuple[str | int, ...]) -> str:
    text = ""
    for part in path:
        text += f"[{part + 1}番目]" if isinstance(part, int) else (f".{part}" if text else part)
    return text
