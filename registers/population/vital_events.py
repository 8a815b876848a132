"""Who is born, dies, marries and divorces."""

from datetime import datetime, timedelta

from registers.koseki.entries import MARRIAGE
from registers.population.books import Book, book_of, partner_of
from registers.population.change import Birth, Death, Divorce, LeaveNotified, Wedding
from registers.population.city import City, honseki
from registers.population.fitness import Run, age_at, can_go_on, homes, nothing_pending, open_book, settled
from registers.population.moving import announced
from registers.population.municipality import Population, World
from registers.population.naming import Name, names
from registers.population.roll import living
from registers.residents.resident import Household, Resident, Sex

_UNREGISTERED = ("妻（未届）", "夫（未届）")


def birth(run: Run, world: World, at: datetime) -> Birth | None:
    """A child of a couple of head and spouse, she of 20 to 44, without a child of the last ten months."""

    def fits(found: tuple[Population, Household]) -> bool:
        couple = _couple(found[1])
        if couple is None:
            return False
        young = any(one.birth > (at.date() - timedelta(days=300)).isoformat() for one in found[1].members)
        mother = couple[1]
        return 20 <= age_at(mother, at) < 45 and mother.name_kana is not None and not young and nothing_pending(world, mother)

    found = run.some(homes(world), fits)
    couple = _couple(found[1]) if found else None
    if found is None or couple is None:
        return None
    book = book_of(world, couple[1])
    taken = {one.name.split("　")[-1] for one in found[1].members} | (_given_names(book) if book else set())
    sex: Sex = run.chance.choice(("男", "女"))
    given = names().given(run.chance, sex, at.year)
    while given.written in taken:
        given = names().given(run.chance, sex, at.year)
    return Birth(at, couple[0].juminhyo_code, couple[1].juminhyo_code, given, sex, *_new_numbers(run, world))


def death(run: Run, world: World, at: datetime) -> Death | None:
    """Mostly the old; only where the household can go on."""

    def fits(found: tuple[Household, Resident]) -> bool:
        household, person = found
        age = age_at(person, at)
        likely = 0.9 if age >= 85 else 0.35 if age >= 70 else 0.02
        return run.chance.random() < likely and settled(person, at) and can_go_on(household, person, at) and nothing_pending(world, person)

    found = run.some([(household, person) for _, household in homes(world) for person in household.members], fits)
    if found is None:
        return None
    kin = [member.name for member in found[0].members if member is not found[1]]
    return Death(at, found[1].juminhyo_code, f"親族　{kin[0]}" if kin else "家屋管理人　例示一郎")


def wedding(run: Run, world: World, at: datetime) -> Wedding | None:
    """Two who live together without being married, or two who live alone in different municipalities, one of whom moves to the other in the weeks after."""
    together = [
        household.members[:2] for _, household in homes(world) if len(household.members) > 1 and household.members[1].relation in _UNREGISTERED
    ]
    if together and run.chance.random() < 0.4:
        pair = run.some(together, lambda two: all(_may_marry(world, one, at) for one in two) and two[0].sex != two[1].sex)
        return _wedding(run, world, at, *pair) if pair else None
    alone = [(place, household.members[0]) for place, household in homes(world) if len(household.members) == 1]
    first = run.some(alone, lambda found: 20 <= age_at(found[1], at) < 55 and _may_marry(world, found[1], at))
    if first is None:
        return None
    second = run.some(alone, lambda found: _fits(first, found, at) and _may_marry(world, found[1], at) and _strangers(first[1], found[1]))
    if second is None:
        return None
    relation = "妻" if second[1].sex == "女" else "夫"
    notified = announced(run, world, at, second[0], [second[1]], (relation,), (first[0], first[1].household_no))
    run.told.append(LeaveNotified(at, notified.city, notified.people, notified.leaving_on))
    return _wedding(run, world, at, first[1], second[1])


