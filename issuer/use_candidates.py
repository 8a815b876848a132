"""Which people of the 戸籍 an application may be about: what a clerk looks at beside it.

Decides which entries are shown and in which fields each agrees, never who it is. Names typed at a kiosk are kana; they are held against the 振り仮名 of the register where it has one, and against
the name as it is written otherwise.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

import jaconv
from sqlalchemy import Connection, select

from issuer.uses import Application
from registers.koseki.koseki import Koseki, KosekiPerson
from registers.koseki.schema import COUNTED, KOSEKI, MEMBERS
from registers.koseki.tables import koseki_by_no

CANDIDATES_MAX = 20


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person of a 戸籍 and whether name, 筆頭者 and 本籍 agree with the application; None where the register has nothing that what was typed could be held against.

    `bindable`: the 戸籍 is current and the person is in it.
    """

    koseki: Koseki
    person: KosekiPerson
    name: bool | None
    hittousha: bool | None
    honseki: bool | None
    bindable: bool

    @property
    def agreements(self) -> int:
        """In how many fields it agrees."""
        return sum(agrees is True for agrees in (self.name, self.hittousha, self.honseki))


def candidates(connection: Connection, application: Application) -> tuple[Candidate, ...]:
    """Everybody born on the day that was typed, those that agree in most fields first; at most `CANDIDATES_MAX`. One statement for the list, one for each 戸籍."""
    query = (
        select(MEMBERS.c.koseki_no, MEMBERS.c.person_no)
        .select_from(MEMBERS.join(KOSEKI, KOSEKI.c.koseki_no == MEMBERS.c.koseki_no))
        .where(COUNTED, MEMBERS.c.birth == application.birth)
        .order_by(KOSEKI.c.place, MEMBERS.c.place)
        .limit(10 * CANDIDATES_MAX)
    )
    found = []
    for row in connection.execute(query).all():
        koseki = koseki_by_no(connection, row.koseki_no)
        person = koseki.member(row.person_no) if koseki is not None else None
        if koseki is not None and person is not None:
            found.append(_candidate(koseki, person, application))
    return tuple(sorted(found, key=lambda one: (-one.bindable, -one.agreements))[:CANDIDATES_MAX])


def _candidate(koseki: Koseki, person: KosekiPerson, application: Application) -> Candidate:
    return Candidate(
        koseki=koseki,
        person=person,
        name=_agrees(application.name, (koseki.family_name, person.given_name), (koseki.family_name_kana, person.given_name_kana)),
        hittousha=_head_agrees(application.hittousha, koseki),
        honseki=place_agrees(application.honseki, koseki.honseki),
        bindable=koseki.standing == "current" and person.removed_on is None,
    )


def _head_agrees(typed: str, koseki: Koseki) -> bool | None:
    head = next(
        (one for one in koseki.members if koseki.hittousha.replace("　", "") == (koseki.family_name + one.given_name).replace("　", "")), None
    )
    kana = head.given_name_kana if head is not None else None
    return _agrees(typed, (koseki.hittousha,), (koseki.family_name_kana, kana))


def _agrees(typed: str, written: tuple[str, ...], kana: tuple[str | None, ...]) -> bool | None:
    plain = folded(typed)
    if plain == folded("".join(written)):
        return True
    if any(part is None for part in kana):
        # Kana cannot be held against kanji; anything else that differs, differs.
        return None if _is_kana(plain) else False
    return plain == folded("".join(part or "" for part in kana))


def place_agrees(typed: str, honseki: str) -> bool | None:
    """Whether a 本籍 that was typed without the municipality's own name agrees with a registered one. None where it cannot be told: the town's name was typed in kana, or left out.

    Numbers are held against each other however they are written (一丁目, 1丁目), those at the end first: a town's own name may have one in it that is no number in kana (三田).
    """
    plain, registered = _numbered(folded(typed)), _numbered(folded(honseki))
    if registered.endswith(plain) and _COUNTED.sub("", plain):
        return True
    numbers = _digits(plain)
    known = (_digits(registered), _digits(_numbered(folded(honseki), only=_COUNTED_NUMERAL)))
    return None if any(not numbers or each[-len(numbers) :] == numbers for each in known) else False


_NUMERAL = re.compile("[〇一二三四五六七八九十百千]+")
_COUNTED_NUMERAL = re.compile("[〇一二三四五六七八九十百千]+(?=丁目|番|号|ノ|条|線)")
_COUNTED = re.compile("[0-9]+|丁目|番地|番|号|ノ|チョウメ|バンチ|バン|ゴウ|[-ー]")
_UNITS = {"十": 10, "百": 100, "千": 1000}


def _numbered(text: str, only: re.Pattern[str] = _NUMERAL) -> str:
    return only.sub(lambda found: _figures(found.group()), text)


def _figures(numeral: str) -> str:
    """二十三 -> 23, 二三 -> 23."""
    if not any(one in _UNITS for one in numeral):
        return "".join(str("〇一二三四五六七八九".index(one)) for one in numeral)
    total, last = 0, 0
    for one in numeral:
        if one in _UNITS:
            total, last = total + (last or 1) * _UNITS[one], 0
        else:
            last = "〇一二三四五六七八九".index(one)
    return str(total + last)


def _digits(text: str) -> tuple[str, ...]:
    return tuple(str(int(number)) for number in re.findall("[0-9]+", text))


def _is_kana(text: str) -> bool:
    return all("ァ" <= one <= "ヿ" for one in text)


def folded(text: str) -> str:
    """Without spaces, in one width, hiragana as katakana: how two spellings of one kana name are held against each other."""
    plain = unicodedata.normalize("NFKC", text)
    return str(jaconv.hira2kata("".join(plain.split())))


def age_of(candidate: Candidate, today: date) -> int | None:
    """Full years on `today`, where the birth date is a day of the calendar."""
    try:
        born = date.fromisoformat(candidate.person.birth)
    except ValueError:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
