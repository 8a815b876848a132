"""What a back says, read from its file and proven: the file is taken apart in the plain way of `plain_file`, drawn again from what was read, and believed only when both are the same.

Says nothing about who signed the file (`certificates.signature.strict`) or its codes (`code.verify_code`), and nothing about whether the scrambled pictures show the face: only who has the key can
restore them, and whoever made the back is its signer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from certificates.back import layout
from certificates.back.drawing import BackText, SignedAs, draw_packed, picture_rows
from certificates.plain_file import PlainFile, Unreadable, plain_file, same_unpacked
from certificates.signature.placeholder import NoPlace, blank, place_of

_INFORMATION = re.compile(
    rb"\d+ 0 obj\n<< /Title [^\n]{1,400} /Issuance \(([^()\\\n]{1,40})\) /Face \(([0-9a-f]{64})\) /Page \(([^()\\\n]{1,120})\) /Codes \[(<[0-9a-f]{2,6000}>(?: <[0-9a-f]{2,6000}>){0,98})\] >>\n"
)
_PICTURE = re.compile(
    rb"\d+ 0 obj\n<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 2 /Filter /FlateDecode"
    % (layout.PICTURE_WIDTH, layout.PICTURE_HEIGHT)
)

__all__ = ["Back", "Unreadable", "read_back"]


@dataclass(frozen=True, slots=True)
class Back:
    """What a proven back says: of which issuance and face, each sheet's code and packed scrambled picture (`drawing.unpacked_picture`), when it was made (aware)."""

    text: BackText
    codes: tuple[bytes, ...]
    pictures: tuple[bytes, ...]
    made_at: datetime

    @property
    def sheets(self) -> int:
        """How many pages it has, one for each sheet of the face."""
        return len(self.codes)


def read_back(pdf: bytes) -> Back:
    """What this back (prepared or signed) says. Raises `Unreadable` unless the file is, byte for byte, the back that its own words make; compression and a signature's value are left out of that."""
    try:
        place, drawn = place_of(pdf), blank(pdf)
    except NoPlace as error:
        raise Unreadable("not one signature's place") from error
    file = plain_file(drawn)
    pictures = [one.packed for one in file.objects if _PICTURE.match(one.head) and one.packed is not None]
    try:
        for picture in pictures:
            picture_rows(picture)
        text, codes = _said(file)
        again = draw_packed(text, pictures, codes, place.at, SignedAs(place.name, place.reason))
    except ValueError as error:
        raise Unreadable("not a back that can be drawn") from error
    if drawn != again and not same_unpacked(file, plain_file(again)):
        raise Unreadable("not the back of its own words")
    return Back(text, tuple(codes), tuple(pictures), place.at)


def _said(file: PlainFile) -> tuple[BackText, Sequence[bytes]]:
    found = [said for one in file.objects if (said := _INFORMATION.fullmatch(one.head.removesuffix(b"endobj\n")))]
    if len(found) != 1:
        raise Unreadable("not one back's words")
    issuance, face, url, codes = (part.decode("ascii") for part in found[0].groups())
    return BackText(issuance, face, url), [bytes.fromhex(code[1:-1]) for code in codes.split(" ")]
