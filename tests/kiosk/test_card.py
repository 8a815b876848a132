"""The card, APDU by APDU, as a program that knows only real cards would talk to it."""

import json
import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.card import Card, CardUnreadable, load_card, personalise
from kiosk.card.personalisation import StoredPin
from tests.kiosk.crashes import killed_at
from tests.kiosk.specimen_card import PASSWORD, PIN, certificate, der, key, make_card

OK = bytes.fromhex("9000")
SELECT_APPLICATION = bytes.fromhex("00A4040C0AD392F000260100000001")
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420") + sha256(b"challenge").digest()
SIGN = bytes.fromhex("802A008033") + DIGEST_INFO + b"\0"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make_card(tmp_path)


@pytest.fixture
def card(path: Path) -> Card:
    card = load_card(path)
    assert card.transmit(SELECT_APPLICATION) == OK
    return card


def select(card: Card, file: int) -> bytes:
    return card.transmit(bytes.fromhex("00A4020C02") + file.to_bytes(2, "big"))


def verify(card: Card, pin: str, file: int = 0x0018) -> str:
    assert select(card, file) == OK
    return card.transmit(bytes.fromhex("00200080") + bytes([len(pin)]) + pin.encode()).hex()


def tries(card: Card, file: int = 0x0018) -> str:
    assert select(card, file) == OK
    return card.transmit(bytes.fromhex("00200080")).hex()


def read(card: Card, apdu: str) -> tuple[bytes, str]:
    response = card.transmit(bytes.fromhex(apdu))
    return response[:-2], response[-2:].hex()


def test_the_atr_is_that_of_a_common_card(card: Card) -> None:
    assert card.atr.hex() == "3be000ff8131fe4514"


@pytest.mark.parametrize(
    ("apdu", "status"),
    [
        ("00A4040C0AD392F000260100000002", "6a82"),  # another application
        ("00A4020C02000C", "6a82"),  # no such file
        ("00A4020C01000A", "6700"),
        ("00A4040C00", "6a82"),
        ("00A4000C023F00", "6a86"),
        ("00A4020002000A", "6a86"),
        ("00A4", "6700"),
        ("", "6700"),
        ("00A4020C05000A", "6700"),  # Lc promises more than there is
        ("00D6000001AA", "6d00"),
        ("802A0080", "6986"),
        ("002A0080", "6e00"),
        ("80A4020C02000A", "6e00"),
        ("FFCA000000", "6e00"),  # what PC/SC readers ask for a serial number
        ("00C0000000", "6985"),  # nothing to be handed out
        ("00200080", "6986"),
        ("00200081", "6a86"),
        ("00B0000000", "6986"),
        ("10A4020C02000A", "6884"),
    ],
)
def test_what_a_card_does_not_do_has_its_status_word(card: Card, apdu: str, status: str) -> None:
    assert card.transmit(bytes.fromhex(apdu)).hex() == status


def test_before_the_application_is_selected_there_are_no_files(path: Path) -> None:
    assert select(load_card(path), 0x000A).hex() == "6a82"


def test_a_failed_selection_leaves_the_current_file(card: Card) -> None:
    select(card, 0x000A)
    assert select(card, 0x0FFF).hex() == "6a82"
    assert read(card, "00B0000004") == (der("authentication")[:4], "9000")


def test_each_file_of_the_application_is_where_clients_look_for_it(card: Card) -> None:
    for file, which in ((0x000A, "authentication"), (0x000B, "authentication ca"), (0x0002, "signature ca")):
        assert select(card, file) == OK
        content, status = read(card, "00B00000000000")
        assert status == "9000"
        assert content.startswith(der(which))
        assert set(content[len(der(which)) :]) == {0}  # padded beyond the DER
    select(card, 0x0006)
    assert read(card, "00B0000020") == (b"JPKIAPICCTOKEN2".ljust(32), "9000")


def test_a_certificate_is_read_in_short_pieces_after_its_header(card: Card) -> None:
    """The way the common open-source client reads: 4 bytes of header, then pieces of 256."""
    select(card, 0x000A)
    head, _ = read(card, "00B0000004")
    length = int.from_bytes(head[2:], "big") + 4
    found = b""
    while len(found) < length:
        piece, status = read(card, f"00B0{len(found):04X}{min(256, length - len(found)) % 256:02X}")
        assert status == "9000"
        found += piece
    assert found == der("authentication")


