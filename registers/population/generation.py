"""From a seed to a register: the cast, then ordinary households until the city has its people; then dates, addresses and numbers for all.

Decides the size and the dates of moving in. The same arguments give equal populations in every process; nobody's values depend on how many people follow.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from registers.population import city as places
from registers.population import families, foreigners
from registers.population.cast import CAST
from registers.population.city import MIHON, City
from registers.population.marks import mark
from registers.population.numbering import Numbering
from registers.population.people import Household as Draft
from registers.population.people import Making, Person
from registers.register_dates import age_on
from registers.residents.households import assembled, is_present
from registers.residents.relations import HEAD, SPOUSES
from registers.residents.resident import Household, Resident

_KINDS = (*families.KINDS, *foreigners.KINDS)
_FOREIGN_RESIDENTS_BEGAN = date(2012, 7, 9)
"""The day foreign residents entered the register (外国人住民となった日 of those who were here already)."""
HOLDER_AGE_MIN = 15
_MAY_COME_FROM_ELSEWHERE = (*SPOUSES, "子の妻", "子の夫", "妻の母", "夫の母", "縁故者", "同居人", "母")


@dataclass(frozen=True, slots=True)
class HolderNote:
    """Somebody fit to be a demonstration holder: whether a paper with the whole household is theirs for the asking, and what is special about them."""

    atena_no: str
    entitled: bool
    note: str


@dataclass(frozen=True, slots=True)
class Population:
    """A register. `residents[0]` is a healthy adult, head of a household of four, and `holders[0]`.

    `holders`: those of the cast, the entitled first. `ordinary`: the 宛名番号 of everybody else who is 15 or older and to whom nothing is forbidden, in order.
    Serials and first days of cards are None: cards are made elsewhere.
    """

    city: City
    residents: tuple[Resident, ...]
    households: tuple[Household, ...]
    holders: tuple[HolderNote, ...]
    ordinary: tuple[str, ...]


def generate(seed: int, residents: int, today: date, city: City = MIHON) -> Population:
    """A population of exactly `residents` people (4 at least; the whole cast needs about 45) as of `today`."""
    if residents < 4:
        message = "a population has at least the 4 people of the first household"
        raise ValueError(message)
    making = Making(seed, city, today)
    drafts = _drafts(making, residents)
    people, households, numbered = _registered(making, drafts)
    holders = _holders(drafts, numbered)
    taken = {holder.atena_no for holder in holders}
    ordinary = tuple(
        member.atena_no
        for household in households
        if _nothing_forbids(household)
        for member in household.members
        if member.atena_no not in taken and (age_on(member.birth, today) or 0) >= HOLDER_AGE_MIN
    )
    return Population(city, people, households, holders, ordinary)


def _drafts(making: Making, size: int) -> list[Draft]:
    drafts: list[Draft] = []
    count = 0
    for make in CAST:
        draft = make(making)
        if count + len(draft.people) <= size:
            drafts.append(draft)
            count += len(draft.people)
    kinds, weights = [kind for kind, _ in _KINDS], [weight for _, weight in _KINDS]
    while count < size:
        draft = making.chance.choices(kinds, weights)[0](making)
        if count + len(draft.people) > size:
            draft = families.alone(making)
        mark(making, draft)
        drafts.append(draft)
        count += len(draft.people)
    return drafts


def _registered(making: Making, drafts: list[Draft]) -> tuple[tuple[Resident, ...], tuple[Household, ...], list[list[str]]]:
    """(people, households, the 宛名番号 of each draft's people)."""
    numbering, chance = Numbering(making.stream("numbers")), making.stream("places")
    people: list[Resident] = []
    addresses: list[str] = []
    numbered: list[list[str]] = []
    for draft in drafts:
        household_no = numbering.household_no()
        address = draft.address or places.address(chance, making.city, flat=draft.flat)
        residents = _residents(making, draft, household_no, numbering)
        people += residents
        addresses += [address] * len(residents)
        numbered.append([resident.atena_no for resident in residents])
    everybody, households = assembled(people, addresses)
    return everybody, households, numbered


def _residents(making: Making, draft: Draft, household_no: str, numbering: Numbering) -> list[Resident]:
    """The draft's people with numbers and dates. Natives were born here, but not everybody who married or moved in with them."""
    moves = making.moves
    native = draft.native or (draft.moved_in is None and moves.random() < 0.25)
    moved_in = draft.moved_in or _moving_day(making, draft)
    elsewhere = draft.previous_address or places.address_elsewhere(moves)
    abroad = draft.people[0].foreign is not None and moves.random() < 0.5
    notified = min(moved_in + timedelta(days=moves.randint(0, 13)), making.today)  # one 届出 for all who came together
    residents = []
    for person in draft.people:
        stranger = person.foreign is not None or person.relation in _MAY_COME_FROM_ELSEWHERE
        born_here = native and (person.relation == HEAD or not stranger or (person.foreign is None and moves.random() < 0.5))
        previous = person.foreign.nationality if person.foreign and abroad else elsewhere
        residents.append(
            _resident(making, person, household_no, numbering, (moved_in, notified), None if born_here and person.foreign is None else previous)
        )
    return residents


def _moving_day(making: Making, draft: Draft) -> date:
    """When this household came to where it lives: after the head and the spouse had grown up, and for a limited stay not before it can have begun."""
    pair = [person for person in draft.people if person.relation == HEAD or person.relation in SPOUSES]
    earliest = max(max(person.birth for person in pair) + timedelta(days=18 * 366), making.today - timedelta(days=365 * draft.years_here_max))
    return min(earliest, making.today) + timedelta(days=making.moves.randrange(max(1, (making.today - earliest).days)))


def _resident(making: Making, person: Person, household_no: str, numbering: Numbering, move: tuple[date, date], previous: str | None) -> Resident:
    """One person with dates; `move` is when the household came and when that was notified; `previous` None: a resident by birth.

    Who was born after the household came was born here too.
    """
    moved_in, notified = move
    since = person.birth if previous is None or person.birth >= moved_in else moved_in
    address_since = max(moved_in, person.birth)
    if person.foreign is not None:
        since = max(since, _FOREIGN_RESIDENTS_BEGAN)
    if person.birth > moved_in:
        notified = min(person.birth + timedelta(days=making.moves.randint(0, 13)), making.today)
    resident = Resident(
        atena_no=numbering.atena_no(),
        household_no=household_no,
        name=person.name,
        name_kana=person.kana if person.kana_known else None,
        former_name=person.former.written if person.former else None,
        former_name_kana=person.former.kana if person.former else None,
        alias=person.alias.written if person.alias else None,
        alias_kana=person.alias.kana if person.alias else None,
        birth=person.birth_text or person.birth.isoformat(),
        sex=person.sex,
        relation=person.relation,
        resident_since=since.isoformat(),
        address_since=address_since.isoformat(),
        notified_on=notified.isoformat(),
        previous_address=None if person.birth >= moved_in else previous,
        honseki=person.honseki,
        hittousha=person.hittousha,
        my_number=numbering.my_number(),
        juminhyo_code=numbering.juminhyo_code(),
        foreign=person.foreign,
        serial=None,
        card_usable_from=None,
        standing=person.standing,
        standing_since=person.standing_since,
        character_pending=person.character_pending,
        protection=person.protection,
        suppressions=person.suppressions,
    )
    return _with_uncertain_dates(resident, person)


def _with_uncertain_dates(resident: Resident, person: Person) -> Resident:
    """Where the birth date is not known, 住民となった年月日 of somebody born here is not known either."""
    if person.birth_text is None:
        return resident
    unknown = "年月日不詳"
    return replace(
        resident,
        resident_since=unknown if resident.resident_since == person.birth.isoformat() else resident.resident_since,
        address_since=unknown if resident.address_since == person.birth.isoformat() else resident.address_since,
    )


def _holders(drafts: list[Draft], numbered: list[list[str]]) -> tuple[HolderNote, ...]:
    notes = [HolderNote(numbers[index], *note) for draft, numbers in zip(drafts, numbered, strict=True) for index, note in draft.notes.items()]
    return (*(note for note in notes if note.entitled), *(note for note in notes if not note.entitled))


def _nothing_forbids(household: Household) -> bool:
    """Everybody of the household may stand on a paper, and nobody is about to leave."""
    return all(
        is_present(person) and person.standing == "current" and person.protection is None and not person.suppressions and not person.character_pending
        for person in household.members
    )
