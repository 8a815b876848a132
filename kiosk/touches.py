"""A touch on the panel: which there are, what each carries, and what is refused before the table of `kiosk.visit` is asked.

The page sends what was touched and decides nothing; here it is checked for form and against what is on offer.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Literal

import msgspec

from kiosk import places
from kiosk.identification import PIN_DIGITS
from kiosk.selection import (
    DOORS,
    Door,
    NotOffered,
    Scope,
    Selection,
    chosen_again,
    has_options,
    scopes_offered,
    with_copies,
    with_form,
    with_here,
    with_kind,
    with_member_toggled,
    with_option_toggled,
    with_scope,
    with_wide_year,
    with_year,
)
from kiosk.session import LANGUAGES, Session
from kiosk.use_draft import Field, UseDraft, all_complete, complete, erased, typed, with_era, with_part
from kiosk.visit import TOUCHES, Action, Event, Screen
from messages.refusals import Refusal, refuse
from messages.visits import MunicipalityEntry

TEXT_MAX = 64


class Touch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One touch: its event, and the value of what was touched (`kind`, `copies` and the like carry one)."""

    event: str
    value: str | int = ""


CARRIES: Mapping[Event, Literal["text", "digit", "number", "language"]] = {
    Event.DOOR: "text",
    Event.PREFECTURE: "text",
    Event.PAGE: "number",
    Event.KEY: "text",
    Event.ERA: "text",
    Event.PART: "text",
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


FIELD_ON: Mapping[Screen, Field] = {
    Screen.USE_HONSEKI: "honseki",
    Screen.USE_HITTOUSHA: "hittousha",
    Screen.USE_NAME: "name",
    Screen.USE_BIRTH: "birth",
    Screen.USE_PHONE: "phone",
}
"""The field of the 利用登録申請 that is typed on each screen."""


def not_ready_for(event: Event, screen: Screen, session: Session, *, can_print: bool, today: date) -> Refusal | None:
    """Why this touch is refused on this screen although the table has a cell for it, or None."""
    if event is Event.NEXT and screen in FIELD_ON and not complete(session.draft, FIELD_ON[screen], today):
        return refuse("use_incomplete")
    if event is Event.APPLY and screen is Screen.USE_REVIEW and not all_complete(session.draft, today):
        return refuse("use_incomplete")
    if event is Event.USE and not use_asked(session.selection):
        return refuse("use_not_taken")
    if event is Event.NEXT and screen is Screen.USE_STATUS and not may_apply_for_use(session):
        return refuse("closed_now" if not _use_open(session.selection) else "use_pending")
    if event is Event.CONFIRM and len(session.pin) != PIN_DIGITS:
        return refuse("pin_malformed")
    if event is Event.NEXT and screen is Screen.MEMBERS_PICK and not session.selection.members:
        return refuse("members_invalid")
    if event is Event.START and not can_print:
        return refuse("busy", "the printer needs attention")
    return None


def use_asked(selection: Selection) -> bool:
    """Whether 利用登録 is to be had here: at the 本籍地, where it takes applications."""
    return selection.door == "honseki" and selection.municipality is not None and selection.municipality.use


def may_apply_for_use(session: Session) -> bool:
    """An application is taken now, and none is pending or in force."""
    return _use_open(session.selection) and session.use is not None and session.use.state in ("none", "returned", "ended")


def _use_open(selection: Selection) -> bool:
    return selection.kinds is not None and selection.kinds.use_open


def spared_touch(screen: Screen, session: Session, action: Action) -> tuple[Event, str] | None:
    """The touch, and what it carries, that is spared the resident on a screen on which there is nothing to choose, or None."""
    onward = _only_touch(screen, session)
    if onward is None:
        return None
    return (Event.BACK, "") if action is Action.SPARE_BACK else onward


def _only_touch(screen: Screen, session: Session) -> tuple[Event, str] | None:
    selection = session.selection
    alone = places.only(session.directory)
    if screen is Screen.PLACE and alone is not None:
        return Event.MUNICIPALITY, alone.code
    if screen is Screen.JANUARY_1 and selection.wide_year is None:
        return Event.HERE, ""
    if screen is Screen.OPTIONS and not has_options(selection):
        return Event.NEXT, ""
    if screen is Screen.MEMBERS and scopes_offered(selection) == (Scope.ONLY_ME,):
        return Event.ONLY_ME, ""
    return None


def chosen(action: Action, value: str | int, session: Session, today: date) -> Selection:
    """The selection after this choice; raises `NotOffered`."""
    selection = session.selection
    match action:
        case Action.SET_DOOR:
            return _with_door(session, str(value))
        case Action.SET_PAGE:
            return _with_page(session, int(value))
        case Action.SET_WIDE_YEAR:
            return with_wide_year(selection, int(value), today)
        case Action.SET_HERE:
            return with_here(selection)
        case Action.SET_ELSEWHERE:
            return replace(selection, prefecture="", page=0, elsewhere=None)
        case Action.SET_WIDE_MUNICIPALITY:
            return replace(selection, elsewhere=_place(session, str(value)))
        case Action.CHOOSE_AGAIN:
            return chosen_again(selection)
        case Action.SET_PREFECTURE:
            return _with_prefecture(session, str(value))
        case Action.SET_MUNICIPALITY:
            return replace(selection, municipality=_place(session, str(value)))
        case Action.SET_KIND:
            return with_kind(selection, str(value), today)
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
        Action.SET_DOOR,
        Action.SET_PREFECTURE,
        Action.SET_PAGE,
        Action.SET_MUNICIPALITY,
        Action.SET_HERE,
        Action.SET_ELSEWHERE,
        Action.SET_WIDE_YEAR,
        Action.SET_WIDE_MUNICIPALITY,
        Action.CHOOSE_AGAIN,
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
    "not_joined": "wide_not_joined",
    "no_koseki": "kind_unknown",
    "key": "use_incomplete",
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


def written(action: Action, value: str | int, screen: Screen, draft: UseDraft) -> UseDraft:
    """The application for 利用登録 after this touch; raises `NotOffered`."""
    match action:
        case Action.TYPE:
            return typed(draft, FIELD_ON[screen], str(value))
        case Action.ERASE_TYPED:
            return erased(draft, FIELD_ON[screen])
        case Action.SET_ERA:
            return with_era(draft, str(value))
    return with_part(draft, str(value))


WRITING: frozenset[Action] = frozenset({Action.TYPE, Action.ERASE_TYPED, Action.SET_ERA, Action.SET_PART})
"""The actions that change the application for 利用登録; like `CHOICES`, done or refused before the screen changes."""


def purpose_of(selection: Selection) -> places.Purpose:
    """What the list of municipalities is looked at for: once a kind is chosen, where the resident lived on January 1."""
    return "wide" if selection.offer is not None else selection.door


def _listed(session: Session) -> tuple[MunicipalityEntry, ...]:
    return places.entries_for(session.directory, purpose_of(session.selection), session.selection.municipality)


def _with_door(session: Session, door: str) -> Selection:
    found: Door | None = next((each for each in DOORS if each == door), None)
    if found is None or places.only(session.directory) is not None:
        raise NotOffered("municipality")
    return replace(session.selection, door=found, page=0)


def _with_prefecture(session: Session, prefecture: str) -> Selection:
    if prefecture and prefecture not in places.prefectures(_listed(session)):
        raise NotOffered("prefecture")
    return replace(session.selection, prefecture=prefecture, page=0)


def _with_page(session: Session, page: int) -> Selection:
    if not 0 <= page < places.pages(places.rows_in(_listed(session), session.selection.prefecture)):
        raise NotOffered("municipality")
    return replace(session.selection, page=page)


def _place(session: Session, code: str) -> MunicipalityEntry:
    """The municipality in force for the code that was touched; raises `NotOffered` for one that is greyed."""
    entry = places.in_force(_listed(session), code)
    if entry is None:
        raise NotOffered("municipality")
    closed = places.closed_to(entry, purpose_of(session.selection))
    if closed is not None:
        raise NotOffered(closed)
    return entry
