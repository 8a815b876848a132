"""What the kiosk says to a card: the JPKI client over APDUs.

Works with anything that has `transmit(apdu: bytes) -> bytes`: the emulated card, or a real one behind a PC/SC reader. It decides which APDUs to send and what the answer means.
It never keeps a PIN, and never tells one to anybody but the card.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from kiosk.card import CardUnreadable

__all__ = [
    "CardInField", "CardRemoved", "CardUnreadable", "Locked", "Slot", "Verified", "WrongPin",
    "read_certificate", "sign_digest", "tries_left", "verify_pin",
]  # fmt: skip

JPKI_APPLICATION = bytes.fromhex("D392F000260100000001")
CERTIFICATE, PIN, KEY = b"\x00\x0a", b"\x00\x18", b"\x00\x17"  # of the 利用者証明用 pair; the kiosk never touches the 署名用 one

SELECT_APPLICATION = bytes.fromhex("00A4040C")
SELECT_FILE = bytes.fromhex("00A4020C")
READ_BINARY = bytes.fromhex("00B0")
VERIFY = bytes.fromhex("00200080")
COMPUTE_DIGITAL_SIGNATURE = bytes.fromhex("802A0080")
GET_RESPONSE = bytes.fromhex("00C00000")
NAMES = {0xA4: "SELECT", 0xB0: "READ BINARY", 0x20: "VERIFY", 0x2A: "COMPUTE DIGITAL SIGNATURE"}

OK, BLOCKED, TRIES, MORE = 0x9000, 0x6984, 0x63C0, 0x61
LONG_SEQUENCE = b"\x30\x82"  # DER: a sequence whose length stands in two bytes, as every certificate's does
SHA256_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
SIGNATURE_LENGTH = 256
PIECE = 256
PIECES_MAX = 16


class CardInField(Protocol):
    """A card, as far as the kiosk is concerned."""

    def transmit(self, apdu: bytes) -> bytes:
        """Response data followed by SW1 SW2."""
        ...

    def reset(self) -> None:
        """Drop what was selected and verified."""
        ...


class CardRemoved(Exception):
    """The card is no longer in the reader."""


@dataclass(frozen=True, slots=True)
class Verified:
    """The PIN was right; the card may sign until it is reset or removed."""


@dataclass(frozen=True, slots=True)
class WrongPin:
    """The PIN was wrong; `tries_left` (1 or more) tries remain."""

    tries_left: int


@dataclass(frozen=True, slots=True)
class Locked:
    """The PIN is locked (three wrong in a row, now or earlier); only the municipality's counter can help."""


class Slot:
    """The reader's slot: empty, or with one card in it. Is itself a `CardInField`; everything asked of an empty slot raises `CardRemoved`."""

    def __init__(self) -> None:
        """An empty slot."""
        self._card: CardInField | None = None

    def insert(self, card: CardInField) -> None:
        """A card is set on the reader (and powered up: reset). Raises `ValueError` when there is one already."""
        if self._card is not None:
            raise ValueError("there is a card in the slot")
        card.reset()
        self._card = card

    def remove(self) -> None:
        """The card is taken away; what was shown to it is gone. Nothing happens when the slot is empty."""
        card, self._card = self._card, None
        if card is not None:
            card.reset()

    @property
    def occupied(self) -> bool:
        """A card is in the slot."""
        return self._card is not None

    def transmit(self, apdu: bytes) -> bytes:
        """The card's answer; raises `CardRemoved`."""
        return self._present().transmit(apdu)

    def reset(self) -> None:
        """Reset the card; raises `CardRemoved`."""
        self._present().reset()

    def _present(self) -> CardInField:
        if self._card is None:
            raise CardRemoved
        return self._card


