"""印鑑登録 of made-up residents: who has a seal, what is cut into it, and which registrations have ended.

Decides from a stock of seals, as cheap seals are bought: the names most often needed are carved once or twice, and whoever bears another surname has their given name carved. A seal always
reads something of its holder's name. How an imprint comes to be is handed in.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from random import Random

from registers.population.making import years_before
from registers.population.numbering import Numbering
from registers.population.residence import Line
from registers.residents.households import UNSTORED, is_present
from registers.residents.resident import Resident
from registers.seal.seal import CancelReason, Imprint, SealRegistration

Carve = Callable[[str, Random], Imprint]
"""Characters and chance -> the imprint of a seal that has them."""

JST = timezone(timedelta(hours=9), "JST")
SEAL_AGE = 15
SHARE = 0.6
_STOCK = 190
_CARVED_TWICE = 30
_CHARACTERS_MAX = 8
_REASONS: tuple[CancelReason, ...] = ("request", "lost", "name_changed")


class Stock:
    """Carved seals, each name's first imprint and for common names a second: what is asked for again is not carved again."""

    def __init__(self, carve: Carve, seed: int, wanted: Sequence[str]) -> None:
        counted = [name for name, _ in Counter(wanted).most_common(_STOCK)]
        self._carve = carve
        self._seed = seed
        self._names = frozenset(counted)
        self._common = frozenset(counted[:_CARVED_TWICE])
        self._carved: dict[tuple[str, int], Imprint] = {}

    def has(self, name: str) -> bool:
        """Whether a seal of this name is kept."""
        return name in self._names

    def imprint(self, chance: Random, name: str) -> Imprint:
        """The imprint of a seal of this name."""
        key = (name, chance.randrange(2) if name in self._common else 0)
        if key not in self._carved:
            self._carved[key] = self._carve(name, Random(f"{self._seed}:seal:{name}:{key[1]}"))  # noqa: S311 - a made-up seal
        return self._carved[key]


@dataclass(frozen=True, slots=True)
class _Registering:
    today: date
    chance: Random
    stock: Stock
    numbering: Numbering


def stock_of(carve: Carve, seed: int, lines: Sequence[Line]) -> Stock:
    """A stock for these residents."""
    return Stock(carve, seed, [name for line in lines for name in _names(line.resident)])


def seals_of(lines: Sequence[Line], today: date, chance: Random, stock: Stock, numbering: Numbering) -> tuple[SealRegistration, ...]:
    """The registrations of one municipality: about 60 % of its residents of 15 and more; of those who left or died, ended ones."""
    desk = _Registering(today, chance, stock, numbering)
    return tuple(seal for line in lines if line.person.birth <= years_before(today, SEAL_AGE) for seal in _of(desk, line))


def readable_names(resident: Resident) -> tuple[str, ...]:
    """What may be cut into a resident's seal, the most usual first: 氏, 名, or the same of a 通称; of a foreign resident without one, the first words that fit."""
    if resident.alias is not None:
        return tuple(resident.alias.split("　"))
    if resident.foreign is not None:
        return tuple(word for word in resident.name.split(" ") if 1 < len(word) <= _CHARACTERS_MAX)
    return tuple(resident.name.split("　"))


def _names(resident: Resident) -> tuple[str, ...]:
    return () if resident.character_pending or resident.standing == "removed" else readable_names(resident)


def _of(desk: _Registering, line: Line) -> list[SealRegistration]:
    resident, person, chance = line.resident, line.person, desk.chance
    wanted, draw = person.seal != "drawn", chance.random()
    names = _names(resident)
    kept = next((name for name in names if desk.stock.has(name)), None)
    carved = kept or (names[0] if wanted and names else None)
    registered = _registered_on(desk, line)
    if carved is None or registered is None or (not wanted and draw > SHARE * 1.15):
        return []
    seal = SealRegistration(desk.numbering.seal_no(), resident.atena_no, registered, carved, desk.stock.imprint(chance, carved), UNSTORED)
    if not is_present(resident):
        since = resident.standing_since
        assert since is not None
        return [ended(seal, datetime.combine(since, time(), JST), "moved_out" if resident.standing == "left" else "dead")]
    if person.seal == "cancelled" or (not wanted and draw < 0.03):
        return [ended(seal, _at_a_desk(desk, registered), "lost" if wanted else chance.choice(_REASONS))]
    if not wanted and draw < 0.06:
        changed = _at_a_desk(desk, registered)
        again = SealRegistration(desk.numbering.seal_no(), resident.atena_no, changed.date(), carved, desk.stock.imprint(chance, carved), UNSTORED)
        return [ended(seal, changed, "replaced"), again]
    return [seal]


def ended(seal: SealRegistration, at: datetime, reason: CancelReason) -> SealRegistration:
    """The registration, cancelled."""
    return SealRegistration(seal.registration_no, seal.atena_no, seal.registered_on, seal.carved, seal.imprint, seal.version, at, reason)


def _registered_on(desk: _Registering, line: Line) -> date | None:
    """A day after the person had come and was 15, before they left; None when there was none."""
    first = max(_day(line.resident), years_before(line.person.birth, -SEAL_AGE))
    last = line.resident.standing_since if line.resident.standing_since and not is_present(line.resident) else desk.today
    return first + timedelta(days=desk.chance.randrange((last - first).days)) if first < last else None


def _day(resident: Resident) -> date:
    try:
        return date.fromisoformat(resident.address_since)
    except ValueError:
        return date.fromisoformat(resident.notified_on or "2000-01-01")


def _at_a_desk(desk: _Registering, registered: date) -> datetime:
    """Some working hour between the registration and today."""
    day = registered + timedelta(days=desk.chance.randrange(max(1, (desk.today - registered).days)))
    return datetime.combine(day, time(8, 30), JST) + timedelta(seconds=desk.chance.randrange(8 * 3600))
