"""What a receiver must have to check papers offline, in one file: the certificate of the documents' authority and the list of code keys that it signed.

The file itself proves nothing: whoever uses it must have it from somebody they believe. What is in it is held together by the authority's signature over the list.
"""

from base64 import b64decode, b64encode
from binascii import Error
from dataclasses import dataclass

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.signature.key_list import KeyList, NoKeyList, read_key_list

LARGEST_FILE = 4_000_000


class NoTrust(ValueError):
    """The bytes are no trust file, or its list is not the authority's. The message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Trust:
    """The believed authority, and its list of code keys."""

    authority: x509.Certificate
    keys: KeyList


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    authority: str  # PEM
    key_list: str  # base64 of the list's exact bytes, over which it is signed


def trust_file(authority: x509.Certificate, key_list: bytes) -> bytes:
    """The file for these two."""
    return msgspec.json.format(
        msgspec.json.encode(_File(authority.public_bytes(Encoding.PEM).decode("ascii"), b64encode(key_list).decode("ascii"))), indent=1
    )


def read_trust(data: bytes) -> Trust:
    """What is in a trust file. Raises `NoTrust`."""
    if len(data) > LARGEST_FILE:
        raise NoTrust("the file is too large")
    try:
        file = msgspec.json.decode(data, type=_File)
        authority = x509.load_pem_x509_certificate(file.authority.encode())
        return Trust(authority, read_key_list(b64decode(file.key_list, validate=True), authority))
    except NoKeyList as error:
        raise NoTrust(f"the key list: {error}") from None
    except (msgspec.DecodeError, Error, ValueError):
        raise NoTrust("not a trust file") from None
