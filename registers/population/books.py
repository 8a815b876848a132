"""A 戸籍 and its 附票 side by side, and what can happen to both: people come, leave, move, lose a spouse.

Decides how the two stay in step: who is removed in one is removed in the other, and who stands nowhere any more closes both.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from registers.koseki import entries
from registers.koseki.fuhyo import Fuhyo, FuhyoAddress, FuhyoPerson
from registers.koseki.koseki import Entry, Koseki, KosekiPerson
from registers.population.municipality import World
from registers.residents.resident import Resident


@dataclass(frozen=True, slots=True)
class Book:
    """戸籍 and 附票 of one family, and the municipality that keeps them."""

    city: str
    koseki: Koseki
    fuhyo: Fuhyo

    @property
    def reference(self) -> str:
        """As another 戸籍 names this one."""
        return entries.koseki_reference(self.koseki.honseki, self.koseki.hittousha)

    def standing(self, juminhyo_code: str) -> tuple[KosekiPerson, FuhyoPerson]:
        """The person with this 住民票コード who has not been removed; KeyError when there is none."""
        for member, person in zip(self.koseki.members, self.fuhyo.people, strict=True):
            if person.juminhyo_code == juminhyo_code and person.removed_on is None:
                return member, person
        raise KeyError(juminhyo_code)


def book_of(world: World, resident: Resident) -> Book | None:
    """The book in which a resident stands; None when their 本籍 is outside the world, or they have none."""
    if resident.honseki is None:
        return None
    for municipality in world.municipalities:
        if resident.honseki.startswith(municipality.city.full_name):
            for koseki, fuhyo in zip(municipality.koseki, municipality.fuhyo, strict=True):
                if (koseki.honseki, koseki.hittousha) == (resident.honseki, resident.hittousha):
                    return Book(municipality.city.code, koseki, fuhyo)
    return None


def with_book(world: World, book: Book) -> World:
    """The world with this book in the place of the one with its number, or after the others."""
    municipality = world.of(book.city)
    numbers = [koseki.koseki_no for koseki in municipality.koseki]
    if book.koseki.koseki_no not in numbers:
        return world.with_municipality(replace(municipality, koseki=(*municipality.koseki, book.koseki), fuhyo=(*municipality.fuhyo, book.fuhyo)))
    at = numbers.index(book.koseki.koseki_no)
    koseki = (*municipality.koseki[:at], book.koseki, *municipality.koseki[at + 1 :])
    fuhyo = (*municipality.fuhyo[:at], book.fuhyo, *municipality.fuhyo[at + 1 :])
    return world.with_municipality(replace(municipality, koseki=koseki, fuhyo=fuhyo))


def added(book: Book, member: KosekiPerson, person: FuhyoPerson) -> Book:
    """One more person, after the others."""
    return replace(
        book,
        koseki=replace(book.koseki, members=(*book.koseki.members, member)),
        fuhyo=replace(book.fuhyo, people=(*book.fuhyo.people, person)),
    )


def removed(book: Book, person_no: str, on: date, entry: Entry) -> Book:
    """除籍 by this entry. The last to go closes the book."""

    def gone(member: KosekiPerson) -> KosekiPerson:
        return replace(member, entries=(*member.entries, entry), removed_on=on, spouse=None, atena_no=None, protection=None)

    left = _changed(book, person_no, gone, lambda person: replace(person, removed_on=on, atena_no=None, protection=None))
    if any(member.removed_on is None for member in left.koseki.members):
        return left
    koseki = replace(left.koseki, standing="removed", entries=(*left.koseki.entries, entries.koseki_closed(on)), change_pending=False)
    return replace(left, koseki=koseki, fuhyo=replace(left.fuhyo, standing="removed"))


def recorded(book: Book, person_no: str, entry: Entry, *, married: bool) -> Book:
    """One more 身分事項; whether the person has a spouse from now on."""

    def told(member: KosekiPerson) -> KosekiPerson:
        word = ("夫" if member.sex == "男" else "妻") if married else None
        return replace(member, entries=(*member.entries, entry), spouse=word)  # type: ignore[arg-type]

    return _changed(book, person_no, told, lambda person: person)


def moved(book: Book, person_no: str, address: FuhyoAddress, atena_no: str | None) -> Book:
    """A new 住所; `atena_no` when it is in the municipality of the 本籍."""
    return _changed(
        book,
        person_no,
        lambda member: replace(member, atena_no=atena_no),
        lambda person: replace(person, addresses=(*person.addresses, address), atena_no=atena_no),
    )


def partner_of(book: Book, member: KosekiPerson) -> KosekiPerson | None:
    """The other one who has a spouse here."""
    return next((one for one in book.koseki.members if one.spouse is not None and one.removed_on is None and one.person_no != member.person_no), None)


def _changed(book: Book, person_no: str, in_koseki: Callable[[KosekiPerson], KosekiPerson], in_fuhyo: Callable[[FuhyoPerson], FuhyoPerson]) -> Book:
    members = tuple(in_koseki(member) if member.person_no == person_no else member for member in book.koseki.members)
    people = tuple(in_fuhyo(person) if person.person_no == person_no else person for person in book.fuhyo.people)
    return replace(book, koseki=replace(book.koseki, members=members), fuhyo=replace(book.fuhyo, people=people))
