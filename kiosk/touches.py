"""A touch on the panel: which there are, what each carries, and what is refused before the table of `kiosk.visit` is asked.

The page sends what was touched and decides nothing; here it is checked for form and against what is on offer.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import msgspec

from kiosk.identification import PIN_DIGITS
from kiosk.selection import (
    NotOffered,
    Scope,
    Selection,
    has_options,
    scopes_offered,
    with_copies,
    with_form,
    with_kind,
    with_member_toggled,
    with_option_toggled,
    with_scope,
    with_year,
)
from kiosk.session import LANGUAGES, Session
from kiosk.visit import TOUCHES, Action, Event, Screen
from messages.refusals import Refusal, refuse

TEXT_MAX = 64


class Touch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One touch: its event, and the value of what was touched (`kind`, `copies` and the like carry one)."""

    event: str
    value: str | int = ""


CARRIES: Mapping[Event, Literal["text", "digit", "number", "language"]] = {
    Event.PREFECTURE: "text",
    Event.MUNICIPALITY: "text",
    Event.DIGIT: "digit",
    Event.KIND: "text",
    Event.MEMBER: "text",
    Event.FORM: "text",
    Event.YEAR: "number",
    Event.OPTION: "text",
    Event.COPIES: "number",
    Event.LANGUAGE: "language",
}
"""What a touch carries; the others carry nothing."""

_FORMS: Mapping[str, Callable[[str | int], bool]] = {
    "text": lambda value: isinstance(value, str) and 0 <= len(value) <= TEXT_MAX,
    "digit": lambda value: isinstance(value, str) and len(value) == 1 and value in "0123456789",
    "number": lambda value: isinstance(value, int),
    "language": lambda value: value in LANGUAGES,
    "nothing": lambda value: value == "",
}


def read_touch(raw: bytes) -> tuple[Event, str | int] | Refusal:
    """The touch in a request's body, or why it is none."""
    try:
        touch = msgspec.json.decode(raw, type=Touch, strict=True)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return refuse("malformed", 'a touch is {"event": …, "value": …}')
    if touch.event not in set(TOUCHES):
        return refuse("malformed", "there is no such touch - at `$.event`")
    event = Event(touch.event)
    if not _FORMS[CARRIES.get(event, "nothing")](touch.value):
        return refuse("malformed", f"not what `{event}` carries - at `$.value`")
    return event, touch.value


def not_ready_for(event: Event, screen: Screen, session: Session, *, can_print: bool) -> Refusal | None:
    """Why this touch is refused on this screen although the table has a cell for it, or None."""
    if event is Event.CONFIRM and len(session.pin) != PIN_DIGITS:
        return refuse("pin_malformed")
    if event is Event.NEXT and screen is Screen.MEMBERS_PICK and not session.selection.members:
        return refuse("members_invalid")
    if event is Event.START and not can_print:
        return refuse("busy", "the printer needs attention")
    return None


def spared_touch(screen: Screen, session: Session, action: Action) -> Event | None:
    """The touch that is spared the resident on a screen on which there is nothing to choose, or None."""
    selection = session.selection
    back = action is Action.SPARE_BACK
    if screen is Screen.OPTIONS and not has_options(selection):
        return Event.BACK if back else Event.NEXT
    if screen is Screen.MEMBERS and scopes_offered(selection) == (Scope.ONLY_ME,):
        return Event.BACK if back else Event.ONLY_ME
    return None


def chosen(action: Action, value: str | int, session: Session) -> Selection:
    """The selection after this choice; raises `NotOffered`."""
    selection = session.selection
    match action:
        case Action.SET_PREFECTURE:
            return _with_prefecture(session, str(value))
        case Action.SET_MUNICIPALITY:
            return _with_municipality(session, str(value))
        case Action.SET_KIND:
            return with_kind(selection, str(value))
        case Action.TOGGLE_MEMBER:
            return with_member_toggled(selection, str(value))
        case Action.SET_FORM:
            return with_form(selection, str(value))
        case Action.SET_YEAR:
            return with_year(selection, int(value))
        case Action.TOGGLE_OPTION:
            return with_option_toggled(selection, str(value))
        case Action.SET_COPIES:
            return with_copies(selection, int(value))
    return with_scope(selection, _SCOPES[action])


CHOICES: frozenset[Action] = frozenset(
    {
        Action.SET_PREFECTURE,
        Action.SET_MUNICIPALITY,
        Action.SET_KIND,
        Action.TOGGLE_MEMBER,
        Action.SET_FORM,
        Action.SET_YEAR,
        Action.TOGGLE_OPTION,
        Action.SET_COPIES,
        Action.SET_ONLY_ME,
        Action.SET_EVERYONE,
        Action.SET_SOME,
    }
)
"""The actions that change the selection; they are done, or refused, before the screen changes."""

REFUSED_WITH: Mapping[str, str] = {
    "municipality": "municipality_unknown",
    "prefecture": "municipality_unknown",
    "kind": "kind_unknown",
    "scope": "members_invalid",
    "member": "members_invalid",
    "form": "form_invalid",
    "year": "year_invalid",
    "option": "options_invalid",
    "copies": "copies_invalid",
}
"""Row of the table for each kind of `NotOffered`."""

_SCOPES: Mapping[Action, Scope] = {Action.SET_ONLY_ME: Scope.ONLY_ME, Action.SET_EVERYONE: Scope.EVERYONE, Action.SET_SOME: Scope.SOME}


def _with_prefecture(session: Session, prefecture: str) -> Selection:
    entries = () if session.directory is None else session.directory.municipalities
    if prefecture and prefecture not in {entry.prefecture for entry in entries}:
        raise NotOffered("prefecture")
    return replace(session.selection, prefecture=prefecture)


def _with_municipality(session: Session, code: str) -> Selection:
    entries = () if session.directory is None else session.directory.municipalities
    entry = next((each for each in entries if each.code == code), None)
    if entry is None:
        raise NotOffered("municipality")
    return replace(session.selection, municipality=entry)
