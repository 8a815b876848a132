"""The binding of a sheet: one short text, printed on each sheet, that ties the paper to one issuance, one card and one request.

The center computes it before it orders, the issuer prints it, the center's gate and the kiosk read it from the drawn sheet. It holds no personal data: the card's serial goes
in only under a hash, together with the request.
"""

import base64
import hashlib
import re

LABEL = b"konbini binding 1"
LONGEST = 64

_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,35}")
_UUID = re.compile(r"([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})")


def binding(issuance_id: str, serial: str, request_hash: str) -> str:
    """`<issuance id>/<XXXXX-XXXXX-XXXXX-XXXXX>`: ASCII, one line, at most 64 characters, the same for the same three.

    `issuance_id` (a UUID in hex is printed in its five groups), `serial` of the card's certificate, `request_hash` of the signed request. The 20 base32 characters are
    the first 100 bits of SHA-256 over all three, each with its length. ValueError when the id has characters that could not be printed and read back.
    """
    if not _ID.fullmatch(issuance_id):
        raise ValueError("an issuance id is 1 to 36 letters, digits and hyphens")
    digest = hashlib.sha256(LABEL)
    for part in (issuance_id, serial, request_hash):
        octets = part.encode("utf-8")
        digest.update(len(octets).to_bytes(4, "big"))
        digest.update(octets)
    marks = base64.b32encode(digest.digest()).decode("ascii")[:20]
    return f"{grouped(issuance_id)}/{'-'.join(marks[at : at + 5] for at in range(0, 20, 5))}"


def grouped(issuance_id: str) -> str:
    """An issuance id as paper shows it: a UUID in hex in its five groups, any other id as it is."""
    uuid = _UUID.fullmatch(issuance_id)
    return "-".join(uuid.groups()) if uuid else issuance_id


_PRINTED = re.compile(r"([0-9A-Za-z][0-9A-Za-z-]{0,35})/[A-Z2-7]{5}(?:-[A-Z2-7]{5}){3}")
_GROUPS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def issuance_of(binding_text: str) -> str | None:
    """The issuance id in a printed binding, as it is known everywhere (a UUID without its hyphens); None for a text that is no binding."""
    found = _PRINTED.fullmatch(binding_text)
    if not found:
        return None
    return found[1].replace("-", "") if _GROUPS.fullmatch(found[1]) else found[1]
