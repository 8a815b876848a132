"""Numbers as a council reads them: yen with separators, losses with △, shares with one decimal. Whole numbers in, texts out."""

from datetime import date, timedelta

from fees.planning.figures.chance import Spread

REIWA_FIRST = 2019


def yen(amount_yen: int) -> str:
    """An amount: 1,018,518円, and △ where it is below 0."""
    return f"{count(amount_yen)}円"


def count(number: int) -> str:
    """A number with separators; △ where it is below 0."""
    return f"△{-number:,}" if number < 0 else f"{number:,}"


def change(number: int) -> str:
    """A difference: ＋, △ or 0."""
    return f"+{number:,}" if number > 0 else count(number)


def thousands(amount_yen: int) -> str:
    """An amount in 千円, rounded half up by size."""
    size = (abs(amount_yen) + 500) // 1_000
    return count(-size if amount_yen < 0 else size)


def thousands_change(amount_yen: int) -> str:
    """A difference in 千円."""
    size = (abs(amount_yen) + 500) // 1_000
    return change(-size if amount_yen < 0 else size)


def millions(amount_yen: int) -> str:
    """An amount in 百万円, rounded half up by size."""
    size = (abs(amount_yen) + 500_000) // 1_000_000
    return count(-size if amount_yen < 0 else size)


def ten_thousands(amount_yen: int) -> str:
    """An amount in 万円, rounded half up by size, without its sign: for sentences that say which way the money goes."""
    return f"{(abs(amount_yen) + 5_000) // 10_000:,}万円"


def balance(found: Spread) -> str:
    """A balance in a sentence: 約1,997万円（1,618万円～2,520万円）の持ち出し; where it may be either, with △."""
    if found.high < 0:
        return f"約{ten_thousands(found.middle)}（{ten_thousands(found.high)}～{ten_thousands(found.low)}）の持ち出し"
    if found.low >= 0:
        return f"約{ten_thousands(found.middle)}（{ten_thousands(found.low)}～{ten_thousands(found.high)}）の黒字"
    either = (f"{'△' if amount < 0 else ''}{ten_thousands(amount)}" for amount in (found.middle, found.low, found.high))
    middle, low, high = either
    return f"約{middle}（{low}～{high}。△は持ち出し）"


def share(basis_points: int) -> str:
    """A share with one decimal: 27.6%."""
    tenths = (basis_points + 5) // 10
    return f"{tenths // 10}.{tenths % 10}%"


def per_paper(amount_yen: int, papers: int) -> str:
    """An amount for each paper, rounded half up; a dash where there is none."""
    return f"{(2 * amount_yen + papers) // (2 * papers):,}円" if papers else "—"


def percent_change(new: int, old: int) -> str:
    """How much more or less, in whole percent of the old amount; a dash where that was 0."""
    if not old:
        return "—"
    size = (200 * abs(new - old) + old) // (2 * old)
    return f"+{size}%" if new > old else f"△{size}%" if new < old else "0%"


def spread_of(found: Spread, unit: str = "") -> str:
    """A range: middle (low～high); one number where nothing is uncertain."""
    if found.low == found.high:
        return f"{count(found.middle)}{unit}"
    return f"{count(found.middle)}{unit}（{count(found.low)}～{count(found.high)}）"


def spread_in_thousands(found: Spread) -> str:
    """A range of yen in 千円."""
    if found.low == found.high:
        return thousands(found.middle)
    return f"{thousands(found.middle)}（{thousands(found.low)}～{thousands(found.high)}）"


def spread_of_shares(found: Spread) -> str:
    """A range of shares."""
    return f"{share(found.middle)}（{share(found.low)}～{share(found.high)}）"


def year_ja(fiscal_year: int) -> str:
    """A fiscal year as councils write it: 令和8年度; before 令和 by the common era."""
    number = fiscal_year - REIWA_FIRST + 1
    return f"令和{number if number > 1 else '元'}年度" if number >= 1 else f"{fiscal_year}年度"


def day_ja(day: date) -> str:
    """2026年7月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def period_ja(since: date, until: date) -> str:
    """From the first day to the last: `until` itself is no longer in it."""
    return f"{day_ja(since)}から{day_ja(until - timedelta(days=1))}まで"
