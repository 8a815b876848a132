"""Which program this is: release and a digest of its own files, so that two that differ in a line differ in their name.

Reads the program's files; called where a party starts.
"""

from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MAKES_PAPERS = ("issuer", "certificates", "registers", "messages", "storage", "trust")


def program() -> str:
    """Name, release and the first 16 digits of the SHA-256 over all files that decide what an issuer of this build makes."""
    digest = sha256()
    for folder in MAKES_PAPERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + sha256(file.read_bytes()).digest())
    return f"konbini/{version('konbini')}+{digest.hexdigest()[:16]}"


def topology(*, processes: int, press_workers: int, database: str) -> str:
    """How an issuer is set up, in the one form in which it is registered and declared; `database` is the kind of it (`sqlite`, `postgresql`)."""
    return f"processes={processes} press_workers={press_workers} database={database}"
