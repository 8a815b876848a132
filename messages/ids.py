"""Ids that sort by time (UUID version 7, RFC 9562), from an instant and chance that are handed in."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID


def time_ordered_id(now: datetime, token: Callable[[int], bytes]) -> str:
    """A UUIDv7 in hex without hyphens: 48 bits of milliseconds, then 74 bits of chance."""
    chance = int.from_bytes(token(10), "big")
    milliseconds = int(now.timestamp() * 1000)
    value = (milliseconds & (1 << 48) - 1) << 80 | 0x7 << 76 | (chance >> 62 & 0xFFF) << 64 | 0b10 << 62 | chance & (1 << 62) - 1
    return UUID(int=value).hex
