"""Chance from a seed: the same seed draws the same choices, whatever machine or release of Python."""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """A stream of bytes from `seed` and a name; two names are two streams."""

    def __init__(self, seed: int, name: str = "") -> None:
        self._start = f"{seed} {name}".encode()
        self._count = 0
        self._left = b""

    def randbytes(self, n: int) -> bytes:
        """The next `n` bytes."""
        while len(self._left) < n:
            self._left += sha256(self._start + self._count.to_bytes(8, "big")).digest()
            self._count += 1
        drawn, self._left = self._left[:n], self._left[n:]
        return drawn

    def random(self) -> float:
        """A number of [0, 1)."""
        return int.from_bytes(self.randbytes(6), "big") / 2**48

    def pick(self, items: Sequence[T]) -> T:
        """One of `items`; IndexError for none."""
        return items[int(self.random() * len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """All of `items` in an order of chance."""
        return [item for _, item in sorted(((self.randbytes(8), at), item) for at, item in enumerate(items))]
