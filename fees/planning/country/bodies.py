"""The municipalities of a plan as values: who they are, how many people, which class and which band. What somebody knows for certain of one stands beside what is drawn by lot."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fees.planning.country.classes import BODY_KINDS, SizeClass, class_of
from fees.planning.country.published import Kind
from fees.rules.contributions import Band, Body, band_of
from registers.municipalities import Municipality


@dataclass(frozen=True, slots=True)
class Planned:
    """One municipality of the plan."""

    body: Body
    prefecture: str
    name: str
    form: str
    size_class: SizeClass
    band: Band

    @property
    def code(self) -> str:
        """全国地方公共団体コード, 6 digits."""
        return self.body.code

    @property
    def full_name(self) -> str:
        """With its prefecture: names alone occur twice."""
        return self.prefecture + self.name


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one body and therefore not drawn; None: not known. `issuances` a year by kind."""

    code: str
    joined: bool | None = None
    bcl: bool | None = None
    offers: frozenset[Kind] | None = None
    issuances: Mapping[Kind, int] = field(default_factory=dict)


def planned_bodies(listed: Iterable[Municipality], populations: Mapping[str, int]) -> tuple[Planned, ...]:
    """Every municipality of the list with its population, in the list's order."""
    found = []
    for one in listed:
        body = Body(one.code, BODY_KINDS[one.form], populations[one.code])
        found.append(Planned(body, one.prefecture, one.name, one.form, class_of(one.form, one.code, body.population), band_of(body)))
    return tuple(found)
