"""Who may have a paper, and who may stand on it: every refusal rule of the registers, as one table (domain facts 3).

Decides by the registers' values at one instant. Two questions: may this holder have papers of this kind at all (asked when the choices are offered, and again when the paper is made), and
may these people be listed (asked when the paper is made).

What reveals least. A person under 支援措置 must not be found out from outside, not even by somebody of the same household or the same 戸籍. Hence:
* one outward code, `not_issuable`, for protection of any level, a clerk's stop, a pending character, a missing glyph, another member's 転出届 and an age that cannot be told;
* it comes before every other code, so that nobody learns from `moved_out` or `under_15` anything about a person who is stopped;
* the offered list is always everybody: a name missing from it would say whose paper is stopped. The paper that lists a stopped person is refused when it is asked for.
`Declined.reason` says which rule it was. It is for the issuer's own log and never leaves the issuer.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from certificates.kinds import Kind
from certificates.policy import Policy
from certificates.sources import Sources
from certificates.tax_years import years_open
from certificates.wareki import day_in_japan
from registers.koseki.fuhyo import FuhyoPerson
from registers.koseki.koseki import KosekiPerson
from registers.register_dates import RegisterDate, age_on, birth_order_key
from registers.residents.resident import Resident
from registers.tax.record import TaxRecord

NOT_ISSUABLE = "not_issuable"
HEAD = "世帯主"
NOT_PRESENT = "not present"
YEAR_UNKNOWN = 9999  # as `birth_order_key` writes it


@dataclass(frozen=True, slots=True)
class Declined:
    """No paper. `code` is a row of the one table of refusals; `reason` is inward only and holds no name or number."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule looks at. `year` is the 年度 asked for, None while only the choices are asked for."""

    sources: Sources
    kind: Kind
    policy: Policy
    now: datetime
    year: int | None = None

    @property
    def today(self) -> date:
        """The day it is in Japan."""
        return day_in_japan(self.now)


def entitled(case: Case) -> Declined | None:
    """Why the holder of the card may not have papers of this kind now, or None. The sources were read at one instant."""
    for rule in RULES:
        if (rule.registers is None or case.kind.register in rule.registers) and (declined := rule.look(case)) is not None:
            return declined
    return None


def listable(case: Case, chosen: tuple[str, ...], show: tuple[str, ...]) -> Declined | None:
    """Why these people (ids) may not stand on a paper, or None.

    On papers of the resident register the 世帯主 counts like one who is listed when the paper names them. A 筆頭者 does not: the name belongs to the listed person's own 戸籍 and says nothing
    of where anybody lives.
    """
    if case.kind.register == "koseki":
        return _koseki_listable(case, chosen)
    for member in case.sources.household.members if case.sources.household else ():
        named = member.atena_no in chosen or ("relation" in show and member.relation == HEAD)
        reason = stopped(member, case.today) if named else None
        if reason is not None:
            return Declined(NOT_ISSUABLE, f"member {reason}")
        if member.atena_no in chosen and member.standing == "leaving" and case.policy.leaving_blocks == "person":
            return Declined(NOT_ISSUABLE, "member leaving")
    return None


def _koseki_listable(case: Case, chosen: tuple[str, ...]) -> Declined | None:
    """Whoever asks, and wherever the protected person lives: a 附票 says where (domain facts 3)."""
    reason = next(filter(None, (_flagged(person, case.today) for person in _koseki_people(case.sources) if person.person_no in chosen)), None)
    return Declined(NOT_ISSUABLE, f"member {reason}") if reason is not None else None


def _koseki_people(sources: Sources) -> Iterator[KosekiPerson | FuhyoPerson]:
    """Everybody's entries in both registers: a flag in either counts for papers of both."""
    yield from sources.koseki.members if sources.koseki else ()
    yield from sources.fuhyo.people if sources.fuhyo else ()


def stopped(resident: Resident, today: date) -> str | None:
    """Which stop lies on this person, by its inward name. Neither a protection nor a suppression ends by itself: `until` is not looked at."""
    flag = _flagged(resident, today)
    if flag is not None:
        return flag
    if resident.character_pending:
        return "character pending"
    if resident.standing not in ("current", "leaving"):
        return NOT_PRESENT
    return None


def _flagged(person: Resident | KosekiPerson | FuhyoPerson, today: date) -> str | None:
    if person.protection is not None:
        return "protected"
    return "suppressed" if any(suppression.since <= today for suppression in person.suppressions) else None


