"""DER by hand, held against a library."""

import pytest
from asn1crypto import core

from certificates.signature.der import NotDer, content_of, object_identifier, octets, sequence, set_of


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65535, 65536])
def test_lengths_are_written_in_the_shortest_form_and_found_again(size: int) -> None:
    content = b"\x55" * size
    der = octets(content)
    assert der == core.OctetString(content).dump()
    start, end = content_of(b"!" + der + b"!", 1, 0x04)
    assert (b"!" + der)[start:end] == content


@pytest.mark.parametrize("dotted", ["1.2.840.113549.1.9.16.2.47", "2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.7.1"])
def test_an_object_identifier_is_the_librarys(dotted: str) -> None:
    assert object_identifier(dotted) == core.ObjectIdentifier(dotted).dump()


def test_a_set_is_in_the_order_of_its_bytes() -> None:
    assert set_of(octets(b"b"), octets(b"aa"), octets(b"a")) == b"\x31\x0a" + octets(b"a") + octets(b"b") + octets(b"aa")


@pytest.mark.parametrize("der", [b"", b"\x30", b"\x30\x01", b"\x31\x00", b"\x30\x82\x01", sequence(octets(b"x" * 200))[:-1]])
def test_what_is_no_whole_element_is_not_one(der: bytes) -> None:
    with pytest.raises(NotDer):
        content_of(der, 0, 0x30)
