"""A paper of another drawing than ours, read by ordinary text extraction, page by page, and held against what was ordered. Spaces and line breaks do not count.

Differences have the words of `certificates.checking`. What text extraction cannot tell is left to the demonstration center's gate, which such a paper does not pass.
"""

from collections.abc import Iterator
from datetime import datetime

import pypdfium2
from cryptography.x509 import Certificate

from certificates.face import SPECIMEN
from certificates.fingerprint import fingerprint
from certificates.kinds import TITLES
from conformance.foreign_signature import signature_problem
from conformance.store import Ordered
from messages.orders import IssuedPaper

CERTIFIED = "証明する。"
"""How a 認証文 ends."""


def pages_of(pdf: bytes) -> tuple[str, ...]:
    """The text of each page without its spaces; none for a file that is no PDF."""
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError:
        return ()
    try:
        return tuple(_plain(page.get_textpage().get_text_bounded()) for page in document)
    finally:
        document.close()


def _plain(text: str) -> str:
    return "".join(text.split())


def foreign_differences(paper: IssuedPaper, ordered: Ordered, binding: str, root: Certificate, at: datetime) -> Iterator[str]:
    """Everything that differs, as `what: where`."""
    pages = pages_of(paper.face)
    if not pages:
        yield "unreadable: no PDF"
        return
    if len(pages) != paper.sheets:
        yield f"sheets: {len(pages)} instead of {paper.sheets}"
    order = ordered.order
    for at_sheet, text in enumerate(pages, 1):
        stands = {"specimen": SPECIMEN in text, "binding": binding in text, "number": _plain(paper.number) in text}
        stands |= {"part": f"{at_sheet}/{len(pages)}" in text, "kind": any(_plain(title) in text for title in TITLES[order.form])}
        yield from (f"{what}: sheet {at_sheet}" for what, there in stands.items() if not there)
        if (CERTIFIED in text) is not (at_sheet == len(pages)):
            yield f"statement: sheet {at_sheet}"
    yield from _people("".join(pages), ordered)
    problem = signature_problem(paper.face, order.municipality, root, at)
    if problem is not None:
        yield f"signature: {problem}"


def _people(text: str, ordered: Ordered) -> Iterator[str]:
    asked, here = ordered.asked, 0
    offered = {member.member_id: member.fingerprint for member in asked.offered.members}
    prints = [offered[one] for one in offered if one in set(ordered.order.members)]
    for at, (member, stated) in enumerate(zip(ordered.members, prints, strict=True), 1):
        if fingerprint(asked.visit_key, member.name, member.birth) != stated:
            yield f"members: person {at} is another"
        there = text.find(_plain(member.birth), max(text.find(_plain(member.name), here), 0))
        if _plain(member.name) not in text[here:] or there < 0:
            yield f"members: person {at} is missing or out of order"
        here = max(there, here)
    if any(_plain(other.name) in text for other in asked.have.members if other not in ordered.members):
        yield "members: somebody who was not ordered"
    if not all(_plain(one) in text for one in asked.have.texts):
        yield "members: a text of this person's papers is missing"
    for option, values in asked.have.items.items():
        drawn = any(_plain(value) in text for value in values)
        if drawn is not (option in ordered.order.show):
            yield f"item: {option} {'was not asked for' if drawn else 'is missing'}"
