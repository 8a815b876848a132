"""The shared cloud as a process of its own, on files or on PostgreSQL: two tenants brought all the way, party certificates, ports."""

import asyncio
import json
import secrets
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from bcl_cloud.config import Config, load
from bcl_cloud.joining import onboarding
from bcl_cloud.joining.opening import close_cloud, open_cloud
from bcl_cloud.joining.trial_issue import draw_trial, look_at_all
from bcl_cloud.tenants import entries as tenants
from messages.link import HttpLink
from registers.residents.tables import METADATA as REGISTER
from simulation.key_ring import rsa_ring, signing_key
from storage.instants import JST
from tests.bcl_cloud.opened import ACCOUNT, CLERK_NAME
from tests.bcl_cloud.tenants import A, B
from tests.bcl_cloud.test_desk import ONLY_B, description
from tests.issuer.town import document_keys, person, populate
from trust.authority import create_root, save_certificate, save_key
from trust.parties import Peer, client_context, issue_party

ROOT = Path(__file__).parents[2]
assert REGISTER.tables
PATIENCE = 1200
"""Looks at whether a process is in the state that is waited for, fifty milliseconds apart: far more than any machine needs."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Service:
    """One configuration of the cloud with its files, and the process that serves it."""

    def __init__(self, folder: Path, **changes: Any) -> None:
        self.folder, self.door, self.office = folder, free_port(), free_port()
        self.now = datetime.now(JST)
        self.authority = create_root("見本 parties", ec.generate_private_key(ec.SECP256R1()), self.now - timedelta(days=1), secrets.token_bytes)
        (folder / "points").mkdir()
        own = self.tls(Peer("bcl", "bcl"), "own")
        self.config = folder / "bcl.json"
        settings = {
            "name": "bcl",
            "door": {"host": "127.0.0.1", "port": self.door},
            "office": {"host": "127.0.0.1", "port": self.office},
            "tls": dict(zip(("certificate", "key", "authority"), map(str, own), strict=True)),
            "database": f"sqlite:///{folder}/cloud.db",
            "tenants": "tenants",
            "keys": "keys",
            "press_workers": 1,
            "refusal_seconds": 0,
            "crash_points": "points",
        }
        self.config.write_text(json.dumps(settings | changes), encoding="utf-8")
        self.process: subprocess.Popen[bytes] | None = None

    def loaded(self) -> Config:
        return load(self.config)

    def tls(self, peer: Peer, name: str) -> tuple[Path, Path, Path]:
        files = (self.folder / f"{name}.pem", self.folder / f"{name}.key", self.folder / "ca.pem")
        key = ec.generate_private_key(ec.SECP256R1())
        save_certificate(issue_party(self.authority, peer, ("localhost",), key, self.now - timedelta(hours=1), secrets.token_bytes), files[0])
        save_key(key, files[1])
        save_certificate(self.authority.certificate, files[2])
        return files

    def link(self, role: str) -> HttpLink:
        return HttpLink(f"https://127.0.0.1:{self.door}", client_context(*self.tls(Peer(role, "other"), role)), "localhost")

    async def prepare(self) -> None:
        """Two tenants, open: みほん市 with its families, となり市 with one resident."""
        cloud = await open_cloud(self.loaded(), sole=False)
        try:
            for place, code in enumerate((A, B)):
                cloud.keys.install(code, rsa_ring()[1 + place], signing_key(1 + place), signing_key(3 + place))
                told = description(code, self.folder)
                await onboarding.onboard(cloud, told, document_keys().authority, "op", "参加", self.now, secrets.token_bytes)
                await cloud.database.write(tenants.set_staff, code, (ACCOUNT,), "op", "参加", self.now)
                people = (person(ONLY_B, 9, "隣　町子", "世帯主"),) if code == B else None
                await cloud.tenancy.store(code).write(populate, *(() if people is None else (people,)))
                await draw_trial(cloud, code, "op", "試験発行", self.now)
                await look_at_all(cloud, code, CLERK_NAME, self.now)
                assert await onboarding.open_tenant(cloud, code, "op", "開始", self.now) == ()
        finally:
            await close_cloud(cloud)

    def beside(self) -> "Service":
        """The same configuration once more, at other ports: another process of the same cloud."""
        made = object.__new__(Service)
        made.__dict__ |= self.__dict__ | {"door": free_port(), "office": free_port(), "process": None, "config": self.folder / "beside.json"}
        settings = json.loads(self.config.read_text(encoding="utf-8"))
        settings |= {"door": {"host": "127.0.0.1", "port": made.door}, "office": {"host": "127.0.0.1", "port": made.office}}
        made.config.write_text(json.dumps(settings), encoding="utf-8")
        return made

    def started(self) -> "subprocess.Popen[bytes]":
        """Another process of this configuration, with what it says kept."""
        return subprocess.Popen([sys.executable, "-m", "konbini", "serve", "bcl", "--config", str(self.config)], cwd=ROOT, stderr=subprocess.PIPE)

    async def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "konbini", "serve", "bcl", "--config", str(self.config)], cwd=ROOT, stderr=log, stdout=log
            )
        for _ in range(PATIENCE):
            assert self.process.poll() is None, (self.folder / "log").read_text(encoding="utf-8")
            if await asyncio.to_thread(self.health) == "ok":
                return
            await asyncio.sleep(0.05)
        raise AssertionError("the cloud did not open its doors")

    def health(self) -> str:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.office}/healthz", timeout=60) as answer:
                return str(json.loads(answer.read())["status"])
        except (urllib.error.URLError, ConnectionError):
            return "none"

    async def closing(self) -> None:
        """Wait until the office takes nobody in any more."""
        for _ in range(PATIENCE):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.office)
            except ConnectionError:
                return
            writer.close()
            await asyncio.sleep(0.01)
        raise AssertionError("the cloud did not begin to close")

    async def reached(self, point: str) -> None:
        """Wait until the process has passed a point (`record` it first)."""
        passed = self.folder / "points" / "bcl.points"
        for _ in range(PATIENCE):
            if passed.exists() and point in passed.read_text(encoding="utf-8").split():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"{point} was not reached")

    def end(self, number: int = signal.SIGKILL) -> int:
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(120)
