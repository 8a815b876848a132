"""The program `konbini` as a script calls it: as a process of its own, or, where the process is not what a test is about, in this one, which has its modules at hand."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulation.town.description import HolderEntry
from tests.konbini import told
from tests.town.open_town import OpenTown

SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Ended:
    """One call: its exit status, what it printed, and what it said to people."""

    status: int
    output: str
    errors: str

    @property
    def answer(self) -> dict[str, Any]:
        """The one JSON object on standard output: nothing stands before or after it."""
        assert self.output.count("\n") == 1 and self.output.endswith("\n"), self.output
        found: dict[str, Any] = json.loads(self.output)
        assert isinstance(found, dict)
        return found


def konbini(*words: str) -> Ended:
    """Call the program in this process; whatever it does not say in words of its own is raised. No event loop may be running."""
    done = told.konbini(*words)
    return Ended(done.status, done.out, done.errors)


def process(*words: str) -> Ended:
    """Start the program and wait for its end."""
    done = subprocess.run((sys.executable, "-m", "konbini", *words), capture_output=True, text=True, timeout=SECONDS, check=False)
    assert "Traceback" not in done.stderr + done.stdout, done.stderr
    return Ended(done.returncode, done.stdout, done.stderr)


def issue(town: OpenTown, holder: HolderEntry, out: Path, *words: str, pin: str | None = None, kind: str = "juminhyo") -> Ended:
    """`konbini issue --json` for a certificate of this holder."""
    return konbini(*issue_words(town, holder, out, *words, pin=pin, kind=kind))


def issue_words(town: OpenTown, holder: HolderEntry, out: Path, *words: str, pin: str | None = None, kind: str = "juminhyo") -> tuple[str, ...]:
    """What is said to the program for it."""
    usual = (
        "--town",
        str(town.folders.town_file),
        "--holder",
        holder.id,
        "--pin",
        pin or holder.pin,
        "--kind",
        kind,
        "--out",
        str(out),
        "--json",
    )
    return ("issue", *usual, *words)


def books(town: OpenTown) -> dict[str, Any]:
    """`konbini books --json`."""
    done = konbini("books", "--town", str(town.folders.town_file), "--json")
    assert done.status == 0, done.errors
    return done.answer


def one_sentence(text: str) -> bool:
    """One line for people, and nothing of a machine's innards."""
    return text.count("\n") == 1 and text.endswith("\n") and "Traceback" not in text and "Error(" not in text
