"""The lists of municipalities, and the question where the resident lived on January 1, as they are seen. Pure reading."""

from datetime import date
from typing import Any

from certificates.wareki import fiscal_year, wareki
from kiosk import places
from kiosk.selection import DOORS, Selection, issues_itself, wide_years
from kiosk.session import Session
from kiosk.touches import purpose_of
from messages.visits import MunicipalityEntry

Json = dict[str, Any]


def entry_seen(entry: MunicipalityEntry | None) -> Json | None:
    """A municipality by its code and names."""
    if entry is None:
        return None
    return {"code": entry.code, "prefecture": entry.prefecture, "name": entry.name, "name_en": entry.name_en}


def place_seen(session: Session) -> Json:
    """The list as far as it is open: prefectures, one page of rows, the two doors where there are two."""
    selection = session.selection
    purpose = purpose_of(selection)
    entries = places.entries_for(session.directory, purpose, selection.municipality)
    asked = places.asks_prefecture(entries)
    rows = places.rows_in(entries, selection.prefecture)
    return {
        "doors": list(DOORS) if purpose != "wide" and places.only(session.directory) is None else [],
        "door": selection.door,
        "prefectures": list(places.prefectures(entries)) if asked else [],
        "prefecture": selection.prefecture,
        "municipalities": [_row_seen(row, purpose) for row in places.on_page(rows, selection.page)],
        "page": selection.page,
        "pages": places.pages(rows),
    }


def _row_seen(row: places.PlaceRow, purpose: places.Purpose) -> Json:
    names = row.entry if row.alias is None else row.alias
    closed = places.closed_to(row.entry, purpose)
    return {
        "code": row.code,
        "prefecture": row.entry.prefecture,
        "name": names.name,
        "name_en": names.name_en,
        "what": None if row.alias is None else row.alias.what,
        "into": None if row.alias is None else entry_seen(row.entry),
        "closed": closed,
        "write_to": row.entry.write_to if closed == "not_joined" else "",
    }


def wide_place_seen(session: Session) -> Json:
    """The list of those where the resident may have lived on January 1."""
    return {**place_seen(session), "day": _january_1(session.selection.wide_year)}


def january_1_seen(session: Session, today: date) -> Json:
    """The day that is asked about, the years that may be, and whether the municipality of today issues tax papers itself."""
    selection = session.selection
    years = () if selection.offer is None else wide_years(selection.offer, today)
    return {
        "municipality": entry_seen(selection.municipality),
        "here": issues_itself(selection),
        "day": _january_1(selection.wide_year),
        "years": [
            {"year": year, "ja": fiscal_year(year), "en": f"FY {year}", "day": _january_1(year), "chosen": year == selection.wide_year}
            for year in years
        ],
    }


def _january_1(year: int | None) -> Json | None:
    """賦課期日 of this 年度."""
    return None if year is None else {"ja": wareki(date(year, 1, 1)), "en": f"January\u00a01,\u00a0{year}"}


def elsewhere_seen(selection: Selection) -> Json | None:
    """課税証明書の広域交付: that the paper comes from where the resident lived on that day."""
    return None if selection.elsewhere is None else _january_1(selection.wide_year)
