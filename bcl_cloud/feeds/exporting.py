"""The registers of a database written out as 連携用データ: what an own server's register systems would send, where they cannot.

Decides that only what files brought of stops and protections goes out again: what clerks set goes another way (`issuer.handover`), or the next file would seem to have lifted it.
"""

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, Table, select, union_all

from bcl_cloud.feeds.packing import Archive
from registers.koseki import csv_form as koseki_form
from registers.koseki import schema as koseki
from registers.koseki.fuhyo import Fuhyo, FuhyoPerson
from registers.koseki.koseki import Koseki, KosekiPerson
from registers.koseki.one_read import assembled as koseki_assembled
from registers.koseki.one_read import own
from registers.residents import csv_form as residents_form
from registers.residents import schema as residents
from registers.residents.households import assembled
from registers.residents.resident import Protection, Suppression
from registers.residents.tables import residents_in_order
from registers.seal import csv_form as seal_form
from registers.seal.tables import seals_in_order
from registers.tax import csv_form as tax_form
from registers.tax import outsider_form
from registers.tax import schema as taxes
from registers.tax.outsiders import outsiders_in_order
from registers.tax.record import TaxRecord

P = TypeVar("P", KosekiPerson, FuhyoPerson)
PIECE = 1000
"""How many 戸籍 or tax records are held at once."""
Stops = tuple[dict[str, Protection], dict[str, tuple[Suppression, ...]]]


def export(connection: Connection, registers: Iterable[str], tenant: str, sequence: int, as_of: datetime) -> bytes:
    """A full upload for `tenant` of these registers as they stand here. One read; in memory stand the archive, packed, and of the registers the residents or a piece of another."""
    out, chosen = io.BytesIO(), set(registers)
    archive = Archive(out)
    if "residents" in chosen:
        archive.add("residents.csv", (_residents(connection),))
    if "koseki" in chosen:
        for name, pieces in _koseki(connection).items():
            archive.add(name, pieces)
    if "seal" in chosen:
        archive.add("seal.csv", (seal_form.write(seals_in_order(connection)),))
    if "tax" in chosen:
        archive.add("tax.csv", _joined(map(tax_form.write, _taxes(connection))))
        outsiders = outsiders_in_order(connection)
        if outsiders:
            archive.add("outsiders.csv", (outsider_form.write(outsiders),))
    archive.close(tenant, sequence, as_of, None)
    return out.getvalue()


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


def _koseki(connection: Connection) -> dict[str, list[str]]:
    """The files of the register, in pieces. They are written side by side and can only go one after another into an archive: their texts stand in memory until then, what they are made of does not."""
    stops = _of_files(connection, koseki.PROTECTIONS, koseki.SUPPRESSIONS, "person_no")
    files: dict[str, list[str]] = {}
    for found in _pieces(connection):
        written = koseki_form.write(
            [replace(one, members=_plain(one.members, stops)) for one, _ in found],
            [replace(one, people=_plain(one.people, stops)) for _, one in found if one is not None],
        )
        for name, text in (("koseki.csv", written.koseki), ("koseki_members.csv", written.members), ("koseki_fuhyo.csv", written.fuhyo)):
            if text is not None:
                pieces = files.setdefault(name, [])
                pieces.append(_without_header(text) if pieces else text)
    return files


def _pieces(connection: Connection) -> Iterator[list[tuple[Koseki, Fuhyo | None]]]:
    """Every 戸籍 with its 附票 in the order in which they were loaded, `PIECE` at once; one piece at least, which may be empty."""
    table = koseki.KOSEKI
    numbers = connection.execute(select(table.c.koseki_no).where(koseki.COUNTED).order_by(table.c.place, table.c.koseki_no)).scalars().all()
    for first in range(0, max(1, len(numbers)), PIECE):
        these = numbers[first : first + PIECE]
        found = koseki_assembled(connection.execute(union_all(*own(lambda column, these=these: column.in_(these)))))  # type: ignore[misc]
        yield [(one, fuhyo) for one, fuhyo, _ in found]


def _plain(people: Iterable[P], stops: Stops) -> tuple[P, ...]:
    """These people with what files brought of protections and stops, and nothing else."""
    protections, suppressions = stops
    return tuple(replace(one, protection=protections.get(one.person_no), suppressions=suppressions.get(one.person_no, ())) for one in people)


def _taxes(connection: Connection) -> Iterator[list[TaxRecord]]:
    """Every tax record by year and 宛名番号, `PIECE` at once; one piece at least, which may be empty."""
    query = select(taxes.RECORDS).where(taxes.COUNTED).order_by(taxes.RECORDS.c.year, taxes.RECORDS.c.atena_no)
    began = False
    for part in connection.execute(query, execution_options={"yield_per": PIECE}).partitions():
        began = True
        yield [taxes.record_value(row) for row in part]
    if not began:
        yield []


def _joined(texts: Iterable[str]) -> Iterator[str]:
    """Pieces of one file, each of which was written with the header: it stands once."""
    for number, text in enumerate(texts):
        yield _without_header(text) if number else text


def _without_header(text: str) -> str:
    return text.partition("\r\n")[2]


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
