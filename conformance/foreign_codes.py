"""The 2-D codes that come with a paper of another drawing than ours: each must say what stands on its own sheet, and be signed with the municipality's key on the authority's list.

Which strips and cells such an issuer writes is its own choice (docs/protocol/sheet-code.md); that nothing stands in a code that is not on the sheet is not.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from certificates.back.code import NoCode, read_code, verify_code
from certificates.back.content import SheetContent
from certificates.face import EMPTY
from certificates.signature.key_list import KeyList
from conformance.foreign import plain, titles_of
from conformance.store import Ordered
from messages.orders import IssuedPaper

CLOCKS_SECONDS = 60
"""How far the issuer's clock may be from the kit's."""


def code_differences(paper: IssuedPaper, pages: Sequence[str], ordered: Ordered, binding: str, keys: KeyList, at: datetime) -> Iterator[str]:
    """Everything in the codes that is not so, as `codes: what`; nothing where there are none."""
    if not paper.codes:
        return
    if len(paper.codes) != len(pages):
        yield "codes: not one for each sheet"
        return
    sheets = []
    for at_sheet, (code, page) in enumerate(zip(paper.codes, pages, strict=True), 1):
        try:
            key = keys.key(read_code(code).key_id, at)
            if key is None or key.municipality != ordered.order.municipality:
                yield f"codes: sheet {at_sheet} by another key"
                continue
            sheet = verify_code(code, key.key)
        except NoCode as problem:
            yield f"codes: sheet {at_sheet} is none ({problem})"
            continue
        sheets.append(sheet)
        yield from (f"codes: sheet {at_sheet} says another {what}" for what in _other(sheet, at_sheet, paper, page, ordered, binding, at))
    if len(sheets) == len(pages) and not _people(sheets, ordered):
        yield "codes: not the people who were ordered"


def _other(sheet: SheetContent, at_sheet: int, paper: IssuedPaper, page: str, ordered: Ordered, binding: str, at: datetime) -> Iterator[str]:
    last = at_sheet == len(paper.codes)
    same = {
        "form": sheet.form == ordered.order.form,
        "title": sheet.title in titles_of(ordered) and plain(sheet.title) in page,
        "number": sheet.number == paper.number,
        "binding": sheet.binding == binding,
        "n/m": (sheet.part, sheet.parts) == (at_sheet, len(paper.codes)),
        "time": abs((sheet.made_at - at).total_seconds()) <= CLOCKS_SECONDS + _PATIENCE_SECONDS,
        "text": all(plain(text) in page for _, text in sheet.texts if text != EMPTY),
        "closing": bool(sheet.closing) is last,
    }
    yield from (what for what, so in same.items() if not so)


_PATIENCE_SECONDS = 60
"""How long before it is looked at a paper of this run may have been made."""


def _people(sheets: Sequence[SheetContent], ordered: Ordered) -> bool:
    """Whether the people in the codes, sheet after sheet, are those of the order; a person who goes on over a sheet's end stands there again."""
    found: list[tuple[str, str]] = []
    for sheet in sheets:
        for piece in sheet.pieces:
            cells = dict(piece.cells)
            person = (cells.get("name", ""), cells.get("birth", ""))
            if {"name", "birth"} <= cells.keys() and person not in found:
                found.append(person)
    return found == [(member.name, member.birth) for member in ordered.members]
