"""What may be said about a paper, each question by itself: is its content unaltered, who signed it and when, does it still stand, is this likely the original sheet?

Only a signature proves content, and it proves exactly the code's or the file's: whoever holds the paper compares the printed front with it. That a paper stands is the center's word, handed in.
That a sheet is the original is a hint at most (`originality`). One answer never stands in for another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509

from certificates.back.code import NoCode, read_code, verify_code
from certificates.back.content import SheetContent
from certificates.signature.chain import SignerRole
from certificates.signature.key_list import KeyList
from certificates.signature.strict import Reason, Unsigned, verify
from receiving.originality import Originality, originality_of
from receiving.scan import Reading


class Content(StrEnum):
    """Whether the content is proven to be as the issuer signed it."""

    UNALTERED = "unaltered"
    NO_CODE = "no_code"
    """Nothing was read that could prove anything: to be scanned again."""
    NOT_OURS = "not_ours"
    """A code or a file of some other kind."""
    UNKNOWN_KEY = "unknown_key"
    """Signed by nobody on the list, or by a key that was not in use when this says it was made."""
    ALTERED = "altered"
    """It names a known signer, who did not sign this."""


class Standing(StrEnum):
    """What the center says of the issuance; `NOT_ASKED` offline."""

    STANDING = "standing"
    WITHDRAWN = "withdrawn"
    UNSETTLED = "unsettled"
    """On record; whether it was handed out is not known yet, or is being cleared up."""
    UNKNOWN = "unknown"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed (`name` is a 団体コード, or a center's name), and when it was made, as the signer says (aware).

    `role`: a municipality signs codes and faces, a center only backs; a file that a center signed proves a back and no face.
    """

    name: str
    at: datetime
    role: SignerRole = SignerRole.MUNICIPALITY


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answers. `signer` and `sheet` (what the sheet says) are there only when the content is proven; `picture` is the restored front as a PNG, for a person to compare."""

    content: Content
    signer: Signer | None
    sheet: SheetContent | None
    standing: Standing
    original: Originality
    picture: bytes | None = None

    @property
    def proven(self) -> bool:
        """Whether the content is proven to be unaltered."""
        return self.content is Content.UNALTERED


def on_scan(reading: Reading, keys: KeyList, standing: Standing) -> Verdict:
    """The verdict on a scanned back. `keys` is the authority's list (already believed), `standing` the center's word on the issuance that the code names."""
    content, signer, sheet = _proven(reading.code, keys)
    said = standing if content is Content.UNALTERED else Standing.NOT_ASKED
    return Verdict(content, signer, sheet, said, originality_of(reading.copy_likeness), reading.picture)


def on_file(pdf: bytes, roots: Sequence[x509.Certificate], now: datetime, standing: Standing) -> Verdict:
    """The verdict on a paper's own file. A file is no sheet, so nothing is said about the original. `roots` are believed; `now` aware."""
    try:
        signed = verify(pdf, roots, now)
    except Unsigned as refused:
        content = {Reason.NO_SIGNATURE: Content.NOT_OURS, Reason.ALTERED: Content.ALTERED}.get(refused.reason, Content.UNKNOWN_KEY)
        return Verdict(content, None, None, Standing.NOT_ASKED, Originality.CANNOT_TELL)
    return Verdict(Content.UNALTERED, Signer(signed.name, signed.at, signed.role), None, standing, Originality.CANNOT_TELL)


def _proven(code: bytes | None, keys: KeyList) -> tuple[Content, Signer | None, SheetContent | None]:
    if code is None:
        return Content.NO_CODE, None, None
    try:
        claimed = read_code(code)
    except NoCode:
        return Content.NOT_OURS, None, None
    key = keys.key(claimed.key_id, claimed.content.made_at)
    if key is None:
        return Content.UNKNOWN_KEY, None, None
    try:
        sheet = verify_code(code, key.key)
    except NoCode:
        return Content.ALTERED, None, None
    return Content.UNALTERED, Signer(key.municipality, sheet.made_at), sheet
