"""The few DER forms (ITU-T X.690) written by hand.

The library writes certificates and requests; an OCSP answer it stamps with the machine's own clock, which an answer given at `now` must not carry. Writes only; reading is the library's.
"""

from datetime import UTC, datetime

from cryptography.x509.oid import ObjectIdentifier

NULL = b"\x05\x00"


def tlv(tag: int, *contents: bytes) -> bytes:
    """One element: tag, length in the shortest form, contents joined."""
    body = b"".join(contents)
    size = len(body)
    if size < 128:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def sequence(*contents: bytes) -> bytes:
    """SEQUENCE of elements that are already DER."""
    return tlv(0x30, *contents)


def explicit(number: int, *contents: bytes) -> bytes:
    """A constructed context tag [number] around elements that are already DER."""
    return tlv(0xA0 | number, *contents)


def octets(content: bytes) -> bytes:
    """OCTET STRING."""
    return tlv(0x04, content)


def bits(content: bytes) -> bytes:
    """BIT STRING of whole bytes."""
    return tlv(0x03, b"\x00", content)


def integer(value: int) -> bytes:
    """INTEGER, not negative."""
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def enumerated(value: int) -> bytes:
    """ENUMERATED, 0 to 127."""
    return tlv(0x0A, bytes((value,)))


def utf8_string(text: str) -> bytes:
    """UTF8String."""
    return tlv(0x0C, text.encode())


def instant(moment: datetime) -> bytes:
    """GeneralizedTime in UTC, whole seconds (RFC 5280 4.1.2.5.2)."""
    return tlv(0x18, moment.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode("ascii"))


def object_identifier(oid: ObjectIdentifier) -> bytes:
    """OBJECT IDENTIFIER."""
    first, second, *rest = (int(arc) for arc in oid.dotted_string.split("."))
    return tlv(0x06, *(_base128(arc) for arc in (40 * first + second, *rest)))


def _base128(value: int) -> bytes:
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.append(0x80 | value & 0x7F)
    return bytes(reversed(groups))
