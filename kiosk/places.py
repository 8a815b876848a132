"""The municipalities as they are looked for on the panel: in the order of their codes, wards and former municipalities among them, a page at a time. Pure.

A touch on a ward or a former municipality leads to the municipality in force. What cannot be had from a municipality is decided here, before anything else is asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from certificates.kinds import KINDS
from messages.visits import Directory, MunicipalityEntry, PlaceAlias

Purpose = Literal["home", "honseki", "wide"]
"""What a municipality is looked for as: where the resident lives, where the 本籍 is, where they lived on January 1 (課税証明書の広域交付)."""

ClosedTo = Literal["no_koseki", "not_joined"]

ALL_AT_ONCE_MAX = 12
"""Up to so many municipalities are shown without asking for the prefecture first."""

ONE_PAGE_MAX = 14
"""Rows that are shown at once, in two columns; more are turned over page by page."""

PAGE_ROWS = 10
"""Rows on one of several pages."""


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One row: the municipality in force, and the other name under which it is looked for, if it is one."""

    entry: MunicipalityEntry
    alias: PlaceAlias | None = None

    @property
    def code(self) -> str:
        """The row's own code, which a touch on it carries."""
        return self.entry.code if self.alias is None else self.alias.code


def entries_for(directory: Directory | None, purpose: Purpose, home: MunicipalityEntry | None = None) -> tuple[MunicipalityEntry, ...]:
    """The municipalities on the list. A kiosk for the residents of one lists that one alone; elsewhere is not where the resident lives (`home`) now."""
    if directory is None:
        return ()
    if purpose == "wide":
        return tuple(entry for entry in directory.municipalities if home is None or entry.code != home.code)
    if directory.only is None:
        return directory.municipalities
    alone = in_force(directory.municipalities, directory.only)
    return (alone,) if alone is not None and purpose == "home" else ()


def in_force(entries: Iterable[MunicipalityEntry], code: str) -> MunicipalityEntry | None:
    """The municipality that this code, or the code of one of its wards or predecessors, leads to."""
    return next((entry for entry in entries if code == entry.code or code in {alias.code for alias in entry.aliases}), None)


def only(directory: Directory | None) -> MunicipalityEntry | None:
    """The municipality whose residents alone this kiosk serves; None where everybody is served."""
    return None if directory is None or directory.only is None else in_force(directory.municipalities, directory.only)


def prefectures(entries: Iterable[MunicipalityEntry]) -> tuple[str, ...]:
    """In the order of the directory."""
    return tuple(dict.fromkeys(entry.prefecture for entry in entries))


def asks_prefecture(entries: tuple[MunicipalityEntry, ...]) -> bool:
    """Whether there are too many to show at once, and more prefectures than one."""
    return len(entries) > ALL_AT_ONCE_MAX and len(prefectures(entries)) > 1


def rows_in(entries: tuple[MunicipalityEntry, ...], prefecture: str) -> tuple[PlaceRow, ...]:
    """The rows of a prefecture, or all where it is not asked for, in the order of their own codes."""
    asked = asks_prefecture(entries)
    shown = [entry for entry in entries if entry.prefecture == prefecture or not asked]
    rows = [row for entry in shown for row in (PlaceRow(entry), *(PlaceRow(entry, alias) for alias in entry.aliases))]
    return tuple(sorted(rows, key=lambda row: row.code))


def pages(rows: tuple[PlaceRow, ...]) -> int:
    """How many pages there are, at least one."""
    return 1 if len(rows) <= ONE_PAGE_MAX else -(-len(rows) // PAGE_ROWS)


def on_page(rows: tuple[PlaceRow, ...], page: int) -> tuple[PlaceRow, ...]:
    """The rows of page number `page`, the first being 0."""
    return rows if pages(rows) == 1 else rows[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]


def closed_to(entry: MunicipalityEntry, purpose: Purpose) -> ClosedTo | None:
    """Why this municipality is greyed, or None: it issues nothing of the 戸籍 and takes no 利用登録; it has not joined the 広域交付."""
    if purpose == "wide" and not entry.wide_tax:
        return "not_joined"
    if purpose == "honseki" and not entry.use and not any(KINDS[kind].register == "koseki" for kind in entry.kinds if kind in KINDS):
        return "no_koseki"
    return None
