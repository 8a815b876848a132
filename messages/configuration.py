"""How a party's configuration file is read: JSON, strict, once. An unknown, missing or wrong word is an error that names its place; a path is taken from the file's own folder."""

from pathlib import Path
from typing import Any, TypeVar

import msgspec

C = TypeVar("C", bound=msgspec.Struct)


class ConfigInvalid(Exception):
    """The file cannot be used; `str()` says which field and why."""


def read_config(file: Path, kind: type[C]) -> C:
    """The configuration of type `kind` in `file`, its `Path` fields absolute. Raises `ConfigInvalid`."""
    try:
        return decode_config(file.read_bytes(), file.resolve().parent, kind)
    except OSError as error:
        raise ConfigInvalid(f"{file} cannot be read: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigInvalid(f"{file}: {error}") from None


def decode_config(raw: bytes, folder: Path, kind: type[C]) -> C:
    """The configuration in `raw`, its `Path` fields taken from `folder`. Raises `msgspec.DecodeError`, UnicodeDecodeError."""

    def to_path(wanted: type[Any], value: object) -> Any:
        if wanted is Path and value == "":
            raise ValueError("Expected a path, got none")
        if wanted is Path and isinstance(value, str):
            return folder / value
        raise TypeError(f"Expected `{wanted.__name__}`, got `{type(value).__name__}`")

    return msgspec.json.decode(raw, type=kind, dec_hook=to_path)
