"""Who takes part, who offers which kind, who is on BCL: drawn by lot within each size class so that every published count comes out exactly. What is known of a body is never drawn.

Published are: 1,371 participants; by class, how many of them are without 戸籍, how many without 課税, and how many of those without 戸籍 are on BCL; in all, 746 with 附票.
Not published are participants by class and 附票 by class: these are assumed (`published.NOT_JOINED_PER_MILLE`; 附票 only where 戸籍 is, in proportion).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from fees.planning.country import published
from fees.planning.country.bodies import Known, Planned
from fees.planning.country.classes import CLASS_WORDS, CLASSES, SizeClass
from fees.planning.country.lots import apportioned_within, in_order_of_lots
from fees.planning.country.published import Kind

Wanted = Callable[[Known], bool | None]


class CannotHold(Exception):
    """The published counts cannot hold for these populations and known facts; `str()` says which, in Japanese."""


@dataclass(frozen=True, slots=True)
class Participation:
    """Codes of those who take part; of those who offer a kind; of those on BCL (planned moves included)."""

    joined: frozenset[str]
    offers: Mapping[Kind, frozenset[str]]
    bcl: frozenset[str]


def participation(bodies: Iterable[Planned], known: Mapping[str, Known], seed: int) -> Participation:
    """The country's participation for a seed. Raises `CannotHold`."""
    by_class: dict[SizeClass, list[str]] = {size: [] for size in CLASSES}
    for one in bodies:
        by_class[one.size_class].append(one.code)
    lots = _Lots(seed, known)
    joined = _joined(by_class, lots)
    without_koseki = lots.drawn_by_class("戸籍を交付しない参加団体", joined, published.WITHOUT_KOSEKI, _without("koseki"))
    without_kazei = lots.drawn_by_class("課税を交付しない参加団体", joined, published.WITHOUT_KAZEI, _without("kazei"))
    bcl = lots.drawn_by_class("戸籍を交付しないBCL団体", without_koseki, published.WITHOUT_KOSEKI_ON_BCL, lambda fact: fact.bcl)
    koseki = {size: [code for code in joined[size] if code not in set(without_koseki[size])] for size in CLASSES}
    fuhyo = lots.drawn_by_class(
        "附票を交付する参加団体", koseki, _fuhyo_counts(koseki), lambda fact: None if fact.offers is None else "fuhyo" in fact.offers
    )
    everybody = _flat(joined)
    offers: dict[Kind, frozenset[str]] = {
        "juminhyo": everybody,
        "inkan": everybody,
        "koseki": _flat(koseki),
        "fuhyo": _flat(fuhyo),
        "kazei": everybody - _flat(without_kazei),
    }
    _refuse_contradictions(known, everybody, offers, _flat(bcl))
    return Participation(everybody, offers, _flat(bcl))


class _Lots:
    """Draws codes of a class: those who are known to belong first, those who are known not to never, the others by lot."""

    def __init__(self, seed: int, known: Mapping[str, Known]) -> None:
        self._seed = seed
        self._known = known

    def drawn_by_class(
        self, purpose: str, among: Mapping[SizeClass, list[str]], counts: Mapping[SizeClass, int], wanted: Wanted
    ) -> dict[SizeClass, list[str]]:
        return {size: self._drawn(f"{CLASS_WORDS[size]}の{purpose}", among[size], counts[size], wanted) for size in CLASSES}

    def _drawn(self, purpose: str, among: list[str], count: int, wanted: Wanted) -> list[str]:
        facts = {code: wanted(self._known[code]) for code in among if code in self._known}
        certain = [code for code in among if facts.get(code) is True]
        possible = [code for code in among if facts.get(code) is None]
        if not len(certain) <= count <= len(certain) + len(possible):
            raise CannotHold(
                f"{purpose}は公表値では{count}団体ですが、この人口とシナリオでは{len(certain)}団体以上{len(certain) + len(possible)}団体以下になります。"
            )
        return certain + in_order_of_lots(possible, self._seed, purpose)[: count - len(certain)]


def _joined(by_class: Mapping[SizeClass, list[str]], lots: _Lots) -> dict[SizeClass, list[str]]:
    """Participants by class, such that every class has room for what is published of it."""
    needed = {size: max(published.WITHOUT_KOSEKI[size], published.WITHOUT_KAZEI[size]) for size in CLASSES}
    scarce = [size for size in CLASSES if len(by_class[size]) < needed[size]]
    if scarce:
        size = scarce[0]
        raise CannotHold(
            f"{CLASS_WORDS[size]}は公表値では少なくとも{needed[size]}団体が参加していますが、この人口では{len(by_class[size])}団体しかありません。"
        )
    limits = [len(by_class[size]) - needed[size] for size in CLASSES]
    weights = [published.NOT_JOINED_PER_MILLE[size] * len(by_class[size]) for size in CLASSES]
    outside = apportioned_within(published.MUNICIPALITIES - published.PARTICIPANTS, weights, limits)
    counts = {size: len(by_class[size]) - out for size, out in zip(CLASSES, outside, strict=True)}
    return lots.drawn_by_class("参加団体", by_class, counts, lambda fact: fact.joined)


def _fuhyo_counts(koseki: Mapping[SizeClass, list[str]]) -> dict[SizeClass, int]:
    sizes = [len(koseki[size]) for size in CLASSES]
    return dict(zip(CLASSES, apportioned_within(published.OFFERING["fuhyo"], sizes, sizes), strict=True))


def _without(kind: Kind) -> Wanted:
    return lambda fact: None if fact.offers is None else kind not in fact.offers


def _flat(by_class: Mapping[SizeClass, list[str]]) -> frozenset[str]:
    return frozenset(code for codes in by_class.values() for code in codes)


def _refuse_contradictions(known: Mapping[str, Known], joined: frozenset[str], offers: Mapping[Kind, frozenset[str]], bcl: frozenset[str]) -> None:
    """What is known and could not be met: whoever does not take part offers nothing; and BCL is drawn among those without 戸籍 alone, as it is published."""
    for code, fact in known.items():
        if code not in joined:
            if fact.joined is None and (fact.offers or fact.bcl or fact.issuances):
                raise CannotHold(f"{code}は参加団体として抽選されませんでした。joined = true と書いてください。")
            continue
        drawn = {kind for kind, codes in offers.items() if code in codes}
        if fact.offers is not None and drawn != fact.offers | {"juminhyo", "inkan"}:
            raise CannotHold(f"{code}の交付する証明書の組合せは、公表された団体数と両立しません（附票は戸籍を交付する団体に限ります）。")
        if fact.bcl is not None and fact.bcl != (code in bcl):
            raise CannotHold(f"{code}のBCL利用は公表値と両立しません（公表されているのは戸籍を交付しない団体のBCL利用だけです）。")
