"""戸籍 and 附票 of made-up families: what the registers of their 本籍地 say of the lives they had.

Decides entries, their days, and what is carried over when a 戸籍 went from paper to computer: who stood in it then, and the 筆頭者, gone or not (as 戸籍法施行規則 37条 has it for a 転籍).
Whatever needs a day that nobody told (届出, 送付) draws it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Literal

from registers.koseki import entries
from registers.koseki.fuhyo import Fuhyo, FuhyoPerson
from registers.koseki.koseki import Entry, Koseki, KosekiPerson
from registers.population.addresses import fuhyo_addresses
from registers.population.city import City, honseki_elsewhere, municipality_elsewhere
from registers.population.numbering import Numbering
from registers.population.people import Family, Marriage, Person
from registers.register_dates import age_on
from registers.residents.households import UNSTORED

NUMERALS = ("長", "二", "三", "四", "五", "六", "七", "八", "九", "十")
BIRTH_AND_SEX_KEPT_SINCE = date(2022, 1, 11)
CODE_KEPT_SINCE = date(2024, 5, 27)
"""Who was removed from a 附票 before these days has no 生年月日 and 性別, and no 住民票コード (domain facts 4.4)."""
_KANA_SINCE = date(2025, 5, 26)
_WIDE = tuple(str(number).translate(str.maketrans("0123456789", "０１２３４５６７８９")) for number in range(60))


@dataclass(frozen=True, slots=True)
class Records:
    """What is needed to write a 戸籍: today, the municipalities by code, chance."""

    today: date
    cities: Mapping[str, City]
    chance: Random

    def told(self, day: date, days: int) -> date:
        """A day of notification: up to so many days later, not after today."""
        return min(day + timedelta(days=self.chance.randint(0, days)), self.today)

    def forwarded(self, day: date, city: City, at: City | None) -> entries.Forwarded | None:
        """Sent on by the municipality where the notification was made, if that is another one of the world; entered some days later, but by today."""
        if at is None or at == city or day + timedelta(days=6) > self.today:
            return None
        return entries.Forwarded(day + timedelta(days=self.chance.randint(2, 6)), f"{at.full_name}長")


def books_of(records: Records, family: Family, numbering: Numbering) -> tuple[Koseki, Fuhyo] | None:
    """The 戸籍 and the 附票 of a family whose 本籍 is in the world; None when nobody was left to be written down when it went to computer."""
    city, founded = family.city, family.founded_on
    assert city is not None
    assert founded is not None
    start = max(founded, city.computerised)
    listed = [person for person in family.people() if (family.left_on(person) or records.today) >= start]
    if not listed:
        return None
    if family.head not in listed:
        listed.append(family.head)
    listed.sort(key=lambda person: (person is not family.head, family.joined_on(person)))
    koseki_no = numbering.koseki_no()
    kana_on = _kana_day(records)
    members = tuple(_member(records, family, person, start, kana_on, numbering.koseki_person_no()) for person in listed)
    gone = [member.removed_on for member in members if member.removed_on is not None]
    closed = max(gone) if len(gone) == len(members) else None
    known = family.head.kana_known and kana_on is not None
    made = (
        entries.koseki_remade(start) if start > founded else entries.koseki_made(start),
        *(entries.tenseki_in(day, before) for day, before in family.transferred if day >= start),
        *((entries.koseki_closed(closed),) if closed else ()),
    )
    koseki = Koseki(
        koseki_no,
        family.honseki,
        family.head.surname.written,
        family.head.surname.kana if known else None,
        kana_on if known else None,
        family.head.name,
        made,
        members,
        "removed" if closed else "current",
        family.pending,
        UNSTORED,
    )
    people = tuple(_listed(family, person, member, start) for person, member in zip(listed, members, strict=True))
    return koseki, Fuhyo(koseki_no, family.honseki, family.head.name, people, start, koseki.standing, UNSTORED)


def _member(records: Records, family: Family, person: Person, start: date, kana_on: date | None, person_no: str) -> KosekiPerson:
    adoptive = (person.adoptive_father, person.adoptive_mother) if person in family.children else (None, None)
    removed = family.left_on(person)
    return KosekiPerson(
        person_no=person_no,
        given_name=person.given.written,
        given_name_kana=person.given.kana if person.kana_known and kana_on and removed is None else None,
        kana_recorded_on=kana_on if person.kana_known and removed is None else None,
        birth=person.registered_birth,
        sex=person.sex,
        father=person.father.name if person.father else None,
        mother=person.mother.name if person.mother else None,
        adoptive_father=adoptive[0].name if adoptive[0] else None,
        adoptive_mother=adoptive[1].name if adoptive[1] else None,
        relation=relation_to_parents(person),
        spouse=_spouse_word(family, person),
        entries=tuple(_entries(records, family, person, start)),
        removed_on=removed,
        atena_no=_lives_in(person, family.city) if removed is None else None,
        protection=person.protection if removed is None else None,
    )


def relation_to_parents(person: Person) -> str:
    """父母との続柄: 長男, 二女 … by birth among the children of the same two parents."""
    family = person.origin or person.family
    siblings = [person]
    if family is not None and person in family.children and person.adopted_on is None:
        same = (person.father, person.mother)
        siblings = [child for child in family.children if child.sex == person.sex and (child.father, child.mother) == same and not child.adopted_on]
        siblings.sort(key=lambda child: child.birth)
    return NUMERALS[person.elder + siblings.index(person)] + ("男" if person.sex == "男" else "女")


def _lives_in(person: Person, city: City | None) -> str | None:
    """The 宛名番号 of who lives in this municipality today."""
    if not person.stays or person.standing not in ("current", "leaving", "left"):
        return None
    stay = person.stays[-1]
    return stay.atena_no if city is not None and stay.city == city.code else None


def _spouse_word(family: Family, person: Person) -> Literal["夫", "妻"] | None:
    marriage = family.marriages[-1] if family.marriages else None
    if marriage is None or marriage.ended_by is not None or person not in (family.head, marriage.spouse):
        return None
    return "夫" if person.sex == "男" else "妻"


def _entries(records: Records, family: Family, person: Person, start: date) -> list[Entry]:
    """身分事項 in the order of their days; what had ended before the 戸籍 went to computer was not carried over."""
    dated = [(person.birth, _birth(records, person))]
    if person.adopted_on is not None and person in family.children:
        dated.append((person.adopted_on, _adoption(records, person)))
    if person in family.children:
        dated += _marriage_out(records, family, person)
    else:
        dated += _marriages(records, family, person, start)
        dated += [(child.adopted_on, _adopts(family, child)) for child in family.children if child.adopted_on and child.adoptive_father is person]
    died = person.died_on
    if died is not None and family.left_on(person) == died:
        dated.append((died, _death(records, family, person, died)))
    return [entry for _, entry in sorted(dated, key=lambda pair: pair[0])]


def _death(records: Records, family: Family, person: Person, died: date) -> Entry:
    at = f"午{records.chance.choice('前後')}{_WIDE[records.chance.randint(0, 11)]}時{_WIDE[records.chance.randint(0, 59)]}分"
    told_by = f"親族　{_relative(family, person)}"
    return entries.death(died.isoformat(), at, _place(records, person, died, family), records.told(died, 6), told_by)


def _birth(records: Records, person: Person) -> Entry:
    place = _place(records, person, person.birth, person.origin or (person.family if person.elder == 0 else None))
    notifier = "父" if person.father is not None and records.chance.random() < 0.8 else "母"
    return entries.birth(person.registered_birth, place, records.told(person.birth, 13), notifier)


def _marriages(records: Records, family: Family, person: Person, start: date) -> list[tuple[date, Entry]]:
    dated: list[tuple[date, Entry]] = []
    if family.founded_by == "divorce" and person is family.head and (ended := family.marriages[0].ended_on) is not None and ended >= start:
        spouse = family.marriages[0].spouse
        left = entries.koseki_reference(honseki_elsewhere(records.chance), spouse.name)
        dated.append((ended, entries.divorce(ended, spouse.name, previous=left)))
    for index, marriage in enumerate(family.own_marriages):
        if person not in (family.head, marriage.spouse) or (marriage.ended_on is not None and marriage.ended_on < start):
            continue
        dated += _marriage(records, family, person, marriage, new=index == 0 and family.founded_by == "marriage")
    return dated


def _marriage(records: Records, family: Family, person: Person, marriage: Marriage, *, new: bool) -> list[tuple[date, Entry]]:
    """婚姻 and, when it ended, 離婚 or 配偶者の死亡."""
    married, ended, city = marriage.on, marriage.ended_on, family.city
    assert married is not None
    assert city is not None
    partner = marriage.spouse if person is family.head else family.head
    previous = _former_koseki(records, person) if new or person is marriage.spouse else None
    forwarded = records.forwarded(married, city, _home(records, person, married))
    dated = [(married, entries.marriage(married, partner.name_before_marriage, previous=previous, forwarded=forwarded))]
    if ended is not None and marriage.ended_by == "divorce":
        to = honseki_elsewhere(records.chance) if person is marriage.spouse else None
        dated.append((ended, entries.divorce_out(ended, partner.name, new_honseki=to) if to else entries.divorce(ended, partner.name)))
    elif ended is not None and partner.died_on == ended and person.died_on != ended:
        dated.append((ended, entries.spouse_death(ended.isoformat(), records.told(ended, 6))))
    return dated


def _marriage_out(records: Records, family: Family, person: Person) -> list[tuple[date, Entry]]:
    """婚姻 of a child who left for a 戸籍 of their own."""
    new, married = person.family, person.married_out_on
    if new is None or new is family or married is None or family.city is None:
        return []
    index = next(index for index, marriage in enumerate(new.marriages) if person in (new.head, marriage.spouse))
    partner = new.marriages[index].spouse if new.head is person else new.head
    takes: entries.Married = "夫の氏" if new.head.sex == "男" else "妻の氏"
    forwarded = records.forwarded(married, family.city, new.city)
    if index:
        entered = entries.koseki_reference(new.honseki, new.head.name)
        return [(married, entries.marriage_into_spouses(married, partner.name_before_marriage, entered, takes, forwarded=forwarded))]
    return [(married, entries.marriage_out(married, partner.name_before_marriage, new.honseki, takes, forwarded=forwarded))]


def _adoption(records: Records, child: Person) -> Entry:
    assert child.adopted_on is not None
    father, mother = child.adoptive_father, child.adoptive_mother
    consent = "親権者母" if child.mother and (age_on(child.birth.isoformat(), child.adopted_on) or 0) < 15 else None
    previous = _former_koseki(records, child)
    return entries.adoption(child.adopted_on, father.name if father else None, mother.name if mother else None, previous=previous, consent=consent)


def _adopts(family: Family, child: Person) -> Entry:
    assert child.adopted_on is not None
    return entries.adoption_by(
        child.adopted_on, f"{child.father.surname.written if child.father else family.head.surname.written}　{child.given.written}"
    )


def _former_koseki(records: Records, person: Person) -> str:
    """従前戸籍: the parents' one in the world, or one outside it."""
    if person.origin is not None and person.adopted_on is None:
        return entries.koseki_reference(person.origin.honseki, person.origin.head.name)
    holder = person.father.name if person.father else person.name_before_marriage
    return entries.koseki_reference(honseki_elsewhere(records.chance), holder)


