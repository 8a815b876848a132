"""The link against a real door and against servers that are rude: an answer, a refusal, or `NoAnswer`, and never anything else."""

import asyncio
import gzip
import socket
from pathlib import Path

import pytest

import messages.link
from messages.link import HttpLink, NoAnswer, RehearsedLink, understand
from messages.refusals import TABLE, Refusal, refuse
from messages.routes import BY_MESSAGE
from messages.visits import AskKinds, CloseVisit, KindsOffered, VisitClosed
from messages.wire import Message, encode
from storage.crash_points import CrashPoints
from tests.messages.builds import NOW
from tests.messages.line import CENTER, FEES, HERE, KIOSK, Papers, opened, response, rude, server_name

ASK = CloseVisit(visit_id="v", kiosk_id="k", at=NOW, reason="idle")
REPLY = VisitClosed(visit_id="v")
GOOD = response(200, encode(REPLY))


async def _reply(_message: Message) -> Message:
    return REPLY


def _link(papers: Papers, port: int, server: str = server_name(CENTER)) -> HttpLink:
    return HttpLink(f"https://{HERE}:{port}", papers.client(KIOSK), server)


async def _asked(papers: Papers, port: int, *, seconds: float = 10.0, server: str = server_name(CENTER)) -> Message | str:
    """The answer, or the reason why there is none."""
    link = _link(papers, port, server)
    try:
        return await link.ask(ASK, seconds)
    except NoAnswer as silence:
        return str(silence)
    finally:
        await link.close()


async def test_a_message_is_answered_with_the_reply_its_route_names(papers: Papers) -> None:
    async with opened(papers, _reply, (CloseVisit,)) as door:
        assert await _asked(papers, door.port) == REPLY
    (message, peer, _), *others = door.desk.heard
    assert (message, peer, others) == (ASK, KIOSK, [])


@pytest.mark.parametrize("code", sorted(TABLE))
def test_every_refusal_is_understood_under_its_own_status_and_no_other(code: str) -> None:
    refusal = refuse(code, "$.x")
    assert understand(TABLE[code].status, encode(refusal), VisitClosed) == refusal
    for status in {200, 201, 204, 301, 400, 403, 404, 409, 413, 422, 500, 502, 503} - {TABLE[code].status}:
        with pytest.raises(NoAnswer, match="garbage"):
            understand(status, encode(refusal), VisitClosed)


async def test_a_refusal_comes_through_as_a_refusal(papers: Papers) -> None:
    async def declined(_message: Message) -> Message:
        return refuse("visit_unknown", "$.visit_id")

    async with opened(papers, declined, (CloseVisit,)) as door:
        assert await _asked(papers, door.port) == refuse("visit_unknown", "$.visit_id")


@pytest.mark.parametrize(
    "answer",
    [
        response(200, b""),
        response(200, b"<html>"),
        response(200, encode(REPLY)[:-1]),
        response(200, encode(REPLY).replace(b"}", b',"more":1}')),
        response(200, encode(KindsOffered(municipality="1", kinds=()))),
        response(200, encode(refuse("busy"))),
        response(409, encode(REPLY)),
        response(500, encode(refuse("busy"))),
        response(503, encode(Refusal(code="invented", ja="", en=""))),
        response(503, b"<html>busy</html>"),
        response(200, gzip.compress(encode(REPLY)), "Content-Encoding: gzip"),
    ],
    ids=["empty", "html", "cut", "more", "other-reply", "refusal-as-200", "reply-as-409", "refusal-as-500", "unknown-code", "proxy-page", "packed"],
)
async def test_whatever_else_is_said_is_garbage(papers: Papers, answer: bytes) -> None:
    async with rude(papers, [answer]) as server:
        assert await _asked(papers, server.port) == "garbage"
        assert len(server.requests) == 1  # an answer came: the message is not said again


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + encode(REPLY),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"\x00" * 300,
    ],
    ids=["not-http", "short-body", "cut-chunk", "bad-chunk", "endless-header", "negative-length", "zeros"],
)
async def test_an_answer_that_is_no_http_or_breaks_off_is_no_answer(papers: Papers, answer: bytes) -> None:
    async with rude(papers, [answer]) as server:
        assert isinstance(await _asked(papers, server.port), str)


async def test_a_redirection_is_not_followed(papers: Papers) -> None:
    async with rude(papers, [GOOD]) as elsewhere:
        away = response(307, b"", f"Location: https://{HERE}:{elsewhere.port}/v1/visits/close")
        async with rude(papers, [away]) as server:
            assert await _asked(papers, server.port) == "garbage"
        assert elsewhere.connections == 0


async def test_an_answer_without_end_is_cut_off(papers: Papers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages.link, "ANSWER_BYTES_MAX", 1000)
    said_so = response(200, b"x" * 1001)
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1f4\r\n" + b"x" * 500 + b"\r\n1f5\r\n" + b"x" * 501 + b"\r\n0\r\n\r\n"
    async with rude(papers, [said_so, chunked, GOOD], keep=True) as server:
        link = _link(papers, server.port)
        for _ in range(2):
            with pytest.raises(NoAnswer, match="too-large"):
                await link.ask(ASK)
        # What was left of it is not taken for the beginning of the next answer.
        assert await link.ask(ASK) == REPLY
        await link.close()


