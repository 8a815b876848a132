"""One process for each party, watched over: a party that dies is started again on the same port; when the town is asked to stop, all stop cleanly."""

import ctypes
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from simulation.town.folders import program_of

READY_SECONDS = 60.0
STOP_SECONDS = 6.0
POLL_SECONDS = 0.1
QUICK_DEATHS_MAX = 8
"""A party that dies this often within a minute is not started again: the town stops and says so."""

REHEARSED_DEATHS_MAX = 1000

_PR_SET_PDEATHSIG = 1


class PartyFailed(Exception):
    """A party cannot be kept alive; `str()` names it and its log."""


@dataclass(frozen=True, slots=True)
class PartySpec:
    """How a party is started, where its log goes, and the address that says whether it is well."""

    name: str
    config: Path
    log: Path
    health_url: str


@dataclass(slots=True)
class _Running:
    spec: PartySpec
    process: "subprocess.Popen[bytes]"
    deaths: list[float] = field(default_factory=list)


class Supervisor:
    """The running parties of one town. `on_change` is called with the pids whenever one has changed; a town that rehearses crashes takes no offence at many."""

    def __init__(self, specs: tuple[PartySpec, ...], on_change: Callable[[Mapping[str, int]], None], deaths_max: int = QUICK_DEATHS_MAX) -> None:
        self._specs = specs
        self._on_change = on_change
        self._deaths_max = deaths_max
        self._running: dict[str, _Running] = {}

    def start(self, said: Callable[[str], None]) -> None:
        """Start all parties and wait until each is well; `said` hears the name of each that is. Raises `PartyFailed`."""
        for spec in self._specs:
            self._running[spec.name] = _Running(spec, _spawn(spec))
        deadline = time.monotonic() + READY_SECONDS
        for spec in self._specs:
            self._await_well(spec, deadline)
            said(spec.name)

    def pids(self) -> dict[str, int]:
        """The processes by party."""
        return {name: running.process.pid for name, running in self._running.items()}

    def watch(self, stopped: Callable[[], bool], meanwhile: Callable[[], None]) -> None:
        """Keep the parties alive until `stopped()`; `meanwhile` is called in every round and must be brief. Raises `PartyFailed` for one that keeps dying."""
        while not stopped():
            changed = [running for running in self._running.values() if running.process.poll() is not None]
            for running in changed:
                self._restart(running)
            if changed:
                self._on_change(self.pids())
            meanwhile()
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Ask all to stop, who asks before who is asked; end those that do not."""
        processes = [running.process for running in reversed(self._running.values())]
        for process in processes:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in processes:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _restart(self, running: _Running) -> None:
        now = time.monotonic()
        running.deaths = [death for death in running.deaths if now - death < 60.0] + [now]
        if len(running.deaths) > self._deaths_max:
            raise PartyFailed(f"{running.spec.name} keeps dying; see {running.spec.log}")
        running.process = _spawn(running.spec)

    def _await_well(self, spec: PartySpec, deadline: float) -> None:
        while not _well(spec.health_url):
            if self._running[spec.name].process.poll() is not None:
                raise PartyFailed(f"{spec.name} did not start; see {spec.log}\n{_tail(spec.log)}")
            if time.monotonic() > deadline:
                raise PartyFailed(f"{spec.name} is not ready after {READY_SECONDS:.0f} s; see {spec.log}")
            time.sleep(0.03)


def _spawn(spec: PartySpec) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "konbini", "serve", program_of(spec.name), "--config", str(spec.config)]
    with spec.log.open("ab") as log:
        # A session of its own: Ctrl-C in the terminal reaches the supervisor alone, which then stops the parties in their order.
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, preexec_fn=_die_with_parent)  # noqa: PLW1509 - the supervisor has one thread


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _well(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1.0) as answer:  # noqa: S310 - our own loopback address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _tail(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-15:])
