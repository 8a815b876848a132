"""Two ends of a line for these tests: certificates of real parties, a door with a desk that does as it is told, and a server that answers as rudely as it likes."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from prometheus_client import CollectorRegistry

from messages.door import Door, open_door
from messages.link import HttpLink
from messages.wire import Message
from storage.crash_points import CrashPoints
from storage.instants import JST
from tests.trust.town import stream
from trust.authority import Authority, create_root, issued_by, key_usage, save_certificate, save_key, serial_from, sign_certificate
from trust.parties import Peer, client_context, issue_party, server_context

HERE = "127.0.0.1"
CENTER = Peer("center", "center")
KIOSK = Peer("kiosk", "kiosk")
FEES = Peer("fees", "fees")


@cache
def _root(which: str) -> Authority:
    return create_root("見本 当事者認証局", ec.generate_private_key(ec.SECP256R1()), _yesterday(), stream(which))


def _yesterday() -> datetime:
    return datetime.now(JST) - timedelta(days=1)  # TLS reads the machine's clock


def server_name(peer: Peer) -> str:
    return f"{peer.name}.{peer.role}.party.invalid"


@cache
def _identity(peer: Peer | None, which: str) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    token = stream(f"{peer} {which}")
    if peer is not None:
        return issue_party(_root(which), peer, ("localhost", server_name(peer)), key, _yesterday(), token), key
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "見本 nobody")])
    builder = issued_by(_root(which), subject, key.public_key(), serial_from(token)).not_valid_before(_yesterday())
    builder = builder.not_valid_after(_yesterday() + timedelta(days=9)).add_extension(key_usage("digital_signature"), critical=True)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("nobody.invalid")]), critical=False)
    return sign_certificate(builder, _root(which).key), key


@dataclass(frozen=True, slots=True)
class Papers:
    """Certificates of parties as files in `folder`; `which` names the authority, None a certificate that names no party."""

    folder: Path

    def server(self, peer: Peer, which: str = "ours") -> ssl.SSLContext:
        return server_context(*self._files(peer, which), self._ca())

    def client(self, peer: Peer | None, which: str = "ours") -> ssl.SSLContext:
        return client_context(*self._files(peer, which), self._ca())

    def _ca(self) -> Path:
        file = self.folder / "ca.pem"
        save_certificate(_root("ours").certificate, file)
        return file

    def _files(self, peer: Peer | None, which: str) -> tuple[Path, Path]:
        name = f"{f'{peer.role}-{peer.name}' if peer else 'nobody'}-{which}"
        certificate, key = _identity(peer, which)
        files = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        if not files[0].exists():
            save_certificate(certificate, files[0])
            save_key(key, files[1])
        return files


Answer = Callable[[Message], Awaitable[Message]]


@dataclass
class DeskAsTold:
    """Answers by `act`, and remembers what it heard."""

    act: Answer
    heard: list[tuple[Message, Peer, datetime]] = field(default_factory=list)

    async def answer(self, message: Message, peer: Peer, now: datetime) -> Message:
        self.heard.append((message, peer, now))
        return await self.act(message)


@dataclass
class OpenDoor:
    """An open door and what stands behind it."""

    port: int
    desk: DeskAsTold
    door: Door
    registry: CollectorRegistry
    papers: Papers
    peer: Peer

    def link(self, peer: Peer = KIOSK, which: str = "ours", server: str | None = None) -> HttpLink:
        return HttpLink(f"https://{HERE}:{self.port}", self.papers.client(peer, which), server or server_name(self.peer))


@asynccontextmanager
async def opened(
    papers: Papers,
    act: Answer,
    accepts: tuple[type[Message], ...],
    *,
    peer: Peer = CENTER,
    now: Callable[[], datetime] = lambda: datetime.now(JST),
    points: CrashPoints | None = None,
) -> AsyncIterator[OpenDoor]:
    desk, registry = DeskAsTold(act), CollectorRegistry()
    door = Door(desk, title="見本", accepts=accepts, now=now, registry=registry, points=points or CrashPoints(None, peer.role))
    async with open_door(door, HERE, 0, papers.server(peer)) as port:
        yield OpenDoor(port, desk, door, registry, papers, peer)


@dataclass
class RudeServer:
    """Speaks TLS as the center and answers each request with the next of `answers` (the last again and again): bytes, then the connection ends unless they say otherwise.

    An empty answer is a connection that is dropped; None is silence.
    """

    answers: list[bytes | None]
    keep: bool = False
    port: int = 0
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                size = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
                self.requests.append(head + await reader.readexactly(size))
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                if answer is None:
                    await asyncio.sleep(60)
                    return
                writer.write(answer)
                await writer.drain()
                if not self.keep or not answer:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def rude(
    papers: Papers, answers: list[bytes | None], *, keep: bool = False, peer: Peer = CENTER, which: str = "ours"
) -> AsyncIterator[RudeServer]:
    server = RudeServer(answers, keep)
    tasks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await server.talk(reader, writer)

    listening = await asyncio.start_server(talk, HERE, 0, ssl=papers.server(peer, which))
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def response(status: int, body: bytes, *more: str) -> bytes:
    """An HTTP response as bytes."""
    lines = [f"HTTP/1.1 {status} said", "Content-Type: application/json", f"Content-Length: {len(body)}", *more]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
