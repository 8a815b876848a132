"""Who may have a paper, and who may stand on it.

Decides by the register's values at one instant. Two questions: may this holder have papers at all (asked when the choices are offered, and again when the paper is made), and may these
people be listed (asked when the paper is made).

What reveals least (domain facts 3). A person under 支援措置 must not be found out from outside, not even by somebody of the same household. Hence:
* one outward code, `not_issuable`, for protection of any level, a clerk's stop, a pending character, a missing glyph, another member's 転出届 and an age that cannot be told;
* it comes before every other code, so that nobody learns from `moved_out` or `under_15` anything about a person who is stopped;
* the offered list is always the whole present household: a name missing from it would say whose paper is stopped. The paper that lists a stopped person is refused when it is asked for.
`Declined.reason` says which rule it was. It is for the issuer's own log and never leaves the issuer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from certificates.kinds import Kind
from certificates.policy import Policy
from certificates.wareki import day_in_japan
from registers.register_dates import RegisterDate, age_on, birth_order_key
from registers.residents.resident import Household, Resident

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
class Entitled:
    """The holder may have papers; `members` is the present household in the order of the paper."""

    members: tuple[Resident, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    household: Household
    holder: Resident
    kind: Kind
    policy: Policy
    today: date


def entitled(household: Household, holder: Resident, kind: Kind, policy: Policy, now: datetime) -> Entitled | Declined:
    """Whether the holder of the card may have papers of this kind now. `household` and `holder` were read at one instant."""
    case = _Case(household, holder, kind, policy, day_in_japan(now))
    for rule in _RULES:
        declined = rule(case)
        if declined is not None:
            return declined
    return Entitled(household.members)


def listable(household: Household, chosen: tuple[Resident, ...], names_head: bool, policy: Policy, now: datetime) -> Declined | None:
    """Why these members may not stand on a paper, or None. `names_head`: the paper names the 世帯主, who then counts like one who is listed.

    A 筆頭者 does not: the name belongs to the listed person's own 戸籍 and says nothing of where anybody lives.
    """
    today = day_in_japan(now)
    for member in household.members:
        named = member in chosen or (names_head and member.relation == HEAD)
        reason = stopped(member, today) if named else None
        if reason is not None:
            return Declined(NOT_ISSUABLE, f"member {reason}")
        if member in chosen and member.standing == "leaving" and policy.leaving_blocks == "person":
            return Declined(NOT_ISSUABLE, "member leaving")
    return None


def stopped(resident: Resident, today: date) -> str | None:
    """Which stop lies on this person, by its inward name. Neither a protection nor a suppression ends by itself: `until` is not looked at."""
    if resident.protection is not None:
        return "protected"
    if any(suppression.since <= today for suppression in resident.suppressions):
        return "suppressed"
    if resident.character_pending:
        return "character pending"
    if resident.standing not in ("current", "leaving"):
        return NOT_PRESENT
    return None


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


def _not_stopped(case: _Case) -> Declined | None:
    """Also of somebody gone: who moved away under protection must not be told to have moved."""
    reason = stopped(case.holder, case.today)
    if reason in (None, NOT_PRESENT):
        stops = (stop for member in case.household.members for stop in member.suppressions)
        reason = "household suppressed" if any(stop.household and stop.since <= case.today for stop in stops) else None
    return Declined(NOT_ISSUABLE, reason) if reason is not None else None


def _present(case: _Case) -> Declined | None:
    if case.holder.standing == "left":
        return Declined("moved_out", "left")
    if case.holder.standing not in ("current", "leaving"):
        return Declined("not_registered", f"standing {case.holder.standing}")
    known = case.household.member(case.holder.atena_no)
    if known is None or any(member.household_no != case.household.household_no for member in case.household.members):
        return Declined("not_registered", "not a member of the household")
    return None if known == case.holder else Declined("register_changed", "holder and household were read at two instants")


def _of_age(case: _Case) -> Declined | None:
    age = age_at_least(case.holder.birth, case.today)
    if age is None:
        return Declined(NOT_ISSUABLE, "age unknown")
    return Declined("under_15", "under age") if age < case.kind.holder_age_min else None


def _card_usable(case: _Case) -> Declined | None:
    if case.holder.serial is None:
        return Declined("not_registered", "no card is linked")
    # A register that names no day (docs/registers.md: カード利用開始日 is empty) says that the card may be used at once.
    usable_from = case.holder.card_usable_from
    return Declined("not_usable_yet", "card of today") if usable_from is not None and case.today < usable_from else None


def _not_leaving(case: _Case) -> Declined | None:
    if case.policy.leaving_blocks == "omit":
        return None
    if case.holder.standing == "leaving":
        return Declined("moved_out", "leaving")
    if case.policy.leaving_blocks == "household" and any(member.standing == "leaving" for member in case.household.members):
        return Declined(NOT_ISSUABLE, "household leaving")
    return None


_RULES: tuple[Callable[[_Case], Declined | None], ...] = (_not_stopped, _present, _of_age, _card_usable, _not_leaving)
"""The first that declines is the answer."""
