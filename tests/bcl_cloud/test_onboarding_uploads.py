"""Data through a page: streamed to disk up to a bound, read beside the service, reported line by line, given up; and no archive outlives its reading."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import msgspec
import pytest
from aiohttp import DummyCookieJar, FormData
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from bcl_cloud.config import OPERATOR
from bcl_cloud.feeds import switching
from bcl_cloud.feeds.history import uploads
from bcl_cloud.feeds.packing import pack
from bcl_cloud.feeds.uploading import FaultLine, UploadReport
from bcl_cloud.joining.onboarding import Cloud
from bcl_cloud.offices.app import operators_office
from bcl_cloud.offices.by_host import offices_app
from bcl_cloud.offices.upload_pages import PER_PAGE
from bcl_cloud.serving import Serving
from bcl_cloud.tenancy.door import Tenancy
from bcl_cloud.tenants import entries as tenants
from bcl_cloud.tenants import journal
from bcl_cloud.uploads.beside import Job, UploadSeats
from bcl_cloud.uploads.desk import AnotherRuns, TooLarge, UploadDesk
from screens.sign_in import StaffAccount
from tests.bcl_cloud.feeds.feeding import AS_OF, town
from tests.bcl_cloud.opened import looked
from tests.bcl_cloud.tenants import A, B
from tests.bcl_cloud.test_desk import cloud
from tests.bcl_cloud.test_offices import HASH, Door
from tests.issuer.town import DECLARED, NOW

__all__ = ["cloud"]
HOST = f"{A}.localhost"
BOUND = 3 << 20


class Seats(UploadSeats):
    """Another process played: it says a phase and waits until it is told its report, or given up."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs: list[Job] = []
        self.archives: list[bytes] = []
        self.report: asyncio.Future[UploadReport] = asyncio.get_running_loop().create_future()

    async def upload_beside(self, job: Job, tell: object = None) -> UploadReport:
        self.jobs.append(job)
        self.archives.append(await asyncio.to_thread(Path(job.archive).read_bytes))
        assert callable(tell)
        tell("read koseki")
        return await self.report


class Uploading(Door):
    """The offices with a desk for uploads, a clerk of A signed in."""

    desk: UploadDesk
    cookie = ""

    async def send(self, path: str, archive: bytes | None, host: str = HOST, cookie: str | None = None, **texts: str) -> tuple[int, str]:
        data = FormData(texts, quote_fields=False, default_to_multipart=True)
        if archive is not None:
            data.add_field("archive", io.BytesIO(archive), filename="data/九月.zip")
        headers = {"Host": host, "Cookie": self.cookie if cookie is None else cookie, "Origin": f"http://{host}"}
        async with self.client.post(path, data=data, headers=headers, allow_redirects=False) as answer:
            return answer.status, unescape(await answer.text())


def desk_of(cloud: Cloud, folder: Path, seats: UploadSeats, bytes_max: int = BOUND) -> UploadDesk:
    turn = iter(range(1, 1000))
    places = (str(folder / "tenants"), folder / "keys", folder / "uploads")
    return UploadDesk(cloud, *places, lambda: NOW, lambda size: next(turn).to_bytes(size, "big"), seats=seats, bytes_max=bytes_max)


@pytest.fixture
async def door(cloud: Cloud, tmp_path: Path) -> AsyncIterator[Uploading]:
    for code in (A, B):
        await looked(cloud, code)
        await cloud.database.write(
            tenants.set_staff, code, (StaffAccount("suzuki", HASH, ("clerk",)), StaffAccount("zei", HASH, ("tax",))), "op", "", NOW
        )
    token = iter(range(1, 10_000))
    take = lambda size: next(token).to_bytes(size, "big")  # noqa: E731
    desk = desk_of(cloud, tmp_path, Seats())
    office = operators_office(
        (StaffAccount("op", HASH, (OPERATOR,)),), cloud, desk, now=lambda: NOW, token=take, registry=CollectorRegistry(), openapi=None
    )
    serving = Serving(cloud.database, cloud.tenancy, cloud.keys, DECLARED, 0.0)
    client = TestClient(TestServer(offices_app(serving, cloud, desk, office, lambda: NOW, take)), cookie_jar=DummyCookieJar())
    await client.start_server()
    made = Uploading(client)
    made.desk = desk
    made.cookie = await made.sign_in(HOST)
    yield made
    await desk.close()
    await client.close()