def _home(records: Records, person: Person, day: date) -> City | None:
    """The municipality of the world where the person lived on a day, as far as is known."""
    stays = [stay for stay in person.stays if stay.since <= day.isoformat()]
    return records.cities.get(stays[-1].city or "") if stays else None


def _place(records: Records, person: Person, day: date, family: Family | None) -> str:
    """出生地 or 死亡地: the municipality where the person lived, or that of the 本籍, or one outside the world."""
    home = _home(records, person, day) or (family.city if family else None)
    return home.full_name if home is not None else municipality_elsewhere(records.chance)


def _relative(family: Family, dead: Person) -> str:
    living = [person for person in family.people() if person is not dead and person.died_on is None]
    return living[0].name if living else family.head.name


def _kana_day(records: Records) -> date | None:
    """振り仮名: told since 2025-05-26, ex officio a year later in turn; None for who has not had theirs yet."""
    day = _KANA_SINCE + timedelta(days=records.chance.randint(0, 600))
    return day if day <= records.today else None


def _listed(family: Family, person: Person, member: KosekiPerson, start: date) -> FuhyoPerson:
    removed = member.removed_on
    dated = removed is None or removed >= BIRTH_AND_SEX_KEPT_SINCE
    coded = removed is None or removed >= CODE_KEPT_SINCE
    return FuhyoPerson(
        person_no=member.person_no,
        name=f"{family.head.surname.written}　{person.given.written}",
        given_name=person.given.written,
        birth=member.birth if dated else None,
        sex=person.sex if dated else None,
        juminhyo_code=person.juminhyo_code if coded else None,
        addresses=fuhyo_addresses(family, person, start, removed),
        removed_on=removed,
        atena_no=member.atena_no,
        protection=member.protection,
    )
