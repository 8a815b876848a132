"""課税台帳 of made-up people: for each fiscal year a record in the municipality where they lived on January 1, with figures by the rules of that year.

Decides who claims whom: a dependant stands with the one of the same household who earns most. Amounts come from `livelihoods`, figures from `registers.tax`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from registers.population.city import City
from registers.population.livelihoods import Livelihood, declaration, livelihood_of
from registers.population.people import Person, Stay
from registers.register_dates import calendar_day
from registers.residents.households import UNSTORED
from registers.residents.relations import HEAD
from registers.tax.assessment import YEARS, Assessment, assess
from registers.tax.facts import Ordinance, Relation, Relative, Status, TaxFacts
from registers.tax.record import Deductions, Dependants, Incomes, Levy, TaxRecord
from registers.tax.rules import BY_YEAR

RECORD_AGE = 15
"""Younger people have no record: they have no income, and no use of a kiosk."""
_CLAIMANT_AGE = 18
_DECIDED = (6, 5)
_SPECIFIED_RELATIVE_INCOME_MAX = 1_230_000
_SPOUSE_INCOME_MAX = 1_330_000
_COUPLES = {(HEAD, "妻"), (HEAD, "夫"), ("子", "子の妻"), ("子", "子の夫")}
_DESCENDANTS = {(HEAD, "子"), ("妻", "子"), ("夫", "子"), (HEAD, "子の子"), ("子", "子の子"), ("子の妻", "子の子"), ("子の夫", "子の子")}
_ASCENDANTS = {
    (HEAD, "父"),
    (HEAD, "母"),
    (HEAD, "妻の母"),
    (HEAD, "夫の母"),
    ("妻", "妻の母"),
    ("夫", "夫の母"),
    ("子", HEAD),
    ("子", "妻"),
    ("子", "夫"),
}
_OTHERS = {(HEAD, word) for word in ("兄", "姉", "弟", "妹")}


@dataclass(frozen=True, slots=True)
class Declarer:
    """One person of a household on January 1: where they stood, what they declare, and their income before anybody is claimed."""

    person: Person
    stay: Stay
    relation: str
    livelihood: Livelihood
    facts: TaxFacts
    income: int

    @property
    def atena_no(self) -> str:
        """宛名番号 in the municipality of January 1."""
        assert self.stay.atena_no is not None
        return self.stay.atena_no


def taxes_of(seed: int, people: Sequence[Person], today: date, cities: Mapping[str, City]) -> dict[str, list[TaxRecord]]:
    """The records by municipality, of every fiscal year whose figures were out by `today`, the earliest first."""
    records: dict[str, list[TaxRecord]] = {code: [] for code in cities}
    earning = {person.juminhyo_code: livelihood_of(seed, person, today) for person in people}
    for year in YEARS:
        if date(year, *_DECIDED) > today:
            continue
        households: dict[tuple[str, str], list[tuple[Person, Stay]]] = {}
        for person in people:
            stay = _taxed_at(person, date(year, 1, 1))
            if stay is not None and stay.city is not None and stay.household_no is not None:
                households.setdefault((stay.city, stay.household_no), []).append((person, stay))
        for (code, household_no), members in households.items():
            chance = Random(f"{seed}:tax:{year}:{code}:{household_no}")  # noqa: S311 - a made-up day
            decided = date(year, *_DECIDED) + timedelta(days=chance.randint(0, 7) if chance.random() < 0.97 else chance.randint(40, 140))
            declarers = _declarers(members, year, earning)
            records[code] += _records(declarers, year, min(decided, today), Ordinance(grade=cities[code].grade))
    return records


def _taxed_at(person: Person, day: date) -> Stay | None:
    """Where somebody is taxed who lived there on this January 1: as a rule the 住所, else where they truly lived (住登外課税)."""
    outside = person.outside
    return outside if outside is not None and (calendar_day(outside.since) or date.min) <= day else stay_on(person, day)


def stay_on(person: Person, day: date) -> Stay | None:
    """The 住所 on a day; None for who was not born, or had died or been struck off. Somebody whose first known 住所 is later lived in the same municipality before."""
    gone = person.standing_since if person.standing in ("dead", "removed") else None
    if not person.stays or person.birth >= day or (gone is not None and gone < day):
        return None
    before = [stay for stay in person.stays if (calendar_day(stay.since) or date.min) <= day]
    return before[-1] if before else person.stays[0]


def kin(claimant: str, other: str) -> Relation | None:
    """What the other is to the claimant, by both their 続柄; None where these do not tell."""
    if (claimant, other) in _COUPLES or (other, claimant) in _COUPLES:
        return "spouse"
    if (claimant, other) in _DESCENDANTS:
        return "descendant"
    if (claimant, other) in _ASCENDANTS:
        return "ascendant"
    return "other" if (claimant, other) in _OTHERS else None


def _declarers(members: Sequence[tuple[Person, Stay]], year: int, earning: Mapping[str, Livelihood]) -> list[Declarer]:
    relations = [person.relation for person, _ in members]
    found = []
    for person, stay in members:
        livelihood = earning[person.juminhyo_code]
        facts = declaration(livelihood, person, year, _status(person, relations))
        found.append(Declarer(person, stay, person.relation, livelihood, facts, assess(year, facts).incomes.total_yen))
    return found


def _status(person: Person, relations: Sequence[str]) -> Status:
    """寡婦 and ひとり親: without a spouse in the household; whether children and income make it count is the assessment's business."""
    partners = {HEAD: ("妻", "夫", "妻（未届）", "夫（未届）"), "子": ("子の妻", "子の夫")}.get(person.relation)
    child = {HEAD: "子", "子": "子の子"}.get(person.relation)
    family = person.family
    was_married = family is not None and bool(family.marriages) and person in (family.head, family.marriages[-1].spouse)
    if partners is None or not was_married or any(partner in relations for partner in partners):
        return "none"
    if child in relations:
        return "single_mother" if person.sex == "女" else "single_father"
    return "widow" if person.sex == "女" else "none"


