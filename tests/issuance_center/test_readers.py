"""Hostile files, and a reading process that hangs, dies, or would write."""

import asyncio
import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from issuance_center import readers
from issuance_center.readers import Readers
from messages import visits as said
from tests.issuance_center import hangs
from tests.issuance_center.founding import NOW, documents
from tests.issuance_center.town import until
from tests.issuance_center.uploads import (
    PROVEN,
    Client,
    as_png,
    scan,
    sent,
)


async def test_the_reading_process_can_write_no_file(process: Readers, page: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "_read_here", hangs.leaves_a_file)
    assert await process._tried(str(tmp_path / "left").encode(), readers.belief_of(documents()), NOW) == "OSError"


# --- hostile files ---


def png_of(width: int, height: int, bits: int = 8) -> bytes:
    """A PNG's frame around as many zeros as are cheap to send."""
    chunks = ((b"IHDR", struct.pack(">LLBBBBB", width, height, bits, 0, 0, 0, 0)), (b"IDAT", zlib.compress(bytes(20_000_000), 9)), (b"IEND", b""))
    packed = b"".join(struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data)) for kind, data in chunks)
    return b"\x89PNG\r\n\x1a\n" + packed


def jpeg_of(width: int, height: int) -> bytes:
    out = BytesIO()
    Image.new("L", (64, 64)).save(out, "JPEG")
    data = bytearray(out.getvalue())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)


_NOISE = as_png(Image.fromarray(np.random.default_rng(1).integers(0, 255, (600, 600), np.uint8)))
HOSTILE = {
    "a picture of 100 megapixels": (png_of(10_000, 10_000), "too large"),
    "a picture of two thousand million pixels": (png_of(50_000, 50_000), "too large"),
    "a JPEG of 100 megapixels": (jpeg_of(10_000, 10_000), "too large"),
    "a JPEG that says more than it has": (jpeg_of(6000, 6000), ""),
    "a PNG that breaks off": (_NOISE[: len(_NOISE) // 2], "damaged"),
    "a PNG of sixteen bytes": (_NOISE[:16], "damaged"),
    "a page of the web": (b"<!doctype html><script>alert(1)</script>", "PNG, a JPEG or a PDF"),
    "a program": (b"\x7fELF" + bytes(2000), "PNG, a JPEG or a PDF"),
    "a GIF": (b"GIF89a" + bytes(500), "PNG, a JPEG or a PDF"),
    "an encrypted PDF": (b"%PDF-1.7\n1 0 obj\n<< /Encrypt 2 0 R >>\nendobj\n", "encrypted"),
    "a PDF without pictures": (b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n", "no scanned page"),
    "a PDF that only says it is signed": (b"%PDF-1.7\n/ByteRange [0 1 2 3]\n%%EOF\n", "Not proven"),
    "an empty file": (b"", "choose a file"),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_file_is_answered_with_a_sentence_and_the_reader_lives_on(process: Readers, page: Client, name: str) -> None:
    content, sentence = HOSTILE[name]
    before = _reader(process)
    status, text = await sent(page, content)
    assert status in (200, 422) and sentence in text
    assert PROVEN not in text
    assert before in (set(), _reader(process))


def _reader(process: Readers) -> set[int]:
    return set(process._pool._processes or {})


async def test_the_loop_goes_on_while_a_scan_is_read(page: Client, paper: said.ReadyPaper) -> None:
    reading = asyncio.create_task(sent(page, as_png(scan(paper.back, 300))))
    answered = 0
    while not reading.done():
        assert (await page.get("/healthz")).status == 200
        answered += 1
        await asyncio.sleep(0.005)
    assert (await reading)[0] == 200
    assert answered > 10


async def test_a_reading_that_does_not_end_is_ended_and_the_next_is_read(
    process: Readers, page: Client, paper: said.ReadyPaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sent(page, paper.face)  # so that there is a process
    (before,) = process._pool._processes.values()
    with monkeypatch.context() as patched:
        patched.setattr(readers, "_read_here", hangs.never_ends)
        patched.setattr(readers, "READING_SECONDS", 0.3)
        status, text = await sent(page, paper.face)
    assert status == 422 and "given up" in text
    await until(lambda: not Path(f"/proc/{before.pid}").exists())
    assert PROVEN in (await sent(page, paper.face))[1]


async def test_a_file_that_ends_its_reader_is_given_up_and_the_next_is_read(
    page: Client, paper: said.ReadyPaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(readers, "_read_here", hangs.dies)
        assert "given up" in (await sent(page, paper.face))[1]
    assert PROVEN in (await sent(page, paper.face))[1]


async def test_a_reader_that_died_meanwhile_costs_nobody_an_answer(process: Readers, page: Client, paper: said.ReadyPaper) -> None:
    await sent(page, paper.face)
    for one in process._pool._processes.values():
        one.kill()
        await asyncio.to_thread(one.join, 5)
    assert PROVEN in (await sent(page, paper.face))[1]


async def test_the_reader_s_memory_is_bounded(process: Readers, page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "_read_here", hangs.exhausts_memory)
    with pytest.raises(MemoryError):
        await process._tried(b"", readers.belief_of(documents()), NOW)
