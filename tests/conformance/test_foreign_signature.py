"""The signature of a file that somebody else's program signed."""

from datetime import timedelta
from pathlib import Path

import pytest

from conformance.chance import Chance
from conformance.examples import AT, MUNICIPALITY, OTHER
from conformance.foreign_signature import signature_problem
from simulation.key_ring import rsa_ring
from tests.conformance.foreign_papers import AUTHORITY, SINCE, drawn, signed, sound
from trust.document_signers import signing_authority


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("signed")


@pytest.fixture(scope="module")
def good(folder: Path) -> bytes:
    return signed(folder, drawn(sound()))


def problem(face: bytes, municipality: str = MUNICIPALITY) -> str | None:
    return signature_problem(face, municipality, AUTHORITY.certificate, AT)


def test_a_good_one_has_no_problem(good: bytes) -> None:
    assert problem(good) is None


def test_each_rule_that_is_broken_is_named(good: bytes, folder: Path) -> None:
    assert problem(drawn(sound())) == "not exactly one signature"
    assert problem(good + b"\n% more") == "not over the whole file"
    assert problem(good.replace(b"%PDF-1.4", b"%PDF-1.5", 1).replace(b"%PDF-1.3", b"%PDF-1.5", 1)) == "not over these bytes"
    assert problem(good, OTHER) == "no certificate of this municipality"
    assert problem(signed(folder, drawn(sound()), OTHER)) == "no certificate of this municipality"
    assert problem(good + good) == "not exactly one signature"


def test_a_certificate_below_another_authority_or_of_another_time_is_not_believed(good: bytes) -> None:
    other = signing_authority(rsa_ring()[2], SINCE, lambda n: bytes(range(1, n + 1)))
    assert signature_problem(good, MUNICIPALITY, other.certificate, AT) is not None
    for at in (AT - timedelta(days=2), AT + timedelta(days=10)):
        assert signature_problem(good, MUNICIPALITY, AUTHORITY.certificate, at) == "a certificate that is not valid now"


def test_a_changed_byte_is_a_problem_wherever_the_file_is_covered_and_never_an_error(good: bytes) -> None:
    begin = good.rindex(b"/Contents <") + len(b"/Contents <")
    end = good.index(b">", begin)
    chance = Chance(7)
    for _ in range(150):
        at = int(chance.random() * len(good))
        changed = good[:at] + bytes([good[at] ^ (1 + int(chance.random() * 255))]) + good[at + 1 :]
        assert begin <= at < end or problem(changed) is not None, at
    for _ in range(150):
        at = begin + int(chance.random() * 3000)
        problem(good[:at] + b"0123456789abcdef"[chance.randbytes(1)[0] % 16 :][:1] + good[at + 1 :])


def test_a_container_of_anything_else_is_no_signature(good: bytes) -> None:
    begin = good.rindex(b"/Contents <") + len(b"/Contents <")
    end = good.index(b">", begin)
    for inside in (b"", b"00", b"30820000", b"3080", b"ff" * 40, b"3084ffffffff", b"30020500", b"zz"):
        assert problem(good[:begin] + inside.ljust(end - begin, b"0") + good[end:]) is not None, inside
