"""What physically happened, by the devices' own memories: which coins moved, which sheets came out. Nobody's opinion counts here, the kiosk's neither."""

from dataclasses import dataclass
from pathlib import Path

from tests.town.rows import rows


@dataclass(frozen=True, slots=True)
class Coins:
    """The coins of one request: put in, come back out of the slot, still lying between."""

    inserted_yen: int
    returned_yen: int
    escrow_yen: int

    @property
    def kept_yen(self) -> int:
        """What the shop has."""
        return self.inserted_yen - self.returned_yen - self.escrow_yen


@dataclass(frozen=True, slots=True)
class PaperOut:
    """One paper at the printer: sheets it has, sheets that came out, sheets of which nobody can know, sheets that a person has."""

    request_id: str
    issuance_id: str
    sheets: int
    out: int
    uncertain: int
    taken: int

    @property
    def complete(self) -> bool:
        """Every sheet came out."""
        return self.out == self.sheets


@dataclass(frozen=True, slots=True)
class Devices:
    """All terminals together; `left_behind` names what still lies in a tray."""

    coins: dict[str, Coins]
    papers: dict[str, PaperOut]
    left_behind: tuple[str, ...]

    @property
    def kept_yen(self) -> int:
        """What all coin boxes have kept."""
        return sum(coins.kept_yen for coins in self.coins.values())


def look(kiosk: Path) -> Devices:
    """The devices of every terminal under the kiosk's folder."""
    coins: dict[str, Coins] = {}
    papers: dict[str, PaperOut] = {}
    left: list[str] = []
    for terminal in sorted((kiosk / "devices").iterdir()):
        coins |= _coins(terminal / "coin_box" / "coin_box.sqlite")
        papers |= _papers(terminal / "printer")
        left += _left(terminal)
    return Devices(coins, papers, tuple(left))


def _coins(file: Path) -> dict[str, Coins]:
    query = """SELECT txn,
        SUM(CASE WHEN source = 'person' THEN denomination * count ELSE 0 END) AS inserted,
        SUM(CASE WHEN target = 'tray' THEN denomination * count ELSE 0 END) AS returned,
        SUM(CASE WHEN target = 'escrow' THEN denomination * count WHEN source = 'escrow' THEN -denomination * count ELSE 0 END) AS escrow
        FROM movement WHERE txn <> '' GROUP BY txn ORDER BY txn"""
    return {row["txn"]: Coins(row["inserted"], row["returned"], row["escrow"]) for row in rows(file, query)}


def _papers(printer: Path) -> dict[str, PaperOut]:
    lying = {int(file.name) for file in (printer / "tray").iterdir()}
    found: dict[str, PaperOut] = {}
    by_paper: dict[str, list[dict[str, object]]] = {}
    for row in rows(printer / "printer.sqlite", "SELECT * FROM sheet ORDER BY sheet_id"):
        by_paper.setdefault(row["paper_id"], []).append(row)
    for paper, sheets in by_paper.items():
        states = ["ejected" if sheet["sheet_id"] in lying else sheet["state"] for sheet in sheets]
        first = sheets[0]
        found[paper] = PaperOut(
            request_id=str(first["job_id"]),
            issuance_id=paper,
            sheets=int(str(first["sheets"])),
            out=sum(state in ("ejected", "taken") for state in states),
            uncertain=states.count("feeding"),
            taken=states.count("taken"),
        )
    return found


def _left(terminal: Path) -> list[str]:
    yen = rows(terminal / "coin_box" / "coin_box.sqlite", "SELECT SUM(denomination * count) AS yen FROM holding WHERE place = 'tray'")[0]["yen"] or 0
    sheets = len(list((terminal / "printer" / "tray").iterdir()))
    return [f"{terminal.name}: {what}" for what in ([f"{yen} yen"] if yen else []) + ([f"{sheets} sheets"] if sheets else [])]
