"""What the center and the issuers have on record about each paper, as an auditor reads it when all is quiet: to be held against what people have in their hands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, select

from issuance_center.records.tables import cases, issuances, requests
from issuer.issue_tables import PAPERS
from issuer.referral_tables import ADMISSIONS
from simulation.issuers import IssuerOf


@dataclass(frozen=True, slots=True)
class Ordered:
    """One paper as the center has it."""

    issuance_id: str
    request_id: str
    state: str
    municipality: str
    kind: str
    form: str
    issuer: str
    kiosk: str
    vouched_by: str | None


@dataclass(frozen=True, slots=True)
class Logged:
    """One line of an issuer's 発行履歴."""

    issuer: IssuerOf
    state: str


def ordered(connection: Connection) -> dict[str, Ordered]:
    """Every paper, by its id."""
    columns = (requests.c.municipality, requests.c.kind, requests.c.form, requests.c.issuer, requests.c.kiosk_id, requests.c.vouched_by)
    rows = connection.execute(
        select(issuances.c.issuance_id, issuances.c.request_id, issuances.c.state, *columns)
        .join(requests, requests.c.request_id == issuances.c.request_id)
        .order_by(issuances.c.issuance_id)
    )
    return {row[0]: Ordered(*row) for row in rows}


def open_cases(connection: Connection) -> dict[str, str]:
    """Cases that nobody has closed, by the paper they are about."""
    return {row.issuance_id: row.kind for row in connection.execute(select(cases).where(cases.c.closed_at.is_(None)).order_by(cases.c.case_no))}


def logged(databases: Mapping[str, Engine], issuers: Sequence[IssuerOf]) -> dict[str, list[Logged]]:
    """Every line of every issuer's 発行履歴, by the paper's id."""
    found: dict[str, list[Logged]] = {}
    for one in issuers:
        with databases[one.database].begin() as connection:
            for row in connection.execute(select(PAPERS).order_by(PAPERS.c.issuance_id)):
                found.setdefault(row.issuance_id, []).append(Logged(one, row.state))
    return found


def used_referrals(databases: Mapping[str, Engine], issuers: Sequence[IssuerOf]) -> list[tuple[str, str, str]]:
    """(municipality where it was opened, municipality that made it, order) of every referral that was used."""
    found = []
    for one in issuers:
        with databases[one.database].begin() as connection:
            rows = connection.execute(select(ADMISSIONS).where(ADMISSIONS.c.request_id.is_not(None)).order_by(ADMISSIONS.c.number))
            found += [(one.place.code, row.issuer, row.request_id) for row in rows]
    return found
