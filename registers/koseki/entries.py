"""Entries of the computerised family register, worded as its forms word them: one pure function for each 戸籍事項 and 身分事項.

Decides titles, labels and their order, so that what a clerk records, what a made-up population holds and what a test expects are the same entries. Whether an event may be recorded is not
decided here. Labels and order follow the model entries for registers kept by computer (戸籍法施行規則 付録; known from practice, not read at the source); a day that is known stands as `YYYY-MM-DD`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from registers.koseki.koseki import Entry
from registers.register_dates import RegisterDate

BIRTH = "出生"
MARRIAGE = "婚姻"
DIVORCE = "離婚"
ADOPTION = "養子縁組"
DEATH = "死亡"
SPOUSE_DEATH = "配偶者の死亡"
MADE = "戸籍編製"
REMADE = "戸籍改製"
TENSEKI = "転籍"
CLOSED = "戸籍消除"

REMAKING_GROUND = "平成６年法務省令第５１号附則第２条第１項による改製"
"""改製事由 of the registers that went from paper to computer."""

Married = Literal["夫の氏", "妻の氏"]

_ENDS_A_LIFE_HERE = (DEATH, "失踪宣告", "国籍喪失", "国籍離脱", "消除")
_LEADS_ELSEWHERE = ("新本籍", "入籍戸籍")


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A notification that another municipality took (受理者, e.g. 「例示県ためし市長」) and sent on; it is entered on the day it came."""

    on: date
    taken_by: str


def koseki_reference(honseki: str, hittousha: str) -> str:
    """A 戸籍 as another one names it: 本籍 and 筆頭者."""
    return f"{honseki}　{hittousha}"


def birth(born: RegisterDate, place: str, notified_on: date, notifier: str = "父", *, forwarded: Forwarded | None = None) -> Entry:
    """出生. `place` is 出生地 down to the municipality, `notifier` 届出人: 父, 母, 同居者 …"""
    rows = (("出生日", born), ("出生地", place), ("届出日", notified_on.isoformat()), ("届出人", notifier))
    return _entry(BIRTH, notified_on, forwarded, rows)


def marriage(married_on: date, spouse: str, *, previous: str | None = None, forwarded: Forwarded | None = None) -> Entry:
    """婚姻 in the 戸籍 in which the couple is from now on. `previous` (`koseki_reference`) is None for who was its 筆頭者 already."""
    return _entry(MARRIAGE, married_on, forwarded, _event("婚姻日", married_on, spouse), _optional("従前戸籍", previous))


def marriage_out(married_on: date, spouse: str, new_honseki: str, takes: Married, *, forwarded: Forwarded | None = None) -> Entry:
    """婚姻 in the 戸籍 that a person leaves for a new one; `takes` is 称する氏."""
    return _entry(MARRIAGE, married_on, forwarded, _event("婚姻日", married_on, spouse), (("新本籍", new_honseki), ("称する氏", takes)))


def marriage_into_spouses(married_on: date, spouse: str, entered: str, takes: Married, *, forwarded: Forwarded | None = None) -> Entry:
    """婚姻 in the 戸籍 that a person leaves for the one (`entered`, as `koseki_reference` says it) of which the spouse is 筆頭者 already."""
    return _entry(MARRIAGE, married_on, forwarded, _event("婚姻日", married_on, spouse), (("入籍戸籍", entered), ("称する氏", takes)))


def divorce(divorced_on: date, spouse: str, *, previous: str | None = None, forwarded: Forwarded | None = None) -> Entry:
    """離婚 of who stays (`previous` None), or in the 戸籍 to which a person comes back from `previous`."""
    return _entry(DIVORCE, divorced_on, forwarded, _event("離婚日", divorced_on, spouse), _optional("従前戸籍", previous))


def divorce_out(
    divorced_on: date, spouse: str, *, new_honseki: str | None = None, returned_to: str | None = None, forwarded: Forwarded | None = None
) -> Entry:
    """離婚 of who leaves: for a new 戸籍 (`new_honseki`) or back to the parents' (`returned_to`); exactly one of them, else ValueError."""
    if (new_honseki is None) == (returned_to is None):
        raise ValueError("a divorced person goes either to a new koseki or back to the parents' one")
    return _entry(
        DIVORCE,
        divorced_on,
        forwarded,
        _event("離婚日", divorced_on, spouse),
        _optional("新本籍", new_honseki) + _optional("入籍戸籍", returned_to),
    )


def adoption(
    adopted_on: date,
    father: str | None,
    mother: str | None,
    *,
    previous: str | None = None,
    consent: str | None = None,
    forwarded: Forwarded | None = None,
) -> Entry:
    """養子縁組 of the child in the 戸籍 in which it is from now on. `consent` is 代諾者 of a child under 15; `previous` None: it was here already."""
    return _entry(ADOPTION, adopted_on, forwarded, _parents(adopted_on, father, mother, consent), _optional("従前戸籍", previous))


