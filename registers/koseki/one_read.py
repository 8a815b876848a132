"""Everything about one 戸籍 in one statement: the 戸籍, its 附票, and what forbids a paper of its people.

Decides what state a reader sees: one, since one statement is one. Decides also whose stops count for a person: those set here, those set on the same person's place in another 戸籍 of this
register (they share a 宛名番号), and those of the resident register of the same municipality. A paper that would list a protected person is refused whoever asks (domain facts 3), so the
union is made here, where nobody can forget it. Nothing ends a stop but its release: no `until` is looked at.

Each kind of row is a branch of a UNION ALL in text columns: `tag, koseki_no, order, person_no, …`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, FromClause, Select, Text, and_, case, func, literal_column, or_, select, union_all
from sqlalchemy import cast as sql_cast

from registers.koseki.fuhyo import Fuhyo, FuhyoAddress, FuhyoPerson
from registers.koseki.koseki import Entry, Koseki, KosekiPerson
from registers.koseki.schema import ENTRIES, FUHYO_ADDRESSES, FUHYO_PEOPLE, KOSEKI, MEMBERS, PROTECTIONS, SUPPRESSIONS, entry_value
from registers.residents import schema as residents
from registers.residents.households import PRESENT, stop_key
from registers.residents.resident import Protection, Suppression
from registers.residents.schema import HOUSEHOLDS, RESIDENTS, day, protection_value, suppression_value

Of = Callable[[ColumnElement[Any]], ColumnElement[bool]]
"""A column that holds a `koseki_no` -> whether the row belongs to what is asked for."""

_NULL = sql_cast(literal_column("NULL"), Text)
_THIS: ColumnElement[Any] = literal_column("'1'")
_SAME: ColumnElement[Any] = literal_column("'2'")
_RESIDENT: ColumnElement[Any] = literal_column("'3'")
_OTHER = MEMBERS.alias("same_person")
_PERSON_OF_RESIDENT = MEMBERS.join(RESIDENTS, RESIDENTS.c.atena_no == MEMBERS.c.atena_no)
_PERSON_ELSEWHERE = MEMBERS.join(_OTHER, and_(_OTHER.c.atena_no == MEMBERS.c.atena_no, _OTHER.c.person_no != MEMBERS.c.person_no))
_RESIDENT_STOP = and_(
    residents.SUPPRESSIONS.c.household_no == RESIDENTS.c.household_no,
    or_(
        and_(residents.SUPPRESSIONS.c.household.is_(True), or_(*(RESIDENTS.c.standing == standing for standing in PRESENT))),
        and_(residents.SUPPRESSIONS.c.household.is_(False), residents.SUPPRESSIONS.c.atena_no == RESIDENTS.c.atena_no),
    ),
)

residents_revision = (
    select(func.max(HOUSEHOLDS.c.revision))
    .select_from(_PERSON_OF_RESIDENT.join(HOUSEHOLDS, HOUSEHOLDS.c.household_no == RESIDENTS.c.household_no))
    .where(MEMBERS.c.koseki_no == KOSEKI.c.koseki_no)
    .correlate(KOSEKI)
    .scalar_subquery()
)
"""The latest revision of the households in which people of this 戸籍 live here: a protection set there moves the version here."""

_KOSEKI: dict[str, Any] = {
    **{column.key: column for column in KOSEKI.c if column.key not in ("koseki_no", "place", "changed_at")},
    "of_residents": residents_revision,
}
_MEMBER: dict[str, Any] = {
    **{column.key: column for column in MEMBERS.c if column.key not in ("koseki_no", "place", "person_no")},
    **{f"fuhyo_{column.key}": column for column in FUHYO_PEOPLE.c if column.key not in ("koseki_no", "person_no")},
}
"""What the rows of a 戸籍 and of a person carry after `tag, koseki_no, place, person_no`, by name."""
_WIDTH = 4 + max(len(_KOSEKI), len(_MEMBER))


def version(revision: int | str, of_residents: int | str | None) -> str:
    """A version from the 戸籍's own revision and that of its residents. Both only grow, so no state of it has the version of an earlier one."""
    return f"{revision}.{of_residents or 0}"


