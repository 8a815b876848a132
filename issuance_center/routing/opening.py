"""Whether a service is open at an instant, and when everything that closes it is over. Pure.

What closes: service hours, a kiosk's own hours, national holidays, closed days, maintenance windows, the days on which a 年度 changes, an issuer that is planned to end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

import jpholiday

from certificates.kinds import KINDS
from issuance_center.entries import Hours
from issuance_center.routing.book import DirectoryBook, Page
from issuance_center.routing.places import page_of
from storage.instants import JST

AHEAD = timedelta(days=400)
"""How far an opening is looked for: longer than any yearly rule takes to come round."""

_STEPS_MAX = 2000


@dataclass(frozen=True, slots=True)
class Open:
    """The service is open now."""


@dataclass(frozen=True, slots=True)
class Closed:
    """Closed until `opens_at` (JST), the first instant at which nothing closes it any more; None when that is not known."""

    opens_at: datetime | None
    because: Literal["hours", "maintenance"] = "hours"


@dataclass(frozen=True, slots=True)
class _Block:
    """Something that closes the service; it is over at `until`, if that is known."""

    until: datetime | None
    maintenance: bool = False


def standing(book: DirectoryBook, municipality: str, kind: str, kiosk_id: str | None, now: datetime) -> Open | Closed:
    """Whether `kind` is served at this kiosk (None: at any). Plans count: what will have changed until then is looked at as it will be."""
    at, because = now.astimezone(JST), None
    limit = at + AHEAD
    for _ in range(_STEPS_MAX):
        blocks = tuple(_blocks(book, municipality, kind, kiosk_id, at))
        if not blocks:
            return Open() if because is None else Closed(at, because)
        if because is None:
            because = _because(blocks)
        ends = [block.until for block in blocks if block.until is not None]
        if len(ends) < len(blocks) or max(ends) > limit:
            return Closed(None, because)
        at = max(ends).astimezone(JST)
    return Closed(None, because or "hours")


def open_until(book: DirectoryBook, municipality: str, kind: str, now: datetime) -> datetime | None:
    """When what is open now closes next, as far as known; None: nothing will close it within `AHEAD`, or it is not open."""
    if isinstance(standing(book, municipality, kind, None, now), Closed):
        return None
    page, limit = page_of(book, municipality, now), now + AHEAD
    found = sorted(at for at in _turns(page, kind, now.astimezone(JST)) if now < at <= limit) if page is not None else []
    return next((at for at in found if isinstance(standing(book, municipality, kind, None, at), Closed)), None)


def _turns(page: Page, kind: str, now: datetime) -> Iterator[datetime]:
    """The instants at which something may close `kind`: ends of hours, beginnings of what stops it, changes that are planned."""
    dated = page.hours.get(kind)
    for ahead in range(AHEAD.days):
        span = _span((dated.at(now + timedelta(days=ahead)) if dated is not None else None) or _DEFAULT, now.date() + timedelta(days=ahead))
        if span is not None:
            yield span[1]
    if dated is not None:
        yield from dated.since
    yield from page.issuers[kind].since if kind in page.issuers else ()
    yield from (window.starts for window in page.windows.values())
    yield from (start_of(closure.first) for closure in page.closures.values())
    yield from (start_of(opening.closed_from) for opening in page.openings.values())


def hours_at(hours: Hours, now: datetime) -> Open | Closed:
    """Whether `hours` hold at `now`, else when they begin again. The end belongs to the closed time: at 23:00 the service is closed."""
    local = now.astimezone(JST)
    today = _span(hours, local.date())
    if today is not None and today[0] <= local < today[1]:
        return Open()
    for ahead in range(AHEAD.days):
        span = _span(hours, local.date() + timedelta(days=ahead))
        if span is not None and span[0] > local:
            return Closed(span[0])
    return Closed(None)


@lru_cache(maxsize=4096)
def is_holiday(day: date) -> bool:
    """Whether it is a national holiday (国民の祝日に関する法律, 振替休日 and 国民の休日 included)."""
    return bool(jpholiday.is_holiday(day))


def start_of(day: date) -> datetime:
    """The first instant of a day in Japan."""
    return datetime.combine(day, time(0), JST)


def _because(blocks: tuple[_Block, ...]) -> Literal["hours", "maintenance"]:
    return "maintenance" if any(block.maintenance for block in blocks) else "hours"


def _blocks(book: DirectoryBook, municipality: str, kind: str, kiosk_id: str | None, at: datetime) -> Iterator[_Block]:
    """Everything that closes the service at this instant (JST)."""
    page = page_of(book, municipality, at)
    if page is None:
        yield _Block(None)
        return
    issuers, hours = page.issuers.get(kind), page.hours.get(kind)
    issued_by = issuers.at(at) if issuers is not None else None
    if issued_by is None or issued_by.issuer is None:
        yield _Block(issuers.next_change(at) if issuers is not None else None)
    in_force = hours.at(at) if hours is not None else None
    yield from _outside(in_force or _DEFAULT, hours.next_change(at) if hours is not None else None, at)
    kiosk = book.kiosks.get(kiosk_id) if kiosk_id is not None else None
    terminal = kiosk.at(at) if kiosk is not None else None
    if kiosk is not None and terminal is not None and terminal.hours is not None:
        yield from _outside(terminal.hours, kiosk.next_change(at), at)
    if page.windows or page.closures:
        yield from _stopped(page, kind, at)
    if page.openings and KINDS[kind].yearly:
        yield from _changing_year(page, at)


_DEFAULT = Hours()


def _outside(hours: Hours, changed_at: datetime | None, at: datetime) -> Iterator[_Block]:
    """Outside of `hours`, which are other ones from `changed_at` on."""
    stands = hours_at(hours, at)
    if isinstance(stands, Closed):
        ends = [end for end in (stands.opens_at, changed_at) if end is not None]
        yield _Block(min(ends) if ends else None)


def _stopped(page: Page, kind: str, at: datetime) -> Iterator[_Block]:
    for window in page.windows.values():
        if (not window.kinds or kind in window.kinds) and window.starts <= at and (window.ends is None or at < window.ends):
            yield _Block(window.ends, maintenance=True)
    for closure in page.closures.values():
        if (not closure.kinds or kind in closure.kinds) and closure.first <= at.date() <= closure.last:
            yield _Block(start_of(closure.last + timedelta(days=1)))


def _changing_year(page: Page, at: datetime) -> Iterator[_Block]:
    for opening in page.openings.values():
        if opening.closed_from <= at.date() < opening.opens:
            yield _Block(start_of(opening.opens), maintenance=True)


def _span(hours: Hours, day: date) -> tuple[datetime, datetime] | None:
    if day.strftime("%m-%d") in hours.closed_days:
        return None
    if hours.weekdays_only and (day.weekday() >= 5 or is_holiday(day)):
        return None
    return _at(day, hours.opens), _at(day, hours.closes)


def _at(day: date, clock: str) -> datetime:
    hour, _, minute = clock.partition(":")
    return datetime.combine(day, time(0), JST) + timedelta(hours=int(hour), minutes=int(minute))
