"""Families for the tests of this folder: a couple with two children in a current 戸籍, of whom one has married out, and their 附票."""

from dataclasses import replace
from datetime import date
from typing import Any

from registers.koseki import entries
from registers.koseki.fuhyo import Fuhyo, FuhyoAddress, FuhyoPerson
from registers.koseki.koseki import Koseki, KosekiPerson
from registers.numbers import atena_digit
from tests.registers.people import juminhyo_code

HONSEKI = "見本県みほん市本町一丁目２番"
HITTOUSHA = "見本　一郎"
MARRIED = date(1990, 6, 1)
LEFT = date(2018, 5, 5)


def number(digits: int) -> str:
    first = f"{digits:09d}"
    return first + atena_digit(first)


def member(digits: int, **changes: Any) -> KosekiPerson:
    """A child of the family; numbers follow from `digits`."""
    made = KosekiPerson(
        person_no=number(digits),
        given_name=f"{digits}太",
        given_name_kana="タロウ",
        kana_recorded_on=date(2026, 6, 1),
        birth="1995-03-04",
        sex="男",
        father=HITTOUSHA,
        mother="見本　花子",
        adoptive_father=None,
        adoptive_mother=None,
        relation="長男",
        spouse=None,
        entries=(entries.birth("1995-03-04", "見本県みほん市", date(1995, 3, 10)),),
    )
    return replace(made, **changes)


def couple(base: int) -> tuple[KosekiPerson, KosekiPerson]:
    before = entries.koseki_reference("例示県ためし市栄町１番地", "例示　太郎")
    husband = member(
        base + 1, given_name="一郎", birth="1960-01-02", father="見本　太郎", mother="見本　松", spouse="夫",
        entries=(entries.birth("1960-01-02", "見本県みほん市", date(1960, 1, 9)), entries.marriage(MARRIED, "例示　花子", previous=before)),
    )  # fmt: skip
    wife = member(
        base + 2, given_name="花子", birth="1962-02-03", sex="女", father="例示　太郎", mother=None, relation="長女", spouse="妻",
        given_name_kana=None, kana_recorded_on=None,
        entries=(entries.birth("1962-02-03", "例示県ためし市", date(1962, 2, 9)), entries.marriage(MARRIED, HITTOUSHA, previous=before)),
    )  # fmt: skip
    return husband, wife


def family(base: int = 0, **changes: Any) -> Koseki:
    """`base` + 1 and + 2 are the couple, + 3 a child, + 4 a child who married out. The 戸籍's number is that of `base` + 9."""
    gone = member(
        base + 4, given_name="桜", birth="1993-07-08", sex="女", relation="長女", removed_on=LEFT,
        entries=(
            entries.birth("1993-07-08", "見本県みほん市", date(1993, 7, 9)),
            entries.marriage_out(LEFT, "試験　次郎", "試験県こころみ市１番", "夫の氏"),
        ),
    )  # fmt: skip
    made = Koseki(
        koseki_no=number(base + 9),
        honseki=HONSEKI,
        family_name="見本",
        family_name_kana="ミホン",
        family_name_kana_recorded_on=date(2026, 6, 1),
        hittousha=HITTOUSHA,
        entries=(entries.koseki_remade(date(2004, 2, 14)),),
        members=(*couple(base), member(base + 3), gone),
        standing="current",
        change_pending=False,
        version="0",
    )
    return replace(made, **changes)


def with_member(koseki: Koseki, index: int, **changes: Any) -> Koseki:
    """The 戸籍 with one member changed."""
    members = list(koseki.members)
    members[index] = replace(members[index], **changes)
    return replace(koseki, members=tuple(members))


def fuhyo_of(koseki: Koseki) -> Fuhyo:
    """A 附票 of its people: the wife lived elsewhere before, who was removed before 2022 has neither birth date nor sex nor code."""
    people = []
    for place, person in enumerate(koseki.members):
        early = person.removed_on is not None and person.removed_on < date(2022, 1, 11)
        addresses = (FuhyoAddress("例示県ためし市栄町１番地", "2004-02-14"), FuhyoAddress("見本県みほん市本町一丁目２番３号", "2010-04-01"))
        people.append(
            FuhyoPerson(
                person_no=person.person_no,
                name=f"{koseki.family_name}　{person.given_name}",
                given_name=person.given_name,
                birth=None if early else person.birth,
                sex=None if early else person.sex,
                juminhyo_code=None if early else juminhyo_code(int(person.person_no[:9])),
                addresses=addresses[place % 2 :],
                removed_on=person.removed_on,
                atena_no=person.atena_no,
                protection=person.protection,
                suppressions=person.suppressions,
            )
        )
    return Fuhyo(koseki.koseki_no, koseki.honseki, koseki.hittousha, tuple(people), date(2004, 2, 14), koseki.standing, koseki.version)
