"""Every page of a tenant's office tried with a neighbour's identity: its ids in the address and in the form, its session, its host. Answered as in a cloud where the neighbours have no registers,
and no byte of theirs changes."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aiohttp import DummyCookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from prometheus_client import CollectorRegistry
from sqlalchemy import select

from bcl_cloud.joining.onboarding import Cloud
from bcl_cloud.offices.app import operators_office
from bcl_cloud.offices.by_host import offices_app, tenant_office
from bcl_cloud.tenants import entries as tenants
from bcl_cloud.uploads.desk import UploadDesk
from issuer.clerks.office import CLERK, PROTECTION_CLERK, TAX
from issuer.use_tables import APPLICATIONS
from screens.sign_in import StaffAccount
from tests.bcl_cloud.tenants import A
from tests.bcl_cloud.watched import CODES, serving_of
from tests.bcl_cloud.worlds import Pair
from tests.issuer.town import FATHER, NOW, atena

HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash("himitsu")
PARAMETER = re.compile(r"\{(\w+)(?::[^}]*)?\}")
OPEN = ("/healthz", "/metrics", "/openapi.json", "/sign-in", "/sign-out", "/static")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """The first town in both clouds, its clerk with the name and password that the neighbours' clerks have too."""
    made = Pair(A, tmp_path_factory.mktemp("offices"))
    for cloud in (made.full, made.alone):
        for code in CODES:
            account = StaffAccount("suzuki", HASH, (CLERK, PROTECTION_CLERK, TAX))
            made.run(cloud.database.write(tenants.set_staff, code, (account,), "op", "", NOW))
    made.before = made.neighbours()
    yield made
    made.close()


@asynccontextmanager
async def office(cloud: Cloud, folder: Path) -> AsyncIterator[Any]:
    """The offices' door of one cloud, the same chance in each; and the applications behind it."""
    token, registry = Random("offices").randbytes, CollectorRegistry()
    desk = UploadDesk(cloud, str(folder / "tenants"), folder / "keys", folder / "uploads", lambda: NOW, token)
    operators = operators_office((), cloud, desk, now=lambda: NOW, token=token, registry=registry, openapi=None)
    server = TestServer(offices_app(serving_of(cloud), cloud, desk, operators, lambda: NOW, token))
    client = TestClient(server, cookie_jar=DummyCookieJar())
    await client.start_server()
    try:
        yield client
    finally:
        await desk.close()
        await client.close()


async def said(client: Any, host: str, method: str, path: str, cookie: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
    headers = {"Host": host, "Origin": f"http://{host}"} | ({"Cookie": cookie} if cookie else {})
    async with client.request(method, path, data=form, headers=headers, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", ""), await answer.text(errors="replace")


async def sign_in(client: Any, host: str) -> str:
    form = {"name": "suzuki", "password": "himitsu", "next": "/"}
    async with client.post("/sign-in", data=form, headers={"Host": host, "Origin": f"http://{host}"}, allow_redirects=False) as answer:
        return str(answer.headers.get("Set-Cookie", "")).partition(";")[0]


def routes(app: web.Application) -> list[tuple[str, str]]:
    """(method, path with its parameters) of every page."""
    found = {
        (route.method, str(route.resource.get_info().get("formatter") or route.resource.get_info().get("path")))
        for route in app.router.routes()
        if route.resource is not None and route.method != "*"
    }
    return sorted(one for one in found if one[0] in ("GET", "POST") and not one[1].startswith(OPEN) and one[1] != "None")


def filled(path: str, ids: dict[str, str], otherwise: str) -> str:
    """The address with a neighbour's ids in it."""
    return PARAMETER.sub(lambda part: ids.get(part[1], otherwise), path)


async def ids_of(cloud: Cloud, code: str, pair: Pair) -> list[dict[str, str]]:
    """What pages are addressed by, of a town: people, papers, applications, uploads, kinds."""
    store = cloud.tenancy.store(code)
    (application,) = await store.read(lambda connection: connection.execute(select(APPLICATIONS.c.application_id)).scalars().all())
    paper = pair.papers[code].ordered.papers[0].issuance_id
    return [{"atena_no": atena(FATHER), "issuance_id": paper, "application_id": application, "number": "1", "kind": "juminhyo", "year": "2026"}]


def test_every_page_with_a_neighbours_ids_is_as_it_is_without_neighbours(pair: Pair, tmp_path: Path) -> None:
    async def tried() -> None:
        served = await serving_of(pair.full).served(A)
        assert served is not None
        desk = UploadDesk(pair.full, str(tmp_path / "t"), tmp_path / "k", tmp_path / "u", lambda: NOW, Random(1).randbytes)
        pages = routes(tenant_office(served, pair.full, desk, (), lambda: NOW, Random(1).randbytes))
        await desk.close()
        assert len(pages) > 30, pages
        host = f"{A}.localhost"
        async with office(pair.full, pair._folder / "full") as full, office(pair.alone, pair._folder / "alone") as alone:
            cookies = [await sign_in(client, host) for client in (full, alone)]
            assert all(cookies) and cookies[0] == cookies[1]
            shown = 0
            for code in pair.others:
                for ids in await ids_of(pair.full, code, pair):
                    for method, path in pages:
                        address = filled(path, ids, pair.papers[code].ordered.request_id)
                        form = {
                            **ids,
                            "why": "理由",
                            "reason": "other",
                            "tenant": code,
                            "municipality": code,
                            "id": f"e-{code}",
                            "subject": atena(FATHER),
                        }
                        sent = form if method == "POST" else None
                        answers = [
                            await said(client, host, method, address, cookie, sent) for client, cookie in zip((full, alone), cookies, strict=True)
                        ]
                        assert answers[0] == answers[1], (method, address)
                        assert not [word for word in pair.words[code] if word in answers[0][2]], (method, address)
                        shown += answers[0][0] == 200
            assert shown > 10
        assert pair.neighbours() == pair.before

    pair.run(tried())


def test_a_session_opens_no_page_at_another_host_and_no_other_cookie_does(pair: Pair, tmp_path: Path) -> None:
    async def tried() -> None:
        served = await serving_of(pair.full).served(pair.others[0])
        assert served is not None
        desk = UploadDesk(pair.full, str(tmp_path / "t"), tmp_path / "k", tmp_path / "u", lambda: NOW, Random(1).randbytes)
        pages = routes(tenant_office(served, pair.full, desk, (), lambda: NOW, Random(1).randbytes))
        await desk.close()
        async with office(pair.full, pair._folder / "full") as client:
            cookie = await sign_in(client, f"{A}.localhost")
            name, _, secret = cookie.partition("=")
            for code in pair.others:
                theirs = (await sign_in(client, f"{code}.localhost")).partition("=")[0]
                assert name != theirs
                before = pair.neighbours()
                for forged in (cookie, f"{theirs}={secret}", f"{theirs}={secret}; {cookie}"):
                    for method, path in pages:
                        address = filled(path, {"atena_no": atena(FATHER), "number": "1"}, "1")
                        status, location, page = await said(
                            client, f"{code}.localhost", method, address, forged, {"why": "x"} if method == "POST" else None
                        )
                        assert status in (303, 401, 403, 404, 405) and (status != 303 or location.startswith("/sign-in")), (method, address, status)
                        assert "見本　太郎" not in page and not [word for word in pair.words[code] if word.isdigit() and word in page]
                    assert pair.neighbours() == before

    pair.run(tried())
