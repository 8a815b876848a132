"""Where the canaries stand: each in the cloud's database, and in its own tenant's resident register, beside the people and never among them (`registers.residents.schema.ASIDE`).

Every function is one step of a transaction. No upload takes a canary away: what an upload replaces are units of the register, and a canary's household is none.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, delete, insert, or_, select

from bcl_cloud.tenants.canaries import Canary, made, resident_of
from bcl_cloud.tenants.entries import Tenant
from bcl_cloud.tenants.journal import Entry, note
from bcl_cloud.tenants.tables import CANARIES
from registers.residents.households import assembled
from registers.residents.schema import ASIDE, COUNTED, HOUSEHOLDS, RESIDENTS
from registers.residents.tables import rows_of


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


def address_of(tenant: Tenant) -> str:
    """Where a tenant's canary lives: in a street that there is not."""
    return f"{tenant.prefecture}{tenant.name}架空一丁目１番１号"


def stands(connection: Connection, canary: Canary) -> bool:
    """Whether the canary stands in this register as it was planted, card and numbers."""
    found = select(RESIDENTS.c.serial, RESIDENTS.c.atena_no, RESIDENTS.c.my_number, RESIDENTS.c.juminhyo_code, RESIDENTS.c.name).where(~COUNTED)
    wanted = (canary.serial, canary.atena_no, canary.my_number, canary.juminhyo_code, canary.name)
    return [tuple(row) for row in connection.execute(found.order_by(RESIDENTS.c.atena_no))] == [wanted]
