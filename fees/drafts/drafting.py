"""The life of a draft: written by editors, submitted, approved by somebody who had no hand in it, and with that in force from its day.

Decides who may do what, and writes it down with its reason in the owner's record. A person belongs to a municipality or to the center (`of`) and works on the rules of that owner alone:
an ordinance is the municipality's, what the center's people look after is theirs. Whoever approves names the version they have read; a draft that was changed since is refused.

    draft -> submitted -> approved        submitted -> draft (sent back)        draft, submitted -> discarded
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, update

from fees.drafts.chain import Action, raw
from fees.drafts.changes import CENTER, Change, Changes, Known, changed, earliest_day, rule_id
from fees.drafts.history import book_at, enter, used_ids
from fees.drafts.recording import note
from fees.drafts.records import drafts
from fees.rules.rule_book import RuleBook
from storage.instants import stamp

Role = Literal["editor", "approver", "viewer"]
State = Literal["draft", "submitted", "approved", "discarded"]
RefusedReason = Literal["role", "not_yours", "no_draft", "state", "stale", "same_person", "title", "why"]

TITLE_MAX, WHY_MAX = 100, 1_000


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts: the account's name, whose person that is (a municipality's code, or `center`), and the roles."""

    name: str
    of: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Text:
    """What a person writes into a draft: what it is called, why it is made (the ordinance, the decision), and what it changes."""

    title: str
    why: str
    changes: Changes


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it stands. `editors` are all who wrote or submitted it, in that order."""

    number: int
    owner: str
    version: int
    state: State
    text: Text
    editors: tuple[str, ...]
    changed_at: str
    approved_by: str | None
    approved_at: str | None


class DraftRefused(Exception):
    """Nothing is changed, for this reason."""

    def __init__(self, reason: RefusedReason) -> None:
        super().__init__(reason)
        self.reason = reason


def may_see(person: Person, owner: str) -> bool:
    """The center's people see everybody's rules, a municipality's see its own."""
    return person.of in (CENTER, owner)


def create(connection: Connection, person: Person, text: Text, known: Known, now: datetime) -> int:
    """Enter a draft for the person's own rules; its number. Raises `DraftRefused`, and `ChangesRefused` for what could not be put into force as things stand."""
    _require(person, "editor", person.of)
    _check(connection, person.of, text, known, now)
    number = int(connection.execute(select(func.coalesce(func.max(drafts.c.draft), 0))).scalar_one()) + 1
    row = {"draft": number, "owner": person.of, "version": 1, "state": "draft", "editors": _json([person.name]), "changed_at": stamp(now)}
    connection.execute(insert(drafts).values(**row, **_columns(text)))
    note(connection, person.of, "drafted", person.name, number, text.why, raw(None), _shown(text), now)
    return number


def revise(connection: Connection, person: Person, number: int, version: int, text: Text, known: Known, now: datetime) -> None:
    """Write a draft anew that nobody has submitted."""
    draft = _mine(connection, person, "editor", number, version, ("draft",))
    _check(connection, draft.owner, text, known, now)
    _move(
        connection,
        draft,
        person,
        "revised",
        now,
        text.why,
        _shown(text),
        _shown(draft.text),
        {"editors": _json(_with(draft.editors, person.name)), **_columns(text)},
    )


def submit(connection: Connection, person: Person, number: int, version: int, known: Known, now: datetime) -> None:
    """Ask for approval."""
    draft = _mine(connection, person, "editor", number, version, ("draft",))
    _check(connection, draft.owner, draft.text, known, now)
    editors = _with(draft.editors, person.name)
    _move(
        connection,
        draft,
        person,
        "submitted",
        now,
        draft.text.why,
        _shown(draft.text),
        _shown(draft.text),
        {"state": "submitted", "editors": _json(editors)},
    )


def send_back(connection: Connection, person: Person, number: int, version: int, why: str, now: datetime) -> None:
    """Give a submitted draft back to its editors, with a reason."""
    draft = _mine(connection, person, "approver", number, version, ("submitted",))
    _move(connection, draft, person, "sent_back", now, _reason(why), _shown(draft.text), _shown(draft.text), {"state": "draft"})


def discard(connection: Connection, person: Person, number: int, version: int, why: str, now: datetime) -> None:
    """Give a draft up, with a reason."""
    draft = _mine(connection, person, "editor", number, version, ("draft", "submitted"))
    _move(connection, draft, person, "discarded", now, _reason(why), raw(None), _shown(draft.text), {"state": "discarded"})