def _claims(declarers: Sequence[Declarer], year: int) -> dict[str, Declarer]:
    """宛名番号 -> who claims that person: of all who could, the one who earns most."""
    limit = BY_YEAR[year].relative_income_max
    claimed: dict[str, Declarer] = {}
    for one in declarers:
        able = [
            other
            for other in declarers
            if other is not one and other.facts.age >= _CLAIMANT_AGE and kin(other.relation, one.relation) and other.income > max(limit, one.income)
        ]
        if one.income <= _most_income(one, able, limit, year) and able:
            claimed[one.atena_no] = max(able, key=lambda other: (other.income, other.atena_no))
    return claimed


def _most_income(one: Declarer, able: Sequence[Declarer], limit: int, year: int) -> int:
    """Up to which income it matters to somebody's tax that this person exists: spouses and, from 2026, people of 19 to 22 count a little above the limit."""
    if any(kin(other.relation, one.relation) == "spouse" for other in able):
        return _SPOUSE_INCOME_MAX
    return _SPECIFIED_RELATIVE_INCOME_MAX if year >= 2026 and 19 <= one.facts.age <= 22 else limit


def _records(declarers: Sequence[Declarer], year: int, decided: date, ordinance: Ordinance) -> list[TaxRecord]:
    claims, limit = _claims(declarers, year), BY_YEAR[year].relative_income_max
    records = []
    for one in declarers:
        if one.facts.age < RECORD_AGE:
            continue
        claimant = claims.get(one.atena_no)
        dependant = claimant if claimant is not None and one.income <= limit else None
        records.append(
            TaxRecord(
                one.atena_no,
                year,
                name_on(one.person, date(year, 1, 1)),
                one.stay.address,
                _declared(one.livelihood, one.facts),
                dependant.atena_no if dependant else None,
                *_figures(one, declarers, claims, year, ordinance),
                decided,
                UNSTORED,
            )
        )
    return records


def _declared(livelihood: Livelihood, facts: TaxFacts) -> bool:
    """Employers and pension offices declare for people, so only who has neither can have told nobody; nobody in business keeps silent here."""
    return livelihood.declares or facts.salary_revenue > 0 or facts.pension_revenue > 0


def _figures(
    one: Declarer, declarers: Sequence[Declarer], claims: Mapping[str, Declarer], year: int, ordinance: Ordinance
) -> tuple[Incomes, Deductions, Dependants, Levy]:
    if not _declared(one.livelihood, one.facts):
        return Incomes(), Deductions(), Dependants(), Levy()
    made: Assessment = assess(year, facts_of(one, declarers, claims), ordinance)
    return made.incomes, made.deductions, made.dependants, made.levy


def facts_of(one: Declarer, declarers: Sequence[Declarer], claims: Mapping[str, Declarer]) -> TaxFacts:
    """The whole declaration: with the relatives whom this person claims. At most one of them is the spouse."""
    relatives = []
    for other in declarers:
        relation = kin(one.relation, other.relation)
        if claims.get(other.atena_no) is one and relation is not None:
            relatives.append(Relative(relation, other.facts.age, other.income, True, other.livelihood.disability))
    return replace(one.facts, relatives=tuple(relatives))


def name_on(person: Person, day: date) -> str:
    """氏名 on a day: before the marriage that changed it, the earlier one."""
    married = [marriage.on for marriage in person.family.own_marriages if marriage.spouse is person] if person.family else []
    return person.name_before_marriage if married and married[0] is not None and married[0] > day else person.name
