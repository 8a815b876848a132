"""Through the tenant's desk: old data stop issuing, a tax correction stops the year's paper also between choice and order, and a quarantined household gets nothing."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import Connection, insert

from bcl_cloud.desk import CloudDesk
from bcl_cloud.feeds.bars import bars
from bcl_cloud.feeds.fast_lane import Event, apply_again, take
from bcl_cloud.feeds.feed_terms import BadTerms, FeedTerms, decide
from bcl_cloud.feeds.tables import AGES, QUARANTINE
from bcl_cloud.joining.onboarding import Cloud
from bcl_cloud.tenancy.door import Tenancy
from certificates.entitlement import Declined
from certificates.sources import Sources
from messages.orders import ChoicesOffered, Issued
from registers.residents.tables import household_of, resident
from registers.tax.tables import load, records_of
from storage.instants import stamp
from tests.bcl_cloud.feeds.feeding import town
from tests.bcl_cloud.tenants import A
from tests.bcl_cloud.test_desk import cloud, desk, said
from tests.issuer.town import FATHER, NOW, ask, atena, order, populate

__all__ = ["cloud", "desk"]


def of_yesterday(connection: Connection) -> None:
    for register in ("residents", "koseki", "seal", "tax"):
        row = {"register": register, "as_of": stamp(NOW - timedelta(hours=20)), "sequence": 1, "revision": 1}
        connection.execute(insert(AGES).values(row))


async def test_data_older_than_the_tenant_allows_stop_the_choice_and_the_order(desk: CloudDesk, cloud: Cloud) -> None:
    store = cloud.tenancy.store(A)
    await store.write(of_yesterday)
    offered = await said(desk, ask(FATHER))
    assert isinstance(offered, ChoicesOffered)
    made = order("r0", FATHER, offered)
    assert isinstance(await said(desk, made), Issued)
    await store.write(decide, FeedTerms(max_age_hours={"residents": 12}), "clerk", NOW)
    assert await said(desk, ask(FATHER)) == "data_stale"
    assert await said(desk, msgspec.structs.replace(order("r1", FATHER, offered), request_id="r1")) == "data_stale"
    await store.write(decide, FeedTerms(max_age_hours={"residents": 24}), "clerk", NOW)
    assert isinstance(await said(desk, ask(FATHER)), ChoicesOffered)


async def test_a_household_in_quarantine_gets_nothing_though_the_choice_was_made_before(desk: CloudDesk, cloud: Cloud) -> None:
    offered = await said(desk, ask(FATHER))
    assert isinstance(offered, ChoicesOffered)

    def keep_out(connection: Connection) -> None:
        connection.execute(insert(QUARANTINE).values(register="residents", unit="somewhere", person=atena(FATHER), upload_no=1))

    await cloud.tenancy.store(A).write(keep_out)
    assert await said(desk, order("r1", FATHER, offered)) == "not_issuable"
    assert await said(desk, ask(FATHER)) == "not_issuable"


@pytest.mark.parametrize("hours", [{"residents": 0.0}, {"roads": 2.0}, {"tax": -1.0}])
async def test_terms_that_mean_nothing_are_not_taken(tenancy: Tenancy, hours: dict[str, float]) -> None:
    with pytest.raises(BadTerms):
        await tenancy.store(A).write(decide, FeedTerms(max_age_hours=hours), "clerk", NOW)


async def test_a_tax_correction_stops_the_years_paper_and_leaves_the_other_years(tenancy: Tenancy) -> None:
    store = tenancy.store(A)
    await store.write(populate)
    sample = town().tax[0]
    year = sample.year

    await store.write(load, [replace(sample, atena_no=atena(FATHER), year=of) for of in (year, year - 1)], now=NOW)
    event = Event(id="t1", kind="tax_correction", at=NOW, subject=f"{atena(FATHER)}/{year}")
    assert await store.write(take, event, NOW) == "applied"

    def look(connection: Connection, wanted: int | None) -> str | tuple[int, ...]:
        person = resident(connection, atena(FATHER))
        assert person is not None
        found = Sources(
            version="1", holder=person, household=household_of(connection, person.household_no), tax=records_of(connection, atena(FATHER))
        )
        answer = bars(connection, "kazei", found, wanted, NOW)
        return answer.code if isinstance(answer, Declined) else tuple(one.year for one in answer.tax)

    assert await store.read(look, year) == "not_issuable"
    assert await store.read(look, None) == "not_issuable"
    assert await store.read(look, year - 1) == (year - 1,)
    settled = Event(id="t2", kind="tax_settled", at=NOW + timedelta(minutes=1), subject=event.subject)
    assert await store.write(take, settled, NOW) == "applied"
    assert await store.read(look, year) == "not_issuable", "the figures that stand here are those from before the correction"
    await store.write(apply_again, {"tax": NOW + timedelta(minutes=1)}, NOW)
    assert await store.read(look, year) == "not_issuable"
    await store.write(apply_again, {"tax": NOW + timedelta(minutes=2)}, NOW)
    assert await store.read(look, None) == (year, year - 1)
