"""What the center has yet to be told, told in order until it is acknowledged.

Runs beside the visits and never holds one up. A line goes out as it was written, again and again; the next one only after the center has
answered. A report that the center refuses for good is marked with the refusal and counted: an operator has to look at it.
"""

import asyncio

import structlog

from kiosk import journal
from kiosk.machine import Machine
from kiosk.metrics import Metrics
from storage.store import StoreFailed


class Outbox:
    """One terminal's outbox."""

    def __init__(self, machine: Machine, metrics: Metrics) -> None:
        self._machine = machine
        self._metrics = metrics
        self._more = asyncio.Event()
        self._log = structlog.get_logger()

    def wake(self) -> None:
        """Something may have been written."""
        self._more.set()

    async def run(self) -> None:
        """Tell the center whatever waits, for as long as the terminal lives."""
        pause = self._machine.seconds.outbox_pause
        while True:
            self._more.clear()
            try:
                finished = await self._tell_waiting()
            except StoreFailed:
                finished = False
            except Exception:  # noqa: BLE001 - a report must reach the center: whatever failed, it is told again
                self._log.exception("telling_failed", terminal=self._machine.terminal_id)
                finished = False
            if finished:
                pause = self._machine.seconds.outbox_pause
                await self._more.wait()
                continue
            await asyncio.sleep(pause)
            pause = min(pause * 2, self._machine.seconds.outbox_pause_max)

    async def _tell_waiting(self) -> bool:
        """True when nothing waits any more, False when the center did not answer."""
        machine = self._machine
        while (line := await machine.store.read(journal.first_untold, machine.terminal_id)) is not None:
            answer = await machine.door.tell(line.body, report=line.seq is not None)
            if answer is None:
                return False
            await machine.store.write(journal.told, line.n, answer, machine.now())
            if answer != "acknowledged" and line.seq is not None:
                self._metrics.reports_refused.labels(machine.terminal_id).inc()
                self._log.error("report_refused", terminal=machine.terminal_id, seq=line.seq, code=answer)
        return True
