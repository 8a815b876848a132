"""A paper of another drawing than ours, read by ordinary text extraction, page by page, and held against what was ordered. Spaces and line breaks do not count.

Differences have the words of `certificates.checking`. What text extraction cannot tell is left to the demonstration center's gate, which such a paper does not pass.
"""

import re
from collections.abc import Iterator
from datetime import datetime

import pypdfium2
from cryptography.x509 import Certificate

from certificates.face import EMPTY, SPECIMEN
from certificates.fingerprint import fingerprint
from certificates.form.catalogue import FORMS
from certificates.kinds import TITLES
from certificates.wareki import day_in_japan, fiscal_year, wareki
from conformance.foreign_signature import signature_problem
from conformance.store import Ordered
from messages.orders import IssuedPaper

CERTIFIED = re.compile("証明(?:する|します|した書面である)。")
"""How a 認証文 ends."""


def pages_of(pdf: bytes) -> tuple[str, ...]:
    """The text of each page without its spaces; none for a file that is no PDF."""
    return tuple(plain(text) for text in _texts_of(pdf))


def _texts_of(pdf: bytes) -> tuple[str, ...]:
    """The text of each page as it is extracted."""
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError:
        return ()
    try:
        return tuple(page.get_textpage().get_text_bounded() for page in document)
    except pypdfium2.PdfiumError:
        return ()
    finally:
        document.close()


def plain(text: str) -> str:
    """The text without white space of any kind."""
    return "".join(text.split())


def foreign_differences(paper: IssuedPaper, ordered: Ordered, binding: str, root: Certificate, at: datetime) -> Iterator[str]:
    """Everything that differs, as `what: where`."""
    spaced = _texts_of(paper.face)
    pages = tuple(plain(text) for text in spaced)
    if not pages:
        yield "unreadable: no PDF"
        return
    if len(pages) != paper.sheets:
        yield f"sheets: {len(pages)} instead of {paper.sheets}"
    yield from (f"specimen: sheet {at}" for at, text in enumerate(spaced, 1) if not _marked(text, ordered))
    for at_sheet in range(1, len(pages) + 1):
        yield from _sheet(pages, at_sheet, paper, ordered, binding)
    if len({_title(text, ordered) for text in pages}) > 1:
        yield "kind: sheets under different titles"
    yield from _statement(pages[-1], ordered)
    yield from _closing(pages, ordered, at)
    yield from _people("".join(pages), ordered)
    problem = signature_problem(paper.face, ordered.order.municipality, root, at)
    if problem is not None:
        yield f"signature: {problem}"


def _sheet(pages: tuple[str, ...], at_sheet: int, paper: IssuedPaper, ordered: Ordered, binding: str) -> Iterator[str]:
    text, year = pages[at_sheet - 1], ordered.order.year
    stands = {
        "binding": binding in text,
        "number": plain(paper.number) in text,
        "part": f"{at_sheet}/{len(pages)}" in text,
        "kind": _title(text, ordered) is not None,
        "year": year is None or fiscal_year(year) in text,
    }
    yield from (f"{what}: sheet {at_sheet}" for what, there in stands.items() if not there)
    if (CERTIFIED.search(text) is not None) is not (at_sheet == len(pages)):
        yield f"statement: sheet {at_sheet}"


def _marked(text: str, ordered: Ordered) -> bool:
    """Whether 見本 stands there as a mark of its own, with white space or a line's end on both sides, and not only in a name or an address of these made-up people (見本　太郎, 見本県)."""
    have = ordered.asked.have
    for known in (*(member.name for member in have.members), *have.texts, *ordered.asked.certifier):
        text = re.sub(_spaced(known), "", text)
    return re.search(rf"(?<!\S){_spaced(SPECIMEN)}(?!\S)", text) is not None


def _spaced(text: str) -> str:
    """A pattern of the text with any white space between its characters."""
    return r"\s*".join(map(re.escape, plain(text)))


def _title(text: str, ordered: Ordered) -> str | None:
    """Which title of the form stands there, the longest first, as one may hold another (非課税証明書, 課税証明書)."""
    return next((title for title in sorted(titles_of(ordered), key=len, reverse=True) if plain(title) in text), None)


def titles_of(ordered: Ordered) -> tuple[str, ...]:
    """What this paper may be headed with."""
    form = FORMS[ordered.order.form]
    if form.titles is None:
        return TITLES[form.code]
    return form.titles[:1] if ordered.everybody else form.titles[1:]


def _statement(last: str, ordered: Ordered) -> Iterator[str]:
    words = FORMS[ordered.order.form].statement
    if words is not None:
        right, wrong = words if ordered.everybody else words[::-1]
        if right not in last or wrong in last:
            yield "statement: not about those who were ordered"


def _closing(pages: tuple[str, ...], ordered: Ordered, at: datetime) -> Iterator[str]:
    """The date of issue (of the order, or of now: midnight may be between) and the certifier stand on the last sheet and on no other."""
    days = {wareki(day_in_japan(one)) for one in (ordered.order.ordered_at, at)}
    dated = [any(day in text for day in days) for text in pages]
    if not dated[-1] or any(dated[:-1]):
        yield "closing: the date of issue " + ("on a sheet that is not the last" if dated[-1] else "is missing or another")
    for certifier in ordered.asked.certifier:
        stands = [plain(certifier) in text for text in pages]
        if not stands[-1] or any(stands[:-1]):
            yield "closing: the certifier " + ("on a sheet that is not the last" if stands[-1] else "is missing or another")


def _people(text: str, ordered: Ordered) -> Iterator[str]:
    asked, here = ordered.asked, 0
    offered = {member.member_id: member.fingerprint for member in asked.offered.members}
    prints = [offered[one] for one in offered if one in set(ordered.order.members)]
    for at, (member, stated) in enumerate(zip(ordered.members, prints, strict=True), 1):
        if fingerprint(asked.visit_key, member.name, member.birth) != stated:
            yield f"members: person {at} is another"
        there = text.find(plain(member.birth), max(text.find(plain(member.name), here), 0))
        if plain(member.name) not in text[here:] or there < 0:
            yield f"members: person {at} is missing or out of order"
        here = max(there, here)
    if any(plain(other.name) in text for other in asked.have.members if other not in ordered.members):
        yield "members: somebody who was not ordered"
    if not all(plain(one) in text for one in asked.have.texts):
        yield "members: a text of this person's papers is missing"
    if any(plain(mark) in text for mark in asked.foreign_marks):
        yield "members: a mark of somebody else"
    for option, values in asked.have.items.items():
        drawn = any(plain(value) in text for value in values)
        if not values:
            if option in ordered.order.show and EMPTY not in text:
                yield f"item: {option} is empty and does not say so"
        elif drawn is not (option in ordered.order.show):
            yield f"item: {option} {'was not asked for' if drawn else 'is missing'}"
