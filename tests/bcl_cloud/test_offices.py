"""The clerks' pages by host: one tenant's staff see that tenant, and another's door does not know them."""

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
from aiohttp import DummyCookieJar
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from prometheus_client import CollectorRegistry

from bcl_cloud.config import OPERATOR
from bcl_cloud.joining.onboarding import Cloud
from bcl_cloud.offices.app import operators_office
from bcl_cloud.offices.by_host import offices_app
from bcl_cloud.serving import Serving
from bcl_cloud.tenants import entries as tenants
from bcl_cloud.uploads.desk import UploadDesk
from screens.sign_in import StaffAccount
from tests.bcl_cloud.opened import opened
from tests.bcl_cloud.tenants import A, B, C
from tests.bcl_cloud.test_desk import ONLY_B, cloud
from tests.issuer.town import DECLARED, FATHER, NOW, atena

__all__ = ["cloud"]
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("himitsu")  # a hash says how much work it is: as little as there can be


class Door:
    def __init__(self, client: "TestClient") -> None:  # type: ignore[type-arg]
        self.client = client

    async def ask(self, host: str, path: str, cookie: str = "") -> tuple[int, str]:
        headers = {"Host": host} | ({"Cookie": cookie} if cookie else {})
        async with self.client.get(path, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.text()

    async def sign_in(self, host: str, name: str = "suzuki") -> str:
        form = {"name": name, "password": "himitsu", "next": "/"}
        async with self.client.post("/sign-in", data=form, headers={"Host": host, "Origin": f"http://{host}"}, allow_redirects=False) as answer:
            return answer.headers.get("Set-Cookie", "").partition(";")[0]


@pytest.fixture
async def door(cloud: Cloud, tmp_path: Path) -> AsyncIterator[Door]:
    for code in (A, B):
        await opened(cloud, code)
        await cloud.database.write(tenants.set_staff, code, (StaffAccount("suzuki", HASH, ("clerk",)),), "op", "", NOW)
    token = Random("offices").randbytes
    serving = Serving(cloud.database, cloud.tenancy, cloud.keys, DECLARED, 0.0)
    operators = (StaffAccount("op", HASH, (OPERATOR,)),)
    desk = UploadDesk(cloud, str(tmp_path / "tenants"), tmp_path / "keys", tmp_path / "uploads", lambda: NOW, token)
    office = operators_office(operators, cloud, desk, now=lambda: NOW, token=token, registry=CollectorRegistry(), openapi=None)
    client = TestClient(TestServer(offices_app(serving, cloud, desk, office, lambda: NOW, token)), cookie_jar=DummyCookieJar())
    await client.start_server()
    yield Door(client)
    await desk.close()
    await client.close()


async def test_a_clerk_sees_the_residents_of_the_own_municipality_and_no_others(door: Door) -> None:
    cookie = await door.sign_in(f"{B}.localhost")
    assert cookie
    own = await door.ask(f"{B}.localhost", f"/residents/{atena(ONLY_B)}", cookie)
    assert own[0] == 200 and "隣" in own[1]
    foreign = await door.ask(f"{B}.localhost", f"/residents/{atena(FATHER)}", cookie)
    assert foreign[0] == 404 and "見本　太郎" not in foreign[1]


async def test_a_session_of_one_tenant_opens_nothing_at_another_though_the_name_and_password_are_alike(door: Door) -> None:
    cookie = await door.sign_in(f"{A}.localhost")
    assert (await door.ask(f"{A}.localhost", "/", cookie))[0] == 200
    secret = cookie.partition("=")[2]
    theirs = (await door.sign_in(f"{B}.localhost")).partition("=")[0]
    for host in (f"{B}.localhost", "localhost"):
        for forged in (cookie, f"{theirs}={secret}", f"office_shared_cloud_bcl={secret}"):
            assert (await door.ask(host, "/", forged))[0] == 303


async def test_operators_see_the_tenants_and_have_no_way_into_their_offices(door: Door) -> None:
    cookie = await door.sign_in("localhost", "op")
    status, page = await door.ask("localhost", "/", cookie)
    assert status == 200 and A in page and "となり市" in page
    assert (await door.ask("localhost", f"/residents/{atena(FATHER)}", cookie))[0] == 404
    assert not await door.sign_in(f"{A}.localhost", "op")


async def test_a_host_of_no_tenant_has_no_office(door: Door) -> None:
    assert (await door.ask(f"{C}.localhost", "/"))[0] == 404
