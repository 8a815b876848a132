"""A party's process: asked to stop, it ends in order and without a word about it."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from messages.link import HttpLink
from messages.serving import run_until_stopped
from messages.visits import CloseVisit, VisitClosed
from tests.messages.builds import NOW
from tests.messages.line import CENTER, HERE, KIOSK, Papers, server_name
from tests.structure.sources import ROOT

PARTY = """
import asyncio
from messages.serving import run_until_stopped

async def serve(stop):
    print("open", type(asyncio.get_running_loop()).__module__, flush=True)
    try:
        await stop.wait()
        print("asked", flush=True)
        await asyncio.sleep(0.05)
    finally:
        print("closed", flush=True)

run_until_stopped(serve)
print("ended", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_process_that_is_asked_to_stop_closes_what_it_opened_and_ends_well(number: int) -> None:
    party = subprocess.Popen([sys.executable, "-c", PARTY], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert party.stdout is not None and party.stderr is not None
    try:
        assert party.stdout.readline() == "open uvloop\n"
        party.send_signal(number)
        party.send_signal(number)  # an impatient hand changes nothing
        said, complained = party.communicate(timeout=10)
    finally:
        party.kill()
        party.wait()
    assert said.split() == ["asked", "closed", "ended"]
    assert (complained, party.returncode) == ("", 0)


def test_what_goes_wrong_while_serving_is_not_swallowed() -> None:
    async def fails(_stop: object) -> None:
        raise OSError("port taken")

    with pytest.raises(OSError, match="port taken"):
        run_until_stopped(fails)


DOOR = """
import asyncio, sys
from datetime import datetime
from pathlib import Path
from prometheus_client import CollectorRegistry
from messages.door import Door, open_door
from messages.serving import run_until_stopped
from messages.visits import CloseVisit, VisitClosed
from storage.crash_points import CrashPoints
from storage.instants import JST
from trust.parties import server_context

class Desk:
    async def answer(self, message, peer, now):
        print("asked", flush=True)
        await asyncio.sleep(0.3)
        return VisitClosed(visit_id=message.visit_id)

async def serve(stop):
    door = Door(Desk(), title="x", accepts=(CloseVisit,), now=lambda: datetime.now(JST), registry=CollectorRegistry(), points=CrashPoints(None, "x"))
    async with open_door(door, "127.0.0.1", 0, server_context(*map(Path, sys.argv[1:4]))) as port:
        print(port, flush=True)
        await stop.wait()
    print("closed", flush=True)

run_until_stopped(serve)
"""


async def test_a_message_that_is_being_answered_when_the_process_is_asked_to_stop_is_answered(tmp_path: Path) -> None:
    papers = Papers(tmp_path)
    papers.server(CENTER)
    files = [str(tmp_path / name) for name in ("center-center-ours.pem", "center-center-ours.key", "ca.pem")]
    party = await asyncio.create_subprocess_exec(sys.executable, "-c", DOOR, *files, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert party.stdout is not None
    try:
        port = int(await party.stdout.readline())
        link = HttpLink(f"https://{HERE}:{port}", papers.client(KIOSK), server_name(CENTER))
        asking = asyncio.create_task(link.ask(CloseVisit(visit_id="v", kiosk_id="k", at=NOW, reason="idle")))
        assert await party.stdout.readline() == b"asked\n"
        party.terminate()
        assert await asking == VisitClosed(visit_id="v")
        await link.close()
        assert await party.stdout.readline() == b"closed\n"
        assert await party.wait() == 0
    finally:
        if party.returncode is None:
            party.kill()
            await party.wait()
