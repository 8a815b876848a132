"""A throwaway PostgreSQL server for one test run, where one is installed: its own folder, a socket and no port, gone at the end."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROGRAMS = ("initdb", "pg_ctl", "psql")
DEBIANS = Path("/usr/lib/postgresql")
"""Debian keeps a server's programs here, by release, and on nobody's path."""


def installed() -> bool:
    """Whether a server can be started here."""
    return all(shutil.which(program, path=_path()) for program in PROGRAMS)


@dataclass(frozen=True)
class Server:
    """A running server; `folder` holds its socket."""

    folder: Path

    def url(self, database: str) -> str:
        """The URL of `database` for the role `owner`, which is no superuser."""
        return f"postgresql+asyncpg://owner@/{database}?host={self.folder}"

    def sql(self, *statements: str, database: str = "postgres") -> str:
        """Carry these out as the superuser."""
        commands = [part for statement in statements for part in ("-c", statement)]
        done = _run(self.folder, "psql", "-h", str(self.folder), "-U", "root", "-d", database, "-At", *commands)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def script(self, text: str, database: str = "postgres") -> "subprocess.CompletedProcess[str]":
        """Carry a script out as the superuser, in one transaction that the first error ends."""
        told = ("-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", "-")
        return _run(self.folder, "psql", "-h", str(self.folder), "-U", "root", "-d", database, *told, given=text)

    def new_database(self, name: str) -> str:
        """An empty database that `owner` owns; its URL."""
        self.sql(f"CREATE DATABASE {name} OWNER owner")
        return self.url(name)


@contextmanager
def running() -> Iterator[Server]:
    """A server as long as the block lasts."""
    folder = Path(tempfile.mkdtemp(prefix="konbini-pg-"))
    if _as_nobody():
        shutil.chown(folder, "nobody")
    data = str(folder / "data")
    try:
        laid_out = _run(folder, "initdb", "-D", data, "-U", "root", "-A", "trust", "-E", "UTF8", "--no-sync")
        assert laid_out.returncode == 0, laid_out.stderr
        settings = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        started = _run(folder, "pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", settings, "start")
        assert started.returncode == 0, started.stderr
        server = Server(folder)
        server.sql("CREATE ROLE owner LOGIN CREATEROLE")
        yield server
    finally:
        _run(folder, "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _as_nobody() -> dict[str, Any]:
    # The server refuses to run as root.
    return {"user": "nobody", "extra_groups": ()} if os.geteuid() == 0 else {}


def _run(folder: Path, *command: str, given: str | None = None) -> "subprocess.CompletedProcess[str]":
    around = os.environ | {"PATH": _path()}
    return subprocess.run(command, input=given, capture_output=True, text=True, cwd=folder, check=False, env=around, **_as_nobody())


def _path() -> str:
    newest_first = sorted(DEBIANS.glob("*/bin"), key=lambda folder: int(folder.parent.name) if folder.parent.name.isdecimal() else 0, reverse=True)
    return os.pathsep.join([os.environ.get("PATH", os.defpath), *map(str, newest_first)])
