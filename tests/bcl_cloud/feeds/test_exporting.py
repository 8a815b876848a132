"""Registers written out of a database piece by piece: the very bytes that they are as a whole, with one header, and a manifest that counts them."""

import io
import zipfile
from collections.abc import Iterator

import msgspec
import pytest
from sqlalchemy import Connection, create_engine

from bcl_cloud.feeds import exporting
from bcl_cloud.feeds.exporting import export
from bcl_cloud.feeds.manifest import MANIFEST, REGISTERS, Manifest
from issuer.issue_tables import METADATA
from registers.koseki import csv_form as koseki_form
from registers.koseki.tables import register_in_order
from registers.residents.tables import METADATA as REGISTER
from registers.tax import csv_form as tax_form
from registers.tax.tables import records_in_order
from tests.bcl_cloud.tenants import A
from tests.issuer.books import fill_all
from tests.issuer.town import NOW, populate


@pytest.fixture
def registers() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        METADATA.create_all(connection)
        REGISTER.create_all(connection)
        yield connection
    engine.dispose()


def files_of(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        assert found.testzip() is None
        return {name: found.read(name) for name in found.namelist()}


@pytest.mark.parametrize("piece", [1, 2, 1000])
def test_in_pieces_it_is_what_it_is_as_a_whole(registers: Connection, monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    populate(registers)
    fill_all(registers)
    monkeypatch.setattr(exporting, "PIECE", piece)
    files = files_of(export(registers, REGISTERS, A, 1, NOW))
    found, fuhyo = register_in_order(registers)
    whole = koseki_form.write(found, fuhyo)
    assert len(found) > 2 and len(records_in_order(registers)) > 2 and whole.fuhyo is not None
    texts = {
        "koseki.csv": whole.koseki,
        "koseki_members.csv": whole.members,
        "koseki_fuhyo.csv": whole.fuhyo,
        "tax.csv": tax_form.write(records_in_order(registers)),
    }
    assert {name: files[name].decode() for name in texts} == texts
    manifest = msgspec.json.decode(files[MANIFEST], type=Manifest)
    assert {name: note.rows for name, note in manifest.files.items()} == {
        name: content.count(b"\r\n") - 1 for name, content in files.items() if name != MANIFEST
    }


def test_a_register_in_which_nobody_stands_is_a_file_with_its_header_alone(registers: Connection) -> None:
    files = files_of(export(registers, REGISTERS, A, 1, NOW))
    assert {name: content.count(b"\r\n") for name, content in files.items() if name != MANIFEST} == dict.fromkeys(
        ("residents.csv", "koseki.csv", "koseki_members.csv", "seal.csv", "tax.csv"), 1
    )
