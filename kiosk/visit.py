"""One resident at one screen: the life of a visit as a table, (screen, event) -> (screen, actions).

This table is the specification. It decides which touch leads where, what may be left and how, and what has to be done on the way; it knows
nothing of cards, coins or papers beyond their events, holds no data of anybody, and has no clock. `kiosk.terminal` carries out the actions, in
the order in which they stand here.

Source of the order of screens: domain facts 2.2. Data first, then money, then paper: `COLLECT` is reached from `PAYMENT` alone, `PRINT` from
`COLLECTING` alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Screen(StrEnum):
    """What the resident sees."""

    MENU = "menu"  # メインメニュー
    SERVICE = "service"  # 行政サービス
    CONSENT = "consent"  # 利用同意
    PREPARING = "preparing"
    PLACE = "place"  # 市区町村の選択
    CARD = "card"  # カードをセット
    OPENING = "opening"
    PIN = "pin"  # 暗証番号
    CHECKING = "checking"
    REMOVE_CARD = "remove_card"  # カードを取り外す
    ADMITTING = "admitting"
    KINDS = "kinds"  # 証明書の種類
    LOOKING_UP = "looking_up"
    MEMBERS = "members"  # 交付種別
    MEMBERS_PICK = "members_pick"  # 世帯の一部
    OPTIONS = "options"  # 記載事項
    COPIES = "copies"  # 通数
    REVIEW = "review"  # 内容確認
    REQUESTING = "requesting"
    PAYMENT = "payment"  # 支払い
    COLLECTING = "collecting"
    PRINTING = "printing"  # 印刷中
    TAKE_PAPERS = "take_papers"  # 取り忘れ確認
    RECEIPT = "receipt"  # 領収書
    THANKS = "thanks"
    REFUSED = "refused"
    RETURNED = "returned"  # 返金
    LEAVING = "leaving"
    RECOVERED = "recovered"
    OUT_OF_SERVICE = "out_of_service"


class Event(StrEnum):
    """What happens to a visit: a touch, a device, an outcome of an action, a timer."""

    # touches
    START = "start"
    ISSUE = "issue"
    AGREE = "agree"
    PREFECTURE = "prefecture"
    MUNICIPALITY = "municipality"
    DIGIT = "digit"
    ERASE = "erase"
    CONFIRM = "confirm"
    KIND = "kind"
    ONLY_ME = "only_me"
    EVERYONE = "everyone"
    SOME = "some"
    MEMBER = "member"
    FORM = "form"
    YEAR = "year"
    OPTION = "option"
    COPIES = "copies"
    NEXT = "next"
    APPLY = "apply"
    ACKNOWLEDGE = "acknowledge"
    ANOTHER = "another"
    FINISH = "finish"
    BACK = "back"
    CANCEL = "cancel"
    STAY = "stay"
    LANGUAGE = "language"
    # devices
    CARD_PLACED = "card_placed"
    CARD_REMOVED = "card_removed"
    COINS = "coins"
    PAPERS_TAKEN = "papers_taken"
    CHANGE_TAKEN = "change_taken"
    SERVICED = "serviced"  # staff were at the machine
    ALL_CLEAR = "all_clear"
    # outcomes
    DIRECTORY_READY = "directory_ready"
    OPENED = "opened"
    CARD_UNREADABLE = "card_unreadable"
    PIN_RIGHT = "pin_right"
    PIN_WRONG = "pin_wrong"
    KINDS_READY = "kinds_ready"
    CHOICES_READY = "choices_ready"
    PAPERS_READY = "papers_ready"
    PAPER_STOPPED = "paper_stopped"
    REFUSAL = "refusal"
    COVERED = "covered"
    PAID = "paid"
    NOT_COLLECTED = "not_collected"
    PRINTED = "printed"
    NOT_PRINTED = "not_printed"
    # timers and the machine itself
    IDLE_WARNING = "idle_warning"
    IDLE_END = "idle_end"
    FAULT = "fault"
    NOTHING_OPEN = "nothing_open"
    SETTLED = "settled"


TOUCHES: frozenset[Event] = frozenset(list(Event)[: list(Event).index(Event.CARD_PLACED)])
"""The events that a finger can cause; all others come from the machine."""


class Action(StrEnum):
    """What the terminal has to do on the way from one screen to the next."""

    ASK_DIRECTORY = "ask_directory"
    SET_PREFECTURE = "set_prefecture"
    SET_MUNICIPALITY = "set_municipality"
    LOOK_AT_READER = "look_at_reader"
    OPEN_VISIT = "open_visit"
    ADD_DIGIT = "add_digit"
    ERASE_DIGIT = "erase_digit"
    WIPE_PIN = "wipe_pin"
    VERIFY_PIN = "verify_pin"
    TELL_REASON = "tell_reason"
    ADMIT = "admit"
    ASK_KINDS = "ask_kinds"
    SET_KIND = "set_kind"
    ASK_CHOICES = "ask_choices"
    SET_ONLY_ME = "set_only_me"
    SET_EVERYONE = "set_everyone"
    SET_SOME = "set_some"
    TOGGLE_MEMBER = "toggle_member"
    SET_FORM = "set_form"
    SET_YEAR = "set_year"
    TOGGLE_OPTION = "toggle_option"
    SPARE_NEXT = "spare_next"  # past a screen on which there is nothing to choose
    SPARE_BACK = "spare_back"
    SET_COPIES = "set_copies"
    APPLY = "apply"
    RAISE_ALARM = "raise_alarm"
    OPEN_COIN_SLOT = "open_coin_slot"
    COUNT_COINS = "count_coins"
    COLLECT = "collect"
    GIVE_BACK = "give_back"
    PRINT = "print"
    SILENCE = "silence"
    NOTE_TAKEN = "note_taken"
    NOTE_SAID = "note_said"
    ISSUE_RECEIPT = "issue_receipt"
    CLOSE_FINISHED = "close_finished"
    CLOSE_CANCELLED = "close_cancelled"
    CLOSE_IDLE = "close_idle"
    CLOSE_REFUSED = "close_refused"
    CLOSE_FAILED = "close_failed"
    LOOK_AROUND = "look_around"
    FORGET = "forget"
    WARN = "warn"
    SET_LANGUAGE = "set_language"
    SETTLE = "settle"


@dataclass(frozen=True, slots=True)
class Move:
    """Where an event leads and what is done on the way, in this order."""

    to: Screen
    actions: tuple[Action, ...] = ()


S, E, A = Screen, Event, Action

WORKING: frozenset[Screen] = frozenset(
    {S.PREPARING, S.OPENING, S.CHECKING, S.ADMITTING, S.LOOKING_UP, S.REQUESTING, S.COLLECTING, S.PRINTING, S.OUT_OF_SERVICE}
)
"""Screens on which the machine works and the resident waits: no touch is taken, no idle time is counted."""

RESTING: frozenset[Screen] = frozenset({S.MENU, S.LEAVING})
"""Screens without a time limit."""

NO_WARNING: frozenset[Screen] = frozenset({S.SERVICE, S.THANKS, S.REFUSED, S.RETURNED, S.RECOVERED})
"""Screens that end by themselves without a warning: there is nothing to lose on them."""

WARNED: frozenset[Screen] = frozenset(Screen) - WORKING - RESTING - NO_WARNING - {S.TAKE_PAPERS}
"""Screens that warn before they end for want of a touch."""

WITH_CARD: frozenset[Screen] = frozenset({S.CARD, S.OPENING, S.PIN, S.CHECKING})
"""Screens on which a card belongs on the reader; on any other of a visit it is to be taken away."""

_ROWS: tuple[tuple[Screen, Event, Screen, tuple[Action, ...]], ...] = (
    (S.MENU, E.START, S.SERVICE, ()),
    (S.SERVICE, E.ISSUE, S.CONSENT, ()),
    (S.SERVICE, E.BACK, S.MENU, ()),
    (S.SERVICE, E.IDLE_END, S.MENU, (A.FORGET,)),
    (S.CONSENT, E.AGREE, S.PREPARING, (A.ASK_DIRECTORY,)),
    (S.CONSENT, E.BACK, S.SERVICE, ()),
    (S.PREPARING, E.DIRECTORY_READY, S.PLACE, ()),
    (S.PREPARING, E.REFUSAL, S.REFUSED, (A.TELL_REASON,)),
    (S.PLACE, E.PREFECTURE, S.PLACE, (A.SET_PREFECTURE,)),
    (S.PLACE, E.MUNICIPALITY, S.CARD, (A.SET_MUNICIPALITY, A.LOOK_AT_READER)),
    (S.PLACE, E.BACK, S.CONSENT, ()),
    (S.CARD, E.CARD_PLACED, S.OPENING, (A.OPEN_VISIT,)),
    (S.CARD, E.BACK, S.PLACE, ()),
    (S.OPENING, E.OPENED, S.PIN, ()),
    (S.OPENING, E.CARD_UNREADABLE, S.CARD, (A.TELL_REASON, A.CLOSE_CANCELLED)),
    (S.OPENING, E.REFUSAL, S.REFUSED, (A.TELL_REASON, A.CLOSE_REFUSED)),
    (S.OPENING, E.CARD_REMOVED, S.CARD, (A.TELL_REASON, A.CLOSE_CANCELLED)),
    (S.PIN, E.DIGIT, S.PIN, (A.ADD_DIGIT,)),
    (S.PIN, E.ERASE, S.PIN, (A.ERASE_DIGIT,)),
    (S.PIN, E.CONFIRM, S.CHECKING, (A.VERIFY_PIN,)),
    (S.PIN, E.CARD_REMOVED, S.CARD, (A.TELL_REASON, A.WIPE_PIN, A.CLOSE_CANCELLED)),
    (S.CHECKING, E.PIN_RIGHT, S.REMOVE_CARD, ()),
    (S.CHECKING, E.PIN_WRONG, S.PIN, (A.TELL_REASON,)),
    (S.CHECKING, E.REFUSAL, S.REFUSED, (A.TELL_REASON, A.CLOSE_REFUSED)),
    (S.CHECKING, E.CARD_UNREADABLE, S.CARD, (A.TELL_REASON, A.CLOSE_CANCELLED)),
    (S.CHECKING, E.CARD_REMOVED, S.CARD, (A.TELL_REASON, A.WIPE_PIN, A.CLOSE_CANCELLED)),
    (S.REMOVE_CARD, E.CARD_REMOVED, S.ADMITTING, (A.ADMIT,)),
    (S.ADMITTING, E.KINDS_READY, S.KINDS, ()),
    (S.ADMITTING, E.REFUSAL, S.REFUSED, (A.TELL_REASON, A.CLOSE_REFUSED)),
    (S.KINDS, E.KIND, S.LOOKING_UP, (A.SET_KIND, A.ASK_CHOICES)),
    (S.LOOKING_UP, E.CHOICES_READY, S.MEMBERS, (A.SPARE_NEXT,)),
    (S.LOOKING_UP, E.REFUSAL, S.REFUSED, (A.TELL_REASON, A.CLOSE_REFUSED)),
    (S.MEMBERS, E.ONLY_ME, S.OPTIONS, (A.SET_ONLY_ME, A.SPARE_NEXT)),
    (S.MEMBERS, E.EVERYONE, S.OPTIONS, (A.SET_EVERYONE, A.SPARE_NEXT)),
    (S.MEMBERS, E.SOME, S.MEMBERS_PICK, (A.SET_SOME,)),
    (S.MEMBERS, E.BACK, S.KINDS, ()),
    (S.MEMBERS_PICK, E.MEMBER, S.MEMBERS_PICK, (A.TOGGLE_MEMBER,)),
    (S.MEMBERS_PICK, E.NEXT, S.OPTIONS, (A.SPARE_NEXT,)),
    (S.MEMBERS_PICK, E.BACK, S.MEMBERS, ()),
    (S.OPTIONS, E.FORM, S.OPTIONS, (A.SET_FORM,)),
    (S.OPTIONS, E.YEAR, S.OPTIONS, (A.SET_YEAR,)),
    (S.OPTIONS, E.OPTION, S.OPTIONS, (A.TOGGLE_OPTION,)),
    (S.OPTIONS, E.NEXT, S.COPIES, ()),
    (S.OPTIONS, E.BACK, S.MEMBERS, (A.SPARE_BACK,)),
    (S.COPIES, E.COPIES, S.COPIES, (A.SET_COPIES,)),
    (S.COPIES, E.NEXT, S.REVIEW, ()),
    (S.COPIES, E.BACK, S.OPTIONS, (A.SPARE_BACK,)),
    (S.REVIEW, E.APPLY, S.REQUESTING, (A.APPLY,)),
    (S.REVIEW, E.BACK, S.COPIES, ()),
    (S.REQUESTING, E.PAPERS_READY, S.PAYMENT, (A.OPEN_COIN_SLOT,)),
    (S.REQUESTING, E.REFUSAL, S.REFUSED, (A.TELL_REASON, A.CLOSE_REFUSED)),
    (S.REQUESTING, E.PAPER_STOPPED, S.REFUSED, (A.TELL_REASON, A.RAISE_ALARM, A.CLOSE_FAILED)),
    (S.PAYMENT, E.COINS, S.PAYMENT, (A.COUNT_COINS,)),
    (S.PAYMENT, E.COVERED, S.COLLECTING, (A.COLLECT,)),
    (S.PAYMENT, E.CANCEL, S.LEAVING, (A.GIVE_BACK, A.CLOSE_CANCELLED, A.FORGET, A.LOOK_AROUND)),
    (S.PAYMENT, E.IDLE_END, S.LEAVING, (A.GIVE_BACK, A.CLOSE_IDLE, A.FORGET, A.LOOK_AROUND)),
    (S.COLLECTING, E.PAID, S.PRINTING, (A.PRINT,)),
    (S.COLLECTING, E.NOT_COLLECTED, S.RETURNED, (A.GIVE_BACK, A.TELL_REASON, A.CLOSE_FAILED)),
    (S.PRINTING, E.PRINTED, S.TAKE_PAPERS, (A.TELL_REASON, A.ISSUE_RECEIPT)),
    (S.PRINTING, E.NOT_PRINTED, S.RETURNED, (A.TELL_REASON, A.CLOSE_FAILED)),
    (S.TAKE_PAPERS, E.ACKNOWLEDGE, S.TAKE_PAPERS, (A.SILENCE,)),
    (S.TAKE_PAPERS, E.PAPERS_TAKEN, S.RECEIPT, (A.NOTE_TAKEN,)),
    (S.TAKE_PAPERS, E.IDLE_END, S.LEAVING, (A.CLOSE_IDLE, A.FORGET, A.LOOK_AROUND)),
    (S.RECEIPT, E.ANOTHER, S.ADMITTING, (A.ASK_KINDS,)),
    (S.RECEIPT, E.FINISH, S.THANKS, (A.CLOSE_FINISHED,)),
    (S.RECEIPT, E.IDLE_END, S.THANKS, (A.CLOSE_FINISHED,)),
    (S.THANKS, E.FINISH, S.LEAVING, (A.FORGET, A.LOOK_AROUND)),
    (S.THANKS, E.IDLE_END, S.LEAVING, (A.FORGET, A.LOOK_AROUND)),
    (S.REFUSED, E.FINISH, S.LEAVING, (A.FORGET, A.LOOK_AROUND)),
    (S.REFUSED, E.IDLE_END, S.LEAVING, (A.FORGET, A.LOOK_AROUND)),
    (S.RETURNED, E.FINISH, S.LEAVING, (A.FORGET, A.LOOK_AROUND)),
    (S.RETURNED, E.IDLE_END, S.LEAVING, (A.FORGET, A.LOOK_AROUND)),
    (S.RECOVERED, E.FINISH, S.LEAVING, (A.NOTE_SAID, A.FORGET, A.LOOK_AROUND)),
    (S.RECOVERED, E.IDLE_END, S.LEAVING, (A.NOTE_SAID, A.FORGET, A.LOOK_AROUND)),
    (S.LEAVING, E.CARD_REMOVED, S.LEAVING, (A.LOOK_AROUND,)),
    (S.LEAVING, E.PAPERS_TAKEN, S.LEAVING, (A.LOOK_AROUND,)),
    (S.LEAVING, E.CHANGE_TAKEN, S.LEAVING, (A.LOOK_AROUND,)),
    (S.LEAVING, E.ACKNOWLEDGE, S.LEAVING, (A.SILENCE,)),
    (S.LEAVING, E.ALL_CLEAR, S.MENU, (A.FORGET,)),
    (S.OUT_OF_SERVICE, E.NOTHING_OPEN, S.LEAVING, (A.FORGET, A.LOOK_AROUND)),
    (S.OUT_OF_SERVICE, E.SETTLED, S.RECOVERED, ()),
)

_BEFORE_VISIT = (S.CONSENT, S.PLACE, S.CARD)
_BEFORE_ORDER = (S.PIN, S.REMOVE_CARD, S.KINDS, S.MEMBERS, S.MEMBERS_PICK, S.OPTIONS, S.COPIES, S.REVIEW)


def _shared_rows() -> Iterator[tuple[Screen, Event, Screen, tuple[Action, ...]]]:
    # A card on the reader, or a coin in the return tray, is looked after on the way out, whichever exit was taken.
    for screen in _BEFORE_VISIT:
        yield screen, E.CANCEL, S.LEAVING, (A.FORGET, A.LOOK_AROUND)
        yield screen, E.IDLE_END, S.LEAVING, (A.FORGET, A.LOOK_AROUND)
    for screen in _BEFORE_ORDER:
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
