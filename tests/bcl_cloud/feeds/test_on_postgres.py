"""Uploads and events on a tenant's rows in PostgreSQL (where one is installed): as on a file, and nothing of it at the neighbour's."""

from datetime import date, timedelta
from itertools import count as numbers
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bcl_cloud.feeds.fast_lane import Event, take
from bcl_cloud.feeds.feed_terms import FeedTerms, decide
from bcl_cloud.feeds.packing import pack
from bcl_cloud.feeds.turns import has_turn, wait_for_turn
from bcl_cloud.tenancy.door import Tenancy
from bcl_cloud.tenancy.roles import PREFIX, SCHEMA, TenantRoles
from registers.residents.tables import resident, residents_in_order
from registers.tax.outsiders import outsiders_in_order
from storage.sqlite import SqliteStore
from tests.bcl_cloud.feeds.feeding import AS_OF, NOW, changed_town, everything, healthy, send, spoiled, town
from tests.bcl_cloud.tenants import A, B
from tests.issuer.test_referring import OUTSIDER
from tests.postgres_server import Server

_DATABASES = numbers(1)


async def test_uploads_and_events_end_as_on_a_file(postgres: Server, tmp_path: Path, store: SqliteStore) -> None:
    for code in (A, B):
        (tmp_path / code).mkdir()
        (tmp_path / code / "database.password").write_text("secret")
    door = Tenancy(TenantRoles(postgres.new_database(f"feeds_{next(_DATABASES)}"), tmp_path), sole=True)
    try:
        for code in (A, B):
            await door.create(code)
        tenant = door.store(A)
        left_out = next(person for person in changed_town().residents if person.household_no == town().households[2].household_no)
        line = 2 + changed_town().residents.index(left_out)
        event = Event(id="e", kind="leaving", at=NOW - timedelta(minutes=1), subject=healthy().atena_no, on=date(2026, 12, 1))
        for one in (tenant, store):
            assert (await send(one, pack(town(), A, 1, AS_OF, outsiders=(OUTSIDER,)), A)).outcome == "applied"
            assert await one.write(take, event, NOW) == "applied"
            assert await one.write(take, protected(event, OUTSIDER.atena_no), NOW) == "applied"
            await one.write(decide, FeedTerms(quarantine=True), "clerk", NOW)
            report = await send(one, spoiled(changed_town(), "residents.csv", line, left_out.birth, "x", 2, tenant=A), A)
            assert report.outcome == "applied" and report.left_out["residents"] == (left_out.household_no,), report
            found = await one.read(resident, healthy().atena_no)
            assert found is not None and found.standing == "leaving"
        assert await everything(tenant) == await everything(store)  # type: ignore[arg-type]
        assert await tenant.read(outsiders_in_order) == await store.read(outsiders_in_order)
        assert await door.store(B).read(residents_in_order) == ()
    finally:
        await door.close()


def protected(event: Event, subject: str) -> Event:
    return Event(id="o", kind="protect", at=event.at, subject=subject)


async def test_a_switch_begins_when_no_event_of_its_tenant_is_being_taken_and_waits_for_no_neighbour(postgres: Server, tmp_path: Path) -> None:
    for code in (A, B):
        (tmp_path / code).mkdir()
        (tmp_path / code / "database.password").write_text("secret")
    url = postgres.new_database(f"feeds_{next(_DATABASES)}")
    serving, uploading = (Tenancy(TenantRoles(url, tmp_path), sole=sole) for sole in (True, False))
    try:
        for code in (A, B):
            await serving.create(code)
        taking = create_async_engine(
            make_url(url).set(username=PREFIX + A, password="secret"), connect_args={"server_settings": {"search_path": SCHEMA}}
        )
        async with taking.connect() as event:
            await event.run_sync(wait_for_turn)
            assert not await uploading.store(A).write(has_turn)
            assert await uploading.store(B).write(has_turn)
            await event.commit()
        assert await uploading.store(A).write(has_turn)
        await taking.dispose()
    finally:
        await uploading.close()
        await serving.close()
