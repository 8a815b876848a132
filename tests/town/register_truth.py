"""Who a paper is about, by the municipality's register: every item on the face leads to one 宛名番号, never the name alone.

A second reading of the register, in SQL and a calendar of its own, so that it shares no fault with the rooms that make papers.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from certificates.face import Face, MemberFace
from certificates.reading import face_of, read
from tests.town.rows import Row, rows

EMPTY = "＊＊＊"
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
ERAS = (
    ("令和", date(2019, 5, 1)),
    ("平成", date(1989, 1, 8)),
    ("昭和", date(1926, 12, 25)),
    ("大正", date(1912, 7, 30)),
    ("明治", date(1868, 1, 25)),
)

COLUMN_OF = {
    "name_kana": "name_kana", "name": "name", "alias": "alias", "former_name_kana": "former_name_kana", "former_name": "former_name",
    "birth": "birth", "sex": "sex", "relation": "relation", "my_number": "my_number", "juminhyo_code": "juminhyo_code",
    "resident_since": "resident_since", "address_since": "address_since", "notified_on": "notified_on", "hittousha": "hittousha",
    "honseki": "honseki", "previous_address": "previous_address", "nationality": "nationality", "category": "foreign_category",
    "residence_status": "residence_status", "period": "period", "expires": "expires", "card_number": "card_number",
}  # fmt: skip
"""Cell of the form -> column of the register."""

ASKED_FOR_BY = {
    "relation": "relation", "my_number": "my_number", "juminhyo_code": "juminhyo_code", "hittousha": "honseki", "honseki": "honseki",
    "nationality": "nationality", "category": "residence_status", "residence_status": "residence_status", "period": "residence_status",
    "expires": "residence_status", "card_number": "residence_card",
}  # fmt: skip
"""Cell -> the 記載事項 without which it stays empty."""

ALWAYS = tuple(cell for cell in COLUMN_OF if cell not in ASKED_FOR_BY)
WESTERN_BY_LAW = ("expires",)
DAYS = ("birth", "resident_since", "address_since", "notified_on", "expires")
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Register:
    """The register at rest: each person's row, the households' addresses and heads, and the way from a face to a person."""

    people: dict[str, Row]
    households: dict[str, Row]
    by_face: dict[Key, str]

    def present(self, atena_no: str) -> list[str]:
        """The present members of this person's household."""
        home = self.people[atena_no]["household_no"]
        return sorted(no for no, row in self.people.items() if row["household_no"] == home and row["standing"] in ("current", "leaving"))

    def namesakes(self) -> list[list[str]]:
        """Groups of people of one name and one birth date."""
        groups: dict[tuple[str, str], list[str]] = {}
        for atena_no, row in self.people.items():
            groups.setdefault((row["name"], row["birth"]), []).append(atena_no)
        return [group for group in groups.values() if len(group) > 1]


def read_register(database: Path) -> Register:
    """The register in the municipality's database; an AssertionError if two people would have the same face."""
    people = {row["atena_no"]: row for row in rows(database, "SELECT * FROM residents ORDER BY atena_no")}
    households = {row["household_no"]: row for row in rows(database, "SELECT * FROM resident_households ORDER BY household_no")}
    by_face = {_key(households[row["household_no"]]["address"], [text_of(row, cell) for cell in ALWAYS]): no for no, row in people.items()}
    assert len(by_face) == len(people), "two people of the register would have the same face"
    return Register(people, households, by_face)


def person_on(register: Register, face: Face, member: MemberFace) -> str | None:
    """宛名番号 of the person whose block this is, None where it is nobody's."""
    return register.by_face.get(_key(face.address, [member.text(cell) for cell in ALWAYS]))


def differences(register: Register, pdf: bytes, holder: str, members: str | Collection[str], show: Collection[str]) -> list[str]:
    """Everything in which the paper differs from what this holder chose, by the register; no text of the paper in it."""
    face = face_of(read(pdf))
    found = [person_on(register, face, member) for member in face.members]
    household = register.present(holder)
    wanted = household if members == "all" else [holder] if members == "self" else sorted(members)
    wrong = [] if sorted(no or "" for no in found) == wanted else [f"lists {found} instead of {wanted}"]
    whole = len(wanted) == len(household)
    if ("世帯全員" in face.statement, "世帯の一部" in face.statement) != (whole, not whole):
        wrong.append("speaks of another part of the household")
    head = register.households[register.people[holder]["household_no"]]["head_name"]
    if face.head_name != (head if "relation" in show else EMPTY):
        wrong.append("another head of the household, or one that was not asked for")
    for member, atena_no in zip(face.members, found, strict=True):
        if atena_no is not None:
            wrong += [f"{cell} of {atena_no}" for cell, text in member.cells if text != _shown(register.people[atena_no], cell, show)]
    return wrong


def text_of(person: Row, cell: str) -> str:
    """What the paper prints for this person in this cell, if it is to be printed."""
    value, foreign = person[COLUMN_OF[cell]], person["nationality"] is not None
    if value is None or (foreign and cell in ("hittousha", "honseki")):
        return EMPTY
    return on_paper(value, western=cell in WESTERN_BY_LAW or (foreign and cell == "birth")) if cell in DAYS else str(value)


def on_paper(day: str, *, western: bool) -> str:
    """A registered day in 和暦 or in Western years; a registered text as it stands."""
    try:
        year, month, number = (int(part) for part in day.split("-"))
    except ValueError:
        return day
    name, counted = "", str(year)
    if not western:
        name, first = next((name, first) for name, first in ERAS if (first.year, first.month, first.day) <= (year, month, number))
        counted = "元" if year == first.year else str(year - first.year + 1)
    return f"{name}{counted}年{month}月{number}日".translate(WIDE)


def _shown(person: Row, cell: str, show: Collection[str]) -> str:
    return text_of(person, cell) if ASKED_FOR_BY.get(cell) in (None, *show) else EMPTY


def _key(address: str, texts: list[str]) -> Key:
    return (address, *texts)
