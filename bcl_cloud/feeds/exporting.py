"""The registers of a database written out as 連携用データ: what an own server's register systems would send, where they cannot.

Decides that only what files brought of stops and protections goes out again: what clerks set goes another way (`issuer.handover`), or the next file would seem to have lifted it.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select

from bcl_cloud.feeds.packing import sealed
from registers.koseki import csv_form as koseki_form
from registers.koseki import schema as koseki
from registers.koseki.koseki import KosekiPerson
from registers.koseki.tables import register_in_order
from registers.residents import csv_form as residents_form
from registers.residents import schema as residents
from registers.residents.households import assembled
from registers.residents.resident import Protection, Suppression
from registers.residents.tables import residents_in_order
from registers.seal import csv_form as seal_form
from registers.seal.tables import seals_in_order
from registers.tax import csv_form as tax_form
from registers.tax import outsider_form
from registers.tax.outsiders import outsiders_in_order
from registers.tax.tables import records_in_order

Stops = tuple[dict[str, Protection], dict[str, tuple[Suppression, ...]]]


def export(connection: Connection, registers: Iterable[str], tenant: str, sequence: int, as_of: datetime) -> bytes:
    """A full upload for `tenant` of these registers as they stand here. One read; in memory as a whole."""
    files: dict[str, str] = {}
    chosen = set(registers)
    if "residents" in chosen:
        files["residents.csv"] = _residents(connection)
    if "koseki" in chosen:
        files |= _koseki(connection)
    if "seal" in chosen:
        files["seal.csv"] = seal_form.write(seals_in_order(connection))
    if "tax" in chosen:
        files["tax.csv"] = tax_form.write(records_in_order(connection))
        outsiders = outsiders_in_order(connection)
        if outsiders:
            files["outsiders.csv"] = outsider_form.write(outsiders)
    return sealed(files, tenant, sequence, as_of, None)


def _residents(connection: Connection) -> str:
    protections, stops = _of_files(connection, residents.PROTECTIONS, residents.SUPPRESSIONS, "atena_no")
    people = [
        replace(one, protection=protections.get(one.atena_no), suppressions=stops.get(one.atena_no, ())) for one in residents_in_order(connection)
    ]
    table = residents.HOUSEHOLDS
    rows = connection.execute(select(table.c.household_no, table.c.address).order_by(table.c.household_no))
    addresses = {row.household_no: row.address for row in rows}
    _, households = assembled(people, [addresses[one.household_no] for one in people])
    return residents_form.write(people, households)


def _koseki(connection: Connection) -> dict[str, str]:
    protections, stops = _of_files(connection, koseki.PROTECTIONS, koseki.SUPPRESSIONS, "person_no")

    def plain(person: Any) -> Any:
        return replace(person, protection=protections.get(person.person_no), suppressions=stops.get(person.person_no, ()))

    found, fuhyo = register_in_order(connection)
    members: list[tuple[KosekiPerson, ...]] = [tuple(map(plain, one.members)) for one in found]
    written = koseki_form.write(
        [replace(one, members=its) for one, its in zip(found, members, strict=True)],
        [replace(one, people=tuple(map(plain, one.people))) for one in fuhyo],
    )
    files = {"koseki.csv": written.koseki, "koseki_members.csv": written.members}
    return files | ({"koseki_fuhyo.csv": written.fuhyo} if written.fuhyo is not None else {})


def _of_files(connection: Connection, protected: Table, stopped: Table, person: str) -> Stops:
    """What the registers' own files brought, by the person's number; what was released here since is none of it."""
    protections = {
        getattr(row, person): residents.protection_value(row.level, row.since, row.until)
        for row in connection.execute(select(protected).where(protected.c.source == "file").order_by(protected.c[person]))
    }
    stops: dict[str, tuple[Suppression, ...]] = {}
    in_force = (stopped.c.source == "file") & stopped.c.released_at.is_(None)
    for row in connection.execute(select(stopped).where(in_force).order_by(stopped.c.number)):
        number = getattr(row, person)
        stops[number] = (*stops.get(number, ()), residents.suppression_value(row.since, row.until, row.household, row.reason))
    return protections, stops
