from pathlib import Path

import pytest

from storage.opening import UnknownDatabase, open_store
from storage.sqlite import AlreadyServed
from tests.storage.boxes import METADATA, contents, put


async def test_an_address_of_a_file_is_opened(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path / 'boxes.db'}", METADATA)
    await store.write(put, "a")
    assert await store.read(contents) == ["a"]
    with pytest.raises(AlreadyServed):
        await open_store(f"sqlite:///{tmp_path / 'boxes.db'}", METADATA)
    beside = await open_store(f"sqlite:///{tmp_path / 'boxes.db'}", METADATA, sole=False)
    await beside.close()
    await store.close()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "boxes.db",
        "sqlite",
        "sqlite://",
        "sqlite:///",
        "sqlite:///boxes.db",
        "sqlite:///:memory:",
        "postgresql://me:himitsu@db/x",
        "mysql+what://himitsu",
    ],
)
async def test_any_other_address_is_refused_in_words_that_give_no_password_away(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnknownDatabase) as caught:
        await open_store(url, METADATA)
    assert "sqlite:////" in str(caught.value) and "himitsu" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "boxes.db").write_bytes(b"no database at all, whatever its name says " * 30)
    with pytest.raises(UnknownDatabase, match=r"boxes\.db cannot be used as a database: file is not a database"):
        await open_store(f"sqlite:///{tmp_path / 'boxes.db'}", METADATA)
    with pytest.raises(IsADirectoryError):
        await open_store(f"sqlite:///{tmp_path}", METADATA)
