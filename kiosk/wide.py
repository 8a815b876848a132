"""課税証明書の広域交付 at the terminal (domain facts 8): what the municipality where the resident lived on January 1 issues now, before anybody is looked up there.

Who vouches for whom is the center's and the municipalities' business; the kiosk names both, and the year.
"""

from dataclasses import replace

from kiosk.identification import turned_down
from kiosk.machine import Machine
from kiosk.ordering import ask_choices
from kiosk.session import Notice, Session
from kiosk.visit import Event
from messages.refusals import Refusal, refuse
from messages.visits import KindOffer


async def ask_wide(machine: Machine, session: Session) -> Event:
    """Fees and hours of the other municipality, then who and what may stand on its paper."""
    selection = session.selection
    assert session.visit_id is not None
    assert selection.elsewhere is not None
    assert selection.offer is not None
    answer = await machine.door.kinds(session.visit_id, selection.elsewhere.code)
    if isinstance(answer, Refusal):
        return turned_down(session, answer)
    kind = selection.offer.kind
    there = next((each for each in answer.kinds if each.kind == kind and each.fees), None)
    event = _not_to_be_had(session, there)
    if event is None:
        return await ask_choices(machine, session)
    if session.notice is not None:
        session.notice = replace(session.notice, place=selection.elsewhere)
    return event


def _not_to_be_had(session: Session, there: KindOffer | None) -> Event | None:
    year = session.selection.wide_year
    if there is None:
        return turned_down(session, refuse("wide_not_joined"))
    if not there.open:
        turned = turned_down(session, refuse("stopped_now" if there.because == "stopped" else "closed_now"))
        assert session.notice is not None
        session.notice = replace(session.notice, opens_at=there.opens_at)
        return turned
    if there.years and year not in there.years:
        if year is not None and year > max(there.years):
            return turned_down(session, refuse("year_not_open"))
        session.notice = Notice("year_too_old")
        return Event.TURNED_DOWN
    return None
