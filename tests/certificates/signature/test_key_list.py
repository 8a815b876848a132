"""The list of keys for 2-D codes: the authority's word in one spelling."""

import json
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from functools import cache
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from certificates.signature.key_list import CodeKey, NoKeyList, code_key_id, read_key_list, sign_key_list
from tests.certificates.signature.documents import NOW, authority, rsa_key

YEAR = timedelta(days=365)


@cache
def public(name: str) -> ec.EllipticCurvePublicKey:
    return ec.generate_private_key(ec.SECP256R1()).public_key()


def key(name: str = "one", municipality: str = "992011") -> CodeKey:
    return CodeKey(municipality, public(name), NOW, NOW + YEAR)


def keys() -> list[CodeKey]:
    return [key("one"), key("two", "992020"), replace(key("three"), valid_from=NOW - YEAR)]


def made() -> bytes:
    return sign_key_list(keys(), authority().key, NOW)


def respelt(change: dict[str, object], row: dict[str, object] | None = None) -> bytes:
    """The list, changed and signed again by the authority itself: only the rules for its content are left to refuse it."""
    value = json.loads(made())
    value["list"].update(change)
    value["list"]["keys"][0].update(row or {})
    content = json.dumps(value["list"], separators=(",", ":")).encode()
    signature = authority().key.sign(b"konbini key list 1\n" + content, padding.PKCS1v15(), hashes.SHA256())
    value["signature"] = b64encode(signature).decode()
    return json.dumps(value, separators=(",", ":")).encode()


def refused(data: bytes) -> None:
    with pytest.raises(NoKeyList):
        read_key_list(data, authority().certificate)


def test_a_list_comes_back_as_it_was_signed() -> None:
    found = read_key_list(made(), authority().certificate)
    assert found.made_at == NOW
    assert found.keys == {one.id: one for one in keys()}
    assert respelt({}) == made()


def test_the_id_is_eight_bytes_of_the_keys_hash() -> None:
    spki = public("one").public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert code_key_id(public("one")) == key().id == sha256(spki).digest()[:8]


def test_the_same_keys_in_any_order_are_the_same_list() -> None:
    assert sign_key_list(list(reversed(keys())), authority().key, NOW) == made()


def test_a_key_is_found_by_its_id_while_it_signs() -> None:
    found = read_key_list(made(), authority().certificate)
    for at in (NOW, NOW + YEAR):
        assert found.key(key().id, at) == key()
    for at in (NOW - timedelta(seconds=1), NOW + YEAR + timedelta(seconds=1)):
        assert found.key(key().id, at) is None
    assert found.key(bytes(8), NOW) is None


def test_any_flipped_bit_is_refused() -> None:
    data = made()
    for at in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[at] ^= 1 << bit
            refused(bytes(changed))


def test_another_authoritys_list_is_refused() -> None:
    with pytest.raises(NoKeyList, match="not signed"):
        read_key_list(made(), authority("another").certificate)


def test_another_signature_of_the_same_key_is_no_list() -> None:
    value = json.loads(made())
    content = json.dumps(value["list"], separators=(",", ":")).encode()
    value["signature"] = b64encode(authority().key.sign(content, padding.PKCS1v15(), hashes.SHA256())).decode()
    refused(json.dumps(value, separators=(",", ":")).encode())


@pytest.mark.parametrize("spelling", ["blanks", "order", "line", "more", "version", "escape"])
def test_another_spelling_of_the_same_list_is_refused(spelling: str) -> None:
    value = json.loads(made())
    spelt = {
        "blanks": json.dumps(value).encode(),
        "order": json.dumps(dict(reversed(value.items())), separators=(",", ":")).encode(),
        "line": made() + b"\n",
        "more": json.dumps(value | {"more": 1}, separators=(",", ":")).encode(),
        "version": made().replace(b'"version":1', b'"version":2'),
        "escape": made().replace(b"992011", b"99201\\u0031", 1),
    }
    assert spelt[spelling] != made()
    refused(spelt[spelling])


@pytest.mark.parametrize(
    ("change", "row"),
    [
        ({"made_at": "2026-11-23T12:34:56"}, {}),
        ({}, {"municipality": "99201"}),
        ({}, {"municipality": "９９２０１１"}),
        ({}, {"id": "0" * 16}),
        ({}, {"valid_from": "2026-11-23T12:34:56"}),
        ({}, {"valid_until": "2026-11-23T12:34:56"}),
        ({}, {"valid_until": "2000-01-01T00:00:00+09:00"}),
        ({}, {"public_key": ""}),
        ({}, {"public_key": "AAAA"}),
        ({}, {"public_key": "not base64"}),
        ({}, {"more": 1}),
        ({"more": 1}, {}),
    ],
)
def test_a_list_with_one_thing_wrong_is_refused_though_its_authority_signed_it(change: dict[str, object], row: dict[str, object]) -> None:
    refused(respelt(change, row))


@pytest.mark.parametrize("curve", [ec.SECP384R1(), None])
def test_a_key_that_is_not_p_256_is_refused(curve: ec.EllipticCurve | None) -> None:
    other = ec.generate_private_key(curve).public_key() if curve else rsa_key("signer").public_key()
    spki = other.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    refused(respelt({}, {"public_key": b64encode(spki).decode(), "id": sha256(spki).digest()[:8].hex()}))


def test_a_key_twice_is_neither_signed_nor_read() -> None:
    with pytest.raises(ValueError, match="twice"):
        sign_key_list([key(), key(municipality="992020")], authority().key, NOW)
    rows = json.loads(made())["list"]["keys"]
    refused(respelt({"keys": [rows[0], rows[0]]}))


def test_what_could_not_be_read_is_not_signed() -> None:
    for wrong in (key(municipality="x"), replace(key(), valid_until=NOW - YEAR), replace(key(), valid_from=NOW.replace(tzinfo=None))):
        with pytest.raises(ValueError, match="key"):
            sign_key_list([wrong], authority().key, NOW)


def test_a_key_in_another_spelling_is_refused() -> None:
    first = read_key_list(made(), authority().certificate).keys[bytes.fromhex(json.loads(made())["list"]["keys"][0]["id"])]
    point = first.key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    spki = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200") + point
    assert load_der_public_key(spki) == first.key
    refused(respelt({}, {"public_key": b64encode(spki).decode()}))


def test_a_list_too_large_for_any_country_is_refused_before_it_is_read() -> None:
    with pytest.raises(NoKeyList, match="too large"):
        read_key_list(b" " * 2_000_001, authority().certificate)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"null", b"\xff"])
def test_what_is_no_list_is_refused(data: bytes) -> None:
    refused(data)
