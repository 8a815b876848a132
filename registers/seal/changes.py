"""What a clerk does to the seal register: register a seal (登録, 改印), cancel one (廃止).

Decides that nobody has two seals in force, that the holder lives here and is 15 or more, and that the imprint can be registered. Each function is one change in the connection's
transaction and gives the registration a version it has never had. The registration that ends is not deleted: who asks for it learns that it has ended, and when.
"""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, insert, select, update

from registers.numbers import is_digits
from registers.residents.checks import text_problem
from registers.residents.households import PRESENT
from registers.residents.schema import ASIDE, COUNTED, RESIDENTS
from registers.seal.checks import CARVED_MAX, REGISTRATION_DIGITS, AgeProblem, ImprintProblem, age_problem, imprint_problem
from registers.seal.schema import SEALS, instant_text, seal_row
from registers.seal.seal import CancelReason, Imprint, SealRegistration
from registers.seal.tables import next_revision, seal_of

SealProblem = (
    AgeProblem
    | ImprintProblem
    | Literal[
        "no_such_resident",
        "not_present",
        "registration_no_form",
        "registration_no_taken",
        "carved_form",
        "already_registered",
        "no_seal",
        "already_cancelled",
        "before_registration",
    ]
)


class SealRefused(Exception):
    """The change cannot be made and nothing was changed; `problem` says why, without personal data."""

    def __init__(self, problem: SealProblem) -> None:
        super().__init__(problem)
        self.problem = problem


_HOLDER = select(RESIDENTS.c.birth, RESIDENTS.c.standing).where(COUNTED, RESIDENTS.c.atena_no == bindparam("the_person"))
_TAKEN = select(SEALS.c.number).where(SEALS.c.registration_no == bindparam("the_registration"))
_END = (
    update(SEALS)
    .where(SEALS.c.registration_no == bindparam("the_registration"))
    .values(
        cancelled_at=bindparam("the_instant"),
        cancelled_for=bindparam("the_reason"),
        cancel_source="clerk",
        revision=bindparam("the_revision"),
        changed_at=bindparam("the_instant"),
    )
)


def register(connection: Connection, atena_no: str, registration_no: str, carved: str, imprint: Imprint, *, now: datetime) -> SealRegistration:
    """印鑑登録: from now on this is the person's seal. Raises `SealRefused`."""
    holder = connection.execute(_HOLDER, {"the_person": atena_no}).one_or_none()
    if holder is None:
        raise SealRefused("no_such_resident")
    if holder.standing not in PRESENT:
        raise SealRefused("not_present")
    latest = seal_of(connection, atena_no)
    if latest is not None and latest.in_force_at(now):
        raise SealRefused("already_registered")
    for problem in (age_problem(holder.birth, now.date()), _form_problem(connection, registration_no, carved), imprint_problem(imprint)):
        if problem is not None:
            raise SealRefused(problem)
    revision = next_revision(connection)
    seal = SealRegistration(registration_no, atena_no, now.date(), carved, imprint, str(revision))
    connection.execute(insert(SEALS).values(seal_row(seal, revision, now.isoformat())))
    return seal


def cancel(connection: Connection, atena_no: str, reason: CancelReason, at: datetime) -> SealRegistration:
    """廃印: the person's seal is no seal from the second of `at` on. Cancelling twice is refused: whoever does so looks at an old page. Raises `SealRefused`."""
    latest = seal_of(connection, atena_no)
    if latest is None or latest.version == str(ASIDE):
        raise SealRefused("no_seal")
    if latest.cancelled_at is not None:
        raise SealRefused("already_cancelled")
    if at.date() < latest.registered_on:
        raise SealRefused("before_registration")
    values: dict[str, Any] = {
        "the_registration": latest.registration_no,
        "the_instant": instant_text(at),
        "the_reason": reason,
        "the_revision": next_revision(connection),
    }
    connection.execute(_END, values)
    ended = seal_of(connection, atena_no)
    assert ended is not None, "it has just been changed"
    return ended


def replace(connection: Connection, atena_no: str, registration_no: str, carved: str, imprint: Imprint, *, now: datetime) -> SealRegistration:
    """改印: the seal in force ends and another takes its place in the same transaction. Raises `SealRefused`; nothing is changed then if the caller's transaction is given up."""
    cancel(connection, atena_no, "replaced", now)
    return register(connection, atena_no, registration_no, carved, imprint, now=now)


def _form_problem(connection: Connection, registration_no: str, carved: str) -> SealProblem | None:
    if not is_digits(registration_no, REGISTRATION_DIGITS):
        return "registration_no_form"
    if connection.execute(_TAKEN, {"the_registration": registration_no}).first() is not None:
        return "registration_no_taken"
    return "carved_form" if not carved.strip() or text_problem(carved, CARVED_MAX) else None
