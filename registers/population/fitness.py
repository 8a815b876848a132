"""Who is fit for a change: people of whom nothing special is said, in households that can go on without them; and the chance of one run of days."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import TypeVar

from registers.population.books import Book, book_of
from registers.population.change import LeaveNotified, Move
from registers.population.municipality import Population, World
from registers.population.numbering import NationalNumbering
from registers.population.seals import Carve
from registers.register_dates import age_on, calendar_day
from registers.residents.relations import HEAD
from registers.residents.resident import Household, Resident

Found = TypeVar("Found")
_TRIES = 80


@dataclass(slots=True)
class Run:
    """One run of days: the stream, who carves seals, the numbers given to children, the moves that were announced."""

    chance: Random
    carve: Carve | None
    national: NationalNumbering
    announced: dict[date, list[Move]] = field(default_factory=dict)
    told: list[LeaveNotified] = field(default_factory=list)
    """Notifications that follow the change that is being drawn."""

    def announce(self, move: Move) -> None:
        """This move is to be made on its day."""
        self.announced.setdefault(move.at.date(), []).append(move)

    def some(self, possible: Sequence[Found], fits: Callable[[Found], bool]) -> Found | None:
        """One that fits, by chance; None when none was met."""
        for _ in range(_TRIES if possible else 0):
            one = self.chance.choice(possible)
            if fits(one):
                return one
        return None


def is_plain(resident: Resident) -> bool:
    """Nothing special is said of this person, and their birth is known."""
    nothing = resident.protection is None and not resident.suppressions and not resident.character_pending
    return nothing and resident.standing == "current" and calendar_day(resident.birth) is not None


def is_plain_home(household: Household) -> bool:
    """Nothing special is said of anybody of the household."""
    return bool(household.members) and all(is_plain(member) for member in household.members)


def homes(world: World) -> list[tuple[Population, Household]]:
    """Households of which nothing special is said, and where they are."""
    return [(place, household) for place in world.municipalities for household in place.households if is_plain_home(household)]


def age_at(resident: Resident, at: datetime) -> int:
    """Full years on the day."""
    return age_on(resident.birth, at.date()) or 0


def settled(resident: Resident, at: datetime) -> bool:
    """Has lived there since before today: nobody moves twice a day."""
    return resident.address_since < at.date().isoformat()


def open_book(world: World, resident: Resident) -> Book | None:
    """The 戸籍 kept in the world, unless a notification is pending there."""
    book = book_of(world, resident)
    return None if book is None or book.koseki.change_pending else book


def nothing_pending(world: World, resident: Resident) -> bool:
    """The 戸籍 is kept elsewhere, or has no notification pending."""
    book = book_of(world, resident)
    return book is None or not book.koseki.change_pending


def can_go_on(household: Household, person: Resident, at: datetime) -> bool:
    """Whether a household can do without this person: not the head, or the head of spouse and children, or of children the eldest of whom is grown up."""
    others = [member for member in household.members if member is not person]
    if person.relation != HEAD or not others:
        return True
    words = {member.relation for member in others}
    if words <= {"子"}:
        return age_at(others[0], at) >= 18
    return others[0].relation in ("妻", "夫") and words <= {"妻", "夫", "子"}
