"""The other registers of the tests' みほん市: 戸籍 and 附票, seals, taxes, of the people of `town`, and of one who lives elsewhere and is known by 利用登録 alone."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

from sqlalchemy import Connection

from registers.koseki import changes as koseki_changes
from registers.koseki import entries
from registers.koseki import tables as koseki_tables
from registers.koseki.fuhyo import Fuhyo
from registers.koseki.koseki import Koseki, KosekiPerson
from registers.seal import tables as seal_tables
from registers.seal.seal import SealRegistration
from registers.tax import tables as tax_tables
from registers.tax.record import TaxRecord
from tests.issuer.town import ALONE, BESIDE_PROTECTED, CHILD, FATHER, MOTHER, NOW, PEOPLE, PROTECTED, STOPPED, TWIN, atena, serial
from tests.registers.koseki.families import HONSEKI, fuhyo_of, member, number
from tests.registers.seal.seals import imprint
from tests.registers.tax.records import record, undeclared

OUTSIDER, GONE = 71, 81
"""Who lives elsewhere and has registered for use here; a daughter who married out of the family's 戸籍."""

FAMILY, ALONES, TWINS, PROTECTEDS, OUTSIDERS = (number(500 + index) for index in range(5))
"""The numbers of the 戸籍."""


def person_no(who: int) -> str:
    """Somebody's number in the 戸籍."""
    return number(1000 + who)


def entry_of(who: int, **changes: object) -> KosekiPerson:
    """The person as the 戸籍 has them; linked to the resident where there is one."""
    resident = next((one for one in PEOPLE if one.atena_no == atena(who)), None)
    linked = (
        {} if resident is None else {"birth": resident.birth, "sex": resident.sex, "atena_no": resident.atena_no, "given_name": resident.name[3:]}
    )
    return replace(member(0), **({"person_no": person_no(who)} | linked | changes))  # type: ignore[arg-type]


def koseki_of(koseki_no: str, hittousha: str, *members: KosekiPerson, **changes: object) -> Koseki:
    made = Koseki(
        koseki_no=koseki_no,
        honseki=HONSEKI,
        family_name=hittousha.partition("　")[0],
        family_name_kana="ミホン",
        family_name_kana_recorded_on=date(2026, 6, 1),
        hittousha=hittousha,
        entries=(entries.koseki_made(date(2004, 2, 14)),),
        members=members,
        standing="current",
        change_pending=False,
        version="0",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@cache
def koseki() -> tuple[Koseki, ...]:
    """A family of three and one who married out; a 戸籍 with a notification that is not entered; a 除籍; two people of whom one is protected; the outsider's."""
    married_out = entries.marriage_out(date(2018, 5, 5), "試験　次郎", "試験県こころみ市１番", "夫の氏")
    gone = entry_of(GONE, given_name="桜", birth="2000-07-08", sex="女", removed_on=date(2018, 5, 5), entries=(married_out,))
    return (
        koseki_of(FAMILY, "見本　太郎", entry_of(FATHER, spouse="夫"), entry_of(MOTHER, spouse="妻"), entry_of(CHILD, relation="長女"), gone),
        koseki_of(ALONES, "髙橋　𠮷男", entry_of(ALONE), change_pending=True),
        koseki_of(TWINS, "佐藤　翔", entry_of(TWIN), standing="removed", entries=(entries.koseki_closed(date(2020, 1, 1)),)),
        koseki_of(PROTECTEDS, "保護　される子", entry_of(PROTECTED), entry_of(BESIDE_PROTECTED, relation="二男")),
        koseki_of(OUTSIDERS, "例示　梅", entry_of(OUTSIDER, given_name="梅", birth="1970-03-03", sex="女", relation="長女")),
    )


@cache
def fuhyo() -> tuple[Fuhyo, ...]:
    return tuple(fuhyo_of(one) for one in koseki())


@cache
def seals() -> tuple[SealRegistration, ...]:
    """One in force, one cancelled a second ago, one of a person whose papers a clerk may stop."""
    made = date(2020, 5, 7)
    return (
        SealRegistration("00000001", atena(FATHER), made, "見本", imprint(), "0"),
        SealRegistration("00000002", atena(ALONE), made, "髙橋", imprint(), "0", NOW - timedelta(seconds=1), "lost"),
        SealRegistration("00000003", atena(STOPPED), made, "抑止", imprint(), "0"),
        SealRegistration("00000004", atena(PROTECTED), made, "保護", imprint(), "0"),
    )


@cache
def taxes() -> tuple[TaxRecord, ...]:
    """Three years of one; a dependant who declared nothing; somebody else who declared nothing; one year that is offered no more."""
    return (
        *(record(FATHER, year, name="見本　太郎") for year in (2026, 2025, 2024)),
        undeclared(MOTHER, name="見本　花子", dependant_of=atena(FATHER)),
        undeclared(ALONE, name="髙橋　𠮷男"),
        replace(record(TWIN, 2024, name="佐藤　翔"), year=2020, decided_on=date(2020, 6, 1)),
    )


def fill_koseki(connection: Connection) -> None:
    koseki_tables.load(connection, koseki(), fuhyo(), now=NOW)
    koseki_changes.bind_serial(connection, serial(OUTSIDER), person_no(OUTSIDER), since=date(2026, 11, 1))


def fill_seals(connection: Connection) -> None:
    seal_tables.load(connection, seals(), now=NOW)


def fill_taxes(connection: Connection) -> None:
    tax_tables.load(connection, taxes(), now=NOW)


def fill_all(connection: Connection) -> None:
    """Every register but the residents', which stands already."""
    fill_koseki(connection)
    fill_seals(connection)
    fill_taxes(connection)
