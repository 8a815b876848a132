"""Command APDUs (ISO 7816-4, short and extended) and the status words a card answers with. Knows the form of a command, never its meaning."""

from dataclasses import dataclass
from enum import IntEnum

CHAIN_BIT = 0x10  # CLA bit 5: more of the same command follows
SHORT_MAX = 256
EXTENDED_MAX = 65536


class Status(IntEnum):
    """SW1 SW2."""

    OK = 0x9000
    MORE = 0x6100  # SW2: how many bytes GET RESPONSE will give; 0 means 256 or more
    END_OF_FILE = 0x6282
    WRONG_PIN = 0x63C0  # low digit: tries left
    MEMORY_FAILURE = 0x6581
    WRONG_LENGTH = 0x6700
    LAST_OF_CHAIN_EXPECTED = 0x6883
    NO_CHAINING = 0x6884
    WRONG_KIND_OF_FILE = 0x6981
    NOT_VERIFIED = 0x6982
    BLOCKED = 0x6984
    CONDITIONS_NOT_MET = 0x6985
    NO_FILE_SELECTED = 0x6986
    FILE_NOT_FOUND = 0x6A82
    WRONG_P1_P2 = 0x6A86
    OFFSET_OUTSIDE = 0x6B00
    EXACT_LENGTH = 0x6C00  # SW2: the Le to repeat the command with
    UNKNOWN_INSTRUCTION = 0x6D00
    UNKNOWN_CLASS = 0x6E00


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `le` is the number of bytes wanted at most (256 or 65536 for a zero Le field), None when no answer data is wanted."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes
    le: int | None

    @property
    def le_is_open(self) -> bool:
        """Le was all zeros: "whatever there is", not a demand for so many bytes."""
        return self.le in (SHORT_MAX, EXTENDED_MAX)


class BadForm(Exception):
    """The lengths in the bytes contradict each other; the answer is `Status.WRONG_LENGTH`."""


def parse(apdu: bytes) -> Command:
    """The command in `apdu`, in any of the seven forms of ISO 7816-3 12.1.3; raises `BadForm`."""
    if len(apdu) < 4:
        raise BadForm
    data, le = _body(apdu[4:])
    return Command(apdu[0], apdu[1], apdu[2], apdu[3], data, le)


def answer(status: int, data: bytes = b"") -> bytes:
    """Response data followed by SW1 SW2."""
    return data + status.to_bytes(2, "big")


def _body(body: bytes) -> tuple[bytes, int | None]:
    if not body:
        return b"", None
    if len(body) == 1:
        return b"", body[0] or SHORT_MAX
    if body[0] != 0:
        return _data_and_le(body, width=1, le_max=SHORT_MAX)
    if len(body) == 3:
        return b"", int.from_bytes(body[1:], "big") or EXTENDED_MAX
    return _data_and_le(body[1:], width=2, le_max=EXTENDED_MAX)


def _data_and_le(body: bytes, width: int, le_max: int) -> tuple[bytes, int | None]:
    end = width + int.from_bytes(body[:width], "big")
    data, le = body[width:end], body[end:]
    if len(body) < end or not data or len(le) not in (0, width):
        raise BadForm
    return data, (int.from_bytes(le, "big") or le_max) if le else None
