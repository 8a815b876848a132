"""Where the canaries stand: each in the cloud's database, and in its own tenant's registers, beside the people and never among them (`ASIDE` and `COUNTED` of the registers' schemas).

Every function is one step of a transaction. No upload takes a canary away: what an upload replaces are units of the registers, and a canary's household, 戸籍, seal and records are none. What was
planted is noted in the cloud's database, so that whatever is missing later is known to have been there.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import Connection, and_, delete, insert, or_, select

from bcl_cloud.tenants.canaries import Canary, made, resident_of
from bcl_cloud.tenants.canary_papers import papers_of, street
from bcl_cloud.tenants.entries import Tenant
from bcl_cloud.tenants.journal import Entry, note
from bcl_cloud.tenants.tables import CANARIES, CANARY_PARTS
from registers.koseki import schema as koseki
from registers.koseki.tables import rows_of as koseki_rows_of
from registers.residents.households import assembled
from registers.residents.schema import ASIDE, COUNTED, HOUSEHOLDS, RESIDENTS
from registers.residents.tables import rows_of
from registers.seal import schema as seal
from registers.tax import schema as tax


def enter(connection: Connection, code: str, token: Callable[[int], bytes], who: str, why: str, now: datetime) -> Canary:
    """The tenant's canary in the cloud's database; a new one where there is none yet."""
    known = canary_of(connection, code)
    if known is not None:
        return known
    new = made(code, token)
    row = {name: getattr(new, name) for name in CANARIES.c.keys()}  # noqa: SIM118 - the keys of columns
    connection.execute(insert(CANARIES).values(row))
    note(connection, Entry(who, code, "canary", new.atena_no, why), now)
    return new


def canary_of(connection: Connection, code: str) -> Canary | None:
    """One tenant's, as it was entered."""
    row = connection.execute(select(CANARIES).where(CANARIES.c.code == code)).one_or_none()
    return None if row is None else Canary(**row._asdict())


def canaries(connection: Connection) -> tuple[Canary, ...]:
    """All tenants', by code."""
    return tuple(Canary(**row._asdict()) for row in connection.execute(select(CANARIES).order_by(CANARIES.c.code)))


def plant(connection: Connection, canary: Canary, address: str, now: datetime) -> None:
    """Put the canary into its own tenant's register, in the place of one that stood there; `address` is printed on its paper.

    Raises sqlalchemy's IntegrityError where a resident has a number of it.
    """
    aside = select(RESIDENTS.c.household_no).where(~COUNTED)
    of_people = select(RESIDENTS.c.household_no).where(COUNTED)
    its = or_(HOUSEHOLDS.c.household_no.in_(aside), HOUSEHOLDS.c.household_no == canary.household_no)
    connection.execute(delete(HOUSEHOLDS).where(its, HOUSEHOLDS.c.household_no.not_in(of_people)))
    connection.execute(delete(RESIDENTS).where(~COUNTED))
    people, households = assembled((resident_of(canary),), (address,))
    # Its version is of a range of its own: it must not move the versions that uploads count on.
    rows = rows_of(people, households, revision=ASIDE, at=now.isoformat(), place=ASIDE - 1)
    connection.execute(insert(HOUSEHOLDS), rows[HOUSEHOLDS])
    connection.execute(insert(RESIDENTS), rows[RESIDENTS])


def parts_noted(connection: Connection, code: str) -> tuple[str, ...]:
    """What was planted of a tenant's canary in its other registers (`canary_papers.parts_wanted`)."""
    return tuple(connection.execute(select(CANARY_PARTS.c.part).where(CANARY_PARTS.c.code == code).order_by(CANARY_PARTS.c.part)).scalars())


def note_parts(connection: Connection, code: str, parts: Iterable[str]) -> None:
    """These are planted by now."""
    new = sorted(set(parts) - set(parts_noted(connection, code)))
    if new:
        connection.execute(insert(CANARY_PARTS), [{"code": code, "part": part} for part in new])