def divorce(run: Run, world: World, at: datetime) -> Divorce | None:
    """The spouse of a 筆頭者 at home takes an own 戸籍 under the surname of before; both live on together until one moves."""

    def fits(found: tuple[Population, Household]) -> bool:
        couple = _couple(found[1])
        book = open_book(world, found[1].members[0]) if couple else None
        if couple is None or book is None or book.koseki.hittousha != found[1].members[0].name:
            return False
        member, _ = book.standing(found[1].members[1].juminhyo_code)
        return _earlier_surname(book, found[1].members[1]) is not None and partner_of(book, member) is not None

    found = run.some(homes(world), fits)
    if found is None:
        return None
    staying, leaving = found[1].members[:2]
    book = open_book(world, staying)
    surname = _earlier_surname(book, leaving) if book else None
    if surname is None:
        return None
    return Divorce(at, staying.juminhyo_code, leaving.juminhyo_code, found[0].city.code, _free(run, world, found[0].city, surname.written), surname)


def _given_names(book: Book) -> set[str]:
    """Names that a newcomer does not bear: those of the 戸籍, and of its people's parents."""
    parents = {name for member in book.koseki.members for name in (member.father, member.mother) if name is not None}
    return {member.given_name for member in book.koseki.members} | {name.split("　")[-1] for name in parents}


def _couple(household: Household) -> tuple[Resident, Resident] | None:
    """(husband, wife): a Japanese head and spouse of one 戸籍."""
    head, *others = household.members
    spouse = next((one for one in others if one.relation in ("妻", "夫")), None)
    if spouse is None or head.foreign or spouse.foreign or (head.honseki, head.hittousha) != (spouse.honseki, spouse.hittousha):
        return None
    return (head, spouse) if head.sex == "男" else (spouse, head)


def _may_marry(world: World, person: Resident, at: datetime) -> bool:
    """Stands unmarried in a 戸籍 of the world, with a known reading."""
    if person.foreign is not None or age_at(person, at) < 18 or person.name_kana is None or not settled(person, at):
        return False
    book = open_book(world, person)
    return book is not None and book.standing(person.juminhyo_code)[0].spouse is None


def _fits(first: tuple[Population, Resident], found: tuple[Population, Resident], at: datetime) -> bool:
    years = abs(age_at(first[1], at) - age_at(found[1], at))
    return found[1].sex != first[1].sex and found[0].city.code != first[0].city.code and years <= 12


def _strangers(one: Resident, other: Resident) -> bool:
    return (one.honseki, one.hittousha) != (other.honseki, other.hittousha)


def _wedding(run: Run, world: World, at: datetime, one: Resident, other: Resident) -> Wedding | None:
    """Who keeps the surname, and where the new 戸籍 is, unless the keeper has one of their own."""
    if not _strangers(one, other):
        return None
    man, woman = (one, other) if one.sex == "男" else (other, one)
    keeper, changing = (man, woman) if run.chance.random() < 0.95 else (woman, man)
    book = open_book(world, keeper)
    if book is None or changing.name.split("　")[1] in _given_names(book):
        return None
    city = living(world, keeper.juminhyo_code)[0].city
    place = None if keeper.hittousha == keeper.name else _free(run, world, city, keeper.name.split("　")[0])
    return Wedding(at, keeper.juminhyo_code, changing.juminhyo_code, city.code, place)


def _free(run: Run, world: World, city: City, surname: str) -> str:
    """A 本籍 at which no 戸籍 of this 氏 is."""
    taken = {koseki.honseki for koseki in world.of(city.code).koseki if koseki.family_name == surname}
    place = honseki(run.chance, city)
    while place in taken:
        place = honseki(run.chance, city)
    return place


def _earlier_surname(book: Book, person: Resident) -> Name | None:
    """The surname before the marriage, as 従前戸籍 tells it, when its reading is known."""
    member, _ = book.standing(person.juminhyo_code)
    before = [dict(entry.rows).get("従前戸籍", "") for entry in member.entries if entry.title == MARRIAGE][-1:]
    parts = before[0].split("　") if before else []
    return next((name for name in names().surnames if len(parts) == 3 and name.written == parts[1]), None)


def _new_numbers(run: Run, world: World) -> tuple[str, str]:
    """(個人番号, 住民票コード) that nobody has."""
    taken = {number for _, resident in world.residents() for number in (resident.my_number, resident.juminhyo_code)}
    taken |= {person.juminhyo_code for place in world.municipalities for fuhyo in place.fuhyo for person in fuhyo.people if person.juminhyo_code}
    my_number, code = run.national.my_number(), run.national.juminhyo_code()
    while my_number in taken or code in taken:
        my_number, code = run.national.my_number(), run.national.juminhyo_code()
    return my_number, code
