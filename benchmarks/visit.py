"""What one visit costs, step by step: CPU of every party and the wall time that a person waits, median of many visits through real processes.

Waits of people are left out (nobody thinks, nobody looks for coins), and so is the printer's pace; the reader, the coin box and the printer are real otherwise. The cost of this driver is not counted.

    python -m benchmarks.visit [--visits 100] [--write docs/performance.md]
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.processes import cpu_ms, machine
from simulation.town.description import HolderEntry, Town, read_town
from simulation.visitor import HttpHands

SETTLE_SECONDS = 0.12
WARM_UP = 10
BEGIN, END = "<!-- bench visit: begin -->", "<!-- bench visit: end -->"

STEPS = {
    "consent": "consent, municipality",
    "card": "card read, visit opened, PIN, card's signature",
    "admit": "chain, signature, OCSP; kinds and prices",
    "choices": "choices from the register",
    "options": "members, options, copies, review",
    "apply": "order, drawing, gate at the center, gate at the kiosk",
    "pay": "coins, collected",
    "print": "printed, taken, receipt",
    "after": "reports, facts, outcomes, books (nobody waits)",
}

View = dict[str, Any]


class Bench:
    """Visits at one terminal of an open town."""

    def __init__(self, town: Town, session: aiohttp.ClientSession, terminal: int = 0) -> None:
        self._town = town
        self._hands = HttpHands(session, town.kiosks[terminal].url)
        self.cpu: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        self.wall: dict[str, list[float]] = defaultdict(list)

    async def visit(self, holder: HolderEntry, *, counted: bool) -> None:
        """One whole visit, each step measured."""
        taken: dict[str, float] = {}
        for step, work in (
            ("consent", self._consent),
            ("card", lambda: self._card(holder)),
            ("admit", lambda: self._hand_until("DELETE", "card", None, "kinds")),
            ("choices", lambda: self._touch_until("kind", "juminhyo", "members")),
            ("options", self._options),
            ("apply", lambda: self._touch_until("apply", "", "payment")),
            ("pay", self._pay),
            ("print", self._print),
        ):
            taken[step] = await self._measured(step, work, counted=counted)
        await self._measured("after", self._leave, counted=counted)
        if counted:
            self.wall["visit"].append(sum(taken.values()))

    async def plain_visit(self, holder: HolderEntry) -> None:
        """One whole visit, nothing measured on the way."""
        for work in (self._consent, lambda: self._card(holder)):
            await work()
        await self._hand_until("DELETE", "card", None, "kinds")
        await self._touch_until("kind", "juminhyo", "members")
        await self._options()
        await self._touch_until("apply", "", "payment")
        await self._pay()
        await self._print()
        await self._leave()

    async def _measured(self, step: str, work: Callable[[], Awaitable[object]], *, counted: bool) -> float:
        before = self._cpu()
        began = time.perf_counter()
        await work()
        wall_ms = (time.perf_counter() - began) * 1000
        await asyncio.sleep(SETTLE_SECONDS)
        after = self._cpu()
        if counted:
            self.wall[step].append(wall_ms)
            for party, spent in after.items():
                self.cpu[step][party].append(spent - before[party])
        return wall_ms

    def _cpu(self) -> dict[str, float]:
        return cpu_of(self._town)

    async def _consent(self) -> None:
        await self._touch_until("start", "", "service")
        await self._touch_until("issue", "", "consent")
        await self._touch_until("agree", "", "place")
        await self._touch_until("municipality", self._town.municipality, "card")

    async def _card(self, holder: HolderEntry) -> None:
        await self._hand_until("POST", "card", {"holder": holder.id}, "pin")
        for digit in holder.pin:
            await self._touch("digit", digit)
        await self._touch_until("confirm", "", "remove_card")

    async def _options(self) -> None:
        await self._touch_until("everyone", "", "options")
        await self._touch_until("next", "", "copies")
        await self._touch_until("next", "", "review")

    async def _pay(self) -> None:
        await self._hands.do("POST", "coins", {"yen": 100})
        await self._hands.do("POST", "coins", {"yen": 100})
        await self._until("printing", "take_papers")

    async def _print(self) -> None:
        await self._until("take_papers")
        await self._hand_until("POST", "tray/take", None, "receipt")

    async def _leave(self) -> None:
        await self._touch_until("finish", "", "thanks")
        await self._touch_until("finish", "", "menu")

    async def _touch(self, event: str, value: str) -> View:
        body = {"event": event, "value": value} if value else {"event": event}
        view: View = (await self._hands.do("POST", "events", body))["view"]
        return view

    async def _touch_until(self, event: str, value: str, *screens: str) -> None:
        await self._until(*screens, view=await self._touch(event, value))

    async def _hand_until(self, method: str, path: str, body: View | None, *screens: str) -> None:
        await self._until(*screens, view=(await self._hands.do(method, path, body))["view"])

    async def _until(self, *screens: str, view: View | None = None) -> None:
        view = view or await self._hands.look(None)
        while view["screen"] not in screens:
            view = await self._hands.look(view["version"])
            if view["screen"] in ("refused", "returned", "out_of_service"):
                raise SystemExit(f"the visit ended on {view['screen']}: {view.get('notice')}")


def cpu_of(town: Town) -> dict[str, float]:
    """CPU milliseconds of each party so far."""
    return {name: cpu_ms(entry.pid) for name, entry in town.parties.items()}


def main() -> None:
    """Open a town, measure, print, and write the table where it is asked for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--visits", type=int, default=100)
    options.add_argument("--write", type=Path)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="konbini-bench-") as folder:
        state = Path(folder)
        process = _open(state)
        try:
            table = asyncio.run(_measure(read_town(state / "town.json"), chosen.visits))
        finally:
            process.terminate()
            process.wait()
    sys.stdout.write(table + "\n")
    if chosen.write is not None:
        _write(chosen.write, table)


