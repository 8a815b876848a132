"""How much goes wrong, and how often: three levels, as data."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["none", "light", "heavy"]


@dataclass(frozen=True, slots=True)
class Faults:
    """Probabilities per message or commit; seconds of virtual time.

    A message takes `delay_seconds` on average; with `late` it takes up to `late_seconds`, and so overtakes and is overtaken. A lost one is lost on the way there or on the way back.
    The issuers of `ailing_share` of the municipalities are ill every now and then: slow, every step up to `ailing_slow_seconds`, or failing in `ailing_error_share` of their steps.
    Every `clock_step_seconds` some machine's clock is put wrong by up to `clock_off_seconds`, or right again.
    """

    lost: float
    doubled: float
    late: float
    late_seconds: float
    delay_seconds: float
    commit_fails_before: float
    commit_fails_after: float
    commit_seconds: float
    kill_every_seconds: float | None
    restart_seconds: float
    device_fault: float
    ailing_share: float = 0.0
    ailing_slow_seconds: float = 0.0
    ailing_error_share: float = 0.0
    clock_step_seconds: float | None = None
    clock_off_seconds: float = 0.0


LEVELS: dict[Level, Faults] = {
    "none": Faults(0.0, 0.0, 0.0, 0.0, 0.004, 0.0, 0.0, 0.002, None, 3.0, 0.0),
    "light": Faults(0.005, 0.005, 0.01, 5.0, 0.010, 0.002, 0.002, 0.003, 900.0, 3.0, 0.005, 0.1, 4.0, 0.2, 600.0, 20.0),
    "heavy": Faults(0.04, 0.04, 0.05, 20.0, 0.020, 0.01, 0.01, 0.005, 45.0, 3.0, 0.03, 1 / 3, 12.0, 0.5, 90.0, 45.0),
}
