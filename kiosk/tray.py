"""The printer's tray: sheets as files in a folder, one each, named by their numbers.

A sheet is in the tray or it is not: it lands by a rename, and everything that lies there is carried off by one rename, so no crash leaves half of either. Bytes that were carried off, or that
never landed, are wiped, at the latest when the tray is next looked at after a crash. Knows nothing of jobs; the sheets' bytes are nobody's business here.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Literal

Way = Literal["taken", "discarded"]


class Tray:
    """The tray in `folder`. One process owns it."""

    def __init__(self, folder: Path, reach: Callable[[str], None]) -> None:
        """`reach` hears the points before and after each durable step."""
        self._folder = folder
        self._reach = reach
        self._tray = folder / "tray"
        self._feeding = folder / "feeding"
        self._tray.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self._feeding, ignore_errors=True)  # torn between roller and tray
        self._feeding.mkdir()

    def land(self, sheet: int, content: bytes) -> None:
        """The sheet falls into the tray; on the disk when this returns."""
        fed = self._feeding / str(sheet)
        with fed.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        self._reach("land.before")
        fed.rename(self._tray / fed.name)
        _flush(self._tray)
        self._reach("land.after")

    def lying(self) -> list[int]:
        """The sheets in the tray, in the order of their numbers."""
        return _sheets(self._tray)

    def content(self, sheet: int) -> bytes:
        """What is on a sheet that lies in the tray."""
        return (self._tray / str(sheet)).read_bytes()

    def carry_off(self, way: Way) -> None:
        """All that lies in the tray leaves it at once; on the disk when this returns."""
        self._reach(f"{way}.carry.before")
        self._tray.rename(self._folder / way)
        self._tray.mkdir()
        _flush(self._folder)
        self._reach(f"{way}.carry.after")

    def carried(self, way: Way) -> list[int]:
        """The sheets that left in this way and are not wiped yet."""
        return _sheets(self._folder / way)

    def wipe(self, way: Way) -> None:
        """Forget the bytes of the sheets that left in this way."""
        if (self._folder / way).exists():
            self._reach(f"{way}.wipe.before")
            shutil.rmtree(self._folder / way)
            self._reach(f"{way}.wipe.after")


def _sheets(folder: Path) -> list[int]:
    return sorted(int(path.name) for path in folder.iterdir() if path.name.isdecimal()) if folder.exists() else []


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
