"""`konbini municipal import`: a register that somebody else wrote."""

import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from konbini.answers import fail, print_json
from messages.configuration import ConfigInvalid
from municipal_server import register_import
from storage.instants import JST
from storage.store import StoreFailed

SHOWN_LINES = 50


def import_register(config: Path, register: str, csv: Path, *, as_json: bool) -> None:
    """Import it, or name every bad line and change nothing. Exit status 1 for a rejected file, 2 for one that could not be looked at."""
    try:
        report = register_import.import_register(config, register, csv, datetime.now(JST))
    except (ConfigInvalid, register_import.UnknownRegister, OSError, StoreFailed) as error:
        fail("not_imported", str(error), as_json=as_json, status=2)
    if as_json:
        print_json(asdict(report))
    else:
        for line in (*report.bad_lines, *report.warnings)[:SHOWN_LINES]:
            sys.stderr.write(f"{csv}:{line.number}: {line.column}: {line.reason}\n")
        if report.outcome == "imported":
            print(f"{report.residents}人、{report.households}世帯を読み込みました。")
        else:
            print(f"{len(report.bad_lines)}か所に誤りがあります。何も変えていません。")
    raise SystemExit(0 if report.outcome == "imported" else 1)
