"""What a kiosk is told about the municipalities that take part (`messages.visits.Directory`). Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from issuance_center.routing.book import DirectoryBook
from issuance_center.routing.places import resolved_at
from issuance_center.routing.routes import offered_kinds, only_of, wide_joined
from messages.visits import Directory, MunicipalityEntry, PlaceAlias

KEPT = timedelta(seconds=60)
"""How long a kiosk may keep the list: the longest that it may not know of a change. What is offered is asked for in every visit."""


def entry(book: DirectoryBook, code: str, now: datetime) -> MunicipalityEntry | None:
    """One municipality in force, by its own code; None for a ward, a former municipality, or no municipality."""
    page = book.municipalities.get(code)
    place = page.place.at(now) if page is not None else None
    if page is None or place is None or resolved_at(book, code, now) != code:
        return None
    kinds, wide, use = offered_kinds(page, now), page.wide.at(now), page.use.at(now)
    joined = wide_joined(book, code, now)
    return MunicipalityEntry(
        code=code,
        prefecture=place.prefecture,
        name=place.name,
        name_en=place.name_en,
        kinds=kinds,
        wide_tax=joined,
        write_to=wide.write_to if wide is not None and not joined else "",
        use=use is not None and use.taken and ("koseki" in kinds or "fuhyo" in kinds),
        aliases=_aliases(book, code, now),
    )


@dataclass(frozen=True, slots=True)
class Listing:
    """Every municipality in force, by code, as the list says it from `since` to before `until` (None: nothing else is planned). It is the same for all kiosks."""

    entries: tuple[MunicipalityEntry, ...]
    since: datetime
    until: datetime | None

    def holds(self, now: datetime) -> bool:
        """Whether nothing that the list says has changed its date since it was made."""
        return self.since <= now and (self.until is None or now < self.until)


def listing(book: DirectoryBook, now: datetime) -> Listing:
    """The list at `now`, and how long it stays so while nobody enters anything."""
    found = (entry(book, code, now) for code in book.municipalities)
    until = min((change for change in _changes(book, now) if change is not None), default=None)
    return Listing(tuple(one for one in found if one is not None), now, until)


def directory(book: DirectoryBook, kiosk_id: str, now: datetime, known: Listing | None = None) -> Directory:
    """The list for this kiosk: every municipality in force; or the one whose residents alone it serves, and with it the others where that one can vouch for who lived there on January 1.

    `known` is the list of this very book, if somebody has made it; one that holds no more is made anew.
    """
    only = only_of(book, kiosk_id, now)
    entries = (known if known is not None and known.holds(now) else listing(book, now)).entries
    if only is not None and not wide_joined(book, only, now):
        entries = tuple(one for one in entries if one.code == only)
    return Directory(municipalities=entries, valid_until=now + KEPT, only=only)


def _changes(book: DirectoryBook, now: datetime) -> Iterator[datetime | None]:
    """When anything with a date that the list rests on is something else next."""
    for page in book.municipalities.values():
        yield page.place.next_change(now)
        yield page.wide.next_change(now)
        yield page.use.next_change(now)
        for issued in page.issuers.values():
            yield issued.next_change(now)
    for succession in book.successions.values():
        yield succession.next_change(now)


def _aliases(book: DirectoryBook, code: str, now: datetime) -> tuple[PlaceAlias, ...]:
    """Whatever means this municipality now, in the order of codes; wards of a city that was merged in too."""
    found: list[PlaceAlias] = []
    for old in book.heirs.get(code, ()):
        succession = book.successions[old].at(now)
        if succession is not None and succession.to == code:
            found.append(PlaceAlias(code=old, name=succession.name, name_en=succession.name_en, what=succession.what))
            found.extend(_aliases(book, old, now))
    return tuple(sorted(found, key=lambda alias: alias.code))
