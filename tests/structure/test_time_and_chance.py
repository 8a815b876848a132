"""Now is a value and chance is a callable: only the places where the real world enters, and the seeded ones, make them."""

import ast
import re
from collections.abc import Iterator

from tests.structure.sources import ROOT, Source, sources, written_files

SEEDED = ("registers/population/", "conformance/broken/town.py")  # the second cuts one seal for a made-up town
MAY_MAKE_THEM = ("simulation/", "konbini/")

MODULES = frozenset({"time", "random", "secrets"})
CALLS = frozenset(
    {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.datetime.now", "datetime.date.today", "os.urandom", "os.getrandom"}
    | {"uuid.uuid1", "uuid.uuid4", "uuid1", "uuid4", "uuid.getnode", "x509.random_serial_number", "SystemRandom", "random.SystemRandom", "hash"}
)
"""`hash` of a text differs from process to process: chance that nobody asked for."""

NAIVE = re.compile(r"\bdatetime\.(?:now\(\)|today\(|utcnow\(|utcfromtimestamp\(|fromtimestamp\([^,()]*\))")


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def _takes(source: Source) -> Iterator[str]:
    for node in source.nodes():
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.partition(".")[0] in MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            if node.module.partition(".")[0] in MODULES:
                yield node.module
            elif node.module in ("uuid", "os"):
                yield from (alias.name for alias in node.names if alias.name in ("uuid1", "uuid4", "urandom", "getrandom"))
        elif isinstance(node, ast.Call | ast.Attribute):
            called = _dotted(node.func) if isinstance(node, ast.Call) else _dotted(node)
            if called in CALLS:
                yield called


def _free(source: Source) -> bool:
    return source.name.endswith("/__main__.py") or source.name.startswith(MAY_MAKE_THEM)


def test_clock_and_chance_enter_at_the_doors_of_a_process_and_in_the_simulation_only() -> None:
    taken = {
        f"{source.name}: {word}"
        for source in sources()
        if not _free(source)
        for word in _takes(source)
        if not (word == "random" and source.name.startswith(SEEDED))
    }
    assert taken == set()


def test_the_made_up_population_draws_only_from_streams_that_are_handed_in() -> None:
    # `Random(seed)` is a stream; `random.choice(...)` or `Random()` is the process's own chance.
    for source in sources():
        if not source.name.startswith((*SEEDED, "simulation/")) or source.name.startswith("simulation/town/"):
            continue
        imported = {alias.name for node in source.nodes() if isinstance(node, ast.ImportFrom) and node.module == "random" for alias in node.names}
        assert imported <= {"Random"}, source.name
        unseeded = [node.lineno for node in source.nodes() if isinstance(node, ast.Call) and _dotted(node.func).endswith("Random") and not node.args]
        assert unseeded == [], source.name
        drawn = {_dotted(node) for node in source.nodes() if isinstance(node, ast.Attribute) and _dotted(node).startswith("random.")}
        assert drawn <= {"random.Random"}, source.name


def test_the_town_in_one_process_reads_no_real_clock_but_to_say_how_long_it_took() -> None:
    real = {"time", "secrets", "datetime.now", "uuid4"}
    for source in sources():
        if source.name.startswith("simulation/") and not source.name.startswith("simulation/town/") and source.name != "simulation/run.py":
            assert real.isdisjoint(_takes(source)), source.name


def test_no_instant_is_made_without_its_offset() -> None:
    beside = [file for file in written_files() if file.suffix == ".py"]
    naive = [f"{file.relative_to(ROOT)}: {found.group()}" for file in beside for found in NAIVE.finditer(file.read_text(encoding="utf-8"))]
    assert naive == []
