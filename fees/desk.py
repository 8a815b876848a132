"""One message of the issuance center, served from top to bottom: what does it cost, and what became of the money.

Decides nothing about money by itself: prices are `tariff`'s, facts are booked by `booking` in one write. Whatever is refused is refused whole: a batch with one malformed fact books nothing.
"""

import re
from collections import Counter
from datetime import date, datetime, timedelta

import structlog
from prometheus_client import CollectorRegistry
from prometheus_client import Counter as Metric

from fees.booking.booking import book_facts
from fees.config import Config
from fees.drafts.shelf import RuleShelf
from fees.rules.dated import service_day_end
from fees.rules.rule_book import RuleBook
from fees.rules.tariff import Price, fee_classes, price
from messages import facts
from messages.refusals import refuse
from messages.wire import Message
from storage.store import Store, StoreFailed
from trust.parties import Peer

PRICES_SECONDS = 60
"""How long a center may show a price without asking again; never beyond the service day it was asked for."""

NUMBER_MAX = 2**63 - 1
_WORD = re.compile(r"[!-~]{1,128}")
_WORDS = ("issuance_id", "municipality", "kind", "fee_class", "channel", "operator", "kiosk_id", "rule")
_YEARS = range(2000, 9000)

_log = structlog.get_logger("desk")


class Desk:
    """The fee office's answers. `center` is the party whose facts are booked, `municipalities` are the codes that take part."""

    def __init__(self, center: str, municipalities: frozenset[str], store: Store, registry: CollectorRegistry) -> None:
        self._center = center
        self._municipalities = municipalities
        self._store = store
        self.rules = RuleShelf(store)
        """The rule book that prices and books; a newer revision is taken up with the next message."""
        self.metered: Counter[str] = Counter()
        """Facts answered since this process began, by `new`, `repeat`, `contradiction`: a repeat leaves no trace in the books."""
        self._metric = Metric("konbini_facts", "Facts answered, by what was made of them", ("metered",), registry=registry)

    async def answer(self, message: Message, peer: Peer, now: datetime) -> Message:
        """The reply, or a `Refusal`. When the database gave no certain answer the center is told to ask again: the same facts again are repeats."""
        match message:
            case facts.AskPrices():
                return await self._prices(message, now)
            case facts.MeterFacts():
                return await self._meter(message, peer, now)
        return refuse("not_found")

    async def _prices(self, message: facts.AskPrices, now: datetime) -> Message:
        if message.municipality not in self._municipalities:
            return refuse("municipality_unknown")
        if message.day.year not in _YEARS:
            return refuse("malformed", "no such service day - at `$.day`")
        try:
            book = await self.rules.book()
        except StoreFailed as failure:
            _log.error("rules_not_read", kind=type(failure).__name__)
            return refuse("fees_unavailable")
        asked = (message.municipality, message.channel, message.day)
        return facts.Prices(
            municipality=message.municipality,
            channel=message.channel,
            day=message.day,
            prices=_price_list(book, *asked),
            valid_until=min(now + timedelta(seconds=PRICES_SECONDS), service_day_end(message.day)),
        )

    async def _meter(self, message: facts.MeterFacts, peer: Peer, now: datetime) -> Message:
        if not message.center == peer.name == self._center:
            return refuse("role_not_admitted", "only the center whose books these are may report to them")
        problem = _malformed(message)
        if problem is not None:
            return refuse("malformed", problem)
        try:
            answers = await self._store.write(book_facts, message.facts, await self.rules.book(), now)
        except StoreFailed as failure:
            _log.error("facts_not_booked", facts=len(message.facts), kind=type(failure).__name__)
            return refuse("fees_unavailable")
        self._note(answers)
        return facts.FactsMetered(facts=answers)

    def _note(self, answers: tuple[facts.FactMetered, ...]) -> None:
        for answer in answers:
            self.metered[answer.metered] += 1
            self._metric.labels(answer.metered).inc()
        contradictory = [answer.number for answer in answers if answer.metered == "contradiction"]
        if contradictory:
            _log.warning("facts_contradict", numbers=contradictory)


def desk_of(config: Config, store: Store, registry: CollectorRegistry) -> Desk:
    """The desk of a configured fee office."""
    return Desk(config.center.id, frozenset(each.id for each in config.municipalities), store, registry)


def _price_list(book: RuleBook, municipality: str, channel: str, day: date) -> tuple[facts.Price, ...]:
    listed = ((each, price(book.tariff, municipality, each, channel, day)) for each in fee_classes(book.tariff, municipality, channel))
    return tuple(facts.Price(fee_class=each, fee_yen=found.fee_yen, rule=found.rule) for each, found in listed if isinstance(found, Price))


def _malformed(message: facts.MeterFacts) -> str | None:
    """What no table could keep, by its path; whether a well-formed fact is true is not asked here."""
    for index, fact in enumerate(message.facts):
        place = f"$.facts[{index}]"
        if not 0 < fact.number <= NUMBER_MAX:
            return f"numbers begin at 1 - at `{place}.number`"
        for name in _WORDS:
            if _WORD.fullmatch(getattr(fact, name)) is None:
                return f"1 to 128 printable ASCII characters - at `{place}.{name}`"
        for name in ("visited_at", "at"):
            at: datetime = getattr(fact, name)
            if at.tzinfo is None or at.year not in _YEARS:
                return f"a time with an offset - at `{place}.{name}`"
    return None
