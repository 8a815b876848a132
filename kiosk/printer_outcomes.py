"""What the printer answers, and what it tells of its jobs: values only, without a byte of what is printed but in `TakenPaper`."""

from dataclasses import dataclass


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
class Sides:
    """A paper's two documents: the issuer's face and the center's back, whose pages are printed on the backs of the face's sheets. Neither is ever rewritten."""

    face: bytes
    back: bytes


@dataclass(frozen=True, slots=True)
class TakenPaper:
    """What a person has taken of one paper: `sheet_nos` now; `sides` is the paper's exact bytes when its last sheet is among them, `None` while it is incomplete."""

    job_id: str
    paper_id: str
    sheet_nos: tuple[int, ...]
    sheets: int
    sides: Sides | None


class OutOfOrder(Exception):
    """A sheet was asked for before the one that precedes it came out, or with another number of sheets than before."""
