"""The little town's one 戸籍: a couple, their child and one who has left it, so that there is a paper about everybody or one, and somebody who stands on the paper about everybody only."""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import Connection

from registers.koseki.koseki import Entry, Koseki, KosekiPerson
from registers.koseki.tables import load

HONSEKI, HITTOUSHA = "見本県みほん市本町三番", "試験　次郎"
MADE, LEFT = date(2010, 4, 1), date(2020, 5, 5)

# number, given name, birth, as printed, sex, 続柄
_MEMBERS = (
    (11, "次郎", "1979-03-03", "昭和５４年３月３日", "男", "長男"),
    (12, "桜", "1981-07-08", "昭和５６年７月８日", "女", "二女"),
    (13, "三郎", "2014-02-09", "平成２６年２月９日", "男", "二男"),
    (14, "一美", "2000-01-31", "平成１２年１月３１日", "女", "長女"),
)
_GONE = 14


def fill_family(connection: Connection, number: Callable[[int], str], now: datetime) -> None:
    """One step. `number` gives somebody's 宛名番号, which serves as the number of the person here too."""
    people = tuple(_person(*row[:3], row[4], row[5], number) for row in _MEMBERS)
    made = Entry("戸籍編製", (("編製日", MADE.isoformat()),), MADE)
    koseki = Koseki(number(800), HONSEKI, "試験", "シケン", date(2026, 6, 1), HITTOUSHA, (made,), people, "current", False, "0")
    load(connection, (koseki,), (), now=now)


def _person(one: int, name: str, birth: str, sex: str, relation: str, number: Callable[[int], str]) -> KosekiPerson:
    gone = one == _GONE
    born = Entry("出生", (("出生日", birth), ("出生地", "見本県みほん市"), ("届出日", birth), ("届出人", "父")), date.fromisoformat(birth))
    return KosekiPerson(
        person_no=number(800 + one),
        given_name=name,
        given_name_kana="ミホン",
        kana_recorded_on=date(2026, 6, 1),
        birth=birth,
        sex=sex,  # type: ignore[arg-type]
        father="試験　父",
        mother="試験　母",
        adoptive_father=None,
        adoptive_mother=None,
        relation=relation,
        spouse=None,
        entries=(born,),
        removed_on=LEFT if gone else None,
        atena_no=None if gone else number(one),
    )


def told_family(holder: int) -> dict[str, object]:
    """What the profile says of the holder's 戸籍証明書."""
    members = [{"name": row[1], "birth": row[3], "holder": row[0] == holder, "choosable": row[0] != _GONE} for row in _MEMBERS]
    return {"kind": "koseki", "members": members, "texts": [HONSEKI]}
