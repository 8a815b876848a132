"""The chip: ISO 7816-4 commands of the JPKI application (公的個人認証AP), as public card clients address it (domain facts 2.7).

It compares PINs, counts tries and signs; it never gives out a key or a PIN. Where no public source tells what a real chip does, ISO 7816-4 decides. A status word for a blocked PIN is
6984; a question for the tries left is answered 63Cx even then, because clients read only that form.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo

from kiosk.card import personalisation
from kiosk.card.apdu import CHAIN_BIT, SHORT_MAX, BadForm, Command, Status, answer, parse
from kiosk.card.personalisation import Personalisation, StoredPin
from kiosk.card.tries import TRIES_MAX, CountersDamaged, PinName, locked

JPKI_APPLICATION = bytes.fromhex("D392F000260100000001")
TOKEN = b"JPKIAPICCTOKEN2".ljust(32)  # EF 0006, by which clients tell the application
CERTIFICATE_FILE_SIZE = 2048  # a certificate's file is longer than its DER
DIGEST_INFO_MAX = 245  # PKCS#1 v1.5 needs 11 of the 256 bytes
PIN_LENGTHS: dict[PinName, range] = {"authentication": range(4, 5), "signature": range(6, 17)}


@dataclass(frozen=True, slots=True)
class BinaryFile:
    """A transparent file; `guard` is the PIN that must have been shown."""

    content: bytes
    guard: PinName | None = None


@dataclass(frozen=True, slots=True)
class PinFile:
    """A PIN to be shown with VERIFY."""

    name: PinName
    stored: StoredPin


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A private key, usable once its PIN has been shown."""

    key: RSAPrivateKey
    guard: PinName


ElementaryFile = BinaryFile | PinFile | KeyFile


@dataclass(frozen=True, slots=True)
class _Chain:
    """The parts so far of a command that comes in several."""

    header: tuple[int, int, int, int]
    data: bytes


