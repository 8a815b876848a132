"""Who comes into a 戸籍: by birth, marriage, adoption, a return after a divorce, or with a 戸籍 that is made new.

Decides what is written on every side here when somebody enters, and that what forbids papers of a person comes along from the 戸籍 they left. The clerk's door is `changes`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, insert, select
from sqlalchemy.exc import IntegrityError

from registers.koseki import entries
from registers.koseki.entries import Forwarded
from registers.koseki.fuhyo import Fuhyo, FuhyoAddress, FuhyoPerson
from registers.koseki.koseki import Koseki, KosekiPerson
from registers.koseki.revisions import (
    ChangeRefused,
    koseki_row_of,
    moved_on,
    person_row_of,
    present_hittousha,
    present_rows,
    record_entry,
    set_member,
)
from registers.koseki.schema import ENTRIES, FUHYO_ADDRESSES, FUHYO_PEOPLE, MEMBERS, address_rows, entry_row, fuhyo_person_row, member_row
from registers.koseki.stops import carry, set_in_force
from registers.koseki.tables import load

UNSTORED = "0"
"""The version of a 戸籍 that no store has given one."""


@dataclass(frozen=True, slots=True)
class Lived:
    """What the 附票 takes up of somebody who enters: 住民票コード and addresses, the earliest first."""

    juminhyo_code: str | None
    addresses: tuple[FuhyoAddress, ...]


@dataclass(frozen=True, slots=True)
class Entering:
    """Somebody who comes from another 戸籍. `person` bears the entries that are carried over (出生 …), not the one of this event; its `person_no` is new here.

    `name` is the full name before the event, `previous` the 戸籍 left (`entries.koseki_reference`), `lived` is needed where a 附票 is kept. `came_from` is the `person_no` of the same
    person in the 戸籍 left, if that is in this register: what forbids papers there is in force here too.
    """

    person: KosekiPerson
    name: str
    previous: str
    lived: Lived | None = None
    came_from: str | None = None


def record_birth(
    connection: Connection,
    koseki_no: str,
    child: KosekiPerson,
    *,
    place: str,
    notified_on: date,
    notifier: str = "父",
    lived: Lived | None = None,
    forwarded: Forwarded | None = None,
    now: datetime,
) -> None:
    """出生: the child enters as the last person. `child.entries` may hold what goes with the birth (認知 …)."""
    koseki = koseki_row_of(connection, koseki_no)
    born = entries.birth(child.birth, place, notified_on, notifier, forwarded=forwarded)
    _enters(connection, koseki, replace(child, entries=(born, *child.entries)), lived, now)
    moved_on(connection, koseki_no, now)


def make_koseki(
    connection: Connection,
    koseki_no: str,
    couple: tuple[Entering, Entering],
    *,
    honseki: str,
    family_name: str,
    married_on: date,
    family_name_kana: tuple[str, date] | None = None,
    forwarded: Forwarded | None = None,
    now: datetime,
) -> None:
    """婚姻 by which a new 戸籍 is made. The first of the couple is 筆頭者, whose 氏 both bear; a reading comes with the day on which it was recorded."""
    made_on = forwarded.on if forwarded is not None else married_on
    members = []
    for one, other in (couple, couple[::-1]):
        married = entries.marriage(married_on, other.name, previous=one.previous, forwarded=forwarded)
        members.append(replace(one.person, spouse=_role(one.person), entries=(*one.person.entries, married)))
    koseki = Koseki(
        koseki_no=koseki_no,
        honseki=honseki,
        family_name=family_name,
        family_name_kana=family_name_kana[0] if family_name_kana else None,
        family_name_kana_recorded_on=family_name_kana[1] if family_name_kana else None,
        hittousha=f"{family_name}　{couple[0].person.given_name}",
        entries=(entries.koseki_made(made_on),),
        members=tuple(members),
        standing="current",
        change_pending=False,
        version=UNSTORED,
    )
    open_koseki(connection, koseki, [one.lived for one in couple], made_on=made_on, came_from=[one.came_from for one in couple], now=now)


def open_koseki(
    connection: Connection, koseki: Koseki, lived: Sequence[Lived | None], *, made_on: date, came_from: Sequence[str | None], now: datetime
) -> None:
    """A 戸籍 that begins here for any reason (婚姻, 離婚, 分籍, 転籍 from elsewhere), with the entries it comes with. `lived` and `came_from` are one for each member, as in `Entering`."""
    if not koseki.honseki.strip():
        raise ChangeRefused("honseki_empty")
    if any(one is None for one in lived) and any(lived):
        raise ChangeRefused("fuhyo_required")
    for before in came_from:
        if before is not None:
            person_row_of(connection, before)
    people = [_fuhyo_person(koseki.family_name, person, one) for person, one in zip(koseki.members, lived, strict=True) if one is not None]
    fuhyo = [Fuhyo(koseki.koseki_no, koseki.honseki, koseki.hittousha, tuple(people), made_on, koseki.standing, UNSTORED)] if people else []
    bare = replace(koseki, members=tuple(replace(person, protection=None, suppressions=()) for person in koseki.members))
    try:
        with connection.begin_nested():
            load(connection, [bare], fuhyo, now=now)
    except IntegrityError:
        raise ChangeRefused("number_taken") from None
    for person, before in zip(koseki.members, came_from, strict=True):
        set_in_force(connection, person.person_no, person.protection, person.suppressions, now=now)
        if before is not None:
            carry(connection, before, person.person_no, now=now)


def record_marriage_in(
    connection: Connection, koseki_no: str, entering: Entering, *, married_on: date, forwarded: Forwarded | None = None, now: datetime
) -> None:
    """婚姻 by which somebody enters the 戸籍 of its unmarried 筆頭者."""
    koseki = koseki_row_of(connection, koseki_no)
    head = present_hittousha(connection, koseki)
    if head is None:
        raise ChangeRefused("already_removed")
    if head.spouse is not None:
        raise ChangeRefused("already_married")
    married = entries.marriage(married_on, koseki.hittousha, previous=entering.previous, forwarded=forwarded)
    person = replace(entering.person, spouse=_role(entering.person), entries=(*entering.person.entries, married))
    _enters(connection, koseki, person, entering.lived, now, entering.came_from)
    record_entry(connection, head.koseki_no, head.person_no, entries.marriage(married_on, entering.name, forwarded=forwarded))
    set_member(connection, head.person_no, spouse="夫" if head.sex == "男" else "妻")
    moved_on(connection, koseki_no, now)


def record_return(
    connection: Connection, koseki_no: str, entering: Entering, *, divorced_on: date, spouse: str, forwarded: Forwarded | None = None, now: datetime
) -> None:
    """離婚 in the 戸籍 to which a person comes back."""
    koseki = koseki_row_of(connection, koseki_no)
    back = entries.divorce(divorced_on, spouse, previous=entering.previous, forwarded=forwarded)
    person = replace(entering.person, spouse=None, entries=(*entering.person.entries, back))
    _enters(connection, koseki, person, entering.lived, now, entering.came_from)
    moved_on(connection, koseki_no, now)


def record_adoption(
    connection: Connection,
    koseki_no: str,
    entering: Entering,
    parents: tuple[str, ...],
    *,
    adopted_on: date,
    consent: str | None = None,
    forwarded: Forwarded | None = None,
    now: datetime,
) -> None:
    """養子縁組: the child enters the 戸籍 of one or two of its people (`parents`, their `person_no`), who get their own entry. `consent` is 代諾者 of a child under 15."""
    koseki = koseki_row_of(connection, koseki_no)
    adopting = [row for row in present_rows(connection, koseki_no) if row.person_no in parents]
    if len(adopting) != len(set(parents)) or not 1 <= len(adopting) <= 2 or len({row.sex for row in adopting}) != len(adopting):
        raise ChangeRefused("no_parent")
    named = {row.sex: f"{koseki.family_name}　{row.given_name}" for row in adopting}
    father, mother = named.get("男"), named.get("女")
    adopted = entries.adoption(adopted_on, father, mother, previous=entering.previous, consent=consent, forwarded=forwarded)
    person = replace(entering.person, adoptive_father=father, adoptive_mother=mother, entries=(*entering.person.entries, adopted))
    _enters(connection, koseki, person, entering.lived, now, entering.came_from)
    for row in adopting:
        together: Literal["夫", "妻"] | None = None if len(adopting) == 1 else "妻" if row.sex == "男" else "夫"
        said = entries.adoption_by(adopted_on, entering.name, together_with=together, childs_previous=entering.previous, forwarded=forwarded)
        record_entry(connection, row.koseki_no, row.person_no, said)
    moved_on(connection, koseki_no, now)


def _enters(connection: Connection, koseki: Row[Any], person: KosekiPerson, lived: Lived | None, now: datetime, came_from: str | None = None) -> None:
    """Put a person at the end of the 戸籍 and of its 附票, with what forbids papers of them here and where they came from."""
    if (lived is None) != (koseki.fuhyo_made_on is None):
        raise ChangeRefused("fuhyo_required" if lived is None else "no_fuhyo")
    if connection.execute(select(MEMBERS.c.person_no).where(MEMBERS.c.person_no == person.person_no)).first() is not None:
        raise ChangeRefused("number_taken")
    if came_from is not None:
        person_row_of(connection, came_from)
    last = connection.execute(select(func.max(MEMBERS.c.place)).where(MEMBERS.c.koseki_no == koseki.koseki_no)).scalar_one()
    connection.execute(insert(MEMBERS).values(member_row(koseki.koseki_no, person, last + 1)))
    for entry in person.entries:
        connection.execute(insert(ENTRIES).values(entry_row(koseki.koseki_no, person.person_no, entry)))
    if lived is not None:
        line = _fuhyo_person(koseki.family_name, person, lived)
        connection.execute(insert(FUHYO_PEOPLE).values(fuhyo_person_row(koseki.koseki_no, line)))
        for row in address_rows(koseki.koseki_no, line):
            connection.execute(insert(FUHYO_ADDRESSES).values(row))
    set_in_force(connection, person.person_no, person.protection, person.suppressions, now=now)
    if came_from is not None:
        carry(connection, came_from, person.person_no, now=now)


def _fuhyo_person(family_name: str, person: KosekiPerson, lived: Lived) -> FuhyoPerson:
    return FuhyoPerson(
        person_no=person.person_no,
        name=f"{family_name}　{person.given_name}",
        given_name=person.given_name,
        birth=person.birth,
        sex=person.sex,
        juminhyo_code=lived.juminhyo_code,
        addresses=lived.addresses,
        removed_on=person.removed_on,
        atena_no=person.atena_no,
    )


def _role(person: KosekiPerson) -> Literal["夫", "妻"]:
    return "夫" if person.sex == "男" else "妻"
