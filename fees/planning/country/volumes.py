"""How many papers of each kind a municipality issues at kiosks in a year, and how many are asked for in all (counter and kiosk): the national totals spread by population, exactly.

Published are the totals of 住民票 and of all kinds at kiosks, and the kiosk's share of 住民票. How the other kinds divide their sum, that they have the same share, and that a class uses
kiosks as much as another, are assumptions a scenario may replace.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fees.planning.country import published
from fees.planning.country.bodies import Known, Planned
from fees.planning.country.classes import CLASSES, SizeClass
from fees.planning.country.lots import Flags, Whole, apportioned
from fees.planning.country.participation import CannotHold, Participation
from fees.planning.country.published import KINDS, Kind

BASIS = 10_000
PAPERS_MAX = 4_000_000_000
"""More papers of a kind in a year than this are a slip of the pen, and too many to be reckoned with exactly."""
EVERYBODY_ALIKE: Mapping[SizeClass, int] = dict.fromkeys(CLASSES, 100)


@dataclass(frozen=True, slots=True)
class National:
    """A year's national totals at kiosks by kind, the kiosk's share of all papers of a kind (basis points), and how much a class uses kiosks beside the others (percent)."""

    issues: Mapping[Kind, int]
    share_basis_points: Mapping[Kind, int]
    use_percent: Mapping[SizeClass, int]


@dataclass(frozen=True, slots=True)
class Volumes:
    """By kind, one number a body in the order of bodies: papers issued at kiosks; papers asked for at counters and kiosks together, whether or not a kiosk has the kind."""

    kiosk: Mapping[Kind, Whole]
    asked: Mapping[Kind, Whole]

    @property
    def kiosk_total(self) -> Whole:
        """All kinds at kiosks."""
        total = np.zeros_like(self.kiosk["juminhyo"])
        for kind in KINDS:
            total = total + self.kiosk[kind]
        return total


def volumes(bodies: Sequence[Planned], taking: Participation, known: Mapping[str, Known], national: National) -> Volumes:
    """The year's papers of every body. Raises `CannotHold` where what is known is more than the nation's total."""
    people = np.array([one.body.population for one in bodies], np.int64)
    use = np.array([national.use_percent[one.size_class] for one in bodies], np.int64)
    kiosk: dict[Kind, Whole] = {}
    asked: dict[Kind, Whole] = {}
    for kind in KINDS:
        offering = np.array([one.code in taking.offers[kind] for one in bodies])
        fixed = _known_issues(bodies, known, kind, offering)
        kiosk[kind] = _spread(kind, national.issues[kind], people * use * offering, fixed)
        asked[kind] = np.maximum(_asked(national, kind, people, offering), kiosk[kind])
    return Volumes(kiosk, asked)


def _known_issues(bodies: Sequence[Planned], known: Mapping[str, Known], kind: Kind, offering: Flags) -> dict[int, int]:
    fixed: dict[int, int] = {}
    for place, one in enumerate(bodies):
        fact = known.get(one.code)
        if fact is None or kind not in fact.issuances:
            continue
        if fact.issuances[kind] and not offering[place]:
            raise CannotHold(f"{one.code}は{published.KIND_WORDS[kind]}を交付しない団体なのに、交付数が書かれています。")
        fixed[place] = fact.issuances[kind]
    return fixed


def _spread(kind: Kind, issues: int, weights: Whole, fixed: Mapping[int, int]) -> Whole:
    left = issues - sum(fixed.values())
    weights = weights.copy()
    for place in fixed:
        weights[place] = 0
    if left < 0 or (left > 0 and not weights.any()):
        raise CannotHold(f"{published.KIND_WORDS[kind]}の交付数の合計{issues:,}通を、団体の人口では分けられません。")
    shares = _shared(kind, left, weights)
    for place, known in fixed.items():
        shares[place] = known
    return shares


def _asked(national: National, kind: Kind, people: Whole, offering: Flags) -> Whole:
    """All papers of a kind, spread by population: of 住民票 the published share is of the whole country's papers, of the others it is taken for the bodies that offer the kind."""
    papers = national.issues[kind] * BASIS // national.share_basis_points[kind]
    offered = int(people[offering].sum())
    if kind != "juminhyo" and offered:
        papers = papers * int(people.sum()) // offered
    return _shared(kind, papers, people) if people.any() else np.zeros(len(people), np.int64)


def _shared(kind: Kind, papers: int, weights: Whole) -> Whole:
    if papers <= PAPERS_MAX:
        try:
            return apportioned(papers, weights)
        except ValueError:
            pass
    raise CannotHold(f"{published.KIND_WORDS[kind]}の交付数{papers:,}通と、人口や割合の組合せが大きすぎます。")
