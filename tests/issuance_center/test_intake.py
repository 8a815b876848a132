"""What is heard at all: ids, times, kiosks, visits, applications."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from certificates.kinds import KINDS
from issuance_center import intake
from issuance_center.config import Limits
from issuance_center.routing import book_of
from messages.visits import Apply, AskKinds, CloseVisit, OpenVisit, Report
from messages.wire import Message
from storage.instants import JST
from tests.issuance_center.founding import KIOSK_PARTY, NOW, OTHER_PARTY, center_config
from tests.issuance_center.values import PRICE, VISIT, a_visit, an_application, an_event, an_offer
from trust.parties import Peer

BOOK = book_of(center_config())
LIMITS = Limits(freshness_seconds=120.0)


def opened(**changes: Any) -> OpenVisit:
    return OpenVisit(**{"visit_id": VISIT, "kiosk_id": "K-1", "opened_at": NOW} | changes)


@pytest.mark.parametrize(
    ("message", "path"),
    [
        (opened(), None),
        (opened(visit_id="x"), "$.visit_id"),
        (opened(visit_id="A" * 32), "$.visit_id"),
        (opened(visit_id=VISIT + "\n"), "$.visit_id"),
        (Apply(application=an_application(), signature=b""), None),
        (Apply(application=an_application(request_id="1"), signature=b""), "$.application.request_id"),
        (Report(event=an_event(), signature=b""), None),
        (Report(event=an_event(yen=0), signature=b""), None),
        (Report(event=an_event(seq=0), signature=b""), "$.event.seq"),
        (Report(event=an_event(seq=2**31), signature=b""), "$.event.seq"),
        (Report(event=an_event(yen=-1), signature=b""), "$.event.yen"),
        (Report(event=an_event(yen=10**30), signature=b""), "$.event.yen"),
        (AskKinds(visit_id="?", municipality="?"), None),
    ],
)
def test_a_value_that_no_table_could_keep_is_malformed_by_its_path(message: Message, path: str | None) -> None:
    found = intake.malformed(message)
    assert found is None if path is None else found is not None and found.endswith(f"at `{path}`")


@pytest.mark.parametrize(
    ("kiosk", "party", "known"),
    [("K-1", KIOSK_PARTY, True), ("K-1", OTHER_PARTY, False), ("K-3", OTHER_PARTY, True), ("K-3", KIOSK_PARTY, False), ("K-9", KIOSK_PARTY, False)],
)
def test_a_party_speaks_for_its_own_kiosks_only(kiosk: str, party: str, known: bool) -> None:
    found = intake.kiosk_for(BOOK, kiosk, Peer("kiosk", party), NOW)
    assert (found is not None and found.id == kiosk) == known


@pytest.mark.parametrize(("seconds", "stale"), [(-120, False), (-120.000001, True), (0, False), (120, False), (120.000001, True)])
def test_an_instant_too_far_from_now_is_stale_in_both_directions(seconds: float, stale: bool) -> None:
    assert intake.stale(NOW + timedelta(seconds=seconds), NOW, LIMITS) == stale


@pytest.mark.parametrize(
    ("at", "impossible"),
    [
        (NOW - timedelta(days=30), False),
        (NOW + timedelta(hours=23), False),
        (NOW + timedelta(hours=25), True),
        (datetime(1999, 12, 31, tzinfo=JST), True),
        (datetime.max.replace(tzinfo=JST), True),
    ],
)
def test_a_report_may_be_late_but_not_from_another_time(at: datetime, impossible: bool) -> None:
    assert intake.impossible_time(at, NOW) == impossible


@pytest.mark.parametrize(
    ("changes", "kiosk_id", "code"),
    [
        ({}, "K-1", None),
        ({}, None, None),
        ({}, "K-2", "visit_unknown"),
        ({"closed": True}, "K-1", "visit_closed"),
        ({"serial": None}, "K-1", "visit_not_authenticated"),
        ({"visit_key": None}, "K-1", "visit_not_authenticated"),
        ({"closes_at": None}, "K-1", "visit_not_authenticated"),
        ({"closes_at": NOW}, "K-1", "visit_expired"),
        ({"closes_at": NOW + timedelta(microseconds=1)}, "K-1", None),
        ({"closed": True, "closes_at": NOW}, "K-1", "visit_closed"),
    ],
)
def test_a_visit_stands_or_its_refusal_says_why_not(changes: dict[str, Any], kiosk_id: str | None, code: str | None) -> None:
    assert intake.visit_refused(a_visit(**changes), kiosk_id, NOW) == code


def test_no_visit_is_an_unknown_visit() -> None:
    assert intake.visit_refused(None, "K-1", NOW) == "visit_unknown"


@pytest.mark.parametrize(
    ("changes", "digests", "code"),
    [
        ({}, ("d1",), None),
        ({}, ("d2", "d1"), None),
        ({"applied_at": NOW - timedelta(seconds=121)}, ("d1",), "request_stale"),
        ({"applied_at": NOW + timedelta(seconds=121)}, ("d1",), "request_stale"),
        ({"register_version": "8"}, ("d1",), "register_changed"),
        ({}, (), "members_invalid"),
        ({}, ("d1", "d1"), "members_invalid"),
        ({}, ("d3",), "members_invalid"),
        ({}, ("d1", "d3"), "members_invalid"),
        ({"show": ("my_number",)}, ("d1",), "options_invalid"),
        ({"show": ("relation", "relation")}, ("d1",), "options_invalid"),
        ({"show": ()}, ("d1",), None),
        ({"form": "kojinhyo"}, ("d1",), None),
        ({"form": "koseki"}, ("d1",), "form_invalid"),
        ({"form": ""}, ("d1",), "form_invalid"),
        ({"year": 2026}, ("d1",), "year_invalid"),
        ({"copies": 0}, ("d1",), "copies_invalid"),
        ({"copies": -1}, ("d1",), "copies_invalid"),
        ({"copies": 3}, ("d1",), None),
        ({"copies": 4}, ("d1",), "copies_invalid"),
        ({"fee_yen": 199}, ("d1",), "price_changed"),
        ({"fee_yen": 0}, ("d1",), "price_changed"),
    ],
)
def test_an_application_asks_for_what_was_offered_at_the_price_that_was_shown(
    changes: dict[str, Any], digests: tuple[str, ...], code: str | None
) -> None:
    assert intake.application_refused(an_application(**changes), an_offer(), PRICE, digests, NOW, LIMITS) == code


@pytest.mark.parametrize(
    ("kind", "digests", "code"),
    [
        ("juminhyo", ("d1", "d2"), None),
        ("juminhyo", ("d1", "d2", "d3"), None),
        ("inkan", ("d1",), None),
        ("inkan", ("d1", "d2"), "members_invalid"),
        ("koseki", ("d2",), None),
        ("koseki", ("d1", "d2", "d3"), None),
        ("koseki", ("d1", "d2"), "members_invalid"),
        ("fuhyo", ("d1", "d3"), "members_invalid"),
        ("kazei", ("d1",), None),
        ("kazei", ("d1", "d2", "d3"), "members_invalid"),
    ],
)
def test_as_many_people_as_the_kind_allows(kind: str, digests: tuple[str, ...], code: str | None) -> None:
    """Some, all or one, or one alone. That one is the holder is the issuer's to see: the center keeps no mark of who it is."""
    form = KINDS[kind].forms[0].code
    offer = an_offer(members=dict.fromkeys(("d1", "d2", "d3"), "f" * 64), forms=(form,), years=(2026,) if kind == "kazei" else ())
    year = 2026 if kind == "kazei" else None
    asked = an_application(kind=kind, form=form, year=year, members=tuple(map(str, range(len(digests)))), show=())
    assert intake.application_refused(asked, offer, PRICE, digests, NOW, LIMITS) == code


