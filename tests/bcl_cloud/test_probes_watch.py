"""When tenants are looked at: before they are served, after every upload before the next answer, and in turn for ever; nothing is handed out once a leak was found."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert

from bcl_cloud.config import Probes
from bcl_cloud.desk import CloudDesk
from bcl_cloud.fair_share import FairShare
from bcl_cloud.feeds.tables import UPLOADS
from bcl_cloud.joining.onboarding import Cloud
from bcl_cloud.tenants.canaries_planted import canaries, plant
from bcl_cloud.tenants.entries import find
from bcl_cloud.tenants.probes_recorded import last_probe
from messages.orders import ChoicesOffered, IssueOrder, OfferChoices, TellOutcome
from messages.wire import Message
from storage.instants import stamp
from tests.bcl_cloud.tenants import A, B, C
from tests.bcl_cloud.watched import CODES, HOUR, canary, cloud_in, copied, number_in, serving_of, watched
from tests.issuer.town import FATHER, NOW, ask, order, serial
from trust.parties import Peer


@pytest.fixture
async def cloud(tmp_path: Path) -> AsyncIterator[Cloud]:
    async with cloud_in(copied(tmp_path)) as opened:
        yield opened


def of_town(code: str) -> OfferChoices:
    return msgspec.structs.replace(ask(FATHER), municipality=code, serial=serial(number_in(code, FATHER)))


def uploaded(connection: Any, sequence: int) -> None:
    row = {"sequence": sequence, "digest": "", "kind": "full", "as_of": stamp(NOW), "state": "applied", "begun_at": stamp(NOW)}
    connection.execute(insert(UPLOADS).values(row))


async def test_nothing_is_served_before_a_probe_has_passed_and_those_who_wait_wait_for_one(cloud: Cloud) -> None:
    room = watched(cloud)
    answers = await asyncio.gather(*(room.said(of_town(A)) for _ in range(5)))
    assert {type(one) for one in answers} == {ChoicesOffered}
    assert room.metric("konbini_bcl_probes_total", outcome="passed") == 1
    await room.said(of_town(A))
    assert room.metric("konbini_bcl_probes_total", outcome="passed") == 1


async def test_a_tenant_whose_first_probe_cannot_be_carried_out_is_not_available_and_is_tried_again_after_a_while(cloud: Cloud) -> None:
    room = watched(cloud, settings=Probes(again_seconds=5.0, failures_max=9, probe_seconds=HOUR))
    await cloud.tenancy.store(A).write(lambda connection: connection.exec_driver_sql("DELETE FROM residents WHERE place <= 0"))
    assert [await room.said(of_town(A)) for _ in range(4)] == ["issuer_unavailable"] * 4
    assert room.metric("konbini_bcl_probes_total", outcome="failed") == 1
    await cloud.tenancy.store(A).write(plant, await canary(cloud, A), "見本県みほん市架空一丁目", NOW)
    assert await room.said(of_town(A)) == "issuer_unavailable"
    room.clock[0] = NOW + timedelta(seconds=6)
    assert isinstance(await room.said(of_town(A)), ChoicesOffered)
    assert isinstance(await room.said(of_town(B)), ChoicesOffered)


async def test_after_an_upload_the_next_answer_waits_for_a_probe_and_is_none_where_it_leaks(cloud: Cloud) -> None:
    room = watched(cloud)
    assert isinstance(await room.said(of_town(A)), ChoicesOffered)
    await cloud.tenancy.store(A).write(uploaded, 1)
    assert isinstance(await room.said(of_town(A)), ChoicesOffered)
    assert room.metric("konbini_bcl_probes_total", outcome="passed") == 2
    await cloud.tenancy.store(A).write(plant, await canary(cloud, C), "見本県みほん市一丁目", NOW)
    await cloud.tenancy.store(A).write(uploaded, 2)
    assert await room.said(of_town(A)) == "stopped_now"
    assert await room.said(of_town(C)) == "stopped_now"
    assert isinstance(await room.said(of_town(B)), ChoicesOffered)


class SlowDesk(CloudDesk):
    """Holds a finished paper until it is told to let go."""

    def __init__(self, serving: Any, share: FairShare) -> None:
        super().__init__(serving, share)
        self.made, self.let_go = asyncio.Event(), asyncio.Event()

    async def answer(self, message: Message, peer: Peer, now: datetime) -> Message:
        reply = await super().answer(message, peer, now)
        if isinstance(message, IssueOrder) and message.request_id == "r1":
            self.made.set()
            await self.let_go.wait()
        return reply


async def test_a_paper_that_was_being_made_when_a_leak_was_found_is_not_handed_out_and_nothing_more_is_written(cloud: Cloud) -> None:
    slow = SlowDesk(serving_of(cloud), FairShare(64, 32, 64))
    room = watched(cloud, lambda _: slow)
    offered = await room.said(of_town(A))
    assert isinstance(offered, ChoicesOffered)
    mine = msgspec.structs.replace(order("r1", FATHER, offered), serial=serial(number_in(A, FATHER)))
    making = asyncio.ensure_future(room.said(mine))
    await slow.made.wait()
    await cloud.tenancy.store(A).write(plant, await canary(cloud, B), "見本県みほん市一丁目", NOW)
    await room.watch.look(A)
    slow.let_go.set()
    assert await making == "stopped_now"
    told = TellOutcome(issuance_id="r1-1", request_id="r1", municipality=A, outcome="void", at=NOW)
    assert await room.said(told) == "stopped_now"


async def test_the_watch_goes_round_all_tenants_for_ever(cloud: Cloud) -> None:
    room = watched(cloud, settings=Probes(turn_seconds=0.001, probe_seconds=HOUR))
    watching = asyncio.create_task(room.watch.keep_watch())
    async with asyncio.timeout(600):
        while room.metric("konbini_bcl_probes_total", outcome="passed") < 2 * len(CODES):
            await asyncio.sleep(0.01)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    for code in CODES:
        probed = await cloud.database.read(last_probe, code)
        assert probed is not None and probed.outcome == "passed"


async def test_a_tenant_that_joined_before_there_were_canaries_gets_its_own_at_the_first_probe(cloud: Cloud) -> None:
    await cloud.database.write(lambda connection: connection.exec_driver_sql("DELETE FROM canaries WHERE code = ?", (A,)))
    for statement in ("DELETE FROM residents WHERE place <= 0", "DELETE FROM resident_households WHERE household_no LIKE '9998%'"):
        await cloud.tenancy.store(A).write(lambda connection, statement=statement: connection.exec_driver_sql(statement))
    room = watched(cloud)
    assert isinstance(await room.said(of_town(A)), ChoicesOffered)
    assert {one.code for one in await cloud.database.read(canaries)} == set(CODES)
    assert (await room.watch.look(B)).outcome == "passed"


async def test_a_tenant_that_issues_nothing_is_not_looked_at_for_a_message(cloud: Cloud) -> None:
    await cloud.database.write(lambda connection: connection.exec_driver_sql("UPDATE tenants SET state = 'preparing' WHERE code = ?", (A,)))
    room = watched(cloud)
    assert await room.said(of_town(A)) == "municipality_unknown"
    assert await room.said(msgspec.structs.replace(ask(FATHER), municipality="990043")) == "municipality_unknown"
    assert room.metric("konbini_bcl_probes_total", outcome="passed") == 0
    tenant = await cloud.database.read(find, A)
    assert tenant is not None and tenant.state == "preparing"
