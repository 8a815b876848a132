"""A month of the whole country, made: rules for 1,741 municipalities and the facts of their issuances, streamed in the order in which they happen. The same seed, the same facts.

Municipalities have issuances by (modelled) population; prices, permanent reductions and 10-yen campaigns differ by municipality; stores, post offices and kiosks in town halls all take part. A few
issuances are returned, and a few stay unresolved for a while. Nothing here is anybody's figure: it is load of the right shape.
"""

import random
from collections import deque
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import get_args

from fees.planning.country.populations import modelled
from fees.rules.charges import Charge, charge
from fees.rules.collection import STANDARD, Collected
from fees.rules.commissions import CommissionRule
from fees.rules.rule_book import Rule, RuleBook, rule_book_of
from fees.rules.tariff import TariffRule
from messages.facts import FactStep, FeeFact
from registers.municipalities import municipalities
from storage.instants import JST

OPERATORS = {"store": ("hidamari", "komorebi", "asanagi", "yuunagi"), "post_office": ("yubin",), "town_hall": ("chosha",)}
CHANNELS: tuple[Collected, ...] = get_args(Collected)
CHANNEL_WEIGHTS = {"store": 94, "post_office": 1, "town_hall": 5}
CLASSES = {"juminhyo": (300, 53), "inkan": (300, 30), "koseki": (450, 8), "fuhyo": (300, 2), "kazei": (300, 7)}
"""Fee class: the counter's fee in yen, and its share of all issuances in percent."""
SINCE = date(2019, 10, 1)
OPENS, OPEN_SECONDS = timedelta(hours=6, minutes=30), 16 * 3600 + 1800
"""06:30 to 23:00."""
LIVES: tuple[tuple[tuple[FactStep, ...], int], ...] = (
    (("paid", "printed"), 9_950),
    (("paid", "returned"), 40),
    (("paid", "unresolved", "printed"), 8),
    (("paid", "unresolved", "returned"), 2),
)
"""What becomes of an issuance, in ten thousand."""
AT_WORK = 500
"""How many issuances of the country are between two of their steps at any time."""


def rule_book(seed: int) -> RuleBook:
    """Rules of every municipality: base, reduction and, in some, a campaign; commissions of all operators."""
    lots = random.Random(seed)  # noqa: S311 - made load, no secret
    rules: list[Rule] = list(STANDARD)
    for place in municipalities():
        cut, campaign = lots.choice((50, 100, 150)), lots.random() < 0.05
        for fee_class, (base_yen, _) in CLASSES.items():
            for channel in CHANNELS:
                named = f"{place.code}-{fee_class}-{channel}"
                sold = {"municipality": place.code, "fee_class": fee_class, "channel": channel, "since": SINCE}
                rules.append(TariffRule(rule=f"{named}-base", kind="base", yen=base_yen, **sold))  # type: ignore[arg-type]
                rules.append(TariffRule(rule=f"{named}-cut", kind="reduction", yen=cut, **sold))  # type: ignore[arg-type]
                if campaign and fee_class == "juminhyo":
                    rules.append(TariffRule(rule=f"{named}-ten", kind="campaign", yen=base_yen - 10, **sold))  # type: ignore[arg-type]
    for paid in ("store", "post_office"):
        rules += [CommissionRule(rule=f"itaku-{each}", operator=each, channel=paid, commission_yen=117, since=SINCE) for each in OPERATORS[paid]]
    return rule_book_of(rules, revision=1)


def facts_of_month(book: RuleBook, month: date, issuances: int, seed: int) -> Iterator[FeeFact]:
    """The facts of so many issuances, numbered from 1, evenly over the service days of the month."""
    lots = random.Random(f"{seed}/{month}")  # noqa: S311 - made load, no secret
    days = (date(month.year + month.month // 12, month.month % 12 + 1, 1) - month).days
    waiting: deque[tuple[FeeFact, FactStep]] = deque()
    number = 0
    for issuance, sale in enumerate(_sales(lots, issuances)):
        day, second = divmod(issuance * days * OPEN_SECONDS // issuances, OPEN_SECONDS)
        visited = datetime(month.year, month.month, 1 + day, tzinfo=JST) + OPENS + timedelta(seconds=second)
        fact = _visit(book, sale, f"{lots.getrandbits(128):032x}", visited)
        (steps,) = lots.choices([life for life, _ in LIVES], cum_weights=LIFE_WEIGHTS)
        waiting.extend((fact, step) for step in steps[1:])
        number += 1
        yield _told(fact, number, "paid", visited + timedelta(seconds=40))
        if len(waiting) > AT_WORK:
            earlier, step = waiting.popleft()
            number += 1
            yield _told(earlier, number, step, visited + timedelta(seconds=70))
    for place, (earlier, step) in enumerate(waiting, start=1):
        yield _told(earlier, number + place, step, earlier.visited_at + timedelta(minutes=5))


LIFE_WEIGHTS = list(accumulate(weight for _, weight in LIVES))
Sale = tuple[str, str, str, str]
"""Municipality, fee class, channel, operator."""


def _sales(lots: random.Random, count: int) -> Iterator[Sale]:
    people = modelled(municipalities(), seed=1)
    codes, by_people = list(people), list(accumulate(people.values()))
    classes, by_class = list(CLASSES), list(accumulate(share for _, share in CLASSES.values()))
    channels, by_channel = list(CHANNEL_WEIGHTS), list(accumulate(CHANNEL_WEIGHTS.values()))
    for _ in range(count):
        channel = lots.choices(channels, cum_weights=by_channel)[0]
        code = lots.choices(codes, cum_weights=by_people)[0]
        yield code, lots.choices(classes, cum_weights=by_class)[0], channel, lots.choice(OPERATORS[channel])


def _visit(book: RuleBook, sale: Sale, issuance_id: str, visited: datetime) -> FeeFact:
    code, fee_class, channel, operator = sale
    charged = charge(book, code, fee_class, channel, operator, visited.date())
    assert isinstance(charged, Charge)
    return FeeFact(
        number=1,
        issuance_id=issuance_id,
        step="paid",
        municipality=code,
        kind=fee_class,
        fee_class=fee_class,
        channel=channel,
        operator=operator,
        kiosk_id=f"K{code}",
        fee_yen=charged.fee.fee_yen,
        rule=charged.fee.rule,
        visited_at=visited,
        at=visited,
    )


def _told(fact: FeeFact, number: int, step: FactStep, at: datetime) -> FeeFact:
    return FeeFact(
        number=number,
        issuance_id=fact.issuance_id,
        step=step,
        municipality=fact.municipality,
        kind=fact.kind,
        fee_class=fact.fee_class,
        channel=fact.channel,
        operator=fact.operator,
        kiosk_id=fact.kiosk_id,
        fee_yen=fact.fee_yen,
        rule=fact.rule,
        visited_at=fact.visited_at,
        at=at,
    )
