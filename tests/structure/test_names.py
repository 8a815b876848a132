"""What things are called: rooms by domain nouns, money by its unit."""

import ast
from pathlib import PurePosixPath

from tests.structure.sources import Source, sources, written_files

DRAWERS = frozenset(
    {"utils", "util", "common", "helpers", "helper", "misc", "base", "core", "manager", "managers", "shared", "stuff", "tools", "lib"}
)

MONEY = frozenset({"amount", "price", "fee", "cost", "commission", "balance", "charge", "total", "change", "paid", "due"})
"""A bare `int` under one of these names says neither yen nor what for."""


def test_no_file_and_no_folder_is_a_drawer_named_after_nothing() -> None:
    for file in written_files():
        parts = {PurePosixPath(part).stem for part in file.parts if not part.startswith(".")}
        if file.suffix == ".py":
            assert parts.isdisjoint(DRAWERS), file


def test_whole_yen_are_called_yen() -> None:
    bare = [
        f"{source.name}:{line} {name}: {kind}"
        for source in sources()
        for line, name, kind in _annotated(source)
        if name.rpartition("_")[2] in MONEY and kind.split(" | ")[0] in ("int", "Decimal")
    ]
    assert bare == []


def test_money_is_never_a_binary_fraction() -> None:
    fractions = [
        f"{source.name}:{line} {name}: {kind}"
        for source in sources()
        for line, name, kind in _annotated(source)
        if (name.endswith("_yen") or name == "yen" or name in MONEY) and "float" in kind
    ]
    assert fractions == []


def test_a_duration_is_called_by_its_unit() -> None:
    # Constants and parameters; a class that is called `Seconds` says it for all its fields.
    bare = [
        f"{source.name}:{line} {name}"
        for source in sources()
        for line, name, kind in _annotated(source)
        if kind == "float" and name.rpartition("_")[2] in ("timeout", "delay", "duration", "pause", "interval", "wait", "ttl")
        if source.name != "simulation/virtual_time.py"  # `select(timeout)` is the standard library's name
        if not source.name.startswith("kiosk/config")
    ]
    assert bare == []


def _annotated(source: Source) -> list[tuple[int, str, str]]:
    """Every parameter, field and variable that has a type, as (line, name, type)."""
    found: list[tuple[int, str, str]] = []
    for node in source.nodes():
        if isinstance(node, ast.arg) and node.annotation is not None:
            found.append((node.lineno, node.arg, ast.unparse(node.annotation)))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.append((node.lineno, node.target.id, ast.unparse(node.annotation)))
    return found
