"""Whether something may be entered in the directory: what is wrong with it by itself, and what in the book it contradicts. Pure.

Decides in sentences for the person who entered it, Japanese and English. Must never know who that is: rights are `entering`'s business.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from certificates.kinds import KINDS
from issuance_center.entries import (
    OF_KINDS,
    SPANS,
    TOPICS,
    BuildsAllowed,
    Closure,
    IssuedBy,
    Kiosk,
    Succession,
    Value,
    Window,
    YearOpening,
    overlap,
)
from issuance_center.routing.book import Change, DirectoryBook, Entry, counting, extended, shelf_of
from issuance_center.routing.contents import Sentence, wrong_code, wrong_value
from issuance_center.routing.opening import start_of
from issuance_center.routing.places import resolved_at
from storage.instants import JST

YEARS_AHEAD = 1
"""A 年度 is planned one ahead at most."""


def contradiction(book: DirectoryBook, change: Change, lines: tuple[str, ...], now: datetime) -> Sentence | None:
    """What speaks against entering `change` at `now`, or None. `lines`: the names of the issuers' lines. `book` must be the directory as it is when it is entered, not as it was read."""
    return next(_against(book, change, lines, now), None)


def _against(book: DirectoryBook, change: Change, lines: tuple[str, ...], now: datetime) -> Iterator[Sentence]:
    if change.value is not None and not isinstance(change.value, TOPICS[change.topic]):
        yield Sentence("項目と内容が合いません。", "The value is not one of this topic.")
        return
    if change.value is None:
        yield from _withdrawn(book, change, now)
        return
    if change.topic in OF_KINDS and change.item not in KINDS:
        yield Sentence(f"証明書の種類「{change.item}」はありません。", f"There is no kind of certificate {change.item}.")
        return
    if change.topic not in SPANS and change.since < now:
        yield Sentence(
            f"適用開始（{_at(change.since)}）が過去です。いま以後の時刻にしてください。",
            f"It would hold from {_at(change.since)}, which is past: enter a later time.",
        )
    yield from wrong_value(change)
    yield from _subject(book, change)
    match change.value:
        case IssuedBy():
            yield from _issuer(book, change, change.value, lines)
        case Window() | Closure() | YearOpening():
            yield from _span(book, change, change.value, now)
        case Succession():
            yield from _succession(book, change, change.value)
        case Kiosk(only=str() as only) if resolved_at(book, only, change.since) is None:
            yield Sentence(f"専用とする市区町村 {only} は登録されていません。", f"There is no municipality {only} for the kiosk to serve.")
        case BuildsAllowed() if change.subject not in lines:
            yield Sentence(f"発行元「{change.subject}」への接続がありません。", f"There is no line to an issuer {change.subject}.")


def _withdrawn(book: DirectoryBook, change: Change, now: datetime) -> Iterator[Sentence]:
    """Only what has not begun can be withdrawn: what has held once stays on record."""
    key = (change.topic, change.item, None if change.topic in SPANS else change.since)
    standing = counting(_known(book, change)).get(key)
    value = standing.change.value if standing is not None else None
    if standing is None or value is None:
        yield Sentence("その予定はありません（すでに取り消されたか、変更されています）。", "There is no such plan: it has been withdrawn or changed.")
    elif begins(standing.change) <= now:
        yield Sentence(
            f"{_at(begins(standing.change))} から適用中のため、取り消せません。新しい内容を登録してください。",
            f"It has been in force since {_at(begins(standing.change))} and cannot be withdrawn: enter what holds instead.",
        )
    elif isinstance(value, IssuedBy) and value.issuer is not None and _issuer_before(book, change) not in (None, value.issuer):
        yield Sentence(
            "発行元の切替の予定は「発行元の切替」の画面で取りやめてください。", "A move between issuers is taken back on the page of moves."
        )


def begins(change: Change) -> datetime:
    """From when a change has an effect: `since`, for a stretch of time its own beginning."""
    match change.value:
        case Window(starts=starts):
            return starts
        case Closure(first=first):
            return start_of(first)
        case YearOpening(closed_from=day):
            return start_of(day)
    return change.since


def _known(book: DirectoryBook, change: Change) -> tuple[Entry, ...]:
    return book.entries.get((shelf_of(change.topic), change.subject), ())


def _subject(book: DirectoryBook, change: Change) -> Iterator[Sentence]:
    if shelf_of(change.topic) != "municipality":
        return
    problem = wrong_code(change.subject)
    page = book.municipalities.get(change.subject)
    if problem is not None:
        yield problem
    elif change.topic != "place" and (page is None or page.place.at(begins(change)) is None):
        yield Sentence(
            f"市区町村 {change.subject} は {_at(begins(change))} には登録されていません。",
            f"There is no municipality {change.subject} at {_at(begins(change))}.",
        )


def _issuer_before(book: DirectoryBook, change: Change) -> str | None:
    """Who last issued the kind before the change, whether or not it has been offered without a break."""
    page = book.municipalities.get(change.subject)
    dated = page.issuers.get(change.item) if page is not None else None
    if dated is None:
        return None
    before = [one.issuer for since, one in zip(dated.since, dated.values, strict=True) if since < change.since and one.issuer is not None]
    return before[-1] if before else None


