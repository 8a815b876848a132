"""Which fiscal years a municipality issues tax papers for on a day.

The figures of a fiscal year (年度, named by the calendar year it begins in) are fixed in June; until that day the year before is the latest (domain facts 4.5, 8).
"""

from datetime import date

from certificates.policy import Policy


def latest_year(policy: Policy, today: date) -> int:
    """The latest fiscal year whose figures are issued: 2026 (令和8年度) from the opening day of 2026 until the day before that of 2027."""
    return today.year if (today.month, today.day) >= policy.year_opens else today.year - 1


def years_open(policy: Policy, today: date) -> tuple[int, ...]:
    """Those offered, the latest first."""
    latest = latest_year(policy, today)
    return tuple(latest - back for back in range(policy.years))
