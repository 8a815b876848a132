"""本籍地利用登録 at the terminal: how it stands, and the application, signed by the kiosk's own key like every other.

What was typed goes to the center once, in the application, and nowhere else: no journal, no log, no metric. An application that got no answer is sent again as it was.
"""

from kiosk.identification import turned_down
from kiosk.machine import Machine
from kiosk.selection import Selection
from kiosk.session import Session
from kiosk.use_draft import UseDraft, birth_of
from kiosk.visit import Event
from messages.ids import time_ordered_id
from messages.refusals import Refusal
from messages.uses import UseApplication

_MADE_ANEW = frozenset({"request_stale", "use_incomplete"})
"""Refusals of this application, not of applying: the next one is another."""


async def ask_use(machine: Machine, session: Session) -> Event:
    """How the 利用登録 of this card at the chosen municipality stands."""
    assert session.visit_id is not None
    answer = await machine.door.use(session.visit_id, _municipality(session.selection))
    if isinstance(answer, Refusal):
        return turned_down(session, answer)
    session.use = answer
    return Event.USE_READY


async def send_use(machine: Machine, session: Session) -> Event:
    """Hand in the application."""
    if session.use_application is None or _typed(session.use_application) != _typed_of(session.draft, machine):
        session.use_application = _application(machine, session)
    answer = await machine.door.apply_for_use(session.use_application)
    if isinstance(answer, Refusal):
        if answer.code in _MADE_ANEW:
            session.use_application = None
        return turned_down(session, answer)
    session.use_received = answer
    return Event.USE_TAKEN


def _municipality(selection: Selection) -> str:
    assert selection.municipality is not None
    return selection.municipality.code


def _application(machine: Machine, session: Session) -> UseApplication:
    assert session.visit_id is not None
    now = machine.now()
    honseki, hittousha, name, birth, phone = _typed_of(session.draft, machine)
    return UseApplication(
        application_id=time_ordered_id(now, machine.token),
        visit_id=session.visit_id,
        kiosk_id=machine.terminal_id,
        municipality=_municipality(session.selection),
        honseki=honseki,
        hittousha=hittousha,
        name=name,
        birth=birth,
        phone=phone,
        applied_at=now,
    )


def _typed(application: UseApplication) -> tuple[str, str, str, str, str]:
    return application.honseki, application.hittousha, application.name, application.birth, application.phone


def _typed_of(draft: UseDraft, machine: Machine) -> tuple[str, str, str, str, str]:
    birth = birth_of(draft, machine.now().date())
    assert birth is not None
    return draft.honseki.strip(), draft.hittousha.strip(), draft.name.strip(), birth.isoformat(), draft.phone
