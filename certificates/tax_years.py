"""Which fiscal years a municipality issues tax papers for on a day.

The figures of a fiscal year (年度, named by the calendar year it begins in) are fixed in June; until that day the year before is the latest, and on the days before it nothing is issued
while the figures are changed (domain facts 4.5, 8). Where the policy says so, a year that its tax section has not approved stays closed whatever the day.
"""

from collections.abc import Set as AbstractSet
from datetime import date, timedelta

from certificates.policy import Policy


def latest_year(policy: Policy, today: date) -> int:
    """The latest fiscal year by date: 2026 (令和8年度) from the opening day of 2026 until the day before that of 2027."""
    return today.year if (today.month, today.day) >= policy.year_opens else today.year - 1


def switching(policy: Policy, today: date) -> bool:
    """Whether this is one of the days before the opening on which the year is changed."""
    ahead = (today + timedelta(days=days) for days in range(1, policy.switch_days + 1))
    return any((day.month, day.day) == policy.year_opens for day in ahead)


def years_open(policy: Policy, today: date, approved: AbstractSet[int] = frozenset()) -> tuple[int, ...]:
    """Those offered, the latest first; none on the days of the switch. `approved` counts where years need approval: the latest open one is then the latest of them that the date has opened."""
    if switching(policy, today):
        return ()
    latest = latest_year(policy, today)
    if not policy.years_need_approval:
        return tuple(latest - back for back in range(policy.years))
    opened = [year for year in sorted(approved, reverse=True) if year <= latest]
    return tuple(year for year in opened if year > opened[0] - policy.years)
