"""The fingerprint: equal for what is printed alike, different for everything else."""

import hashlib
import hmac

import pytest

from certificates.fingerprint import fingerprint

KEY = bytes(range(32))
NAME, BIRTH = "見本　花子", "昭和６３年５月６日"


def test_the_same_name_and_birth_date_give_the_same_fingerprint() -> None:
    assert fingerprint(KEY, NAME, BIRTH) == fingerprint(KEY, NAME, BIRTH)


def test_it_is_an_hmac_sha256_over_labelled_parts_with_their_lengths() -> None:
    name, birth = NAME.encode(), BIRTH.encode()
    said = b"konbini fingerprint 1" + len(name).to_bytes(4, "big") + name + len(birth).to_bytes(4, "big") + birth
    assert fingerprint(KEY, NAME, BIRTH) == hmac.digest(KEY, said, hashlib.sha256).hex()


@pytest.mark.parametrize(
    ("name", "birth"),
    [
        ("見本　花江", BIRTH),
        (NAME, "昭和６３年５月７日"),
        ("見本 花子", BIRTH),
        (NAME + "昭", BIRTH.removeprefix("昭")),
        (NAME + BIRTH, ""),
        ("", NAME + BIRTH),
        (BIRTH, NAME),
    ],
    ids=["another name", "another day", "another space", "moved boundary", "all in the name", "all in the date", "swapped"],
)
def test_any_other_text_gives_another(name: str, birth: str) -> None:
    assert fingerprint(KEY, name, birth) != fingerprint(KEY, NAME, BIRTH)


@pytest.mark.parametrize(("one", "other"), [("辻󠄀", "辻󠄁"), ("辻󠄀", "辻"), ("山﨑", "山崎"), ("髙", "高"), ("𠮷", "吉")])
def test_variants_of_a_character_are_different_people(one: str, other: str) -> None:
    assert fingerprint(KEY, one, BIRTH) != fingerprint(KEY, other, BIRTH)


def test_another_visit_cannot_compare() -> None:
    assert fingerprint(KEY[::-1], NAME, BIRTH) != fingerprint(KEY, NAME, BIRTH)


@pytest.mark.parametrize("key", [b"", KEY[:31], KEY + b"\0"])
def test_a_key_of_another_length_is_refused(key: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        fingerprint(key, NAME, BIRTH)
