"""The fee office's prices, asked for and kept.

A price list is good until the instant it names; when the fee office cannot be reached, the last list of the same service day is used on:
prices are dated, and a day's price does not change while nobody can say so. When it can be reached and refuses, there is no price.
"""

from datetime import datetime

from messages.facts import AskPrices, Price, Prices
from messages.link import Link, NoAnswer
from messages.refusals import TABLE, Refusal
from storage.instants import JST


class PriceLists:
    """The lists of this process, by municipality, channel and service day."""

    def __init__(self, fees: Link, timeout_seconds: float) -> None:
        self._fees = fees
        self._timeout_seconds = timeout_seconds
        self._lists: dict[AskPrices, Prices] = {}

    async def prices(self, municipality: str, channel: str, now: datetime) -> tuple[Price, ...] | None:
        """The prices of the service day of `now`; None when there is none to be had."""
        question = AskPrices(municipality=municipality, channel=channel, day=now.astimezone(JST).date())
        known = self._lists.get(question)
        if known is not None and now < known.valid_until:
            return known.prices
        fresh = await self._ask(question)
        if isinstance(fresh, Prices):
            self._keep(question, fresh)
            return fresh.prices
        return known.prices if known is not None and fresh is None else None

    async def _ask(self, question: AskPrices) -> Prices | Refusal | None:
        """The list, the office's refusal, or None for silence; an answer to another question is none."""
        try:
            answer = await self._fees.ask(question, self._timeout_seconds)
        except NoAnswer:
            return None
        if isinstance(answer, Refusal):
            return None if TABLE[answer.code].status == 503 else answer
        if not isinstance(answer, Prices):
            return None
        same = (answer.municipality, answer.channel, answer.day) == (question.municipality, question.channel, question.day)
        return answer if same else None

    def _keep(self, question: AskPrices, fresh: Prices) -> None:
        for old in [old for old in self._lists if old.day < question.day]:
            del self._lists[old]
        self._lists[question] = fresh
