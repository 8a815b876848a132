"""Who may send what to the receivers' page: forms no browser sends, large files, slow senders, many at once."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from issuance_center import readers, senders
from messages import visits as said
from tests.issuance_center.uploads import (
    Client,
    as_png,
    scan,
    sent,
)


@pytest.mark.parametrize("size", [30_000_001, 31_000_000], ids=["one byte more", "a megabyte more"])
async def test_more_than_30_megabytes_are_refused_and_what_follows_is_served(page: Client, size: int) -> None:
    assert await _status(page, bytes(size)) == 413
    assert (await page.get("/verify")).status == 200


async def test_what_is_announced_as_far_too_large_is_not_read_at_all(page: Client) -> None:
    _, writer, reply = await _half_a_form(page, announced=10**12)
    assert b" 413 " in reply
    writer.close()


async def _status(page: Client, content: bytes) -> int:
    return (await sent(page, content))[0]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"scan=1", "application/x-www-form-urlencoded"),
        (b"", "multipart/form-data; boundary=x"),
        (b"no boundary at all", "multipart/form-data; boundary=x"),
        (b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\n--y--\r\n--x--\r\n", "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="scan"\r\n\r\nbroken', "multipart/form-data; boundary=x"),
        (b"x", "multipart/form-data"),
    ],
)
async def test_a_form_that_no_browser_sends_is_answered_with_a_sentence(page: Client, body: bytes, kind: str) -> None:
    answer = await page.post("/verify?lang=en", data=body, headers={"Content-Type": kind})
    assert answer.status == 422
    assert "choose a file" in await answer.text()


_BEGUN = b'--x\r\nContent-Disposition: form-data; name="scan"; filename="a"\r\n\r\nbegun'


async def _half_a_form(page: Client, announced: int = 5000, begun: bytes = _BEGUN) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, bytes]:
    """Half an upload, and what comes back to it."""
    reader, writer = await asyncio.open_connection(page.host, page.port)
    head = f"POST /verify?lang=en HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: {announced}\r\n\r\n"
    writer.write(head.encode() + begun)
    await writer.drain()
    return reader, writer, await asyncio.wait_for(reader.read(4000), 10)


@pytest.mark.parametrize("begun", [_BEGUN, b"--x\r\nContent-Disp", b""], ids=["in the file", "in its name", "before anything"])
async def test_a_sender_who_stops_in_the_middle_is_not_waited_for(page: Client, monkeypatch: pytest.MonkeyPatch, begun: bytes) -> None:
    monkeypatch.setattr(senders, "PAUSE_SECONDS", 0.1)
    _, writer, reply = await _half_a_form(page, begun=begun)
    assert b" 408 " in reply
    writer.close()


async def test_a_sender_who_drips_is_not_waited_for(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(senders, "UPLOAD_SECONDS", 0.3)

    async def drip() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="scan"; filename="a"\r\n\r\n'
        for _ in range(600):
            await asyncio.sleep(0.05)
            yield b"x"

    headers = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": "100000"}
    async with asyncio.timeout(8):
        answer = await page.post("/verify?lang=en", data=drip(), headers=headers)
        assert answer.status == 408
        assert "too long to arrive" in await answer.text()


# --- many at once ---


async def test_many_files_at_once_are_told_to_come_back(page: Client, paper: said.ReadyPaper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(senders, "AT_ONCE_EACH", 100)
    monkeypatch.setattr(senders, "AT_ONCE_MAX", 100)
    answers = await asyncio.gather(*[sent(page, as_png(scan(paper.back))) for _ in range(12)])
    refused = [text for status, text in answers if status == 503]
    assert sorted({status for status, _ in answers}) == [200, 503]
    assert len(refused) >= 12 - readers.WAITING_MAX - 4
    assert all("Many files are waiting" in text for text in refused)


async def test_one_sender_has_no_more_than_two_files_here(page: Client, paper: said.ReadyPaper) -> None:
    answers = await asyncio.gather(*[sent(page, as_png(scan(paper.back))) for _ in range(5)])
    assert sorted(status for status, _ in answers) == [200, 200, 503, 503, 503]


async def test_a_sender_who_asks_too_often_waits_a_minute(page: Client) -> None:
    statuses = [await _status(page, b"x") for _ in range(senders.ASKED_MAX)]
    assert set(statuses) == {422}
    status, text = await sent(page, b"x")
    assert status == 429 and "wait a minute" in text
    assert (await page.get("/verify")).status == 200


# --- senders, as values ---


def test_an_ipv6_network_is_one_sender_and_an_ipv4_address_is_itself() -> None:
    assert senders.sender_of("2001:db8:1:2:3::4") == senders.sender_of("2001:db8:1:2:ffff::1") != senders.sender_of("2001:db8:1:3::4")
    assert senders.sender_of("::ffff:192.0.2.1") == senders.sender_of("192.0.2.1") != senders.sender_of("192.0.2.2")


def test_a_minute_later_a_sender_may_ask_again() -> None:
    asking = senders.Senders()
    for _ in range(senders.ASKED_MAX):
        with asking.admitted("192.0.2.1", 100.0):
            pass
    with pytest.raises(senders.NotTaken, match="too_often"), asking.admitted("192.0.2.1", 159.9):
        pass
    with asking.admitted("192.0.2.2", 159.9), asking.admitted("192.0.2.1", 160.0):
        pass


def test_room_is_given_back_even_when_an_upload_fails() -> None:
    asking = senders.Senders()
    for number in range(10):
        with pytest.raises(ZeroDivisionError), asking.admitted(f"192.0.2.{number}", 0.0):
            raise ZeroDivisionError
    with asking.admitted("192.0.2.1", 0.0), asking.admitted("192.0.2.1", 0.0), pytest.raises(senders.NotTaken), asking.admitted("192.0.2.1", 0.0):
        pass
