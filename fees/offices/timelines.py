"""The fees of a municipality on a time line: what each class costs through each channel from day to day, and where it stands on the drawing. Pure; prices are `tariff.price`'s.

The drawing is `WIDTH` units wide, `LABEL` of them for the names; a row is `ROW` high, the months' names stand in the `HEAD`.
"""

from dataclasses import dataclass
from datetime import date

from fees.rules.tariff import NoPrice, Parts, Place, RuleKind, Tariff, parts

WIDTH, LABEL, ROW, HEAD = 1_160, 320, 30, 34
MONTHS_BEFORE, MONTHS_AFTER = 9, 21
NAMED = 55
"""Units that a month's name takes: one that would be cut off is left out."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of days `since` <= day < `until` with one price: the fee, and the rule that decides it and its kind; all None where there is no price."""

    since: date
    until: date
    fee_yen: int | None
    rule: str | None
    kind: RuleKind | None


@dataclass(frozen=True, slots=True)
class Bar:
    """A segment on the drawing: its left edge and width in units."""

    segment: Segment
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Row:
    """One fee class through one channel, its top edge in units."""

    fee_class: str
    channel: str
    y: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole time line. `marks` are the firsts of quarters with their x, `today_x` is today's."""

    rows: tuple[Row, ...]
    marks: tuple[tuple[date, float], ...]
    today_x: float
    width: int
    height: int


def segments(tariff: Tariff, place: Place, since: date, until: date) -> tuple[Segment, ...]:
    """What a place costs on the days `since` <= day < `until`; neighbouring stretches with the same deciding rule and fee are one."""
    rules = tariff.by_place.get(place, ())
    edges = {day for rule in rules for day in (rule.since, rule.until) if day is not None and since < day < until}
    starts = [since, *sorted(edges)]
    found: list[Segment] = []
    for start, end in zip(starts, [*starts[1:], until], strict=True):
        segment = _segment(tariff, place, start, end)
        if found and (found[-1].rule, found[-1].fee_yen) == (segment.rule, segment.fee_yen):
            segment = Segment(found.pop().since, end, segment.fee_yen, segment.rule, segment.kind)
        found.append(segment)
    return tuple(found)


def drawn(tariff: Tariff, municipality: str, today: date, only: frozenset[tuple[str, str]] | None = None) -> Drawing:
    """The time line of a municipality around today: every class and channel that has a rule, or `only` these (class, channel)."""
    since, until = _month(today, -MONTHS_BEFORE), _month(today, MONTHS_AFTER)
    scale = (WIDTH - LABEL) / (until - since).days

    def x(day: date) -> float:
        return round(LABEL + (day - since).days * scale, 1)

    places = sorted(place for place in tariff.by_place if place[0] == municipality and (only is None or place[1:] in only))
    rows = []
    for number, place in enumerate(places):
        bars = (Bar(one, x(one.since), round((one.until - one.since).days * scale, 1)) for one in segments(tariff, place, since, until))
        rows.append(Row(place[1], place[2], HEAD + number * ROW, tuple(bars)))
    marks = tuple(
        (day, x(day))
        for day in (_month(since, ahead) for ahead in range(MONTHS_BEFORE + MONTHS_AFTER))
        if day.month % 3 == 1 and x(day) < WIDTH - NAMED
    )
    return Drawing(tuple(rows), marks, x(today), WIDTH, HEAD + max(1, len(rows)) * ROW + 6)


def _segment(tariff: Tariff, place: Place, since: date, until: date) -> Segment:
    match parts(tariff, *place, since):
        case NoPrice():
            return Segment(since, until, None, None, None)
        case Parts(base, None):
            return Segment(since, until, base.yen, base.rule, "base")
        case Parts(base, cut):
            assert cut is not None
            return Segment(since, until, base.yen - cut.yen, cut.rule, cut.kind)


def _month(day: date, ahead: int) -> date:
    months = day.year * 12 + day.month - 1 + ahead
    return date(months // 12, months % 12 + 1, 1)