async def test_silence_ends_with_the_time_that_was_given(papers: Papers) -> None:
    async with rude(papers, [None]) as server:
        assert await _asked(papers, server.port, seconds=0.3) == "timeout"
        assert len(server.requests) == 1


async def test_an_answer_that_only_begins_in_time_is_no_answer(papers: Papers) -> None:
    async with rude(papers, [GOOD[:-3]], keep=True) as server:
        assert await _asked(papers, server.port, seconds=0.3) == "timeout"


async def test_nobody_at_home_is_no_answer(papers: Papers) -> None:
    with socket.create_server((HERE, 0)) as taken:
        port = taken.getsockname()[1]
    assert await _asked(papers, port) == "ClientConnectorError"


async def test_a_line_that_was_dropped_while_idle_is_taken_up_again_under_the_same_bytes(papers: Papers) -> None:
    async with rude(papers, [GOOD, b"", GOOD], keep=True) as server:
        link = _link(papers, server.port)
        assert await link.ask(ASK) == REPLY
        assert await link.ask(ASK) == REPLY
        await link.close()
        assert (server.connections, len(server.requests)) == (2, 3)
        assert server.requests[1].partition(b"\r\n\r\n")[2] == server.requests[2].partition(b"\r\n\r\n")[2] == encode(ASK)


async def test_a_dropped_message_is_said_twice_and_not_more(papers: Papers) -> None:
    async with rude(papers, [b""]) as server:
        assert await _asked(papers, server.port) == "ServerDisconnectedError"
        assert len(server.requests) == 2


@pytest.mark.parametrize(("peer", "which"), [(FEES, "ours"), (CENTER, "theirs")], ids=["another-party", "another-authority"])
async def test_not_one_byte_is_said_to_anybody_but_the_party_that_is_meant(papers: Papers, peer: object, which: str) -> None:
    assert peer in (FEES, CENTER)
    async with rude(papers, [GOOD], peer=FEES if peer == FEES else CENTER, which=which) as server:
        assert await _asked(papers, server.port) == "ClientConnectorCertificateError"
        assert server.requests == []


async def test_a_door_that_does_not_believe_us_is_no_answer(papers: Papers) -> None:
    async with opened(papers, _reply, (CloseVisit,)) as door:
        link = door.link(KIOSK, which="theirs")
        with pytest.raises(NoAnswer):
            await link.ask(ASK)
        await link.close()
        assert door.desk.heard == []


async def test_asking_again_uses_the_same_connection_and_many_at_once_use_no_more_than_allowed(
    papers: Papers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages.link, "CONNECTIONS_MAX", 3)
    async with rude(papers, [GOOD], keep=True) as server:
        link = _link(papers, server.port)
        for _ in range(5):
            await link.ask(ASK)
        assert server.connections == 1
        assert await asyncio.gather(*(link.ask(ASK) for _ in range(20))) == [REPLY] * 20
        assert server.connections <= 3
        await link.close()


async def test_a_caller_who_gives_up_leaves_no_half_answer_on_the_line(papers: Papers) -> None:
    async with rude(papers, [GOOD[:-3], GOOD], keep=True) as server:
        link = _link(papers, server.port)
        asking = asyncio.create_task(link.ask(ASK))
        while not server.requests:
            await asyncio.sleep(0.005)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert await link.ask(ASK) == REPLY
        await link.close()


async def test_a_line_that_was_let_go_gives_no_answer(papers: Papers) -> None:
    async with opened(papers, _reply, (CloseVisit,)) as door:
        link = door.link()
        await link.ask(ASK)
        await link.close()
        with pytest.raises(NoAnswer, match="closed"):
            await link.ask(ASK)
        await link.close()


async def test_letting_go_while_somebody_waits_for_an_answer_is_no_answer(papers: Papers) -> None:
    async with rude(papers, [None]) as server:
        link = _link(papers, server.port)
        asking = asyncio.create_task(link.ask(ASK))
        while not server.requests:
            await asyncio.sleep(0.005)
        await link.close()
        with pytest.raises(NoAnswer):
            await asking


async def test_the_path_is_the_routes_and_the_body_is_canonical(papers: Papers) -> None:
    ask = AskKinds(visit_id="v", municipality="1")
    async with rude(papers, [response(200, encode(KindsOffered(municipality="1", kinds=())))]) as server:
        link = _link(papers, server.port)
        await link.ask(ask)
        await link.close()
        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        assert head.startswith(f"POST {BY_MESSAGE[AskKinds].path} HTTP/1.1\r\n".encode())
        assert body == encode(ask)


async def test_a_rehearsed_link_passes_a_point_before_it_asks_and_one_after_it_was_answered(papers: Papers, tmp_path: Path) -> None:
    (tmp_path / "record").touch()
    points = CrashPoints(tmp_path, "kiosk")
    async with rude(papers, [GOOD, b"x"]) as server:
        link = _link(papers, server.port)
        rehearsed = RehearsedLink(link, points)
        assert await rehearsed.ask(ASK) == REPLY
        with pytest.raises(NoAnswer):
            await rehearsed.ask(ASK, 5.0)
        await link.close()
    passed = (tmp_path / "kiosk.points").read_text(encoding="utf-8").split()
    assert passed == ["ask:CloseVisit:before", "ask:CloseVisit:after", "ask:CloseVisit:before"]