def age_at_least(birth: RegisterDate, day: date) -> int | None:
    """The age this person has surely reached on `day` (full years); None when not even the year of birth is registered.

    An uncertain date is read as its latest day: 「昭和２０年月日不詳」 as the last of 1945, 「昭和６３年５月頃」 as the end of that May, 「昭和２０年から昭和２２年までの間」 as the end of 1947.
    """
    age = age_on(birth, day)
    if age is not None:
        return age
    # A part that is not known is 99: after every month and day there is.
    keys = [key for part in birth.split("から") if (key := birth_order_key(part))[0] != YEAR_UNKNOWN]
    if not keys:
        return None
    year, month, last = max(keys) if "から" not in birth else (max(keys)[0], 99, 99)
    return day.year - year - ((day.month, day.day) < (month, last))


def _not_stopped(case: Case) -> Declined | None:
    """Also of somebody gone: who moved away under protection must not be told to have moved."""
    holder, household = case.sources.holder, case.sources.household
    if holder is None:
        return None
    reason = stopped(holder, case.today)
    if reason in (None, NOT_PRESENT):
        stops = (stop for member in household.members for stop in member.suppressions) if household else ()
        reason = "household suppressed" if any(stop.household and stop.since <= case.today for stop in stops) else None
    return Declined(NOT_ISSUABLE, reason) if reason is not None else None


def _own_entry_not_stopped(case: Case) -> Declined | None:
    """The holder's own entries in 戸籍 and 附票, which another municipality's notice may have flagged."""
    own = (person for person in _koseki_people(case.sources) if person.person_no == case.sources.person_no)
    reason = next(filter(None, (_flagged(person, case.today) for person in own)), None)
    return Declined(NOT_ISSUABLE, reason) if reason is not None else None


def _known(case: Case) -> Declined | None:
    """利用登録 is for papers of the 戸籍 alone: seals and taxes are those of residents (domain facts 2.6, 3)."""
    registered = case.kind.register == "koseki" and case.sources.person_no is not None
    if case.sources.holder is None and not registered:
        return Declined("not_registered", "neither resident nor registered for use")
    return None


def _of_one_person(case: Case) -> Declined | None:
    """Nobody downstream can tell whose imprint or whose amounts stand beside a name: registers mixed up are found here or never."""
    found, own = case.sources, _own_entry(case.sources)
    number = found.holder.atena_no if found.holder else None
    mixed = (
        found.seal is not None and found.seal.atena_no != number,
        any(record.atena_no != number for record in found.tax),
        found.koseki is not None and found.fuhyo is not None and found.koseki.koseki_no != found.fuhyo.koseki_no,
        own is not None and number is not None and own.atena_no not in (None, number),
    )
    return Declined(NOT_ISSUABLE, "records of two people") if any(mixed) else None


def _present(case: Case) -> Declined | None:
    holder, household = case.sources.holder, case.sources.household
    if holder is None:
        return None
    if holder.standing == "left":
        return None if case.kind.register == "koseki" and case.sources.by_use else Declined("moved_out", "left")
    if holder.standing not in ("current", "leaving"):
        return Declined("not_registered", f"standing {holder.standing}")
    known = household.member(holder.atena_no) if household else None
    if household is None or known is None or any(member.household_no != household.household_no for member in household.members):
        return Declined("not_registered", "not a member of the household")
    return None if known == holder else Declined("register_changed", "holder and household were read at two instants")


def _of_age(case: Case) -> Declined | None:
    person = case.sources.holder or _own_entry(case.sources)
    if person is None:
        return Declined("koseki_not_here", "no entry of the holder")
    age = age_at_least(person.birth, case.today)
    if age is None:
        return Declined(NOT_ISSUABLE, "age unknown")
    return Declined("under_15", "under age") if age < case.kind.holder_age_min else None


def _own_entry(sources: Sources) -> KosekiPerson | None:
    return sources.koseki.member(sources.person_no) if sources.koseki and sources.person_no else None


def _card_usable(case: Case) -> Declined | None:
    holder = case.sources.holder
    if holder is None:
        return None
    if holder.serial is None:
        return Declined("not_registered", "no card is linked")
    # A register that names no day (docs/registers.md: カード利用開始日 is empty) says that the card may be used at once.
    usable_from = holder.card_usable_from
    return Declined("not_usable_yet", "card of today") if usable_from is not None and case.today < usable_from else None


