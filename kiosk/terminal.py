"""One terminal: one queue of events, taken one at a time, each a move of the table in `kiosk.visit`, whose actions are carried out in order.

Data first, then money, then paper; every step journalled before it happens. What takes long (the center, the printer) runs as one piece of work
at a time and ends with an event of its own; an outcome that comes after its screen has been left is dropped. All waiting is the loop's, so that
virtual time works. When something fails that no cell knows, the terminal goes out of service, settles what is open exactly as after a restart,
and only then comes back.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date

import structlog

from kiosk import handover, identification, journal, ordering, recovery, use, wide
from kiosk.coin_box import Accepted, CoinRefused
from kiosk.journal import CloseReason
from kiosk.machine import Machine
from kiosk.maintenance import Service, maintain
from kiosk.metrics import Metrics
from kiosk.outbox import Outbox
from kiosk.printer import TakenPaper
from kiosk.reader import CardInField
from kiosk.receipt import Receipt
from kiosk.selection import NotOffered
from kiosk.session import Language, Notice, Session
from kiosk.touches import CHOICES, REFUSED_WITH, WRITING, chosen, not_ready_for, spared_touch, written
from kiosk.visit import LONG, TOUCHES, Action, Event, Move, Screen, after
from kiosk.waiting import Watchers, next_timer
from messages.refusals import Refusal, refuse

WORK: Mapping[Action, Callable[[Machine, Session], Awaitable[Event]]] = {
    Action.ASK_DIRECTORY: ordering.ask_directory,
    Action.OPEN_VISIT: identification.open_visit,
    Action.VERIFY_PIN: identification.verify,
    Action.ADMIT: identification.admit,
    Action.ASK_KINDS: identification.ask_kinds,
    Action.ASK_CHOICES: ordering.ask_choices,
    Action.ASK_WIDE: wide.ask_wide,
    Action.ASK_USE: use.ask_use,
    Action.SEND_USE: use.send_use,
    Action.APPLY: ordering.apply,
    Action.COLLECT: handover.collect,
    Action.PRINT: handover.print_papers,
    Action.SETTLE: recovery.settle_all,
}
"""What takes long and ends with an event."""

CLOSES: Mapping[Action, CloseReason] = {
    Action.CLOSE_FINISHED: "finished",
    Action.CLOSE_CANCELLED: "cancelled",
    Action.CLOSE_IDLE: "idle",
    Action.CLOSE_REFUSED: "refused",
    Action.CLOSE_FAILED: "failed",
}
"""The reason that each way of closing a visit is journalled and told with."""

_KEEP_NOTICE = frozenset({Event.LANGUAGE, Event.SERVICED, Event.IDLE_WARNING, Event.STAY, Event.ACKNOWLEDGE})


@dataclass(frozen=True, slots=True)
class Happened:
    """One event in the queue; `work` is the number of the piece of work whose outcome it is, `answer` where somebody waits for it to be taken."""

    event: Event
    value: str | int = ""
    work: int | None = None
    answer: "asyncio.Future[Refusal | None] | None" = None

    def settle(self, refusal: Refusal | None) -> None:
        """Tell whoever waits that the event has been taken, or why it was not."""
        if self.answer is not None and not self.answer.done():
            self.answer.set_result(refusal)


@dataclass(frozen=True, slots=True)
class Handed:
    """What a person took from the output tray: papers, and the receipt when one was due."""

    papers: tuple[TakenPaper, ...]
    receipt: Receipt | None


def _keep_in_mind(action: Action, value: str | int, session: Session) -> None:
    """What changes the terminal's memory of the visit and nothing else."""
    match action:
        case Action.ADD_DIGIT:
            session.pin = (session.pin + str(value))[: identification.PIN_DIGITS]
        case Action.ERASE_DIGIT:
            session.pin = session.pin[:-1]
        case Action.WIPE_PIN:
            session.pin = ""
        case Action.WIPE_USE:
            session.wipe_use()
        case Action.TELL_ABROAD:
            session.notice = Notice("abroad_on_january_1", refuse("abroad_on_january_1"))
        case Action.TELL_UNBORN:
            session.notice = Notice("unborn_on_january_1", refuse("unborn_on_january_1"))
        case Action.SILENCE:
            session.silenced = True
        case Action.WARN:
            session.warned = True


