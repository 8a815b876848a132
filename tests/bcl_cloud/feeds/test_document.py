"""docs/bcl-data.md is what vendors write their exports by: it must name what the program reads, and its example must go in."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any, get_args

import msgspec

from bcl_cloud.feeds import reserved_lines
from bcl_cloud.feeds.fast_lane import WORDS as EVENTS
from bcl_cloud.feeds.fast_lane import Event, Outcome
from bcl_cloud.feeds.forms import FORMS
from bcl_cloud.feeds.manifest import Manifest
from bcl_cloud.feeds.packing import sealed
from bcl_cloud.feeds.reading import SENTENCES
from registers.csv_table import FILE_SENTENCES
from registers.koseki.checks import SENTENCES as KOSEKI_SENTENCES
from registers.koseki.columns import WORDS as KOSEKI_WORDS
from registers.residents.checks import SENTENCES as RESIDENT_SENTENCES
from registers.residents.columns import WORDS as RESIDENT_WORDS
from registers.seal.checks import REASONS
from registers.seal.checks import SENTENCES as SEAL_SENTENCES
from registers.tax.checks import SENTENCES as TAX_SENTENCES
from registers.tax.columns import DECLARED, FLAGS
from storage.sqlite import SqliteStore
from tests.bcl_cloud.feeds.feeding import everything, send

DOCUMENT = (Path(__file__).parents[3] / "docs" / "bcl-data.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"```\w+ ([\w.]+)\n(.*?)```", DOCUMENT, re.DOTALL))
PROSE = re.sub(r"```.*?```", "", DOCUMENT, flags=re.DOTALL)


def part(title: str) -> str:
    """What stands under a heading, up to the next."""
    found = re.search(rf"^#+ {re.escape(title)}[^\n]*\n(.*?)(?=^#|\Z)", PROSE, re.DOTALL | re.MULTILINE)
    assert found, title
    return found[1]


def literals(text: str) -> set[str]:
    return set(re.findall(r"`([^`\n]+)`", text))


def rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line.startswith("| ")]


def test_every_files_columns_are_those_that_are_read_in_their_order() -> None:
    titles = re.findall(r"^### `([\w.]+)`", PROSE, re.MULTILINE)
    assert titles == [*FORMS, "removed.csv"]
    for name, form in FORMS.items():
        told = [(row[0], row[1].strip("`"), row[2] == "yes") for row in rows(part(f"`{name}`"))[1:]]
        assert told == [(column.ja, column.field, column.required) for column in form.columns], name


def test_every_word_that_a_cell_may_say_is_named() -> None:
    words = [*RESIDENT_WORDS.values(), *KOSEKI_WORDS.values(), REASONS, DECLARED, FLAGS]
    named = literals(PROSE)
    assert {word for of_column in words for word in of_column if word} <= named
    assert {value for of_column in words for value in of_column.values() if isinstance(value, str) and len(value) > 1} <= named


def test_the_manifests_fields_are_those_that_are_read() -> None:
    assert {row[0].strip("`") for row in rows(part("The archive"))[1:]} == set(Manifest.__struct_fields__)


def test_every_reason_is_named_and_no_other() -> None:
    all_reasons = (SENTENCES, FILE_SENTENCES, RESIDENT_SENTENCES, KOSEKI_SENTENCES, SEAL_SENTENCES, TAX_SENTENCES, reserved_lines.SENTENCES)
    told = {code for row in rows(part("What is answered"))[1:] for code in literals(row[1])}
    assert told == {code for reasons in all_reasons for code in reasons}


def test_every_event_and_answer_is_named_and_no_other() -> None:
    tables = [row for row in rows(part("The fast lane")) if row[0].startswith("`")]
    told = {word for row in tables for word in literals(row[0])}
    assert told == {*EVENTS, *Event.__struct_fields__, *get_args(Outcome)}
    levels, reasons = (get_args(field.type) for field in msgspec.structs.fields(Event) if field.name in ("level", "reason"))
    assert {*levels, *reasons} <= literals(part("The fast lane"))
    assert msgspec.json.decode(BLOCKS["event"], type=Event).kind == "leaving"


async def test_the_example_goes_in(store: SqliteStore) -> None:
    manifest = msgspec.json.decode(BLOCKS["manifest.json"], type=Manifest)
    files = {name: BLOCKS[name].replace("\n", "\r\n") for name in manifest.files}
    assert set(files) == set(FORMS)
    archive = sealed(files, manifest.tenant, manifest.sequence, manifest.as_of, None)
    report: Any = await send(store, archive, manifest.tenant)
    assert report.outcome == "applied", report.faults
    assert {name: note.rows for name, note in manifest.files.items()} == report.rows
    people, koseki, fuhyo, seals, tax = await everything(store)
    assert [len(one) for one in (people, koseki, fuhyo, seals, tax)] == [2, 1, 1, 1, 3]


def test_the_examples_manifest_is_that_of_its_files() -> None:
    manifest = msgspec.json.decode(BLOCKS["manifest.json"], type=Manifest)
    files = {name: BLOCKS[name].replace("\n", "\r\n") for name in manifest.files}
    with zipfile.ZipFile(io.BytesIO(sealed(files, manifest.tenant, manifest.sequence, manifest.as_of, None))) as packed:
        assert msgspec.json.decode(packed.read("manifest.json"), type=Manifest) == manifest
