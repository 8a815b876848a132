"""本籍地利用登録 as it is seen: how it stands, the field that is typed, the review, the receipt. Pure reading; what was typed is hidden on a screen that nobody attends."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from certificates.wareki import wareki
from kiosk.keyboard import MAKING
from kiosk.place_view import entry_seen
from kiosk.session import Session
from kiosk.touches import FIELD_ON, may_apply_for_use, use_asked
from kiosk.use_draft import BIRTH_ERAS, FIELDS, KEYS, LONGEST, PARTS, WESTERN, all_complete, birth_of, complete
from kiosk.visit import Screen
from messages.uses import REASONS

Json = dict[str, Any]

_ERAS_EN: Mapping[str, str] = {"reiwa": "Reiwa", "heisei": "Heisei", "showa": "Showa", "taisho": "Taisho"}


def use_offered(session: Session) -> Json | None:
    """The way to 利用登録 on the list of kinds; None where there is none."""
    kinds = session.selection.kinds
    if kinds is None or not use_asked(session.selection):
        return None
    return {"open": kinds.use_open, "opens_at": _minute(kinds)}


def _minute(kinds: Any) -> str | None:
    at = kinds.use_opens_at
    return None if at is None else at.isoformat(timespec="minutes")


def status_seen(session: Session) -> Json:
    """How it stands, why it was returned, and whether an application is taken."""
    use, kinds = session.use, session.selection.kinds
    if use is None or kinds is None:
        return {}
    reason = None if use.reason is None else REASONS.get(use.reason, REASONS["other"])
    return {
        "municipality": entry_seen(session.selection.municipality),
        "state": use.state,
        "number": use.number,
        "received_on": use.received_on,
        "expected_by": use.expected_by,
        "usable_from": use.usable_from,
        "reason": None if reason is None else {"ja": reason[0], "en": reason[1]},
        "may_apply": may_apply_for_use(session),
        "open": kinds.use_open,
        "opens_at": _minute(kinds),
    }


def field_seen(screen: Screen, session: Session, today: date) -> Json:
    """One field, what has been typed into it, and its keys."""
    field, draft = FIELD_ON[screen], session.draft
    shared = {
        "municipality": entry_seen(session.selection.municipality),
        "number": FIELDS.index(field) + 1,
        "of": len(FIELDS),
        "keys": [[{"key": key, "name": MAKING.get(key)} for key in row] for row in KEYS[field]],
        "ready": complete(draft, field, today),
    }
    if field != "birth":
        text = getattr(draft, field)
        return {**shared, "text": "" if session.warned else text, "left": LONGEST[field] - len(text)}
    return {
        **shared,
        "eras": [{"era": era, "ja": ja, "en": _ERAS_EN[era], "chosen": era == draft.era} for era, ja in BIRTH_ERAS.items()]
        + [{"era": WESTERN, "ja": "西暦", "en": "Western", "chosen": draft.era == WESTERN}],
        "parts": [{"part": part, "text": "" if session.warned else getattr(draft, part), "now": part == draft.part} for part in PARTS],
    }


def use_review_seen(session: Session, today: date) -> Json:
    """Everything that is going to be sent."""
    draft, birth = session.draft, birth_of(session.draft, today)
    shown = {
        "honseki": draft.honseki,
        "hittousha": draft.hittousha,
        "name": draft.name,
        "birth": "" if birth is None else wareki(birth),
        "phone": draft.phone,
    }
    return {
        "municipality": entry_seen(session.selection.municipality),
        "fields": [{"field": field, "text": "" if session.warned else shown[field]} for field in FIELDS],
        "ready": all_complete(draft, today),
    }


def received_seen(session: Session) -> Json:
    """受付番号, and the days."""
    received = session.use_received
    if received is None:
        return {}
    return {
        "municipality": entry_seen(session.selection.municipality),
        "number": received.number,
        "received_on": received.received_on,
        "expected_by": received.expected_by,
    }