async def until_read(desk: UploadDesk) -> None:
    """Wait until an upload of A has ended."""
    while desk.running(A) is not None:
        await asyncio.sleep(0)


async def test_an_archive_is_taken_in_read_and_forgotten_and_its_tenant_has_one_at_a_time(door: Uploading, cloud: Cloud, tmp_path: Path) -> None:
    seats, folder = door.desk._seats, tmp_path / "uploads"
    assert isinstance(seats, Seats)
    for archive, texts, says in (
        (None, {"why": "更新"}, "ZIP ファイルを選んでください"),
        (b"x" * 100, {"why": " "}, "理由を入力してください"),
        (b"x" * (BOUND + 1), {"why": "更新"}, "大きすぎます"),
    ):
        status, page = await door.send("/data/upload", archive, **texts)
        assert status == 422 and says in page, says
    assert door.desk.running(A) is None and list(folder.glob("*")) == []

    big = bytes(range(256)) * (2 << 12)  # above what a form of an ordinary page may have
    assert (await door.send("/data/upload", big, why="九月分"))[0] == 303
    while not seats.archives:
        await asyncio.sleep(0)
    assert seats.archives == [big] and seats.jobs[0].tenant == A and Path(seats.jobs[0].archive).parent == folder
    (kept,) = folder.glob("*")
    assert kept.stat().st_mode & 0o077 == 0
    for path, renewed in (("/data", False), ("/data/progress", True), ("/data/abandon", False)):  # what is typed on a page is not taken away by it
        async with door.client.get(path, headers={"Host": HOST, "Cookie": door.cookie}) as answer:
            page = await answer.text()
            assert "戸籍を読んでいます" in page and "九月.zip" in page and ("Refresh" in answer.headers) is renewed
    assert "すでに進んでいます" in (await door.send("/data/upload", b"second", why="更新"))[1]
    assert door.desk.running(B) is None
    seats.report.set_result(UploadReport(outcome="applied", sequence=3, upload_no=1))
    await until_read(door.desk)
    status, page = await door.ask(HOST, "/data", door.cookie)
    assert "適用しました" in page and list(folder.glob("*")) == []
    assert (await door.ask(HOST, "/data/progress", door.cookie))[0] == 303
    noted = (await cloud.database.read(journal.entries, A, 1))[0].entry
    assert (noted.doing, noted.detail, noted.who, noted.why) == ("upload", "九月.zip", "suzuki", "九月分")


async def test_who_may_not_upload_cannot_and_an_operator_can(door: Uploading) -> None:
    assert (await door.send("/data/upload", b"x", cookie=await door.sign_in(HOST, "zei"), why="更新"))[0] == 403
    assert (await door.send("/data/upload", b"x", cookie="", why="更新"))[0] == 401
    other = await door.sign_in(f"{B}.localhost")
    assert (await door.send("/data/upload", b"x", cookie=other, why="更新"))[0] == 401
    assert door.desk.running(A) is None
    op = await door.sign_in("localhost", "op")
    assert (await door.ask("localhost", f"/tenants/{A}/data", op))[0] == 200
    assert (await door.send(f"/tenants/{A}/data/upload", b"x", host="localhost", cookie=op, why="団体の依頼"))[0] == 303
    running = door.desk.running(A)
    assert running is not None and running.who == "op" and door.desk.running(B) is None


async def test_what_is_given_up_is_ended_and_noted_with_who_and_why(door: Uploading, cloud: Cloud, tmp_path: Path) -> None:
    assert (await door.send("/data/upload", b"x", why="更新"))[0] == 303
    assert (await door.send("/data/abandon", None, why=" "))[0] == 422 and door.desk.running(A) is not None
    assert (await door.send("/data/abandon", None, why="送り間違い"))[0] == 303
    assert door.desk.running(A) is None and list((tmp_path / "uploads").glob("*")) == []
    noted = (await cloud.database.read(journal.entries, A, 1))[0].entry
    assert (noted.detail, noted.who, noted.why) == ("九月.zip abandoned", "suzuki", "送り間違い")
    assert "中断しました" in (await door.ask(HOST, "/data", door.cookie))[1]


