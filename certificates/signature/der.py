"""The few DER forms (ITU-T X.690) of a CMS signature: written whole, and read back element by element.

The reader only finds where things stand. Whoever reads a signature with it must afterwards write the same value again and compare, as `strict` does: two spellings of one value are
then one too many.
"""


class NotDer(ValueError):
    """The bytes do not hold an element here."""


def tlv(tag: int, *contents: bytes) -> bytes:
    """One element: tag, length in the shortest form, contents joined."""
    body = b"".join(contents)
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def sequence(*contents: bytes) -> bytes:
    """SEQUENCE of elements that are already DER."""
    return tlv(0x30, *contents)


def set_of(*contents: bytes) -> bytes:
    """SET OF elements that are already DER, put into the order of their bytes (X.690 11.6)."""
    return tlv(0x31, *sorted(contents))


def explicit(number: int, *contents: bytes) -> bytes:
    """A constructed context tag [number]; also an IMPLICIT one of something constructed."""
    return tlv(0xA0 | number, *contents)


def octets(content: bytes) -> bytes:
    """OCTET STRING."""
    return tlv(0x04, content)


def object_identifier(dotted: str) -> bytes:
    """OBJECT IDENTIFIER, written as in `1.2.840.113549.1.7.1`."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return tlv(0x06, *(_base128(arc) for arc in (40 * first + second, *rest)))


def _base128(value: int) -> bytes:
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.append(0x80 | value & 0x7F)
    return bytes(reversed(groups))


def content_of(der: bytes, at: int, tag: int) -> tuple[int, int]:
    """Where the content of the element at `at` begins and ends; `NotDer` unless it has this `tag` and lies within `der`."""
    if at + 2 > len(der) or der[at] != tag:
        raise NotDer("another element than expected")
    size, start = der[at + 1], at + 2
    if size >= 0x80:
        start += size & 0x7F
        size = int.from_bytes(der[at + 2 : start], "big")
    if size > len(der) - start:
        raise NotDer("an element without end")
    return start, start + size
