"""A whole move with the cloud on PostgreSQL: own server to tenant and back by command, each tenant's role seeing its own rows alone; and a refused hand-over that leaves nothing."""

import asyncio
import json
import zipfile
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
from sqlalchemy import Connection, text

from bcl_cloud.tenancy.door import Tenancy
from bcl_cloud.tenancy.roles import TenantRoles
from bcl_cloud.tenancy.tables import METADATAS
from certificates.kinds import KINDS
from issuer.handover import Use, gather
from issuer.handover_file import HandoverRefused, packed
from issuer.taking_over import Rehearsed, rehearse, take_over, take_over_checked
from issuer.uses import applications, give_back
from registers.residents import changes as resident_changes
from registers.residents.resident import Protection
from tests.bcl_cloud.tenants import A, B
from tests.bcl_cloud.test_commands import bcl, config, served
from tests.bcl_cloud.test_handover_commands import WHO, inventory, journalled, municipal, own
from tests.issuer.books import fill_all, person_no
from tests.issuer.test_taking_over import WAITING, at_the_desk
from tests.issuer.town import CHILD, FATHER, MUNICIPALITY, NOW, atena, populate

__all__ = ["config", "own", "served"]
T = TypeVar("T")
TABLES = tuple(sorted(table.name for metadata in METADATAS for table in metadata.tables.values()))


@pytest.fixture
def joined(served: Path) -> Path:
    """The municipality as a tenant, and a neighbour with the same people and the same things set at its desk."""
    folder = served.parent
    signer = ("--authority", folder / "root.pem", "--authority-key", folder / "root.key")
    assert bcl(served, "onboard", "--description", folder / "town.json", *signer, "--who", "op").status == 0
    (folder / "keys" / B).mkdir()
    (folder / "keys" / B / "database.password").write_text("secret", encoding="ascii")

    at_the_door(served, neighbour)
    return served


async def neighbour(door: Tenancy) -> None:
    store = await door.create(B)
    for step in (populate, fill_all, at_the_desk):
        await store.write(step)


@pytest.fixture
def two(served: Path) -> Path:
    """The two tenants' rows, without anything around them; the municipality's are empty."""
    for code in (A, B):
        (served.parent / "keys" / code).mkdir(exist_ok=True)
        (served.parent / "keys" / code / "database.password").write_text("secret", encoding="ascii")

    async def made(door: Tenancy) -> None:
        await door.create(A)
        await neighbour(door)

    at_the_door(served, made)
    return served


def at_the_door(joined: Path, work: Callable[[Tenancy], Awaitable[T]]) -> T:
    """What `work` makes of the tenants' rows, each under its own role."""

    async def worked() -> T:
        door = Tenancy(TenantRoles(json.loads(joined.read_text(encoding="utf-8"))["tenants"], joined.parent / "keys"), sole=True)
        try:
            return await work(door)
        finally:
            await door.close()

    return asyncio.run(worked())


def everything(connection: Connection) -> dict[str, list[str]]:
    """Every row that the role of this connection sees, by table."""
    return {table: sorted(map(str, connection.execute(text(f"SELECT * FROM {table}")).all())) for table in TABLES}


def rows_of(joined: Path, code: str) -> dict[str, list[str]]:
    return at_the_door(joined, lambda door: door.store(code).read(everything))


