"""The record of hand-overs in the 操作記録: what was written for the next issuer, what was checked, what was taken over, each with who, when, and of which file.

Decides how a line names its file, and that on the pages whoever enters a hand-over is another than who checked it: what it holds lets people have papers, and a clerk alone could have written it.
Of 支援措置 a line says nothing: it is read by whoever reads the 操作記録.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from sqlalchemy import Connection, select

from certificates.kinds import KINDS
from issuer.doings import Doing, note_doing
from issuer.handover import Handover
from issuer.handover_file import HandoverRefused
from issuer.issue_tables import DOINGS, HANDOVERS
from storage.instants import instant, stamp

CHECK_GOOD = timedelta(hours=24)
"""How long what one clerk has checked may be entered by another."""

Handled = Literal["hand_over", "check_handover", "take_over"]
_HANDLED: tuple[Handled, ...] = ("hand_over", "check_handover", "take_over")
_DIGEST, _FILE = re.compile(r"sha256 ([0-9a-f]{64})"), re.compile(r"file ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the record. `digest` is that of the content, `file_sha256` that of the file as it lies on a disk, both in hex; empty where a line of old does not have it."""

    at: datetime
    doing: Handled
    who: str
    kinds: tuple[str, ...]
    digest: str
    file_sha256: str
    why: str


def file_digest(data: bytes) -> str:
    """SHA-256 of a file in hex, as every tool gives it: what two desks read to each other."""
    return sha256(data).hexdigest()


def note(
    connection: Connection, doing: Handled, handover: Handover, digest: str, file_sha256: str, who: str, why: str, now: datetime,
    counts: Mapping[str, int] | None = None,
) -> None:  # fmt: skip
    """Add a line; `counts` is how many of each part were entered."""
    told = ", ".join(f"{count} {part}" for part, count in (counts or {}).items() if part != "protections")
    names = f"sha256 {digest}" + (f"; file {file_sha256}" if file_sha256 else "")
    note_doing(connection, Doing(who, doing, ",".join(handover.kinds)[:64], f"{told}; {names}" if told else names, why), now)


def history(connection: Connection, limit: int = 100) -> tuple[Line, ...]:
    """The newest lines first."""
    wanted = select(DOINGS).where(DOINGS.c.doing.in_(_HANDLED)).order_by(DOINGS.c.doing_id.desc()).limit(limit)
    return tuple(
        Line(
            at=instant(row["at"]),
            doing=row["doing"],
            who=row["clerk"],
            kinds=tuple(kind for kind in row["subject"].split(",") if kind in KINDS),
            digest=_found(_DIGEST, row["detail"]),
            file_sha256=_found(_FILE, row["detail"]),
            why=row["why"],
        )
        for row in connection.execute(wanted).mappings()
    )


def waiting(connection: Connection, now: datetime) -> tuple[Line, ...]:
    """What was checked and may still be entered by somebody else, the newest first, each content once."""
    entered = set(connection.execute(select(HANDOVERS.c.digest).order_by(HANDOVERS.c.handover_no)).scalars())
    found: dict[str, Line] = {}
    for line in _checks(connection, now):
        if line.digest not in entered:
            found.setdefault(line.digest, line)
    return tuple(found.values())


def demand_checked(connection: Connection, digest: str, who: str, now: datetime) -> None:
    """Raises `HandoverRefused` (`unchecked`, `same_person`) unless somebody else has checked this very content within `CHECK_GOOD`."""
    checkers = {line.who for line in _checks(connection, now) if line.digest == digest}
    if not checkers:
        raise HandoverRefused("unchecked")
    if checkers == {who}:
        raise HandoverRefused("same_person")


def _checks(connection: Connection, now: datetime) -> tuple[Line, ...]:
    since = stamp(now - CHECK_GOOD)
    return tuple(line for line in history(connection, 1000) if line.doing == "check_handover" and stamp(line.at) >= since)


def _found(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found.group(1) if found is not None else ""
