"""戸籍証明書 and 戸籍の附票の写し: the people of one 戸籍 in its order, line by line, and every address of each."""

from collections.abc import Iterator
from datetime import date

from certificates.face import Face
from registers.koseki.fuhyo import Fuhyo, FuhyoPerson
from registers.koseki.koseki import Entry, Koseki, KosekiPerson
from simulation.truth.days import EMPTY, on_paper
from simulation.truth.registers import Asked

_BIRTHS_SINCE, _CODES_SINCE = date(2022, 1, 11), date(2024, 5, 27)
_BLANKS = " \u3000"

Line = tuple[str, ...]
"""One thing that the paper says: its sort, then its texts."""


def chosen(koseki: Koseki | Fuhyo, own: str, asked: Asked) -> list[str]:
    """Numbers of whom the paper must show, in the order of the 戸籍."""
    people = koseki.members if isinstance(koseki, Koseki) else koseki.people
    numbers = [person.person_no for person in people]
    wanted = {"all": set(numbers), "self": {own}}[asked.members] if isinstance(asked.members, str) else set(asked.members)
    return [number for number in numbers if number in wanted]


def wrong_with_koseki(face: Face, koseki: Koseki, people: list[str]) -> Iterator[str]:
    """In what a paper of this 戸籍 differs from what must stand on it."""
    whole = len(people) == len(koseki.members)
    if face.title != ("戸籍全部事項証明書" if whole else "戸籍個人事項証明書") or ("一部の者" in face.text("statement")) is whole:
        yield "speaks of another part of the 戸籍"
    if (face.text("honseki"), face.text("hittousha")) != (koseki.honseki, koseki.hittousha):
        yield "somebody else's 本籍 or 筆頭者"
    kana = _kana(koseki.family_name_kana, koseki.family_name_kana_recorded_on)
    if (face.text("family_kana"), face.text("family_kana_recorded_on")) != kana:
        yield "family_kana is not the register's"
    said, right = list(_lines_said(face)), list(_lines_of(koseki, people))
    if [line[1] for line in said if line[0] == "person"] != [line[1] for line in right if line[0] == "person"]:
        yield "other people than were asked for"
    elif said != right:
        at = next((at for at, (one, other) in enumerate(zip(said, right, strict=False)) if one != other), min(len(said), len(right)))
        yield f"line {at} is not the register's"


def wrong_with_fuhyo(face: Face, fuhyo: Fuhyo, people: list[str], asked: Asked) -> Iterator[str]:
    """In what a paper of this 附票 differs from what must stand on it."""
    named = "honseki" in asked.show
    if ("一部の者" in face.text("statement")) is (len(people) == len(fuhyo.people)):
        yield "speaks of another part of the 附票"
    if (face.text("honseki"), face.text("hittousha")) != ((fuhyo.honseki, fuhyo.hittousha) if named else (EMPTY, EMPTY)):
        yield "somebody else's 本籍 or 筆頭者, or one that was not asked for"
    if face.text("made_on") != on_paper(str(fuhyo.made_on)):
        yield "made_on is not the register's"
    printed = [(cells, addresses) for cells, addresses in _people_said(face)]
    right = [person for person in fuhyo.people if person.person_no in people]
    if [cells["name"] for cells, _ in printed] != [person.given_name for person in right]:
        yield "other people than were asked for"
        return
    for (cells, addresses), person in zip(printed, right, strict=True):
        texts = _texts_of(person, named=named, coded="juminhyo_code" in asked.show)
        yield from (f"{item} is not the register's, or was not asked for" for item, text in texts.items() if cells.get(item, "") != text)
        if addresses != [(one.address, on_paper(one.since)) for one in person.addresses]:
            yield "somebody else's address"


def _texts_of(person: FuhyoPerson, *, named: bool, coded: bool) -> dict[str, str]:
    kept = person.removed_on is None or person.removed_on >= _BIRTHS_SINCE
    has_code = coded and (person.removed_on is None or person.removed_on >= _CODES_SINCE)
    return {
        "family_name": EMPTY if named else person.name[: -len(person.given_name)].rstrip(_BLANKS),
        "birth": on_paper(person.birth) if kept else EMPTY,
        "sex": (person.sex or EMPTY) if kept else EMPTY,
        "juminhyo_code": (person.juminhyo_code or EMPTY) if has_code else EMPTY,
        "removed": "" if person.removed_on is None else "除籍",
    }


def _people_said(face: Face) -> Iterator[tuple[dict[str, str], list[tuple[str, str]]]]:
    cells: dict[str, str] = {}
    addresses: list[tuple[str, str]] = []
    for piece in face.pieces:
        texts = dict(piece.cells)
        if "name" in texts:
            if cells:
                yield cells, addresses
            cells, addresses = texts, []
        elif "address" in texts:
            addresses.append((texts["address"], texts["address_since"]))
        else:
            addresses[-1] = (addresses[-1][0] + texts["address_goes_on"], addresses[-1][1])
    yield cells, addresses


def _kana(kana: str | None, recorded_on: date | None) -> tuple[str, str]:
    return (kana, on_paper(str(recorded_on))) if kana and recorded_on else (EMPTY, EMPTY)


def _lines_said(face: Face) -> Iterator[Line]:
    """What a 戸籍証明書 says, values put together again that go over several lines."""
    found: list[Line] = []
    for piece in face.pieces:
        texts = dict(piece.cells)
        if "birth" in texts:
            kana = (texts.get("name_kana", EMPTY), texts.get("kana_recorded_on", EMPTY))
            found.append(("person", texts["name"], texts["birth"], *kana, texts.get("removed", "")))
        elif not texts:
            found.append(("heading", piece.strip))
        elif "label" not in texts:
            found[-1] = (*found[-1][:-1], found[-1][-1] + texts["value"])
        else:
            if "title" in texts:
                found.append(("entry", texts["title"]))
            found.append(("row", texts["label"], texts["value"]))
    return iter(found)


def _lines_of(koseki: Koseki, people: list[str]) -> Iterator[Line]:
    yield from _entries("koseki_items", koseki.entries)
    for person in koseki.members:
        if person.person_no in people:
            yield from _person(person)


def _person(person: KosekiPerson) -> Iterator[Line]:
    kana = _kana(person.given_name_kana, person.kana_recorded_on)
    yield ("person", person.given_name, on_paper(person.birth), *kana, "" if person.removed_on is None else "除籍")
    if person.spouse:
        yield ("row", "【配偶者区分】", person.spouse)
    yield ("row", "【父】", person.father or "")
    yield ("row", "【母】", person.mother or "")
    yield ("row", "【続柄】", person.relation)
    adoptive = [("row", label, name) for label, name in (("【養父】", person.adoptive_father), ("【養母】", person.adoptive_mother)) if name]
    yield from adoptive
    if adoptive:
        yield ("row", "【続柄】", "養女" if person.sex == "女" else "養子")
    yield from _entries("person_items", person.entries)


def _entries(heading: str, entries: tuple[Entry, ...]) -> Iterator[Line]:
    if entries:
        yield ("heading", heading)
    for entry in entries:
        yield ("entry", entry.title)
        if not entry.rows:
            yield ("row", "", "")
        yield from (("row", f"【{label}】", on_paper(value) if value else "") for label, value in entry.rows)
