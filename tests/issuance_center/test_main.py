"""The center as it is served: TLS doors, a real database file, an orderly end; and that it ends when its deliveries have died."""

import asyncio
import json
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from issuance_center import __main__ as center
from issuance_center.backs import Documents
from issuance_center.config import load_config
from issuance_center.delivery import Delivery
from messages import visits as said
from messages.configuration import ConfigInvalid
from messages.link import HttpLink
from messages.refusals import Refusal
from registers.population import MIHON
from simulation.document_keys import make_document_keys
from simulation.key_ring import rsa_ring, signing_key
from tests.issuance_center.founding import NOW, document_keys, documents, foundation, stream
from tests.issuance_center.test_config import raw
from trust.authority import create_root, save_certificate, save_key
from trust.document_signers import document_signer_certificate
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
    save_documents(tmp_path)
    content: dict[str, Any] = raw()
    content["door"] |= {"port": free_port(), "certificate_file": "center.pem", "key_file": "center.key"}
    content["office"]["port"] = free_port()
    content["receivers"]["port"] = free_port()
    content["database"] = f"sqlite:///{tmp_path}/center.db"
    file = tmp_path / "center.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def save_documents(folder: Path) -> None:
    """What stands behind papers, as files."""
    made = document_keys()
    save_certificate(made.authority.certificate, folder / "documents.pem")
    save_certificate(made.center_certificate, folder / "signer.pem")
    save_key(made.center_key, folder / "signer.key")
    (folder / "keys.json").write_bytes(made.key_list)
    (folder / "backs.secret").write_bytes(b"s" * 32)


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


# --- what stands behind papers ---


def of(folder: Path, **changes: Any) -> Documents:
    """The documents of a configuration in this folder."""
    content = raw()
    content |= {"name": changes.pop("name", content["name"])}
    content["documents"] |= changes
    file = folder / "center.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return center.documents_of(load_config(file), NOW)


def test_what_stands_behind_papers_is_read_from_its_files(tmp_path: Path) -> None:
    save_documents(tmp_path)
    made = of(tmp_path)
    assert (made.roots, made.code_keys, made.key_list, made.signer.certificate, made.secret) == (
        documents().roots,
        documents().code_keys,
        documents().key_list,
        documents().signer.certificate,
        b"s" * 32,
    )
    assert "PrivateKey" not in repr(made)
    assert "ssss" not in repr(made)


def _another_authoritys_key_list(folder: Path) -> None:
    other = replace(MIHON, code="992020")
    ring = rsa_ring()
    (folder / "keys.json").write_bytes(make_document_keys(other, (ring[0], ring[1], ring[2]), signing_key(901), NOW, stream("other")).key_list)


def _the_municipalitys_own_signer(folder: Path) -> None:
    save_certificate(document_keys().municipality_certificate, folder / "signer.pem")
    save_key(document_keys().municipality_key, folder / "signer.key")


def _a_signer_of_another_authority(folder: Path) -> None:
    ring = rsa_ring()
    other = make_document_keys(MIHON, (ring[0], ring[1], ring[2]), signing_key(901), NOW, stream("other"))
    save_certificate(other.center_certificate, folder / "signer.pem")
    save_key(other.center_key, folder / "signer.key")


def _an_expired_signer(folder: Path) -> None:
    made, since = document_keys(), NOW - timedelta(days=400)
    expired = document_signer_certificate(
        made.authority,
        made.center_key.public_key(),
        "urn:konbini:signer:center:center",
        "見本",
        "見本",
        since,
        NOW - timedelta(days=1),
        stream("expired"),
    )
    save_certificate(expired, folder / "signer.pem")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: (folder / "keys.json").unlink(), r"^documents\.key_list: .*keys\.json cannot be read: No such file"),
        (lambda folder: (folder / "keys.json").write_bytes(b"{}"), r"^documents\.key_list: .*keys\.json is not what it must be: not a key list$"),
        (_another_authoritys_key_list, r"^documents\.key_list: .*keys\.json is not what it must be: not signed by this authority$"),
        (
            lambda folder: (folder / "documents.pem").write_bytes(b"no certificate"),
            r"^documents\.authority: .*documents\.pem is not what it must be: ",
        ),
        (
            lambda folder: (folder / "backs.secret").write_bytes(b"s" * 31),
            r"^documents\.secret: .*backs\.secret has 31 bytes; it must have 32 or more$",
        ),
        (lambda folder: (folder / "backs.secret").unlink(), r"^documents\.secret: .*backs\.secret cannot be read"),
        (lambda folder: save_key(signing_key(1), folder / "signer.key"), r"^documents\.key: .*signer\.key is no RSA key$"),
        (lambda folder: save_key(rsa_ring()[0], folder / "signer.key"), r"^documents: .*signer\.key and .*signer\.pem: a signer has"),
        (lambda folder: (folder / "signer.key").write_bytes(b"no key"), r"^documents: .*signer\.key"),
        (_the_municipalitys_own_signer, r"^documents\.certificate: .*signer\.pem is that of municipality \d{6}, not of the center center$"),
        (_a_signer_of_another_authority, r"^documents\.certificate: .*signer\.pem is not of this authority: not issued by a root that is believed$"),
        (_an_expired_signer, r"^documents\.certificate: .*signer\.pem is valid from .* which is not now$"),
    ],
)
def test_what_no_paper_could_be_handed_out_with_is_a_sentence_at_start(tmp_path: Path, spoil: Callable[[Path], object], says: str) -> None:
    save_documents(tmp_path)
    spoil(tmp_path)
    with pytest.raises(ConfigInvalid, match=says) as raised:
        of(tmp_path)
    assert "s" * 31 not in str(raised.value)


def test_the_signer_is_that_of_this_very_center(tmp_path: Path) -> None:
    """A kiosk believes no other center's backs."""
    save_documents(tmp_path)
    with pytest.raises(ConfigInvalid, match="is that of center center, not of the center another"):
        of(tmp_path, name="another")
