"""課税証明書の広域交付: for whom the present municipality vouches, and whom the municipality of January 1 recognises (domain facts 8).

Decides like `entitlement`, from the registers of one instant, and with its order: what hides behind `not_issuable` comes before every other word, on both sides.
"""

import re
from collections.abc import Callable
from datetime import date

from certificates.entitlement import RULES, Case, Declined, entitled
from certificates.tax_years import years_open
from registers.register_dates import calendar_day
from registers.residents.resident import Resident

_DIVISION = re.compile("[都道府県郡市区町村]")
_ABROAD = re.compile("国外|海外")
_LOOKS = {rule.name: rule.look for rule in RULES}
_ALSO_OF_FORMER = ("of one person", "of age", "tax declared")


def vouchable(case: Case, year: int) -> Declined | None:
    """Why the present municipality does not vouch for the holder of the card, or None. All that stops a paper of its own stops this, before anything is said of the year.

    Whether the resident named the right municipality is not looked at: only that one can tell, and it says `not_found_there`.
    """
    for rule in RULES:
        declined = rule.look(case) if rule.registers is None else None
        if declined is not None:
            return declined
    holder = case.sources.holder
    assert holder is not None  # `known` declines nobody's card
    new_year = date(year, 1, 1)
    birth, since = calendar_day(holder.birth), calendar_day(holder.resident_since)
    if birth is not None and birth > new_year:
        return Declined("unborn_on_january_1", "born later")
    if holder.juminhyo_code_since is not None and holder.juminhyo_code_since > new_year:
        return Declined("juminhyo_code_changed", "code changed since January 1")
    if since is not None and since > new_year and since.year == year and _came_from_abroad(holder):
        return Declined("abroad_on_january_1", "came from abroad")
    return None


def admitted(case: Case) -> Declined | None:
    """`entitlement.entitled`, or for whom another municipality vouched the rules of former residents."""
    if case.sources.vouched is None:
        return entitled(case)
    looks: tuple[Callable[[Case], Declined | None], ...] = (_LOOKS["stopped"], _year_open, _recognised, *(_LOOKS[name] for name in _ALSO_OF_FORMER))
    return next(filter(None, (look(case) for look in looks)), None)


def _year_open(case: Case) -> Declined | None:
    vouched = case.sources.vouched
    assert vouched is not None
    if case.year not in (None, vouched.year):
        return Declined("referral_invalid", "vouched for another year")
    open_now = years_open(case.policy, case.today, case.sources.years_approved)
    if vouched.year in open_now:
        return None
    later = not open_now or vouched.year > open_now[0]
    return Declined("year_not_open", "a year that is not open yet") if later else Declined("year_invalid", "a year that is not offered")


def _recognised(case: Case) -> Declined | None:
    """The person of the 住民票コード is taxed here for that year. Whatever is missing, the answer is one.

    That year's tax record is the proof of January 1, with the address of that day. When somebody's stay in the resident register began or ended does not count: it knows the last stay
    alone (who came back and left again lived here before), and 住登外課税 needs none.
    """
    vouched, holder = case.sources.vouched, case.sources.holder
    assert vouched is not None
    if holder is None:
        return Declined("not_found_there", "no such 住民票コード")
    if holder.birth != vouched.birth:
        return Declined("not_found_there", "another birth date")
    if holder.standing == "dead":
        return Declined("not_found_there", "dead here and alive where they vouch")
    if all(record.year != vouched.year for record in case.sources.tax):
        return Declined("not_found_there", "no record of this year")
    return None


def _came_from_abroad(holder: Resident) -> bool:
    """転入前住所 names no part of Japan: it is a country, or says so. What is not sure is left to the municipality that was named."""
    before = holder.previous_address
    return before is not None and (_ABROAD.search(before) is not None or _DIVISION.search(before) is None)
