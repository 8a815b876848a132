"""`konbini municipal import`: a register that somebody else wrote."""

import sys
from datetime import datetime
from pathlib import Path

from konbini.answers import fail, print_json
from messages.configuration import ConfigInvalid
from municipal_server import register_import
from municipal_server.register_import import Files, ImportReport, UnknownRegister, WrongFiles
from storage.instants import JST
from storage.opening import UnknownDatabase
from storage.store import StoreFailed

SHOWN_LINES = 50
"""Of each file; `--json` names every line."""

WORDS = {
    "residents": "人の住民",
    "households": "世帯",
    "koseki": "件の戸籍",
    "people": "人の戸籍の者",
    "fuhyo": "通の附票",
    "seals": "件の印鑑登録",
    "records": "件の課税記録",
    "serials": "人のカード",
    "protections": "件の支援措置",
    "suppressions": "件の抑止",
    "registrations": "件の利用登録",
    "cancelled": "件の廃印",
    "by_clerk": "件の職員の決定",
}
"""What is counted, as it follows the number."""


def import_register(config: Path, register: str, files: Files, *, as_json: bool) -> None:
    """Import it, or name every bad line and change nothing. Exit status 1 for rejected files, 2 for ones that could not be looked at."""
    try:
        report = register_import.import_register(config, register, files, datetime.now(JST))
    except (ConfigInvalid, UnknownRegister, WrongFiles, UnknownDatabase, OSError, StoreFailed) as error:
        fail("not_imported", str(error), as_json=as_json, status=2)
    if as_json:
        print_json(register_import.as_values(report))
    else:
        _tell(report, files)
    raise SystemExit(0 if report.outcome == "imported" else 1)


def _tell(report: ImportReport, files: Files) -> None:
    for file in report.files:
        lines = (*file.bad_lines, *file.warnings)
        for line in lines[:SHOWN_LINES]:
            sys.stderr.write(f"{files.named[file.file]}:{line.number}: {line.column}: {line.reason}\n")
        if len(lines) > SHOWN_LINES:
            sys.stderr.write(f"{files.named[file.file]}: ほか{len(lines) - SHOWN_LINES}か所（--json ですべて出ます）\n")
    if report.outcome == "imported":
        print(f"{_counted(report.counts.brought)}を読み込みました。")
        if any(report.counts.kept.values()):
            print(f"{_counted({name: count for name, count in report.counts.kept.items() if count})}はそのまま残しました。")
    else:
        print(f"{len(report.bad_lines)}か所に誤りがあります。何も変えていません。")


def _counted(counts: object) -> str:
    assert isinstance(counts, dict)
    return "、".join(f"{count}{WORDS[name]}" for name, count in counts.items())