async def test_thousands_of_bad_lines_are_paged_and_come_as_a_file(door: Uploading, cloud: Cloud) -> None:
    lines = tuple(FaultLine("=residents.csv", 31_337 + place, "氏名", "empty", "空です。", "Empty.") for place in range(2 * PER_PAGE + 1))
    report = UploadReport(outcome="rejected", upload_no=1, faults=lines, fault_count=5000)
    await cloud.tenancy.store(A).write(switching.note_refused, None, lambda number: msgspec.json.encode(report).decode(), NOW)
    first, last = [(await door.ask(HOST, f"/data/uploads/1?page={page}", door.cookie))[1] for page in (1, 3)]
    assert "31,337" in first and "31,537" not in first and "1／3ページ" in first and "5000か所" in first
    assert f"{31_337 + 2 * PER_PAGE:,}" in last and "31,337<" not in last
    assert (await door.ask(HOST, "/data/uploads/1?page=99999999", door.cookie))[0] == 200
    status, file = await door.ask(HOST, "/data/uploads/1.csv", door.cookie)
    rows = list(csv.reader(io.StringIO(file.lstrip("\ufeff"))))
    assert status == 200 and len(rows) == 1 + len(lines) and rows[1] == ["'=residents.csv", "31337", "氏名", "empty", "空です。"]
    assert (await door.ask(f"{B}.localhost", "/data/uploads/1", await door.sign_in(f"{B}.localhost")))[0] == 404


async def test_in_a_real_process_the_data_arrive_and_a_broken_one_leaves_the_old_state(cloud: Cloud, tenancy: Tenancy, tmp_path: Path) -> None:
    (tmp_path / "points").mkdir()
    desk = desk_of(cloud, tmp_path, UploadSeats(), 64 << 20)
    desk._crash_points = tmp_path / "points"

    async def pieces(archive: bytes) -> AsyncIterator[bytes]:
        for start in range(0, len(archive), 100_000):
            yield archive[start : start + 100_000]

    archive = pack(town(), B, 1, AS_OF, registers=("residents",))
    (tmp_path / "points" / f"upload-{B}.armed").write_text("commit:switch:before 1", encoding="utf-8")
    await desk.begin(B, await desk.received(pieces(archive)), "a.zip", "op", "参加")
    with pytest.raises(AnotherRuns):
        await desk.begin(B, await desk.received(pieces(b"x")), "b.zip", "op", "参加")
    running = desk.running(B)
    assert running is not None and running.task is not None
    await running.task
    ended = desk.ended(B)
    assert ended is not None and ended.outcome == "broken"
    assert [one.state for one in await tenancy.store(B).read(uploads)] == ["abandoned"]
    await desk.begin(B, await desk.received(pieces(archive)), "a.zip", "op", "参加")
    running = desk.running(B)
    assert running is not None and running.task is not None
    await running.task
    ended = desk.ended(B)
    assert ended is not None and (ended.outcome, ended.upload_no) == ("applied", 2)
    assert list((tmp_path / "uploads").glob("*")) == []


async def test_whoever_breaks_off_or_sends_too_much_leaves_nothing_and_what_a_dead_process_left_is_swept(cloud: Cloud, tmp_path: Path) -> None:
    desk, folder = desk_of(cloud, tmp_path, UploadSeats(), 10), tmp_path / "uploads"

    async def breaking() -> AsyncIterator[bytes]:
        yield b"123"
        raise ConnectionResetError

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"1234"

    with pytest.raises(ConnectionResetError):
        await desk.received(breaking())
    with pytest.raises(TooLarge):
        await desk.received(endless())
    assert list(folder.glob("*")) == []
    (folder / "left.zip").write_bytes(b"x")
    desk.sweep()
    assert list(folder.glob("*")) == []
