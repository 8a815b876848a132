"""What the probes found, in the cloud's database; and the stop that follows in the same transaction.

Decides that a leak stops every tenant concerned at once, whatever state it is in, and voids whatever was said for its restart; and that a tenant which could not be looked at several times in
a row is stopped like one that leaks, though its reason says otherwise: what nobody can look at may be leaking. Every function is one step of a transaction.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, delete, insert, select

from bcl_cloud.tenants.entries import find, move
from bcl_cloud.tenants.journal import Entry, note
from bcl_cloud.tenants.tables import PROBES, RESTARTS
from storage.instants import instant, stamp

Outcome = Literal["passed", "leak", "failed"]
WATCH = "見張り"
"""Who stops a tenant in the journal when no person did."""
UNPROBED = "unprobed"
WORDS: dict[Outcome, tuple[str, str]] = {
    "passed": ("異常なし", "Passed"),
    "leak": ("混在を検知", "Leak found"),
    "failed": ("確認できず", "Could not be carried out"),
}
"""Every outcome as it is shown (ja, en)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one probe of one tenant found. `concerned` are the tenants that a leak stops; `detail` names rules, tables and codes of tenants, never what stood there."""

    outcome: Outcome
    concerned: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Probed:
    """A tenant's latest probe, when one passed last, and how many could not be carried out since."""

    at: datetime
    outcome: Outcome
    detail: str
    passed_at: datetime | None
    failed_in_row: int


def last_probe(connection: Connection, code: str) -> Probed | None:
    """The tenant's latest probe."""
    row = connection.execute(select(PROBES).where(PROBES.c.code == code)).one_or_none()
    if row is None:
        return None
    passed_at = instant(row.passed_at) if row.passed_at is not None else None
    return Probed(instant(row.at), row.outcome, row.detail, passed_at, row.failed_in_row)


def passed_since(connection: Connection, code: str, since: datetime) -> bool:
    """Whether the latest probe passed, and after this instant."""
    probed = last_probe(connection, code)
    return probed is not None and probed.outcome == "passed" and probed.at > since


def record(connection: Connection, code: str, verdict: Verdict, failures_max: int, now: datetime) -> tuple[str, ...]:
    """Note what a probe of the tenant `code` found, and stop whom it concerns; the tenants that were stopped by it now."""
    before = last_probe(connection, code)
    failed = 0 if verdict.outcome != "failed" else 1 + (before.failed_in_row if before is not None else 0)
    passed_at = (
        stamp(now) if verdict.outcome == "passed" else stamp(before.passed_at) if before is not None and before.passed_at is not None else None
    )
    _put(connection, code, verdict, passed_at, failed, now)
    if verdict.outcome == "leak":
        return tuple(one for one in dict.fromkeys((code, *verdict.concerned)) if _stop_for_leak(connection, one, code, verdict, now))
    if failed >= failures_max and _stop_unprobed(connection, code, verdict, now):
        return (code,)
    return ()


def void(connection: Connection, code: str) -> None:
    """Forget what was said for the tenant's restart."""
    connection.execute(delete(RESTARTS).where(RESTARTS.c.code == code))


def _put(connection: Connection, code: str, verdict: Verdict, passed_at: str | None, failed: int, now: datetime) -> None:
    connection.execute(delete(PROBES).where(PROBES.c.code == code))
    row = {"at": stamp(now), "outcome": verdict.outcome, "detail": verdict.detail, "passed_at": passed_at, "failed_in_row": failed}
    connection.execute(insert(PROBES).values(code=code, **row))


def _stop_for_leak(connection: Connection, code: str, found_at: str, verdict: Verdict, now: datetime) -> bool:
    tenant = find(connection, code)
    if tenant is None:
        return False
    move(connection, code, "leak", f"leak: {verdict.detail}", now)
    void(connection, code)
    if code != found_at:  # its own probe must not go on saying that it passed
        before = last_probe(connection, code)
        passed_at = stamp(before.passed_at) if before is not None and before.passed_at is not None else None
        _put(connection, code, Verdict("leak", detail=f"found at {found_at}: {verdict.detail}"), passed_at, 0, now)
    note(connection, Entry(WATCH, code, "leak", f"{found_at}: {verdict.detail}", ""), now)
    return True


def _stop_unprobed(connection: Connection, code: str, verdict: Verdict, now: datetime) -> bool:
    tenant = find(connection, code)
    if tenant is None or tenant.state != "open":
        return False
    move(connection, code, "close", UNPROBED, now)
    void(connection, code)
    note(connection, Entry(WATCH, code, "unprobed", verdict.detail, ""), now)
    return True
