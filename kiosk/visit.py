"""One resident at one screen: the life of a visit as a table, (screen, event) -> (screen, actions).

This table is the specification. It decides which touch leads where, what may be left and how, and what has to be done on the way; it knows
nothing of cards, coins or papers beyond their events, holds no data of anybody, and has no clock. `kiosk.terminal` carries out the actions, in
the order in which they stand here.

Source of the order of screens: domain facts 2.2. Data first, then money, then paper: `COLLECT` is reached from `PAYMENT` alone, `PRINT` from
`COLLECTING` alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kiosk.visit_rows import arriving, choosing, leaving, paying, registering
from kiosk.visit_rows.vocabulary import Action, Event, Row, Screen

__all__ = [
    "LONG",
    "NO_WARNING",
    "RESTING",
    "TABLE",
    "TOUCHES",
    "TYPING",
    "WARNED",
    "WITH_CARD",
    "WORKING",
    "Action",
    "Event",
    "Move",
    "Screen",
    "after",
    "diagram",
]

TOUCHES: frozenset[Event] = frozenset(list(Event)[: list(Event).index(Event.CARD_PLACED)])
"""The events that a finger can cause; all others come from the machine."""


@dataclass(frozen=True, slots=True)
class Move:
    """Where an event leads and what is done on the way, in this order."""

    to: Screen
    actions: tuple[Action, ...] = ()


S, E, A = Screen, Event, Action

WORKING: frozenset[Screen] = frozenset(
    {
        S.PREPARING,
        S.OPENING,
        S.CHECKING,
        S.ADMITTING,
        S.LOOKING_UP,
        S.USE_ASKING,
        S.USE_SENDING,
        S.REQUESTING,
        S.COLLECTING,
        S.PRINTING,
        S.OUT_OF_SERVICE,
    }
)
"""Screens on which the machine works and the resident waits: no touch is taken, no idle time is counted."""

RESTING: frozenset[Screen] = frozenset({S.MENU, S.LEAVING})
"""Screens without a time limit."""

NO_WARNING: frozenset[Screen] = frozenset({S.SERVICE, S.THANKS, S.REFUSED, S.RETURNED, S.RECOVERED})
"""Screens that end by themselves without a warning: there is nothing to lose on them."""

WARNED: frozenset[Screen] = frozenset(Screen) - WORKING - RESTING - NO_WARNING - {S.TAKE_PAPERS}
"""Screens that warn before they end for want of a touch."""

TYPING: frozenset[Screen] = frozenset({S.USE_HONSEKI, S.USE_HITTOUSHA, S.USE_NAME, S.USE_BIRTH, S.USE_PHONE})
"""Screens on which a field of the 利用登録申請 is typed."""

WITH_CARD: frozenset[Screen] = frozenset({S.CARD, S.OPENING, S.PIN, S.CHECKING})
"""Screens on which a card belongs on the reader; on any other of a visit it is to be taken away."""

_ROWS: tuple[Row, ...] = (*arriving.ROWS, *choosing.ROWS, *registering.ROWS, *paying.ROWS, *leaving.ROWS)

_BEFORE_VISIT = (S.CONSENT, S.PLACE, S.CARD)
_BEFORE_ORDER = (S.PIN, S.REMOVE_CARD, S.KINDS, S.JANUARY_1, S.WIDE_PLACE, S.MEMBERS, S.MEMBERS_PICK, S.OPTIONS, S.COPIES, S.REVIEW)
_OF_USE = (S.USE_STATUS, S.USE_HONSEKI, S.USE_HITTOUSHA, S.USE_NAME, S.USE_BIRTH, S.USE_PHONE, S.USE_REVIEW)


def _shared_rows() -> Iterator[Row]:
    # A card on the reader, or a coin in the return tray, is looked after on the way out, whichever exit was taken.
    for screen in _BEFORE_VISIT:
        yield screen, E.CANCEL, S.LEAVING, (A.FORGET, A.LOOK_AROUND)
        yield screen, E.IDLE_END, S.LEAVING, (A.FORGET, A.LOOK_AROUND)
    for screen in (*_BEFORE_ORDER, *_OF_USE):
        yield screen, E.CANCEL, S.LEAVING, (A.CLOSE_CANCELLED, A.FORGET, A.LOOK_AROUND)
        yield screen, E.IDLE_END, S.LEAVING, (A.CLOSE_IDLE, A.FORGET, A.LOOK_AROUND)
    for screen in Screen:
        yield screen, E.LANGUAGE, screen, (A.SET_LANGUAGE,)
        yield screen, E.SERVICED, screen, ()
        if screen in WARNED:
            yield screen, E.IDLE_WARNING, screen, (A.WARN,)
            yield screen, E.STAY, screen, ()
        if screen is not S.OUT_OF_SERVICE:
            yield screen, E.FAULT, S.OUT_OF_SERVICE, (A.FORGET, A.SETTLE)


def _table() -> dict[tuple[Screen, Event], Move]:
    table: dict[tuple[Screen, Event], Move] = {}
    for screen, event, to, actions in (*_ROWS, *_shared_rows()):
        if (screen, event) in table:
            raise ValueError(f"two rows for {screen} and {event}")
        table[screen, event] = Move(to, actions)
    return table


LONG: frozenset[Action] = frozenset(
    {
        A.ASK_DIRECTORY,
        A.OPEN_VISIT,
        A.VERIFY_PIN,
        A.ADMIT,
        A.ASK_KINDS,
        A.ASK_CHOICES,
        A.ASK_WIDE,
        A.ASK_USE,
        A.SEND_USE,
        A.APPLY,
        A.COLLECT,
        A.PRINT,
        A.SETTLE,
    }
)
"""Actions that end with an event of their own. Each is the last of its move, and the screen it leads to is one of `WORKING`."""

TABLE: Mapping[tuple[Screen, Event], Move] = _table()
"""Every move there is. An event without a cell changes nothing on that screen."""


def after(screen: Screen, event: Event) -> Move | None:
    """The move that `event` makes from `screen`, or None when it changes nothing there."""
    return TABLE.get((screen, event))


_LEFT_OUT_OF_THE_DIAGRAM = frozenset({E.LANGUAGE, E.SERVICED, E.IDLE_WARNING, E.STAY, E.FAULT})


def diagram() -> str:
    """The table as a Mermaid state diagram, for `docs/kiosk-visit.md`; events that every screen has are left out and named below it."""
    lines = ["stateDiagram-v2", "    [*] --> menu"]
    for (screen, event), move in TABLE.items():
        if event in _LEFT_OUT_OF_THE_DIAGRAM:
            continue
        actions = f" / {', '.join(move.actions)}" if move.actions else ""
        lines.append(f"    {screen} --> {move.to}: {event}{actions}")
    return "\n".join(lines)
