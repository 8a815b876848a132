"""The card file: what a municipality writes into a chip before it hands the card over.

JSON with both key pairs, their certificates and their authorities' certificates, and both PINs as salted scrypt. No hash protects four digits from whoever holds the file; like the
inside of a chip, the file is the secret (mode 0600), and the hash only keeps PINs out of sight. Hence its small cost (half a millisecond). Every card says 見本 on its face.
Nothing is forced to the disk here: a card lost to a power cut while a town is prepared is made again.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import scrypt
from pathlib import Path
from typing import Annotated

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from kiosk.card import tries

FORMAT = "見本-card-1"
SPECIMEN = "見本"
KEY_BITS = 2048
CERTIFICATE_MAX = 8192  # bytes; far above any JPKI certificate, and within a 15-bit offset


class CardUnreadable(Exception):
    """This is not a card, or it is damaged; `str()` says how, without repeating what was read."""


class StoredPin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A PIN as the chip keeps it."""

    salt: Annotated[bytes, msgspec.Meta(min_length=16)]
    hash: Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]

    def matches(self, shown: bytes) -> bool:
        """Whether `shown` is the PIN, in a time that does not depend on how much of it is right."""
        return hmac.compare_digest(_hash(shown, self.salt), self.hash)


class StoredPair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the card's two key pairs, everything in DER."""

    key: bytes
    certificate: bytes
    ca: bytes
    pin: StoredPin


class _CardFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: str
    label: str
    authentication: StoredPair
    signature: StoredPair


@dataclass(frozen=True, slots=True)
class Pair:
    """A key pair ready for use."""

    key: rsa.RSAPrivateKey
    certificate: bytes
    ca: bytes
    pin: StoredPin


@dataclass(frozen=True, slots=True)
class Personalisation:
    """What is written into one chip. `tries_path` is the file of its retry counters."""

    label: str
    authentication: Pair
    signature: Pair
    tries_path: Path


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
    """Write a card to `path`, and its retry counters to `path` + `.tries`; a card that was there is replaced, counters too.

    Keys are RSA-2048, as objects or unencrypted DER; certificates are objects or DER. `pin` is 4 digits, `signature_password` 6 to 16 ASCII letters and digits. `label` is given 見本 if
    it lacks it. `token` salts the stored PINs. Raises `ValueError` for a PIN, key or certificate of another form, and for a key that is not its certificate's.
    """
    if not (len(pin) == 4 and pin.isascii() and pin.isdigit()):
        raise ValueError("the 利用者証明用 PIN is 4 digits")
    if not (6 <= len(signature_password) <= 16 and signature_password.isascii() and signature_password.isalnum()):
        raise ValueError("the 署名用 password is 6 to 16 letters and digits")
    card = _CardFile(
        FORMAT,
        label if SPECIMEN in label else f"{SPECIMEN} {label}",
        _stored(authentication_key, authentication_certificate, authentication_ca, pin, token),
        _stored(signature_key, signature_certificate, signature_ca, signature_password, token),
    )
    _replace(_tries_path(path), tries.fresh())
    _replace(path, msgspec.json.format(msgspec.json.encode(card), indent=1))


def read(path: Path) -> Personalisation:
    """The chip's content in the file at `path`, its retry counters present; raises `CardUnreadable`."""
    try:
        card = msgspec.json.decode(path.read_bytes(), type=_CardFile)
    except OSError as error:
        raise CardUnreadable(f"the card file cannot be read ({type(error).__name__})") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # a ValidationError is a DecodeError
        raise CardUnreadable("the file is not a card") from None
    if card.format != FORMAT or SPECIMEN not in card.label:
        raise CardUnreadable("the file is not a card of this emulator")
    _demand_counters(_tries_path(path))
    return Personalisation(card.label, _pair(card.authentication), _pair(card.signature), _tries_path(path))


def _tries_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.tries")


def _demand_counters(path: Path) -> None:
    try:
        with tries.locked(path):
            pass
    except (OSError, tries.CountersDamaged) as error:
        raise CardUnreadable(f"the card's retry counters cannot be read ({type(error).__name__})") from None


def _stored(
    key: rsa.RSAPrivateKey | bytes, certificate: x509.Certificate | bytes, ca: x509.Certificate | bytes, pin: str, token: Callable[[int], bytes]
) -> StoredPair:
    salt = token(16)
    pair = StoredPair(_key_der(key), _certificate_der(certificate), _certificate_der(ca), StoredPin(salt, _hash(pin.encode(), salt)))
    _pair(pair, ValueError)
    return pair


def _key_der(key: rsa.RSAPrivateKey | bytes) -> bytes:
    if isinstance(key, bytes):
        return key
    return key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _certificate_der(certificate: x509.Certificate | bytes) -> bytes:
    return certificate if isinstance(certificate, bytes) else certificate.public_bytes(serialization.Encoding.DER)


def _pair(stored: StoredPair, failure: type[Exception] = CardUnreadable) -> Pair:
    try:
        # The full check of an RSA key takes 30 ms; that the public halves agree is checked below.
        key = serialization.load_der_private_key(stored.key, None, unsafe_skip_rsa_key_validation=True)
        public = x509.load_der_x509_certificate(stored.certificate).public_key()
        x509.load_der_x509_certificate(stored.ca)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise failure("a key or certificate is damaged") from None
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size != KEY_BITS or max(len(stored.certificate), len(stored.ca)) > CERTIFICATE_MAX:
        raise failure("a key or certificate is of another form")
    if key.public_key() != public:
        raise failure("a key is not its certificate's")
    return Pair(key, stored.certificate, stored.ca, stored.pin)


def _hash(pin: bytes, salt: bytes) -> bytes:
    return scrypt(pin, salt=salt, n=256, r=8, p=1, dklen=32)


def _replace(path: Path, content: bytes) -> None:
    fresh = path.with_name(f"{path.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_bytes(content)
    fresh.replace(path)