def everything(of: Of, person_no: ColumnElement[Any] | None = None) -> CompoundSelect[Any]:
    """All there is to know of these 戸籍; `person_no` comes back as who was looked for."""
    member_of, here = of(MEMBERS.c.koseki_no), MEMBERS.c.koseki_no
    protected, stopped = residents.PROTECTIONS, residents.SUPPRESSIONS
    return union_all(
        *own(of, person_no),
        _protections(_SAME, _PERSON_ELSEWHERE.join(PROTECTIONS, PROTECTIONS.c.person_no == _OTHER.c.person_no), PROTECTIONS, member_of),
        _protections(_RESIDENT, _PERSON_OF_RESIDENT.join(protected, protected.c.atena_no == RESIDENTS.c.atena_no), protected, member_of),
        _stops(_SAME, _PERSON_ELSEWHERE.join(SUPPRESSIONS, SUPPRESSIONS.c.person_no == _OTHER.c.person_no), SUPPRESSIONS, here, member_of),
        _stops(_RESIDENT, _PERSON_OF_RESIDENT.join(stopped, _RESIDENT_STOP), stopped, here, member_of),
    )


def own(of: Of, person_no: ColumnElement[Any] | None = None) -> tuple[Select[Any], ...]:
    """The branches of what this register itself says of these 戸籍, without what the resident register adds."""
    member_of, entry_of, address_of = (of(table.c.koseki_no) for table in (MEMBERS, ENTRIES, FUHYO_ADDRESSES))
    people = MEMBERS.outerjoin(FUHYO_PEOPLE, FUHYO_PEOPLE.c.person_no == MEMBERS.c.person_no)
    addresses = (FUHYO_ADDRESSES.c.number, FUHYO_ADDRESSES.c.person_no, FUHYO_ADDRESSES.c.address, FUHYO_ADDRESSES.c.since)
    written = (ENTRIES.c.number, ENTRIES.c.person_no, ENTRIES.c.title, ENTRIES.c.rows, ENTRIES.c.recorded_on)
    return (
        _branch(
            "K", KOSEKI, KOSEKI.c.koseki_no, (KOSEKI.c.place, _NULL if person_no is None else person_no, *_KOSEKI.values()), of(KOSEKI.c.koseki_no)
        ),
        _branch("M", people, MEMBERS.c.koseki_no, (MEMBERS.c.place, MEMBERS.c.person_no, *_MEMBER.values()), member_of),
        _branch("E", ENTRIES, ENTRIES.c.koseki_no, written, entry_of),
        _branch("A", FUHYO_ADDRESSES, FUHYO_ADDRESSES.c.koseki_no, addresses, address_of),
        _protections(_THIS, MEMBERS.join(PROTECTIONS, PROTECTIONS.c.person_no == MEMBERS.c.person_no), PROTECTIONS, member_of),
        _stops(_THIS, MEMBERS.join(SUPPRESSIONS, SUPPRESSIONS.c.person_no == MEMBERS.c.person_no), SUPPRESSIONS, MEMBERS.c.koseki_no, member_of),
    )


@dataclass(slots=True)
class _Found:
    """The rows of one 戸籍, taken apart."""

    place: int = -1
    asked_for: str | None = None
    header: dict[str, Any] = field(default_factory=dict)
    members: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)
    entries: dict[str | None, list[tuple[int, Entry]]] = field(default_factory=dict)
    addresses: dict[str | None, list[tuple[int, FuhyoAddress]]] = field(default_factory=dict)
    protections: dict[str | None, list[tuple[str, Protection]]] = field(default_factory=dict)
    stops: dict[str | None, set[Suppression]] = field(default_factory=dict)


def assembled(rows: Iterable[Any]) -> tuple[tuple[Koseki, Fuhyo | None, str | None], ...]:
    """(the 戸籍, its 附票 if one is kept, the person who was looked for) of the rows of `everything` or `own`, in the order in which they were loaded."""
    of_koseki: dict[str, _Found] = {}
    for tag, koseki_no, order, person_no, *rest in rows:
        _take(of_koseki.setdefault(koseki_no, _Found()), tag, order, person_no, rest)
    return tuple(_values(koseki_no, found) for koseki_no, found in sorted(of_koseki.items(), key=lambda one: one[1].place))


def _take(found: _Found, tag: str, order: str, person_no: str | None, rest: list[Any]) -> None:
    """Put one row where it belongs; its cells stand as in `own` and `everything`."""
    if tag == "K":
        found.place, found.asked_for, found.header = int(order), person_no, dict(zip(_KOSEKI, rest, strict=False))
    elif tag == "M":
        assert person_no is not None
        found.members.append((int(order), person_no, dict(zip(_MEMBER, rest, strict=False))))
    elif tag == "E":
        title, its_rows, recorded_on, *_ = rest
        found.entries.setdefault(person_no, []).append((int(order), entry_value(title, its_rows, recorded_on)))
    elif tag == "A":
        address, since, *_ = rest
        found.addresses.setdefault(person_no, []).append((int(order), FuhyoAddress(address, since)))
    elif tag == "P":
        source, level, since, until, *_ = rest
        found.protections.setdefault(person_no, []).append((order + source, protection_value(level, since, until)))
    else:
        since, until, household, reason, *_ = rest
        found.stops.setdefault(person_no, set()).add(suppression_value(since, until, household == "1", reason))