class Card:
    """One card in the field of a reader. Selection and shown PINs are lost with `reset()`; the retry counters are not."""

    atr: ClassVar[bytes] = bytes.fromhex("3BE000FF8131FE4514")

    def __init__(self, content: Personalisation, on_point: Callable[[str], None] | None = None) -> None:
        """A card with this content; `on_point` is told before and after each write of a retry counter."""
        self.label = content.label
        self._files = _files(content)
        self._tries_path = content.tries_path
        self._on_point = on_point
        self.reset()

    def reset(self) -> None:
        """The field was switched off and on again: nothing selected, nothing shown."""
        self._application = False
        self._file: ElementaryFile | None = None
        self._shown: frozenset[PinName] = frozenset()
        self._pending = b""
        self._chain: _Chain | None = None

    def transmit(self, apdu: bytes) -> bytes:
        """Response data followed by SW1 SW2; never raises for what a client sends."""
        try:
            command = parse(apdu)
        except BadForm:
            self._pending, self._chain = b"", None
            return answer(Status.WRONG_LENGTH)
        if command.ins == 0xC0 and command.cla == 0x00:
            return self._get_response(command)
        self._pending = b""
        whole = self._unchained(command)
        return self._carry_out(whole) if isinstance(whole, Command) else answer(whole)

    def _unchained(self, command: Command) -> Command | Status:
        """The whole command once its last part is here."""
        header, chain = (command.cla & ~CHAIN_BIT, command.ins, command.p1, command.p2), self._chain
        self._chain = None
        if header[0] not in (0x00, 0x80):
            return Status.UNKNOWN_CLASS
        if chain is not None and chain.header != header:
            return Status.LAST_OF_CHAIN_EXPECTED
        data = (chain.data if chain is not None else b"") + command.data
        if not command.cla & CHAIN_BIT:
            return Command(command.cla, command.ins, command.p1, command.p2, data, command.le)
        if header[:2] != (0x80, 0x2A):
            return Status.NO_CHAINING
        if len(data) > DIGEST_INFO_MAX:
            return Status.WRONG_LENGTH
        self._chain = _Chain(header, data)
        return Status.OK

    def _carry_out(self, command: Command) -> bytes:
        match command.cla, command.ins:
            case 0x00, 0xA4:
                return answer(self._select(command))
            case 0x00, 0xB0:
                return self._read_binary(command)
            case 0x00, 0x20:
                return answer(self._verify(command))
            case 0x80, 0x2A:
                return self._compute_digital_signature(command)
            case _, 0xA4 | 0xB0 | 0x20 | 0x2A | 0xC0:
                return answer(Status.UNKNOWN_CLASS)
        return answer(Status.UNKNOWN_INSTRUCTION)

    def _select(self, command: Command) -> Status:
        """Selecting the application again keeps what was shown to it (ISO 7816-4: same DF)."""
        if command.p2 != 0x0C or command.p1 not in (0x02, 0x04):
            return Status.WRONG_P1_P2
        if command.p1 == 0x04:
            if command.data != JPKI_APPLICATION:
                return Status.FILE_NOT_FOUND
            self._application, self._file = True, None
            return Status.OK
        if len(command.data) != 2:
            return Status.WRONG_LENGTH
        found = self._files.get(int.from_bytes(command.data, "big")) if self._application else None
        if found is None:
            return Status.FILE_NOT_FOUND
        self._file = found
        return Status.OK

    def _read_binary(self, command: Command) -> bytes:
        if command.data or command.le is None:
            return answer(Status.WRONG_LENGTH)
        offset = command.p1 << 8 | command.p2
        if command.p1 & 0x80:
            # The short file identifiers are the ids' low five bits; the file becomes the current one.
            short, offset = command.p1 & 0x1F, command.p2
            if command.p1 & 0x60:
                return answer(Status.WRONG_P1_P2)
            if not self._application or short not in self._files:
                return answer(Status.FILE_NOT_FOUND)
            self._file = self._files[short]
        if self._file is None:
            return answer(Status.NO_FILE_SELECTED)
        if not isinstance(self._file, BinaryFile):
            return answer(Status.WRONG_KIND_OF_FILE)
        if self._file.guard is not None and self._file.guard not in self._shown:
            return answer(Status.NOT_VERIFIED)
        return _part(self._file.content, offset, command)

    def _verify(self, command: Command) -> int:
        if (command.p1, command.p2) != (0x00, 0x80):
            return Status.WRONG_P1_P2
        if self._file is None:
            return Status.NO_FILE_SELECTED
        if not isinstance(self._file, PinFile):
            return Status.WRONG_KIND_OF_FILE
        if command.data and len(command.data) not in PIN_LENGTHS[self._file.name]:
            return Status.WRONG_LENGTH  # cannot be the PIN, and costs no try
        try:
            return self._show(self._file, command.data) if command.data else self._tries_left(self._file.name)
        except (OSError, CountersDamaged):
            return Status.MEMORY_FAILURE  # a try that cannot be counted is not made

    def _tries_left(self, name: PinName) -> int:
        with locked(self._tries_path, self._on_point) as counters:
            return Status.WRONG_PIN + counters.left(name)

    def _show(self, pin: PinFile, shown: bytes) -> int:
        name = pin.name
        self._shown -= {name}
        with locked(self._tries_path, self._on_point) as counters:
            left = counters.left(name)
            if left == 0:
                return Status.BLOCKED
            counters.store(name, left - 1, "attempt")  # on the disk before the comparison: pulling the card out saves no try
            if not pin.stored.matches(shown):
                return Status.WRONG_PIN + left - 1
            counters.store(name, TRIES_MAX[name], "success")
        self._shown |= {name}
        return Status.OK

    def _compute_digital_signature(self, command: Command) -> bytes:
        if (command.p1, command.p2) != (0x00, 0x80):
            return answer(Status.WRONG_P1_P2)
        if self._file is None:
            return answer(Status.NO_FILE_SELECTED)
        if not isinstance(self._file, KeyFile):
            return answer(Status.WRONG_KIND_OF_FILE)
        if self._file.guard not in self._shown:
            return answer(Status.NOT_VERIFIED)
        if not 1 <= len(command.data) <= DIGEST_INFO_MAX:
            return answer(Status.WRONG_LENGTH)
        # The card pads what it is given and knows nothing of digests (PKCS#1 v1.5, type 1).
        self._pending = self._file.key.sign(command.data, PKCS1v15(), NoDigestInfo())
        return self._hand_out(command.le or 0)

    def _get_response(self, command: Command) -> bytes:
        if self._chain is not None or not self._pending:
            self._chain, self._pending = None, b""
            return answer(Status.CONDITIONS_NOT_MET)
        if (command.p1, command.p2) != (0, 0) or command.data or command.le is None:
            return answer(Status.WRONG_P1_P2 if (command.p1, command.p2) != (0, 0) else Status.WRONG_LENGTH)
        if command.le > len(self._pending) and not command.le_is_open:
            return answer(Status.EXACT_LENGTH + len(self._pending) % 256)
        return self._hand_out(command.le)

    def _hand_out(self, wanted: int) -> bytes:
        """As much of the pending answer as is wanted, and how much is left for GET RESPONSE."""
        part, self._pending = self._pending[:wanted], self._pending[wanted:]
        return answer(Status.MORE + len(self._pending) % 256 if self._pending else Status.OK, part)


def load_card(path: Path | str, on_point: Callable[[str], None] | None = None) -> Card:
    """The card in the file at `path`; raises `CardUnreadable`. Two cards of one file share their retry counters."""
    return Card(personalisation.read(Path(path)), on_point)


def _files(content: Personalisation) -> dict[int, ElementaryFile]:
    authentication, signature = content.authentication, content.signature
    return {
        0x0001: BinaryFile(_padded(signature.certificate), guard="signature"),
        0x0002: BinaryFile(_padded(signature.ca)),
        0x0006: BinaryFile(TOKEN),
        0x000A: BinaryFile(_padded(authentication.certificate)),
        0x000B: BinaryFile(_padded(authentication.ca)),
        0x0017: KeyFile(authentication.key, guard="authentication"),
        0x0018: PinFile("authentication", authentication.pin),
        0x001A: KeyFile(signature.key, guard="signature"),
        0x001B: PinFile("signature", signature.pin),
    }


def _padded(der: bytes) -> bytes:
    return der.ljust(max(CERTIFICATE_FILE_SIZE, (len(der) // SHORT_MAX + 1) * SHORT_MAX), b"\0")


def _part(content: bytes, offset: int, command: Command) -> bytes:
    assert command.le is not None
    if offset >= len(content):
        return answer(Status.OFFSET_OUTSIDE)
    part = content[offset : offset + command.le]
    short = len(part) < command.le and not command.le_is_open
    return answer(Status.END_OF_FILE if short else Status.OK, part)
