"""One issued paper held against what was ordered: everything that differs, by aspect, without a word of what stands there.

A face of the canonical drawing is read cell by cell and drawn again (`certificates.checking`), as the demonstration center's gate does; any other file by its text (`foreign`).
Nothing the server says beside its paper is believed.
Decides nothing about whose fault a difference is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from cryptography.x509 import Certificate

from certificates.back.code import NoCode, read_code, verify_code
from certificates.back.content import sheet_contents
from certificates.checking import Expected, Signature, examined
from certificates.plain_file import Unreadable
from certificates.reading import Paper, face_of, open_paper
from certificates.signature.key_list import KeyList
from conformance.foreign import foreign_differences, pages_of, plain
from conformance.foreign_codes import code_differences
from conformance.store import Ordered
from messages.orders import Issued, IssuedPaper

ASPECTS: Mapping[str, str] = MappingProxyType(
    {
        "specimen": "marks", "binding": "marks", "number": "marks", "part": "marks", "sheets": "marks", "kind": "marks", "year": "marks",
        "members": "people", "item": "items", "statement": "closing", "closing": "closing", "signature": "signature", "codes": "codes",
        "unreadable": "drawing", "stray": "drawing", "papers": "papers", "numbers": "papers",
    }
)  # fmt: skip
"""The first word of a difference -> the aspect under which a case reports it."""


@dataclass(frozen=True, slots=True)
class Believed:
    """Whose signatures are believed: the documents' authority and the keys of 2-D codes on its list."""

    root: Certificate
    keys: KeyList


IDENTITY = frozenset({"marks", "people", "papers"})
"""The aspects by which a paper is somebody's: what the classes of incident are about."""


def whose(difference: str) -> bool:
    """Whether this difference means that the paper may be somebody else's, or that nobody can tell."""
    return aspect(difference) in IDENTITY or difference.startswith("unreadable")


def aspect(difference: str) -> str:
    """The aspect a difference belongs to."""
    return ASPECTS.get(difference.partition(":")[0], "drawing")


def wrong_with(issued: Issued, ordered: Ordered, believed: Believed, at: datetime) -> tuple[str, ...]:
    """Everything that differs on the papers of an order, each as `what: where`; empty when they are exactly what was ordered."""
    order = ordered.order
    if issued.request_id != order.request_id or [one.issuance_id for one in issued.papers] != [one.issuance_id for one in order.papers]:
        return ("papers: not those that were ordered",)
    found = ["numbers: two copies under one 発行番号"] if len({one.number for one in issued.papers}) != len(issued.papers) else []
    for place, paper in enumerate(issued.papers):
        found += _differences(paper, ordered, order.papers[place].binding, believed, at)
    return tuple(dict.fromkeys(found))


def _differences(paper: IssuedPaper, ordered: Ordered, binding: str, believed: Believed, at: datetime) -> Iterator[str]:
    if is_foreign(paper.face):
        yield from foreign_differences(paper, ordered, binding, believed.root, at)
        yield from code_differences(paper, pages_of(paper.face), ordered, binding, believed.keys, at)
        return
    order, asked = ordered.order, ordered.asked
    chosen = set(order.members)
    expected = Expected(
        kind=order.kind,
        form=order.form,
        year=order.year,
        binding=binding,
        number=paper.number,
        sheets=paper.sheets,
        fingerprints=tuple(member.fingerprint for member in asked.offered.members if member.member_id in chosen),
        visit_key=asked.visit_key,
        show=order.show,
        everybody=ordered.everybody,
        signature=Signature(order.municipality, (believed.root,), at),
        certifier=(asked.certifier[0], asked.certifier[1]) if len(asked.certifier) == 2 else None,
    )
    found = examined(paper.face, expected)
    yield from found.differences
    if found.paper is not None:
        yield from _texts(found.paper, ordered)
        yield from _codes(paper.codes, found.paper, order.municipality, believed.keys)


def _texts(paper: Paper, ordered: Ordered) -> Iterator[str]:
    """What the profile knows of this person: the printed people, the texts that stand on every paper, the values of the options, nobody else's marks."""
    have = ordered.asked.have
    cells = [text for sheet in paper.sheets for texts in (sheet.texts, *(piece.cells for piece in sheet.pieces)) for _, text in texts]
    people = [
        (dict(piece.cells)["name"], dict(piece.cells)["birth"])
        for sheet in paper.sheets
        for piece in sheet.pieces
        if {"name", "birth"} <= dict(piece.cells).keys()
    ]
    if people != [(member.name, member.birth) for member in ordered.members]:
        yield "members: not the people of the profile"
    if not all(any(text in cell for cell in cells) for text in have.texts):
        yield "members: a text of this person's papers is missing"
    if any(mark in cell for mark in ordered.asked.foreign_marks for cell in cells):
        yield "members: a mark of somebody else"
    for option, values in have.items.items():
        if not values:
            continue  # an empty item: the form itself says how it is drawn
        drawn = any(value in cell for value in values for cell in cells)
        if drawn is not (option in ordered.order.show):
            yield f"item: {option} {'was not asked for' if drawn else 'is missing'}"


def _codes(codes: tuple[bytes, ...], paper: Paper, municipality: str, keys: KeyList) -> Iterator[str]:
    try:
        sheets = sheet_contents(face_of(paper), paper.made_at)
    except (Unreadable, ValueError):
        yield "codes: the sheets are not those of one paper"
        return
    if len(codes) != len(sheets):
        yield "codes: not one for each sheet"
        return
    for at, (code, sheet) in enumerate(zip(codes, sheets, strict=True), 1):
        try:
            key = keys.key(read_code(code).key_id, paper.made_at)
            if key is None or key.municipality != municipality:
                yield f"codes: sheet {at} by another key"
            elif verify_code(code, key.key) != sheet:
                yield f"codes: sheet {at} says something else"
        except NoCode:
            yield f"codes: sheet {at} is none"


def rest(paper: IssuedPaper, binding: str, days: tuple[str, ...]) -> str:
    """What stands on a paper beside its number, its binding and the date of issue (midnight may be between two orders): the same on every copy of one thing."""
    text = plain(drawn_text(paper.face))
    for own in (binding, plain(paper.number), *days):
        text = text.replace(own, "")
    return text


def is_foreign(face: bytes) -> bool:
    """Whether this file is of another drawing than the canonical one."""
    try:
        open_paper(face)
    except Unreadable:
        return True
    return False


def drawn_text(face: bytes) -> str:
    """All text of a paper, sheet after sheet; empty for a file that cannot be read."""
    if is_foreign(face):
        return "\n".join(pages_of(face))
    return "\n".join(
        text for sheet in open_paper(face).sheets for texts in (sheet.texts, *(piece.cells for piece in sheet.pieces)) for _, text in texts
    )