def _not_leaving(case: Case) -> Declined | None:
    holder, household = case.sources.holder, case.sources.household
    if holder is None or household is None or case.policy.leaving_blocks == "omit":
        return None
    if holder.standing == "leaving":
        return Declined("moved_out", "leaving")
    if case.policy.leaving_blocks == "household" and any(member.standing == "leaving" for member in household.members):
        return Declined(NOT_ISSUABLE, "household leaving")
    return None


def _seal_in_force(case: Case) -> Declined | None:
    """To the instant: a seal cancelled one second before the order is no seal (domain facts 12.10)."""
    seal = case.sources.seal
    if seal is None:
        return Declined("no_seal", "no seal")
    return Declined("no_seal", "seal cancelled") if seal.cancelled_at is not None and seal.cancelled_at <= case.now else None


def _koseki_here(case: Case) -> Declined | None:
    koseki, fuhyo = case.sources.koseki, case.sources.fuhyo
    if koseki is None or (case.kind.code == "fuhyo" and fuhyo is None):
        return Declined("koseki_not_here", "no 戸籍 of the holder")
    standings = {koseki.standing, *((fuhyo.standing,) if fuhyo and case.kind.code == "fuhyo" else ())}
    if koseki.standing == "on_paper":
        return Declined("koseki_not_convertible", "改製不適合戸籍")
    if standings != {"current"}:
        return Declined("koseki_not_here", "戸籍 or 附票 not current")
    own = [person for person in _koseki_people(case.sources) if person.person_no == case.sources.person_no]
    return Declined("koseki_not_here", "removed from the 戸籍") if not own or any(person.removed_on is not None for person in own) else None


def _koseki_settled(case: Case) -> Declined | None:
    pending = case.sources.koseki is not None and case.sources.koseki.change_pending
    return Declined("koseki_pending", "a notification is not entered yet") if pending else None


def _tax_known(case: Case) -> Declined | None:
    """A record of a year that is offered now; of the year asked for, once one is."""
    open_now = years_open(case.policy, case.today, case.sources.years_approved)
    if not open_now:
        return Declined("year_not_open", "between two years, or none approved")
    records = [record for record in case.sources.tax if record.year in open_now]
    if case.year is None:
        return None if records else Declined("tax_not_here", "no record of a year that is open")
    if case.year not in open_now:
        return Declined("year_invalid", "a year that is not offered")
    return None if any(record.year == case.year for record in records) else Declined("tax_not_here", "no record of this year")


def _tax_declared(case: Case) -> Declined | None:
    open_now = years_open(case.policy, case.today, case.sources.years_approved)
    asked = [record for record in case.sources.tax if record.year in open_now and case.year in (None, record.year)]
    return None if any(issuable_record(record, case) for record in asked) else Declined("tax_undeclared", "income not declared")


def issuable_record(record: TaxRecord, case: Case) -> bool:
    """Whether a paper can be made of this record: declared, or of a dependant of somebody of the same household where the municipality issues those without figures (domain facts 3, 4.5)."""
    if record.declared:
        return True
    household = case.sources.household
    claimant = household.member(record.dependant_of) if household is not None and record.dependant_of is not None else None
    claimed = claimant is not None and claimant.atena_no != record.atena_no
    return case.policy.undeclared == "blank_for_dependants" and claimed


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the matrix: its name, the registers whose papers it concerns (None: all), and the look that declines."""

    name: str
    registers: frozenset[str] | None
    look: Callable[[Case], Declined | None]


RULES: tuple[Rule, ...] = (
    Rule("stopped", None, _not_stopped),
    Rule("own entry stopped", frozenset({"koseki"}), _own_entry_not_stopped),
    Rule("known", None, _known),
    Rule("present", None, _present),
    Rule("of one person", None, _of_one_person),
    Rule("of age", None, _of_age),
    Rule("card usable", None, _card_usable),
    Rule("not leaving", None, _not_leaving),
    Rule("seal in force", frozenset({"seal"}), _seal_in_force),
    Rule("戸籍 here", frozenset({"koseki"}), _koseki_here),
    Rule("戸籍 settled", frozenset({"koseki"}), _koseki_settled),
    Rule("tax known", frozenset({"tax"}), _tax_known),
    Rule("tax declared", frozenset({"tax"}), _tax_declared),
)
"""In order: the first that declines is the answer."""
