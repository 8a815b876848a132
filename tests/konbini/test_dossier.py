"""`konbini dossier` on a center's own database: exactly the papers that a finding may have touched, taken or not, in words, as JSON and as CSV; and nobody's data."""

import asyncio
import csv
import io
import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from issuance_center.findings import FindingClass
from issuance_center.records import findings
from issuance_center.records.findings import COLUMNS, Occurrence
from issuance_center.records.tables import issuances, requests
from simulation.people import CardMade
from tests.issuance_center.conftest import card as card
from tests.issuance_center.founding import CITY, KIOSK_IDS, SILENT_CITY, foundation
from tests.issuance_center.test_config import raw
from tests.issuance_center.town import Town
from tests.konbini.told import Told, konbini

WINDOW = 600
TAKEN_IN = {
    "accepted": "no", "sealed": "no", "declined": "no", "stopped": "no", "lapsed": "no", "returned": "no",
    "paid": "unknown", "printed": "unknown", "unresolved": "unknown", "taken": "yes",
}  # fmt: skip


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    made = Town()
    yield made
    await made.close()


def note(town: Town, class_: FindingClass = "data_update", kind: str = "juminhyo", issuer: str = CITY, municipality: str = CITY) -> int:
    return town.center_store.do(findings.note, class_, Occurrence(municipality, issuer, kind, KIOSK_IDS[0], None), town.at)


def on_disk(town: Town, folder: Path) -> Path:
    """The center's database as a file, and the configuration that names it."""
    database = folder / "center.db"
    source, target = town.center_store._engine.raw_connection(), sqlite3.connect(database)
    source.driver_connection.backup(target)  # type: ignore[union-attr]
    target.close()
    source.close()
    config = folder / "center.json"
    config.write_text(json.dumps(raw() | {"database": f"sqlite:///{database}"}), encoding="utf-8")
    return config


async def told(config: Path, finding: int, *more: str, window: int = WINDOW) -> Told:
    """What the program says, which has a loop of its own."""
    return await asyncio.to_thread(konbini, "dossier", "--config", str(config), "--finding", str(finding), "--window", str(window), *more)


async def papers(config: Path, finding: int, window: int = WINDOW) -> list[dict[str, Any]]:
    made = await told(config, finding, "--json", window=window)
    assert made.status == 0, made.errors
    found: list[dict[str, Any]] = made.answer["papers"]
    return found


async def test_the_right_papers_and_no_others_and_whether_they_were_taken(town: Town, card: CardMade, tmp_path: Path) -> None:
    made = {}
    for name, kind, kiosk in (("taken", "juminhyo", 0), ("printed", "juminhyo", 1), ("other kind", "koseki", 0)):
        ready = await town.kiosk(kiosk).ready(card, kind)
        made[name] = ready.papers[0].issuance_id
        town.pass_time(seconds=5)
    state(town, made["taken"], "taken")
    state(town, made["printed"], "printed")
    finding = note(town)
    town.pass_time(seconds=WINDOW + 1)
    late = (await town.kiosk(0).ready(card)).papers[0].issuance_id
    config = on_disk(town, tmp_path)
    assert [(paper["issuance_id"], paper["taken"], paper["kiosk_id"]) for paper in await papers(config, finding)] == [
        (made["taken"], "yes", KIOSK_IDS[0]),
        (made["printed"], "unknown", KIOSK_IDS[1]),
    ]
    assert [paper["issuance_id"] for paper in await papers(config, finding, WINDOW + 5)] == [made["taken"], made["printed"], late]
    assert all(set(paper) == set(COLUMNS) for paper in await papers(config, finding))


def state(town: Town, issuance_id: str, state: str) -> None:
    """The paper's state, whatever led there; `changed_at` stays that of its acceptance."""
    town.center_store.do(lambda connection: connection.execute(issuances.update().where(issuances.c.issuance_id == issuance_id).values(state=state)))


