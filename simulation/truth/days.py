"""Days as paper shows them, by a calendar of its own."""

import re

EMPTY = "＊＊＊"
"""What reads where nothing is printed."""

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_ERAS = (
    # a 元号's first day, its name, the year before its first
    ("2019-05-01", "令和", 2018),
    ("1989-01-08", "平成", 1988),
    ("1926-12-25", "昭和", 1925),
    ("1912-07-30", "大正", 1911),
    ("1868-01-25", "明治", 1867),
)


def on_paper(registered: str | None, *, western: bool = False) -> str:
    """A registered day in 和暦 or in Western years, a registered text as it stands, nothing as 「＊＊＊」."""
    if not registered:
        return EMPTY
    found = _DAY.fullmatch(registered)
    if found is None:
        return registered
    year, month, day = map(int, found.groups())
    return f"{str(year) if western else _counted(registered, year)}年{month}月{day}日".translate(_WIDE)


def fiscal_year(year: int) -> str:
    """`令和８年度` for 2026."""
    return f"{_counted(f'{year}-04-01', year)}年度".translate(_WIDE)


def _counted(day: str, year: int) -> str:
    name, before = next((name, before) for first, name, before in _ERAS if first <= day)
    return f"{name}{'元' if year - before == 1 else year - before}"
