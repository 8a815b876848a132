"""The center as it is served: TLS doors, a real database file, an orderly end; and that it ends when its deliveries have died."""

import asyncio
import json
import socket
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from issuance_center import __main__ as center
from issuance_center.config import load_config
from issuance_center.delivery import Delivery
from messages import visits as said
from messages.link import HttpLink
from messages.refusals import Refusal
from tests.issuance_center.founding import foundation
from tests.issuance_center.test_config import raw
from trust.authority import create_root, save_certificate, save_key
from trust.parties import Peer, client_context, issue_party


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    turn, since = count(1), center.now() - timedelta(days=1)

    def token(size: int) -> bytes:
        return next(turn).to_bytes(size, "big")

    root = create_root("見本 当事者認証局", ec.generate_private_key(ec.SECP256R1()), since, token)
    save_certificate(root.certificate, tmp_path / "ca.pem")
    save_certificate(foundation().authority.certificate, tmp_path / "jpki.pem")
    for role in ("center", "kiosk", "fees"):
        key = ec.generate_private_key(ec.SECP256R1())
        save_certificate(issue_party(root, Peer(role, role), ("localhost",), key, since, token), tmp_path / f"{role}.pem")
        save_key(key, tmp_path / f"{role}.key")
    content: dict[str, Any] = raw()
    content["door"] |= {"port": free_port(), "certificate_file": "center.pem", "key_file": "center.key"}
    content["office"]["port"] = free_port()
    content["database"] = f"sqlite:///{tmp_path}/center.db"
    file = tmp_path / "center.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def link(config_file: Path, role: str) -> HttpLink:
    folder = config_file.parent
    port = load_config(config_file).door.port
    return HttpLink(f"https://127.0.0.1:{port}", client_context(folder / f"{role}.pem", folder / f"{role}.key", folder / "ca.pem"), "localhost")


async def served(config_file: Path, stop: asyncio.Event) -> "asyncio.Task[None]":
    """The center, once its office answers."""
    config = load_config(config_file)
    life = asyncio.create_task(center.serve(config, stop))
    async with aiohttp.ClientSession() as session:
        for _ in range(500):
            if life.done():
                life.result()
            try:
                async with session.get(f"http://127.0.0.1:{config.office.port}/healthz") as answer:
                    assert (await answer.json())["status"] == "ok"
                    return life
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.01)
    pytest.fail("the center did not open its doors")


async def test_the_center_serves_kiosks_over_tls_and_ends_in_order(config_file: Path) -> None:
    stop = asyncio.Event()
    life = await served(config_file, stop)
    kiosk, stranger = link(config_file, "kiosk"), link(config_file, "fees")
    try:
        reply = await kiosk.ask(said.AskDirectory(kiosk_id="K-1"))
        assert isinstance(reply, said.Directory), reply
        opened = await kiosk.ask(said.OpenVisit(visit_id="1" * 32, kiosk_id="K-1", opened_at=center.now()))
        assert isinstance(opened, said.VisitOpened), opened
        refused = await stranger.ask(said.AskDirectory(kiosk_id="K-1"))
        assert isinstance(refused, Refusal)
        assert refused.code == "role_not_admitted"
    finally:
        await kiosk.close()
        await stranger.close()
        stop.set()
        await asyncio.wait_for(life, 20)
    again = asyncio.Event()
    life = await served(config_file, again)
    kiosk = link(config_file, "kiosk")
    try:
        assert await kiosk.ask(said.OpenVisit(visit_id="1" * 32, kiosk_id="K-1", opened_at=opened.challenge.expires_at)) != opened  # another instant
    finally:
        await kiosk.close()
        again.set()
        await asyncio.wait_for(life, 20)


async def test_a_center_whose_deliveries_have_died_ends_with_them(config_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would look well and tell nobody anything: better that it is started again."""
    dies = asyncio.Event()

    async def run(_self: Delivery) -> None:
        await dies.wait()
        raise RuntimeError("a bug")

    monkeypatch.setattr(Delivery, "run", run)
    life = await served(config_file, asyncio.Event())
    dies.set()
    with pytest.raises(RuntimeError, match="a bug"):
        await asyncio.wait_for(life, 20)