def plant_parts(connection: Connection, canary: Canary, tenant: Tenant, parts: Iterable[str], now: datetime) -> None:
    """Put these parts into the tenant's registers, in the place of the same parts that stood there.

    Raises sqlalchemy's IntegrityError where somebody has a number of one.
    """
    papers, at = papers_of(canary, place_of(tenant), parts), now.isoformat()
    if papers.koseki is not None and papers.fuhyo is not None:
        _take_family_away(connection, canary)
        for table, rows in koseki_rows_of([papers.koseki], [papers.fuhyo], revision=ASIDE, at=at, place=ASIDE - 1).items():
            if rows:
                connection.execute(insert(table), rows)
    if papers.seal is not None:
        connection.execute(delete(seal.SEALS).where(~seal.COUNTED))
        connection.execute(insert(seal.SEALS), seal.seal_row(papers.seal, ASIDE, at))
    for record in papers.tax:
        connection.execute(delete(tax.RECORDS).where(~tax.COUNTED, tax.RECORDS.c.year == record.year))
        connection.execute(insert(tax.RECORDS), tax.record_row(record, "file", ASIDE, at))


def parts_standing(connection: Connection, canary: Canary) -> tuple[str, ...]:
    """What stands of the canary in the other registers, as it was planted."""
    member = koseki.MEMBERS.join(koseki.KOSEKI, koseki.KOSEKI.c.koseki_no == koseki.MEMBERS.c.koseki_no)
    named = (koseki.KOSEKI.c.koseki_no, koseki.MEMBERS.c.person_no, koseki.MEMBERS.c.atena_no, koseki.KOSEKI.c.hittousha)
    family = connection.execute(select(*named).select_from(member).where(~koseki.COUNTED).order_by(koseki.MEMBERS.c.person_no)).all()
    seals = connection.execute(select(seal.SEALS.c.registration_no, seal.SEALS.c.atena_no, seal.SEALS.c.cancelled_at).where(~seal.COUNTED)).all()
    of_years = select(tax.RECORDS.c.year, tax.RECORDS.c.atena_no, tax.RECORDS.c.name).where(~tax.COUNTED).order_by(tax.RECORDS.c.year)
    years = connection.execute(of_years).all()
    stand = ["koseki"] if [tuple(row) for row in family] == [(canary.koseki_no, canary.person_no, canary.atena_no, canary.name)] else []
    stand += ["seal"] if [tuple(row) for row in seals] == [(canary.registration_no, canary.atena_no, None)] else []
    return (*stand, *(f"tax/{row.year}" for row in years if (row.atena_no, row.name) == (canary.atena_no, canary.name)))


def _take_family_away(connection: Connection, canary: Canary) -> None:
    aside = select(koseki.KOSEKI.c.koseki_no).where(~koseki.COUNTED)
    of_people = select(koseki.KOSEKI.c.koseki_no).where(koseki.COUNTED)
    for table in (koseki.ENTRIES, koseki.FUHYO_PEOPLE, koseki.FUHYO_ADDRESSES, koseki.MEMBERS):
        its = table.c.koseki_no
        connection.execute(delete(table).where(or_(its.in_(aside), and_(its == canary.koseki_no, its.not_in(of_people)))))
    connection.execute(delete(koseki.KOSEKI).where(~koseki.COUNTED))


def place_of(tenant: Tenant) -> str:
    """The tenant as an address begins."""
    return tenant.prefecture + tenant.name


def address_of(tenant: Tenant) -> str:
    """Where a tenant's canary lives."""
    return street(place_of(tenant))


def stands(connection: Connection, canary: Canary) -> bool:
    """Whether the canary stands in this resident register as it was planted, card and numbers."""
    found = select(RESIDENTS.c.serial, RESIDENTS.c.atena_no, RESIDENTS.c.my_number, RESIDENTS.c.juminhyo_code, RESIDENTS.c.name).where(~COUNTED)
    wanted = (canary.serial, canary.atena_no, canary.my_number, canary.juminhyo_code, canary.name)
    return [tuple(row) for row in connection.execute(found.order_by(RESIDENTS.c.atena_no))] == [wanted]
