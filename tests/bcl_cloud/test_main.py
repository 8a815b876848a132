"""`konbini serve bcl` as a process: on files and on PostgreSQL, over TLS, for two tenants; and its end in the middle of an issuance."""

import asyncio
import signal
import sqlite3
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count
from pathlib import Path

import aiohttp
import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bcl_cloud.joining import onboarding
from bcl_cloud.joining.opening import close_cloud, open_cloud
from bcl_cloud.tenancy.key_folders import KeyFolders
from certificates.back.code import verify_code
from issuer.build import topology
from messages.configuration import ConfigInvalid
from messages.orders import ChoicesOffered, Issued
from messages.refusals import Refusal
from tests.bcl_cloud.service import Service
from tests.bcl_cloud.tenants import A, B
from tests.bcl_cloud.test_desk import ONLY_B
from tests.issuer.town import FATHER, ask, drawn_text, order
from tests.postgres_server import Server

Release = Callable[[], Awaitable[None]]
_DATABASES = count(1)


class Held:
    """A service, and how a tenant's series of numbers is held so that an issuance waits in its middle."""

    def __init__(self, service: Service, kind: str, hold: Callable[[], Awaitable[Release]]) -> None:
        self.service, self.kind, self.hold = service, kind, hold


@pytest.fixture(params=["sqlite", "postgresql"])
async def held(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Held]:
    if request.param == "sqlite":
        service = Service(tmp_path)

        async def hold() -> Release:
            lock = sqlite3.connect(tmp_path / "tenants" / f"{A}.db", isolation_level=None)
            lock.execute("BEGIN IMMEDIATE")

            async def release() -> None:
                lock.execute("ROLLBACK")
                lock.close()

            return release
    else:
        server: Server = request.getfixturevalue("postgres")
        name = f"served_{next(_DATABASES)}"
        url = server.new_database(name)
        service = Service(tmp_path, database=url, tenants=url)

        async def hold() -> Release:
            engine = create_async_engine(server.url(name).replace("owner@", "root@"))
            connection = await engine.connect()
            await connection.execute(text("LOCK TABLE bcl.issue_number_series IN ACCESS EXCLUSIVE MODE"))

            async def release() -> None:
                await connection.rollback()
                await connection.close()
                await engine.dispose()

            return release

    await service.prepare()
    await service.start()
    yield Held(service, request.param, hold)
    service.end()


async def offered(service: Service, code: str, number: int) -> ChoicesOffered:
    center = service.link("center")
    try:
        reply = await center.ask(msgspec.structs.replace(ask(number), municipality=code))
    finally:
        await center.close()
    assert isinstance(reply, ChoicesOffered), reply
    return reply


async def test_two_tenants_are_served_over_tls_and_an_issuance_outlives_the_end(held: Held) -> None:
    service = held.service
    with pytest.raises((aiohttp.ClientError, ssl.SSLError)):
        await without_a_certificate(service)
    kiosk, center = service.link("kiosk"), service.link("center")
    try:
        refused = await kiosk.ask(ask(FATHER))
        assert isinstance(refused, Refusal) and refused.code == "role_not_admitted"
        for code, number, name, mayor in ((A, FATHER, "見本　太郎", "見本県みほん市長"), (B, ONLY_B, "隣　町子", "見本県となり市長")):
            wanted = msgspec.structs.replace(order(f"r-{code}", number, await offered(service, code, number)), municipality=code)
            issued = await center.ask(wanted)
            assert isinstance(issued, Issued), issued
            text_of_paper = drawn_text(issued.papers[0].face)
            assert name in text_of_paper and mayor in text_of_paper
            assert verify_code(issued.papers[0].codes[0], KeyFolders(service.loaded().keys).code_key(code)).number == issued.papers[0].number
            assert issued.declared.topology == topology(processes=1, press_workers=1, database=held.kind)
        if held.kind == "sqlite":
            second = service.started()
            said = (await asyncio.to_thread(second.communicate))[1].decode()
            assert second.returncode == 2 and "cloud.db is served by another process" in said and "Traceback" not in said
        await ended_in_the_middle(held)
    finally:
        await kiosk.close()
        await center.close()


@pytest.mark.sweep
async def test_two_processes_serve_the_same_tenants_and_give_no_number_twice(postgres: Server, tmp_path: Path) -> None:
    url = postgres.new_database(f"served_{next(_DATABASES)}")
    first = Service(tmp_path, database=url, tenants=url, processes=2, press_workers=0)
    await first.prepare()
    second = first.beside()
    links = []
    try:
        for service in (first, second):
            await service.start()
            links.append(service.link("center"))
        choices = await offered(first, A, FATHER)

        async def issued(turn: int) -> Issued:
            wanted = order(f"many-{turn}", FATHER, choices)
            while isinstance(reply := await links[turn % 2].ask(wanted), Refusal):
                assert reply.code == "busy", reply  # met the other process too often: the same order again, under its id
            assert isinstance(reply, Issued), reply
            return reply

        found = await asyncio.gather(*(issued(turn) for turn in range(24)))
        assert {one.declared.topology for one in found} == {topology(processes=2, press_workers=0, database="postgresql")}
        assert sorted(one.papers[0].number for one in found) == sorted({f"{found[0].papers[0].number[:-6]}{number:06d}" for number in range(1, 25)})

        cloud = await open_cloud(first.loaded(), sole=False)
        await cloud.database.write(onboarding.set_closed, A, "op", "点検", first.now)
        await close_cloud(cloud)
        for link in links:
            refused = await link.ask(ask(FATHER))
            assert isinstance(refused, Refusal) and refused.code == "stopped_now"
    finally:
        for link in links:
            await link.close()
        first.end()
        second.end()


async def ended_in_the_middle(held: Held) -> None:
    """The process is told to end while an order waits for its numbers: the paper comes, and then the process ends in order."""
    service, center = held.service, held.service.link("center")
    wanted = order("r-last", FATHER, await offered(service, A, FATHER))
    (service.folder / "points" / "record").touch()
    release = await held.hold()
    try:
        last = asyncio.ensure_future(center.ask(wanted, 600))
        await service.reached("serve:IssueOrder:before")
        assert service.process is not None
        service.process.send_signal(signal.SIGTERM)
        await service.closing()
        assert not last.done()
    finally:
        await release()
    issued = await last
    assert isinstance(issued, Issued) and issued.papers[0].number.endswith("みほん市 000002")
    await center.close()
    assert await asyncio.to_thread(service.process.wait, 120) == 0


async def without_a_certificate(service: Service) -> None:
    context = ssl.create_default_context(cafile=str(service.folder / "ca.pem"))
    async with aiohttp.ClientSession() as session:
        url = f"https://127.0.0.1:{service.door}/openapi.json"
        async with session.get(url, ssl=context, server_hostname="localhost") as answer:
            await answer.read()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"tenants": "postgresql+asyncpg://owner@/x"}, "both on PostgreSQL, or both files"),
        ({"database": "postgresql+asyncpg://owner@/x"}, "both on PostgreSQL, or both files"),
        ({"processes": 2}, "processes: 1, or up to 64 on PostgreSQL"),
        ({"press_workers": 65}, "press_workers: 0"),
    ],
)
def test_a_configuration_that_contradicts_itself_is_a_sentence(tmp_path: Path, changes: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigInvalid, match=says):
        Service(tmp_path, **changes).loaded()
