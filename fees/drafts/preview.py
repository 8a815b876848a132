"""What last year's issuances would cost under a draft (試算).

Takes what was printed in the twelve months before today, moves each to the same day of the twelve months that begin with the draft's first day, and charges it there twice: by the rules in force
and by those of the draft, with the function that bills (`charges.charge`). Says nothing about whether more would come for less: that is `planning`'s.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Text, func, literal_column, select

from fees.booking.records import facts
from fees.drafts.changes import CENTER, Changes, felt_from
from fees.rules.charges import Charge, charge
from fees.rules.rule_book import RuleBook
from fees.rules.taxes import TaxLine, taxes_of

Sold = tuple[str, str, str, str, date]
"""Municipality, fee class, channel, operator, service day."""


@dataclass(frozen=True, slots=True)
class Money:
    """What copies bring and cost a municipality, in yen: the fees, and the commission as its invoices say it, tax included."""

    fees_yen: int
    commission_yen: int

    @property
    def net_yen(self) -> int:
        """What is left of the fees; below 0 where the commission is more."""
        return self.fees_yen - self.commission_yen


@dataclass(frozen=True, slots=True)
class Line:
    """The copies of one fee class through one channel: how many, what they would bring by the rules in force and by the draft, and how many of them either has no price for."""

    fee_class: str
    channel: str
    copies: int
    now: Money
    then: Money
    unpriced: int


@dataclass(frozen=True, slots=True)
class Preview:
    """The whole: copies of service days `since` <= day < `until`, moved to the twelve months from `first` on; the sums are those of one invoice per operator, not of the lines."""

    since: date
    until: date
    first: date
    lines: tuple[Line, ...]
    copies: int
    now: Money
    then: Money


def sold(connection: Connection, owner: str, since: date, until: date) -> Mapping[Sold, int]:
    """How many copies were printed of the service days `since` <= day < `until`: of a municipality, or of all for `center`."""
    # Text order is time order (`storage.instants`), and an instant begins with its day in Japan. Written out: PostgreSQL takes two equal parameters for two expressions.
    day = literal_column("substr(facts.visited_at, 1, 10)", Text)
    sale = (facts.c.municipality, facts.c.fee_class, facts.c.channel, facts.c.operator, day)
    query = select(*sale, func.count()).where(
        facts.c.metered == "new", facts.c.step == "printed", facts.c.visited_at >= since.isoformat(), facts.c.visited_at < until.isoformat()
    )
    if owner != CENTER:
        query = query.where(facts.c.municipality == owner)
    counts: Counter[Sold] = Counter()
    for municipality, fee_class, channel, operator, text, count in connection.execute(query.group_by(*sale).order_by(*sale)):
        counts[municipality, fee_class, channel, operator, date.fromisoformat(text)] = count
    return counts


def first_day(book: RuleBook, changes: Changes) -> date:
    """The first day on which a draft is felt; `book` is the one it changes."""
    standing = {rule.rule: rule for rule in book.rules}
    return min(felt_from(change, standing) for change in changes)


def year_before(today: date) -> date:
    """The same day a year ago; February 28 for February 29."""
    return _in_year(today, today.year - 1)


def preview(copies: Mapping[Sold, int], now: RuleBook, then: RuleBook, first: date, today: date) -> Preview:
    """The copies of the year before `today`, charged by both books."""
    lines: dict[tuple[str, str], Counter[Sold]] = {}
    for sale, count in copies.items():
        lines.setdefault((sale[1], sale[2]), Counter())[(*sale[:4], moved(sale[4], first))] += count
    told = tuple(_line(place, lines[place], now, then) for place in sorted(lines))
    everything: Counter[Sold] = Counter()
    for counted in lines.values():
        everything += counted
    return Preview(year_before(today), today, first, told, sum(everything.values()), _money(everything, now), _money(everything, then))


def moved(day: date, first: date) -> date:
    """The same day of the year in the twelve months from `first` on."""
    same = _in_year(day, first.year)
    return same if same >= first else _in_year(day, first.year + 1)


def _line(place: tuple[str, str], copies: Counter[Sold], now: RuleBook, then: RuleBook) -> Line:
    missing = sum(count for sale, count in copies.items() if not all(isinstance(charge(book, *sale), Charge) for book in (now, then)))
    return Line(*place, sum(copies.values()), _money(copies, now), _money(copies, then), missing)


def _money(copies: Counter[Sold], book: RuleBook) -> Money:
    fees_yen = 0
    invoices: dict[tuple[str, str], list[TaxLine]] = {}
    for sale, count in copies.items():
        found = charge(book, *sale)
        if isinstance(found, Charge):
            fees_yen += found.fee.fee_yen * count
            if found.commission is not None:
                invoices.setdefault((sale[0], sale[3]), []).append(found.commission.line(count))
    return Money(fees_yen, sum(rate.gross_yen for lines in invoices.values() for rate in taxes_of(lines)))


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)
