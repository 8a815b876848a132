"""One question served from top to bottom: OCSP for whoever asks, looking up and changing for the staff.

Decides nothing about HTTP or pages. Nobody who asks is known by name, and no serial number goes into a log.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from cryptography.x509.ocsp import OCSPResponseStatus
from sqlalchemy.exc import SQLAlchemyError

from jpki import statuses
from jpki.statuses import Change, NotChanged, Record, Wanted
from storage.store import Store, StoreFailed
from trust.ocsp import Status, Unknown
from trust.ocsp_responder import MalformedRequest, Question, Responder, answer_to, question_in, refusal

_log = structlog.get_logger("jpki")


@dataclass(frozen=True, slots=True)
class Overview:
    """The front page: how many certificates stand how, and the last changes."""

    counts: dict[str, int]
    newest: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One certificate and all that was done to it, the newest first."""

    record: Record
    history: tuple[Change, ...]


class Desk:
    """See the module's text. `counted` is told the kind of each OCSP answer, for the metrics."""

    def __init__(self, store: Store, responder: Responder, counted: Callable[[str], None] = lambda _: None) -> None:
        self._store = store
        self._responder = responder
        self._counted = counted

    async def ocsp(self, der: bytes, now: datetime) -> bytes:
        """The DER response to a DER request; always one: what is no request is malformedRequest, and a store that fails is tryLater."""
        try:
            question = question_in(der)
        except MalformedRequest:
            return self._refused(OCSPResponseStatus.MALFORMED_REQUEST)
        try:
            status = await self._status(question)
        except (StoreFailed, SQLAlchemyError) as problem:
            _log.error("ocsp_store_failed", kind=type(problem).__name__)
            return self._refused(OCSPResponseStatus.TRY_LATER)
        self._counted(type(status).__name__.lower())
        return answer_to(question, self._responder, status, now)

    async def overview(self, limit: int) -> Overview:
        """What the staff see first."""
        return Overview(await self._store.read(statuses.counts), await self._store.read(statuses.newest_changes, limit))

    async def sheet(self, serial: str) -> Sheet | None:
        """One certificate; None when it was never issued."""
        record = await self._store.read(statuses.record_of, serial)
        return None if record is None else Sheet(record, await self._store.read(statuses.history_of, serial))

    async def change(self, wanted: Wanted, now: datetime) -> Change | NotChanged:
        """Suspend, lift or revoke; the next OCSP answer says so."""
        outcome = await self._store.write(statuses.change, wanted, now)
        _log.info("status_change", action=wanted.action, reason=wanted.reason, outcome=outcome.code if isinstance(outcome, NotChanged) else "changed")
        return outcome

    async def _status(self, question: Question) -> Status:
        if not self._responder.is_for(question):
            return Unknown()
        return await self._store.read(statuses.status_of, f"{question.serial:x}")

    def _refused(self, status: OCSPResponseStatus) -> bytes:
        self._counted(status.name.lower())
        return refusal(status)
