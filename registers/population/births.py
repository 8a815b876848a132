"""出生 applied to a world: a line in the parents' household, a place in their 戸籍 and its 附票."""

from datetime import date

from registers.koseki import entries
from registers.koseki.fuhyo import FuhyoAddress, FuhyoPerson
from registers.koseki.koseki import Koseki, KosekiPerson
from registers.population.books import Book, added, book_of, with_book
from registers.population.change import Birth
from registers.population.kosekis import NUMERALS
from registers.population.municipality import Population, World
from registers.population.roll import home, living, next_atena_no, next_koseki_person_no, with_people
from registers.residents.relations import HEAD
from registers.residents.resident import Resident, Sex


def birth(world: World, change: Birth) -> World:
    """The child of a married couple of one household, who stands where they stand."""
    municipality, mother = living(world, change.mother)
    father = living(world, change.father)[1]
    child = _line(change, mother, next_atena_no(municipality), "子" if HEAD in (mother.relation, father.relation) else "子の子")
    world = world.with_municipality(with_people(municipality, [], [child]))
    book = book_of(world, mother)
    if book is None:
        return world
    member = _member(world, change, book, child, (father, mother), municipality)
    address = FuhyoAddress(home(municipality, mother.household_no).address, child.birth)
    person = FuhyoPerson(
        member.person_no, child.name, change.given.written, child.birth, child.sex, child.juminhyo_code, (address,), atena_no=member.atena_no
    )
    return with_book(world, added(book, member, person))


def _line(change: Birth, mother: Resident, atena_no: str, relation: str) -> Resident:
    day = change.at.date().isoformat()
    surname_kana = mother.name_kana.split("　")[0] if mother.name_kana else None
    return Resident(
        atena_no=atena_no,
        household_no=mother.household_no,
        name=f"{mother.name.split('　')[0]}　{change.given.written}",
        name_kana=f"{surname_kana}　{change.given.kana}" if surname_kana else None,
        former_name=None,
        former_name_kana=None,
        alias=None,
        alias_kana=None,
        birth=day,
        sex=change.sex,
        relation=relation,
        resident_since=day,
        address_since=day,
        notified_on=day,
        previous_address=None,
        honseki=mother.honseki,
        hittousha=mother.hittousha,
        my_number=change.my_number,
        juminhyo_code=change.juminhyo_code,
        foreign=None,
        serial=None,
        card_usable_from=None,
    )


def _member(world: World, change: Birth, book: Book, child: Resident, parents: tuple[Resident, Resident], home_of: Population) -> KosekiPerson:
    day: date = change.at.date()
    father, mother = parents
    return KosekiPerson(
        person_no=next_koseki_person_no(world.of(book.city)),
        given_name=change.given.written,
        given_name_kana=change.given.kana if child.name_kana else None,
        kana_recorded_on=day if child.name_kana else None,
        birth=child.birth,
        sex=child.sex,
        father=father.name,
        mother=mother.name,
        adoptive_father=None,
        adoptive_mother=None,
        relation=_rank(book.koseki, father.name, mother.name, child.sex),
        spouse=None,
        entries=(entries.birth(child.birth, home_of.city.full_name, day),),
        atena_no=child.atena_no if book.city == home_of.city.code else None,
    )


def _rank(koseki: Koseki, father: str, mother: str, sex: Sex) -> str:
    """父母との続柄 of the next child of these parents."""
    elder = [member for member in koseki.members if (member.father, member.mother, member.sex) == (father, mother, sex)]
    known = max((NUMERALS.index(member.relation[0]) for member in elder), default=-1)
    return NUMERALS[known + 1] + ("男" if sex == "男" else "女")
