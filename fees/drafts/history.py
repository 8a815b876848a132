"""Every rule book there has been: revision 1 is the configuration's, each later one comes from one approved draft.

Writes and reads revisions; decides nothing about who may change what (`drafting`). A revision is never changed, so a rule book once read stays right for its revision.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection, func, insert, select

from fees.drafts.chain import raw
from fees.drafts.changes import CENTER, Changes, after, rule_id
from fees.drafts.recording import note
from fees.drafts.records import changes, revisions
from fees.rules.rule_book import Rule, RuleBook, rule_book_of
from storage.instants import stamp

CONFIGURATION = "configuration"
"""Who entered revision 1."""


@dataclass(frozen=True, slots=True)
class Version:
    """A rule as a revision left it (None: withdrawn), who put that revision into force, and when."""

    revision: int
    draft: int | None
    approved_by: str
    approved_at: str
    rule: Rule | None


@dataclass(frozen=True, slots=True)
class Unlike:
    """How the configuration's rules are unlike those the office works by, by id: `ignored` it states, and the office neither began with them nor has them; `missed` it no longer states,
    and the office has them still.
    """

    ignored: tuple[str, ...]
    missed: tuple[str, ...]


def seed(connection: Connection, configured: RuleBook, now: datetime) -> bool:
    """Enter the configuration's rules as revision 1, if there are none yet. Whether it did."""
    if last_revision(connection) > 0:
        return False
    lines = [{"rule": rule.rule, "content": _content(rule)} for rule in configured.rules]
    _add(connection, {"revision": 1, "draft": None, "approved_by": CONFIGURATION, "approved_at": stamp(now), "digest": configured.digest()}, lines)
    told = raw({"revision": 1, "rules": len(lines), "digest": configured.digest()})
    note(connection, CENTER, "seeded", CONFIGURATION, None, "", raw(None), told, now)
    return True


def last_revision(connection: Connection) -> int:
    """The revision in force; 0 when nothing was entered yet."""
    return int(connection.execute(select(func.coalesce(func.max(revisions.c.revision), 0))).scalar_one())


def book_at(connection: Connection, revision: int | None = None) -> RuleBook:
    """The rule book of a revision; the newest for None, an empty one where there is none."""
    newest = last_revision(connection) if revision is None else revision
    query = select(changes.c.rule, changes.c.content).where(changes.c.revision <= newest).order_by(changes.c.revision, changes.c.line)
    standing = {rule: content for rule, content in connection.execute(query)}  # noqa: C416 - rows, of which a later one takes an earlier one's place
    return rule_book_of(_rules(content for content in standing.values() if content is not None), newest)


def used_ids(connection: Connection) -> frozenset[str]:
    """Every id that a rule ever had."""
    return frozenset(connection.execute(select(changes.c.rule).distinct().order_by(changes.c.rule)).scalars())


def versions(connection: Connection, rule: str) -> tuple[Version, ...]:
    """What became of one rule, oldest first."""
    query = (
        select(revisions.c.revision, revisions.c.draft, revisions.c.approved_by, revisions.c.approved_at, changes.c.content)
        .join_from(changes, revisions, changes.c.revision == revisions.c.revision)
        .where(changes.c.rule == rule)
        .order_by(changes.c.revision, changes.c.line)
    )
    rows = connection.execute(query)
    return tuple(Version(*row[:4], None if row.content is None else msgspec.json.decode(row.content, type=Rule)) for row in rows)


def enter(connection: Connection, before: RuleBook, book: RuleBook, made: Changes, draft: int, approved_by: str, now: datetime) -> None:
    """Put `book`, which `made` makes of `before`, into force as the next revision."""
    standing = {rule.rule: rule for rule in before.rules}
    lines: list[dict[str, object]] = []
    for change in made:
        rule = after(change, standing)
        lines.append({"rule": rule_id(change), "content": None if rule is None else _content(rule)})
        if rule is not None:
            standing[rule.rule] = rule
    header = {"revision": book.revision, "draft": draft, "approved_by": approved_by, "approved_at": stamp(now), "digest": book.digest()}
    _add(connection, header, lines)


def unlike(connection: Connection, configured: RuleBook) -> Unlike:
    """What a configuration that was changed after the first start says in vain. Nothing, if it is still the first one, or says what was put into force since."""
    first, newest, stated = (frozenset(_content(rule) for rule in book.rules) for book in (book_at(connection, 1), book_at(connection), configured))
    return Unlike(_ids(stated - first - newest), _ids((first & newest) - stated))


def _add(connection: Connection, header: dict[str, object], lines: Sequence[Mapping[str, object]]) -> None:
    connection.execute(insert(revisions).values(**header))
    if lines:
        connection.execute(insert(changes), [{"revision": header["revision"], "line": number, **line} for number, line in enumerate(lines, start=1)])


def _content(rule: Rule) -> str:
    return msgspec.json.encode(rule, order="sorted").decode()


def _rules(contents: Iterable[str]) -> Iterable[Rule]:
    decoder = msgspec.json.Decoder(Rule)
    return (decoder.decode(content) for content in contents)


def _ids(contents: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(rule.rule for rule in _rules(contents)))
