"""The printer (マルチコピー機の印刷部) and its tray. Durable in its own folder; outlives the kiosk's process.

A job has papers (one per copy), a paper has sheets. For each sheet the order is: "feeding" is recorded, the sheet falls into the tray, "ejected" is recorded. So after a crash a sheet in the
tray was ejected, and a sheet that was fed and is not in the tray is uncertain: nobody can know. An issuer's PDF is never taken apart (its signature covers every byte): the tray counts
sheets, and holds a paper's two documents from its last sheet on. The printer never looks into a PDF and knows no names; taken bytes are gone from the machine.
"""

import sqlite3
import threading
from pathlib import Path
from typing import Literal

from kiosk.device_memory import DeviceMemory, OnPoint
from kiosk.printer_outcomes import Ejected, Jammed, JobState, OutOfOrder, OutOfPaper, PaperState, Sides, TakenPaper, TraySheet, Uncertain
from kiosk.tray import Tray, Way

__all__ = ["Ejected", "Jammed", "JobState", "OutOfOrder", "OutOfPaper", "PaperState", "Printer", "Sides", "TakenPaper", "TraySheet", "Uncertain"]

_TABLES = (
    """CREATE TABLE sheet (
        sheet_id INTEGER PRIMARY KEY AUTOINCREMENT, job_id TEXT NOT NULL, paper_id TEXT NOT NULL, sheet_no INTEGER NOT NULL, sheets INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('feeding', 'jammed', 'ejected', 'taken', 'discarded')), UNIQUE (job_id, paper_id, sheet_no))""",
    "CREATE TABLE machine (paper INTEGER NOT NULL CHECK (paper >= 0), jams_next INTEGER NOT NULL, jammed INTEGER NOT NULL)",
)
_WAYS: tuple[Way, ...] = ("taken", "discarded")
_OUT = ("ejected", "taken", "discarded")
_Row = tuple[int, str, str, int, int, Literal["feeding", "jammed", "ejected", "taken", "discarded"]]
_COLUMNS = "sheet_id, job_id, paper_id, sheet_no, sheets, state"


class Printer:
    """See the module's text. One process owns the folder; its threads may share the object."""

    def __init__(self, memory: DeviceMemory, tray: Tray) -> None:
        """Use `Printer.open`."""
        self._memory = memory
        self._tray = tray
        self._lock = threading.RLock()

    @classmethod
    def open(cls, folder: Path, on_point: OnPoint | None = None, paper: int = 500) -> "Printer":
        """The printer in `folder`; a new one is loaded with `paper` sheets. Sheets that were being carried off when a crash came are gone."""
        memory = DeviceMemory(folder, "printer", on_point)
        memory.prepare(_TABLES, lambda connection: _load_new(connection, paper))
        printer = cls(memory, Tray(folder, memory.reach))
        for way in _WAYS:
            printer._finish(way)
        return printer

    def close(self) -> None:
        """Let go of the files."""
        self._memory.close()

    def print_sheet(self, job_id: str, paper_id: str, sheet_no: int, sheets: int, sides: Sides) -> Ejected | Jammed | OutOfPaper | Uncertain:
        """Print sheet `sheet_no` (1 to `sheets`) of a paper whose two documents are `sides`; its front and its back. A sheet that came out before is not printed twice. Raises `OutOfOrder`."""
        with self._lock:
            self._look()
            fed = self._feed(job_id, paper_id, sheet_no, sheets)
            if not isinstance(fed, int):
                return fed
            self._tray.land(fed, _bound(sides) if sheet_no == sheets else b"")
            self._record("ejected", [fed], before="feeding")
            return Ejected()

    def job(self, job_id: str) -> JobState:
        """What the device knows of this job."""
        with self._lock:
            lying = set(self._tray.lying())
            rows = self._rows("WHERE job_id = ?", (job_id,))
        papers = tuple(_paper_state([row for row in rows if row[2] == paper_id], lying) for paper_id in dict.fromkeys(row[2] for row in rows))
        return JobState(
            job_id,
            papers,
            sheets_started=sum(paper.sheets_started for paper in papers),
            sheets_ejected=sum(paper.sheets_ejected for paper in papers),
            in_tray=sum(paper.in_tray for paper in papers),
            taken=sum(paper.taken for paper in papers),
            uncertain=any(paper.uncertain for paper in papers),
        )

    def tray(self) -> tuple[TraySheet, ...]:
        """The sheets in the tray, in the order they came out."""
        return tuple(TraySheet(*row[1:5]) for row in self._lying_rows())

    def take(self) -> tuple[TakenPaper, ...]:
        """The person takes everything that lies in the tray; afterwards the bytes are gone from the machine."""
        with self._lock:
            self._look()
            rows = self._lying_rows()
            taken = self._papers(rows)
            self._clear("taken", rows)
            return taken

    def lying(self) -> tuple[TakenPaper, ...]:
        """What a hand finds that reaches into the tray; it stays where it lies."""
        with self._lock:
            return self._papers(self._lying_rows())

    def discard(self) -> int:
        """Staff destroy what lies in the tray (処分); the number of sheets. Nobody sees the bytes."""
        with self._lock:
            self._look()
            rows = self._lying_rows()
            self._clear("discarded", rows)
            return len(rows)

    def jam_next(self) -> None:
        """A switch for rehearsals: the next feed jams."""
        with self._memory.write("jam_next") as connection:
            connection.execute("UPDATE machine SET jams_next = 1")

    def clear_jam(self) -> None:
        """Staff have removed the torn sheet."""
        with self._memory.write("clear_jam") as connection:
            connection.execute("UPDATE machine SET jammed = 0")

    def jammed(self) -> bool:
        """A torn sheet is in the machine."""
        with self._memory.read() as connection:
            return bool(connection.execute("SELECT jammed FROM machine").fetchone()[0])

    def paper(self) -> int:
        """Sheets of blank paper left."""
        with self._memory.read() as connection:
            return int(connection.execute("SELECT paper FROM machine").fetchone()[0])

    def load_paper(self, sheets: int) -> None:
        """Staff put `sheets` more sheets in."""
        if sheets < 0:
            raise ValueError("paper is put in, not taken out")
        with self._memory.write("load_paper") as connection:
            connection.execute("UPDATE machine SET paper = paper + ?", (sheets,))

    def _feed(self, job_id: str, paper_id: str, sheet_no: int, sheets: int) -> int | Ejected | Jammed | OutOfPaper | Uncertain:
        """Record that a sheet is being fed; its number. Or say why none is."""
        with self._memory.write("feed") as connection:
            state = _demand_order(connection, job_id, paper_id, sheet_no, sheets)
            if state in _OUT:
                return Ejected()
            if state == "feeding":
                return Uncertain()
            paper, jams_next, jammed = connection.execute("SELECT paper, jams_next, jammed FROM machine").fetchone()
            if jammed:
                return Jammed()
            if paper == 0:
                return OutOfPaper()
            connection.execute("UPDATE machine SET paper = paper - 1, jammed = jams_next, jams_next = 0")
            sheet_id = _started(connection, (job_id, paper_id, sheet_no), sheets, "jammed" if jams_next else "feeding")
            return Jammed() if jams_next else sheet_id

    def _papers(self, rows: list[_Row]) -> tuple[TakenPaper, ...]:
        return tuple(self._handed(paper, rows) for paper in dict.fromkeys(row[1:3] for row in rows))

    def _handed(self, paper: tuple[str, str], rows: list[_Row]) -> TakenPaper:
        own = [row for row in rows if row[1:3] == paper]
        sheets = own[0][4]
        last = next((row[0] for row in own if row[3] == sheets), None)
        sides = None if last is None else _parted(self._tray.content(last))
        return TakenPaper(*paper, sheet_nos=tuple(row[3] for row in own), sheets=sheets, sides=sides)

    def _clear(self, way: Way, rows: list[_Row]) -> None:
        if rows:
            self._tray.carry_off(way)
            self._finish(way)

    def _finish(self, way: Way) -> None:
        """Whatever was carried off is recorded, then wiped."""
        self._record(way, self._tray.carried(way), before="ejected")
        self._tray.wipe(way)

    def _look(self) -> None:
        """A sheet that was being fed and lies in the tray came out."""
        self._record("ejected", self._tray.lying(), before="feeding")

    def _record(self, state: str, sheets: list[int], before: str) -> None:
        if not sheets:
            return
        with self._memory.write(state) as connection:
            connection.executemany("UPDATE sheet SET state = ? WHERE sheet_id = ? AND state = ?", [(state, sheet, before) for sheet in sheets])

    def _lying_rows(self) -> list[_Row]:
        with self._lock:
            lying = set(self._tray.lying())
            return [row for row in self._rows("WHERE state IN ('feeding', 'ejected')", ()) if row[0] in lying]

    def _rows(self, where: str, values: tuple[str, ...]) -> list[_Row]:
        with self._memory.read() as connection:
            return connection.execute(f"SELECT {_COLUMNS} FROM sheet {where} ORDER BY sheet_id", values).fetchall()  # noqa: S608


