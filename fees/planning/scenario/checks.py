"""What a scenario may not say though each of its values is in form: contradictory periods, codes nobody has, schemes that are compared with nothing.

Decides from the scenario and the list of municipalities; a reason comes with the place it is about.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import combinations

from fees.planning.scenario.parts import ALL, CampaignPart, Scenario, SchemePart
from fees.rules.contributions import FixedByBand, Tiered
from registers.municipalities import municipalities
from registers.numbers import municipality_digit

YEARS_AHEAD = 10
"""How far ahead a plan looks."""

Found = Iterator[tuple[tuple[str | int, ...], str]]


def year_of(fiscal_year: int) -> tuple[date, date]:
    """The first day of a fiscal year and the first day that is no longer in it."""
    return date(fiscal_year, 4, 1), date(fiscal_year + 1, 4, 1)


def scheme_in_force(parts: Iterable[SchemePart], scheme_id: str, fiscal_year: int) -> SchemePart | None:
    """The part of a scheme that covers the whole fiscal year."""
    first, end = year_of(fiscal_year)
    return next((part for part in parts if part.id == scheme_id and part.since <= first and end <= part.until), None)


def contradictions(scenario: Scenario) -> Found:
    """Every contradiction of a scenario, with the place it stands at."""
    yield from _codes(scenario)
    yield from _schemes(scenario)
    yield from _campaigns(scenario.campaign, scenario.fiscal_year)
    yield from _cuts(scenario)
    yield from _newcomers(scenario)
    for kind in ("juminhyo", "inkan", "koseki", "fuhyo", "kazei"):
        fee = getattr(scenario.fees, kind)
        if fee.reduction_yen > fee.base_yen:
            yield ("fees", kind), f"減額{fee.reduction_yen:,}円が基本額{fee.base_yen:,}円を超え、手数料が0円を下回ります。"


def _codes(scenario: Scenario) -> Found:
    known = {one.code for one in municipalities()}
    places: list[tuple[tuple[str | int, ...], str]] = [(("ours",), scenario.ours)] if scenario.ours else []
    for key, parts in (("body", scenario.body), ("newcomer", scenario.newcomer), ("campaign", scenario.campaign)):
        named: Sequence[str] = [part.municipality for part in parts]
        places += [((key, number, "municipality"), code) for number, code in enumerate(named) if code != ALL]
        if key != "campaign":
            for number, code in enumerate(named):
                if code in named[:number]:
                    yield (key, number, "municipality"), f"{code}は[[{key}]]の{named.index(code) + 1}番目にもあります。"
    for path, code in places:
        if municipality_digit(code[:5]) != code[5]:
            yield path, f"団体コード「{code}」の検査数字が正しくありません。"
        elif code not in known:
            yield path, f"団体コード「{code}」は市区町村の一覧にありません。"


def _schemes(scenario: Scenario) -> Found:
    ids = [part.id for part in scenario.scheme]
    if scenario.baseline not in ids:
        yield ("baseline",), f"基準の方式「{scenario.baseline}」は[[scheme]]にありません。"
    for number, part in enumerate(scenario.scheme):
        if part.until <= part.since:
            yield ("scheme", number, "until"), f"方式「{part.id}」の期間が空です（{part.since}から{part.until}の前日まで）。"
        if part.keeps_revenue and (isinstance(part.rule, FixedByBand | Tiered) or part.id == scenario.baseline):
            yield (
                ("scheme", number, "keeps_revenue"),
                f"方式「{part.id}」では収入を保つ単価を求められません（従量制か二部料金制で、基準でないもの）。",
            )
        if ids.index(part.id) == number and scheme_in_force(scenario.scheme, part.id, scenario.fiscal_year) is None:
            yield ("scheme", number), f"方式「{part.id}」は{scenario.fiscal_year}年度を通じて有効ではありません。"
    for (first, one), (second, other) in combinations(enumerate(scenario.scheme), 2):
        if one.id == other.id and one.since < other.until and other.since < one.until:
            yield ("scheme", second), f"方式「{other.id}」の期間が、{first + 1}番目の[[scheme]]の期間と重なります。"
        elif one.id == other.id and one.title != other.title:
            yield ("scheme", second, "title"), f"方式「{other.id}」の名称が、{first + 1}番目の[[scheme]]と違います。"


def _campaigns(campaigns: Sequence[CampaignPart], fiscal_year: int) -> Found:
    begin, end = year_of(fiscal_year)[0], year_of(fiscal_year + YEARS_AHEAD)[0]
    for number, part in enumerate(campaigns):
        if not begin <= part.since < end or part.until > end:
            yield ("campaign", number, "since"), f"「{part.title}」の期間が、{fiscal_year}年度からの{YEARS_AHEAD}年の外にあります。"
        if part.until <= part.since:
            yield ("campaign", number, "until"), f"「{part.title}」の期間が空です（{part.since}から{part.until}の前日まで）。"
        if len(set(part.kinds)) != len(part.kinds):
            yield ("campaign", number, "kinds"), f"「{part.title}」に同じ種類が2回あります。"
    for (first, one), (second, other) in combinations(enumerate(campaigns), 2):
        same_place = one.municipality == other.municipality or ALL in (one.municipality, other.municipality)
        if same_place and set(one.kinds) & set(other.kinds) and one.since < other.until and other.since < one.until:
            yield (
                ("campaign", second, "since"),
                f"「{other.title}」の期間が、同じ種類の「{one.title}」（{first + 1}番目の[[campaign]]）と重なります。",
            )


def _cuts(scenario: Scenario) -> Found:
    for number, part in enumerate(scenario.campaign):
        for kind in part.kinds if part.cut_yen else ():
            fee = getattr(scenario.fees, kind)
            if part.cut_yen > fee.base_yen:
                yield (
                    ("campaign", number, "cut_yen"),
                    f"「{part.title}」の減額{part.cut_yen:,}円が{kind}の基本額{fee.base_yen:,}円を超え、手数料が0円を下回ります。",
                )
            elif part.cut_yen < fee.reduction_yen:
                yield (
                    ("campaign", number, "cut_yen"),
                    f"「{part.title}」の減額{part.cut_yen:,}円は{kind}のふだんの減額{fee.reduction_yen:,}円より小さく、値上げになります。",
                )


def _newcomers(scenario: Scenario) -> Found:
    joined = {part.municipality for part in scenario.body if part.joined}
    last = max((part.until for part in scenario.scheme if part.id == scenario.baseline), default=date.max)
    for number, part in enumerate(scenario.newcomer):
        if part.municipality in joined:
            yield ("newcomer", number, "municipality"), f"{part.municipality}は[[body]]では参加団体です。"
        if part.start < year_of(scenario.fiscal_year)[0]:
            yield ("newcomer", number, "start"), f"参加の日{part.start}が{scenario.fiscal_year}年度より前です。"
        if part.start >= year_of(scenario.fiscal_year + YEARS_AHEAD)[0]:
            yield ("newcomer", number, "start"), f"参加の日{part.start}が{scenario.fiscal_year}年度から{YEARS_AHEAD}年より先です。"
        if part.start >= last:
            yield ("newcomer", number, "start"), f"参加の日{part.start}には基準の方式が終わっています。"
