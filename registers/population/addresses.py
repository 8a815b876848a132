"""The 住所 of people who live outside the world, and which of somebody's addresses stand on a 附票.

A 附票 begins with the address that held when it was made and ends with the one that held when the person was removed.
"""

from datetime import date, timedelta
from random import Random

from registers.koseki.fuhyo import FuhyoAddress
from registers.population.city import address_elsewhere
from registers.population.numbering import NationalNumbering
from registers.population.people import Family, Person, Stay
from registers.register_dates import calendar_day


def settle_outside(chance: Random, national: NationalNumbering, family: Family) -> None:
    """Numbers and an address outside the world for everybody of a 戸籍 who has no place in a household: the couple together, children each for themselves."""
    shared: str | None = None
    for person in family.people():
        if person.stays:
            continue
        person.my_number, person.juminhyo_code = national.my_number(), national.juminhyo_code()
        if person in family.children:
            address = address_elsewhere(chance)
        else:
            shared = address = shared or address_elsewhere(chance)
        joined = family.joined_on(person)
        last = person.died_on or family.left_on(person) or joined + timedelta(days=2000)
        since = joined + timedelta(days=chance.randint(0, max(0, (last - joined).days // 2)))
        person.stays.append(Stay(address, since.isoformat(), None))


def fuhyo_addresses(family: Family, person: Person, start: date, removed: date | None) -> tuple[FuhyoAddress, ...]:
    """The addresses that held between the day the 附票 was made and the day the person was removed from it, the earliest first.

    Of somebody who left before the first known address: that of the 筆頭者, who had it then.
    """
    last = removed or date.max
    begin = max(start, family.joined_on(person))
    held = [stay for stay in person.stays if _day(stay) <= last]
    if not held:
        return (FuhyoAddress(family.head.stays[0].address, begin.isoformat()),)
    first = max((index for index, stay in enumerate(held) if _day(stay) <= begin), default=0)
    return tuple(FuhyoAddress(stay.address, stay.since) for stay in held[first:])


def _day(stay: Stay) -> date:
    return calendar_day(stay.since) or date.min
