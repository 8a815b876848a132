"""The pool of drawing processes. Each test runs a program of its own: the press forks, and must do so before the test runner's threads are there."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest

PROGRAM = """
import asyncio, os, signal, sys
from datetime import date
from certificates.face import Face
from certificates.issuing import issue
from certificates.kinds import KINDS
from certificates.sources import Sources
from issuer.press import InlinePress, PoolPress, PressBroken, PressFull
from registers.residents.households import assembled
from tests.issuer.town import ADDRESS, NOW, PEOPLE, hands, issuer
from certificates.issuing import Wanted

def face(number: str) -> Face:
    residents, households = assembled(PEOPLE, [ADDRESS] * len(PEOPLE))
    household = households[0]
    sources = Sources(household.version, household.members[0], household)
    wanted = Wanted((household.members[0].atena_no,), (), "juminhyo", None, household.version)
    made = issue(sources, KINDS["juminhyo"], issuer().policy_on("juminhyo", NOW.date()), wanted, form, number, "binding", NOW)
    assert isinstance(made, Face), made
    return made

form = issuer().form_on(date(2026, 11, 23))
"""


def run(program: str) -> "subprocess.CompletedProcess[str]":
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM + dedent(program)], capture_output=True, text=True, cwd=root, timeout=60, check=False
    )


def test_a_pool_draws_the_same_bytes_as_the_inline_press_and_gives_each_caller_their_own() -> None:
    done = run("""
        press = PoolPress(hands(), 2)
        async def main():
            faces = [face(f"number {index}") for index in range(20)]
            drawn = await asyncio.gather(*(press.print(one, form, NOW) for one in faces))
            assert drawn == [await InlinePress(hands()).print(one, form, NOW) for one in faces]
            assert len({one.face for one in drawn}) == 20
        asyncio.run(main())
        press.close()
    """)
    assert done.returncode == 0, done.stderr


def test_a_full_press_says_so_and_draws_what_it_took() -> None:
    done = run("""
        press = PoolPress(hands(), 1, waiting_max=2)
        async def main():
            first = [asyncio.create_task(press.print(face("n"), form, NOW)) for _ in range(2)]
            await asyncio.sleep(0)
            assert press.state == "full"
            try:
                await press.print(face("n"), form, NOW)
                raise SystemExit("drawn")
            except PressFull:
                pass
            assert all((await asyncio.gather(*first)))
            assert press.state == "ok"
        asyncio.run(main())
        press.close()
    """)
    assert done.returncode == 0, done.stderr


def test_a_dead_worker_breaks_the_press_loudly() -> None:
    done = run("""
        press = PoolPress(hands(), 1)
        async def main():
            os.kill(next(iter(press._pool._processes)), signal.SIGKILL)
            try:
                await press.print(face("n"), form, NOW)
                raise SystemExit("drawn")
            except PressBroken:
                pass
            await asyncio.wait_for(press.breaks(), 10)
            assert press.state == "broken"
        asyncio.run(main())
        press.close()
    """)
    assert done.returncode == 0, done.stderr


def test_a_press_is_refused_beside_a_thread() -> None:
    done = run("""
        import threading
        stop = threading.Event()
        threading.Thread(target=stop.wait).start()
        try:
            PoolPress(hands(), 1)
        except RuntimeError as error:
            print(error)
        stop.set()
    """)
    assert "before any thread" in done.stdout, done.stderr


def test_the_workers_end_with_their_parent_even_if_it_is_killed() -> None:
    root = Path(__file__).parents[2]
    program = PROGRAM + "press = PoolPress(hands(), 2)\nprint(*press._pool._processes, flush=True)\nsignal.pause()\n"
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=root)
    assert parent.stdout is not None
    workers = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(workers) == 2
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    for _ in range(200):
        if not any(_alive(pid) for pid in workers):
            return
        time.sleep(0.05)
    pytest.fail("a worker outlived its parent")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")
