"""How a command answers: one JSON object on standard output and nothing else there, or sentences; and how it fails."""

import sys
from typing import Any, NoReturn

import msgspec


def print_json(answer: Any) -> None:
    """One object, sorted, on standard output."""
    sys.stdout.write(msgspec.json.encode(answer, order="deterministic").decode() + "\n")


def fail(code: str, sentence: str, *, as_json: bool, status: int = 1, **more: Any) -> NoReturn:
    """End the program with `status`: the sentence on standard error, and with `--json` an object that names the code."""
    if as_json:
        print_json({"error": code, "sentence": sentence, **more})
    sys.stderr.write(sentence + "\n")
    raise SystemExit(status)
