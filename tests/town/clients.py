"""Standard clients before a party's door: a bare TLS socket, curl, openssl; and certificates of several kinds to show there."""

import secrets
import socket
import ssl
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from simulation.town.description import Town
from simulation.town.folders import Folders
from storage.instants import JST
from trust.authority import Authority, create_root, load, save_certificate, save_key
from trust.parties import Peer, issue_party

SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Shown:
    """What a client shows of itself: files of a certificate and its key."""

    certificate: Path
    key: Path


def of_party(folders: Folders, party: str) -> Shown:
    """A party's own."""
    return Shown(folders.party(party) / "party.pem", folders.party(party) / "party.key")


def of_stranger(folder: Path, name: str, days: int = 30) -> Shown:
    """One that says it is the town's kiosk, and that another authority has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    since = datetime.now(JST) - timedelta(days=1)
    return _made(folder, create_root("見本 当事者認証局", key, since, secrets.token_bytes), name, Peer("kiosk", "kiosk"), since, days)


def of_the_towns_own(folder: Path, folders: Folders, name: str, peer: Peer, since: datetime, days: int) -> Shown:
    """One that the town's authority has signed, for any peer and any days."""
    return _made(folder, load(folders.authorities / "parties.pem", folders.authorities / "parties.key"), name, peer, since, days)


def _made(folder: Path, authority: Authority, name: str, peer: Peer, since: datetime, days: int) -> Shown:
    key = ec.generate_private_key(ec.SECP256R1())
    shown = Shown(folder / f"{name}.pem", folder / f"{name}.key")
    save_key(key, shown.key)
    save_certificate(issue_party(authority, peer, ("localhost",), key, since, secrets.token_bytes, days), shown.certificate)
    return shown


def heard(url: str, request: bytes, shown: Shown | None, *, highest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> bytes:
    """Every byte of application data that comes back from a door over a bare TLS socket. With TLS 1.3 the handshake itself may seem to succeed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = highest
    if shown is not None:
        context.load_cert_chain(shown.certificate, shown.key)
    address = urlsplit(url)
    received = b""
    with (
        suppress(ssl.SSLError, ConnectionError),
        socket.create_connection((address.hostname, address.port), timeout=SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=address.hostname) as tls,
    ):
        tls.sendall(request)
        while not _whole(received) and (part := tls.recv(65_536)):
            received += part
    return received


def _whole(answer: bytes) -> bool:
    """Whether this is an HTTP answer with all of its body; a door may linger before it closes."""
    head, end, body = answer.partition(b"\r\n\r\n")
    size = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), None)
    return bool(end) and size is not None and len(body) >= size


def heard_in_the_clear(url: str, request: bytes) -> bytes:
    """Every byte that comes back to somebody who does not speak TLS at all."""
    address = urlsplit(url)
    received = b""
    with suppress(ConnectionError), socket.create_connection((address.hostname, address.port), timeout=SECONDS) as plain:
        plain.sendall(request)
        while part := plain.recv(4096):
            received += part
    return received


def curl(town: Town, shown: Shown | None, url: str, *options: str) -> subprocess.CompletedProcess[bytes]:
    """What curl makes of it; it knows the parties' authority."""
    identity = () if shown is None else ("--cert", str(shown.certificate), "--key", str(shown.key))
    words = ("curl", "--silent", "--show-error", "--max-time", str(int(SECONDS)), "--cacert", town.ca["parties"], *identity, *options, url)
    return subprocess.run(words, capture_output=True, check=False)


def openssl(folder: Path, *words: str) -> str:
    """What openssl says."""
    done = subprocess.run(("openssl", *words), cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
