"""A visit, an offer and an application as values, for the pure rooms; `changes` make them others."""

from datetime import timedelta
from typing import Any

from issuance_center.records.visits import Offer, Visit
from messages.facts import Price
from messages.visits import Application, Event
from tests.issuance_center.founding import CITY, NOW

VISIT, REQUEST, PAPER = "1" * 32, "2" * 32, "3" * 32
PRICE = Price(fee_class="juminhyo", fee_yen=200, rule="r")


def a_visit(**changes: Any) -> Visit:
    """Authenticated, for a quarter of an hour."""
    values: dict[str, Any] = {
        "visit_id": VISIT,
        "kiosk_id": "K-1",
        "opened_at": NOW,
        "nonce": "ab" * 32,
        "challenge_expires_at": NOW + timedelta(minutes=3),
        "visit_key": b"k" * 32,
        "serial": "1f3a",
        "certificate_sha256": "c" * 64,
        "closes_at": NOW + timedelta(minutes=15),
        "closed": False,
    }
    return Visit(**values | changes)


def an_offer(**changes: Any) -> Offer:
    """Two people, two options, two forms, three copies."""
    values: dict[str, Any] = {
        "members": {"d1": "f" * 64, "d2": "e" * 64},
        "forms": ("juminhyo", "kojinhyo"),
        "years": (),
        "options": ("relation", "honseki"),
        "copies_max": 3,
        "register_version": "7",
        "issuer": "990019",
    }
    return Offer(**values | changes)


def an_application(**changes: Any) -> Application:
    """For the first person of the offer."""
    values: dict[str, Any] = {
        "request_id": REQUEST,
        "visit_id": VISIT,
        "kiosk_id": "K-1",
        "municipality": CITY,
        "kind": "juminhyo",
        "form": "juminhyo",
        "year": None,
        "members": ("0000000011",),
        "show": ("relation",),
        "copies": 1,
        "fee_yen": 200,
        "register_version": "7",
        "applied_at": NOW,
    }
    return Application(**values | changes)


def an_event(**changes: Any) -> Event:
    """Paid."""
    values: dict[str, Any] = {
        "kiosk_id": "K-1",
        "seq": 1,
        "visit_id": VISIT,
        "request_id": REQUEST,
        "issuance_id": PAPER,
        "step": "paid",
        "yen": 200,
        "at": NOW,
    }
    return Event(**values | changes)
