"""The office door over HTTP: what is open, what needs a session, what is refused."""

import pytest
from aiohttp import web

from screens.office import local_address
from tests.screens.conftest import Client, Clock, origin, sign_in


@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/openapi.json", "/sign-in", "/static/office.css"])
async def test_what_machines_and_strangers_need_is_open(client: Client, path: str) -> None:
    async with client.get(path, allow_redirects=False) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("path", ["/", "/cases/7?word=a", "/nothing-here"])
async def test_a_page_leads_a_stranger_to_the_sign_in_and_back(client: Client, path: str) -> None:
    async with client.get(path, allow_redirects=False) as answer:
        assert answer.status == 303
        there = answer.headers["Location"]
    assert there.startswith("/sign-in?next=")
    async with client.get(there) as shown:
        assert f'name="next" value="{path}"' in await shown.text()


async def test_signing_in_opens_the_page_that_was_wanted(client: Client) -> None:
    assert await sign_in(client, onward="/cases/7") == (303, "/cases/7")
    async with client.get("/cases/7") as answer:
        assert "<p id=word>operator</p>" in await answer.text()


async def test_a_wrong_password_shows_the_form_again_without_the_password(client: Client) -> None:
    async with client.post("/sign-in", data={"name": "clerk", "password": "secret!"}, headers=origin(client)) as answer:
        shown = await answer.text()
        assert answer.status == 403
    assert "アカウント名またはパスワードが違います。" in shown
    assert "secret!" not in shown


async def test_the_lock_is_shown_as_429(client: Client) -> None:
    statuses = [(await sign_in(client, password="wrong"))[0] for _ in range(5)]
    assert statuses == [403, 403, 403, 403, 429]


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: Client) -> None:
    async with client.post("/sign-in", data={"name": "clerk", "password": "みほん の鍵 7"}, headers=origin(client), allow_redirects=False) as answer:
        cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("office_mihon_city=")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "null"}, {"Origin": "https://elsewhere.example"}, {"Origin": "http://127.0.0.1:1"}, {"Sec-Fetch-Site": "cross-site"}],
    ids=["silent", "null", "elsewhere", "other-port", "cross-site"],
)
async def test_a_post_that_does_not_come_from_this_office_changes_nothing(client: Client, headers: dict[str, str]) -> None:
    await sign_in(client)
    sent = headers if "Sec-Fetch-Site" not in headers else headers | origin(client)
    async with client.post("/act", headers=sent) as answer:
        assert answer.status == 403
    async with client.post("/sign-out", headers=sent, allow_redirects=False) as answer:
        assert answer.status == 403
    async with client.get("/", allow_redirects=False) as answer:
        assert answer.status == 200


async def test_a_role_is_needed_where_the_page_asks_for_it(client: Client) -> None:
    async with client.post("/act", headers=origin(client)) as answer:
        assert answer.status == 401
    await sign_in(client, "clerk")
    async with client.post("/act", headers=origin(client)) as answer:
        assert answer.status == 403
    await sign_in(client, "operator")
    async with client.post("/act", headers=origin(client)) as answer:
        assert (answer.status, await answer.text()) == (200, "operator")


async def test_signing_out_needs_a_new_sign_in(client: Client) -> None:
    await sign_in(client)
    async with client.post("/sign-out", headers=origin(client), allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/sign-in")
    async with client.get("/", allow_redirects=False) as answer:
        assert answer.status == 303


async def test_the_old_session_ends_when_somebody_signs_in_over_it(client: Client, office: web.Application) -> None:
    await sign_in(client, "operator")
    old = {cookie.key: cookie.value for cookie in client.session.cookie_jar}["office_mihon_city"]
    await sign_in(client, "clerk")
    client.session.cookie_jar.update_cookies({"office_mihon_city": old}, client.make_url("/"))
    async with client.get("/", allow_redirects=False) as answer:
        assert answer.status == 303


async def test_an_idle_reader_is_asked_to_sign_in_again(client: Client, clock: Clock) -> None:
    await sign_in(client)
    clock.on(1801)
    async with client.get("/", allow_redirects=False) as answer:
        assert answer.status == 303


async def test_pages_are_not_stored_and_run_no_foreign_code(client: Client) -> None:
    for path in ("/", "/sign-in", "/nothing", "/healthz"):
        async with client.get(path, allow_redirects=False) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_health_that_is_not_ok_is_503(client: Client, well: dict[str, object]) -> None:
    async with client.get("/healthz") as answer:
        assert await answer.json() == {"status": "ok", "writer": "idle"}
    well["status"] = "degraded"
    async with client.get("/healthz") as answer:
        assert answer.status == 503


async def test_metrics_and_the_protocol_description_are_the_partys_own(client: Client) -> None:
    async with client.get("/metrics") as answer:
        assert "papers_total 3.0" in await answer.text()
    async with client.get("/openapi.json") as answer:
        assert await answer.json() == {"openapi": "3.1.0"}


@pytest.mark.parametrize(
    ("wanted", "onward"),
    [
        ("/cases/7?word=a", "/cases/7?word=a"),
        (None, "/"),
        ("", "/"),
        ("//elsewhere.example", "/"),
        ("https://elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("/a\\b", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_nothing_typed_leads_out_of_the_office(wanted: str | None, onward: str) -> None:
    assert local_address(wanted) == onward