async def test_each_state_says_whether_somebody_may_hold_the_paper(town: Town, card: CardMade, tmp_path: Path) -> None:
    ready = await town.kiosk(0).ready(card)
    finding = note(town)
    for one, taken in TAKEN_IN.items():
        state(town, ready.papers[0].issuance_id, one)
        made = town.center_store.do(findings.dossier, finding, WINDOW)
        assert made is not None
        assert [(paper["state"], paper["taken"]) for paper in made.papers] == [(one, taken)]


async def test_of_another_build_every_kind_of_that_issuer_there_is_in_doubt(town: Town, card: CardMade, tmp_path: Path) -> None:
    mine = [(await town.kiosk(0).ready(card, kind)).papers[0].issuance_id for kind in ("juminhyo", "koseki", "fuhyo")]
    elsewhere = (await town.kiosk(0).ready(card, "kazei")).papers[0].issuance_id
    town.center_store.do(moved, elsewhere, "issuer", "bcl")
    all_kinds, one_kind = note(town, "other_build"), note(town, "sheet_counts")
    theirs = note(town, "other_build", municipality=SILENT_CITY)
    config = on_disk(town, tmp_path)
    assert sorted(paper["issuance_id"] for paper in await papers(config, all_kinds)) == sorted(mine)
    assert [paper["issuance_id"] for paper in await papers(config, one_kind)] == mine[:1]
    assert await papers(config, theirs) == []


def moved(connection: Any, issuance_id: str, column: str, value: str) -> None:
    """The paper's request had another issuer, or was another municipality's."""
    request = connection.execute(issuances.select().where(issuances.c.issuance_id == issuance_id)).one().request_id
    connection.execute(requests.update().where(requests.c.request_id == request).values({column: value}))


async def test_a_paper_of_another_municipality_on_the_same_line_is_not_in_it(town: Town, card: CardMade, tmp_path: Path) -> None:
    own, other = [(await town.kiosk(number).ready(card)).papers[0].issuance_id for number in (0, 1)]
    for issuance in (own, other):
        town.center_store.do(moved, issuance, "issuer", "bcl")
    town.center_store.do(moved, other, "municipality", SILENT_CITY)
    finding = note(town, "paper_stopped", issuer="bcl")
    assert [paper["issuance_id"] for paper in await papers(on_disk(town, tmp_path), finding)] == [own]


async def test_it_says_the_same_in_words_in_csv_and_in_json_and_names_nobody(town: Town, card: CardMade, tmp_path: Path) -> None:
    ready = await town.kiosk(0).ready(card)
    await town.kiosk(1).ready(card)
    state(town, ready.papers[0].issuance_id, "taken")
    finding = note(town)
    config = on_disk(town, tmp_path)
    shown, lines, content = [(await told(config, finding, *form)).out for form in ((), ("--csv",), ("--json",))]
    for word in (
        "台帳の更新と重なった申請",
        CITY,
        "2通",
        "済み 1通",
        "不明 0通",
        "なし 1通",
        "住民票の写し",
        "お渡し済み",
        ready.papers[0].issuance_id,
        ready.papers[0].number,
    ):
        assert word in shown, word
    rows = list(csv.DictReader(io.StringIO(lines)))
    assert [row["taken"] for row in rows] == [paper["taken"] for paper in json.loads(content)["papers"]] == ["yes", "no"]
    assert tuple(rows[0]) == COLUMNS
    for who in foundation().household(card):
        for secret in (who.name, who.atena_no, who.my_number, who.juminhyo_code):
            assert not any(secret in said for said in (shown, lines, content))
    visit = town.rows(requests)[0]["visit_id"]
    for secret in (card.serial, visit):
        assert not any(secret in said for said in (shown, lines, content)), "nothing that leads to a card"


async def test_a_finding_that_is_not_there_and_a_center_that_cannot_be_read(town: Town, tmp_path: Path) -> None:
    config = on_disk(town, tmp_path)
    missing = await told(config, 99, "--json")
    assert (missing.status, missing.answer["error"]) == (1, "no_finding")
    unreadable = await told(tmp_path / "none.json", 1, "--json")
    assert (unreadable.status, unreadable.answer["error"]) == (2, "center_unreadable")
