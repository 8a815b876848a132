import os
from pathlib import Path

import msgspec
import pytest

from messages.configuration import ConfigInvalid, read_config


class Door(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    host: str
    port: int
    key_file: Path


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    door: Door
    seals: tuple[Path, ...] = ()
    state: Path | None = None


WHOLE = b'{"name": "n", "door": {"host": "h", "port": 1, "key_file": "keys/door.key"}, "seals": ["a.png", "/far/b.png"]}'


def _file(folder: Path, content: bytes) -> Path:
    file = folder / "config.json"
    file.write_bytes(content)
    return file


def test_paths_are_taken_from_the_files_own_folder_and_absolute_ones_stay(tmp_path: Path) -> None:
    config = read_config(_file(tmp_path, WHOLE), Config)
    assert config.door.key_file == tmp_path.resolve() / "keys/door.key"
    assert config.seals == (tmp_path.resolve() / "a.png", Path("/far/b.png"))
    assert config.state is None


def test_a_file_named_from_elsewhere_still_has_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _file(tmp_path, WHOLE)
    monkeypatch.chdir(tmp_path.parent)
    config = read_config(Path(tmp_path.name) / "config.json", Config)
    assert config.door.key_file.is_absolute() and config.door.key_file.parent.parent == tmp_path.resolve()


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (WHOLE.replace(b'"port"', b'"prot"'), "`prot`"),
        (WHOLE.replace(b'"name"', b'"nam"'), "`nam`"),
        (WHOLE.replace(b'"name": "n", ', b""), "`name`"),
        (WHOLE.replace(b": 1,", b': "1",'), "`$.door.port`"),
        (WHOLE.replace(b'"keys/door.key"', b"7"), "`$.door.key_file`"),
        (WHOLE.replace(b'"a.png"', b"{}"), "`$.seals[0]`"),
        (WHOLE.replace(b'"keys/door.key"', b'""'), "`$.door.key_file`"),
        (WHOLE[:-1], ""),
        (b"", ""),
        (WHOLE.replace(b'"n"', b'"\xff"'), ""),
        (b"[]", "array"),
    ],
)
def test_a_wrong_word_is_an_error_that_names_the_file_and_the_place(tmp_path: Path, content: bytes, place: str) -> None:
    file = _file(tmp_path, content)
    with pytest.raises(ConfigInvalid) as caught:
        read_config(file, Config)
    assert str(file) in str(caught.value) and place in str(caught.value)


def test_a_file_that_is_not_there_or_is_a_folder_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match=os.strerror(2)):
        read_config(tmp_path / "none.json", Config)
    with pytest.raises(ConfigInvalid, match="cannot be read"):
        read_config(tmp_path, Config)
