"""The door to the tenants' rows, on files: one tenant's store is that tenant's, whatever lies under its name."""

import asyncio
from pathlib import Path
from shutil import copyfile

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from bcl_cloud.tenancy.door import ForeignRows, NoSuchTenant, NoTenantCode, Tenancy
from bcl_cloud.tenancy.files import TenantFiles
from bcl_cloud.tenancy.tables import METADATAS
from registers.residents.tables import residents_in_order
from storage.sqlite import AlreadyServed
from storage.store import StoreFailed
from tests.bcl_cloud.tenants import A, B, C
from tests.issuer.town import PEOPLE, populate


def raw(connection: Connection, statement: str) -> None:
    connection.execute(text(statement))


def tenants_in(connection: Connection, table: str) -> list[str]:
    return list(connection.execute(text(f"SELECT DISTINCT tenant FROM {table} ORDER BY tenant")).scalars())


async def test_what_the_registers_write_belongs_to_the_tenant_without_their_knowing(tenancy: Tenancy) -> None:
    await tenancy.store(A).write(populate)
    assert len(await tenancy.store(A).read(residents_in_order)) == len(PEOPLE)
    assert await tenancy.store(B).read(residents_in_order) == ()
    assert await tenancy.store(A).read(tenants_in, "residents") == [A]


@pytest.mark.parametrize("table", [table.name for metadata in METADATAS for table in metadata.sorted_tables] + ["tenant_marker"])
async def test_no_table_takes_a_row_for_another_tenant(tenancy: Tenancy, table: str) -> None:
    def columns(connection: Connection) -> list[str]:
        return [row[1] for row in connection.execute(text(f"PRAGMA table_info({table})")) if row[1] != "tenant"]

    named = await tenancy.store(A).read(columns)
    values = ", ".join(["'1'"] * len(named) + [f"'{B}'"])
    with pytest.raises(IntegrityError, match="CHECK"):
        await tenancy.store(A).write(raw, f"INSERT INTO {table} ({', '.join([*named, 'tenant'])}) VALUES ({values})")


async def test_a_row_cannot_be_given_to_another_tenant(tenancy: Tenancy) -> None:
    await tenancy.store(A).write(populate)
    with pytest.raises(IntegrityError, match="CHECK"):
        await tenancy.store(A).write(raw, f"UPDATE residents SET tenant = '{B}'")


async def test_a_file_copied_or_swapped_under_another_tenants_name_is_refused(tenancy: Tenancy, folder: Path) -> None:
    await tenancy.store(A).write(populate)
    await tenancy.store(A).close()
    copyfile(folder / f"{A}.db", folder / f"{B}.db")
    with pytest.raises(ForeignRows, match=f"kept for {B} is marked {A}"):
        await tenancy.store(B).read(residents_in_order)
    with pytest.raises(ForeignRows):
        await tenancy.create(B)
    assert len(await tenancy.store(A).read(residents_in_order)) == len(PEOPLE)


@pytest.mark.parametrize(
    "forgery", [f"UPDATE tenant_marker SET tenant = '{B}'", "DELETE FROM tenant_marker"], ids=["the marker rewritten", "the marker taken out"]
)
async def test_a_marker_alone_does_not_make_a_file_anothers(tenancy: Tenancy, folder: Path, forgery: str) -> None:
    async def forge() -> None:
        await tenancy.store(A).write(raw, "PRAGMA ignore_check_constraints = ON")
        await tenancy.store(A).write(raw, forgery)

    await forge()
    await tenancy.store(A).close()
    copyfile(folder / f"{A}.db", folder / f"{B}.db")
    for code in (A, B):
        with pytest.raises(ForeignRows):
            await tenancy.store(code).read(residents_in_order)


async def test_tables_made_for_nobody_are_refused(tenancy: Tenancy) -> None:
    await tenancy.store(A).write(raw, "DROP TABLE issue_papers")
    await tenancy.store(A).write(raw, "CREATE TABLE issue_papers (issuance_id VARCHAR(64) PRIMARY KEY)")
    await tenancy.store(A).close()
    with pytest.raises(ForeignRows, match="issue_papers"):
        await tenancy.store(A).read(residents_in_order)


async def test_an_unknown_tenant_has_no_store_and_asking_makes_none(tenancy: Tenancy, folder: Path) -> None:
    with pytest.raises(NoSuchTenant):
        await tenancy.store(C).read(residents_in_order)
    assert sorted(file.name for file in folder.glob("*.db")) == [f"{A}.db", f"{B}.db"]


@pytest.mark.parametrize("code", ["", "990028", "99002", "../990027", "９９００２７", "990027\n", "990027'; DROP TABLE residents; --"])
async def test_only_a_municipalitys_code_names_a_tenant(tenancy: Tenancy, code: str) -> None:
    with pytest.raises(NoTenantCode):
        tenancy.store(code)
    with pytest.raises(NoTenantCode):
        await tenancy.create(code)


async def test_creating_a_tenant_again_keeps_its_rows(tenancy: Tenancy) -> None:
    await tenancy.store(A).write(populate)
    await tenancy.store(A).close()
    assert len(await (await tenancy.create(A)).read(residents_in_order)) == len(PEOPLE)


async def test_a_bounded_number_is_open_and_the_longest_idle_goes_first(folder: Path) -> None:
    door = Tenancy(TenantFiles(folder), sole=True, open_max=2)
    stores = {code: await door.create(code) for code in (A, B, C)}
    for code in (A, B, A, C):
        await stores[code].read(residents_in_order)
    assert door.open_now() == (A, C)
    await stores[B].read(residents_in_order)
    assert door.open_now() == (C, B)
    await door.close()


async def test_many_at_once_in_more_tenants_than_may_be_open_are_all_served(folder: Path) -> None:
    door = Tenancy(TenantFiles(folder), sole=True, open_max=1)
    stores = [await door.create(code) for code in (A, B, C)]
    for store in stores:
        await store.write(populate)
    read = await asyncio.gather(*(store.read(residents_in_order) for _ in range(8) for store in stores))
    assert {len(people) for people in read} == {len(PEOPLE)}
    await door.close()


async def test_whoever_gives_up_while_a_database_opens_leaves_it_usable(tenancy: Tenancy) -> None:
    impatient = asyncio.ensure_future(tenancy.store(A).read(residents_in_order))
    await asyncio.sleep(0)
    impatient.cancel()
    await asyncio.gather(impatient, return_exceptions=True)
    assert await tenancy.store(A).read(residents_in_order) == ()


async def test_on_files_a_second_serving_process_is_refused(tenancy: Tenancy, folder: Path) -> None:
    await tenancy.store(A).read(residents_in_order)
    second = Tenancy(TenantFiles(folder), sole=True)
    with pytest.raises(AlreadyServed):
        await second.store(A).read(residents_in_order)
    await second.close()
    command = Tenancy(TenantFiles(folder), sole=False)
    assert await command.store(A).read(residents_in_order) == ()
    await command.close()


async def test_after_closing_nothing_is_read_or_written(tenancy: Tenancy) -> None:
    store = tenancy.store(A)
    await store.write(populate)
    await tenancy.close()
    with pytest.raises(StoreFailed):
        await store.read(residents_in_order)
