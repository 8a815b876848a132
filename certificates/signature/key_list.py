"""The list of code-signing keys: whose P-256 key signs the 2-D code of a sheet, on the authority's word.

A 2-D code carries the 8-byte id of its key and no certificate, so whoever verifies one offline brings this list. One JSON value in one spelling: a list that reads the same but is
written otherwise is refused. Must never know codes or papers.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

KEY_ID_BYTES = 8
LARGEST_LIST = 2_000_000

_CONTEXT = b"konbini key list 1\n"
"""Stands before what is signed, so that this signature can be taken for no other of the same key."""

_PADDING = padding.PKCS1v15()
_HASH = hashes.SHA256()
_MUNICIPALITY = re.compile(r"[0-9]{6}")


class NoKeyList(ValueError):
    """The bytes are not a key list of this authority. The message names the rule."""


@dataclass(frozen=True, slots=True)
class CodeKey:
    """A municipality's (団体コード, six digits) key for 2-D codes, and from when until when (aware, whole seconds, both inclusive) it signs."""

    municipality: str
    key: ec.EllipticCurvePublicKey
    valid_from: datetime
    valid_until: datetime

    @property
    def id(self) -> bytes:
        """The 8 bytes a code names its key by."""
        return code_key_id(self.key)


@dataclass(frozen=True, slots=True)
class KeyList:
    """The keys by their ids, and when (aware) the authority made the list."""

    made_at: datetime
    keys: dict[bytes, CodeKey]

    def key(self, key_id: bytes, at: datetime) -> CodeKey | None:
        """The key of this id if it was signing at `at`, else None."""
        found = self.keys.get(key_id)
        return found if found is not None and found.valid_from <= at <= found.valid_until else None


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    municipality: str
    public_key: str
    valid_from: datetime
    valid_until: datetime


class _Keys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    made_at: datetime
    keys: list[_Row]


class _Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    list: _Keys
    signature: str


def code_key_id(key: ec.EllipticCurvePublicKey) -> bytes:
    """The first 8 bytes of SHA-256 over the key's SubjectPublicKeyInfo."""
    return sha256(_spki(key)).digest()[:KEY_ID_BYTES]


def sign_key_list(keys: Sequence[CodeKey], authority_key: rsa.RSAPrivateKey, now: datetime) -> bytes:
    """The list of `keys` as its authority signs it, in the order of municipality, beginning and id; same keys and `now` (aware), same bytes.

    ValueError for anything that `read_key_list` would refuse.
    """
    ordered = sorted(keys, key=lambda one: (one.municipality, one.valid_from, one.id))
    rows = [_Row(one.id.hex(), one.municipality, b64encode(_spki(one.key)).decode("ascii"), one.valid_from, one.valid_until) for one in ordered]
    content = _Keys(now, rows)
    _keys_of(content)
    signature = authority_key.sign(_CONTEXT + msgspec.json.encode(content), _PADDING, _HASH)
    return msgspec.json.encode(_Signed(1, content, b64encode(signature).decode("ascii")))


def read_key_list(data: bytes, authority: x509.Certificate) -> KeyList:
    """The list in `data` if `authority` signed it. Raises `NoKeyList`: any other byte, any other spelling, a key that is no P-256 key or not of its id, an id twice.

    Whether the authority's certificate is believed, and how old a list may be (`made_at`), is for the caller to say.
    """
    if len(data) > LARGEST_LIST:
        raise NoKeyList("too large")
    try:
        signed = msgspec.json.decode(data, type=_Signed)
        signature = b64decode(signed.signature, validate=True)
    except (msgspec.DecodeError, Error, ValueError):
        raise NoKeyList("not a key list") from None
    if signed.version != 1 or msgspec.json.encode(signed) != data or b64encode(signature).decode("ascii") != signed.signature:
        raise NoKeyList("not in the one spelling of a key list")
    key = authority.public_key()
    try:
        if not isinstance(key, rsa.RSAPublicKey):
            raise NoKeyList("not an authority that signs key lists")
        key.verify(signature, _CONTEXT + msgspec.json.encode(signed.list), _PADDING, _HASH)
    except InvalidSignature:
        raise NoKeyList("not signed by this authority") from None
    return _keys_of(signed.list)


def _keys_of(content: _Keys) -> KeyList:
    keys = [_key_of(row) for row in content.keys]
    by_id = {one.id: one for one in keys}
    if content.made_at.tzinfo is None or len(by_id) != len(keys):
        raise NoKeyList("a list without an aware time, or with a key twice")
    return KeyList(content.made_at, by_id)


def _key_of(row: _Row) -> CodeKey:
    if not _MUNICIPALITY.fullmatch(row.municipality) or row.valid_from.tzinfo is None or row.valid_until.tzinfo is None:
        raise NoKeyList("a key without its municipality and times")
    try:
        spki = b64decode(row.public_key, validate=True)
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm):
        raise NoKeyList("not a public key") from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1) or _spki(key) != spki:
        raise NoKeyList("not a P-256 key")
    if row.valid_from > row.valid_until or row.id != code_key_id(key).hex():
        raise NoKeyList("a key that ends before it begins, or under another's id")
    return CodeKey(row.municipality, key, row.valid_from, row.valid_until)


def _spki(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