def _open(state: Path) -> "subprocess.Popen[bytes]":
    command = [
        sys.executable,
        "-m",
        "konbini",
        "town",
        "--state",
        str(state),
        "--port",
        "0",
        "--residents",
        "300",
        "--printer-seconds",
        "0",
        "--terminals",
        "8",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not (state / "town.json").exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("the town did not open")
        time.sleep(0.1)
    return process


async def _measure(town: Town, visits: int) -> str:
    holders = [holder for holder in town.holders if holder.kinds and not holder.note]
    async with aiohttp.ClientSession() as session:
        bench = Bench(town, session)
        for number in range(WARM_UP + visits):
            await bench.visit(holders[number % len(holders)], counted=number >= WARM_UP)
        together = await _together(town, session, holders, visits)
    return f"{_table(bench, visits)}\n\n{together}"


async def _together(town: Town, session: aiohttp.ClientSession, holders: list[HolderEntry], visits: int) -> str:
    """The same visits at all terminals at once: what a visit costs when the parties do not fall asleep between two messages."""
    waiting = iter(range(visits))

    async def stand_at(terminal: int) -> None:
        bench = Bench(town, session, terminal)
        for number in waiting:
            await bench.plain_visit(holders[number % len(holders)])

    before, began = cpu_of(town), time.perf_counter()
    async with asyncio.TaskGroup() as terminals:
        for terminal in range(len(town.kiosks)):
            terminals.create_task(stand_at(terminal))
    await asyncio.sleep(1.0)
    seconds = time.perf_counter() - began - 1.0
    spent = {party: (after - before[party]) / visits for party, after in cpu_of(town).items()}
    parts = ", ".join(f"{party} {ms:.1f}" for party, ms in spent.items())
    return (
        f"The same visits at {len(town.kiosks)} terminals at once: {sum(spent.values()):.1f} ms of CPU a visit ({parts}); "
        f"{visits / seconds:.1f} visits a second, this driver's own CPU included in what the machine did."
    )


def _table(bench: Bench, visits: int) -> str:
    parties = ["kiosk", "center", "municipal", "fees", "jpki"]
    lines = [
        f"{visits} visits one after another, 住民票の写し of the whole household, one copy; medians; {machine()}; Python {sys.version.split()[0]}.",
        "",
        "| step | " + " | ".join(f"{party} CPU ms" for party in parties) + " | all CPU ms | wall ms |",
        "|---|" + "---:|" * (len(parties) + 2),
    ]
    sums = [0.0] * len(parties)
    for step, title in STEPS.items():
        medians = [statistics.median(bench.cpu[step][party]) for party in parties]
        sums = [total + median for total, median in zip(sums, medians, strict=True)]
        lines.append(_row(title, [*medians, sum(medians)], statistics.median(bench.wall[step])))
    lines.append(_row("**a whole visit**", [*sums, sum(sums)], statistics.median(bench.wall["visit"])))
    spread = statistics.quantiles(bench.wall["visit"], n=20)
    lines += ["", f"Wall time that a person waits in a whole visit: p50 {statistics.median(bench.wall['visit']):.0f} ms, p95 {spread[18]:.0f} ms."]
    return "\n".join(lines)


def _row(title: str, cpu: list[float], wall: float) -> str:
    return f"| {title} | " + " | ".join(f"{value:.1f}" for value in cpu) + f" | {wall:.0f} |"


def _write(file: Path, table: str) -> None:
    before, _, rest = file.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    file.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
