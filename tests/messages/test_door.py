"""The door over real TLS: who is heard, what is heard, and that whatever happens inside, the other side gets one row of the table and nothing else."""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

import messages.door
from messages.door import admit
from messages.facts import AskPrices, FactsMetered, MeterFacts
from messages.refusals import TABLE, Refusal, refuse
from messages.routes import BY_MESSAGE, ROUTES, Route
from messages.visits import AskKinds, CloseVisit, VisitClosed
from messages.wire import Message, decode, encode
from storage.crash_points import CrashPoints
from storage.store import StoreFailed
from tests.messages.builds import NOW, example_of
from tests.messages.line import CENTER, FEES, HERE, KIOSK, OpenDoor, Papers, opened
from trust.parties import Peer

ASK = CloseVisit(visit_id="v", kiosk_id="k", at=NOW, reason="idle")
REPLY = VisitClosed(visit_id="v")
PATH = BY_MESSAGE[CloseVisit].path
NAME = "山田 花子 himitsu"


async def _reply(_message: Message) -> Message:
    return REPLY


async def _post(door: OpenDoor, path: str, body: Any, *, peer: Peer | None = KIOSK, method: str = "POST", **headers: str) -> tuple[int, Any, str]:
    """Status, the refusal or the raw body, and the content type."""
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"https://localhost:{door.port}{path}"
        async with session.request(method, url, data=body, headers=named, ssl=door.papers.client(peer)) as answer:
            raw = await answer.read()
            kind = answer.headers.get("Content-Type", "")
            return answer.status, decode(raw, Refusal) if answer.status != 200 else raw, kind


async def _trickle(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def test_an_admitted_message_is_answered_in_canonical_json_and_counted(papers: Papers) -> None:
    async with opened(papers, _reply, (CloseVisit,)) as door:
        status, raw, kind = await _post(door, PATH, encode(ASK))
        assert (status, raw, kind) == (200, encode(REPLY), "application/json")
        assert door.registry.get_sample_value("konbini_answers_total", {"message": "CloseVisit", "outcome": "ok"}) == 1
        assert door.registry.get_sample_value("konbini_answer_seconds_count", {"message": "CloseVisit"}) == 1


@pytest.mark.parametrize("row", TABLE.values(), ids=lambda row: row.code)
async def test_a_desks_refusal_is_answered_under_its_rows_status(papers: Papers, row: Any) -> None:
    async def declined(_message: Message) -> Message:
        return refuse(row.code)

    async with opened(papers, declined, (CloseVisit,)) as door:
        status, refusal, _ = await _post(door, PATH, encode(ASK))
        assert (status, refusal) == (row.status, refuse(row.code))
        assert door.registry.get_sample_value("konbini_answers_total", {"message": "CloseVisit", "outcome": row.code}) == 1


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_each_message_is_heard_from_the_roles_of_its_route_alone(route: Route) -> None:
    for role in ("kiosk", "center", "municipal", "fees", "jpki", "kiosk2", ""):
        refusal = admit(route, Peer(role, "x"))
        if role in route.senders:
            assert refusal is None
        else:
            assert refusal is not None and refusal.code == "role_not_admitted"


@pytest.mark.parametrize("peer", [CENTER, FEES, Peer("municipal", "990019"), None], ids=["center", "fees", "municipal", "no-party"])
async def test_the_desk_never_sees_a_message_of_a_party_that_may_not_send_it(papers: Papers, peer: Peer | None) -> None:
    async with opened(papers, _reply, (CloseVisit,)) as door:
        status, refusal, _ = await _post(door, PATH, encode(ASK), peer=peer)
        assert (status, refusal.code) == (403, "role_not_admitted")
        assert door.desk.heard == []


async def test_the_desk_is_told_who_asks_and_one_now(papers: Papers) -> None:
    times = [NOW + timedelta(seconds=number) for number in range(9)]

    async with opened(papers, _reply, (CloseVisit,), now=iter(times).__next__) as door:
        await _post(door, PATH, encode(ASK))
        await _post(door, PATH, encode(ASK), peer=Peer("kiosk", "another"))
    assert [(peer, now) for _, peer, now in door.desk.heard] == [(KIOSK, times[0]), (Peer("kiosk", "another"), times[1])]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"", ""),
        (b"{", ""),
        (NAME.encode(), ""),
        (encode(ASK).replace(b'"idle"', f'"{NAME}"'.encode()), "`$.reason`"),
        (encode(ASK).replace(b'"at":"', f'"at":"{NAME}'.encode()), "`$.at`"),
        (encode(ASK).replace(b'"at"', f'"{NAME}":1,"at"'.encode()), ""),
        (encode(AskKinds(visit_id="v", municipality="1")), ""),
        (encode(ASK).replace(b'"at"', f'"visit_id":"{NAME}","at"'.encode()), ""),
    ],
    ids=["empty", "cut", "text", "enum", "time", "unknown-field", "another-message", "a-field-twice"],
)
async def test_a_malformed_body_names_its_place_and_repeats_nothing(papers: Papers, body: bytes, place: str) -> None:
    async with opened(papers, _reply, (CloseVisit,)) as door:
        with capture_logs() as logs:
            status, refusal, _ = await _post(door, PATH, body)
        assert (status, refusal.code) == (400, "malformed")
        assert place in refusal.detail and "himitsu" not in refusal.detail
        assert "himitsu" not in repr(logs)
        assert door.desk.heard == []


