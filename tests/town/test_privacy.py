"""After printing nothing personal stays anywhere but in the registers: every file of a town is searched for every name, address, number and amount of the papers that came out of it."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from certificates.kinds import KINDS
from certificates.reading import face_of, read
from registers.koseki import tables as koseki_tables
from registers.population import MIHON
from registers.residents import tables as resident_tables
from registers.seal import tables as seal_tables
from registers.tax import tables as tax_tables
from simulation.town.folders import PARTIES
from tests.town.leaks import Needles, leaks_in, leaks_in_rows, needles_of, tables_of
from tests.town.open_town import OpenTown, soon
from tests.town.program import issue

PUBLIC = MIHON.prefecture + MIHON.name
REGISTERS = frozenset(name for tables in (resident_tables, koseki_tables, seal_tables, tax_tables) for name in tables.METADATA.tables)
SHOWN = {
    "juminhyo": "relation,honseki,my_number,juminhyo_code",
    "kisai_jiko": "sex,relation,honseki,previous_address,my_number,juminhyo_code",
    "fuhyo": "honseki,juminhyo_code",
}


@dataclass(frozen=True)
class Printed:
    """A town in which one of each kind was printed and taken, and what to look for in it. `seen_open` was found while it was still open, at rest."""

    town: OpenTown
    needles: Needles
    seen_open: list[str]


@pytest.fixture(scope="module")
def printed(small_town: OpenTown, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Printed]:
    town, hands = small_town, tmp_path_factory.mktemp("hands")
    with town:
        holder = town.town.holders[0]
        before = b"".join(file.read_bytes() for file in _all_files(town))
        for kind in KINDS:
            shown = ("--show", SHOWN[kind]) if kind in SHOWN else ("--form", "shotoku_kazei") if kind == "kazei" else ()
            done = issue(town, holder, hands, *shown, kind=kind)
            assert done.status == 0, done.errors
        soon(town.is_quiet, "everything to be told")
        faces = [face_of(read(file.read_bytes())) for file in sorted(hands.glob("*.face.pdf"))]
        needles = needles_of(faces, [file.read_bytes() for file in hands.glob("*.pdf")], PUBLIC).unless_in(before)
        open_ = leaks_in(_of_others(town), needles)
    yield Printed(town, needles, open_)


def _of_others(town: OpenTown) -> list[Path]:
    """Every file of every party but the municipality, and every log; the rack of demonstration cards in the kiosk's configuration is looked at by itself."""
    folders = [town.folders.party(party) for party in PARTIES if party != "municipal"] + [town.folders.state / "logs", town.folders.crash_points]
    files = [file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file()]
    return [file for file in files if file != town.folders.config("kiosk")]


def _all_files(town: OpenTown) -> list[Path]:
    return [file for file in sorted(town.folders.state.rglob("*")) if file.is_file()]


def test_there_is_much_to_look_for(printed: Printed) -> None:
    assert len(printed.needles.texts) > 40 and len(printed.needles.chunks) > 100
    assert len(_of_others(printed.town)) > 15
    assert {file.suffix for file in _of_others(printed.town)} >= {".db", ".sqlite", ".log", ".json"}


def test_nothing_of_a_paper_is_kept_by_center_kiosk_fees_or_authority(printed: Printed) -> None:
    assert printed.seen_open == []
    assert leaks_in(_of_others(printed.town), printed.needles) == []


def test_the_kiosk_knows_of_people_what_lies_on_its_rack_of_cards_and_no_more(printed: Printed) -> None:
    config = json.loads(printed.town.folders.config("kiosk").read_text(encoding="utf-8"))
    assert {key for holder in config.pop("holders") for key in holder} == {"id", "name", "card_file", "memo"}
    said = json.dumps(config, ensure_ascii=False)
    assert [text for text in printed.needles.texts if text in said] == []


def test_at_the_issuer_personal_data_are_in_the_registers_alone(printed: Printed) -> None:
    database = printed.town.folders.database("municipal")
    others = [table for table in tables_of(database) if table not in REGISTERS]
    assert {"issue_orders", "issue_papers"} <= set(others) and len(others) < len(tables_of(database))
    assert leaks_in_rows(database, others, printed.needles) == []
    assert leaks_in_rows(database, [table for table in tables_of(database) if table in REGISTERS], printed.needles) != []


def test_no_paper_is_in_any_file_of_the_town(printed: Printed) -> None:
    assert leaks_in(_all_files(printed.town), Needles(frozenset(), printed.needles.chunks)) == []


def test_the_search_notices_what_is_left_behind(printed: Printed, tmp_path: Path) -> None:
    name = max(printed.needles.texts, key=len)
    ways = {
        "utf-8": name.encode(),
        "utf-16": name.encode("utf-16-le"),
        "json": json.dumps({"x": name}).encode(),
        "piece": min(printed.needles.chunks) + b"x",
    }
    for way, content in ways.items():
        (tmp_path / way).write_bytes(b"before " + content + b" after")
        assert leaks_in([tmp_path / way], printed.needles) != [], way
    connection = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE x (y)")
    connection.execute("INSERT INTO x VALUES (?)", (name,))
    assert leaks_in([tmp_path / "x.db-wal"], printed.needles) and leaks_in_rows(tmp_path / "x.db", ["x"], printed.needles)
    connection.close()
