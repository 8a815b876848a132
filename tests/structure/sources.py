"""The project's own files, read and parsed once for all tests of structure."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PARTIES = ("kiosk", "issuance_center", "municipal_server", "bcl_cloud", "fees", "jpki")
PACKAGES = (
    "konbini",
    "simulation",
    "conformance",
    *PARTIES,
    "issuer",
    "receiving",
    "screens",
    "messages",
    "certificates",
    "trust",
    "registers",
    "storage",
)
"""As `.importlinter` and `pyproject.toml` name them; `test_map` holds the three lists together."""

MADE = frozenset({"build", "var", "node_modules", "__pycache__"})
"""Folders of things that are made and not written."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed file of a package; `name` is its path from the root."""

    name: str
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        return self.name.partition("/")[0]

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    def nodes(self) -> Iterator[ast.AST]:
        return ast.walk(self.tree)

    def functions(self) -> Iterator[tuple[str, Function]]:
        """Every function with its qualified name, nested ones too."""
        return _functions(self.tree, "")


@cache
def sources() -> tuple[Source, ...]:
    """Every Python file of every package, in order."""
    return tuple(_parsed(file) for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py")))


@cache
def written_files() -> tuple[Path, ...]:
    """Every file of the project that somebody wrote (or vendored), hidden tools' caches left out."""
    return tuple(file for file in sorted(_walk(ROOT)))


def _walk(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.is_dir():
            if entry.name not in MADE and not entry.name.endswith(".egg-info") and (not entry.name.startswith(".") or entry.name == ".ci"):
                yield from _walk(entry)
        elif entry.is_file():
            yield entry


def _parsed(file: Path) -> Source:
    text = file.read_text(encoding="utf-8")
    return Source(file.relative_to(ROOT).as_posix(), text, ast.parse(text))


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield prefix + child.name, child
            yield from _functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        else:
            yield from _functions(child, prefix)
