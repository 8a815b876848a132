"""The card file."""

from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from kiosk.card.chip import Card


class CardUnreadable(Exception):
    """This is not a card, or it is damaged; `str()` says how, without repeating what was read."""


def load_card(path: Path, on_point: Callable[[str], None] | None = None) -> Card:
    """The card in the file at `path`; raises `CardUnreadable`."""
    raise NotImplementedError


def personalise(
    path: Path,
    *,
    authentication_key: rsa.RSAPrivateKey | bytes,
    authentication_certificate: x509.Certificate | bytes,
    authentication_ca: x509.Certificate | bytes,
    signature_key: rsa.RSAPrivateKey | bytes,
    signature_certificate: x509.Certificate | bytes,
    signature_ca: x509.Certificate | bytes,
    pin: str,
    signature_password: str,
    label: str,
    token: Callable[[int], bytes],
) -> None:
    """Write a card to `path` (and its retry counters to `path` + `.tries`). Keys are RSA-2048, as objects or PKCS#8 DER; certificates as objects or DER.

    `pin` is 4 digits, `signature_password` 6-16 letters and digits (`ValueError` otherwise). `label` is given 見本 if it lacks it. `token` salts the stored PINs.
    """
    raise NotImplementedError
