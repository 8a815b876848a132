"""A finished paper held against what was ordered: everything that differs, by code, without a word of what stands there.

The center asks before it seals a paper, and the kiosk asks again before it prints one. Only drawn text counts; what an issuer says beside its paper is never believed. Decides
nothing about stopping, money or alarms.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from certificates.face import EMPTY, SPECIMEN, MemberFace
from certificates.fingerprint import fingerprint
from certificates.juminhyo import OPENED_BY
from certificates.kinds import KINDS
from certificates.plain_file import Unreadable
from certificates.proof import prove
from certificates.reading import Paper, open_paper

WHOLE, PART = "世帯全員", "世帯の一部"
"""What a 認証文 says about the household (domain facts 4.1; the rest of its wording is the municipality's)."""

_ALWAYS_FILLED = ("name", "birth", "sex")


@dataclass(frozen=True, slots=True)
class Expected:
    """One copy as it was ordered. `fingerprints` are the people in the order of the paper, under `visit_key`; `show` the option codes that were asked for.

    `certifier` (title, name) and `seal_sha256` (of the packed image, `certificates.seal.SealImage.sha256`) are held against the paper where the asker knows them.
    """

    kind: str
    binding: str
    number: str
    sheets: int
    fingerprints: tuple[str, ...]
    visit_key: bytes
    show: tuple[str, ...]
    whole_household: bool
    certifier: tuple[str, str] | None = None
    seal_sha256: str | None = None


def differences(pdf: bytes, expected: Expected) -> tuple[str, ...]:
    """Everything that differs, each as `code: place`; empty when the paper is exactly what was ordered and its file shows nothing besides. No personal data, raises nothing."""
    try:
        paper = open_paper(pdf)
    except Unreadable as problem:
        return (f"unreadable: {problem}",)
    found = [*_sheets(paper, expected), *_members(paper, expected), *_items(paper, expected), *_closing(paper, expected)]
    try:
        prove(pdf, paper)
    except Unreadable as problem:
        found.append(f"stray: {problem}")
    return tuple(found)


def _sheets(paper: Paper, expected: Expected) -> Iterator[str]:
    """What must stand on every sheet: 見本, the right title, binding, 発行番号 and n/m."""
    count = len(paper.sheets)
    if count != expected.sheets:
        yield f"sheets: {count} instead of {expected.sheets}"
    kind = KINDS.get(expected.kind)
    for at, sheet in enumerate(paper.sheets, 1):
        if sheet.text("specimen") != SPECIMEN:
            yield f"specimen: sheet {at}"
        if kind is None or sheet.text("title") != kind.title:
            yield f"kind: sheet {at}"
        if sheet.text("binding") != expected.binding:
            yield f"binding: sheet {at}"
        if sheet.number != expected.number:
            yield f"number: sheet {at}"
        if (sheet.part, sheet.parts) != (at, expected.sheets):
            yield f"part: sheet {at}"


def _members(paper: Paper, expected: Expected) -> Iterator[str]:
    """The people drawn are those ordered, in their order, each in a numbered block."""
    members = _blocks(paper)
    if len(members) != len(expected.fingerprints):
        yield f"members: {len(members)} instead of {len(expected.fingerprints)}"
    for at, (member, wanted) in enumerate(zip(members, expected.fingerprints, strict=False), 1):
        if fingerprint(expected.visit_key, member.text("name"), member.text("birth")) != wanted:
            yield f"members: person {at} is another"
    if [place for sheet in paper.sheets for place in sheet.places] != [str(at) for at in range(1, len(members) + 1)]:
        yield "members: not numbered in order"


def _items(paper: Paper, expected: Expected) -> Iterator[str]:
    """Nothing that was not asked for, and nobody without name, birth date or sex."""
    for at, member in enumerate(_blocks(paper), 1):
        for code, text in member.cells:
            option = OPENED_BY.get(code)
            if option is not None and option not in expected.show and text != EMPTY:
                yield f"item: {code} of person {at} was not asked for"
            if code in _ALWAYS_FILLED and text in ("", EMPTY):
                yield f"item: {code} of person {at} is empty"
    for at, sheet in enumerate(paper.sheets, 1):
        if "relation" not in expected.show and sheet.text("head_name") != EMPTY:
            yield f"item: head_name on sheet {at} was not asked for"
        if sheet.text("address") in ("", EMPTY):
            yield f"item: address on sheet {at} is empty"


def _closing(paper: Paper, expected: Expected) -> Iterator[str]:
    """認証文, date and certifier on the last sheet and on no other."""
    *others, last = paper.sheets
    for at, sheet in enumerate(others, 1):
        if sheet.closed:
            yield f"statement: on sheet {at} too"
    statement = last.text("statement")
    right, wrong = (WHOLE, PART) if expected.whole_household else (PART, WHOLE)
    if right not in statement or wrong in statement:
        yield "statement: not about the part of the household that was ordered"
    for code in ("issued_on", "certifier_title", "certifier_name", "seal_note"):
        if last.text(code) in ("", EMPTY):
            yield f"closing: {code} is empty"
    if expected.certifier is not None and expected.certifier != (last.text("certifier_title"), last.text("certifier_name")):
        yield "closing: another certifier"
    if expected.seal_sha256 is not None and paper.seal.sha256 != expected.seal_sha256:
        yield "closing: another seal"


def _blocks(paper: Paper) -> list[MemberFace]:
    return [member for sheet in paper.sheets for member in sheet.members]
