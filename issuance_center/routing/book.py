"""The directory as one immutable book: every entry ever made, sorted so that what holds at an instant is found at once. Pure.

An entry says that something holds from `since` on. Entries are only added: of two of the same subject, item and `since` the later one counts, and one without a value withdraws what
was planned. A stretch of time (`entries.SPANS`) is one item; its last entry counts.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, TypeVar, cast

from issuance_center.entries import (
    OF_KINDS,
    SPANS,
    BuildsAllowed,
    CertifiedBy,
    Closure,
    Hours,
    IssuedBy,
    KeyStatement,
    Kiosk,
    OptionsOffered,
    Place,
    SealImage,
    Succession,
    UseTaken,
    Value,
    Wide,
    Window,
    YearOpening,
    YearsOffered,
)

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Change:
    """From `since` on this holds of `subject` (a municipality's code, a kiosk's id, an issuer's name). `item` is a kind, a 年度 or the id of a span, else empty. Without a value: withdrawn."""

    topic: str
    subject: str
    item: str
    since: datetime
    value: Value | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A change as it was entered: its number in the one order of all entries, when, by whom, and why."""

    number: int
    change: Change
    entered_at: datetime
    entered_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Dated(Generic[V]):
    """Values by the instant from which each holds, ascending."""

    since: tuple[datetime, ...] = ()
    values: tuple[V, ...] = ()

    def at(self, now: datetime) -> V | None:
        """What holds at `now`."""
        found = bisect_right(self.since, now)
        return self.values[found - 1] if found else None

    def next_change(self, now: datetime) -> datetime | None:
        """When it is something else, as far as planned."""
        found = bisect_right(self.since, now)
        return self.since[found] if found < len(self.since) else None

    def first(self) -> V | None:
        """The earliest."""
        return self.values[0] if self.values else None


@dataclass(frozen=True, slots=True)
class Page:
    """Everything about one municipality; `issuers`, `hours` and `options` by kind, `openings` by 年度, `windows` and `closures` by their ids."""

    code: str
    place: Dated[Place] = Dated()
    issuers: Mapping[str, Dated[IssuedBy]] = field(default_factory=dict)
    hours: Mapping[str, Dated[Hours]] = field(default_factory=dict)
    options: Mapping[str, Dated[OptionsOffered]] = field(default_factory=dict)
    windows: Mapping[str, Window] = field(default_factory=dict)
    closures: Mapping[str, Closure] = field(default_factory=dict)
    openings: Mapping[str, YearOpening] = field(default_factory=dict)
    years: Dated[YearsOffered] = Dated()
    wide: Dated[Wide] = Dated()
    use: Dated[UseTaken] = Dated()
    certifiers: Dated[CertifiedBy] = Dated()
    seal: Dated[SealImage] = Dated()
    key_statement: Dated[KeyStatement] = Dated()


@dataclass(frozen=True, slots=True)
class DirectoryBook:
    """The whole directory up to entry number `revision`: municipalities in the order of their codes, kiosks by id, builds by issuer, `successions` by the old code (`heirs`: turned round)."""

    revision: int = 0
    entries: Mapping[tuple[str, str], tuple[Entry, ...]] = field(default_factory=dict)
    municipalities: Mapping[str, Page] = field(default_factory=dict)
    kiosks: Mapping[str, Dated[Kiosk]] = field(default_factory=dict)
    builds: Mapping[str, Dated[BuildsAllowed]] = field(default_factory=dict)
    successions: Mapping[str, Dated[Succession]] = field(default_factory=dict)
    heirs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


EMPTY = DirectoryBook()
_OWN_SHELF = {"kiosk": "kiosk", "builds": "builds", "succession": "succession"}


def shelf_of(topic: str) -> str:
    """Which part of the book an entry belongs to: `municipality`, `kiosk`, `builds` or `succession`."""
    return _OWN_SHELF.get(topic, "municipality")


def extended(book: DirectoryBook, entries: Iterable[Entry]) -> DirectoryBook:
    """The book with these newer entries (in their order); `book` itself stays as it is."""
    added: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
    revision = book.revision
    for entry in entries:
        added[shelf_of(entry.change.topic), entry.change.subject].append(entry)
        revision = max(revision, entry.number)
    if not added:
        return book
    every = dict(book.entries)
    parts: dict[str, dict[str, object]] = {
        "municipality": dict(book.municipalities),
        "kiosk": dict(book.kiosks),
        "builds": dict(book.builds),
        "succession": dict(book.successions),
    }
    for (part, subject), new in added.items():
        known = every[part, subject] = (*every.get((part, subject), ()), *new)
        items = _items(known)
        parts[part][subject] = _page(subject, items) if part == "municipality" else _dated(items[part, ""])
    book = replace(book, revision=revision, entries=every, kiosks=cast("dict[str, Dated[Kiosk]]", parts["kiosk"]))
    successions = cast("dict[str, Dated[Succession]]", parts["succession"])
    return replace(
        book,
        municipalities=cast("dict[str, Page]", dict(sorted(parts["municipality"].items()))),
        builds=cast("dict[str, Dated[BuildsAllowed]]", parts["builds"]),
        successions=successions,
        heirs=_heirs(successions),
    )


def counting(entries: Iterable[Entry]) -> dict[tuple[str, str, datetime | None], Entry]:
    """The entries that count, by topic, item and (but for stretches of time) `since`: later ones have replaced earlier ones; those that withdraw stand for what they withdrew."""
    found: dict[tuple[str, str, datetime | None], Entry] = {}
    for entry in entries:
        change = entry.change
        found[change.topic, change.item, None if change.topic in SPANS else change.since] = entry
    return found


Items = defaultdict[tuple[str, str], list[tuple[datetime, Value]]]


def _items(entries: Iterable[Entry]) -> Items:
    items: Items = defaultdict(list)
    for entry in counting(entries).values():
        change = entry.change
        if change.value is not None:
            items[change.topic, change.item].append((change.since, change.value))
    return items


def _dated(values: list[tuple[datetime, Value]]) -> Dated[Value]:
    ordered = sorted(values, key=lambda one: one[0]) if len(values) > 1 else values
    return Dated(tuple(since for since, _ in ordered), tuple(value for _, value in ordered))


def _page(code: str, items: Items) -> Page:
    single: dict[str, Dated[Value]] = {}
    of_kinds: dict[str, dict[str, Dated[Value]]] = {topic: {} for topic in OF_KINDS}
    spans: dict[str, dict[str, Value]] = {topic: {} for topic in SPANS}
    for (topic, item), values in sorted(items.items()):
        if topic in of_kinds:
            of_kinds[topic][item] = _dated(values)
        elif topic in spans:
            spans[topic][item] = values[-1][1]
        else:
            single[topic] = _dated(values)
    none: Dated[Value] = Dated()
    return Page(
        code,
        place=cast("Dated[Place]", single.get("place", none)),
        issuers=cast("dict[str, Dated[IssuedBy]]", of_kinds["issuer"]),
        hours=cast("dict[str, Dated[Hours]]", of_kinds["hours"]),
        options=cast("dict[str, Dated[OptionsOffered]]", of_kinds["options"]),
        windows=cast("dict[str, Window]", spans["window"]),
        closures=cast("dict[str, Closure]", spans["closure"]),
        openings=cast("dict[str, YearOpening]", spans["year"]),
        years=cast("Dated[YearsOffered]", single.get("years", none)),
        wide=cast("Dated[Wide]", single.get("wide", none)),
        use=cast("Dated[UseTaken]", single.get("use", none)),
        certifiers=cast("Dated[CertifiedBy]", single.get("certifier", none)),
        seal=cast("Dated[SealImage]", single.get("seal", none)),
        key_statement=cast("Dated[KeyStatement]", single.get("key_statement", none)),
    )


def _heirs(successions: Mapping[str, Dated[Succession]]) -> dict[str, tuple[str, ...]]:
    heirs: defaultdict[str, list[str]] = defaultdict(list)
    for code, dated in sorted(successions.items()):
        for to in dict.fromkeys(succession.to for succession in dated.values):
            heirs[to].append(code)
    return {to: tuple(codes) for to, codes in heirs.items()}