def test_a_certificate_is_read_with_one_extended_length(card: Card) -> None:
    select(card, 0x000A)
    length = len(der("authentication"))
    assert read(card, f"00B0000000{length:04X}") == (der("authentication"), "9000")


def test_reading_at_and_past_the_end(card: Card) -> None:
    select(card, 0x000A)
    assert read(card, "00B007F010") == (bytes(16), "9000")
    assert read(card, "00B007F011") == (bytes(16), "6282")
    assert read(card, "00B007F000") == (bytes(16), "9000")  # "whatever there is" is no demand
    assert read(card, "00B0080001") == (b"", "6b00")
    assert read(card, "00B00000") == (b"", "6700")


def test_a_short_file_identifier_selects_and_reads(card: Card) -> None:
    assert read(card, "00B08A0104") == (der("authentication")[1:5], "9000")
    assert read(card, "00B0000004") == (der("authentication")[:4], "9000")
    assert read(card, "00B0850004") == (b"", "6a82")
    assert read(card, "00B0CA0004") == (b"", "6a86")


@pytest.mark.parametrize("file", [0x0017, 0x0018, 0x001A, 0x001B])
def test_keys_and_pins_cannot_be_read(card: Card, file: int) -> None:
    assert verify(card, PIN) == "9000"
    assert verify(card, PASSWORD, 0x001B) == "9000"
    select(card, file)
    assert read(card, "00B0000000") == (b"", "6981")


def test_the_signature_certificate_is_readable_only_after_its_password(card: Card) -> None:
    assert verify(card, PIN) == "9000"
    select(card, 0x0001)
    assert read(card, "00B0000004") == (b"", "6982")
    assert verify(card, PASSWORD, 0x001B) == "9000"
    select(card, 0x0001)
    assert read(card, "00B0000004") == (der("signature")[:4], "9000")


@pytest.mark.parametrize(("which", "file", "pin", "pin_file"), [("authentication", 0x0017, PIN, 0x0018), ("signature", 0x001A, PASSWORD, 0x001B)])
def test_each_key_signs_after_its_own_pin_only(card: Card, which: str, file: int, pin: str, pin_file: int) -> None:
    other_pin, other_file = (PASSWORD, 0x001B) if pin == PIN else (PIN, 0x0018)
    assert verify(card, other_pin, other_file) == "9000"
    select(card, file)
    assert card.transmit(SIGN).hex() == "6982"
    assert verify(card, pin, pin_file) == "9000"
    select(card, file)
    response = card.transmit(SIGN)
    assert response[-2:] == OK
    key(which).public_key().verify(response[:-2], b"challenge", PKCS1v15(), SHA256())


def signing(card: Card) -> Card:
    assert verify(card, PIN) == "9000"
    select(card, 0x0017)
    return card


def test_the_card_pads_whatever_it_is_given(card: Card) -> None:
    """PKCS#1 v1.5 type 1 over the bytes as they come: the raw private operation undone by hand."""
    for data in (b"\x30", b"any bytes", bytes(245)):
        signature = signing(card).transmit(bytes.fromhex("802A0080") + bytes([len(data)]) + data + b"\0")[:-2]
        numbers = key("authentication").public_key().public_numbers()
        block = pow(int.from_bytes(signature, "big"), numbers.e, numbers.n).to_bytes(256, "big")
        assert block == b"\x00\x01" + b"\xff" * (253 - len(data)) + b"\x00" + data


def test_a_digest_info_too_long_for_the_key_is_refused(card: Card) -> None:
    assert signing(card).transmit(bytes.fromhex("802A0080F6") + bytes(246) + b"\0").hex() == "6700"
    assert card.transmit(bytes.fromhex("802A008000")).hex() == "6700"
    assert card.transmit(bytes.fromhex("802A0080000400") + bytes(1024) + b"\0\0").hex() == "6700"


def test_a_signature_is_computed_only_by_a_key(card: Card) -> None:
    assert verify(card, PIN) == "9000"
    assert card.transmit(SIGN).hex() == "6981"  # the PIN's file is still selected
    select(card, 0x0017)
    assert card.transmit(bytes.fromhex("802A9E9A33") + DIGEST_INFO + b"\0").hex() == "6a86"