async def test_a_body_above_the_routes_limit_is_refused_whether_or_not_it_says_its_size(papers: Papers) -> None:
    limit = BY_MESSAGE[CloseVisit].body_bytes_max
    async with opened(papers, _reply, (CloseVisit, MeterFacts)) as door:
        for body in (b" " * (limit + 1), _trickle(b" " * limit, b" "), _trickle(*(b" " * 60_000 for _ in range(100)))):
            status, refusal, _ = await _post(door, PATH, body)
            assert (status, refusal.code) == (413, "body_too_large")
        assert door.desk.heard == []
        # Up to the limit it is heard.
        assert (await _post(door, PATH, encode(ASK).ljust(limit)))[0] == 200


async def test_each_route_has_its_own_limit(papers: Papers) -> None:
    async def metered(_message: Message) -> Message:
        return FactsMetered(facts=())

    facts = encode(MeterFacts(center="c", facts=())).ljust(BY_MESSAGE[AskPrices].body_bytes_max + 1)
    async with opened(papers, metered, (AskPrices, MeterFacts), peer=FEES) as door:
        assert (await _post(door, BY_MESSAGE[MeterFacts].path, facts, peer=CENTER))[0] == 200
        assert (await _post(door, BY_MESSAGE[AskPrices].path, facts, peer=CENTER))[1].code == "body_too_large"
        assert (await _post(door, BY_MESSAGE[AskPrices].path, _trickle(facts), peer=CENTER))[1].code == "body_too_large"


async def test_a_small_body_that_unpacks_to_a_huge_one_is_not_unpacked(papers: Papers) -> None:
    bomb = _bomb()
    assert len(bomb) < BY_MESSAGE[CloseVisit].body_bytes_max
    async with opened(papers, _reply, (CloseVisit,)) as door:
        status, refusal, _ = await _post(door, PATH, bomb, Content_Encoding="gzip")
        assert (status, refusal.code) in {(413, "body_too_large"), (400, "malformed")}
        assert door.desk.heard == []


def _bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b" " * 1_000_000) for _ in range(30)) + packer.flush()


@pytest.mark.parametrize(
    "raw",
    [
        b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n",
        b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
        b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\nhello",
        b"POST %s HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01 himitsu\r\n\r\n",
        b"POST %s HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 20_000 + b"\r\n\r\n",
    ],
    ids=["bad-chunk", "not-gzip", "two-lengths", "negative", "version", "not-http", "long-header"],
)
async def test_bytes_that_are_no_request_get_no_stack_trace_and_do_not_reach_the_desk(papers: Papers, raw: bytes) -> None:
    async with opened(papers, _reply, (CloseVisit,)) as door:
        reader, writer = await asyncio.open_connection(HERE, door.port, ssl=papers.client(KIOSK), server_hostname="localhost")
        writer.write(raw.replace(b"%s", PATH.encode()))
        answer = await reader.readuntil(b"\r\n\r\n")
        writer.close()
        assert int(answer.split(b" ")[1]) in (400, 413, 505)
        assert b"Traceback" not in answer and b"himitsu" not in answer
        assert door.desk.heard == []


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("POST", "/", "not_found"),
        ("POST", "/v1/visits/close/", "not_found"),
        ("POST", "/v1/visits/open", "not_found"),
        ("GET", "/metrics", "not_found"),
        ("GET", "/healthz", "not_found"),
        ("GET", PATH, "malformed"),
        ("PUT", PATH, "malformed"),
        ("DELETE", PATH, "malformed"),
        ("OPTIONS", PATH, "malformed"),
        ("POST", "/openapi.json", "malformed"),
    ],
)
async def test_another_address_or_method_gets_a_row_too(papers: Papers, method: str, path: str, code: str) -> None:
    async with opened(papers, _reply, (CloseVisit,)) as door:
        status, refusal, kind = await _post(door, path, b"", method=method)
        assert (status, refusal.code, kind) == (TABLE[code].status, code, "application/json")
        assert door.desk.heard == []


async def test_the_door_describes_itself(papers: Papers) -> None:
    async with opened(papers, _reply, (CloseVisit, AskKinds)) as door:
        status, raw, _ = await _post(door, "/openapi.json", None, method="GET")
        assert status == 200
        assert set(json.loads(raw)["paths"]) == {PATH, BY_MESSAGE[AskKinds].path}


async def test_whatever_fails_inside_the_other_side_learns_that_it_failed_and_no_more(papers: Papers) -> None:
    async def fails(_message: Message) -> Message:
        raise ValueError(NAME)

    async with opened(papers, fails, (CloseVisit,)) as door:
        with capture_logs() as logs:
            status, refusal, _ = await _post(door, PATH, encode(ASK))
        assert (status, refusal) == (500, refuse("failed"))
        (line,) = [line for line in logs if line["log_level"] == "error"]
        assert (line["event"], line["message"], line["peer"]) == ("answer_failed", "CloseVisit", "kiosk:kiosk")


