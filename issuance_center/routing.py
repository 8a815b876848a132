"""municipality x kind x kiosk at one instant -> who issues, and whether it is open. Pure.

Knows the directory and the calendar. Must never know who asks: a person is routed like any other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import jpholiday

from issuance_center.config import Config, Hours, KindService, Kiosk, Municipality
from messages.refusals import Refusal, refuse
from storage.instants import JST

_NEXT_DAYS = 60
"""How far ahead an opening is looked for; nothing closes longer without being taken off the directory."""


@dataclass(frozen=True, slots=True)
class Open:
    """The service is open now."""


@dataclass(frozen=True, slots=True)
class Closed:
    """Closed until `opens_at` (JST)."""

    opens_at: datetime | None


@dataclass(frozen=True, slots=True)
class Route:
    """The issuer for a kind, and its hours now."""

    issuer: str
    hours: Open | Closed


@dataclass(frozen=True, slots=True)
class NoRoute:
    """`code` is a row of the table of refusals: `municipality_unknown` or `kind_unknown`."""

    code: str


@dataclass(frozen=True, slots=True)
class DirectoryBook:
    """Kiosks and municipalities by their ids."""

    kiosks: Mapping[str, Kiosk]
    municipalities: Mapping[str, Municipality]


def book_of(config: Config) -> DirectoryBook:
    """The directory of a configuration, municipalities in the order of their codes."""
    municipalities = sorted(config.municipalities, key=lambda municipality: municipality.code)
    return DirectoryBook({kiosk.id: kiosk for kiosk in config.kiosks}, {municipality.code: municipality for municipality in municipalities})


def route(book: DirectoryBook, municipality: str, kind: str, now: datetime) -> Route | NoRoute:
    """Who issues `kind` of `municipality`, and whether it does so now."""
    entry = book.municipalities.get(municipality)
    if entry is None:
        return NoRoute("municipality_unknown")
    service: KindService | None = entry.kinds.get(kind)
    if service is None:
        return NoRoute("kind_unknown")
    return Route(service.issuer, hours_at(service.hours, now))


def open_issuer(book: DirectoryBook, municipality: str, kind: str, now: datetime) -> str | Refusal:
    """The issuer that may be asked now; otherwise why none may."""
    found = route(book, municipality, kind, now)
    if isinstance(found, NoRoute):
        return refuse(found.code)
    if isinstance(found.hours, Closed):
        return refuse("closed_now", f"opens at {found.hours.opens_at.isoformat()}" if found.hours.opens_at else "")
    return found.issuer


def hours_at(hours: Hours, now: datetime) -> Open | Closed:
    """Whether `hours` hold at `now`, else when they begin again. The end belongs to the closed time: at 23:00 the service is closed."""
    local = now.astimezone(JST)
    today = _span(hours, local.date())
    if today is not None and today[0] <= local < today[1]:
        return Open()
    for ahead in range(_NEXT_DAYS):
        span = _span(hours, local.date() + timedelta(days=ahead))
        if span is not None and span[0] > local:
            return Closed(span[0])
    return Closed(None)


def _span(hours: Hours, day: date) -> tuple[datetime, datetime] | None:
    if day.strftime("%m-%d") in hours.closed_days:
        return None
    if hours.weekdays_only and (day.weekday() >= 5 or jpholiday.is_holiday(day)):
        return None
    return _at(day, hours.opens), _at(day, hours.closes)


def _at(day: date, clock: str) -> datetime:
    hour, _, minute = clock.partition(":")
    return datetime.combine(day, time(0), JST) + timedelta(hours=int(hour), minutes=int(minute))
