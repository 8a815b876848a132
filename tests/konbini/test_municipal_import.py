"""The command: what it prints, to people and to programs, and how it ends."""

from pathlib import Path
from typing import Any

import pytest

from registers.koseki import csv_form as koseki_form
from registers.residents import csv_form as residents_form
from registers.residents.households import assembled
from registers.seal import csv_form as seal_form
from registers.tax import csv_form as tax_form
from tests.issuer import books
from tests.issuer.town import ADDRESS, PEOPLE
from tests.konbini.told import Told, konbini
from tests.municipal_server.test_config import written
from tests.registers.seal.seals import imprint


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A configuration, and a register of each kind as files."""
    koseki = koseki_form.write(books.koseki(), books.fuhyo())
    texts = {
        "residents": residents_form.write(*assembled(PEOPLE, [ADDRESS] * len(PEOPLE))),
        "koseki": koseki.koseki,
        "members": koseki.members,
        "fuhyo": koseki.fuhyo or "",
        "seal": seal_form.write(books.seals()),
        "tax": tax_form.write(books.taxes()),
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    return {"config": written(tmp_path)} | {name: tmp_path / f"{name}.csv" for name in texts}


def imported(files: dict[str, Path], register: str, csv: str, *more: object) -> Told:
    return konbini("municipal", "import", "--config", files["config"], "--register", register, "--csv", files[csv], *more)


def test_the_four_registers_are_imported_one_after_the_other(files: dict[str, Path]) -> None:
    rows: list[tuple[str, str, tuple[object, ...], dict[str, Any]]] = [
        ("residents", "residents", (), {"residents": 11, "households": 8, "kept_serials": 0}),
        ("koseki", "koseki", ("--members", files["members"], "--fuhyo", files["fuhyo"]), {"koseki": 5, "people": 9, "fuhyo": 5}),
        ("seal", "seal", (), {"seals": 4, "kept_cancelled": 0}),
        ("tax", "tax", (), {"records": 6, "kept_by_clerk": 0}),
    ]
    for register, csv, more, expected in rows:
        done = imported(files, register, csv, *more, "--json")
        assert done.status == 0, done.answer
        assert expected.items() <= done.answer.items() and done.answer["outcome"] == "imported" and done.answer["register"] == register
        assert next(file["file"] for file in done.answer["files"]) == "csv" and all(len(file["sha256"]) == 64 for file in done.answer["files"])


def test_people_are_told_in_words_what_was_brought(files: dict[str, Path]) -> None:
    assert imported(files, "residents", "residents").out == "11人の住民、8世帯を読み込みました。\n"
    done = imported(files, "koseki", "koseki", "--members", files["members"], "--fuhyo", files["fuhyo"])
    assert (done.status, done.out) == (0, "5件の戸籍、9人の戸籍の者、5通の附票を読み込みました。\n")
    assert imported(files, "seal", "seal").out == "4件の印鑑登録を読み込みました。\n"
    assert imported(files, "tax", "tax").out == "6件の課税記録を読み込みました。\n"


def test_the_word_of_before_still_names_the_residents(files: dict[str, Path]) -> None:
    assert imported(files, "resident", "residents", "--json").answer["register"] == "residents"


def test_every_bad_line_is_named_by_its_own_file_and_no_value_is_repeated(files: dict[str, Path]) -> None:
    text = files["members"].read_text(encoding="utf-8")
    files["members"].write_text(text.replace("1980-04-01", "1980-13-01"), encoding="utf-8")
    done = imported(files, "koseki", "koseki", "--members", files["members"], "--fuhyo", files["fuhyo"])
    assert done.status == 1 and f"{files['members']}:2: 生年月日: " in done.errors and str(files["koseki"]) not in done.errors
    assert "1980-13-01" not in done.errors and "何も変えていません" in done.out
    answer = imported(files, "koseki", "koseki", "--members", files["members"], "--json").answer
    assert answer["outcome"] == "rejected"
    assert {(line["file"], line["number"], line["column"]) for line in answer["bad_lines"]} >= {("members", 2, "生年月日")}


def test_after_fifty_lines_of_a_file_people_are_told_how_many_more_there_are(files: dict[str, Path]) -> None:
    header, *_ = files["tax"].read_text(encoding="utf-8").splitlines()
    files["tax"].write_text("\n".join([header, *["x" + "," * header.count(",")] * 20]), encoding="utf-8")
    done = imported(files, "tax", "tax")
    assert done.status == 1 and len(done.errors.splitlines()) == 51 and "か所（--json" in done.errors.splitlines()[-1]
    assert len(imported(files, "tax", "tax", "--json").answer["bad_lines"]) > 50


def test_pictures_of_seals_are_taken_from_their_folder(files: dict[str, Path], tmp_path: Path) -> None:
    assert imported(files, "residents", "residents").status == 0
    (tmp_path / "imprints").mkdir()
    (tmp_path / "imprints" / "a.png").write_bytes(imprint(4).png)
    files["seal"].write_text(
        f"印鑑登録番号,宛名番号,登録年月日,印影の文字,印影\n00000050,{PEOPLE[0].atena_no},2020-05-07,太郎,a.png\n", encoding="utf-8"
    )
    assert imported(files, "seal", "seal").status == 1, "without the folder there is no picture"
    assert imported(files, "seal", "seal", "--imprints", tmp_path / "imprints").out == "1件の印鑑登録を読み込みました。\n"


@pytest.mark.parametrize(
    ("register", "more"),
    [("passports", ()), ("koseki", ()), ("tax", ("--members", "x.csv")), ("residents", ("--imprints", "/"))],
)
def test_what_cannot_be_looked_at_ends_with_2(files: dict[str, Path], register: str, more: tuple[str, ...]) -> None:
    done = imported(files, register, "residents", *more, "--json")
    assert (done.status, done.answer["error"]) == (2, "not_imported")