async def test_a_write_that_was_not_confirmed_is_busy_so_that_it_is_said_again(papers: Papers) -> None:
    async def unsure(_message: Message) -> Message:
        raise StoreFailed("OperationalError")

    async with opened(papers, unsure, (CloseVisit,)) as door:
        with capture_logs() as logs:
            status, refusal, _ = await _post(door, PATH, encode(ASK))
        assert (status, refusal.code) == (503, "busy")
        assert [line["event"] for line in logs] == ["store_failed"]


async def test_a_full_door_says_busy_and_serves_again_when_a_place_is_free(papers: Papers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages.door, "IN_PROGRESS_MAX", 2)
    go = asyncio.Event()

    async def waits(_message: Message) -> Message:
        await go.wait()
        return REPLY

    async with opened(papers, waits, (CloseVisit,)) as door:
        first = [asyncio.create_task(_post(door, PATH, encode(ASK))) for _ in range(2)]
        while len(door.desk.heard) < 2:
            await asyncio.sleep(0.005)
        async with asyncio.timeout(5):
            assert (await _post(door, PATH, encode(ASK)))[1].code == "busy"
        assert len(door.desk.heard) == 2
        go.set()
        assert [(await each)[0] for each in first] == [200, 200]
        assert (await _post(door, PATH, encode(ASK)))[0] == 200


async def test_however_a_request_ends_its_place_is_free_again(papers: Papers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages.door, "IN_PROGRESS_MAX", 1)
    fates: list[Exception | None] = [ValueError("x"), StoreFailed("x"), None]

    async def ends(_message: Message) -> Message:
        fate = fates.pop(0) if len(fates) > 1 else None
        if fate is not None:
            raise fate
        return REPLY

    async with opened(papers, ends, (CloseVisit,)) as door:
        with capture_logs():
            for body, status in ((encode(ASK), 500), (encode(ASK), 503), (b"x", 400), (b" " * 70_000, 413), (_trickle(b" " * 70_000), 413)):
                assert (await _post(door, PATH, body))[0] == status
        await _break_off(door, b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{" % PATH.encode())
        async with asyncio.timeout(5):
            while (await _post(door, PATH, encode(ASK)))[0] != 200:
                await asyncio.sleep(0.01)


async def test_a_peer_that_hangs_up_does_not_undo_what_it_asked_for(papers: Papers) -> None:
    begun, done = asyncio.Event(), asyncio.Event()

    async def takes_its_time(_message: Message) -> Message:
        begun.set()
        await asyncio.sleep(0.05)
        done.set()
        return REPLY

    async with opened(papers, takes_its_time, (CloseVisit,)) as door:
        body = encode(ASK)
        head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        _, writer = await asyncio.open_connection(HERE, door.port, ssl=papers.client(KIOSK), server_hostname="localhost")
        writer.write(head + body)
        await begun.wait()
        writer.transport.abort()
        async with asyncio.timeout(5):
            await done.wait()


async def _break_off(door: OpenDoor, part: bytes) -> None:
    _, writer = await asyncio.open_connection(HERE, door.port, ssl=door.papers.client(KIOSK), server_hostname="localhost")
    writer.write(part)
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.transport.abort()


async def test_a_closing_door_lets_a_message_that_it_has_begun_be_answered(papers: Papers) -> None:
    begun = asyncio.Event()

    async def takes_its_time(_message: Message) -> Message:
        begun.set()
        await asyncio.sleep(0.1)
        return REPLY

    async with opened(papers, takes_its_time, (CloseVisit,)) as door:
        asking = asyncio.create_task(_post(door, PATH, encode(ASK)))
        await begun.wait()
    assert (await asking)[0] == 200


async def test_a_point_is_passed_before_a_message_is_served_and_one_after(papers: Papers, tmp_path: Path) -> None:
    (tmp_path / "record").touch()

    async def declined(_message: Message) -> Message:
        return refuse("visit_unknown")

    async with opened(papers, declined, (CloseVisit,), points=CrashPoints(tmp_path, "center")) as door:
        await _post(door, PATH, encode(ASK))
        await _post(door, PATH, b"malformed")
        await _post(door, PATH, encode(ASK), peer=CENTER)
    assert (tmp_path / "center.points").read_text(encoding="utf-8").split() == ["serve:CloseVisit:before", "serve:CloseVisit:after"]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
async def test_every_route_carries_its_message_there_and_its_reply_back(papers: Papers, route: Route) -> None:
    reply = example_of(route.reply)

    async def answers(_message: Message) -> Message:
        return reply  # type: ignore[no-any-return]

    (role,) = route.senders
    async with opened(papers, answers, (route.message,)) as door:
        link = door.link(KIOSK if role == "kiosk" else CENTER)
        assert await link.ask(example_of(route.message)) == reply
        await link.close()
        assert door.desk.heard[0][0] == example_of(route.message)