def approve(connection: Connection, person: Person, number: int, version: int, known: Known, now: datetime) -> RuleBook:
    """Put a submitted draft into force: somebody else than its editors, before its first day begins. The new rule book."""
    draft = _mine(connection, person, "approver", number, version, ("submitted",))
    if person.name in draft.editors:
        raise DraftRefused("same_person")
    before, book = _check(connection, draft.owner, draft.text, known, now)
    enter(connection, before, book, draft.text.changes, number, person.name, now)
    told = {"revision": book.revision, "digest": book.digest(), "rules": _named(draft.text.changes, book)}
    stood = raw({"revision": before.revision, "digest": before.digest(), "rules": _named(draft.text.changes, before)})
    signed = {"approved_by": person.name, "approved_at": stamp(now)}
    _move(connection, draft, person, "approved", now, draft.text.why, raw(told), stood, {"state": "approved", **signed})
    return book


def find(connection: Connection, number: int) -> Draft | None:
    """A draft by its number."""
    row = connection.execute(select(drafts).where(drafts.c.draft == number)).one_or_none()
    return None if row is None else _draft(row)


def listed(connection: Connection, owner: str) -> tuple[Draft, ...]:
    """The drafts of an owner, newest first."""
    rows = connection.execute(select(drafts).where(drafts.c.owner == owner).order_by(drafts.c.draft.desc()))
    return tuple(_draft(row) for row in rows)


def outcome(connection: Connection, draft: Draft, known: Known, now: datetime) -> tuple[RuleBook, RuleBook]:
    """The rule book in force, and what the draft would make of it. Raises `ChangesRefused` as its approval would."""
    return _check(connection, draft.owner, draft.text, known, now)


def _check(connection: Connection, owner: str, text: Text, known: Known, now: datetime) -> tuple[RuleBook, RuleBook]:
    if not text.title.strip() or len(text.title) > TITLE_MAX:
        raise DraftRefused("title")
    _reason(text.why)
    before = book_at(connection)
    return before, changed(before, text.changes, owner, known, used_ids(connection), earliest_day(now))


def _reason(why: str) -> str:
    if not why.strip() or len(why) > WHY_MAX:
        raise DraftRefused("why")
    return why.strip()


def _require(person: Person, role: Role, owner: str) -> None:
    if person.of != owner:
        raise DraftRefused("not_yours")
    if role not in person.roles:
        raise DraftRefused("role")


def _mine(connection: Connection, person: Person, role: Role, number: int, version: int, states: tuple[State, ...]) -> Draft:
    draft = find(connection, number)
    if draft is None:
        raise DraftRefused("no_draft")
    _require(person, role, draft.owner)
    if draft.state not in states:
        raise DraftRefused("state")
    if draft.version != version:
        raise DraftRefused("stale")
    return draft


def _move(
    connection: Connection,
    draft: Draft,
    person: Person,
    action: Action,
    now: datetime,
    why: str,
    after: msgspec.Raw,
    before: msgspec.Raw,
    columns: dict[str, object],
) -> None:
    """Write the draft's new state and the record's entry."""
    values = {"version": draft.version + 1, "changed_at": stamp(now), **columns}
    connection.execute(update(drafts).where(drafts.c.draft == draft.number).values(**values))
    note(connection, draft.owner, action, person.name, draft.number, why, before, after, now)


def _named(changes: Changes, book: RuleBook) -> dict[str, object]:
    rules = {rule.rule: rule for rule in book.rules}
    return {rule_id(change): rules.get(rule_id(change)) for change in changes}


def _with(editors: tuple[str, ...], name: str) -> tuple[str, ...]:
    return editors if name in editors else (*editors, name)


def _columns(text: Text) -> dict[str, object]:
    return {"title": text.title.strip(), "why": text.why.strip(), "changes": _json(text.changes)}


def _shown(text: Text) -> msgspec.Raw:
    return raw({"title": text.title.strip(), "why": text.why.strip(), "changes": text.changes})


def _json(value: object) -> str:
    return msgspec.json.encode(value, order="sorted").decode()


def _draft(row: Row[tuple[object, ...]]) -> Draft:
    text = Text(row.title, row.why, msgspec.json.decode(row.changes, type=tuple[Change, ...]))
    editors = msgspec.json.decode(row.editors, type=tuple[str, ...])
    return Draft(row.draft, row.owner, row.version, row.state, text, editors, row.changed_at, row.approved_by, row.approved_at)