def test_an_answer_not_asked_for_waits_for_get_response(card: Card) -> None:
    whole = signing(card).transmit(SIGN)[:-2]
    assert card.transmit(SIGN[:-1]).hex() == "6100"  # no Le
    assert card.transmit(bytes.fromhex("00C0000000")) == whole + OK
    assert card.transmit(bytes.fromhex("00C0000000")).hex() == "6985"
    assert card.transmit(SIGN[:-1] + b"\x64") == whole[:100] + bytes.fromhex("619c")
    assert card.transmit(bytes.fromhex("00C00000FF")).hex() == "6c9c"
    assert card.transmit(bytes.fromhex("00C0000064")) == whole[100:200] + bytes.fromhex("6138")
    assert card.transmit(bytes.fromhex("00C0000038")) == whole[200:] + OK


def test_another_command_forgets_an_answer_not_fetched(card: Card) -> None:
    signing(card).transmit(SIGN[:-1])
    select(card, 0x000A)
    assert card.transmit(bytes.fromhex("00C0000000")).hex() == "6985"


def test_a_digest_info_may_come_in_a_chain(card: Card) -> None:
    whole = signing(card).transmit(SIGN)
    assert card.transmit(bytes.fromhex("902A008020") + DIGEST_INFO[:32]) == OK
    assert card.transmit(bytes.fromhex("802A008013") + DIGEST_INFO[32:] + b"\0") == whole


def test_a_broken_chain_is_forgotten(card: Card) -> None:
    signing(card).transmit(bytes.fromhex("902A008020") + DIGEST_INFO[:32])
    assert card.transmit(bytes.fromhex("00A4020C02000A")).hex() == "6883"
    assert card.transmit(SIGN)[-2:] == OK


def test_a_chain_has_an_end(card: Card) -> None:
    part = bytes.fromhex("902A0080C8") + bytes(200)
    assert signing(card).transmit(part) == OK
    assert card.transmit(part).hex() == "6700"


def test_asking_for_the_tries_costs_none(card: Card) -> None:
    assert [tries(card) for _ in range(5)] == ["63c3"] * 5
    assert tries(card, 0x001B) == "63c5"
    select(card, 0x0018)
    assert card.transmit(bytes.fromhex("0020008000")).hex() == "63c3"  # with an empty length, as readers under T=0 send it


def test_three_wrong_pins_in_a_row_lock_the_card(card: Card) -> None:
    assert [verify(card, "0000") for _ in range(4)] == ["63c2", "63c1", "63c0", "6984"]
    assert verify(card, PIN) == "6984"
    assert tries(card) == "63c0"
    assert verify(card, PASSWORD, 0x001B) == "9000"  # the other one is not touched


def test_a_right_pin_gives_all_tries_back(card: Card) -> None:
    assert [verify(card, "0000"), verify(card, "0001"), verify(card, PIN), verify(card, "0000")] == ["63c2", "63c1", "9000", "63c2"]


def test_the_signature_password_has_five_tries(card: Card) -> None:
    assert [verify(card, "WRONG1", 0x001B) for _ in range(6)] == ["63c4", "63c3", "63c2", "63c1", "63c0", "6984"]


def test_a_wrong_pin_takes_the_right_to_sign_away(card: Card) -> None:
    assert verify(card, PIN) == "9000"
    assert verify(card, "0000") == "63c2"
    select(card, 0x0017)
    assert card.transmit(SIGN).hex() == "6982"


@pytest.mark.parametrize("pin", ["123", "12345", "1" * 300])
def test_what_cannot_be_a_pin_costs_no_try(card: Card, pin: str) -> None:
    select(card, 0x0018)
    length = bytes([len(pin)]) if len(pin) < 256 else b"\0" + len(pin).to_bytes(2, "big")
    assert card.transmit(bytes.fromhex("00200080") + length + pin.encode()).hex() == "6700"
    assert tries(card) == "63c3"


