"""The card's retry counters, durable in a small file beside the card file.

The file holds two records; a write replaces the older one, so a write cut short leaves the counters as they were. A file lock makes every Card object on the same file one card.
Losing the file never gives tries back: without it the card cannot be read.
"""

import fcntl
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

PinName = Literal["authentication", "signature"]
"""利用者証明用 / 署名用."""

TRIES_MAX: dict[PinName, int] = {"authentication": 3, "signature": 5}

_RECORD = struct.Struct(">4sQBB")
_MAGIC = b"JPT1"
_SLOTS = (0, 512)  # a disk sector apart, so that one torn write cannot spoil both
_SIZE = _RECORD.size + 4


class CountersDamaged(Exception):
    """Neither record can be trusted."""


@dataclass(frozen=True, slots=True)
class _Record:
    generation: int
    authentication: int
    signature: int

    def packed(self) -> bytes:
        body = _RECORD.pack(_MAGIC, self.generation, self.authentication, self.signature)
        return body + zlib.crc32(body).to_bytes(4, "big")


class Counters:
    """The counters while the file is locked: `left` reads, `store` writes and returns when it is on the disk."""

    def __init__(self, descriptor: int, on_point: Callable[[str], None] | None) -> None:
        self._descriptor = descriptor
        self._on_point = on_point
        self._record = _newest(descriptor)

    def left(self, name: PinName) -> int:
        """Tries left."""
        return self._record.authentication if name == "authentication" else self._record.signature

    def store(self, name: PinName, tries: int, point: str) -> None:
        """Set one counter; on the disk when this returns."""
        self._reach(f"card.{name}.{point}.before")
        now = {"authentication": self._record.authentication, "signature": self._record.signature, name: tries}
        record = _Record(self._record.generation + 1, **now)
        os.pwrite(self._descriptor, record.packed(), _SLOTS[record.generation % 2])
        os.fdatasync(self._descriptor)
        self._record = record
        self._reach(f"card.{name}.{point}.after")

    def _reach(self, point: str) -> None:
        if self._on_point is not None:
            self._on_point(point)


@contextmanager
def locked(path: Path, on_point: Callable[[str], None] | None = None) -> Iterator[Counters]:
    """The counters in `path`, for one user at a time over all processes; raises `CountersDamaged`, `OSError`."""
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield Counters(descriptor, on_point)
    finally:
        os.close(descriptor)


def fresh() -> bytes:
    """The content of a new counter file: every try left."""
    tries = _Record(1, TRIES_MAX["authentication"], TRIES_MAX["signature"])
    older = _Record(0, tries.authentication, tries.signature)
    return older.packed().ljust(_SLOTS[1], b"\0") + tries.packed()


def _newest(descriptor: int) -> _Record:
    found = [record for slot in _SLOTS if (record := _unpacked(os.pread(descriptor, _SIZE, slot)))]
    if not found:
        raise CountersDamaged
    return max(found, key=lambda record: record.generation)


def _unpacked(raw: bytes) -> _Record | None:
    body, check = raw[: _RECORD.size], raw[_RECORD.size :]
    if len(raw) != _SIZE or zlib.crc32(body).to_bytes(4, "big") != check:
        return None
    magic, generation, authentication, signature = _RECORD.unpack(body)
    within = authentication <= TRIES_MAX["authentication"] and signature <= TRIES_MAX["signature"]
    return _Record(generation, authentication, signature) if magic == _MAGIC and within else None
