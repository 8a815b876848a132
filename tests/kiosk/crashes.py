"""Crashing a device at every point it passes: by an exception, and by killing the process."""

import os
import signal
import warnings
from collections.abc import Callable


class Crashed(BaseException):
    """The machine stopped here. Not an `Exception`, so that nobody handles it."""


class CrashAt:
    """A hook that stops at its `nth` call (from 0), and remembers what it heard."""

    def __init__(self, nth: int | None = None) -> None:
        self.nth = nth
        self.heard: list[str] = []

    def __call__(self, point: str) -> None:
        self.heard.append(point)
        if self.nth is not None and len(self.heard) == self.nth + 1:
            raise Crashed


def points_of(scenario: Callable[[CrashAt], None]) -> list[str]:
    """Every point that an undisturbed run of `scenario` passes."""
    hook = CrashAt()
    scenario(hook)
    return hook.heard


def killed_at(nth: int, scenario: Callable[[Callable[[str], None]], None]) -> None:
    """Run `scenario` in a process of its own that dies by SIGKILL at its `nth` point (from 0)."""
    heard = [0]

    def kill(_: str) -> None:
        heard[0] += 1
        if heard[0] == nth + 1:
            os.kill(os.getpid(), signal.SIGKILL)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other tests' threads may be alive; the child uses none of their locks
        child = os.fork()
    if child == 0:
        try:
            scenario(kill)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL
