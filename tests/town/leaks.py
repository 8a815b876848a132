"""Looks for what stood on papers in files where it must not be: as text in several encodings, and as the papers' own bytes."""

import json
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from certificates.face import EMPTY, Face

PERSONAL = frozenset(
    {
        "name", "name_kana", "alias", "former_name", "former_name_kana", "birth", "my_number", "juminhyo_code", "honseki", "hittousha", "head_name", "address",
        "levy_address", "previous_address", "family_name", "salary_revenue", "salary", "income_total", "taxable", "levy_total", "value",
    }
)  # fmt: skip
"""Cells whose texts are somebody's own."""

SHORTEST = 4
"""A text of fewer characters (「男」, 「長男」, 「０」) says nothing about anybody."""

CHUNK = 48


@dataclass(frozen=True, slots=True)
class Needles:
    """What is looked for: texts, and pieces of files."""

    texts: frozenset[str]
    chunks: frozenset[bytes]

    def unless_in(self, before: bytes) -> "Needles":
        """Without the pieces that were somewhere before anything was printed: a registered imprint and the municipality's seal are pictures in files, and stand on paper as they are."""
        return Needles(self.texts, frozenset(chunk for chunk in self.chunks if chunk not in before))


def needles_of(faces: Collection[Face], documents: Collection[bytes], public: str) -> Needles:
    """Everything personal that stands on the faces, and pieces of the documents; `public` begins every address of the town and is nobody's."""
    cells = [cell for face in faces for cells in (face.head, *(piece.cells for piece in face.pieces)) for cell in cells]
    texts = {text for code, text in cells if code in PERSONAL and text != EMPTY}
    texts |= {text.removeprefix(public) for text in texts} | {text.replace(",", "") for text in texts if text.replace(",", "").isdigit()}
    spread = {document[at : at + CHUNK] for document in documents for at in range(64, len(document) - CHUNK, max(1, len(document) // 40))}
    return Needles(frozenset(text for text in texts if len(text.strip()) >= SHORTEST and text != public), frozenset(_telling(spread)))


def _telling(chunks: Collection[bytes]) -> Iterator[bytes]:
    """Pieces that only these files have: much the same PDF objects begin every file, compressed streams do not repeat."""
    return (chunk for chunk in chunks if len(set(chunk)) > CHUNK // 2)


def leaks_in(files: Collection[Path], needles: Needles) -> list[str]:
    """Where something was found, by file; no text is repeated."""
    return sorted({f"{what} in {file}" for file in files for what in _found(file.read_bytes(), needles)})


def leaks_in_rows(database: Path, tables: Collection[str], needles: Needles) -> list[str]:
    """The same for some tables of a database that holds others for good reason."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        found = {
            f"{what} in {table}"
            for table in tables
            for row in connection.execute(f'SELECT * FROM "{table}"')
            for value in row
            for what in _found(value if isinstance(value, bytes) else str(value).encode(), needles)
        }
    return sorted(found)


def tables_of(database: Path) -> list[str]:
    """The names of its tables."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]


def _found(content: bytes, needles: Needles) -> Iterator[str]:
    if b"%PDF-" in content:
        yield "a PDF"
    if any(chunk in content for chunk in needles.chunks):
        yield "a piece of a paper"
    for number, text in enumerate(sorted(needles.texts)):
        if any(written in content for written in _written(text)):
            yield f"text {number} of {len(text)} characters"


def _written(text: str) -> Iterator[bytes]:
    yield text.encode()
    yield text.encode("utf-16-be")
    yield text.encode("utf-16-le")
    yield json.dumps(text).strip('"').encode()
