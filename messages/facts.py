"""Issuance center and fee office: prices before, facts after."""

from datetime import date
from typing import Literal

from messages.wire import Instant, Message

FactStep = Literal["paid", "printed", "returned", "unresolved"]
Metered = Literal["new", "repeat", "contradiction"]


class AskPrices(Message, frozen=True, kw_only=True):
    """What the certificates of a municipality cost through a channel on a service day."""

    municipality: str
    channel: str
    day: date


class Price(Message, frozen=True, kw_only=True):
    """The 交付手数料 of one fee class in yen, and the tariff rule that sets it."""

    fee_class: str
    fee_yen: int
    rule: str


class Prices(Message, frozen=True, kw_only=True):
    """All fee classes of the municipality on that channel and day; ask again after `valid_until`."""

    municipality: str
    channel: str
    day: date
    prices: tuple[Price, ...]
    valid_until: Instant


class FeeFact(Message, frozen=True, kw_only=True):
    """One thing that happened to one issuance and its money. `number` is the center's own, without gaps; the same number always means the same fact.

    `visited_at` is when the resident saw the price (it decides the tariff), `at` when the step happened at the kiosk.
    """

    number: int
    issuance_id: str
    step: FactStep
    municipality: str
    kind: str
    fee_class: str
    channel: str
    operator: str
    kiosk_id: str
    fee_yen: int
    rule: str
    visited_at: Instant
    at: Instant


class MeterFacts(Message, frozen=True, kw_only=True):
    """A batch of facts in the order of their numbers."""

    center: str
    facts: tuple[FeeFact, ...]


class FactMetered(Message, frozen=True, kw_only=True):
    """What the fee office made of a fact."""

    number: int
    metered: Metered


class FactsMetered(Message, frozen=True, kw_only=True):
    """One answer for each fact, in the same order."""

    facts: tuple[FactMetered, ...]
