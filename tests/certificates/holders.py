"""What the registers say of 見本 太郎 or 花子 for a paper of each kind, a municipality that offers everything, and what is asked for by default."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from certificates.entitlement import Declined
from certificates.face import Face
from certificates.fonts.selection import missing_glyphs
from certificates.issuing import MissingGlyphs, Offered, Wanted, issue, offer
from certificates.kinds import KINDS
from certificates.policy import Policy
from certificates.seal import seal_png
from certificates.sources import Sources
from registers.residents.resident import Household, Resident
from registers.seal.seal import Imprint, SealRegistration
from registers.tax.record import Deductions, Dependants, Incomes, Levy, TaxRecord
from tests.certificates import families
from tests.certificates.papers import FORM, KEY
from tests.certificates.people import NOW, TARO, household

NUMBER, BINDING = "20261123 みほん市 001", "0193a1b2/ABCDE"
SECOND = timedelta(seconds=1)

PERSON_NO = {person.atena_no: person.person_no for person in (families.TARO, families.HANAKO)}
"""宛名番号 -> the same person's number in the 戸籍."""

SEAL = SealRegistration("12345678", TARO.atena_no, date(2020, 4, 1), "見本", Imprint(567, 567, seal_png("見本太郎")), "s1")

TAXED = TaxRecord(
    atena_no=TARO.atena_no, year=2026, name=TARO.name, address="見本県みほん市旧町９番", declared=True, dependant_of=None,
    incomes=Incomes(salary_revenue=5_000_000, salary=3_560_000, total_yen=3_560_000),
    deductions=Deductions(social_insurance=720_000, spouse=330_000, basic=430_000, total_yen=1_480_000),
    dependants=Dependants(spouse=True, specified=1, disabled=2, severely_disabled=1),
    levy=Levy(
        taxable=2_080_000, city_income=122_300, city_per_capita=3_000, prefecture_income=81_500, prefecture_per_capita=1_000, forest=1_000, total_yen=208_800,
    ),
    decided_on=date(2026, 6, 3), version="t1",
)  # fmt: skip
LAST_YEAR = replace(TAXED, year=2025, version="t0", decided_on=date(2025, 6, 3))
UNTAXED = replace(TAXED, incomes=Incomes(), deductions=Deductions(), dependants=Dependants(), levy=Levy())
UNDECLARED = replace(UNTAXED, declared=False)
"""Nothing declared, and nobody's dependant."""


def policy(kind: str, **changes: Any) -> Policy:
    """All items and forms of this kind, two years of a yearly one."""
    known = KINDS[kind]
    plain = Policy(
        kind=kind, options=tuple(option.code for option in known.options), forms=tuple(form.code for form in known.forms), copies_max=5,
        leaving_blocks="omit", years=2,
    )  # fmt: skip
    return replace(plain, **changes)


def found(holder: Resident = TARO, home: Household | None = None, **changes: Any) -> Sources:
    """Everything that any kind reads of this holder, who must be 太郎 or 花子."""
    whole = Sources(
        version="v1", holder=holder, household=home or household(), person_no=PERSON_NO[holder.atena_no], koseki=families.FAMILY, fuhyo=families.FUHYO,
        seal=replace(SEAL, atena_no=holder.atena_no), tax=tuple(replace(record, atena_no=holder.atena_no) for record in (TAXED, LAST_YEAR)),
    )  # fmt: skip
    return replace(whole, **changes)


def offered(
    kind: str, of: Sources | None = None, rules: Policy | None = None, now: datetime = NOW, missing: MissingGlyphs = missing_glyphs
) -> Offered | Declined:
    """The choices."""
    return offer(of or found(), KINDS[kind], rules or policy(kind), KEY, now, missing)


def wanted(kind: str, of: Sources, members: tuple[str, ...] = (), show: tuple[str, ...] = (), form: str = "", year: int | None = None) -> Wanted:
    """These people, or the holder alone where the kind is the holder's; otherwise the first form and the latest year."""
    holder = of.holder.atena_no if of.holder else of.person_no or ""
    everybody = {
        "residents": tuple(member.atena_no for member in of.household.members) if of.household else (holder,),
        "koseki": tuple(member.person_no for member in of.koseki.members) if of.koseki else (holder,),
    }
    known = KINDS[kind]
    return Wanted(
        members=members or everybody.get(known.register, (holder,)),
        show=show,
        form=form or known.forms[0].code,
        year=year or (2026 if known.yearly else None),
        register_version=of.version,
    )


def issued(
    kind: str, of: Sources | None = None, rules: Policy | None = None, now: datetime = NOW, missing: MissingGlyphs = missing_glyphs, **asked: Any
) -> Face | Declined:
    """The face of what is asked for (`wanted`), or why there is none."""
    of = of or found()
    want = asked.pop("want", None) or wanted(kind, of, **asked)
    return issue(of, KINDS[kind], rules or policy(kind), want, FORM, NUMBER, BINDING, now, missing)


def face(kind: str, of: Sources | None = None, rules: Policy | None = None, **asked: Any) -> Face:
    """The face, which must not be declined."""
    made = issued(kind, of, rules, **asked)
    assert isinstance(made, Face), made
    return made
