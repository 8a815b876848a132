"""All chance of a simulated town, from one seed, in named streams: what one party draws never changes what another draws."""

import random
from collections.abc import Callable
from hashlib import sha256


class Chance:
    """The streams of one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._streams: dict[str, random.Random] = {}

    def stream(self, name: str) -> random.Random:
        """The stream `name`; the same object each time."""
        found = self._streams.get(name)
        if found is None:
            digest = sha256(f"{self._seed}\x00{name}".encode()).digest()
            found = self._streams[name] = random.Random(int.from_bytes(digest, "big"))  # noqa: S311 - repeatable on purpose
        return found

    def token(self, name: str) -> Callable[[int], bytes]:
        """A source of bytes as the parties take it."""
        return self.stream(name).randbytes