def _issuer(book: DirectoryBook, change: Change, value: IssuedBy, lines: tuple[str, ...]) -> Iterator[Sentence]:
    if value.issuer is None:
        return
    if value.issuer not in lines:
        yield Sentence(f"発行元「{value.issuer}」への接続がありません。", f"There is no line to an issuer {value.issuer}.")
    elif value.issuer not in (change.subject, "bcl"):
        yield Sentence(f"「{value.issuer}」はほかの市区町村のサーバです。", f"{value.issuer} is another municipality's server.")
    before = _issuer_before(book, change)
    if before is not None and before != value.issuer:
        # The registers of both are compared first; a direct entry would go round that.
        yield Sentence(
            f"いまの発行元は「{before}」です。発行元は「発行元の切替」の画面で、照合をしてから切り替えてください。",
            f"{before} has issued it: the issuer is changed on the page of moves, after both have been compared.",
        )


def _span(book: DirectoryBook, change: Change, value: Window | Closure | YearOpening, now: datetime) -> Iterator[Sentence]:
    standing = counting(_known(book, change)).get((change.topic, change.item, None))
    old = standing.change.value if standing is not None else None
    if standing is not None and old is not None and begins(standing.change) <= now:
        yield from _running(old, value, now)
    elif begins(change) < now and not (isinstance(value, Closure) and value.first == _day(now)) and not isinstance(value, YearOpening):
        yield Sentence(f"開始（{_at(begins(change))}）が過去です。", f"It begins in the past ({_at(begins(change))}).")
    page = book.municipalities.get(change.subject)
    if page is None:
        return
    if isinstance(value, Window):
        for item, other in page.windows.items():
            if item != change.item and overlap(value, other):
                span = f"{_at(other.starts)}～{_at(other.ends) if other.ends else '未定'}"
                yield Sentence(
                    f"同じ証明書の保守（{span}）と重なります。",
                    f"It overlaps the maintenance of the same kinds {span.replace('未定', '').replace('～', ' to ')}.",
                )
    elif isinstance(value, Closure):
        for item, closed in page.closures.items():
            if item != change.item and overlap(value, closed):
                yield Sentence(
                    f"同じ証明書の休止日（{closed.first}～{closed.last}）と重なります。",
                    f"It overlaps the closed days {closed.first} to {closed.last} of the same kinds.",
                )
    else:
        yield from _year(page.openings, change, value, now)


def _running(old: Value, value: Window | Closure | YearOpening, now: datetime) -> Iterator[Sentence]:
    """Of what has begun only the end can change, and not to before now: what was closed stays on record as it was."""
    same_beginning = _start(old) == _start(value)
    was, becomes = _end(old), _end(value)
    if not same_beginning or (was is not None and was <= now) or (becomes is not None and becomes < now):
        yield Sentence(
            "すでに始まっているため、終わりだけを、いま以後に変更できます。", "It has begun: only its end can be changed, to no earlier than now."
        )


def _start(value: Value) -> tuple[object, ...]:
    match value:
        case Window(starts=starts, kinds=kinds):
            return starts, kinds
        case Closure(first=first, kinds=kinds):
            return first, kinds
        case YearOpening(closed_from=day):
            return (day,)
    return ()


def _end(value: Value) -> datetime | None:
    match value:
        case Closure(last=last):
            return start_of(last + timedelta(days=1))
        case YearOpening(opens=opens):
            return start_of(opens)
        case Window(ends=ends):
            return ends
    return None


def _year(openings: Mapping[str, YearOpening], change: Change, value: YearOpening, now: datetime) -> Iterator[Sentence]:
    year = int(change.item) if len(change.item) == 4 and change.item.isascii() and change.item.isdigit() else 0
    if not _day(now).year - 10 <= year <= _day(now).year + YEARS_AHEAD:
        yield Sentence("年度は西暦4桁で、翌年度までです。", "The year has four digits and is next year at the latest.")
        return
    if value.opens < _day(now) and change.item not in openings:
        yield Sentence(f"開始日（{value.opens}）が過去です。", f"It would have opened in the past ({value.opens}).")
    for item, other in openings.items():
        if (int(item) < year and other.opens >= value.opens) or (int(item) > year and other.opens <= value.opens):
            yield Sentence(f"{item}年度の開始日（{other.opens}）と前後します。", f"It is out of order with {item}, which opens on {other.opens}.")


def _succession(book: DirectoryBook, change: Change, value: Succession) -> Iterator[Sentence]:
    for code in (change.subject, value.to):
        problem = wrong_code(code)
        if problem is not None:
            yield problem
            return
    page = book.municipalities.get(change.subject)
    if value.what == "ward" and page is not None and page.place.at(change.since) is not None:
        yield Sentence(f"{change.subject} は市区町村として登録されています。", f"{change.subject} is a municipality, and no ward.")
    after = extended(book, (Entry(book.revision + 1, change, change.since, "", ""),))
    instants = {change.since} | {since for dated in after.successions.values() for since in dated.since if since > change.since}
    for at in sorted(instants):
        for code in after.successions:
            if resolved_at(after, code, at) is None and (code == change.subject or resolved_at(book, code, at) is not None):
                yield Sentence(
                    f"{_at(at)} に {code} をたどると、{value.to} から元に戻るか、登録のない市区町村に着きます。",
                    f"At {_at(at)} the code {code} would lead through {value.to} back to itself or to no municipality.",
                )
                return


def _day(at: datetime) -> date:
    return at.astimezone(JST).date()


def _at(at: datetime) -> str:
    return at.astimezone(JST).strftime("%Y-%m-%d %H:%M")
