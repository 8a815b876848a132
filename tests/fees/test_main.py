"""The fee office as a process: asked over TLS, killed, and started again with the same books."""

import asyncio
import json
import signal
import socket
import sys
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from messages.facts import AskPrices, FactMetered, FactsMetered, MeterFacts, Prices
from messages.link import HttpLink, NoAnswer
from messages.refusals import Refusal
from storage.instants import JST
from tests.fees.office import CITY, NOW, fact, raw_config
from trust.authority import create_root, save_certificate, save_key
from trust.parties import Peer, client_context, issue_party

ROOT = Path(__file__).parents[2]
PARTIES = (Peer("fees", "fees"), Peer("center", "center"), Peer("kiosk", "kiosk"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates for the fee office, a center and a kiosk."""
    folder = tmp_path_factory.mktemp("parties")
    turn = count(1)

    def token(size: int) -> bytes:
        return sha256(str(next(turn)).encode()).digest()[:size]

    since = datetime.now(JST) - timedelta(days=1)
    root = create_root("見本 当事者認証局", ec.generate_private_key(ec.SECP256R1()), since, token)
    save_certificate(root.certificate, folder / "ca.crt")
    for peer in PARTIES:
        key = ec.generate_private_key(ec.SECP256R1())
        save_certificate(issue_party(root, peer, ("127.0.0.1", "localhost"), key, since, token), folder / f"{peer.role}.crt")
        save_key(key, folder / f"{peer.role}.key")
    return folder


@pytest.fixture
def config_file(files: Path, tmp_path: Path) -> Path:
    door, office = free_port(), free_port()
    changes: dict[str, Any] = {
        "door": {
            "host": "127.0.0.1",
            "port": door,
            "certificate_file": files / "fees.crt",
            "key_file": files / "fees.key",
            "ca_file": files / "ca.crt",
        },
        "office": {"host": "127.0.0.1", "port": office},
        "database": f"sqlite:///{tmp_path / 'fees.db'}",
    }
    file = tmp_path / "config.json"
    file.write_text(json.dumps(raw_config(**changes), default=str), encoding="utf-8")
    return file


def link(files: Path, config_file: Path, role: str) -> HttpLink:
    port = json.loads(config_file.read_text(encoding="utf-8"))["door"]["port"]
    context = client_context(files / f"{role}.crt", files / f"{role}.key", files / "ca.crt")
    return HttpLink(f"https://127.0.0.1:{port}", context, "localhost")


@asynccontextmanager
async def served(config_file: Path) -> Any:
    """The process, once both its doors are open."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "fees", str(config_file), cwd=ROOT, stderr=asyncio.subprocess.PIPE)
    try:
        for port in (json.loads(config_file.read_text(encoding="utf-8"))[door]["port"] for door in ("door", "office")):
            await open_by(port)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def open_by(port: int) -> None:
    for _ in range(400):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.close()
        await writer.wait_closed()
        return
    raise AssertionError("the door did not open")


async def test_the_office_answers_the_center_and_keeps_its_books_through_a_kill(files: Path, config_file: Path) -> None:
    center = link(files, config_file, "center")
    batch = MeterFacts(center="center", facts=(fact(1, "i", "paid"), fact(2, "i", "printed")))
    async with served(config_file) as process:
        prices = await center.ask(AskPrices(municipality=CITY, channel="store", day=NOW.date()))
        assert isinstance(prices, Prices)
        booked = await center.ask(batch)
        assert booked == FactsMetered(facts=(FactMetered(number=1, metered="new"), FactMetered(number=2, metered="new")))
        process.send_signal(signal.SIGKILL)
        await process.wait()
    with pytest.raises(NoAnswer):
        await center.ask(batch, 2.0)
    async with served(config_file) as process:
        again = await center.ask(batch)
        assert again == FactsMetered(facts=(FactMetered(number=1, metered="repeat"), FactMetered(number=2, metered="repeat")))
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    await center.close()


async def test_a_kiosk_is_not_heard(files: Path, config_file: Path) -> None:
    kiosk = link(files, config_file, "kiosk")
    async with served(config_file):
        answer = await kiosk.ask(MeterFacts(center="center", facts=(fact(1, "i", "paid"),)))
        assert isinstance(answer, Refusal)
        assert answer.code == "role_not_admitted"
    await kiosk.close()
