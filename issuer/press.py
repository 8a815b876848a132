"""The press: from a face to a finished, signed PDF, away from the loop that answers.

Decides only where and when a paper is drawn, never what stands on it. A drawing goes back to the caller that asked for it and to nobody else: there is no file, no name and no queue
of results that a second job could pick up (domain facts 7.1, I1). A press that is full says so at once; work is never started and then given up.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, wait
from datetime import datetime
from multiprocessing import get_context
from typing import Protocol

from certificates.drawing import warm
from certificates.face import Face
from certificates.issuer_form import IssuerForm
from certificates.printing import Hands, Printed, printed

HandsOf = Callable[[str], Hands]
"""What a municipality (its code) signs with, read where it is drawn."""

WAITING_PER_WORKER = 16
"""Papers that may wait for each worker; at a few ms a paper this is far less than any party's patience."""


class PressFull(Exception):
    """Too many papers wait; nothing was drawn."""


class PressBroken(Exception):
    """A worker died; nothing was drawn, and this press draws nothing more."""


class Press(Protocol):
    """See the module's text."""

    @property
    def state(self) -> str:
        """`ok`, `full` or `broken`."""
        ...

    async def print(self, face: Face, form: IssuerForm, now: datetime) -> Printed:
        """The paper; the same values give the same bytes. Raises `PressFull` or `PressBroken`, and what `certificates.printing.printed` raises."""
        ...

    def close(self) -> None:
        """Let the workers go."""
        ...


class InlinePress:
    """Draws where it is asked: for the simulated town and for tests."""

    state = "ok"

    def __init__(self, hands: Hands) -> None:
        self._hands = hands

    async def print(self, face: Face, form: IssuerForm, now: datetime) -> Printed:
        """See `Press.print`. Others have their turn between two papers of an order."""
        paper = printed(face, form, now, self._hands)
        await asyncio.sleep(0)
        return paper

    def close(self) -> None:
        """See `Press.close`."""


class PoolPress:
    """Draws in `workers` processes. Make it before there is a loop or a thread: the workers are forked here, after fonts and form were made ready once in the parent.

    `hands` are one issuer's, or what gives those of a municipality: a worker asks it for the municipality whose form a paper bears, and can sign it for no other.
    """

    def __init__(self, hands: Hands | HandsOf, workers: int, waiting_max: int | None = None) -> None:
        if threading.active_count() > 1:
            raise RuntimeError("the press forks its workers and must be made before any thread exists")
        warm()
        self._waiting_max = workers * WAITING_PER_WORKER if waiting_max is None else waiting_max
        self._waiting = 0
        self._broken = asyncio.Event()
        outlives, self._alive = os.pipe()
        # With fork, the pool starts all its workers at the first job; it is given one here so that this happens now.
        self._pool = ProcessPoolExecutor(workers, mp_context=get_context("fork"), initializer=_settle_in, initargs=(outlives, self._alive, hands))
        wait([self._pool.submit(os.getpid)])
        os.close(outlives)

    @property
    def state(self) -> str:
        """See `Press.state`."""
        if self._broken.is_set():
            return "broken"
        return "full" if self._waiting >= self._waiting_max else "ok"

    async def print(self, face: Face, form: IssuerForm, now: datetime) -> Printed:
        """See `Press.print`."""
        if self.state == "full":
            raise PressFull
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, _print_here, face, form, now)
        except BrokenExecutor:
            self._broken.set()
            raise PressBroken from None
        finally:
            self._waiting -= 1

    async def breaks(self) -> None:
        """Return when a worker has died: workers cannot be forked again beside running threads, so the whole party starts anew."""
        await self._broken.wait()

    def close(self) -> None:
        """See `Press.close`."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        os.close(self._alive)


_hands: Hands | HandsOf | None = None
"""A worker's own: handed over when it is forked, since keys cannot be sent."""


def _print_here(face: Face, form: IssuerForm, now: datetime) -> Printed:
    assert _hands is not None
    return printed(face, form, now, _hands if isinstance(_hands, Hands) else _hands(form.municipality))


def _settle_in(outlives: int, alive: int, hands: Hands | HandsOf) -> None:
    global _hands
    _hands = hands
    # Ctrl-C reaches the whole group; a worker ends when its parent does, however that was ended.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.close(alive)
    threading.Thread(target=_end_with_parent, args=(outlives,), daemon=True).start()


def _end_with_parent(outlives: int) -> None:
    os.read(outlives, 1)
    os._exit(0)
