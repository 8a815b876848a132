"""The trace of a simulated town: one line for each thing that happened, in order, hashed as it grows. Two runs are the same when their hashes are."""

from collections import deque
from collections.abc import Callable
from hashlib import sha256


class Trace:
    """Lines with their virtual second; the last ones are kept to be shown when something is wrong."""

    def __init__(self, seconds: Callable[[], float], keep: int = 4000) -> None:
        self._seconds = seconds
        self._hash = sha256()
        self.last: deque[str] = deque(maxlen=keep)
        self.count = 0

    def note(self, what: str) -> None:
        """Something happened now."""
        line = f"{self._seconds():.6f} {what}"
        self._hash.update(line.encode() + b"\n")
        self.last.append(line)
        self.count += 1

    def sha256(self) -> str:
        """The hash of all lines so far."""
        return self._hash.hexdigest()
