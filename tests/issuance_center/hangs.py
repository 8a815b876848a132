"""Readings that go wrong, to be put where `issuance_center.readers` has its own; they are called in the reading process."""

import os
import time
from pathlib import Path
from typing import Any


def never_ends(*_: Any) -> None:
    time.sleep(600)


def dies(*_: Any) -> None:
    os._exit(3)


def exhausts_memory(*_: Any) -> int:
    return len(bytearray(8_000_000_000))


def leaves_a_file(where: bytes, *_: Any) -> str:
    """The kind of failure it met, empty when something now lies on the disk."""
    try:
        with Path(where.decode()).open("wb", buffering=0) as opened:
            opened.write(b"an upload")
    except OSError as error:
        return type(error).__name__
    return ""
