"""The line to the authority over real HTTP: bytes there, bytes back, and no answer for anything else."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from issuance_center.ocsp_line import ANSWER_BYTES_MAX, HttpOcspLine
from messages.link import NoAnswer


async def answer(request: web.Request) -> web.StreamResponse:
    asked = await request.read()
    match request.match_info["how"]:
        case "echo":
            assert request.headers["Content-Type"] == "application/ocsp-request"
            return web.Response(body=b"answer to " + asked)
        case "error":
            return web.Response(status=500, body=b"answer")
        case "elsewhere":
            raise web.HTTPFound("/echo")
        case "slow":
            await asyncio.sleep(3600)
    response = web.StreamResponse()  # chunked: no length is announced
    await response.prepare(request)
    for _ in range(ANSWER_BYTES_MAX // 16_384 + 1):
        await response.write(b"x" * 16_384)
    return response


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    app = web.Application()
    app.router.add_post("/{how}", answer)
    async with TestServer(app) as one:
        yield one


async def asked(server: TestServer, how: str, timeout_seconds: float = 20.0) -> bytes | str:
    return await heard(str(server.make_url(f"/{how}")), timeout_seconds)


async def heard(url: str, timeout_seconds: float = 20.0) -> bytes | str:
    line = HttpOcspLine(url, timeout_seconds)
    try:
        return await line(b"question")
    except NoAnswer as silence:
        return str(silence)
    finally:
        await line.close()


async def test_the_answers_bytes_come_back_unread(server: TestServer) -> None:
    assert await asked(server, "echo") == b"answer to question"


@pytest.mark.parametrize(("how", "reason"), [("error", "status-500"), ("elsewhere", "status-302"), ("endless", "too-large")])
async def test_anything_else_is_no_answer(server: TestServer, how: str, reason: str) -> None:
    assert await asked(server, how) == reason


async def test_a_slow_or_absent_authority_is_no_answer(server: TestServer) -> None:
    assert await asked(server, "slow", 0.05) == "timeout"
    url = str(server.make_url("/echo"))
    await server.close()
    assert await heard(url) == "ClientConnectorError"