def read_certificate(card: CardInField) -> bytes:
    """The 利用者証明用 certificate, DER, exact length. Selects the JPKI application. Raises `CardUnreadable`, `CardRemoved`."""
    _select_application(card)
    _select_file(card, CERTIFICATE)
    head = _read(card, 0, 4)
    if head[:2] != LONG_SEQUENCE:
        raise CardUnreadable("the certificate's file holds no certificate")
    length = 4 + int.from_bytes(head[2:], "big")
    found = bytearray()
    while len(found) < length:
        found += _read(card, len(found), min(PIECE, length - len(found)))
    return bytes(found)


def tries_left(card: CardInField) -> int:
    """How many tries the 利用者証明用 PIN has left, 0 when locked. Uses none. Raises `CardUnreadable`, `CardRemoved`."""
    _select_application(card)
    _select_file(card, PIN)
    status = _status(_ask(card, VERIFY))
    if status == BLOCKED:
        return 0
    if status & 0xFFF0 != TRIES:
        raise _unexpected("VERIFY", status)
    return status & 0xF


def verify_pin(card: CardInField, pin: str) -> Verified | WrongPin | Locked:
    """Show the 利用者証明用 PIN (4 digits; `ValueError` otherwise, and no try is used) to the card. Raises `CardUnreadable`, `CardRemoved`."""
    if not (len(pin) == 4 and pin.isascii() and pin.isdigit()):
        raise ValueError("the 利用者証明用 PIN is 4 digits")
    _select_application(card)
    _select_file(card, PIN)
    status = _status(_ask(card, VERIFY + bytes([len(pin)]) + pin.encode()))
    if status == OK:
        return Verified()
    if status in (BLOCKED, TRIES):
        return Locked()
    if status & 0xFFF0 != TRIES:
        raise _unexpected("VERIFY", status)
    return WrongPin(status & 0xF)


def sign_digest(card: CardInField, data: bytes) -> bytes:
    """The card's RSA signature (PKCS#1 v1.5, SHA-256, 256 bytes) over `data`, after `verify_pin` in the same session.

    Raises `CardUnreadable` (also when the PIN was not verified), `CardRemoved`.
    """
    _select_file(card, KEY)
    digest_info = SHA256_DIGEST_INFO + sha256(data).digest()
    signature = _demand(card, COMPUTE_DIGITAL_SIGNATURE + bytes([len(digest_info)]) + digest_info + b"\0")
    if len(signature) != SIGNATURE_LENGTH:
        raise CardUnreadable(f"the card signed with {len(signature)} bytes")
    return signature


def _select_application(card: CardInField) -> None:
    _demand(card, SELECT_APPLICATION + bytes([len(JPKI_APPLICATION)]) + JPKI_APPLICATION)


def _select_file(card: CardInField, file: bytes) -> None:
    _demand(card, SELECT_FILE + bytes([len(file)]) + file)


def _read(card: CardInField, offset: int, count: int) -> bytes:
    """Exactly `count` bytes (1 to 256); a card that gives fewer is asked no further."""
    part = _demand(card, READ_BINARY + offset.to_bytes(2, "big") + bytes([count % 256]))
    if len(part) != count:
        raise CardUnreadable("the certificate ends early")
    return part


def _demand(card: CardInField, apdu: bytes) -> bytes:
    """The answer's data; any status but success raises."""
    response = _ask(card, apdu)
    if _status(response) != OK:
        raise _unexpected(NAMES[apdu[1]], _status(response))
    return response[:-2]


def _ask(card: CardInField, apdu: bytes) -> bytes:
    """The whole answer, the pieces that a reader under T=0 leaves for GET RESPONSE included."""
    response, collected = card.transmit(apdu), b""
    for _ in range(PIECES_MAX):
        if len(response) < 2 or response[-2] != MORE:
            break
        collected += response[:-2]
        response = card.transmit(GET_RESPONSE + response[-1:])
    return collected + response


def _status(response: bytes) -> int:
    if len(response) < 2:
        raise CardUnreadable("an answer without a status")
    return int.from_bytes(response[-2:], "big")


def _unexpected(command: str, status: int) -> CardUnreadable:
    return CardUnreadable(f"{command} was answered with {status:04X}")
