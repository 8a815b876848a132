"""Where made-up people live and lived: numbers, dates and addresses of a household, its people's lines in the resident registers, and every 住所 they had.

Decides the dates of moving in and the addresses before and after. The line that somebody leaves behind in another municipality of the world stands as 転出, with numbers of that municipality.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypedDict

from registers.population import city as places
from registers.population.city import City
from registers.population.making import Making
from registers.population.numbering import NationalNumbering, Numbering
from registers.population.people import Household as Draft
from registers.population.people import Person, Stay
from registers.register_dates import RegisterDate
from registers.residents.relations import HEAD, SPOUSES
from registers.residents.resident import ForeignStatus, Protection, Resident, Sex, Suppression

_FOREIGN_RESIDENTS_BEGAN = date(2012, 7, 9)
"""The day foreign residents entered the register (外国人住民となった日 of those who were here already)."""
_KEPT_SINCE = date(2019, 6, 20)
"""Lines of people who left are kept since then (住民基本台帳法施行令 34条: 150 years; before, five)."""
_MAY_COME_FROM_ELSEWHERE = (*SPOUSES, "子の妻", "子の夫", "妻の母", "夫の母", "縁故者", "同居人", "母")
UNKNOWN = "年月日不詳"
_FROM_THE_WORLD = 0.5
_CAST_IS_HERE_DAYS = 5 * 366
"""The cast has lived here through every January 1 of which there are taxes."""


@dataclass(frozen=True, slots=True)
class Line:
    """One person's line in one municipality's register, and the 住所 it is at."""

    city: City
    resident: Resident
    address: str
    person: Person


@dataclass(frozen=True, slots=True)
class _Before:
    """Where a household lived before it came: the address, since when, and the municipality if it is of the world."""

    address: str
    since: date
    city: City | None
    moved_in: date
    notified: date


def lines_of(making: Making, draft: Draft, numbering: Mapping[str, Numbering], national: NationalNumbering) -> list[Line]:
    """The lines of a household, those of its own municipality first and in the order of its people. Sets numbers and stays of the people."""
    moves, city = making.moves, making.city
    native = draft.native or (draft.moved_in is None and moves.random() < 0.25)
    before = _before(making, draft, native=native)
    address = draft.address or places.address(moves, city, flat=draft.flat)
    abroad = draft.people[0].foreign is not None and moves.random() < 0.5
    household_no = numbering[city.code].household_no()
    lines = []
    for person in draft.people:
        person.my_number, person.juminhyo_code = national.my_number(), national.juminhyo_code()
        stranger = person.foreign is not None or person.relation in _MAY_COME_FROM_ELSEWHERE
        born_here = native and (person.relation == HEAD or not stranger or (person.foreign is None and moves.random() < 0.5))
        stranger_from = person.foreign.nationality if person.foreign and abroad else before.address
        previous = None if (born_here and person.foreign is None) or person.birth >= before.moved_in else stranger_from
        resident = _resident(making, person, (household_no, numbering[city.code].atena_no()), before, previous)
        if previous is not None:
            person.stays.append(Stay(previous, _from_birth(person, max(person.birth, before.since)), before.city.code if before.city else None))
        person.stays.append(Stay(address, resident.address_since, city.code, resident.atena_no, household_no))
        lines.append(Line(city, resident, address, person))
        if person.outside is not None and person.outside.city is not None:
            person.outside.atena_no, person.outside.household_no = (
                numbering[person.outside.city].atena_no(),
                numbering[person.outside.city].household_no(),
            )
    return [*lines, *_lines_behind(lines, draft, before, numbering, national), *_lines_ahead(making, lines, draft, numbering)]


def _before(making: Making, draft: Draft, *, native: bool) -> _Before:
    moves = making.moves
    moved_in = draft.moved_in or _moving_day(making, draft)
    notified = min(moved_in + timedelta(days=moves.randint(0, 13)), making.today)  # one 届出 for all who came together
    since = moved_in - timedelta(days=moves.randint(300, 4000))
    if draft.lived_before_since is not None:
        since = draft.lived_before_since
    city = draft.came_from
    if city is None and not native and _may_have_moved_in_the_world(making, draft, moved_in) and moves.random() < _FROM_THE_WORLD:
        city = moves.choice(making.cities[1:])
        if city == draft.goes_to:  # nobody has two lines in one register
            city = next((other for other in making.cities[1:] if other != draft.goes_to), None)
    address = draft.previous_address or (places.address(moves, city, flat=moves.random() < 0.5) if city else places.address_elsewhere(moves))
    return _Before(address, since, city, moved_in, notified)


def _may_have_moved_in_the_world(making: Making, draft: Draft, moved_in: date) -> bool:
    """Only the main municipality has such moves, of Japanese households whose 戸籍 have not changed since, and whose old lines are still kept."""
    if making.city != making.cities[0] or len(making.cities) < 2 or draft.previous_address is not None or moved_in < _KEPT_SINCE:
        return False
    families = [person.family for person in draft.people]
    return all(
        family is not None and all(day is not None and day < moved_in for m in family.marriages for day in (m.on, m.ended_on or m.on))
        for family in families
    )


def _lines_behind(lines: list[Line], draft: Draft, before: _Before, numbering: Mapping[str, Numbering], national: NationalNumbering) -> list[Line]:
    """転出: the lines that those who came from a municipality of the world left there."""
    city = before.city
    if city is None:
        return []
    household_no = numbering[city.code].household_no()
    behind = []
    for line, person in zip(lines, draft.people, strict=True):
        if line.resident.previous_address is None:
            continue
        stay = person.stays[0]
        stay.atena_no, stay.household_no = numbering[city.code].atena_no(), household_no
        old = replace(
            line.resident,
            atena_no=stay.atena_no,
            household_no=household_no,
            resident_since=stay.since,
            address_since=stay.since,
            notified_on=max(before.since, person.birth).isoformat(),
            previous_address=None,
            standing="left",
            standing_since=before.moved_in,
            juminhyo_code=national.juminhyo_code() if draft.behind.code_changed else line.resident.juminhyo_code,
            protection=draft.behind.protection,
            suppressions=(),
        )
        behind.append(Line(city, old, before.address, person))
    return behind


def _lines_ahead(making: Making, lines: list[Line], draft: Draft, numbering: Mapping[str, Numbering]) -> list[Line]:
    """What 転出 leads to: an address outside the world, or lines in the municipality of the world to which these people have gone."""
    moves, city = making.moves, draft.goes_to
    gone = [(line, person) for line, person in zip(lines, draft.people, strict=True) if person.standing == "left"]
    if not gone:
        return []
    if city == making.city:
        city = None
    address = places.address(moves, city, flat=True) if city else places.address_elsewhere(moves)
    household_no = numbering[city.code].household_no() if city else None
    ahead = []
    for line, person in gone:
        moved_on = person.standing_since
        assert moved_on is not None
        stay = Stay(address, moved_on.isoformat(), city.code if city else None, numbering[city.code].atena_no() if city else None, household_no)
        person.stays.append(stay)
        if city is not None and stay.atena_no is not None and household_no is not None:
            relation = line.resident.relation if len(gone) > 1 else HEAD
            new = replace(
                line.resident,
                atena_no=stay.atena_no,
                household_no=household_no,
                relation=relation,
                resident_since=stay.since,
                address_since=stay.since,
                notified_on=min(moved_on + timedelta(days=3), making.today).isoformat(),
                previous_address=line.address,
                standing="current",
                standing_since=None,
            )
            ahead.append(Line(city, new, address, person))
    return ahead


def _moving_day(making: Making, draft: Draft) -> date:
    """When this household came to where it lives: after the head and the spouse had grown up, and for a limited stay not before it can have begun."""
    pair = [person for person in draft.people if person.relation == HEAD or person.relation in SPOUSES]
    earliest = max(max(person.birth for person in pair) + timedelta(days=18 * 366), making.today - timedelta(days=365 * draft.years_here_max))
    gone = [person.standing_since for person in draft.people if person.standing_since is not None]
    latest = min([making.today - timedelta(days=_CAST_IS_HERE_DAYS if draft.notes else 0), *gone])
    return min(earliest, latest) + timedelta(days=making.moves.randrange(max(1, (latest - earliest).days)))


def _resident(making: Making, person: Person, numbers: tuple[str, str], move: _Before, previous: str | None) -> Resident:
    """One person with dates; `numbers` are (世帯番号, 宛名番号); `previous` None: a resident by birth. Who was born after the household came was born here too."""
    since = person.birth if previous is None or person.birth >= move.moved_in else move.moved_in
    address_since = max(move.moved_in, person.birth)
    if person.foreign is not None:
        since = max(since, _FOREIGN_RESIDENTS_BEGAN)
    notified = min(person.birth + timedelta(days=making.moves.randint(0, 13)), making.today) if person.birth > move.moved_in else move.notified
    return Resident(
        **_identity(person),
        atena_no=numbers[1],
        household_no=numbers[0],
        relation=person.relation,
        resident_since=_from_birth(person, since),
        address_since=_from_birth(person, address_since),
        notified_on=notified.isoformat(),
        previous_address=previous,
        serial=None,
        card_usable_from=None,
        standing=person.standing,
        standing_since=person.standing_since,
    )


class _Identity(TypedDict):
    name: str
    name_kana: str | None
    former_name: str | None
    former_name_kana: str | None
    alias: str | None
    alias_kana: str | None
    birth: RegisterDate
    sex: Sex
    honseki: str | None
    hittousha: str | None
    my_number: str
    juminhyo_code: str
    foreign: ForeignStatus | None
    character_pending: bool
    protection: Protection | None
    suppressions: tuple[Suppression, ...]


def _identity(person: Person) -> _Identity:
    """What a register says of a person wherever they live."""
    return {
        "name": person.name,
        "name_kana": person.kana if person.kana_known else None,
        "former_name": person.former.written if person.former else None,
        "former_name_kana": person.former.kana if person.former else None,
        "alias": person.alias.written if person.alias else None,
        "alias_kana": person.alias.kana if person.alias else None,
        "birth": person.registered_birth,
        "sex": person.sex,
        "honseki": person.honseki,
        "hittousha": person.hittousha,
        "my_number": person.my_number,
        "juminhyo_code": person.juminhyo_code,
        "foreign": person.foreign,
        "character_pending": person.character_pending,
        "protection": person.protection,
        "suppressions": person.suppressions,
    }


def _from_birth(person: Person, day: date) -> RegisterDate:
    """A day as registers say it: where the birth date is not known, a date that is the same day is not known either."""
    return UNKNOWN if person.birth_text is not None and day == person.birth else day.isoformat()
