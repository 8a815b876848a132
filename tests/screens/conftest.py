"""One office with two accounts, a clock that the test turns, and counted chance."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from prometheus_client import CollectorRegistry, Counter

from screens.office import StaffAccount, office_app, render, require_role, staff_of

JST = timezone(timedelta(hours=9))
PASSWORD = "みほん の鍵 7"
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD, salt=b"0123456789abcdef")
"""A hash says how much work it is: as little as there can be. What a real one costs is looked at in `test_sign_in`."""

CLERK = StaffAccount("clerk", HASH, ("view",))
OPERATOR = StaffAccount("operator", HASH, ("view", "operator"))

Client = TestClient[web.Request, web.Application]


@dataclass
class Clock:
    """What `now` answers."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 23, 9, 0, tzinfo=JST))

    def __call__(self) -> datetime:
        return self.at

    def on(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def counted() -> Callable[[int], bytes]:
    """Chance that never repeats itself and is the same in each run."""
    turn = count(1)
    return lambda size: next(turn).to_bytes(size, "big")


@pytest.fixture(autouse=True)
def _an_unknown_name_is_as_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screens.sign_in._NOBODY", HASH)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def well() -> dict[str, object]:
    """What the office's health says; a test may change it."""
    return {"status": "ok", "writer": "idle"}


@pytest.fixture
def office(clock: Clock, well: dict[str, object], tmp_path: Path) -> web.Application:
    (tmp_path / "front.html").write_text(
        '{% extends "base.html" %}{% block title %}{{ t("一覧", "List") }}{% endblock %}'
        '{% block nav %}{{ nav_link("/", "一覧", "List") }}{{ nav_link("/cases", "案件", "Cases") }}{% endblock %}'
        "{% block content %}<p id=word>{{ word }}</p>{% endblock %}",
        encoding="utf-8",
    )
    (tmp_path / "broken.html").write_text('{% extends "base.html" %}{% block title %}{{ missing }}{% endblock %}', encoding="utf-8")

    async def health() -> dict[str, object]:
        return well

    async def front(request: web.Request) -> web.Response:
        return render(request, "front.html", word=request.query.get("word", staff_of(request).name))

    async def act(request: web.Request) -> web.Response:
        return web.Response(text=require_role(request, "operator").name)

    async def fails(request: web.Request) -> web.Response:
        raise ValueError("鬼怒川 太郎")

    registry = CollectorRegistry()
    Counter("papers", "papers made", registry=registry).inc(3)
    app = office_app(
        party_ja="見本市",
        party_en="Mihon City",
        templates=tmp_path,
        accounts=(CLERK, OPERATOR),
        now=clock,
        token=counted(),
        health=health,
        registry=registry,
        openapi={"openapi": "3.1.0"},
    )
    app.router.add_get("/", front)
    app.router.add_get("/cases/7", front)
    app.router.add_post("/act", act)
    app.router.add_get("/fails", fails)
    return app


@pytest.fixture
async def client(office: web.Application) -> AsyncIterator[Client]:
    async with TestClient(TestServer(office)) as one:
        yield one


def origin(client: Client) -> dict[str, str]:
    """The header a browser sends from a page of this office."""
    return {"Origin": str(client.make_url("/")).rstrip("/")}


async def sign_in(client: Client, name: str = "operator", password: str = PASSWORD, onward: str = "/") -> tuple[int, str]:
    """Status and where it leads."""
    async with client.post(
        "/sign-in", data={"name": name, "password": password, "next": onward}, headers=origin(client), allow_redirects=False
    ) as answer:
        return answer.status, answer.headers.get("Location", "")
