"""A trust file: read back as it was written, and refused in one sentence whenever it is not held together by its own authority."""

import json
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from receiving.trust_file import LARGEST_FILE, NoTrust, read_trust, trust_file
from registers.population import MIHON
from tests.receiving.papers import keys


def test_what_was_written_is_read_back() -> None:
    trust = read_trust(trust_file(keys().authority.certificate, keys().key_list))
    assert trust.authority == keys().authority.certificate
    assert [key.municipality for key in trust.keys.keys.values()] == [MIHON.code]
    (found,) = trust.keys.keys.values()
    assert found.key.public_numbers() == keys().code_key.public_key().public_numbers()


def test_a_list_of_another_authority_is_not_believed() -> None:
    with pytest.raises(NoTrust, match="key list"):
        read_trust(trust_file(keys(1).authority.certificate, keys().key_list))


@pytest.mark.parametrize("at", [30, 200, -40])
def test_a_list_with_one_changed_byte_is_not_believed(at: int) -> None:
    changed = bytearray(keys().key_list)
    changed[at] ^= 1
    with pytest.raises(NoTrust):
        read_trust(trust_file(keys().authority.certificate, bytes(changed)))


def written(**changes: object) -> bytes:
    pem = keys().authority.certificate.public_bytes(Encoding.PEM).decode()
    return json.dumps({"authority": pem, "key_list": b64encode(keys().key_list).decode()} | changes).encode()


def test_a_file_written_by_hand_is_read_too() -> None:
    assert read_trust(written()).authority == keys().authority.certificate


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"{}", b"\xff\xfe", written(authority="no PEM"), written(key_list="no base64!"), written(key_list=""), written(more=1), written(authority=1)],
)  # fmt: skip
def test_what_is_no_trust_file_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(NoTrust) as refused:
        read_trust(data)
    assert str(refused.value) and "Traceback" not in str(refused.value)


def test_a_file_of_any_size_is_not_parsed() -> None:
    with pytest.raises(NoTrust, match="too large"):
        read_trust(b" " * (LARGEST_FILE + 1))
