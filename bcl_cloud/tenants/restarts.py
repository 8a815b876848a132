"""The way back from a stop: one operator asks for it, another carries it out, and both find a probe that passed after the tenant was stopped.

Decides that nobody restarts alone, that what was said before a new leak or a new stop is void (`probes_recorded`), and that a tenant which never issued goes back to its preparation instead.
Every function is one step of a transaction, for operators whose account was checked by whoever calls.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert, select

from bcl_cloud.tenants.entries import Tenant, TenantRefused, demanded, move
from bcl_cloud.tenants.journal import Entry, note
from bcl_cloud.tenants.probes_recorded import passed_since, void
from bcl_cloud.tenants.states import State
from bcl_cloud.tenants.tables import JOURNAL, RESTARTS
from storage.instants import instant, stamp

REFUSED: dict[str, tuple[str, str]] = {
    "not_stopped": ("停止していません。", "The tenant is not stopped."),
    "why_missing": ("理由を書いてください。", "Write why."),
    "probe_missing": ("停止してから、異常なしの確認がまだありません。", "No probe has passed since the stop."),
    "already_asked": ("再開の申出はすでにあります。もう1人が再開してください。", "The restart was asked for already: another operator may carry it out."),
    "nobody_asked": ("再開の申出がまだありません。", "Nobody has asked for the restart."),
    "same_operator": ("再開を申し出た本人は、再開できません。もう1人の担当者が要ります。", "Whoever asked for the restart cannot carry it out: another operator is needed."),
}  # fmt: skip
"""Codes of `TenantRefused` raised here, as they are shown (ja, en)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for a restart, when and why."""

    operator: str
    at: datetime
    why: str


def asked_for(connection: Connection, code: str) -> Asked | None:
    """What was said for the tenant's restart and still stands."""
    row = connection.execute(select(RESTARTS).where(RESTARTS.c.code == code)).one_or_none()
    return None if row is None else Asked(row.operator, instant(row.at), row.why)


def ask_restart(connection: Connection, code: str, who: str, why: str, now: datetime) -> None:
    """The first of the two: `who` asks for the restart. Asked again by the same person, the newer words stand.

    Raises `TenantRefused` (`unknown`, `not_stopped`, `why_missing`, `probe_missing`, `already_asked` by somebody else).
    """
    _demand(connection, code, why)
    known = asked_for(connection, code)
    if known is not None and known.operator != who:
        raise TenantRefused("already_asked")
    void(connection, code)
    connection.execute(insert(RESTARTS).values(code=code, operator=who, at=stamp(now), why=why))
    note(connection, Entry(who, code, "restart_wanted", "", why), now)


def restart(connection: Connection, code: str, who: str, why: str, now: datetime) -> State:
    """The second: another operator restarts the tenant; the state it is in then. Raises `TenantRefused` (as `ask_restart`, and `nobody_asked`, `same_operator`)."""
    tenant = _demand(connection, code, why)
    asked = asked_for(connection, code)
    if asked is None:
        raise TenantRefused("nobody_asked")
    if asked.operator == who:
        raise TenantRefused("same_operator")
    void(connection, code)
    state = move(connection, code, "restart" if _has_issued(connection, code) else "prepare_again", "", now)
    note(connection, Entry(who, code, "restart", f"{asked.operator}: {tenant.reason}", why), now)
    return state


def say_restart(connection: Connection, code: str, who: str, why: str, now: datetime) -> Literal["asked"] | State:
    """One word for both: the first operator asks, another one restarts. Raises `TenantRefused` (as `restart`; `same_operator` where the first says it again)."""
    if asked_for(connection, code) is None:
        ask_restart(connection, code, who, why, now)
        return "asked"
    return restart(connection, code, who, why, now)


def _demand(connection: Connection, code: str, why: str) -> Tenant:
    tenant = demanded(connection, code)
    if tenant.state != "stopped":
        raise TenantRefused("not_stopped")
    if not why.strip():
        raise TenantRefused("why_missing")
    if not passed_since(connection, code, tenant.since):
        raise TenantRefused("probe_missing")
    return tenant


def _has_issued(connection: Connection, code: str) -> bool:
    opened = select(JOURNAL.c.number).where(JOURNAL.c.code == code, JOURNAL.c.doing == "open")
    return connection.execute(opened.limit(1)).first() is not None
