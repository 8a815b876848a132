"""Specimens of a 年度's tax papers: made-up people as the registers might have them, through the same rules, form and press as everybody's papers.

Decides who stands on them: somebody taxed, somebody not taxed, and a dependant who declared nothing. Real residents and real figures are never on a specimen.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from hashlib import sha256

import msgspec

from certificates.entitlement import Declined
from certificates.face import Face
from certificates.issuer_form import IssuerForm
from certificates.issuing import Wanted, issue
from certificates.kinds import KINDS
from certificates.policy import Policy
from certificates.sources import Sources
from issuer.terms import Issuer
from registers.residents.resident import Household, Resident
from registers.tax.assessment import YEARS, assess
from registers.tax.facts import Relative, TaxFacts
from registers.tax.record import Deductions, Dependants, Incomes, Levy, TaxRecord
from storage.instants import JST

NUMBER = "見本"
KIND = "kazei"
_HOUSE = "9999999999"
_NAMES = (("0000000018", "見本　一郎", "ミホン　イチロウ", "男", "世帯主"), ("0000000026", "見本　梅子", "ミホン　ウメコ", "女", "妻"))
WHO = {"taxed": ("課税", "Taxed"), "untaxed": ("非課税", "Not taxed"), "dependant": ("被扶養者（申告なし）", "Dependant without a declaration")}
"""Whom a specimen shows, in words."""


@dataclass(frozen=True, slots=True)
class Specimen:
    """One paper: of whom (a key of `WHO`), on which form, and its face, or why a paper like this is not issued here."""

    who: str
    form: str
    face: Face | Declined


@dataclass(frozen=True, slots=True)
class Specimens:
    """All of a year, as they read when issued at `at`, under this certifier's form."""

    year: int
    at: datetime
    form: IssuerForm
    papers: tuple[Specimen, ...]

    def digest(self) -> str:
        """SHA-256, in hex, of everything that stands on them and of the certifier's seal."""
        content = [[one.who, one.form, msgspec.to_builtins(one.face) if isinstance(one.face, Face) else one.face.code] for one in self.papers]
        return sha256(msgspec.json.encode([self.year, self.at.isoformat(), content]) + self.form.seal_png).hexdigest()


def opening_day(policy: Policy, year: int) -> date:
    """The day from which the 年度 is issued."""
    return date(year, *policy.year_opens)


def specimens(issuer: Issuer, year: int, today: date) -> Specimens | None:
    """The specimens of this 年度 as of its opening day, or of today where that has passed; None where no tax papers are offered on that day."""
    known = issuer.policy_on(KIND, today)
    if known is None:
        return None
    day = max(today, opening_day(known, year))
    policy = issuer.policy_on(KIND, day)
    if policy is None:
        return None
    # That it is not approved, or an older year, must not keep it from being looked at.
    looked_at = replace(policy, years_need_approval=False, switch_days=0, years=max(policy.years, min(10, day.year - year + 1)))
    at, form = datetime.combine(day, time(12), JST), issuer.form_on(day)
    papers = tuple(
        Specimen(who, code, _face(_sources(who, year, form, day), looked_at, code, year, form, at)) for who in WHO for code in policy.forms
    )
    return Specimens(year, at, form, papers)


def _face(sources: Sources, policy: Policy, code: str, year: int, form: IssuerForm, at: datetime) -> Face | Declined:
    assert sources.holder is not None
    wanted = Wanted((sources.holder.atena_no,), (), code, year, sources.version)
    return issue(sources, KINDS[KIND], policy, wanted, form, NUMBER, NUMBER, at)


def _sources(who: str, year: int, form: IssuerForm, day: date) -> Sources:
    address = f"{form.prefecture}{form.name}見本町一丁目１番１号"
    people = tuple(_person(row, year) for row in _NAMES)
    holder = people[1] if who == "dependant" else people[0]
    home = Household(_HOUSE, address, people[0].name, people, "specimen")
    return Sources(version="specimen", holder=holder, household=home, tax=(_record(who, holder, people[0], year, address, day),))


def _person(row: tuple[str, str, str, str, str], year: int) -> Resident:
    number, name, kana, sex, relation = row
    return Resident(
        atena_no=number, household_no=_HOUSE, name=name, name_kana=kana, former_name=None, former_name_kana=None, alias=None, alias_kana=None,
        birth=f"{year - 46}-04-01", sex="男" if sex == "男" else "女", relation=relation, resident_since=f"{year - 20}-04-01", address_since=f"{year - 20}-04-01",
        notified_on=None, previous_address=None, honseki="なし", hittousha="なし", my_number="", juminhyo_code="", foreign=None, serial="1", card_usable_from=None,
    )  # fmt: skip


def _record(who: str, holder: Resident, head: Resident, year: int, address: str, day: date) -> TaxRecord:
    nothing = TaxRecord(
        atena_no=holder.atena_no, year=year, name=holder.name, address=address, declared=False, dependant_of=head.atena_no, incomes=Incomes(),
        deductions=Deductions(), dependants=Dependants(), levy=Levy(), decided_on=day, version="specimen",
    )  # fmt: skip
    if who == "dependant":
        return nothing
    # Of a year whose rules are not known here, the latest that are: a specimen shows the paper, not the law.
    made = assess(min(max(year, YEARS[0]), YEARS[-1]), _facts(who))
    decided = replace(nothing, declared=True, dependant_of=None)
    return replace(decided, incomes=made.incomes, deductions=made.deductions, dependants=made.dependants, levy=made.levy)


def _facts(who: str) -> TaxFacts:
    if who == "untaxed":
        return TaxFacts(age=45, salary_revenue=900_000)
    return TaxFacts(age=45, salary_revenue=5_200_000, social_insurance=780_000, relatives=(Relative("spouse", 44), Relative("descendant", 17)))
