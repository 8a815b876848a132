"""What one terminal holds in memory for the length of one visit.

It is forgotten with the visit; nothing of it is written anywhere but ids and yen, by `kiosk.journal`. The PIN is in it between the first digit
and the card's answer, no longer; the papers between the center's answer and the last sheet.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from kiosk.receipt import Receipt
from kiosk.selection import Selection
from kiosk.use_draft import UseDraft
from messages.refusals import Refusal
from messages.uses import Use, UseApplication, UseReceived
from messages.visits import Admitted, CertificateReady, Challenge, Directory, MunicipalityEntry

Language = Literal["ja", "en"]
Outcome = Literal["returned", "printed", "unresolved", "void"]
LANGUAGES: tuple[Language, ...] = ("ja", "en")


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the resident: a `code` of the page's catalogues, or a refusal's own sentences. `yen` is the money it speaks of, `opens_at` when what is closed will be open, `place` of
    which municipality this is said, where it is another one than the resident's."""

    code: str
    refusal: Refusal | None = None
    yen: int = 0
    opens_at: datetime | None = None
    place: MunicipalityEntry | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one request of a visit that was cut off. `void`: nothing had been kept, and what lay in escrow came back."""

    reference: str
    outcome: Outcome
    copies: int
    yen: int


@dataclass(slots=True)
class Progress:
    """How far the printer is: sheets of all copies together."""

    sheets_done: int = 0
    sheets: int = 0


@dataclass(slots=True)
class Session:
    """One visit in memory; see the module's text. `changed` is called when something that is seen has changed while work goes on."""

    changed: Callable[[], None] = field(default=lambda: None, repr=False)
    directory: Directory | None = None
    selection: Selection = field(default_factory=Selection)
    visit_id: str | None = None
    challenge: Challenge | None = None
    certificate: bytes = b""
    signature: bytes = b""
    tries_left: int = 3
    pin: str = field(default="", repr=False)
    admitted: Admitted | None = None
    draft: UseDraft = field(default_factory=UseDraft, repr=False)
    use_application: UseApplication | None = field(default=None, repr=False)
    use: Use | None = None
    use_received: UseReceived | None = None
    request_id: str = ""
    ready: CertificateReady | None = None
    progress: Progress = field(default_factory=Progress)
    inserted_yen: int = 0
    returned_yen: int = 0
    owed_yen: int = 0  # neither printed nor given back: a case for the store and the center
    printed: tuple[str, ...] = ()
    receipt: Receipt | None = None
    notice: Notice | None = None
    settled: tuple[Settled, ...] = ()
    silenced: bool = False
    warned: bool = False

    @property
    def fee_yen(self) -> int:
        """手数料 of one copy of the chosen kind."""
        return self.selection.fee_yen

    def wipe_use(self) -> None:
        """Nothing that was typed into an application for 利用登録 remains."""
        self.draft = UseDraft()
        self.use_application = None

    def begin_request(self, request_id: str) -> None:
        """A new application: nothing of an earlier one in this visit remains."""
        self.request_id = request_id
        self.ready = None
        self.progress = Progress()
        self.inserted_yen = 0
        self.returned_yen = 0
        self.owed_yen = 0
        self.printed = ()
        self.receipt = None
        self.silenced = False
