"""How a party's configuration file is read: JSON, strict, once. An unknown, missing or wrong word is an error that names its place; a path is taken from the file's own folder."""

from pathlib import Path
from typing import Any, TypeVar

import msgspec

C = TypeVar("C", bound=msgspec.Struct)


class ConfigInvalid(Exception):
    """The file cannot be used; `str()` says which field and why."""


def read_config(file: Path, kind: type[C]) -> C:
    """The configuration of type `kind` in `file`, its `Path` fields absolute. Raises `ConfigInvalid`."""
    folder = file.resolve().parent

    def to_path(wanted: type[Any], value: object) -> Any:
        if wanted is Path and value == "":
            raise ValueError("Expected a path, got none")
        if wanted is Path and isinstance(value, str):
            return folder / value
        raise TypeError(f"Expected `{wanted.__name__}`, got `{type(value).__name__}`")

    try:
        return msgspec.json.decode(file.read_bytes(), type=kind, dec_hook=to_path)
    except OSError as error:
        raise ConfigInvalid(f"{file} cannot be read: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigInvalid(f"{file}: {error}") from None
