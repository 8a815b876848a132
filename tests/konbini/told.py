"""The program called in this process: what it printed, what it complained of, how it ended."""

import json
from dataclasses import dataclass
from typing import Any

from typer.testing import CliRunner

from konbini.__main__ import app


@dataclass(frozen=True, slots=True)
class Told:
    status: int
    out: str
    errors: str

    @property
    def answer(self) -> dict[str, Any]:
        """The one object on standard output: one line, nothing before it and nothing behind."""
        assert self.out.count("\n") == 1 and self.out.endswith("\n")
        answer: dict[str, Any] = json.loads(self.out)
        return answer


def konbini(*words: object) -> Told:
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Told(result.exit_code, result.stdout, result.stderr)
