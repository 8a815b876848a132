"""Who waits for what: how long a screen stands before it warns or ends, and the watchers that are woken when something that is seen has changed."""

import asyncio
from dataclasses import dataclass

from kiosk.config import Seconds
from kiosk.visit import RESTING, WARNED, WORKING, Event, Screen


@dataclass(frozen=True, slots=True)
class Timer:
    """What happens if nobody does anything for so long."""

    wait_seconds: float
    event: Event


def next_timer(screen: Screen, seconds: Seconds, *, warned: bool) -> Timer | None:
    """The timer of this screen, or None when it stands without limit. Papers in the tray have their own patience: the alarm sounds all the while."""
    if screen in WORKING or screen in RESTING:
        return None
    if screen is Screen.TAKE_PAPERS:
        return Timer(seconds.left_behind, Event.IDLE_END)
    if screen is Screen.THANKS:
        return Timer(seconds.thanks, Event.IDLE_END)
    if screen not in WARNED:
        return Timer(seconds.screen_end, Event.IDLE_END)
    return Timer(seconds.idle_end, Event.IDLE_END) if warned else Timer(seconds.idle_warning, Event.IDLE_WARNING)


class Watchers:
    """Everybody who watches one terminal. `version` grows with each change."""

    def __init__(self) -> None:
        self.version = 1
        self._waiting: set[asyncio.Event] = set()

    def changed(self) -> None:
        """Wake whoever watches."""
        self.version += 1
        for waiting in self._waiting:
            waiting.set()

    async def newer_than(self, seen: int) -> int:
        """The version, as soon as it is not `seen` any more."""
        while self.version == seen:
            waiting = asyncio.Event()
            self._waiting.add(waiting)
            try:
                await waiting.wait()
            finally:
                self._waiting.discard(waiting)
        return self.version