@pytest.mark.parametrize(("year", "code"), [(2026, None), (2025, None), (2024, "year_invalid"), (2027, "year_invalid"), (None, "year_invalid")])
def test_a_yearly_paper_is_of_one_of_the_years_that_were_offered(year: int | None, code: str | None) -> None:
    offer = an_offer(forms=("kazei",), years=(2026, 2025), options=())
    assert intake.application_refused(an_application(kind="kazei", form="kazei", year=year, show=()), offer, PRICE, ("d1",), NOW, LIMITS) == code


def test_without_an_offer_or_a_price_for_the_form_there_is_no_application() -> None:
    assert intake.application_refused(an_application(), None, PRICE, ("d1",), NOW, LIMITS) == "visit_not_authenticated"
    assert intake.application_refused(an_application(), an_offer(), None, ("d1",), NOW, LIMITS) == "form_invalid"


def test_the_class_of_fee_is_that_of_the_form() -> None:
    found = [intake.fee_class_of(an_application(kind="kazei", form=form)) for form in ("kazei", "shotoku", "shotoku_kazei", "juminhyo", "")]
    assert found == ["kazei", "shotoku", "shotoku_kazei", "", ""]


def test_the_price_is_that_of_the_fee_class() -> None:
    assert intake.price_for((PRICE,), "juminhyo") == PRICE
    assert intake.price_for((PRICE,), "koseki") is None


def test_only_what_looks_like_an_id_is_written_down() -> None:
    closing = CloseVisit(visit_id=VISIT, kiosk_id="K-1", at=NOW, reason="idle")
    assert intake.heard_ids(closing) == ("K-1", VISIT)
    assert intake.heard_ids(Report(event=an_event(), signature=b"")) == ("K-1", VISIT)
    assert intake.heard_ids(Apply(application=an_application(), signature=b"")) == ("K-1", VISIT)
    assert intake.heard_ids(AskKinds(visit_id="山田　太郎", municipality="")) == (None, None)
    assert intake.heard_ids(opened(kiosk_id="見本 太郎", visit_id="9" * 33)) == (None, None)
    assert intake.heard_ids(opened(kiosk_id="K" * 65)) == (None, VISIT)
