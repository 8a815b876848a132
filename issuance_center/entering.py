"""Entering something in the directory: who may, and that it contradicts nothing at the very moment it is entered.

The check runs in the same write step as the entry, on the directory as it then is: two people at once cannot contradict each other. A municipality enters its own service at once (hours,
windows, closed days, options, years); who issues, what a kiosk is and which code means whom is the center's.
"""

from datetime import datetime

from sqlalchemy import Connection

from issuance_center.records import directory
from issuance_center.routing.book import Change, DirectoryBook, extended
from issuance_center.routing.changes import contradiction
from issuance_center.routing.contents import Sentence
from issuance_center.stopping import Person

OWN_TOPICS = frozenset({"hours", "window", "closure", "options", "years", "year"})
"""What a municipality enters for itself."""

REASON = Sentence("理由を入力してください（512文字以内）。", "Please enter a reason of at most 512 characters.")


def may_enter(person: Person, change: Change) -> bool:
    """Whether this person may enter it: an operator everything, a municipality its own service."""
    return person.operator or (person.of is not None and person.of == change.subject and change.topic in OWN_TOPICS)


def enter(
    connection: Connection, known: DirectoryBook, changes: tuple[Change, ...], lines: tuple[str, ...], person: Person, reason: str, now: datetime
) -> Sentence | None:
    """Enter all of `changes`, or none and say why. `known`: any earlier state of the directory. Raises `PermissionError` for what this person may not enter."""
    if not all(may_enter(person, change) for change in changes):
        raise PermissionError(person.name)
    if not reason.strip() or len(reason) > 512:
        return REASON
    book = extended(known, directory.newer(connection, known.revision))
    for change in changes:
        problem = contradiction(book, change, lines, now)
        if problem is not None:
            return problem
    directory.add(connection, changes, person.name, reason.strip(), now)
    return None
