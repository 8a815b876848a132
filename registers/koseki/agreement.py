"""What the lines of a family register's files must say of each other: every 戸籍 with its people, every person with the entry that took them out, the 附票 with its 戸籍.

Decides nothing about one line's values (`checks`) and reads no database. A 除籍 or 改製原戸籍 may stand in the register; what must hold of people who live holds of current ones alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registers.csv_table import CellFault, Line
from registers.koseki.columns import File, KosekiLine, addresses_of
from registers.koseki.entries import takes_out
from registers.koseki.koseki import KosekiPerson
from registers.register_dates import year_month_day

BIRTH_AND_SEX_FROM = date(2022, 1, 11)
CODE_FROM = date(2024, 5, 27)
"""Who was removed from a 附票 before these days has no 生年月日 and 性別 there, and no 住民票コード (domain facts 4.4)."""


@dataclass(frozen=True, slots=True)
class Person:
    """A line of the second file: its number, the 戸籍 it names, the person."""

    number: int
    koseki_no: str
    value: KosekiPerson


@dataclass(frozen=True, slots=True)
class FuhyoLine:
    """A line of the third file: its number and what it says."""

    number: int
    line: Line


Told = tuple[File, int, CellFault]
"""File, line, what is wrong."""


def faults(koseki: Mapping[str, tuple[int, KosekiLine]], people: Sequence[Person], fuhyo: Mapping[str, FuhyoLine]) -> Iterator[Told]:
    """Everything that does not agree. `koseki` by 戸籍番号 with the line's number, `people` in the file's order, `fuhyo` by the person's number."""
    by_koseki: dict[str, list[Person]] = {}
    for person in people:
        by_koseki.setdefault(person.koseki_no, []).append(person)
        if person.koseki_no not in koseki:
            yield "members", person.number, CellFault("koseki_no", "no_such_koseki")
        yield from _removal(person)
    for koseki_no, (number, line) in koseki.items():
        yield from _family(number, line, by_koseki.get(koseki_no, []), fuhyo)
    yield from _links(koseki, people)
    known = {person.value.person_no: person for person in people}
    for person_no, of_fuhyo in fuhyo.items():
        yield from _fuhyo(of_fuhyo, known.get(person_no), koseki)


def warnings(koseki: Mapping[str, tuple[int, KosekiLine]], people: Sequence[Person], fuhyo: Mapping[str, FuhyoLine]) -> Iterator[Told]:
    """What may enter but is worth a look."""
    seen: set[str] = set()
    for person in people:
        if person.koseki_no not in seen:
            seen.add(person.koseki_no)
            number, line = koseki[person.koseki_no]
            if _closed_up(line.koseki.family_name + person.value.given_name) != _closed_up(line.koseki.hittousha):
                yield "koseki", number, CellFault("hittousha", "hittousha_not_first")
        of_fuhyo = fuhyo.get(person.value.person_no)
        family_name = koseki[person.koseki_no][1].koseki.family_name
        if of_fuhyo is not None and _closed_up(of_fuhyo.line["name"]) != _closed_up(family_name + person.value.given_name):
            yield "fuhyo", of_fuhyo.number, CellFault("name", "name_differs")


def _removal(person: Person) -> Iterator[Told]:
    taken_out = any(takes_out(entry) for entry in person.value.entries)
    if person.value.removed_on is not None and not taken_out:
        yield "members", person.number, CellFault("entries", "removal_entry_missing")
    if person.value.removed_on is None and taken_out:
        yield "members", person.number, CellFault("removed_on", "removed_on_missing")


def _family(number: int, line: KosekiLine, people: Sequence[Person], fuhyo: Mapping[str, FuhyoLine]) -> Iterator[Told]:
    present = [person for person in people if person.value.removed_on is None]
    if not people:
        yield "koseki", number, CellFault("", "no_members")
    elif not present and line.koseki.standing == "current":
        yield "koseki", number, CellFault("standing", "everybody_removed")
    for role in ("夫", "妻"):
        for person in [person for person in present if person.value.spouse == role][1:]:
            yield "members", person.number, CellFault("spouse", "two_spouses")
    if line.fuhyo_made_on is not None:
        for person in present:
            if person.value.person_no not in fuhyo:
                yield "members", person.number, CellFault("person_no", "fuhyo_person_missing")


def _links(koseki: Mapping[str, tuple[int, KosekiLine]], people: Sequence[Person]) -> Iterator[Told]:
    """A resident stands in one current 戸籍: a card must not lead to two."""
    taken: set[str] = set()
    for person in people:
        known = koseki.get(person.koseki_no)
        lives = known is not None and known[1].koseki.standing == "current" and person.value.removed_on is None
        if person.value.atena_no is None or not lives:
            continue
        if person.value.atena_no in taken:
            yield "members", person.number, CellFault("atena_no", "atena_twice")
        taken.add(person.value.atena_no)


def _fuhyo(of_fuhyo: FuhyoLine, person: Person | None, koseki: Mapping[str, tuple[int, KosekiLine]]) -> Iterator[Told]:
    line = of_fuhyo.line
    for fault in _fuhyo_faults(line, person, koseki.get(line["koseki_no"])):
        yield "fuhyo", of_fuhyo.number, fault
    last = None
    for address in addresses_of(line["addresses"]):
        day = year_month_day(address.since)
        if last is not None and day is not None and day < last:
            yield "fuhyo", of_fuhyo.number, CellFault("addresses", "since_before_last")
            return
        last = day or last


def _fuhyo_faults(line: Line, person: Person | None, known: tuple[int, KosekiLine] | None) -> Iterator[CellFault]:
    if known is None:
        yield CellFault("koseki_no", "no_such_koseki")
        return
    if known[1].fuhyo_made_on is None:
        yield CellFault("koseki_no", "fuhyo_not_made")
    if person is None or person.koseki_no != line["koseki_no"]:
        yield CellFault("person_no", "not_in_koseki")
        return
    removed = person.value.removed_on
    for field, said in (("birth", person.value.birth), ("sex", person.value.sex)):
        if removed is not None and removed < BIRTH_AND_SEX_FROM:
            if line[field]:
                yield CellFault(field, "not_for_removed")
        elif line[field] != said:
            yield CellFault(field, "differs_from_koseki" if line[field] else "required")
    if removed is not None and removed < CODE_FROM and line["juminhyo_code"]:
        yield CellFault("juminhyo_code", "not_for_removed")


def _closed_up(name: str) -> str:
    """A name without the space that stands between 氏 and 名 in some registers."""
    return "".join(name.split())
