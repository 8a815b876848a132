"""What a configuration says of a municipality as the directory begins with it. Values alone; what contradicts what is `settings_checks`' business."""

from datetime import date
from typing import Literal

import msgspec

from issuance_center.entries import Closure, Hours, Wide, Window


class KindService(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who issues one kind for a municipality, when, and with which options (None: all that the issuer offers)."""

    issuer: str
    hours: Hours
    options: tuple[str, ...] | None = None


class Certifier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who certifies a municipality's papers from this day on, as title and name stand on them."""

    since: date
    title: str
    name: str


class YearOpens(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The day from which a 年度 is issued; tax papers are closed on the `switch_days` before it."""

    year: int
    opens: date
    switch_days: int = 0


class TaxYears(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many 年度 are issued, the latest counted, and when each opens."""

    years: int
    openings: tuple[YearOpens, ...]


class OldCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ward's or a former municipality's code, that means this municipality from `since` on (None: since ever)."""

    code: str
    name: str
    name_en: str
    what: Literal["ward", "former"]
    since: date | None = None


class RegisteredBuild(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an issuer may declare itself to be (`messages.orders.Build`)."""

    program: str
    topology: str


class Municipality(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One municipality as the directory begins with it (`routing.seeding`); `code` is its 6 digits with check digit.

    `certifiers` and `seal_sha256` (of the seal's packed image) are what its papers must carry; without them the gate does not look at these.
    """

    code: str
    prefecture: str
    name: str
    name_en: str
    kinds: dict[str, KindService]
    certifiers: tuple[Certifier, ...] = ()
    seal_sha256: str | None = None
    windows: tuple[Window, ...] = ()
    closures: tuple[Closure, ...] = ()
    years: TaxYears | None = None
    wide: Wide | None = None
    use: bool = False
    key_statement: str | None = None
    aliases: tuple[OldCode, ...] = ()
