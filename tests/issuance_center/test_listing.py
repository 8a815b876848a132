"""The list for kiosks, made once for a book and its dates: the same bytes as one made anew, at every instant at which something changes."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from issuance_center import routing
from issuance_center.entries import IssuedBy, Place, Succession, UseTaken, Wide
from issuance_center.records import directory
from issuance_center.routing import Change, DirectoryBook
from issuance_center.shelf import LOOK_EVERY, Shelf
from messages.wire import encode
from tests.issuance_center.founding import CITY, NOW, SILENT_CITY, center_config
from tests.issuance_center.test_directory import change, kiosk_of, with_
from tests.issuance_center.town import Town

DAYS = tuple(NOW + timedelta(days=day) for day in range(8))
PLANNED = (
    change("wide", Wide(joined=True), since=DAYS[0]),
    change("use", UseTaken(taken=True), since=DAYS[1]),
    change("place", Place("見本県", "新しずか市", "Shin-Shizuka"), since=DAYS[2], subject=SILENT_CITY),
    change("issuer", IssuedBy(SILENT_CITY), "inkan", DAYS[3], SILENT_CITY),
    change("wide", Wide(joined=False, write_to="税務課"), since=DAYS[4]),
    change("succession", Succession(CITY, "しずか市", "Shizuka", "former"), since=DAYS[5], subject=SILENT_CITY),
    change("issuer", IssuedBy(None), "koseki", DAYS[6]),
)


def instants() -> Iterator[datetime]:
    """Around every change, and between them."""
    for day in DAYS:
        yield from (day - timedelta(microseconds=1), day, day + timedelta(hours=5))


@pytest.mark.parametrize("only", [None, CITY, SILENT_CITY])
def test_a_list_that_holds_gives_the_bytes_of_one_made_anew_and_one_that_does_not_is_not_used(only: str | None) -> None:
    book = with_(*PLANNED, kiosk_of(only=only))
    for made_at in instants():
        known = routing.listing(book, made_at)
        for now in instants():
            fresh = encode(routing.directory(book, "K-1", now))
            assert encode(routing.directory(book, "K-1", now, known)) == fresh
            if known.holds(now):
                assert known.entries == routing.listing(book, now).entries


def test_it_holds_until_the_very_next_date_of_what_it_says() -> None:
    book = with_(*PLANNED)
    assert [routing.listing(book, day).until for day in DAYS] == [*DAYS[1:7], None, None]
    for earlier, later in pairwise(DAYS[:7]):
        assert routing.listing(book, earlier).entries != routing.listing(book, later).entries


def entered(town: Town, *changes: Change) -> None:
    town.center_store.do(directory.add, changes, "花子", "試験", town.at)


async def test_the_shelf_makes_it_once_for_a_book_and_anew_for_what_was_entered_or_has_come(town: Town) -> None:
    shelf = Shelf(center_config(), town.center_store)

    async def listed(now: datetime) -> tuple[DirectoryBook, routing.Listing, bytes]:
        book = await shelf.book(now)
        said = encode(shelf.listed(book, "K-1", now))
        assert said == encode(routing.directory(book, "K-1", now))
        assert shelf._listing is not None
        return book, shelf._listing[1], said

    entered(town, change("use", UseTaken(taken=True), since=NOW + timedelta(minutes=5)))
    first, later, due = await listed(NOW), await listed(NOW + timedelta(minutes=4)), await listed(NOW + timedelta(minutes=5))
    assert first[1] is later[1] is not due[1]
    assert first[1].entries != due[1].entries
    entered(town, change("wide", Wide(joined=True), since=NOW))
    again = await listed(NOW + timedelta(minutes=5) + LOOK_EVERY)
    assert again[0] is not due[0] and [entry.wide_tax for entry in again[1].entries] == [True, False]
