"""A small town, its database, and uploads into it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from bcl_cloud.feeds.packing import ALL, _files, sealed
from bcl_cloud.feeds.uploading import UploadReport, upload
from registers.koseki.tables import register_in_order
from registers.population import Population, generate
from registers.residents.resident import Resident
from registers.residents.tables import residents_in_order
from registers.seal.carving import carve
from registers.seal.tables import seals_in_order
from registers.tax.tables import records_in_order
from storage.instants import JST
from storage.sqlite import SqliteStore
from tests.registers.seal.seals import FONTS

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=JST)
AS_OF = NOW - timedelta(hours=8)
TENANT = "992011"


@cache
def town() -> Population:
    return generate(3, 60, date(2026, 11, 23), carve=lambda carved, chance: carve(carved, chance, FONTS))


async def send(store: Any, archive: bytes, tenant: str = TENANT, registers: Sequence[str] = ALL) -> UploadReport:
    return await upload(store, archive, tenant, registers, lambda: NOW)


async def everything(store: SqliteStore) -> Any:
    people = {person.atena_no: person for person in await store.read(residents_in_order)}
    koseki, fuhyo = await store.read(register_in_order)
    return (
        people,
        {one.koseki_no: replace(one, version="") for one in koseki},
        {one.koseki_no: replace(one, version="") for one in fuhyo},
        {one.registration_no: replace(one, version="") for one in await store.read(seals_in_order)},
        {(one.atena_no, one.year): replace(one, version="") for one in await store.read(records_in_order)},
    )


def healthy() -> Resident:
    return town().residents[0]


def changed_town() -> Population:
    """Somebody in one household came from another address, one household is gone with its seals and records."""
    first = healthy()
    last = town().households[-1].household_no
    went = {person.atena_no for person in town().residents if person.household_no == last}
    residents = tuple(
        replace(person, previous_address="例示県ためし市栄町９番地") if person.atena_no == first.atena_no else person
        for person in town().residents
        if person.household_no != last
    )
    return replace(
        town(),
        residents=residents,
        households=tuple(one for one in town().households if one.household_no != last),
        seals=tuple(seal for seal in town().seals if seal.atena_no not in went),
        tax=tuple(record for record in town().tax if record.atena_no not in went),
    )


def spoiled(population: Population, name: str, line: int, old: str, new: str, sequence: int, hours: float = 1, tenant: str = TENANT) -> bytes:
    """A full upload with one text of one line (as files number them) changed."""
    files = _files(population, ALL)
    lines = files[name].split("\r\n")
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new)
    files[name] = "\r\n".join(lines)
    return sealed(files, tenant, sequence, AS_OF + timedelta(hours=hours), None)
