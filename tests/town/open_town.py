"""A town of real processes, opened by the program itself, for as long as a block lasts."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from simulation.town.description import HolderEntry, NoTown, Town, read_town
from simulation.town.folders import MUNICIPAL, Folders, program_of
from tests.town.rows import rows

READY_SECONDS = 240.0
QUIET_SECONDS = 60.0
LOOK_SECONDS = 0.03

HURRIED = {"kiosk": ("seconds", {"sheet": 0.05, "outbox_pause": 0.1, "settle_pause": 0.2}), "center": ("limits", {"retry_seconds": 0.2})}
"""Paces that only make a rehearsal shorter: how long a sheet takes, and how long a party rests before it tells something again."""


class Never(AssertionError):
    """What was waited for did not come."""


class OpenTown:
    """A town under `state`, supervised by `konbini town`; a context manager."""

    def __init__(
        self,
        state: Path,
        *,
        residents: int,
        terminals: int = 4,
        seed: int = 1,
        municipalities: int = 1,
        options: tuple[str, ...] = (),
        ready_seconds: float = READY_SECONDS,
    ) -> None:
        self.folders = Folders(state.resolve())
        self._ready_seconds = ready_seconds
        self.seed, self.residents = seed, residents
        self.output = state.with_suffix(".out")
        self._command = [sys.executable, "-m", "konbini", "town", "--state", str(state), "--port", "0"]
        self._command += [
            "--residents",
            str(residents),
            "--terminals",
            str(terminals),
            "--seed",
            str(seed),
            "--municipalities",
            str(municipalities),
            *options,
        ]
        self._process: subprocess.Popen[bytes] | None = None
        self._read: tuple[int, Town] | None = None

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        """Start the program and wait until the town is ready."""
        self.output.parent.mkdir(parents=True, exist_ok=True)
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            soon(self._ready, "the town to open", self._ready_seconds)
        except Never:
            self.close()
            raise

    def close(self) -> int | None:
        """Ctrl-C, and the exit status; None when nothing is open."""
        if self._process is None:
            return None
        self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(20)
        finally:
            self._process.kill()
            self._process.wait()
            self._process = None

    def kill(self) -> None:
        """End the supervisor alone, without a word to it."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    def hurry(self) -> None:
        """Shorten the paces of `HURRIED`; a later opening has the usual ones again."""
        for party, (section, paces) in HURRIED.items():
            file = self.folders.config(party)
            config = json.loads(file.read_text(encoding="utf-8"))
            config[section] = config.get(section, {}) | paces
            file.write_text(json.dumps(config, ensure_ascii=False), encoding="utf-8")
        self.restart(*HURRIED)

    def restart(self, *parties: str) -> None:
        """Have these parties stop cleanly and started anew by the supervisor."""
        before = self.pids()
        for party in parties:
            os.kill(before[party], signal.SIGTERM)
        soon(lambda: all(self.pids()[party] != before[party] and self.is_well(party) for party in parties), "the parties to come back")

    # --- what it says of itself ---

    @property
    def town(self) -> Town:
        """`town.json` as it stands; read again when it was written again, for a large town has many megabytes of it."""
        written = self.folders.town_file.stat().st_mtime_ns if self.folders.town_file.exists() else 0
        if self._read is None or self._read[0] != written:
            self._read = written, read_town(self.folders.town_file)
        return self._read[1]

    @property
    def city(self) -> str:
        """The municipality's code."""
        return self.town.municipality

    def code_of(self, party: str) -> str | None:
        """The municipality whose own server this party is; None for any other party."""
        if program_of(party) != MUNICIPAL:
            return None
        return party.partition("-")[2] or self.city

    def pids(self) -> dict[str, int]:
        """The processes by party."""
        return {name: party.pid for name, party in self.town.parties.items()}

    def holder(self, note: str) -> HolderEntry:
        """The first holder whose note has these words."""
        return next(holder for holder in self.town.holders if note in holder.note)

    def holder_of_two_sheets(self) -> HolderEntry:
        """The first entitled holder whose household needs two sheets (more than four members)."""
        query = "SELECT household_no FROM residents WHERE standing IN ('current', 'leaving') GROUP BY household_no HAVING COUNT(*) > 4"
        homes = {row["household_no"] for row in rows(self.folders.database("municipal"), query)}
        people = rows(self.folders.database("municipal"), "SELECT atena_no, household_no FROM residents ORDER BY atena_no")
        large = {person["atena_no"] for person in people if person["household_no"] in homes}
        return next(holder for holder in self.entitled() if holder.atena_no in large)

    def entitled(self) -> list[HolderEntry]:
        """Holders who may have a 住民票の写し now."""
        return self.entitled_to("juminhyo")

    def entitled_to(self, *kinds: str) -> list[HolderEntry]:
        """Holders who may have papers of all these kinds now."""
        return [holder for holder in self.town.holders if set(kinds) <= set(holder.kinds)]

    def health(self, party: str) -> dict[str, Any]:
        """What a party says of its health; empty when it does not answer."""
        try:
            with urllib.request.urlopen(f"{self.town.parties[party].office_url}/healthz", timeout=5.0) as answer:
                said: dict[str, Any] = json.load(answer)
                return said
        except (urllib.error.URLError, OSError):
            return {}

    def is_well(self, party: str) -> bool:
        """Whether the party answers that it is well."""
        return bool(self.health(party))

    def is_quiet(self) -> bool:
        """Every party is well, every terminal at its menu, and nothing is owed to anybody any more. Who is busy longest is asked first, and the others only when it rests."""
        kiosk = self.health("kiosk")
        if not kiosk or set(kiosk["screens"].values()) != {"menu"} or any(kiosk["reports_waiting"].values()):
            return False
        center = self.health("center")
        if not center or center["facts_waiting"] or center["outcomes_waiting"]:
            return False
        return all(self.is_well(party) for party in self.town.parties if party not in ("kiosk", "center"))

    async def quiet(self) -> None:
        """Wait until nothing moves any more."""
        await eventually(self.is_quiet, "the town to be quiet", QUIET_SECONDS)

    def log(self, party: str) -> str:
        """What the party's process wrote."""
        return self.folders.log(party).read_text(encoding="utf-8", errors="replace")

    def _ready(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise Never(f"the town ended with {self._process.returncode}:\n{self.output.read_text(encoding='utf-8')[-2000:]}")
        # A description that a killed supervisor left behind names processes that are gone.
        with suppress(NoTown):
            return all(alive(pid) for pid in self.pids().values())
        return False


def soon(true: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise Never(f"waited {seconds:.0f} s for {what}")
        time.sleep(LOOK_SECONDS)


async def eventually(true: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    """The same while the loop goes on."""
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(true):
        if time.monotonic() > deadline:
            raise Never(f"waited {seconds:.0f} s for {what}")
        await asyncio.sleep(LOOK_SECONDS)


def alive(pid: int) -> bool:
    """Whether a process with this id runs (a dead one that nobody has buried does not)."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return False
