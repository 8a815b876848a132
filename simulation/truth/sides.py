"""Whether both sides of a paper are signed by whom they must be, belong together, and say the same in print and in their 2-D codes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography import x509

from certificates.back.code import NoCode, read_code, verify_code
from certificates.back.content import SheetContent
from certificates.back.reading import read_back
from certificates.face import Face
from certificates.plain_file import Unreadable
from certificates.signature.key_list import KeyList
from certificates.signature.strict import Unsigned, verify


@dataclass(frozen=True, slots=True)
class Signers:
    """Who is to have signed: the roots that are believed, the list of code keys, the municipality's code and the center's name."""

    roots: Sequence[x509.Certificate]
    code_keys: KeyList
    municipality: str
    center: str


def wrong_with_sides(issuance_id: str, face: bytes, back: bytes | None, said: Face, signers: Signers, at: datetime) -> list[str]:
    """Everything in which the two documents are not one paper; `said` is what the face reads."""
    wrong = list(_wrong_signer(face, f"municipality {signers.municipality}", signers, at))
    if back is None:
        return [*wrong, "a face without its back"]
    try:
        read = read_back(back)
    except Unreadable as error:
        return [*wrong, f"a back that cannot be read: {error}"]
    wrong += _wrong_signer(back, f"center {signers.center}", signers, at)
    if read.text.face_sha256 != sha256(face).hexdigest():
        wrong.append("the back of another face")
    if read.text.issuance_id != issuance_id:
        wrong.append("the back of another issuance")
    return wrong + list(_wrong_codes(read.codes, said, signers))


def _wrong_signer(pdf: bytes, who: str, signers: Signers, at: datetime) -> Iterator[str]:
    try:
        signed = verify(pdf, signers.roots, at)
    except Unsigned as error:
        yield f"not signed by {who.split(' ', maxsplit=1)[0]}: {error}"
        return
    if f"{signed.role} {signed.name}" != who:
        yield f"signed by {signed.role} instead of {who.split(' ', maxsplit=1)[0]}"


def _wrong_codes(codes: Sequence[bytes], said: Face, signers: Signers) -> Iterator[str]:
    try:
        sheets = [_believed(code, signers) for code in codes]
    except NoCode as error:
        yield f"a 2-D code that proves nothing: {error}"
        return
    if [(sheet.part, sheet.parts) for sheet in sheets] != [(at, len(sheets)) for at in range(1, len(sheets) + 1)]:
        yield "2-D codes of other sheets"
    each = (said.form, said.title, said.number, said.binding, said.head)
    if any((sheet.form, sheet.title, sheet.number, sheet.binding, sheet.head) != each for sheet in sheets):
        yield "2-D codes of another paper"
    if tuple(piece for sheet in sheets for piece in sheet.pieces) != said.pieces:
        yield "2-D codes that say something else of the people"
    if [sheet.closing for sheet in sheets] != [()] * (len(sheets) - 1) + [said.closing]:
        yield "2-D codes that end otherwise"
    if {sheet.imprint for sheet in sheets} - {""} != ({said.imprint.sha256} if said.imprint else set()):
        yield "2-D codes of another imprint"


def _believed(code: bytes, signers: Signers) -> SheetContent:
    key = signers.code_keys.keys.get(read_code(code).key_id)
    if key is None or key.municipality != signers.municipality:
        raise NoCode("of a key that is not this municipality's")
    return verify_code(code, key.key)