class Terminal:
    """See the module's text. `run` is its life; everything else is called by the machine's panel and devices."""

    def __init__(self, machine: Machine, metrics: Metrics) -> None:
        self.machine = machine
        self.watchers = Watchers()
        self.session = Session(changed=self.watchers.changed)
        self.screen = Screen.OUT_OF_SERVICE
        self.language: Language = "ja"
        self._metrics = metrics
        self._outbox = Outbox(machine, metrics)
        self._queue: asyncio.Queue[Happened] = asyncio.Queue()
        self._work: asyncio.Task[None] | None = None
        self._work_no = 0
        self._spared: tuple[Event, str] | None = None  # done before anybody sees the screen
        self._timer: asyncio.TimerHandle | None = None
        self._log = structlog.get_logger().bind(terminal=machine.terminal_id)

    # --- its life ---

    async def run(self) -> None:
        """Settle what an earlier life left open, then take events until cancelled."""
        told = asyncio.create_task(self._outbox.run())
        try:
            self._begin(Action.SETTLE)
            while True:
                happened = await self._queue.get()
                refusal = await self._take(happened)
                while (spared := self._spared) is not None:
                    self._spared = None
                    await self._take(Happened(*spared))
                self.watchers.changed()
                happened.settle(refusal)
        finally:
            self._stop_work()
            self._stop_timer()
            told.cancel()
            await asyncio.gather(told, *([self._work] if self._work else []), return_exceptions=True)

    async def _take(self, happened: Happened) -> Refusal | None:
        if happened.work is not None and happened.work != self._work_no:
            return None
        move = after(self.screen, happened.event)
        if move is None:
            return refuse("malformed", f"`{happened.event}` is not on the screen `{self.screen}`") if happened.event in TOUCHES else None
        refusal = not_ready_for(happened.event, self.screen, self.session, can_print=self.machine.can_print, today=self._today())
        if refusal is None:
            refusal = await self._make_or_refuse(move, happened)
        if refusal is not None:
            self.session.notice = Notice(refusal.code, refusal)
        self._set_timer()
        return refusal

    async def _make_or_refuse(self, move: Move, happened: Happened) -> Refusal | None:
        try:
            await self._make(move, happened)
        except NotOffered as error:
            return refuse(REFUSED_WITH[str(error)])
        except Exception:  # noqa: BLE001 - whatever failed, money and paper must be settled; there is no other place that could
            self._log.exception("terminal_fault", screen=str(self.screen))
            self._put(Event.FAULT)
        return None

    async def _make(self, move: Move, happened: Happened) -> None:
        session = self.session
        selection, draft = session.selection, session.draft
        for action in move.actions:
            if action in CHOICES:
                selection = chosen(action, happened.value, session, self._today())
            elif action in WRITING:
                draft = written(action, happened.value, self.screen, draft)
        session.selection, session.draft = selection, draft
        self._note_reason(move, happened.event)
        session.warned = False
        if happened.event is Event.FAULT:
            self._metrics.faults.labels(self.machine.terminal_id).inc()
        if move.to is not self.screen:
            self._stop_work()
            self.screen = move.to
        for action in move.actions:
            await self._do(action, happened)

    def _note_reason(self, move: Move, event: Event) -> None:
        if Action.TELL_REASON not in move.actions:
            if event not in _KEEP_NOTICE:
                self.session.notice = None
        elif event is Event.CARD_REMOVED:
            self.session.notice = Notice("card_removed_early")
        elif self.session.notice is not None:
            self._metrics.refusals.labels(self.machine.terminal_id, self.session.notice.code).inc()

    async def _do(self, action: Action, happened: Happened) -> None:
        if action in LONG:
            self._begin(action)
        elif action in CLOSES:
            await self._close(CLOSES[action])
        elif action not in CHOICES and action not in WRITING:
            await self._do_at_once(action, happened)

    async def _do_at_once(self, action: Action, happened: Happened) -> None:
        session, machine = self.session, self.machine
        match action:
            case Action.LOOK_AT_READER if machine.slot.occupied:
                self._put(Event.CARD_PLACED)
            case Action.SPARE_NEXT | Action.SPARE_BACK:
                self._spared = spared_touch(self.screen, session, action)
            case Action.OPEN_COIN_SLOT | Action.COUNT_COINS:
                if handover.covered(session):
                    self._put(Event.COVERED)
            case Action.GIVE_BACK:
                await handover.give_back_escrow(machine, session)
            case Action.NOTE_TAKEN:
                await handover.note_taken(machine, session)
                self._outbox.wake()
            case Action.NOTE_SAID:
                await recovery.note_said(machine)
            case Action.ISSUE_RECEIPT:
                handover.issue_receipt(machine, session)
            case Action.RAISE_ALARM:
                await self._raise_alarm()
            case Action.SET_LANGUAGE:
                self.language = "en" if happened.value == "en" else "ja"
            case Action.FORGET:
                self._forget()
            case Action.LOOK_AROUND:
                if not self.left_behind():
                    self._put(Event.ALL_CLEAR)
            case _:
                _keep_in_mind(action, happened.value, session)

    # --- work that takes long ---

    def _begin(self, action: Action) -> None:
        self._stop_work()
        self._work_no += 1
        self._work = asyncio.create_task(self._carry_out(action, self._work_no))

    async def _carry_out(self, action: Action, number: int) -> None:
        try:
            event = await WORK[action](self.machine, self.session)
        except Exception:  # noqa: BLE001 - see `_take`
            self._log.exception("work_failed", action=str(action))
            event = Event.FAULT
        self._outbox.wake()
        self._queue.put_nowait(Happened(event, work=number))

    def _stop_work(self) -> None:
        if self._work is not None and not self._work.done():
            self._work.cancel()
        self._work_no += 1

    # --- the end of a visit ---

    async def _close(self, reason: CloseReason) -> None:
        visit_id, self.session.visit_id = self.session.visit_id, None
        if visit_id is None:
            return
        await self.machine.write(journal.close_visit, visit_id, reason, self.machine.now())
        self._metrics.visits.labels(self.machine.terminal_id, reason).inc()
        self._outbox.wake()

    async def _raise_alarm(self) -> None:
        session = self.session
        notice = session.notice
        what = notice.refusal.detail if notice is not None and notice.refusal is not None else ""
        self._metrics.alarms.labels(self.machine.terminal_id).inc()
        self._log.error("paper_stopped", request_id=session.request_id, differences=what)
        if session.visit_id is not None:
            await self.machine.write(journal.note, session.visit_id, session.request_id, "stopped", what[:80], self.machine.now())

    def _forget(self) -> None:
        silenced = self.session.silenced and self.left_behind() is not None
        self.session = Session(silenced=silenced, changed=self.watchers.changed)
        if self.screen is Screen.MENU:
            self.language = "ja"

    # --- timers ---

    def _set_timer(self) -> None:
        self._stop_timer()
        timer = next_timer(self.screen, self.machine.seconds, warned=self.session.warned)
        if timer is not None:
            self._timer = asyncio.get_running_loop().call_later(timer.wait_seconds, self._put, timer.event)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # --- what people do ---

    async def touch(self, event: Event, value: str | int = "") -> Refusal | None:
        """A finger on the panel. Returns when the touch has been taken: None, or why it does not count. What takes long shows in the view."""
        return await self._happen(event, value)

    async def place_card(self, card: CardInField) -> None:
        """A card is set on the reader; ValueError when one lies there already."""
        self.machine.slot.insert(card)
        await self._happen(Event.CARD_PLACED)

    async def remove_card(self) -> None:
        """The card is taken away."""
        self.machine.slot.remove()
        await self._happen(Event.CARD_REMOVED)

    async def insert_coin(self, yen: int) -> Accepted | CoinRefused:
        """A coin or note; it falls through while the slot is closed."""
        if self.screen is not Screen.PAYMENT:
            return CoinRefused("closed")
        result = handover.insert(self.machine, self.session, yen)
        if isinstance(result, Accepted):
            await self._happen(Event.COINS)
        return result

    async def take_return(self) -> int:
        """The return tray is emptied; the yen that lay in it."""
        yen = self.machine.coin_box.take_return()
        await self._happen(Event.CHANGE_TAKEN)
        return yen

    async def take_papers(self) -> Handed:
        """The output tray is emptied; what lay in it. Its flap is shut while the machine prints."""
        if self.screen is Screen.PRINTING:
            return Handed((), None)
        handed = Handed(self.machine.printer.take(), self.session.receipt)
        await self._happen(Event.PAPERS_TAKEN)
        return handed

    async def maintain(self, service: Service) -> None:
        """Staff at the open machine."""
        maintain(self.machine, service)
        await self._happen(Event.PAPERS_TAKEN if service == "discard" else Event.SERVICED)

    # --- what is seen ---

    def left_behind(self) -> str | None:
        """What lies about that somebody should take: `card`, `papers`, `change`, or None."""
        machine = self.machine
        if machine.slot.occupied:
            return "card"
        if machine.printer.tray():
            return "papers"
        return "change" if machine.coin_box.return_tray() > 0 else None

    def _today(self) -> date:
        return self.machine.now().date()

    def _put(self, event: Event, value: str | int = "") -> None:
        self._queue.put_nowait(Happened(event, value))

    async def _happen(self, event: Event, value: str | int = "") -> Refusal | None:
        answer: asyncio.Future[Refusal | None] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait(Happened(event, value, answer=answer))
        return await answer