def _bound(sides: Sides) -> bytes:
    """Both documents as one file of the tray: the face's length in 8 bytes, the face, the back."""
    return len(sides.face).to_bytes(8, "big") + sides.face + sides.back


def _parted(content: bytes) -> Sides:
    end = 8 + int.from_bytes(content[:8], "big")
    return Sides(content[8:end], content[end:])


def _load_new(connection: sqlite3.Connection, paper: int) -> None:
    connection.execute("INSERT INTO machine VALUES (?, 0, 0)", (paper,))


def _demand_order(connection: sqlite3.Connection, job_id: str, paper_id: str, sheet_no: int, sheets: int) -> str | None:
    """The sheet's state, None when it was never fed. Raises `OutOfOrder`."""
    rows = connection.execute("SELECT sheet_no, sheets, state FROM sheet WHERE job_id = ? AND paper_id = ? ORDER BY sheet_no", (job_id, paper_id))
    known = {number: (of, state) for number, of, state in rows}
    if not 1 <= sheet_no <= sheets or any(of != sheets for of, _ in known.values()):
        raise OutOfOrder(f"sheet {sheet_no} of {sheets}")
    if sheet_no > 1 and known.get(sheet_no - 1, (sheets, None))[1] not in _OUT:
        raise OutOfOrder(f"sheet {sheet_no} before sheet {sheet_no - 1} came out")
    return known[sheet_no][1] if sheet_no in known else None


def _started(connection: sqlite3.Connection, sheet: tuple[str, str, int], sheets: int, state: str) -> int:
    row = connection.execute(
        "INSERT INTO sheet (job_id, paper_id, sheet_no, sheets, state) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (job_id, paper_id, sheet_no) DO UPDATE SET state = excluded.state RETURNING sheet_id",
        (*sheet, sheets, state),
    ).fetchone()
    return int(row[0])


def _paper_state(rows: list[_Row], lying: set[int]) -> PaperState:
    """Of a paper's sheets; one in the tray came out, whatever was recorded."""
    states = ["ejected" if row[0] in lying else row[5] for row in rows]
    return PaperState(
        paper_id=rows[0][2],
        sheets=rows[0][4],
        sheets_started=len(states),
        sheets_ejected=sum(state in _OUT for state in states),
        in_tray=sum(row[0] in lying for row in rows),
        taken=states.count("taken"),
        discarded=states.count("discarded"),
        uncertain="feeding" in states,
    )
