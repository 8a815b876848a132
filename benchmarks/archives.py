"""Archives of a made-up town for the measuring of uploads: whole, under another sequence, with a bad line, and a day's differential. Made at the first run, under build/."""

import csv
import io
import zipfile
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from random import Random
from zlib import crc32

import msgspec

from bcl_cloud.feeds.forms import FORMS
from bcl_cloud.feeds.manifest import MANIFEST, REMOVED, FileNote, Manifest
from bcl_cloud.feeds.packing import pack
from registers.population import generate
from registers.seal.carving import carve
from storage.instants import JST

TENANT = "990027"
DAY = date(2026, 11, 23)
AS_OF = datetime(2026, 11, 23, 3, 0, tzinfo=JST)
IMPRINTS = 8
FONTS = tuple(Path(__file__).parents[1] / "certificates" / "fonts" / name for name in ("BIZUDMincho-Regular.ttf", "NotoSerifJP-Regular.ttf"))
UNITS_OF_A_DAY = 100
"""Of so many units one changes in a day."""


def resealed(archive: Path, name: str, sequence: int, bad_line: int | None = None) -> Path:
    """The same town under another sequence, an hour newer than the one before it; with one birth date of the residents made no date."""
    path = archive.with_name(f"{archive.stem}-{name}.zip")
    if path.exists():
        return path
    with zipfile.ZipFile(archive) as packed_town, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        manifest = msgspec.json.decode(packed_town.read(MANIFEST), type=Manifest)
        files = dict(manifest.files)
        for file in files:
            content = packed_town.read(file)
            if bad_line is not None and file == "residents.csv":
                lines = content.split(b"\r\n")
                cells = lines[bad_line - 1].split(b",")
                cells[9] = b"?"
                lines[bad_line - 1] = b",".join(cells)
                content = b"\r\n".join(lines)
                files[file] = FileNote(files[file].rows, sha256(content).hexdigest())
            made.writestr(file, content)
        as_of = AS_OF + timedelta(hours=sequence - 1)
        made.writestr(MANIFEST, msgspec.json.encode(msgspec.structs.replace(manifest, sequence=sequence, as_of=as_of, files=files)))
    return path


def packed(people: int) -> Path:
    """The town's archive, made at the first run."""
    path = Path("build") / f"town-{people}.zip"
    if not path.exists():
        imprints = [carve("見本", Random(number), FONTS) for number in range(IMPRINTS)]  # noqa: S311 - pictures, the same at every run
        numbers = count()
        town = generate(11, people, DAY, carve=lambda _carved, _chance: imprints[next(numbers) % IMPRINTS])
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(pack(town, TENANT, 1, AS_OF))
    return path


def a_days(archive: Path) -> Path:
    """The differential of a day after it: of every register one unit in a hundred, which counts as changed where its digest was forgotten."""
    path = archive.with_name(f"{archive.stem}-day.zip")
    if path.exists():
        return path
    with zipfile.ZipFile(archive) as packed_town, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        manifest = msgspec.json.decode(packed_town.read(MANIFEST), type=Manifest)
        contents = {file: _some_units(file, packed_town.read(file).decode()) for file in manifest.files} | {REMOVED: "台帳,番号\r\n".encode()}
        for file, content in contents.items():
            made.writestr(file, content)
        files = {file: FileNote(max(0, content.count(b"\r\n") - 1), sha256(content).hexdigest()) for file, content in contents.items()}
        after = msgspec.structs.replace(manifest, sequence=2, kind="differential", based_on=1, as_of=AS_OF + timedelta(hours=1), files=files)
        made.writestr(MANIFEST, msgspec.json.encode(after))
    return path


def _some_units(file: str, text: str) -> bytes:
    lines = list(csv.reader(io.StringIO(text, newline="")))
    columns = {column.field: column.ja for column in FORMS[file].columns}
    places = [lines[0].index(columns[field]) for field in FORMS[file].key]
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([lines[0], *(line for line in lines[1:] if _chosen([line[place] for place in places]))])
    return out.getvalue().encode()


def _chosen(key: list[str]) -> bool:
    return crc32("/".join(key).encode()) % UNITS_OF_A_DAY == 0
