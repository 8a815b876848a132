"""What happened in the town besides visits, as those tell it who did it: changes of registers, 利用登録 decided, moves, stops, issuers that were not what was registered. The auditor's own evidence.

Instants are virtual seconds. Whatever is told twice, as begun and as done, may have been in force from the first on and must have been from the second on.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from issuance_center.stopping import Scope
from simulation.truth.happenings import Kept
from simulation.truth.versions import Change


@dataclass(frozen=True, slots=True)
class Binding:
    """本籍地利用登録: this certificate leads to this person of a 戸籍 from the moment `begun_at`, in which a clerk began to accept it."""

    municipality: str
    serial: str = field(repr=False)
    person_no: str
    begun_at: float


@dataclass(slots=True)
class StopSeen:
    """A stop, in force since `told_at` at the latest; `lifting_at` is when somebody began to lift it."""

    number: int
    scope: Scope
    told_at: float
    lifting_at: float | None = None


@dataclass(slots=True)
class MoveSeen:
    """Kinds that were to go from the issuer `old` to `new` at the second `at`; `state` is what the center said of it afterwards."""

    municipality: str
    kinds: tuple[str, ...]
    old: str
    new: str
    at: float
    state: str = "planned"


@dataclass(slots=True)
class OtherBuild:
    """An issuer's line declared what was not registered for it, from `since` until `until`."""

    line: str
    since: float
    until: float | None = None


class Chronicle:
    """See the module's text. `base` is what every town hall kept when the day began, by code; `clocks_off_seconds` how far any clock may have been put wrong."""

    def __init__(self, base: Mapping[str, Kept], clocks_off_seconds: float = 0.0) -> None:
        self.base = base
        self.clocks_off_seconds = clocks_off_seconds
        self.changes: defaultdict[str, list[Change]] = defaultdict(list)
        self.bindings: list[Binding] = []
        self.stops: list[StopSeen] = []
        self.moves: list[MoveSeen] = []
        self.builds: list[OtherBuild] = []
        self.wrong: list[str] = []
        """Sentences about what should not have been answered to those who did something."""
        self.done: Counter[str] = Counter()
