"""The municipal server as a process of its own: its doors, a paper over TLS, SIGTERM, and kill -9 followed by the same order."""

import asyncio
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from messages.link import HttpLink, NoAnswer
from messages.orders import ChoicesOffered, Issued
from messages.refusals import Refusal
from storage.instants import JST
from tests.issuer.town import FATHER, MUNICIPALITY, ask, drawn_text, open_town, order, seal
from tests.municipal_server.test_config import save_signing, written
from trust.authority import create_root, save_certificate, save_key
from trust.parties import Peer, client_context, issue_party

ROOT = Path(__file__).parents[2]
NOW = datetime.now(JST)


class Town:
    """One municipal server with its files, ports and process."""

    def __init__(self, folder: Path, workers: int) -> None:
        self.folder, self.door, self.office = folder, free_port(), free_port()
        (folder / "seal.png").write_bytes(seal())
        save_signing(folder)
        self.authority = create_root("見本 parties", ec.generate_private_key(ec.SECP256R1()), NOW - timedelta(days=1), secrets.token_bytes)
        self.tls(Peer("municipal", MUNICIPALITY), "own")
        places = {"door": {"host": "127.0.0.1", "port": self.door}, "office": {"host": "127.0.0.1", "port": self.office}}
        (folder / "points").mkdir()
        self.config = written(folder, **places, press_workers=workers, crash_points=str(folder / "points"))
        self.process: subprocess.Popen[bytes] | None = None

    def tls(self, peer: Peer, name: str) -> tuple[Path, Path, Path]:
        files = (self.folder / f"{name}.pem", self.folder / f"{name}.key", self.folder / "ca.pem")
        key = ec.generate_private_key(ec.SECP256R1())
        save_certificate(issue_party(self.authority, peer, ("localhost",), key, NOW - timedelta(hours=1), secrets.token_bytes), files[0])
        save_key(key, files[1])
        save_certificate(self.authority.certificate, files[2])
        return files

    def link(self, role: str) -> HttpLink:
        return HttpLink(f"https://127.0.0.1:{self.door}", client_context(*self.tls(Peer(role, "other"), role)), "localhost")

    async def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-m", "municipal_server", str(self.config)], cwd=ROOT, stderr=subprocess.DEVNULL)
        for _ in range(200):
            if self.process.poll() is None and await asyncio.to_thread(self.health) == "ok":
                return
            await asyncio.sleep(0.05)
        pytest.fail("the municipal server did not start")

    def health(self) -> str:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.office}/healthz", timeout=5) as answer:
                return str(json.loads(answer.read())["status"])
        except (urllib.error.URLError, ConnectionError):
            return "none"

    def end(self, number: int) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(10)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    await (await open_town(tmp_path / "municipal.db")).close()
    served = Town(tmp_path, workers=1)
    await served.start()
    yield served
    served.end(signal.SIGKILL)


async def test_the_center_gets_a_paper_and_nobody_else_is_heard_and_the_end_is_orderly(town: Town) -> None:
    center, kiosk = town.link("center"), town.link("kiosk")
    try:
        offered = await center.ask(ask(FATHER))
        assert isinstance(offered, ChoicesOffered), offered
        issued = await center.ask(order("r1", FATHER, offered))
        assert isinstance(issued, Issued) and "見本　太郎" in drawn_text(issued.papers[0].face)
        refused = await kiosk.ask(ask(FATHER))
        assert isinstance(refused, Refusal) and refused.code == "role_not_admitted"
    finally:
        await center.close()
        await kiosk.close()
    for path in ("/openapi.json", "/metrics"):
        with urllib.request.urlopen(f"http://127.0.0.1:{town.office}{path}", timeout=5) as answer:
            assert answer.status == 200
    assert town.end(signal.SIGTERM) == 0


@pytest.mark.parametrize(
    "point",
    [
        "commit:reserve_if_unchanged:before",
        "commit:reserve_if_unchanged:after",
        "commit:note_drawn:before",
        "commit:note_drawn:after",
        "serve:IssueOrder:after",
    ],
)
async def test_killed_at_any_point_of_an_order_the_repeat_gets_the_one_paper(town: Town, point: str) -> None:
    center = town.link("center")
    offered = await center.ask(ask(FATHER))
    assert isinstance(offered, ChoicesOffered)
    one = order("r1", FATHER, offered)
    armed = town.folder / "points" / f"{MUNICIPALITY}.armed"
    armed.write_text(f"{point} 1")
    with pytest.raises(NoAnswer):
        await center.ask(one)
    assert town.process is not None and town.process.wait(10) == -signal.SIGKILL and not armed.exists()
    await town.start()
    first = await center.ask(one)
    assert isinstance(first, Issued) and first.papers[0].number.endswith(" 000001")
    assert await center.ask(one) == first
    await center.close()


async def test_a_dead_worker_ends_the_process_so_that_it_is_started_anew(town: Town) -> None:
    assert town.process is not None
    children = Path(f"/proc/{town.process.pid}/task/{town.process.pid}/children")
    if not children.exists():
        pytest.skip("this kernel does not list children")
    os.kill(int(children.read_text().split()[0]), signal.SIGKILL)
    center = town.link("center")
    offered = await center.ask(ask(FATHER))
    assert isinstance(offered, ChoicesOffered)
    try:
        reply = await center.ask(order("r1", FATHER, offered))
        assert isinstance(reply, Refusal) and reply.code == "issuer_unavailable"
    except NoAnswer:
        pass
    await center.close()
    assert await asyncio.to_thread(town.process.wait, 10) == 1


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
