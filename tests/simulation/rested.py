"""A simulated town that has come to rest, for whoever wants to look at it, or to tamper with it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest
from sqlalchemy import Engine

from certificates.back.reading import read_back
from certificates.reading import read
from simulation.auditor import Auditor, Findings
from simulation.chronicle import Chronicle
from simulation.foundation import Foundation
from simulation.parties import Town
from simulation.workload import Came

_read, _read_back = cache(read), cache(read_back)


@dataclass
class Rested:
    """A town that has come to rest."""

    foundation: Foundation
    town: Town
    chronicle: Chronicle
    came: list[Came]

    def audit(self, came: list[Came] | None = None) -> Findings:
        # A paper that was proven needs no second proof: reading depends on its bytes alone.
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("simulation.audited_papers.read", _read)
            patched.setattr("simulation.truth.sides.read_back", _read_back)
            return Auditor(self.foundation, self.town, self.chronicle).audit(self.came if came is None else came)

    @contextmanager
    def tampered(self, party: str, *statements: str) -> Iterator[None]:
        """The party's database with `statements` done to it behind everybody's back, until the block ends."""
        raw = raw_connection(self.foundation.estate.databases[party])
        before = raw.serialize()
        raw.execute("PRAGMA foreign_keys=OFF")
        for statement in statements:
            done = raw.execute(statement)
            assert done.rowcount != 0, statement
        try:
            yield
        finally:
            raw.rollback()
            raw.deserialize(before)

    def with_papers(self) -> list[int]:
        """The visits that left with a paper, by their place in `came`, of different households."""
        seen: dict[tuple[str, str], int] = {}
        for place, visit in enumerate(self.came):
            if visit.visited.papers:
                seen.setdefault((visit.holder.municipality, visit.holder.made.resident.household_no), place)
        return list(seen.values())

    def told(self, **others: Any) -> "Rested":
        """The same town of which another story is told; `others` are what takes the place of the chronicle's lists."""
        told = Chronicle(others.get("base", self.chronicle.base))
        for name in ("changes", "bindings", "stops", "moves", "builds", "wrong", "done"):
            setattr(told, name, others.get(name, getattr(self.chronicle, name)))
        return Rested(self.foundation, self.town, told, self.came)

    def passed_at(self, place: int) -> float:
        """When the first paper of this visit passed the gate."""
        at = self.town.gate.first(self.came[place].visited.papers[0].issuance_id)
        assert at is not None
        return at

    def changed(self, place: int, change: Callable[[Came], Came | None]) -> list[Came]:
        """A copy of what people left with, the visit at `place` changed."""
        came = [replace(visit, visited=deepcopy(visit.visited)) for visit in self.came]
        came[place] = change(came[place]) or came[place]
        return came


def raw_connection(engine: Engine) -> sqlite3.Connection:
    pooled = engine.raw_connection()
    raw = pooled.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    pooled.close()
    return raw
