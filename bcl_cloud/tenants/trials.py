"""試験発行: which specimens of a tenant were drawn under which terms, who of the tenant looked at each, and what they said.

Decides what counts as looked at: a paper of this kind, on this form, under exactly these terms (`specimen_papers.terms_digest`), called good by a person of the tenant. With others it is due again.
Decides too that an issuer offers no form that nobody has looked at (`looked_at_only`): of an open tenant a change closes what it concerns, and nothing else, until somebody has looked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Connection, and_, delete, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from bcl_cloud.tenants.entries import Tenant, TenantRefused, demanded, move, staff_of_tenant
from bcl_cloud.tenants.journal import Entry, note
from bcl_cloud.tenants.specimen_papers import Due, terms_digest
from bcl_cloud.tenants.tables import TRIALS
from certificates.policy import Policy
from issuer.clerks.office import CLERK, TAX
from issuer.terms import Issuer
from storage.instants import instant, stamp

REMARK_MAX = 200
LOOKERS = frozenset({CLERK, TAX})
"""Who of a tenant's staff may call a specimen good."""

State = Literal["undrawn", "undrawable", "drawn", "good", "faulty"]

Looked = frozenset[tuple[str, str, str]]
"""(kind, form, terms) of everything that was called good."""


@dataclass(frozen=True, slots=True)
class DrawnSpecimen:
    """One specimen as it was drawn, or `problem`: which cell of it cannot be."""

    due: Due
    sheets: int
    pdf_sha256: str
    problem: str


@dataclass(frozen=True, slots=True)
class Look:
    """What one person says of one specimen: that they saw this file (SHA-256, hex), whether it is good, and what is not."""

    kind: str
    form: str
    terms: str
    pdf_sha256: str
    good: bool
    remark: str


@dataclass(frozen=True, slots=True)
class TrialLine:
    """What is due and how it stands; `drawn_since` is the day as of which it was drawn (None: not yet)."""

    due: Due
    state: State = "undrawn"
    drawn_since: date | None = None
    drawn_at: datetime | None = None
    drawn_by: str = ""
    sheets: int = 0
    pdf_sha256: str = ""
    problem: str = ""
    looked_by: str = ""
    looked_at: datetime | None = None
    remark: str = ""


def trial_lines(connection: Connection, code: str, due: Sequence[Due]) -> tuple[TrialLine, ...]:
    """How each of what is due stands, in their order."""
    found = connection.execute(select(TRIALS).where(TRIALS.c.code == code).order_by(TRIALS.c.kind, TRIALS.c.form, TRIALS.c.terms)).mappings()
    rows = {(row["kind"], row["form"], row["terms"]): dict(row) for row in found}
    return tuple(_line(one, rows.get((one.kind, one.form, one.terms))) for one in due)


def still_due(lines: Sequence[TrialLine]) -> tuple[TrialLine, ...]:
    """Those that nobody has called good."""
    return tuple(line for line in lines if line.state != "good")


def looked_at(connection: Connection, code: str) -> Looked:
    """Everything of a tenant that was called good, under whatever terms."""
    rows = connection.execute(
        select(TRIALS.c.kind, TRIALS.c.form, TRIALS.c.terms)
        .where(TRIALS.c.code == code, TRIALS.c.verdict == "good")
        .order_by(TRIALS.c.kind, TRIALS.c.form, TRIALS.c.terms)
    )
    return frozenset((row.kind, row.form, row.terms) for row in rows)


def note_drawn(connection: Connection, code: str, drawn: Sequence[DrawnSpecimen], who: str, why: str, now: datetime) -> None:
    """These were drawn. One that came out as before keeps what was said of it. Raises `TenantRefused` (`unknown`)."""
    tenant = demanded(connection, code)
    for one in drawn:
        where = _of(code, one.due.kind, one.due.form, one.due.terms)
        known = connection.execute(select(TRIALS.c.pdf_sha256, TRIALS.c.problem, TRIALS.c.since).where(where)).one_or_none()
        if known is not None and (known.pdf_sha256, known.problem) == (one.pdf_sha256, one.problem):
            continue
        connection.execute(delete(TRIALS).where(where))
        row = {"code": code, "kind": one.due.kind, "form": one.due.form, "terms": one.due.terms, "since": one.due.since.isoformat()}
        made = {"drawn_at": stamp(now), "drawn_by": who, "sheets": one.sheets, "pdf_sha256": one.pdf_sha256, "problem": one.problem}
        connection.execute(insert(TRIALS).values(row | made | {"verdict": "", "remark": ""}))
    _changed(connection, tenant, Entry(who, code, "trial", " ".join(dict.fromkeys(f"{one.due.kind}/{one.due.form}" for one in drawn)), why), now)


