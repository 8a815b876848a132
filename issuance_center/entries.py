"""What can stand in the directory (domain facts 2.5, 3, 7.3): hours, issuers, windows, kiosks, and whatever else holds from a day on. Values alone, and what is wrong with one by itself. Pure.

Knows nothing of dates in force (`routing.book`), of what contradicts what (`routing.changes`), or of who may enter it.
"""

import re
from datetime import date, datetime
from typing import Literal

import msgspec

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00", re.ASCII)
_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)

WORD = re.compile(r"[!-~]{1,64}")
"""Ids, parties, operators and channels. They travel in fee facts and stand in the books: one that the fee office cannot keep would hold up all facts behind it."""
BUILD_WORDS = re.compile(r"[!-~](?:[ -~]{0,254}[!-~])?")
"""A program (`konbini/1.2+0f3c`) and a topology (`processes=1 press_workers=0`), each of one word or several."""
SEAL = re.compile(r"[0-9a-f]{64}")
STATEMENT = re.compile(r"(?=.{1,16384}$)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){2}")
YEARS_MAX = 10
NAME_MAX = 100
NOTE_MAX = 200

NEW_YEAR_DAYS = ("12-29", "12-30", "12-31", "01-01", "01-02", "01-03")


class Hours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Service hours (domain facts 2.5): from `opens` to before `closes` (HH:MM, JST; 24:00 allowed), on weekdays only if so set, never on `closed_days` (MM-DD)."""

    opens: str = "06:30"
    closes: str = "23:00"
    weekdays_only: bool = False
    closed_days: tuple[str, ...] = NEW_YEAR_DAYS


class Kiosk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One registered terminal: the party that speaks for it, whose it is, through which channel it sells, and the public key (PEM) of its signatures.

    `hours`: its own, beside those of the certificates (a town hall's kiosk closes with the hall). `only`: the municipality whose residents alone it serves; of others only whom that
    municipality has accepted itself (利用登録), for their 戸籍. `retired`: no visit begins there any more; what it still has to report is heard.
    """

    id: str
    party: str
    operator: str
    channel: str
    place: str
    public_key: str
    hours: Hours | None = None
    only: str | None = None
    retired: bool = False


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A municipality's names."""

    prefecture: str
    name: str
    name_en: str


class IssuedBy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The line (by its name) that issues a kind; None: the kind is not offered."""

    issuer: str | None


class OptionsOffered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The 記載事項 of a kind that may be asked for here (個人番号 and 住民票コード are not offered everywhere). Without such an entry all that the issuer offers may."""

    codes: tuple[str, ...]


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """保守: these kinds (none named: all) are stopped from `starts` to before `ends` (aware, to the minute). Without `ends`, until nobody knows when."""

    starts: datetime
    ends: datetime | None
    kinds: tuple[str, ...] = ()
    note: str = ""


class Closure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """休止日: closed days of the municipality's own, from `first` to `last` inclusive, for these kinds (none named: all)."""

    first: date
    last: date
    kinds: tuple[str, ...] = ()
    note: str = ""


class YearOpening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The day from which a 年度 is issued. Its kinds are closed from `closed_from` to the day before (domain facts 8: about three days; equal to `opens`: none)."""

    opens: date
    closed_from: date


class YearsOffered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many 年度 are issued, the latest counted."""

    years: int


class Wide(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """課税証明書の広域交付: whether the municipality has joined; where it has not, where to write to."""

    joined: bool
    write_to: str = ""


class UseTaken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether 本籍地利用登録 is taken."""

    taken: bool


class CertifiedBy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who certifies, as title and name stand on papers."""

    title: str
    name: str


class SealImage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """SHA-256 (hex) of the packed image of the seal that stands on papers."""

    sha256: str


class KeyStatement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The municipality's own signed statement of the key to which referrals are sealed (compact JWS). The directory passes it on and could not make one."""

    text: str


class Succession(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """This code means the municipality `to`: a ward of a designated city, or a former municipality (or former ward) that became part of it. The names are the old ones."""

    to: str
    name: str
    name_en: str
    what: Literal["ward", "former"]


class BuildsAllowed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The builds (program, topology) that an issuer's line may declare. None listed: the first that it declares is held against it from then on, with an alarm."""

    allowed: tuple[tuple[str, str], ...]


Value = (
    Hours
    | Kiosk
    | Place
    | IssuedBy
    | OptionsOffered
    | Window
    | Closure
    | YearOpening
    | YearsOffered
    | Wide
    | UseTaken
    | CertifiedBy
    | SealImage
    | KeyStatement
    | Succession
    | BuildsAllowed
)

TOPICS: dict[str, type[Value]] = {
    "place": Place,
    "issuer": IssuedBy,
    "hours": Hours,
    "options": OptionsOffered,
    "window": Window,
    "closure": Closure,
    "year": YearOpening,
    "years": YearsOffered,
    "wide": Wide,
    "use": UseTaken,
    "certifier": CertifiedBy,
    "seal": SealImage,
    "key_statement": KeyStatement,
    "succession": Succession,
    "kiosk": Kiosk,
    "builds": BuildsAllowed,
}
"""What an entry is about, and the value it holds."""

OF_KINDS = frozenset({"issuer", "hours", "options"})
"""Topics whose item is a kind of certificate."""

SPANS = frozenset({"window", "closure", "year"})
"""Topics whose item is one stretch of time (or one 年度): its last entry counts, whenever it was entered. Of all others the one that began last counts."""


def wrong_hours(hours: Hours) -> str | None:
    """What is wrong with hours, in English for whoever configures; None when nothing is."""
    if not _CLOCK.fullmatch(hours.opens) or not _CLOCK.fullmatch(hours.closes) or hours.opens >= hours.closes:
        return "hours run from one HH:MM to a later one, 24:00 at the latest"
    return None if all(_DAY.fullmatch(day) for day in hours.closed_days) else "closed days are MM-DD"


def named(text: str) -> bool:
    """Whether this can stand as a name."""
    return bool(text.strip()) and len(text) <= NAME_MAX


def overlap(one: Window | Closure, other: Window | Closure) -> bool:
    """Whether two stretches of one sort close the same kind at the same time."""
    if one.kinds and other.kinds and not set(one.kinds) & set(other.kinds):
        return False
    if isinstance(one, Window) and isinstance(other, Window):
        return (other.ends is None or one.starts < other.ends) and (one.ends is None or other.starts < one.ends)
    return isinstance(one, Closure) and isinstance(other, Closure) and one.first <= other.last and other.first <= one.last
