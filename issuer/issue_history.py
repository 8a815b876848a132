"""Reading the 発行履歴: the clerk's searches and counts.

Decides what a search finds; changes nothing. What it shows are ids, 宛名番号 and states; names are the register's business.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, or_, select

from certificates.kinds import KINDS
from issuer.issue_states import State
from issuer.issue_tables import EVENTS, ORDERS, PAPERS, SUBJECTS
from storage.instants import instant, stamp

KOSEKI_KINDS = tuple(kind.code for kind in KINDS.values() if kind.register == "koseki")
"""Kinds whose papers list people by their numbers in the 戸籍."""

NO_RESIDENT = "-/"
"""How the version of an order begins whose holder the resident register did not know (`register_view`): `holder_no` is then the number in the 戸籍."""


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for: `text` is a 発行番号, a 宛名番号, a person's number in the 戸籍, an issuance id or a request id, whole; an empty field does not narrow.

    Days are half-open: `since` <= t < `before`.
    """

    text: str = ""
    state: State | None = None
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One paper as the list shows it. `kind` and what follows are empty (`year` None) where only an outcome was heard of.

    `holder_no` and `members` are 宛名番号; on papers of the 戸籍 the people's numbers there, for the holder too where the 戸籍 alone knows them.
    """

    issuance_id: str
    request_id: str
    number: str | None
    state: State
    kind: str
    form: str
    year: int | None
    holder_no: str
    members: tuple[str, ...]
    shown: tuple[str, ...]
    sheets: int | None
    pdf_sha256: str | None
    register_version: str
    outcome: str | None
    logged_at: datetime

    @property
    def lists_koseki(self) -> bool:
        """Whether `members` are numbers in the 戸籍."""
        return self.kind in KOSEKI_KINDS

    @property
    def holder_in_koseki(self) -> bool:
        """Whether `holder_no` is a number in the 戸籍."""
        return self.register_version.startswith(NO_RESIDENT)


@dataclass(frozen=True, slots=True)
class Event:
    """One step in the life of a paper: when it happened, when it was noted here, who said so."""

    seq: int
    state: State
    at: datetime
    noted_at: datetime
    actor: str
    note: str


def find(connection: Connection, search: Search, limit: int = 200) -> tuple[Line, ...]:
    """The newest papers that match, newest first."""
    return _newest(connection, and_(*_conditions(search)), limit)


def find_of_people(connection: Connection, atena_nos: tuple[str, ...], person_nos: tuple[str, ...], limit: int = 200) -> tuple[Line, ...]:
    """The newest papers that these people asked for or stand on. A number in the 戸籍 is never taken for the same 宛名番号, nor the other way round: two people may have them."""
    residents = SUBJECTS.c.subject_no.in_(atena_nos) & ORDERS.c.kind.not_in(KOSEKI_KINDS)
    entries = SUBJECTS.c.subject_no.in_(person_nos) & ORDERS.c.kind.in_(KOSEKI_KINDS)
    listed = select(SUBJECTS.c.request_id).join(ORDERS, ORDERS.c.request_id == SUBJECTS.c.request_id).where(residents | entries)
    unknown_here = ORDERS.c.register_version.startswith(NO_RESIDENT)
    asked = (ORDERS.c.holder_no.in_(atena_nos) & ~unknown_here) | (ORDERS.c.holder_no.in_(person_nos) & unknown_here)
    return _newest(connection, or_(asked, PAPERS.c.request_id.in_(listed)), limit)


def life(connection: Connection, issuance_id: str) -> tuple[Line, tuple[Event, ...]] | None:
    """One paper and all its steps, or None."""
    found = find(connection, Search(text=issuance_id))
    line = next((line for line in found if line.issuance_id == issuance_id), None)
    if line is None:
        return None
    rows = connection.execute(select(EVENTS).where(EVENTS.c.issuance_id == issuance_id).order_by(EVENTS.c.seq)).mappings()
    return line, tuple(_event(row) for row in rows)


def count_by_state(connection: Connection, since: datetime, before: datetime) -> dict[State, int]:
    """How many papers logged in this span stand in which state, in the order of the states' names."""
    rows = connection.execute(
        select(PAPERS.c.state, func.count())
        .where(and_(PAPERS.c.logged_at >= stamp(since), PAPERS.c.logged_at < stamp(before)))
        .group_by(PAPERS.c.state)
        .order_by(PAPERS.c.state)
    )
    return {cast("State", state): count for state, count in rows}


def left_open(connection: Connection, before: datetime, limit: int = 200) -> tuple[Line, ...]:
    """Papers whose end nobody knows: logged before this instant without an outcome, or unresolved. Somebody has to ask the center. Oldest first."""
    searches = (Search(before=before, state="reserved"), Search(before=before, state="made"), Search(state="unresolved"))
    lines = [line for search in searches for line in find(connection, search, limit)]
    return tuple(sorted(lines, key=lambda line: (line.logged_at, line.issuance_id))[:limit])


def _newest(connection: Connection, condition: ColumnElement[bool], limit: int) -> tuple[Line, ...]:
    joined = PAPERS.outerjoin(ORDERS, PAPERS.c.request_id == ORDERS.c.request_id)
    rows = connection.execute(
        select(PAPERS, *_order_columns())
        .select_from(joined)
        .where(condition)
        .order_by(PAPERS.c.logged_at.desc(), PAPERS.c.number.desc(), PAPERS.c.issuance_id)
        .limit(limit)
    ).mappings()
    return tuple(_line(connection, row) for row in rows.all())


def _order_columns() -> list[Any]:
    return [ORDERS.c.kind, ORDERS.c.form, ORDERS.c.year, ORDERS.c.holder_no, ORDERS.c.shown, ORDERS.c.register_version]


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [PAPERS.c.issuance_id != ""]
    if search.text:
        listed = select(SUBJECTS.c.request_id).where(SUBJECTS.c.subject_no == search.text)
        conditions.append(
            or_(
                PAPERS.c.number == search.text,
                PAPERS.c.issuance_id == search.text,
                PAPERS.c.request_id == search.text,
                ORDERS.c.holder_no == search.text,
                PAPERS.c.request_id.in_(listed),
            )
        )
    if search.state is not None:
        conditions.append(PAPERS.c.state == search.state)
    if search.since is not None:
        conditions.append(PAPERS.c.logged_at >= stamp(search.since))
    if search.before is not None:
        conditions.append(PAPERS.c.logged_at < stamp(search.before))
    return conditions


def _line(connection: Connection, row: RowMapping) -> Line:
    members = connection.execute(select(SUBJECTS.c.subject_no).where(SUBJECTS.c.request_id == row["request_id"]).order_by(SUBJECTS.c.position))
    return Line(
        issuance_id=row["issuance_id"],
        request_id=row["request_id"],
        number=row["number"],
        state=cast("State", row["state"]),
        kind=row["kind"] or "",
        form=row["form"] or "",
        year=row["year"],
        holder_no=row["holder_no"] or "",
        members=tuple(members.scalars()),
        shown=tuple((row["shown"] or "").split()),
        sheets=row["sheets"],
        pdf_sha256=row["pdf_sha256"],
        register_version=row["register_version"] or "",
        outcome=row["outcome"],
        logged_at=instant(row["logged_at"]),
    )


def _event(row: RowMapping) -> Event:
    return Event(
        seq=row["seq"],
        state=cast("State", row["state"]),
        at=instant(row["at"]),
        noted_at=instant(row["noted_at"]),
        actor=row["actor"],
        note=row["note"],
    )
