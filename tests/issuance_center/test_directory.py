"""The directory as dated data: windows per set of kinds, what is over when, wards and mergers by date, history, withdrawal, kiosks of one municipality."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from issuance_center import routing
from issuance_center.entries import (
    BuildsAllowed,
    Closure,
    Hours,
    IssuedBy,
    OptionsOffered,
    Place,
    Succession,
    UseTaken,
    Wide,
    Window,
    YearOpening,
    YearsOffered,
)
from issuance_center.national import national_changes
from issuance_center.records import directory, tables
from issuance_center.records.directory_tables import directory_entries
from issuance_center.routing import Change, Closed, DirectoryBook, Entry, NoRoute, Open, Route, book_of, extended, route
from issuance_center.routing.seeding import FROM_THE_START
from issuance_center.shelf import LOOK_EVERY, Shelf
from messages import visits as said
from messages.orders import IssueOrder, OfferChoices
from messages.refusals import Refusal
from simulation.people import CardMade
from storage.instants import JST
from tests.issuance_center.founding import CITY, NOW, SILENT_CITY, center_config
from tests.issuance_center.town import Kiosk, Town

WEEKDAYS = Hours("09:00", "17:00", weekdays_only=True)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


def change(topic: str, value: Any, item: str = "", since: str | datetime = FROM_THE_START, subject: str = CITY) -> Change:
    return Change(topic, subject, item, at(since) if isinstance(since, str) else since, value)


def with_(*changes: Change, book: DirectoryBook | None = None) -> DirectoryBook:
    book = book or book_of(center_config())
    return extended(book, tuple(Entry(book.revision + number, one, NOW, "花子", "試験") for number, one in enumerate(changes, 1)))


def window(starts: str, ends: str | None, *kinds: str, item: str = "w1") -> Change:
    return change("window", Window(at(starts), at(ends) if ends else None, kinds), item, starts)


OBIHIRO = with_(  # domain facts 12.4
    window("2026-10-04T17:30", "2026-10-05T09:00", "koseki", "fuhyo"),
    window("2026-10-06T06:30", "2026-10-06T23:00", item="w2"),
    change("use", UseTaken(taken=True)),
)


@pytest.mark.parametrize(
    ("kind", "when", "expected"),
    [
        ("koseki", "2026-10-04T17:29:59", Open()),
        ("koseki", "2026-10-04T17:30:00", Closed(at("2026-10-05T09:00"), "maintenance")),
        ("fuhyo", "2026-10-05T08:59:59", Closed(at("2026-10-05T09:00"), "maintenance")),
        ("koseki", "2026-10-05T09:00:00", Open()),
        ("juminhyo", "2026-10-04T18:00:00", Open()),
        ("inkan", "2026-10-05T06:30:00", Open()),
        ("juminhyo", "2026-10-05T23:30:00", Closed(at("2026-10-07T06:30"), "hours")),
        ("juminhyo", "2026-10-06T12:00:00", Closed(at("2026-10-07T06:30"), "maintenance")),
        ("kazei", "2026-10-06T06:29:00", Closed(at("2026-10-07T06:30"), "hours")),
    ],
)
def test_maintenance_stops_a_set_of_kinds_and_says_when_everything_is_over(kind: str, when: str, expected: Open | Closed) -> None:
    assert route(OBIHIRO, CITY, kind, None, at(when)) == Route(CITY, expected, CITY)


def test_registrations_for_use_are_closed_when_the_family_register_is() -> None:
    for when in ("2026-10-04T17:30", "2026-10-05T08:59", "2026-10-05T09:00", "2026-10-06T07:00"):
        assert routing.use_route(OBIHIRO, CITY, None, at(when)) == route(OBIHIRO, CITY, "koseki", None, at(when))
    assert routing.use_route(with_(), CITY, None, NOW) == NoRoute("kind_unknown")


def test_windows_that_overlap_close_until_the_last_of_them_and_one_without_an_end_until_nobody_knows() -> None:
    both = with_(window("2026-11-24T10:00", "2026-11-24T12:00"), window("2026-11-24T11:00", "2026-11-24T13:15", "inkan", item="w2"))
    assert route(both, CITY, "inkan", None, at("2026-11-24T10:30")) == Route(CITY, Closed(at("2026-11-24T13:15"), "maintenance"), CITY)
    assert route(both, CITY, "juminhyo", None, at("2026-11-24T10:30")) == Route(CITY, Closed(at("2026-11-24T12:00"), "maintenance"), CITY)
    endless = with_(window("2026-11-24T10:00", None))
    assert route(endless, CITY, "inkan", None, at("2026-11-24T10:30")) == Route(CITY, Closed(None, "maintenance"), CITY)


def test_own_closed_days_the_turn_of_the_year_a_weekend_and_a_holiday_are_passed_over_together() -> None:
    book = with_(
        change("hours", WEEKDAYS, "koseki", "2026-04-01T00:00"),
        change("closure", Closure(date(2027, 1, 4), date(2027, 1, 8)), "c1", "2027-01-04T00:00"),
    )
    # 1/9 and 1/10 are a weekend, 1/11 is 成人の日
    assert route(book, CITY, "koseki", None, at("2026-12-28T17:00")) == Route(CITY, Closed(at("2027-01-12T09:00")), CITY)
    assert route(book, CITY, "juminhyo", None, at("2026-12-28T23:00")) == Route(CITY, Closed(at("2027-01-09T06:30")), CITY)


def test_hours_that_are_planned_count_when_they_are_in_force() -> None:
    book = with_(change("hours", Hours("07:00", "24:00", closed_days=()), "inkan", "2026-11-25T00:00"))
    assert route(book, CITY, "inkan", None, at("2026-11-24T23:00")) == Route(CITY, Closed(at("2026-11-25T07:00")), CITY)
    assert route(book, CITY, "inkan", None, at("2026-11-25T23:59:59")) == Route(CITY, Open(), CITY)
    assert route(book, CITY, "inkan", None, at("2026-11-26T00:00")) == Route(CITY, Closed(at("2026-11-26T07:00")), CITY)


def test_a_kind_moves_to_another_issuer_at_its_minute() -> None:
    book = with_(change("issuer", IssuedBy("bcl"), "koseki", "2026-11-24T12:00"))
    issuers = [routing.open_issuer(book, CITY, "koseki", None, at(f"2026-11-24T{clock}")) for clock in ("11:59:59.999999", "12:00:00")]
    assert issuers == [CITY, "bcl"]
    assert routing.open_issuer(book, CITY, "juminhyo", None, at("2026-11-24T12:00")) == CITY
    ended = with_(change("issuer", IssuedBy(None), "koseki", "2026-11-24T12:00"))
    assert route(ended, CITY, "koseki", None, at("2026-11-24T12:00")) == NoRoute("kind_unknown")


def test_a_ward_means_its_city_and_a_former_municipality_what_it_became_part_of_from_that_day_on() -> None:
    book = with_(
        change("succession", Succession(CITY, "ひがし区", "Higashi-ku", "ward"), subject="991015"),
        change("succession", Succession(CITY, "しずか市", "Shizuka", "former"), since="2027-01-01T00:00", subject=SILENT_CITY),
    )
    assert [routing.resolve(book, code, date(2026, 12, 31)) for code in ("991015", SILENT_CITY, CITY, "000000")] == [CITY, SILENT_CITY, CITY, None]
    assert routing.resolve(book, SILENT_CITY, date(2027, 1, 1)) == CITY
    assert routing.open_issuer(book, SILENT_CITY, "koseki", None, at("2027-01-04T12:00")) == CITY
    before, after = (routing.directory(book, "K-1", at(when)).municipalities for when in ("2026-12-31T12:00", "2027-01-01T00:00"))
    assert [(entry.code, [alias.code for alias in entry.aliases]) for entry in before] == [(CITY, ["991015"]), (SILENT_CITY, [])]
    assert [(entry.code, [(alias.code, alias.what) for alias in entry.aliases]) for entry in after] == [
        (CITY, sorted([("991015", "ward"), (SILENT_CITY, "former")]))
    ]


def test_a_later_entry_replaces_the_one_of_its_date_and_an_empty_one_withdraws_it() -> None:
    planned = change("issuer", IssuedBy("bcl"), "koseki", "2027-01-05T00:00")
    corrected, withdrawn = replace(planned, value=IssuedBy("other")), replace(planned, value=None)
    later = at("2027-01-05T12:00")
    assert routing.open_issuer(with_(planned), CITY, "koseki", None, later) == "bcl"
    assert routing.open_issuer(with_(planned, corrected), CITY, "koseki", None, later) == "other"
    assert routing.open_issuer(with_(planned, corrected, withdrawn), CITY, "koseki", None, later) == CITY
    stopped = window("2027-01-05T00:00", "2027-01-06T00:00")
    assert routing.open_issuer(with_(stopped, replace(stopped, value=None)), CITY, "koseki", None, later) == CITY


def test_a_year_opens_on_the_day_of_its_municipality_and_the_days_before_are_closed() -> None:  # domain facts 12.6
    book = with_(change("years", YearsOffered(2)), change("year", YearOpening(date(2026, 6, 3), date(2026, 5, 31)), "2026", "2026-05-31T00:00"))
    assert routing.years(book, CITY, at("2026-05-30T12:00")) == (2025, 2024)
    assert route(book, CITY, "kazei", None, at("2026-05-30T22:59")) == Route(CITY, Open(), CITY)
    for day in ("05-31", "06-01", "06-02"):
        assert route(book, CITY, "kazei", None, at(f"2026-{day}T12:00")) == Route(CITY, Closed(at("2026-06-03T06:30"), "maintenance"), CITY)
        assert route(book, CITY, "juminhyo", None, at(f"2026-{day}T12:00")) == Route(CITY, Open(), CITY)
    assert routing.years(book, CITY, at("2026-06-03T06:30")) == (2026, 2025)
    assert routing.years(with_(), CITY, NOW) == ()


def kiosk_of(**changes: Any) -> Change:
    terminal = next(kiosk for kiosk in center_config().kiosks if kiosk.id == "K-1")
    from msgspec.structs import replace as with_changes

    return change("kiosk", with_changes(terminal, **changes), subject="K-1", since="2020-01-01T00:00")


def test_a_kiosk_of_one_municipality_serves_that_one_alone_and_keeps_its_own_hours() -> None:
    book = with_(kiosk_of(only=CITY, hours=Hours("08:30", "17:00", weekdays_only=True)))
    assert route(book, SILENT_CITY, "juminhyo", "K-1", NOW) == NoRoute("other_municipality")
    assert route(book, SILENT_CITY, "juminhyo", "K-2", NOW) == Route(SILENT_CITY, Open(), SILENT_CITY)
    assert route(book, CITY, "juminhyo", "K-1", at("2026-11-20T17:00")) == Route(CITY, Closed(at("2026-11-24T08:30")), CITY)
    assert route(book, CITY, "juminhyo", "K-2", at("2026-11-20T17:00")) == Route(CITY, Open(), CITY)
    listed = routing.directory(book, "K-1", NOW)
    assert (listed.only, [entry.code for entry in listed.municipalities]) == (CITY, [CITY])


def test_an_entry_says_kinds_wide_tax_and_registration_for_use() -> None:
    book = with_(change("wide", Wide(joined=False, write_to="市民税課")), change("use", UseTaken(taken=True)))
    found = routing.entry(book, CITY, NOW)
    assert found is not None
    assert (found.wide_tax, found.write_to, found.use, "kazei" in found.kinds) == (False, "市民税課", True, True)
    joined = routing.entry(with_(change("wide", Wide(joined=True)), book=book), CITY, NOW)
    assert joined is not None
    assert (joined.wide_tax, joined.write_to) == (True, "")


def test_builds_are_those_registered_at_the_time() -> None:
    book = with_(change("builds", BuildsAllowed((("p", "t"),)), since="2026-01-01T00:00", subject="bcl"))
    assert routing.registered_build(book, "bcl", at("2025-12-31T23:59")) == ()
    assert routing.registered_build(book, "bcl", NOW) == (("p", "t"),)
    assert routing.registered_build(book, CITY, NOW) == ()


# --- on record, and at the desk ---


async def test_the_configuration_fills_an_empty_directory_and_never_changes_one_that_has_entries(town: Town) -> None:
    rows = town.rows(directory_entries)
    await Shelf(center_config(), town.center_store).book(NOW)
    assert town.rows(directory_entries) == rows
    town.center_store.do(lambda connection: connection.execute(directory_entries.delete()))
    assert await Shelf(center_config(), town.center_store).book(NOW) == book_after_reading(book_of(center_config()), town)
    assert len(town.rows(directory_entries)) == len(rows)


def book_after_reading(expected: DirectoryBook, town: Town) -> DirectoryBook:
    read = extended(routing.EMPTY, town.center_store.do(directory.newer, 0))
    assert (read.municipalities, read.kiosks, read.builds) == (expected.municipalities, expected.kiosks, expected.builds)
    return read


def enter(town: Town, *changes: Change) -> None:
    town.center_store.do(directory.add, changes, "花子", "試験", town.at)


async def test_what_another_process_enters_is_seen_without_a_restart(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.quoted(card)
    enter(town, change("window", Window(town.at, None, ("inkan",)), "w1", town.at))
    town.pass_time(seconds=LOOK_EVERY.total_seconds() + 1)
    offered = await kiosk.kinds()
    assert isinstance(offered, said.KindsOffered)
    closed = {offer.kind: (offer.open, offer.because, offer.opens_at) for offer in offered.kinds if not offer.open}
    assert closed == {"inkan": (False, "maintenance", None)}


async def test_an_option_that_the_directory_does_not_have_is_cut_and_an_order_for_it_refused(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    enter(town, change("options", OptionsOffered(("relation", "honseki")), "juminhyo"))
    choices = await kiosk.choosing(card)
    assert choices.options == ("relation", "honseki")
    refused = await kiosk.apply(show=("my_number",))
    assert isinstance(refused, Refusal)
    assert refused.code == "options_invalid"


async def test_an_option_that_was_taken_away_after_the_offer_is_refused(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.choosing(card)
    enter(town, change("options", OptionsOffered(()), "juminhyo"))
    town.pass_time(seconds=5)
    refused = await kiosk.apply(show=("relation",))
    assert isinstance(refused, Refusal)
    assert refused.code == "options_invalid"


async def test_a_request_that_was_accepted_keeps_its_issuer_whatever_the_directory_says_since(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.choosing(card)
    application = kiosk.application()
    first = await kiosk.apply(application)
    assert isinstance(first, said.CertificateReady)
    enter(town, change("issuer", IssuedBy(SILENT_CITY), "juminhyo", town.at))
    town.pass_time(seconds=5)
    again = await kiosk.apply(application)
    assert again == first
    assert {row["issuer"] for row in town.rows(tables.requests)} == {CITY}
    assert town.to_silent_city.asked == []
    assert sum(isinstance(message, IssueOrder) for message in town.to_city.asked) == 2


async def test_a_visit_applies_to_whoever_offered_though_the_kind_has_moved_since_and_the_next_visit_to_the_new_issuer(
    town: Town, kiosk: Kiosk, card: CardMade
) -> None:
    await kiosk.choosing(card)
    enter(town, change("issuer", IssuedBy(SILENT_CITY), "juminhyo", town.at))
    town.pass_time(seconds=5)
    assert isinstance(await kiosk.apply(), said.CertificateReady)
    assert {row["issuer"] for row in town.rows(tables.requests)} == {CITY} and town.to_silent_city.asked == []
    other = town.kiosk(1)
    await other.quoted(card)
    await other.choices()
    assert any(isinstance(message, OfferChoices) for message in town.to_silent_city.asked)


async def test_at_a_kiosk_of_one_municipality_every_other_is_refused_at_every_step(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    enter(town, kiosk_of(only=SILENT_CITY))
    await kiosk.admitted(card)
    for reply in (await kiosk.kinds(), await kiosk.choices(), await kiosk.apply()):
        assert isinstance(reply, Refusal)
        assert reply.code == "other_municipality"


def test_the_whole_country_fits_into_a_book() -> None:
    book = with_(*national_changes(), book=routing.EMPTY)
    assert (len(book.municipalities), len(book.successions)) == (1741, 171)
    assert {routing.resolve(book, ward, date(2026, 11, 24)) for ward in book.successions} <= book.municipalities.keys()
    sapporo = routing.entry(book, "011002", NOW)
    assert sapporo is not None
    assert len(sapporo.aliases) == 10
    assert Place("北海道", "札幌市", "") == book.municipalities["011002"].place.at(NOW)
