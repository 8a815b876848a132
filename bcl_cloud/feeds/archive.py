"""The ZIP of an upload, written by others: opened without believing it.

Decides whether an archive may be read at all: names, sizes, ratio, count. Sizes are counted while reading, whatever the archive says of itself; nothing is ever written to a disk.
"""

import io
import zipfile
import zlib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

IMPRINTS = "imprints/"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of one file and of all, how many files, and how far one may be packed together."""

    file_bytes: int = 512 * 1024 * 1024
    all_bytes: int = 1024 * 1024 * 1024
    files: int = 120_000
    ratio: int = 200


SENTENCES: dict[str, tuple[str, str]] = {
    "not_zip": ("ZIP ファイルとして読めません。", "This is no ZIP file."),
    "zip_too_large": ("展開後の大きさまたはファイル数が上限を超えています。", "Unpacked, the files are too large or too many."),
    "zip_name": (
        "ZIP の中のファイル名が正しくありません（フォルダ、絶対パス、重複など）。",
        "A name in the ZIP is not allowed (folder, absolute path, double).",
    ),
    "zip_method": ("暗号化または未対応の圧縮方式です。", "The ZIP is encrypted or packed in an unknown way."),
    "zip_damaged": ("ZIP が壊れています。", "The ZIP is damaged."),
}


class BadArchive(Exception):
    """The archive may not be read; `code` is one of `SENTENCES`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Archive:
    """An archive whose names and declared sizes are in order. Close it."""

    def __init__(self, source: Path | bytes, limits: Limits | None = None) -> None:
        limits = limits or Limits()
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
        except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
            raise BadArchive("not_zip") from None
        self._limits = limits
        self._infos = {info.filename: info for info in self._zip.infolist() if not info.is_dir()}
        self._check()

    def _check(self) -> None:
        infos = [info for info in self._zip.infolist() if not info.is_dir()]
        if len(self._zip.infolist()) > self._limits.files or sum(info.file_size for info in infos) > self._limits.all_bytes:
            raise BadArchive("zip_too_large")
        if len({info.filename.lower() for info in infos}) != len(infos) or not all(_plain(info) for info in infos):
            raise BadArchive("zip_name")
        for info in infos:
            if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise BadArchive("zip_method")
            if info.file_size > self._limits.file_bytes or info.file_size > self._limits.ratio * max(info.compress_size, 4096):
                raise BadArchive("zip_too_large")

    @property
    def names(self) -> frozenset[str]:
        """Every file but the pictures."""
        return frozenset(name for name in self._infos if not name.startswith(IMPRINTS))

    @property
    def pictures(self) -> tuple[str, ...]:
        """The pictures' bare names, in order."""
        return tuple(sorted(name.removeprefix(IMPRINTS) for name in self._infos if name.startswith(IMPRINTS)))

    def open(self, name: str) -> BinaryIO:
        """A file for reading; KeyError when there is none."""
        return io.BufferedReader(self._zip.open(self._infos[name]), 1 << 16)  # type: ignore[type-var]

    def read(self, name: str, most: int) -> bytes:
        """A small file."""
        if self._infos[name].file_size > most:
            raise BadArchive("zip_too_large")
        return self._guarded(name, most)

    def digest(self, name: str) -> str:
        """The file's SHA-256, read once from end to end."""
        total, found = 0, sha256()
        try:
            with self.open(name) as stream:
                while piece := stream.read(1 << 20):
                    total += len(piece)
                    if total > self._limits.file_bytes:
                        raise BadArchive("zip_too_large")
                    found.update(piece)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError):
            raise BadArchive("zip_damaged") from None
        return found.hexdigest()

    def picture(self, name: str) -> bytes | None:
        """A picture by its bare name, None when there is none or it is too large for an imprint."""
        full = IMPRINTS + name
        return self._guarded(full, 40_000) if full in self._infos and self._infos[full].file_size <= 40_000 else None

    def pictures_digest(self) -> str:
        """One SHA-256 over the names and digests of all pictures, in the order of their names."""
        return sha256("".join(f"{name}\0{self.digest(IMPRINTS + name)}\n" for name in self.pictures).encode()).hexdigest()

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def _guarded(self, name: str, most: int) -> bytes:
        try:
            with self.open(name) as stream:
                content = stream.read(most + 1)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError):
            raise BadArchive("zip_damaged") from None
        if len(content) > most:
            raise BadArchive("zip_too_large")
        return content


def _plain(info: zipfile.ZipInfo) -> bool:
    """A bare name, or a picture in its folder; no link."""
    name = info.filename.removeprefix(IMPRINTS)
    link = (info.external_attr >> 16) & 0o170000 == 0o120000
    return bool(name) and not link and name.isprintable() and not any(char in name for char in "/\\:") and name not in (".", "..")
