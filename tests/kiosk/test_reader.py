"""What the kiosk makes of a card's answers."""

import gc
from pathlib import Path
from types import ModuleType

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

import kiosk.reader
from kiosk.card import load_card
from kiosk.reader import CardRemoved, CardUnreadable, Locked, Slot, Verified, WrongPin, read_certificate, sign_digest, tries_left, verify_pin
from tests.kiosk.specimen_card import PIN, der, key, make_card


@pytest.fixture
def slot(tmp_path: Path) -> Slot:
    slot = Slot()
    slot.insert(load_card(make_card(tmp_path)))
    return slot


class Scripted:
    """A card that answers from a list, and remembers what it was asked."""

    def __init__(self, *answers: str) -> None:
        self.answers = [bytes.fromhex(answer) for answer in answers]
        self.asked: list[bytes] = []

    def transmit(self, apdu: bytes) -> bytes:
        self.asked.append(apdu)
        return self.answers.pop(0)

    def reset(self) -> None:
        pass


def test_the_certificate_is_read_to_the_byte(slot: Slot) -> None:
    assert read_certificate(slot) == der("authentication")


def test_a_whole_session(slot: Slot) -> None:
    assert tries_left(slot) == 3
    assert verify_pin(slot, PIN) == Verified()
    signature = sign_digest(slot, b"challenge")
    key("authentication").public_key().verify(signature, b"challenge", PKCS1v15(), SHA256())


def test_wrong_pins_say_how_many_tries_are_left(slot: Slot) -> None:
    assert [verify_pin(slot, "0000") for _ in range(4)] == [WrongPin(2), WrongPin(1), Locked(), Locked()]
    assert verify_pin(slot, PIN) == Locked()
    assert tries_left(slot) == 0


@pytest.mark.parametrize("pin", ["", "123", "12345", "abcd", "１２３４"])
def test_what_is_no_pin_is_not_sent(slot: Slot, pin: str) -> None:
    with pytest.raises(ValueError, match="4 digits") as failed:
        verify_pin(slot, pin)
    assert not pin or pin not in str(failed.value)
    assert tries_left(slot) == 3


def test_a_signature_needs_the_pin_of_this_session(slot: Slot, tmp_path: Path) -> None:
    with pytest.raises(CardUnreadable):
        sign_digest(slot, b"challenge")
    assert verify_pin(slot, PIN) == Verified()
    slot.reset()
    with pytest.raises(CardUnreadable):
        sign_digest(slot, b"challenge")


def test_an_empty_slot_has_no_card(slot: Slot) -> None:
    slot.remove()
    slot.remove()
    assert not slot.occupied
    with pytest.raises(CardRemoved):
        read_certificate(slot)
    with pytest.raises(CardRemoved):
        slot.reset()


def test_a_card_taken_away_keeps_no_rights(tmp_path: Path) -> None:
    slot, card = Slot(), load_card(make_card(tmp_path))
    slot.insert(card)
    assert verify_pin(slot, PIN) == Verified()
    slot.remove()
    with pytest.raises(CardUnreadable):
        sign_digest(card, b"challenge")


def test_a_card_brings_no_rights_along(tmp_path: Path) -> None:
    slot, card = Slot(), load_card(make_card(tmp_path))
    assert verify_pin(card, PIN) == Verified()
    slot.insert(card)
    with pytest.raises(CardUnreadable):
        sign_digest(slot, b"challenge")


def test_there_is_room_for_one_card(slot: Slot, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="slot"):
        slot.insert(load_card(make_card(tmp_path, "other.json")))


def test_a_reader_that_leaves_the_answer_for_get_response(tmp_path: Path) -> None:
    card = Scripted("9000", "61FF", "AA" * 255 + "6101", "BB9000")
    assert sign_digest(card, b"x") == b"\xaa" * 255 + b"\xbb"
    assert [apdu.hex() for apdu in card.asked[2:]] == ["00c00000ff", "00c0000001"]


@pytest.mark.parametrize(
    "answers",
    [
        ["6A82"],  # not a My Number card
        ["6E00"],
        [""],
        ["90"],
        ["9000", "6A82"],
        ["9000", "9000", "308200109000", "6B00"],
        ["9000", "9000", "FFFFFFFF9000"],
        ["9000", "9000", "30829000"],
        ["9000", "9000", "3082FFFF9000", "AA9000"],
        ["9000", "9000", "6982"],
        ["9000", "9000", *["6100"] * 40],
    ],
)
def test_what_is_not_a_card_of_this_kind_is_unreadable(answers: list[str]) -> None:
    with pytest.raises(CardUnreadable):
        read_certificate(Scripted(*answers))


def test_strange_answers_to_a_pin_are_no_verdict() -> None:
    with pytest.raises(CardUnreadable):
        verify_pin(Scripted("9000", "9000", "6581"), PIN)
    with pytest.raises(CardUnreadable):
        tries_left(Scripted("9000", "9000", "9000"))
    with pytest.raises(CardUnreadable):
        sign_digest(Scripted("9000", "AABB9000"), b"x")
    assert tries_left(Scripted("9000", "9000", "6984")) == 0


def reachable(*roots: object) -> list[object]:
    seen, waiting = {}, list(roots)
    while waiting:
        thing = waiting.pop()
        if id(thing) not in seen and not isinstance(thing, ModuleType | type):
            seen[id(thing)] = thing
            waiting += gc.get_referents(thing)
    return list(seen.values())


def test_neither_kiosk_nor_card_keeps_the_pin(slot: Slot) -> None:
    pin = "".join(["5", "9", "3", "7"])
    verify_pin(slot, pin)
    held = reachable(slot, *vars(kiosk.reader).values())
    assert any(thing == kiosk.reader.VERIFY for thing in held)  # the walk sees bytes
    assert not [thing for thing in held if isinstance(thing, bytes | str) and len(thing) < 300 and ("5937" in str(thing))]
