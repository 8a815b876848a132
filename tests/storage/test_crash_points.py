"""A rehearsed crash: the party dies at the point that was armed, at that occurrence, by SIGKILL, and nowhere else."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage.crash_points import CrashPoints, RehearsedStore
from storage.sqlite import SqliteStore
from tests.storage import boxes
from tests.storage.boxes import contents, put, put_and_fail
from tests.structure.sources import ROOT

PARTY = """
import atexit, sys
from pathlib import Path
from storage.crash_points import CrashPoints
atexit.register(lambda: print("tidied up", flush=True))
points = CrashPoints(Path(sys.argv[1]), "center")
for point in sys.argv[2:]:
    points.reach(point)
    print(point, flush=True)
"""


def _lives(folder: Path, *points: str) -> tuple[list[str], int]:
    """What a party that reaches `points` in this order says, and how it ends."""
    ran = subprocess.run([sys.executable, "-c", PARTY, str(folder), *points], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.stderr == ""
    return ran.stdout.splitlines(), ran.returncode


@pytest.mark.parametrize(("armed", "said"), [("b 1", ["a"]), ("b 2", ["a", "b", "c"]), ("b 3\n", ["a", "b", "c", "b"])])
def test_the_party_dies_at_the_armed_occurrence_of_the_armed_point_and_tidies_nothing_up(tmp_path: Path, armed: str, said: list[str]) -> None:
    (tmp_path / "center.armed").write_text(armed, encoding="utf-8")
    assert _lives(tmp_path, "a", "b", "c", "b", "b", "d") == (said, -signal.SIGKILL)
    # It dies once: its next life passes the same point.
    assert not (tmp_path / "center.armed").exists()
    assert _lives(tmp_path, "a", "b")[0] == ["a", "b", "tidied up"]


def test_occurrences_are_counted_through_all_lives(tmp_path: Path) -> None:
    (tmp_path / "center.armed").write_text("commit:accept:after 3", encoding="utf-8")
    assert _lives(tmp_path, "commit:accept:after", "commit:accept:after")[1] == 0
    assert (tmp_path / "center.armed").read_text(encoding="utf-8") == "commit:accept:after 1"
    assert _lives(tmp_path, "commit:accept:after") == ([], -signal.SIGKILL)


def test_a_point_that_is_not_reached_and_another_partys_point_kill_nobody(tmp_path: Path) -> None:
    (tmp_path / "center.armed").write_text("commit:accept 1", encoding="utf-8")
    (tmp_path / "kiosk.armed").write_text("commit:accept:after 1", encoding="utf-8")
    assert _lives(tmp_path, "commit:accept:after", "commit") == (["commit:accept:after", "commit", "tidied up"], 0)
    assert (tmp_path / "center.armed").read_text(encoding="utf-8") == "commit:accept 1"


def test_names_are_recorded_in_order_while_somebody_records(tmp_path: Path) -> None:
    points = CrashPoints(tmp_path, "center")
    points.reach("before")
    (tmp_path / "record").touch()
    points.reach("a")
    points.reach("b")
    CrashPoints(tmp_path, "kiosk").reach("elsewhere")
    points.reach("a")
    (tmp_path / "record").unlink()
    points.reach("after")
    assert (tmp_path / "center.points").read_text(encoding="utf-8") == "a\nb\na\n"


def test_the_point_at_which_a_party_dies_is_on_record(tmp_path: Path) -> None:
    (tmp_path / "record").touch()
    (tmp_path / "center.armed").write_text("b 1", encoding="utf-8")
    _lives(tmp_path, "a", "b", "c")
    assert (tmp_path / "center.points").read_text(encoding="utf-8") == "a\nb\n"


def test_without_a_rehearsal_a_point_is_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("center.armed").write_text("a 1", encoding="utf-8")
    Path("record").touch()
    CrashPoints(None, "center").reach("a")
    assert not Path("center.points").exists()


async def test_a_rehearsed_store_passes_a_point_on_each_side_of_every_commit(store: SqliteStore, tmp_path: Path) -> None:
    (tmp_path / "record").touch()
    rehearsed = RehearsedStore(store, CrashPoints(tmp_path, "center"))
    assert await rehearsed.write(put, "a") == 1
    assert await rehearsed.write(put, content="b") == 2
    with pytest.raises(LookupError):
        await rehearsed.write(put_and_fail, "c")
    assert await rehearsed.read(contents) == ["a", "b"]
    passed = (tmp_path / "center.points").read_text(encoding="utf-8").split()
    assert passed == ["commit:put:before", "commit:put:after", "commit:put:before", "commit:put:after", "commit:put_and_fail:before"]


WRITER = """
import asyncio, sys
from pathlib import Path
from storage.crash_points import CrashPoints, RehearsedStore
from tests.storage import boxes

async def main():
    folder = Path(sys.argv[1])
    store = RehearsedStore(await boxes.opened(folder), CrashPoints(folder, "center"))
    await store.write(boxes.put, "a")
    await store.write(boxes.put, "b")

asyncio.run(main())
"""


@pytest.mark.parametrize(("side", "written"), [("before", ["a"]), ("after", ["a", "b"])])
async def test_a_death_before_a_commit_leaves_nothing_of_it_and_one_after_it_everything(tmp_path: Path, side: str, written: list[str]) -> None:
    (tmp_path / "center.armed").write_text(f"commit:put:{side} 2", encoding="utf-8")
    ran = subprocess.run([sys.executable, "-c", WRITER, str(tmp_path)], cwd=ROOT, check=False)
    assert ran.returncode == -signal.SIGKILL
    store = await boxes.opened(tmp_path)
    assert await store.read(contents) == written
    await store.close()


async def test_closing_a_rehearsed_store_closes_the_store(tmp_path: Path) -> None:
    store = await boxes.opened(tmp_path)
    await RehearsedStore(store, CrashPoints(None, "center")).close()
    again = await boxes.opened(tmp_path)
    await again.close()
