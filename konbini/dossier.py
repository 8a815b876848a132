"""`konbini dossier`: the papers that a finding may have touched, from the center's own database. Ids, kiosks, times, kinds, states; nobody's data, because the center has none."""

import asyncio
import csv
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from issuance_center.config import load_config
from issuance_center.records.findings import COLUMNS, Dossier, dossier
from issuance_center.records.tables import METADATA
from konbini.answers import fail, print_json
from messages.configuration import ConfigInvalid
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
    table = Table(*(TITLES[name] for name in SHOWN), box=None)
    for paper in made.papers:
        table.add_row(*("" if paper[name] is None else str(paper[name]) for name in SHOWN))
    console.print(
        f"所見 {made.finding['finding_no']}  団体コード {made.finding['municipality']}  前後 {made.window_seconds} 秒  {len(made.papers)} 通"
    )
    console.print(table)
    if not made.whole:
        console.print("これより多くあります。前後の秒数を短くしてください。")
