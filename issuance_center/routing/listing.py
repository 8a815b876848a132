"""What a kiosk is told about the municipalities that take part (`messages.visits.Directory`). Pure."""

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


def directory(book: DirectoryBook, kiosk_id: str, now: datetime) -> Directory:
    """The list for this kiosk: every municipality in force; or the one whose residents alone it serves, and with it the others where that one can vouch for who lived there on January 1."""
    only = only_of(book, kiosk_id, now)
    codes = book.municipalities if only is None or wide_joined(book, only, now) else (only,)
    found = (entry(book, code, now) for code in codes)
    return Directory(municipalities=tuple(one for one in found if one is not None), valid_until=now + KEPT, only=only)


def _aliases(book: DirectoryBook, code: str, now: datetime) -> tuple[PlaceAlias, ...]:
    """Whatever means this municipality now, in the order of codes; wards of a city that was merged in too."""
    found: list[PlaceAlias] = []
    for old in book.heirs.get(code, ()):
        succession = book.successions[old].at(now)
        if succession is not None and succession.to == code:
            found.append(PlaceAlias(code=old, name=succession.name, name_en=succession.name_en, what=succession.what))
            found.extend(_aliases(book, old, now))
    return tuple(sorted(found, key=lambda alias: alias.code))
