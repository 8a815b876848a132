"""A face finished as its issuer hands it out: drawn, signed, and with the content of each sheet's 2-D code.

One act, so that no unsigned paper ever leaves the hands that draw it. Decides nothing; the keys are given.
"""

from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from certificates.back.code import sheet_code
from certificates.back.content import sheet_contents
from certificates.drawing import draw
from certificates.face import Face
from certificates.issuer_form import IssuerForm
from certificates.signature.signing import Signer, sign


@dataclass(frozen=True, slots=True)
class Hands:
    """What an issuer signs with: its documents (RSA, a certificate of the municipal certification service) and its 2-D codes (P-256, named in the authority's key list)."""

    signer: Signer
    code_key: EllipticCurvePrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Printed:
    """A finished paper: the signed face, how many sheets it has, the code of each."""

    face: bytes
    sheets: int
    codes: tuple[bytes, ...]


def printed(face: Face, form: IssuerForm, now: datetime, hands: Hands) -> Printed:
    """The paper of `face`, made and signed at `now` (aware); the same bytes for the same values.

    Raises `drawing.DoesNotFit`, `drawing.NoGlyph` or `back.code.TooMuch` where the paper is to be declined, ValueError as `drawing.draw` does.
    """
    codes = tuple(sheet_code(sheet, hands.code_key) for sheet in sheet_contents(face, now))
    drawn = draw(face, form, now)
    return Printed(sign(drawn.pdf, hands.signer), drawn.sheets, codes)
