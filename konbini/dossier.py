"""`konbini dossier`: the papers that a finding may have touched, from the center's own database. Ids, kiosks, times, kinds, states; nobody's data, because the center has none."""

import asyncio
import csv
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from issuance_center.config import load_config
from issuance_center.findings import CLASSES
from issuance_center.records.findings import COLUMNS, Dossier, dossier
from issuance_center.records.tables import METADATA
from issuance_center.words import STATES, kind_words
from konbini.answers import fail, print_json
from messages.configuration import ConfigInvalid
from storage.instants import JST, instant
from storage.opening import UnknownDatabase, open_store
from storage.store import StoreFailed

SHOWN = ("accepted_at", "issuance_id", "kiosk_id", "kind", "state", "taken", "number", "sheets")
TITLES = {
    "accepted_at": "受付",
    "issuance_id": "交付番号",
    "kiosk_id": "端末",
    "kind": "種類",
    "state": "状態",
    "taken": "受け取り",
    "number": "発行番号",
    "sheets": "枚数",
}
LINE_WIDTH = 160
TAKEN = {"yes": "済み", "unknown": "不明", "no": "なし"}


def show_dossier(config: Path, finding: int, window_seconds: int, *, as_json: bool, as_csv: bool) -> None:
    """Print the dossier. Exit status 2 for a center that cannot be looked at, 1 for a finding that is not there."""
    try:
        made = asyncio.run(read_dossier(config, finding, window_seconds))
    except (ConfigInvalid, UnknownDatabase, OSError, StoreFailed) as error:
        fail("center_unreadable", str(error), as_json=as_json, status=2)
    if made is None:
        fail("no_finding", f"所見 {finding} はありません。", as_json=as_json)
    if as_json:
        print_json({"finding": made.finding, "window_seconds": made.window_seconds, "whole": made.whole, "papers": list(made.papers)})
    elif as_csv:
        lines = csv.DictWriter(sys.stdout, COLUMNS)
        lines.writeheader()
        lines.writerows(made.papers)
    else:
        _print(made)


async def read_dossier(config: Path, finding: int, window_seconds: int) -> Dossier | None:
    """The dossier, read beside a center that may be running. Raises `ConfigInvalid` or `UnknownDatabase`."""
    store = await open_store(load_config(config).database, METADATA, sole=False)
    try:
        return await store.read(dossier, finding, window_seconds)
    finally:
        await store.close()


def _print(made: Dossier) -> None:
    console = Console(highlight=False)
    # A line is a paper: ids broken over two lines could neither be copied nor searched for.
    console.width = max(console.width, LINE_WIDTH)
    table = Table(box=None)
    for name in SHOWN:
        table.add_column(TITLES[name], no_wrap=True)
    for paper in made.papers:
        table.add_row(*_told(paper))
    taken = "、".join(f"{word} {sum(paper['taken'] == code for paper in made.papers)}通" for code, word in TAKEN.items())
    finding = made.finding
    console.print(
        f"所見 {finding['finding_no']}（{CLASSES[finding['class_']][0]}）  団体コード {finding['municipality']}  前後 {made.window_seconds} 秒"
    )
    console.print(f"{len(made.papers)}通  受け取り：{taken}")
    console.print(table)
    if not made.whole:
        console.print("これより多くあります。前後の秒数を短くしてください。")


def _told(paper: dict[str, Any]) -> tuple[str, ...]:
    """One paper in words, in the order of `SHOWN`."""
    at = instant(paper["accepted_at"]).astimezone(JST).strftime("%Y-%m-%d %H:%M:%S")
    state, taken = STATES[paper["state"]][0], TAKEN[paper["taken"]]
    return at, paper["issuance_id"], paper["kiosk_id"], kind_words(paper["kind"])[0], state, taken, paper["number"] or "", str(paper["sheets"] or "")
