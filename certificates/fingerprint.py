"""The fingerprint of a person on a paper: who they are, to those who hold the visit's key, and nothing to anybody else.

The issuer states it when it offers the choices, from its register; the center and the kiosk compute it again from the drawn text of the finished paper. Two separate
look-ups must agree. It binds the name and the birth date exactly as they are printed.
"""

import hashlib
import hmac

KEY_BYTES = 32
LABEL = b"konbini fingerprint 1"


def fingerprint(visit_key: bytes, name: str, birth: str) -> str:
    """HMAC-SHA256 in hex (64 characters) of a printed name and a printed birth date under the visit's key (32 bytes; otherwise ValueError).

    The canonical form is the printed text itself, character for character, variation selectors and spaces included: drawing must bring back what it was given, so nothing
    is normalised. (Unicode normalisation would make 﨑 and 崎, or two forms of 辻, one person.) Each part carries its length, so that no text moved across the
    boundary between name and birth date gives the same fingerprint.
    """
    if len(visit_key) != KEY_BYTES:
        raise ValueError("a visit key has 32 bytes")
    digest = hmac.new(visit_key, LABEL, hashlib.sha256)
    for part in (name, birth):
        octets = part.encode("utf-8")
        digest.update(len(octets).to_bytes(4, "big"))
        digest.update(octets)
    return digest.hexdigest()
