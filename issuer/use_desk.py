"""The center's messages about 本籍地利用登録, served: an application taken, and how one stands. Decides nothing by itself: `uses` does."""

from datetime import datetime

from issuer.terms import Issuer
from issuer.uses import Received, receive, standing_of
from messages.refusals import Refusal, refuse
from messages.uses import AskRegisteredUse, RegisteredUse, RegisterUse, UseTaken
from storage.instants import JST
from storage.store import Store


class UseDesk:
    """Serves the two messages for one municipality."""

    def __init__(self, issuer: Issuer, store: Store) -> None:
        self._issuer = issuer
        self._store = store

    async def receive(self, message: RegisterUse, now: datetime) -> UseTaken | Refusal:
        """Take the application, or say why not."""
        application = message.application
        refused = self._unserved(application.municipality, now)
        if refused is not None:
            return refused
        taken = await self._store.write(receive, message.serial, application, now)
        if not isinstance(taken, Received):
            return refuse(taken)
        return UseTaken(
            visit_id=application.visit_id,
            number=taken.number,
            received_on=taken.received_on.isoformat(),
            expected_by=taken.expected_by.isoformat(),
        )

    async def standing(self, message: AskRegisteredUse, now: datetime) -> RegisteredUse | Refusal:
        """How this certificate's registration stands."""
        refused = self._unserved(message.municipality, now)
        if refused is not None:
            return refused
        found = await self._store.read(standing_of, message.serial, now.astimezone(JST).date())
        received = found.received
        return RegisteredUse(
            visit_id=message.visit_id,
            state=found.state,
            number=received.number if received is not None else None,
            received_on=received.received_on.isoformat() if received is not None else None,
            expected_by=received.expected_by.isoformat() if received is not None and found.state == "received" else None,
            usable_from=found.usable_from.isoformat() if found.usable_from is not None else None,
            reason=found.reason,
        )

    def _unserved(self, municipality: str, now: datetime) -> Refusal | None:
        if municipality != self._issuer.municipality:
            return refuse("municipality_unknown")
        return None if self._issuer.policy_on("koseki", now.astimezone(JST).date()) is not None else refuse("use_not_taken")
