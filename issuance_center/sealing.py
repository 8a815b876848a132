"""The gate: no paper leaves the center that does not say on every sheet what was ordered, about whom it was offered, and nothing besides. Pure.

It opens the finished PDF and reads what is drawn; what the issuer says about its paper is compared, never believed. Any difference stops the whole request.
"""

import hmac
import re
from dataclasses import dataclass
from hashlib import sha256

from certificates.back.code import NoCode, read_code, verify_code
from certificates.back.content import sheet_contents
from certificates.checking import Expected, Signature, examined
from certificates.kinds import KINDS
from certificates.reading import Paper, face_of
from certificates.signature.key_list import KeyList
from issuance_center.records.issuances import Issuance, Request, Sealing
from issuance_center.records.visits import Offer, Visit
from messages.orders import ChoicesOffered, Issued, IssuedPaper, OfferChoices
from messages.visits import Application

MEMBERS_MAX = 100
"""People one paper can list."""

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_VERSION = re.compile(r"[!-~]{1,64}")


def member_digest(visit_key: bytes, member_id: str) -> str:
    """What the center keeps of a member's 宛名番号 during a visit: a digest that is worthless when the visit's key is gone."""
    return hmac.new(visit_key, b"member\x00" + member_id.encode(), sha256).hexdigest()


def wrong_with_offer(offered: ChoicesOffered, question: OfferChoices) -> str | None:
    """What an offer says that no issuer may say, by field; None when nothing. Whether it is true is seen on the paper."""
    kind, members = KINDS[question.kind], offered.members
    known = {option.code for option in kind.options}
    checks = {
        "visit_id": offered.visit_id == question.visit_id,
        "kind": offered.kind == question.kind,
        "members": 0 < len(members) <= MEMBERS_MAX and len({member.member_id for member in members}) == len(members),
        "holder": sum(member.holder for member in members) == 1,
        "fingerprint": all(_FINGERPRINT.fullmatch(member.fingerprint) for member in members),
        "forms": len(set(offered.forms)) == len(offered.forms) > 0 and {form.code for form in kind.forms}.issuperset(offered.forms),
        "years": len(set(offered.years)) == len(offered.years) and bool(offered.years) is kind.yearly,
        "year": question.referral is None or offered.years == (question.year,),
        "options": len(set(offered.options)) == len(offered.options) and known.issuperset(offered.options),
        "copies_max": 1 <= offered.copies_max <= kind.copies_max,
        "register_version": _VERSION.fullmatch(offered.register_version) is not None,
    }
    return next((f"offer: {field}" for field, stands in checks.items() if not stands), None)


@dataclass(frozen=True, slots=True)
class Marks:
    """What a municipality's papers carry: its signature, codes of its keys, and as far as the directory has it its certifier (title, name) and the hash of its seal's image."""

    signature: Signature
    code_keys: KeyList
    certifier: tuple[str, str] | None = None
    seal_sha256: str | None = None


def not_ordered(issued: Issued, request: Request) -> tuple[str, ...]:
    """What is wrong with these papers together: they are those of the request, in its order, each under a 発行番号 of its own."""
    if issued.request_id != request.request_id or [paper.issuance_id for paper in issued.papers] != [paper.issuance_id for paper in request.papers]:
        return ("papers: not those that were ordered",)
    numbers = [paper.number for paper in issued.papers]
    return ("numbers: two copies under one 発行番号",) if len(set(numbers)) != len(numbers) else ()


def examine(paper: IssuedPaper, known: Issuance, application: Application, visit: Visit, offer: Offer, marks: Marks) -> tuple[str, ...]:
    """What is wrong with one copy, held against the order, the offer of its visit, and the marks of the municipality that was asked; empty when it is exactly what was ordered.

    The differences name fields, never what stands in them.
    """
    return tuple(f"copy {known.copy_no}: {difference}" for difference in _differences(paper, known, application, visit, offer, marks))


def changed(request: Request, sealings: tuple[Sealing, ...]) -> tuple[str, ...]:
    """What differs between the papers that were sealed first and these; empty when they are the same bytes, face and back."""
    return tuple(
        f"copy {paper.copy_no}: other bytes than before"
        for paper, sealing in zip(request.papers, sealings, strict=True)
        if (paper.face_sha256, paper.back_sha256) != (sealing.face_sha256, sealing.back_sha256)
    )


def sealings_of(issued: Issued, backs: tuple[bytes, ...]) -> tuple[Sealing, ...]:
    """What is kept of these papers and their backs."""
    return tuple(
        Sealing(sha256(paper.face).hexdigest(), sha256(back).hexdigest(), paper.number, paper.sheets)
        for paper, back in zip(issued.papers, backs, strict=True)
    )


def _differences(paper: IssuedPaper, known: Issuance, application: Application, visit: Visit, offer: Offer, marks: Marks) -> tuple[str, ...]:
    assert visit.visit_key is not None
    chosen = {member_digest(visit.visit_key, member) for member in application.members}
    expected = Expected(
        kind=application.kind,
        form=application.form,
        year=application.year,
        binding=known.binding,
        number=paper.number,
        sheets=paper.sheets,
        # The offer's order is the paper's order, whatever order the kiosk chose them in.
        fingerprints=tuple(fingerprint for digest, fingerprint in offer.members.items() if digest in chosen),
        visit_key=visit.visit_key,
        show=application.show,
        everybody=len(chosen) == len(offer.members),
        signature=marks.signature,
        certifier=marks.certifier,
        seal_sha256=marks.seal_sha256,
    )
    found = examined(paper.face, expected)
    if found.differences or found.paper is None:
        return found.differences
    return _wrong_codes(paper.codes, found.paper, marks)


def _wrong_codes(codes: tuple[bytes, ...], paper: Paper, marks: Marks) -> tuple[str, ...]:
    """Each sheet's code says exactly what is drawn on it, signed with a key of the municipality that was asked."""
    sheets = sheet_contents(face_of(paper), paper.made_at)
    if len(codes) != len(sheets):
        return ("codes: not one for each sheet",)
    found: list[str] = []
    for at, (code, sheet) in enumerate(zip(codes, sheets, strict=True), 1):
        try:
            key = marks.code_keys.key(read_code(code).key_id, paper.made_at)
            if key is None or key.municipality != marks.signature.municipality:
                found.append(f"codes: sheet {at} by another key")
            elif verify_code(code, key.key) != sheet:
                found.append(f"codes: sheet {at} says something else")
        except NoCode:
            found.append(f"codes: sheet {at} is none")
    return tuple(found)
