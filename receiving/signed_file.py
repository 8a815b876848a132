"""A paper's own file, as its receiver has it from a kiosk's folder or by mail: a face or a back as PDF, and what it says of itself once its signature is proven.

What is in a file is looked at only after the strict verifier has taken the file as signed by somebody who is believed; of any other file nothing is told but that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509

from certificates.back.code import NoCode
from certificates.back.content import SheetContent, sheet_contents
from certificates.back.reading import read_back
from certificates.plain_file import Unreadable
from certificates.reading import face_of, read
from certificates.signature.chain import SignerRole
from certificates.signature.key_list import KeyList
from certificates.signature.strict import SignedBy, Unsigned, verify
from receiving.scan import Reading
from receiving.verdict import Content, Standing, Verdict, on_file, on_scan


class What(StrEnum):
    """What a file is."""

    FACE = "face"
    BACK = "back"
    DOCUMENT = "document"
    """Signed, or claiming to be, and neither: nothing can be told of what it says."""


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A file's verdict, the signer's name in words, and what its sheets say: a face's own texts, or those of a back's codes. All but `verdict` and `what` only when the content is proven."""

    what: What
    verdict: Verdict
    signer: str = ""
    sheets: tuple[SheetContent, ...] = ()
    municipality: str = ""
    """団体コード of whose paper it is."""
    face_sha256: str = ""
    """Of a back: the face that it belongs to."""
    issuance_id: str = ""
    """Of a back, as it names it."""


def looks_signed(data: bytes) -> bool:
    """Whether these bytes are to be taken as a signed PDF, and not as a scanner's."""
    return data.startswith(b"%PDF-") and b"/ByteRange" in data


def told_of(pdf: bytes, roots: Sequence[x509.Certificate], keys: KeyList, now: datetime) -> SignedFile:
    """What may be said of a signed file. `roots` and `keys` are believed, `now` is aware; whether the paper still stands is not asked."""
    verdict = on_file(pdf, roots, now, Standing.NOT_ASKED)
    if not verdict.proven:
        return SignedFile(What.DOCUMENT, verdict)
    try:
        signed = verify(pdf, roots, now)
    except Unsigned as error:  # `on_file` has just said otherwise
        raise AssertionError from error
    try:
        return _face(pdf, verdict, signed) if signed.role is SignerRole.MUNICIPALITY else _back(pdf, verdict, signed, keys)
    except (Unreadable, NoCode, ValueError):
        # Its content is its signer's, only it is not a paper of this release and cannot be told here.
        return SignedFile(What.DOCUMENT, verdict, signed.common_name)


def _face(pdf: bytes, verdict: Verdict, signed: SignedBy) -> SignedFile:
    paper = read(pdf)
    return SignedFile(What.FACE, verdict, signed.common_name, sheet_contents(face_of(paper), paper.made_at), signed.name)


def _back(pdf: bytes, verdict: Verdict, signed: SignedBy, keys: KeyList) -> SignedFile:
    back = read_back(pdf)
    codes = [on_scan(Reading(code, None, None, None, ()), keys, Standing.NOT_ASKED) for code in back.codes]
    wrong = next((code for code in codes if not code.proven), None)
    if wrong is not None:  # the center's signature stands, yet one of the issuer's does not: no content is proven
        return SignedFile(What.BACK, Verdict(wrong.content, None, None, Standing.NOT_ASKED, verdict.original), signed.common_name)
    sheets = tuple(code.sheet for code in codes if code.sheet)
    issuers = {code.signer.name for code in codes if code.signer}
    if len(issuers) != 1:
        return SignedFile(What.BACK, Verdict(Content.ALTERED, None, None, Standing.NOT_ASKED, verdict.original), signed.common_name)
    return SignedFile(What.BACK, verdict, signed.common_name, sheets, issuers.pop(), back.text.face_sha256, back.text.issuance_id)
