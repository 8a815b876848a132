"""What the kiosk says to a card: the JPKI client over APDUs.

Works with anything that has `transmit(apdu: bytes) -> bytes`: the emulated card, or a real one behind a PC/SC reader. It decides which APDUs to send and what the answer means.
It never keeps a PIN, and never tells one to anybody but the card.
"""

from dataclasses import dataclass
from typing import Protocol

from kiosk.card import CardUnreadable

__all__ = [
    "CardInField", "CardRemoved", "CardUnreadable", "Locked", "Slot", "Verified", "WrongPin",
    "read_certificate", "sign_digest", "tries_left", "verify_pin",
]  # fmt: skip


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
    """The reader's slot: empty, or with one card in it. Is itself a `CardInField`; `transmit` raises `CardRemoved` when it is empty."""

    def insert(self, card: CardInField) -> None:
        """A card is set on the reader (and powered up: reset). Raises `ValueError` when there is one already."""
        raise NotImplementedError

    def remove(self) -> None:
        """The card is taken away; what it had verified is gone. Nothing happens when the slot is empty."""
        raise NotImplementedError

    @property
    def occupied(self) -> bool:
        """A card is in the slot."""
        raise NotImplementedError

    def transmit(self, apdu: bytes) -> bytes:
        """The card's answer; raises `CardRemoved`."""
        raise NotImplementedError

    def reset(self) -> None:
        """Reset the card; raises `CardRemoved`."""
        raise NotImplementedError


def read_certificate(card: CardInField) -> bytes:
    """The 利用者証明用 certificate, DER, exact length. Selects the JPKI application. Raises `CardUnreadable`, `CardRemoved`."""
    raise NotImplementedError


def tries_left(card: CardInField) -> int:
    """How many tries the 利用者証明用 PIN has left, 0 when locked. Uses none. Raises `CardUnreadable`, `CardRemoved`."""
    raise NotImplementedError


def verify_pin(card: CardInField, pin: str) -> Verified | WrongPin | Locked:
    """Show the 利用者証明用 PIN (4 digits; `ValueError` otherwise, and no try is used) to the card. Raises `CardUnreadable`, `CardRemoved`."""
    raise NotImplementedError


def sign_digest(card: CardInField, data: bytes) -> bytes:
    """The card's RSA signature (PKCS#1 v1.5, SHA-256, 256 bytes) over `data`, after `verify_pin` in the same session.

    Raises `CardUnreadable` (also when the PIN was not verified), `CardRemoved`.
    """
    raise NotImplementedError