def adoption_out(
    adopted_on: date, father: str | None, mother: str | None, entered: str, *, consent: str | None = None, forwarded: Forwarded | None = None
) -> Entry:
    """養子縁組 of the child in the 戸籍 that it leaves for `entered` (`koseki_reference`)."""
    return _entry(ADOPTION, adopted_on, forwarded, _parents(adopted_on, father, mother, consent), (("入籍戸籍", entered),))


def adoption_by(
    adopted_on: date,
    child: str,
    *,
    together_with: Literal["夫", "妻"] | None = None,
    childs_previous: str | None = None,
    forwarded: Forwarded | None = None,
) -> Entry:
    """養子縁組 of a parent who adopts; `together_with` is 共同縁組者, `childs_previous` 養子の従前戸籍 (None: the child was in this 戸籍 already)."""
    first = (("縁組日", adopted_on.isoformat()), *_optional("共同縁組者", together_with), ("養子氏名", child))
    return _entry(ADOPTION, adopted_on, forwarded, first, _optional("養子の従前戸籍", childs_previous))


def death(died: RegisterDate, at: str | None, place: str, notified_on: date, notifier: str, *, forwarded: Forwarded | None = None) -> Entry:
    """死亡. `at` is 死亡時分 as it is said (「午後８時３０分」, 「推定午前３時」; None: not known), `notifier` e.g. 「親族　見本花子」."""
    told = (("死亡地", place), ("届出日", notified_on.isoformat()), ("届出人", notifier))
    return _entry(DEATH, notified_on, forwarded, (("死亡日", died), *_optional("死亡時分", at), *told))


def spouse_death(died: RegisterDate, recorded_on: date) -> Entry:
    """配偶者の死亡, on who is left."""
    return Entry(SPOUSE_DEATH, (("配偶者の死亡日", died),), recorded_on)


def koseki_made(made_on: date) -> Entry:
    """戸籍編製: the 戸籍 was made new (by marriage, 分籍 …)."""
    return Entry(MADE, (("編製日", made_on.isoformat()),), made_on)


def koseki_remade(remade_on: date, ground: str = REMAKING_GROUND) -> Entry:
    """戸籍改製: the 戸籍 was written anew, from paper to computer unless another `ground` is given."""
    return Entry(REMADE, (("改製日", remade_on.isoformat()), ("改製事由", ground)), remade_on)


def tenseki_in(moved_on: date, previous_honseki: str) -> Entry:
    """転籍 in the 戸籍 as it goes on at its new 本籍."""
    return Entry(TENSEKI, (("転籍日", moved_on.isoformat()), ("従前本籍", previous_honseki)), moved_on)


def tenseki_out(moved_on: date, new_honseki: str, *, forwarded: Forwarded | None = None) -> Entry:
    """転籍 in the 戸籍 that is left behind and becomes 除籍."""
    return _entry(TENSEKI, moved_on, forwarded, (("転籍日", moved_on.isoformat()), ("新本籍", new_honseki)))


def koseki_closed(closed_on: date) -> Entry:
    """戸籍消除: everybody has gone and the 戸籍 becomes 除籍."""
    return Entry(CLOSED, (("消除日", closed_on.isoformat()),), closed_on)


def takes_out(entry: Entry) -> bool:
    """Whether a person leaves the 戸籍 by this 身分事項: it leads to another 戸籍, or ends a life or a nationality."""
    return entry.title in _ENDS_A_LIFE_HERE or any(label in _LEADS_ELSEWHERE for label, _ in entry.rows)


def _entry(
    title: str, told_on: date, forwarded: Forwarded | None, before: tuple[tuple[str, str], ...], after: tuple[tuple[str, str], ...] = ()
) -> Entry:
    """An entry whose rows about the forwarding stand between the event and what it leads to."""
    if forwarded is None:
        return Entry(title, before + after, told_on)
    way = (("送付を受けた日", forwarded.on.isoformat()), ("受理者", forwarded.taken_by))
    return Entry(title, before + way + after, forwarded.on)


def _event(label: str, day: date, spouse: str) -> tuple[tuple[str, str], ...]:
    return (label, day.isoformat()), ("配偶者氏名", spouse)


def _parents(adopted_on: date, father: str | None, mother: str | None, consent: str | None) -> tuple[tuple[str, str], ...]:
    return (("縁組日", adopted_on.isoformat()), *_optional("養父氏名", father), *_optional("養母氏名", mother), *_optional("代諾者", consent))


def _optional(label: str, value: str | None) -> tuple[tuple[str, str], ...]:
    return ((label, value),) if value is not None else ()
