"""本籍地利用登録 at the center: an application handed on to the municipality of the 本籍, and the question how one stands.

Decides that it comes from a registered kiosk and an authenticated card, that it is taken now, and that nobody has stopped it. What an
application says goes through and stays nowhere: neither in the records nor in a log.
"""

import re
from datetime import datetime

from issuance_center import intake, routing
from issuance_center.config import Limits
from issuance_center.issuer_lines import Declined, Failed, IssuerLines, Unavailable
from issuance_center.records import stops, uses
from issuance_center.records.visits import Visit
from issuance_center.routing import DirectoryBook
from issuance_center.stopping import Occasion
from messages.refusals import Refusal, refuse
from messages.uses import AskRegisteredUse, AskUse, RegisteredUse, RegisterUse, Use, UseApplication, UseReceived, UseTaken
from storage.store import Store

_ID = re.compile(r"[0-9a-f]{32}")


class UseRelay:
    """Serves the two messages of a visit, once their kiosk and visit are known."""

    def __init__(self, limits: Limits, store: Store, issuers: IssuerLines) -> None:
        self._limits = limits
        self._store = store
        self._issuers = issuers

    async def apply(self, application: UseApplication, visit: Visit | None, book: DirectoryBook, now: datetime) -> UseReceived | Refusal:
        """Pass the application on. The same one again gets the same answer from the municipality."""
        refused = intake.visit_refused(visit, application.kiosk_id, now)
        if visit is None or visit.serial is None or refused is not None:
            return refuse(refused or "visit_unknown")
        if _ID.fullmatch(application.application_id) is None:
            return refuse("malformed", "not as it must be - at `$.application.application_id`")
        if intake.stale(application.applied_at, now, self._limits):
            return refuse("request_stale")
        issuer = await self._issuer(book, application.municipality, visit.kiosk_id, now)
        if isinstance(issuer, Refusal):
            return issuer
        answer = await self._issuers.ask(issuer, RegisterUse(serial=visit.serial, application=application), UseTaken)
        match answer:
            case Declined(refusal) | Unavailable(refusal):
                return refusal
            case Failed(what):
                return refuse("issuer_failed", what)
        if answer.visit_id != visit.visit_id:
            return refuse("issuer_failed", "an answer for another visit")
        await self._store.write(
            uses.note_passed_on, application.application_id, visit.visit_id, visit.kiosk_id, application.municipality, answer.number[:64], now
        )
        return UseReceived(
            visit_id=visit.visit_id,
            municipality=application.municipality,
            number=answer.number,
            received_on=answer.received_on,
            expected_by=answer.expected_by,
        )

    async def standing(self, asked: AskUse, visit: Visit | None, book: DirectoryBook, now: datetime) -> Use | Refusal:
        """How this card's registration stands there."""
        refused = intake.visit_refused(visit, None, now)
        if visit is None or visit.serial is None or refused is not None:
            return refuse(refused or "visit_unknown")
        issuer = await self._issuer(book, asked.municipality, visit.kiosk_id, now)
        if isinstance(issuer, Refusal):
            return issuer
        question = AskRegisteredUse(visit_id=visit.visit_id, serial=visit.serial, municipality=asked.municipality)
        answer = await self._issuers.ask(issuer, question, RegisteredUse)
        match answer:
            case Declined(refusal) | Unavailable(refusal):
                return refusal
            case Failed(what):
                return refuse("issuer_failed", what)
        if answer.visit_id != visit.visit_id:
            return refuse("issuer_failed", "an answer for another visit")
        return Use(
            visit_id=visit.visit_id,
            municipality=asked.municipality,
            state=answer.state,
            number=answer.number,
            received_on=answer.received_on,
            expected_by=answer.expected_by,
            usable_from=answer.usable_from,
            reason=answer.reason,
        )

    async def _issuer(self, book: DirectoryBook, municipality: str, kiosk_id: str, now: datetime) -> str | Refusal:
        """Who takes applications for this municipality now; closed in the same windows as the 戸籍 (domain facts 2.5), and stopped with it, whoever has stopped it."""
        found = routing.use_route(book, municipality, kiosk_id, now)
        if isinstance(found, routing.NoRoute):
            return refuse("use_not_taken" if found.code == "kind_unknown" else found.code)
        if isinstance(found.hours, routing.Closed):
            return refuse("closed_now", f"opens at {found.hours.opens_at.isoformat()}" if found.hours.opens_at else "")
        occasion = Occasion(found.municipality, "koseki", found.issuer, routing.operator_of(book, kiosk_id, now), kiosk_id)
        return refuse("stopped_now") if await self._store.read(stops.refusing, occasion, now) is not None else found.issuer