def _values(koseki_no: str, found: _Found) -> tuple[Koseki, Fuhyo | None, str | None]:
    header = found.header
    found.members.sort(key=lambda member: member[0])
    koseki = Koseki(
        koseki_no=koseki_no,
        honseki=header["honseki"],
        family_name=header["family_name"],
        family_name_kana=header["family_name_kana"],
        family_name_kana_recorded_on=day(header["family_name_kana_recorded_on"]),
        hittousha=header["hittousha"],
        entries=_in_order(found.entries.get(None, [])),
        members=tuple(_member(person_no, cells, found) for _, person_no, cells in found.members),
        standing=header["standing"],
        change_pending=int(header["pending"]) > 0,
        version=version(header["revision"], header["of_residents"]),
    )
    made_on = day(header["fuhyo_made_on"])
    if made_on is None:
        return koseki, None, found.asked_for
    people = tuple(_fuhyo_person(person_no, cells, found) for _, person_no, cells in found.members if cells["fuhyo_name"] is not None)
    fuhyo = Fuhyo(koseki_no, koseki.honseki, koseki.hittousha, people, made_on, koseki.standing, koseki.version)
    return koseki, fuhyo, found.asked_for


def _member(person_no: str, cells: dict[str, Any], found: _Found) -> KosekiPerson:
    return KosekiPerson(
        person_no=person_no,
        given_name=cells["given_name"],
        given_name_kana=cells["given_name_kana"],
        kana_recorded_on=day(cells["kana_recorded_on"]),
        birth=cells["birth"],
        sex=cells["sex"],
        father=cells["father"],
        mother=cells["mother"],
        adoptive_father=cells["adoptive_father"],
        adoptive_mother=cells["adoptive_mother"],
        relation=cells["relation"],
        spouse=cells["spouse"],
        entries=_in_order(found.entries.get(person_no, [])),
        removed_on=day(cells["removed_on"]),
        atena_no=cells["atena_no"],
        protection=_protection(found, person_no),
        suppressions=_suppressions(found, person_no),
    )


def _fuhyo_person(person_no: str, cells: dict[str, Any], found: _Found) -> FuhyoPerson:
    return FuhyoPerson(
        person_no=person_no,
        name=cells["fuhyo_name"],
        given_name=cells["given_name"],
        birth=cells["fuhyo_birth"],
        sex=cells["fuhyo_sex"],
        juminhyo_code=cells["fuhyo_juminhyo_code"],
        addresses=_in_order(found.addresses.get(person_no, [])),
        removed_on=day(cells["removed_on"]),
        atena_no=cells["atena_no"],
        protection=_protection(found, person_no),
        suppressions=_suppressions(found, person_no),
    )


def _branch(tag: str, source: FromClause, koseki_no: ColumnElement[Any], columns: Sequence[Any], where: ColumnElement[bool]) -> Select[Any]:
    cells = (literal_column(f"'{tag}'"), koseki_no, *columns)
    padded = (*cells, *(_NULL for _ in range(_WIDTH - len(cells))))
    texts: list[Any] = [sql_cast(cell, Text).label(f"c{number}") for number, cell in enumerate(padded)]
    return select(*texts).select_from(source).where(where)


def _protections(origin: ColumnElement[Any], source: FromClause, table: Any, where: ColumnElement[bool]) -> Select[Any]:
    columns = (origin, MEMBERS.c.person_no, table.c.source, table.c.level, table.c.since, table.c.until)
    return _branch("P", source, MEMBERS.c.koseki_no, columns, where)


def _stops(origin: ColumnElement[Any], source: FromClause, table: Any, koseki_no: ColumnElement[Any], where: ColumnElement[bool]) -> Select[Any]:
    columns = (origin, MEMBERS.c.person_no, table.c.since, table.c.until, case((table.c.household.is_(True), "1"), else_="0"), table.c.reason)
    return _branch("S", source, koseki_no, columns, and_(where, table.c.released_at.is_(None)))


def _protection(found: _Found, person_no: str) -> Protection | None:
    """One protection stands for all: this register's before the others', a clerk's before a file's. All levels forbid the same."""
    of_person = found.protections.get(person_no)
    return min(of_person, key=lambda one: one[0])[1] if of_person else None


def _suppressions(found: _Found, person_no: str) -> tuple[Suppression, ...]:
    return tuple(sorted(found.stops.get(person_no, ()), key=stop_key))


def _in_order(numbered: list[tuple[int, Any]]) -> tuple[Any, ...]:
    return tuple(value for _, value in sorted(numbered, key=lambda one: one[0]))
