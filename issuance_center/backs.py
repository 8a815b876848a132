"""The center's side of a paper: the back of each face that has passed the gate, and the keys that stand behind faces, codes and backs.

Decides nothing about faces. A back is made again from the same values whenever its papers are asked for again: same bytes.
"""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from cryptography.x509 import Certificate

from certificates.back.drawing import BackText, SignedAs, draw_back
from certificates.back.picture import fronts
from certificates.signature.key_list import KeyList
from certificates.signature.signing import Signer, sign


@dataclass(frozen=True, slots=True)
class Documents:
    """What the center believes and signs with.

    `roots` of the documents' signers; the authority's list of the keys of 2-D codes, and its bytes as everybody may have them; the center's own signer; the secret (32 bytes) from which each
    sheet's picture is keyed; the page where a receiver can check a paper; the center's name beside its signatures.
    """

    roots: tuple[Certificate, ...]
    code_keys: KeyList
    key_list: bytes = field(repr=False)
    signer: Signer = field(repr=False)
    secret: bytes = field(repr=False)
    url: str
    name_ja: str


class NoBack(Exception):
    """This face cannot have a back: too many sheets, a code that no sheet holds, not one code for each. The message names the rule, never a text."""


def back_of(face: bytes, issuance_id: str, codes: tuple[bytes, ...], documents: Documents, now: datetime) -> bytes:
    """The back of a face that has passed the gate, signed; `now` (aware) is when it is made. Raises `NoBack`: the paper is to be declined before it is paid for."""
    try:
        text = BackText(issuance_id, sha256(face).hexdigest(), documents.url)
        return sign(draw_back(text, fronts(face), codes, documents.secret, now, SignedAs(name=documents.name_ja)), documents.signer)
    except ValueError as problem:
        raise NoBack(str(problem)) from problem
