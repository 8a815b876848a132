"""婚姻 and 離婚 applied to a world: the 戸籍 of both, their 氏 and 本籍 in the resident registers, seals that no longer read their holder's name."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from registers.koseki import entries
from registers.koseki.fuhyo import Fuhyo, FuhyoPerson
from registers.koseki.koseki import Koseki, KosekiPerson
from registers.population.books import Book, added, book_of, recorded, removed, with_book
from registers.population.change import Divorce, Wedding
from registers.population.municipality import World
from registers.population.roll import living, next_koseki_no, next_koseki_person_no, seals_ended, with_people
from registers.population.seals import readable_names
from registers.residents.households import UNSTORED
from registers.residents.relations import LODGER
from registers.residents.resident import Resident

_UNREGISTERED = {"妻（未届）": "妻", "夫（未届）": "夫"}


@dataclass(frozen=True, slots=True)
class _Party:
    """One of the two as they are before: the municipality they live in, their line, their 戸籍, themselves in it."""

    city: str
    resident: Resident
    book: Book
    member: KosekiPerson
    listed: FuhyoPerson


def wedding(world: World, change: Wedding) -> World:
    """Two people are married: a new 戸籍, or the keeper's own one."""
    on = change.at.date()
    keeper, other = _party(world, change.keeper), _party(world, change.other)
    takes: entries.Married = "夫の氏" if keeper.resident.sex == "男" else "妻の氏"
    if change.honseki is None:
        new = recorded(keeper.book, keeper.member.person_no, entries.marriage(on, other.resident.name), married=True)
        out = entries.marriage_into_spouses(on, keeper.resident.name, keeper.book.reference, takes)
    else:
        out = entries.marriage_out(on, keeper.resident.name, change.honseki, takes)
        kept_out = entries.marriage_out(on, other.resident.name, change.honseki, takes)
        world = with_book(world, removed(keeper.book, keeper.member.person_no, on, kept_out))
        new = _founded(world, (change.city, change.honseki), keeper, keeper.resident.name, on)
        kept = entries.marriage(on, other.resident.name, previous=keeper.book.reference)
        new = recorded(new, new.koseki.members[0].person_no, kept, married=True)
    world = with_book(world, new)
    left = book_of(world, other.resident)
    assert left is not None
    world = with_book(world, removed(left, other.member.person_no, on, out))
    number = next_koseki_person_no(world.of(new.city))
    new = added(new, *_carried_over(new, other, number))
    new = recorded(new, number, entries.marriage(on, keeper.resident.name, previous=other.book.reference), married=True)
    world = with_book(world, new)
    kana = keeper.resident.name_kana.split("　")[0] if keeper.resident.name_kana else None
    return _rewritten(_rewritten(world, keeper, new, kana, change.at), other, new, kana, change.at)


def divorce(world: World, change: Divorce) -> World:
    """The one who leaves makes a new 戸籍 and bears the earlier surname again."""
    on = change.at.date()
    staying, leaving = _party(world, change.staying), _party(world, change.leaving)
    old = recorded(staying.book, staying.member.person_no, entries.divorce(on, leaving.resident.name), married=False)
    old = removed(old, leaving.member.person_no, on, entries.divorce_out(on, staying.resident.name, new_honseki=change.honseki))
    world = with_book(world, old)
    name = f"{change.surname.written}　{leaving.member.given_name}"
    new = _founded(world, (change.city, change.honseki), leaving, name, on, change.surname.kana)
    new = recorded(new, new.koseki.members[0].person_no, entries.divorce(on, staying.resident.name, previous=old.reference), married=False)
    return _rewritten(with_book(world, new), leaving, new, change.surname.kana, change.at, apart=True)


def _party(world: World, juminhyo_code: str) -> _Party:
    municipality, resident = living(world, juminhyo_code)
    book = book_of(world, resident)
    if book is None:
        raise KeyError(juminhyo_code)
    return _Party(municipality.city.code, resident, book, *book.standing(juminhyo_code))


def _founded(world: World, place: tuple[str, str], head: _Party, name: str, on: date, surname_kana: str | None = None) -> Book:
    """A new 戸籍 at `place` (municipality, 本籍) with its 筆頭者 alone. The 氏 is that of the 戸籍 they came from, or one whose reading is told now."""
    city, honseki = place
    number = next_koseki_no(world.of(city))
    origin = head.book.koseki
    surname = name.split("　")[0]
    kana, told = (origin.family_name_kana, origin.family_name_kana_recorded_on) if surname_kana is None else (surname_kana, on)
    koseki = Koseki(number, honseki, surname, kana, told, name, (entries.koseki_made(on),), (), "current", False, UNSTORED)
    book = Book(city, koseki, Fuhyo(number, honseki, name, (), on, "current", UNSTORED))
    return added(book, *_carried_over(book, head, next_koseki_person_no(world.of(city))))


def _carried_over(new: Book, party: _Party, number: str) -> tuple[KosekiPerson, FuhyoPerson]:
    """A person as a new 戸籍 takes them over: parents, birth and adoption, the address of the day; what is over stays behind."""
    atena_no = party.resident.atena_no if new.city == party.city else None
    kept = tuple(
        entry for entry in party.member.entries if entry.title == entries.BIRTH or (entry.title == entries.ADOPTION and _adopted(party.member))
    )
    member = replace(party.member, person_no=number, entries=kept, spouse=None, atena_no=atena_no)
    name = f"{new.koseki.family_name}　{party.listed.given_name}"
    return member, replace(party.listed, person_no=number, name=name, addresses=party.listed.addresses[-1:], atena_no=atena_no)


def _adopted(member: KosekiPerson) -> bool:
    return member.adoptive_father is not None or member.adoptive_mother is not None


def _rewritten(world: World, party: _Party, new: Book, surname_kana: str | None, at: datetime, *, apart: bool = False) -> World:
    """氏名, 本籍 and 筆頭者 in the resident register; 続柄 of a couple that becomes or ceases to be one; a seal of another name ends."""
    municipality, resident = living(world, party.resident.juminhyo_code)
    given = resident.name_kana.split("　")[1] if resident.name_kana else None
    relation = _UNREGISTERED.get(resident.relation, resident.relation)
    if apart and relation in ("夫", "妻"):
        relation = LODGER
    renamed = replace(
        resident,
        name=f"{new.koseki.family_name}　{party.member.given_name}",
        name_kana=f"{surname_kana}　{given}" if surname_kana and given else None,
        honseki=new.koseki.honseki,
        hittousha=new.koseki.hittousha,
        relation=relation,
    )
    municipality = with_people(municipality, [renamed])
    readable = readable_names(renamed)
    foreign = {seal.atena_no for seal in municipality.seals if seal.atena_no == resident.atena_no and seal.carved not in readable}
    return world.with_municipality(seals_ended(municipality, foreign, at, "name_changed"))
