"""The clock of one machine of the simulated town: it may go wrong, is set right again, and outlives whatever runs on the machine."""

from collections.abc import Callable
from datetime import datetime, timedelta


class Clock:
    """Tells the world's time (`now`, aware) plus how far it has been put wrong. Waiting is not its business: seconds pass alike on every machine."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._off = timedelta()

    def now(self) -> datetime:
        """What this machine believes."""
        return self._now() + self._off

    def put(self, seconds: float) -> None:
        """Step to `seconds` after the world's time (before it, when negative); 0 sets it right."""
        self._off = timedelta(seconds=seconds)