def test_a_reset_drops_selection_and_rights_but_not_the_count(card: Card) -> None:
    assert verify(card, "0000") == "63c2"
    signing(card)
    assert verify(card, "0000") == "63c2"
    assert verify(card, PIN) == "9000"
    assert verify(card, PASSWORD, 0x001B) == "9000"
    card.reset()
    assert select(card, 0x0017).hex() == "6a82"
    assert card.transmit(SELECT_APPLICATION) == OK
    assert card.transmit(SIGN).hex() == "6986"
    select(card, 0x0017)
    assert card.transmit(SIGN).hex() == "6982"
    select(card, 0x0001)
    assert read(card, "00B0000004") == (b"", "6982")


def test_selecting_the_application_again_keeps_what_was_shown(card: Card) -> None:
    assert verify(card, PIN) == "9000"
    assert card.transmit(SELECT_APPLICATION) == OK
    select(card, 0x0017)
    assert card.transmit(SIGN)[-2:] == OK


def again(path: Path) -> Card:
    card = load_card(path)
    card.transmit(SELECT_APPLICATION)
    return card


def test_the_count_survives_a_restart(path: Path, card: Card) -> None:
    verify(card, "0000")
    assert tries(again(path)) == "63c2"


def test_two_readers_of_one_card_share_its_count(path: Path, card: Card) -> None:
    other = again(path)
    assert [verify(card, "0000"), verify(other, "0000"), verify(card, "0000"), verify(other, PIN)] == ["63c2", "63c1", "63c0", "6984"]


def test_many_readers_at_once_get_no_more_tries_than_there_are(path: Path) -> None:
    answers: list[str] = []

    def guess(pin: str) -> None:
        answers.append(verify(again(path), pin))

    threads = [threading.Thread(target=guess, args=(f"{n:04}",)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["63c0", "63c1", "63c2"] + ["6984"] * 9


class Pulled(Exception):
    """The card was pulled out at a point."""


@pytest.mark.parametrize("point", ["attempt.before", "attempt.after", "success.before", "success.after"])
def test_pulling_the_card_out_saves_no_try(path: Path, point: str) -> None:
    """Whoever cuts the power must not learn more than the tries that are counted."""

    def pull(name: str) -> None:
        if name == f"card.authentication.{point}":
            raise Pulled

    card = load_card(path, pull)
    card.transmit(SELECT_APPLICATION)
    with pytest.raises(Pulled):
        verify(card, PIN)
    left = {"attempt.before": "63c3", "attempt.after": "63c2", "success.before": "63c2", "success.after": "63c3"}[point]
    assert tries(again(path)) == left


@pytest.mark.parametrize("pin", [PIN, "0000"])
def test_a_try_is_counted_before_the_pin_is_compared(path: Path, monkeypatch: pytest.MonkeyPatch, pin: str) -> None:
    order: list[str] = []
    compare = StoredPin.matches
    monkeypatch.setattr(StoredPin, "matches", lambda self, shown: order.append("compared") or compare(self, shown))
    card = load_card(path, order.append)
    card.transmit(SELECT_APPLICATION)
    verify(card, pin)
    assert order[:3] == ["card.authentication.attempt.before", "card.authentication.attempt.after", "compared"]


def test_a_second_reader_waits_while_a_try_is_being_counted(path: Path) -> None:
    other = threading.Thread(target=lambda: verify(again(path), "0001"))

    def meanwhile(point: str) -> None:
        if point.endswith("attempt.before"):
            other.start()
            other.join(0.2)
            assert other.is_alive()

    card = load_card(path, meanwhile)
    card.transmit(SELECT_APPLICATION)
    assert verify(card, "0000") == "63c2"
    other.join()
    assert tries(again(path)) == "63c1"


def test_a_killed_process_has_used_its_try(path: Path) -> None:
    def enter(hook: Callable[[str], None]) -> None:
        card = load_card(path, hook)
        card.transmit(SELECT_APPLICATION)
        verify(card, PIN)

    for left in ("63c2", "63c1", "63c0"):
        killed_at(1, enter)  # right after the try was counted
        assert tries(again(path)) == left
    assert verify(again(path), PIN) == "6984"


def test_a_torn_write_of_the_count_leaves_the_count_before_it(path: Path, card: Card) -> None:
    verify(card, "0000")
    verify(card, "0000")
    counters = path.with_name("card.json.tries")
    raw = bytearray(counters.read_bytes())
    raw[512 + 12] ^= 0xFF  # generation 3, the newest, lies in the second slot
    counters.write_bytes(raw)
    assert tries(again(path)) == "63c2"


def test_a_count_that_cannot_be_written_is_not_spent(path: Path, card: Card) -> None:
    path.with_name("card.json.tries").unlink()
    assert verify(card, PIN) == "6581"
    select(card, 0x0017)
    assert card.transmit(SIGN).hex() == "6982"


def spoiled(path: Path) -> Iterator[tuple[str, bytes]]:
    good = json.loads(path.read_bytes())
    yield "empty", b""
    yield "garbage", bytes(range(256))
    yield "not a card", b'{"a": 1}'
    yield "cut", path.read_bytes()[:-40]
    yield "deep", b"[" * 100_000
    yield "foreign", json.dumps(good | {"format": "x"}).encode()
    yield "without 見本", json.dumps(good | {"label": "山田太郎"}).encode()
    yield "key", json.dumps(good | {"authentication": good["authentication"] | {"key": "AAAA"}}).encode()
    yield "certificate", json.dumps(good | {"authentication": good["authentication"] | {"certificate": "AAAA"}}).encode()
    yield "mixed up", json.dumps(good | {"authentication": good["authentication"] | {"key": good["signature"]["key"]}}).encode()


def test_a_damaged_card_is_unreadable_and_says_nothing_of_itself(path: Path) -> None:
    for what, raw in spoiled(path):
        path.write_bytes(raw)
        with pytest.raises(CardUnreadable) as failed:
            load_card(path)
        assert "山田" not in str(failed.value), what
    with pytest.raises(CardUnreadable):
        load_card(path.with_name("none.json"))


@pytest.mark.parametrize("raw", [None, b"", b"\0" * 1000, b"JPT1" * 200])
def test_without_its_counters_a_card_is_unreadable(path: Path, raw: bytes | None) -> None:
    counters = path.with_name("card.json.tries")
    counters.unlink() if raw is None else counters.write_bytes(raw)
    with pytest.raises(CardUnreadable):
        load_card(path)


def test_every_card_says_specimen(tmp_path: Path) -> None:
    assert load_card(make_card(tmp_path, label="山田太郎")).label == "見本 山田太郎"
    assert load_card(make_card(tmp_path, label="見本の人")).label == "見本の人"


def test_a_card_file_shows_no_pin_and_is_its_owners(path: Path) -> None:
    assert PIN not in json.dumps(json.loads(path.read_bytes())["authentication"]["pin"])
    assert PASSWORD.encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o77 == 0


@pytest.mark.parametrize(
    ("pin", "password"), [("12345", PASSWORD), ("12a4", PASSWORD), ("１２３４", PASSWORD), (PIN, "SHORT"), (PIN, "X" * 17), (PIN, "ABC 123")]
)
def test_pins_of_another_form_are_not_written(tmp_path: Path, pin: str, password: str) -> None:
    with pytest.raises(ValueError, match=r"PIN|password"):
        personalise(
            tmp_path / "x.json",
            authentication_key=key("authentication"),
            authentication_certificate=certificate("authentication"),
            authentication_ca=certificate("authentication ca"),
            signature_key=key("signature"),
            signature_certificate=certificate("signature"),
            signature_ca=certificate("signature ca"),
            pin=pin,
            signature_password=password,
            label="見本",
            token=bytes,
        )
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Card:
    return load_card(make_card(tmp_path_factory.mktemp("card")))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=300),
            st.sampled_from([SELECT_APPLICATION, SIGN, SIGN[:-1], bytes.fromhex("00A4020C020017"), bytes.fromhex("00200080")]),
        ),
        max_size=8,
    )
)
def test_no_bytes_make_the_card_fail_or_sign_without_a_pin(shared: Card, apdus: list[bytes]) -> None:
    shared.reset()
    for apdu in apdus:
        response = shared.transmit(apdu)
        assert len(response) >= 2
        assert len(response) < 256 or response[:-2].strip(b"\0")[:2] == b"\x30\x82"


def test_a_path_may_be_a_string_as_town_json_holds_it(tmp_path):
    file = make_card(tmp_path)

    assert load_card(str(file)).transmit(bytes.fromhex("00A4040C0AD392F000260100000001")) == b"\x90\x00"
