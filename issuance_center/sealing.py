"""The gate: no paper leaves the center that does not say on every sheet what was ordered, about whom it was offered, and nothing besides. Pure.

It opens the finished PDF and reads what is drawn; what the issuer says about its paper is compared, never believed. Any difference stops the whole request.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256

from certificates.checking import Expected, differences
from certificates.reading import Unreadable
from issuance_center.records.issuances import Issuance, Request, Sealing
from issuance_center.records.visits import Offer, Visit
from messages.orders import Issued, IssuedPaper
from messages.visits import Application


@dataclass(frozen=True, slots=True)
class Sealed:
    """Every paper is exactly what was ordered."""

    sealings: tuple[Sealing, ...]


@dataclass(frozen=True, slots=True)
class Stopped:
    """At least one paper is not. `differences` name fields, never what stands in them."""

    differences: tuple[str, ...]


def member_digest(visit_key: bytes, member_id: str) -> str:
    """What the center keeps of a member's 宛名番号 during a visit: a digest that is worthless when the visit's key is gone."""
    return hmac.new(visit_key, b"member\x00" + member_id.encode(), sha256).hexdigest()


def examine(issued: Issued, application: Application, request: Request, visit: Visit, offer: Offer) -> Sealed | Stopped:
    """Hold every paper against the order, the offer of its visit, and, if it was sealed before, against its earlier bytes."""
    if issued.request_id != request.request_id or [paper.issuance_id for paper in issued.papers] != [paper.issuance_id for paper in request.papers]:
        return Stopped(("papers: not those that were ordered",))
    found: list[str] = []
    for paper, known in zip(issued.papers, request.papers, strict=True):
        found.extend(f"copy {known.copy_no}: {difference}" for difference in _differences(paper, known, application, visit, offer))
    numbers = [paper.number for paper in issued.papers]
    if len(set(numbers)) != len(numbers):
        found.append("numbers: two copies under one 発行番号")
    if found:
        return Stopped(tuple(found))
    return Sealed(tuple(Sealing(paper.issuance_id, sha256(paper.pdf).hexdigest(), paper.number, paper.sheets) for paper in issued.papers))


def _differences(paper: IssuedPaper, known: Issuance, application: Application, visit: Visit, offer: Offer) -> tuple[str, ...]:
    assert visit.visit_key is not None
    if known.pdf_sha256 is not None and known.pdf_sha256 != sha256(paper.pdf).hexdigest():
        return ("paper: other bytes than before",)
    chosen = {member_digest(visit.visit_key, member) for member in application.members}
    expected = Expected(
        kind=application.kind,
        binding=known.binding,
        number=paper.number,
        sheets=paper.sheets,
        # The offer's order is the paper's order, whatever order the kiosk chose them in.
        fingerprints=tuple(fingerprint for digest, fingerprint in offer.members.items() if digest in chosen),
        visit_key=visit.visit_key,
        show=application.show,
        whole_household=len(chosen) == len(offer.members),
    )
    try:
        return differences(paper.pdf, expected)
    except Unreadable:
        return ("paper: cannot be read",)
