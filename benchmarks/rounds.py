"""CPU time of several ways to do one thing, taken in turn round after round, so that whatever the machine does meanwhile hits all of them alike."""

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

WARM_UP = 4
"""Rounds that are run and not counted."""

_Value = TypeVar("_Value")
_Result = TypeVar("_Result")


class Spent:
    """CPU milliseconds by name: of this process, all its threads. Nothing is kept while `counted` is False."""

    def __init__(self) -> None:
        self.counted = False
        self._spent: dict[str, list[float]] = {}

    def on(self, name: str, work: Callable[[], _Result]) -> _Result:
        """Do `work` and count it under `name`."""
        began = time.process_time_ns()
        result = work()
        spent = time.process_time_ns() - began
        if self.counted:
            self._spent.setdefault(name, []).append(spent / 1e6)
        return result

    def medians(self) -> dict[str, float]:
        """Milliseconds, by name, in the order of first use."""
        return {name: statistics.median(spent) for name, spent in self._spent.items()}


class Rounds(Generic[_Value]):
    """Ways by name; every round does all of them with the same value, each time beginning with another."""

    def __init__(self, ways: Mapping[str, Callable[[_Value], Any]]) -> None:
        self._ways = list(ways.items())
        self._spent = Spent()
        self._round = 0

    def run(self, value: _Value) -> None:
        """One round."""
        self._spent.counted = self._round >= WARM_UP
        first = self._round % len(self._ways)
        for name, way in self._ways[first:] + self._ways[:first]:
            self._spent.on(name, lambda way=way: way(value))  # type: ignore[misc]
        self._round += 1

    def medians(self) -> dict[str, float]:
        """Milliseconds, by name, in the order of the ways."""
        medians = self._spent.medians()
        return {name: medians[name] for name, _ in self._ways}
