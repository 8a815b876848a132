"""The printer (マルチコピー機の印刷部) and its tray. Durable in its own folder; outlives the kiosk's process.

A job has papers (one per copy), a paper has sheets. For each sheet the order is: "feeding" is recorded, the sheet falls into the tray, "ejected" is recorded. So after a crash a sheet in the
tray was ejected, and a sheet that was fed and is not in the tray is uncertain: nobody can know. An issuer's PDF is never taken apart (its signature covers every byte): the tray counts
sheets, and holds a paper's PDF from its last sheet on. The printer never looks into a PDF and knows no names; taken bytes are gone from the machine.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ejected:
    """The sheet lies in the tray (or did: printing it again changes nothing)."""


@dataclass(frozen=True, slots=True)
class Jammed:
    """紙詰まり: the sheet is torn inside the machine and is not in the tray. Nothing prints until `clear_jam()`; then the same sheet may be printed again."""


@dataclass(frozen=True, slots=True)
class OutOfPaper:
    """用紙切れ: nothing was fed."""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Nothing was printed: this sheet was fed before a crash, and nobody can know whether it came out."""


@dataclass(frozen=True, slots=True)
class PaperState:
    """One paper of a job. `uncertain`: a sheet of it was fed and neither ejected nor jammed. `in_tray`, `taken` and `discarded` count ejected sheets."""

    paper_id: str
    sheets: int
    sheets_started: int
    sheets_ejected: int
    in_tray: int
    taken: int
    discarded: int
    uncertain: bool

    @property
    def complete(self) -> bool:
        """Every sheet came out."""
        return self.sheets_ejected == self.sheets


@dataclass(frozen=True, slots=True)
class JobState:
    """One job as the device knows it; sums over its papers (which stand in the order of their first sheets). Unknown jobs have no papers."""

    job_id: str
    papers: tuple[PaperState, ...]
    sheets_started: int
    sheets_ejected: int
    in_tray: int
    taken: int
    uncertain: bool


@dataclass(frozen=True, slots=True)
class TraySheet:
    """One sheet in the tray: the paper's sheet `sheet_no` of `sheets`."""

    job_id: str
    paper_id: str
    sheet_no: int
    sheets: int


@dataclass(frozen=True, slots=True)
class TakenPaper:
    """What a person has taken of one paper: `sheet_nos` now; `pdf` is the paper's exact bytes when its last sheet is among them, `None` while it is incomplete."""

    job_id: str
    paper_id: str
    sheet_nos: tuple[int, ...]
    sheets: int
    pdf: bytes | None


class OutOfOrder(Exception):
    """A sheet was asked for before the one that precedes it came out, or with another number of sheets than before."""


class Printer:
    """See the module's text."""

    @classmethod
    def open(cls, folder: Path, on_point: Callable[[str], None] | None = None, paper: int = 500) -> "Printer":
        """The printer in `folder`; a new one is loaded with `paper` sheets."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of the files."""
        raise NotImplementedError

    def print_sheet(self, job_id: str, paper_id: str, sheet_no: int, sheets: int, pdf: bytes) -> Ejected | Jammed | OutOfPaper | Uncertain:
        """Print sheet `sheet_no` (1 to `sheets`) of a paper whose whole PDF is `pdf`. A sheet that came out before is not printed twice. Raises `OutOfOrder`."""
        raise NotImplementedError

    def job(self, job_id: str) -> JobState:
        """What the device knows of this job."""
        raise NotImplementedError

    def tray(self) -> tuple[TraySheet, ...]:
        """The sheets in the tray, in the order they came out."""
        raise NotImplementedError

    def take(self) -> tuple[TakenPaper, ...]:
        """The person takes everything that lies in the tray."""
        raise NotImplementedError

    def discard(self) -> int:
        """Staff destroy what lies in the tray (処分); the number of sheets. Nobody sees the bytes."""
        raise NotImplementedError

    def jam_next(self) -> None:
        """A switch for rehearsals: the next feed jams."""
        raise NotImplementedError

    def clear_jam(self) -> None:
        """Staff have removed the torn sheet."""
        raise NotImplementedError

    def jammed(self) -> bool:
        """A torn sheet is in the machine."""
        raise NotImplementedError

    def paper(self) -> int:
        """Sheets of blank paper left."""
        raise NotImplementedError

    def load_paper(self, sheets: int) -> None:
        """Staff put `sheets` more sheets in."""
        raise NotImplementedError
