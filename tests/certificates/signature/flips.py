"""Bits turned over, and whether the strict verifier notices."""

from certificates.signature.strict import Unsigned, verify
from tests.certificates.signature.documents import NOW, roots


def flipped(pdf: bytes, at: int, bit: int) -> bytes:
    """The file with one bit turned over."""
    changed = bytearray(pdf)
    changed[at] ^= 1 << bit
    return bytes(changed)


def accepted(pdf: bytes) -> bool:
    """Whether the strict verifier takes the file as signed."""
    try:
        verify(pdf, roots(), NOW)
    except Unsigned:
        return False
    return True