def test_a_municipality_moves_to_postgresql_and_back_and_its_neighbour_neither_sees_nor_hears_of_it(joined: Path, own: Path) -> None:
    folder, tenant = joined.parent, ("--tenant", A)
    handed, data, neighbours = folder / "handed.zip", folder / "data.zip", rows_of(joined, B)
    assert municipal(own, "handover", "--out", handed, "--data", data).status == 0
    before = rows_of(joined, A)
    early = bcl(joined, "takeover", *tenant, *WHO, "--archive", handed)
    assert (early.status, early.answer["error"]) == (1, "unknown_people")
    assert rows_of(joined, A) == before, "what was refused has left nothing"

    assert bcl(joined, "upload", *tenant, "--archive", data, "--who", "op").answer["outcome"] == "applied"
    done = bcl(joined, "takeover", *tenant, *WHO, "--archive", handed)
    assert (done.status, done.answer["outcome"]) == (0, "entered"), done.answer
    assert inventory(joined, None) == inventory(joined, own)
    assert bcl(joined, "takeover", *tenant, *WHO, "--archive", handed).answer["outcome"] == "repeated"
    entered = rows_of(joined, A)
    assert len(entered["handovers"]) == 1 and neighbours["handovers"] == [] and len(neighbours["residents"]) > 2

    at_the_door(joined, lambda door: door.store(A).write(afterwards))
    assert inventory(joined, None) != inventory(joined, own)
    back = folder / "back.zip"
    assert bcl(joined, "handover", *tenant, *WHO, "--out", back, "--data", folder / "back-data.zip").status == 0
    assert registers_in(folder / "back-data.zip") == registers_in(data), "what a clerk set is none of the registers' files"
    returned = municipal(own, "takeover", "--archive", back)
    assert returned.answer["written"] == {"applications": 1, "protections": 1, "stops": 2}, returned.answer
    assert inventory(joined, own) == inventory(joined, None)
    assert asyncio.run(journalled(joined, own)) == (["take_over", "take_over", "take_over", "hand_over"], ["hand_over", "take_over"])
    assert rows_of(joined, B) == neighbours


def registers_in(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as found:
        return {name: found.read(name) for name in found.namelist() if name.endswith(".csv")}


def afterwards(connection: Connection) -> None:
    """What the clerks of the tenant do: an application given back, a protection and a stop set, a stop released."""
    now = NOW + timedelta(hours=1)
    (waiting,) = applications(connection, decided=False, limit=9)
    assert waiting.serial == WAITING
    give_back(connection, waiting.application_id, "not_found", "見当たらない", "戸籍 花子", now)
    resident_changes.set_protection(connection, atena(CHILD), Protection("support", date(2026, 11, 20), None), now=now)
    resident_changes.suppress(connection, atena(CHILD), since=now.date(), until=None, household=False, reason="紛失", now=now)
    (mine,) = [one for one in resident_changes.stops_of(connection, atena(FATHER)) if one.stop.household]
    resident_changes.release(connection, mine.number, now=now)


def test_what_is_refused_half_way_or_only_rehearsed_leaves_nothing_on_postgresql(two: Path) -> None:
    """Half-way: of two 利用登録 the first went in already when the second contradicts one that stands here."""

    async def tried(door: Tenancy) -> None:
        former, here = door.store(B), door.store(A)
        await here.write(lambda connection: [step(connection) for step in (populate, fill_all)])
        handover = msgspec.structs.replace(await former.read(gather, MUNICIPALITY, "みほん市", tuple(KINDS), NOW), municipality=A)
        given: tuple[Any, ...] = (A, "Ａ", "移行 担当")
        before = await here.read(everything)
        with pytest.raises(Rehearsed) as done:
            await here.write(rehearse, handover, packed(handover)[1], *given, NOW, lambda _: False)
        assert done.value.outcome.written["stops"] == 2 and await here.read(everything) == before
        with pytest.raises(HandoverRefused, match="unchecked"):
            await here.write(take_over_checked, handover, packed(handover)[1], *given, "", NOW)
        ended = Use("ce0077", person_no(FATHER), date(2025, 1, 1), date(2025, 6, 1))
        live = next(one for one in handover.uses if one.until is None)
        await here.write(bound, msgspec.structs.replace(live, serial="ce0078", since=date(2020, 1, 1)))
        before = await here.read(everything)
        with pytest.raises(HandoverRefused, match="contradicted"):
            await here.write(take_over, msgspec.structs.replace(handover, uses=(ended, live)), "d" * 64, *given, "", NOW)
        assert await here.read(everything) == before

    at_the_door(two, tried)


def bound(connection: Connection, use: Use) -> None:
    statement = "INSERT INTO koseki_usage_registrations (serial, person_no, since) VALUES (:serial, :person_no, :since)"
    connection.execute(text("DELETE FROM koseki_usage_registrations WHERE person_no = :person_no"), {"person_no": use.person_no})
    connection.execute(text(statement), {"serial": use.serial, "person_no": use.person_no, "since": use.since.isoformat()})