def look(connection: Connection, code: str, said: Look, clerk: str, now: datetime) -> None:
    """A person of the tenant has looked at a specimen.

    Raises `TenantRefused`: `unknown`; `not_of_tenant` for anybody but a clerk of this tenant; `trial_other` when that is not the paper that was drawn; `remark_missing` for a fault that is not named.
    """
    tenant = demanded(connection, code)
    if not any(account.name == clerk and LOOKERS.intersection(account.roles) for account in staff_of_tenant(connection, code)):
        raise TenantRefused("not_of_tenant")
    remark = " ".join(said.remark.split())
    if len(remark) > REMARK_MAX or (not said.good and not remark):
        raise TenantRefused("remark_missing")
    where = and_(_of(code, said.kind, said.form, said.terms), TRIALS.c.pdf_sha256 == said.pdf_sha256, TRIALS.c.problem == "")
    values = {"verdict": "good" if said.good else "faulty", "looked_by": clerk, "looked_at": stamp(now), "remark": remark}
    if connection.execute(update(TRIALS).where(where).values(values)).rowcount != 1:
        raise TenantRefused("trial_other")
    _changed(connection, tenant, Entry(clerk, code, "looked", f"{said.kind}/{said.form} {values['verdict']}", remark), now)


def looked_at_only(issuer: Issuer, looked: Looked) -> "LookedAtIssuer":
    """The issuer as far as somebody has looked: forms that nobody called good under the terms of a day are not offered that day."""
    dated = {kind: _looked_policies(issuer, kind, looked) for kind in issuer.policies}
    return LookedAtIssuer(**{one.name: getattr(issuer, one.name) for one in fields(Issuer)}, looked=dated)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAtIssuer(Issuer):
    """See `looked_at_only`; `looked` is what remains of each kind, from which day on (None: nothing)."""

    looked: Mapping[str, tuple[tuple[date, Policy | None], ...]]

    def policy_on(self, kind: str, day: date) -> Policy | None:
        """See `Issuer.policy_on`."""
        in_force = [policy for since, policy in self.looked.get(kind, ()) if since <= day]
        return in_force[-1] if in_force else None


def _looked_policies(issuer: Issuer, kind: str, looked: Looked) -> tuple[tuple[date, Policy | None], ...]:
    days = sorted({since for since, _ in (*issuer.forms, *issuer.policies[kind])})
    return tuple((day, _looked_policy(issuer, kind, day, looked)) for day in days)


def _looked_policy(issuer: Issuer, kind: str, day: date, looked: Looked) -> Policy | None:
    policy = issuer.policy_on(kind, day)
    forms = tuple(form for form in policy.forms if (kind, form, terms_digest(issuer, kind, form, day)) in looked) if policy is not None else ()
    return replace(policy, forms=forms) if policy is not None and forms else None


def _of(code: str, kind: str, form: str, terms: str) -> ColumnElement[bool]:
    return and_(TRIALS.c.code == code, TRIALS.c.kind == kind, TRIALS.c.form == form, TRIALS.c.terms == terms)


def _changed(connection: Connection, tenant: Tenant, entry: Entry, now: datetime) -> None:
    # Whoever serves must see it at once, and a tenant in its trial stays there.
    move(connection, tenant.code, "try" if tenant.state in ("preparing", "trial") else "prepare", tenant.reason, now)
    note(connection, entry, now)


def _line(due: Due, row: Mapping[str, object] | None) -> TrialLine:
    if row is None:
        return TrialLine(due)
    said: State = "good" if row["verdict"] == "good" else "faulty" if row["verdict"] else "drawn"
    return TrialLine(
        due=due,
        state="undrawable" if row["problem"] else said,
        drawn_since=date.fromisoformat(str(row["since"])),
        drawn_at=instant(str(row["drawn_at"])),
        drawn_by=str(row["drawn_by"]),
        sheets=int(str(row["sheets"])),
        pdf_sha256=str(row["pdf_sha256"]),
        problem=str(row["problem"]),
        looked_by=str(row["looked_by"] or ""),
        looked_at=instant(str(row["looked_at"])) if row["looked_at"] else None,
        remark=str(row["remark"]),
    )
