"""The center's configuration: one JSON file, parsed once, strict (an unknown word is an error). Paths are absolute; instants and durations carry their units in their names."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec

from certificates.back.drawing import BackText
from certificates.kinds import KINDS
from issuance_center.entries import Closure, Hours, Kiosk, Wide, Window, wrong_hours
from messages.configuration import ConfigInvalid, read_config
from registers.numbers import is_digits, municipality_digit
from trust.authority import KeyUnusable
from trust.signing import public_from_pem

__all__ = ["Closure", "Hours", "Kiosk", "Wide", "Window"]  # stand in the directory, and here as its first content

_WORD = re.compile(r"[!-~]{1,64}")


class ProtocolDoor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where kiosks are heard; the certificate this party shows, there and where it asks itself; the authority of all parties (PEM files)."""

    host: str
    port: int
    certificate_file: Path
    key_file: Path
    ca_file: Path


class OfficeDoor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where pages are: the operator's, or the public one for receivers of papers."""

    host: str
    port: int


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How another party is reached; `server_name` is the DNS name in its certificate."""

    name: str
    url: str
    server_name: str


class Jpki(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The authority of the cards' certificates and where it answers OCSP."""

    authority: Path
    ocsp_url: str


class DocumentFiles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands behind papers: the authority of documents' signers (PEM), its list of the keys of 2-D codes, the center's own certificate and RSA key, the file of the secret (32 bytes or
    more) that keys the backs' pictures, and the address of the page where a receiver can check a paper (it stands on every back).
    """

    authority: Path
    key_list: Path
    certificate: Path
    key: Path
    secret: Path
    url: str
    name_ja: str


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


class Staff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An account at the center's office: argon2id hash, roles. One with the role `municipality` belongs to the municipality `of`."""

    name: str
    password_hash: str
    roles: tuple[str, ...]
    of: str | None = None


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long things may take. All are choices of this emulator (domain facts 1.2: no public values)."""

    challenge_seconds: float = 180.0
    visit_seconds: float = 900.0
    freshness_seconds: float = 120.0
    ocsp_seconds: float = 4.0  # one question; silence is asked again, with another nonce
    ocsp_tries: int = 3
    ocsp_age_seconds: float = 300.0
    issuer_try_seconds: float = 10.0
    issuer_deadline_seconds: float = 28.0
    issuer_at_once: int = 32  # questions under way on one issuer's line; a quarter of them for each municipality on a shared one
    issuer_waiting: int = 64  # more than these are told `busy` at once
    breaker_failures: int = 5  # in a row, of one municipality's line
    breaker_open_seconds: float = 2.0  # until one question may find out whether it is well again: an issuer that was started anew must not stay cut off for longer than it was away
    fees_seconds: float = 8.0
    retry_seconds: float = 1.0
    overdue_seconds: float = 2700.0


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything the center is told at start. `municipalities`, `kiosks` and `builds` (by issuer's name) fill the directory at the first start only: afterwards staff edit it."""

    name: str
    door: ProtocolDoor
    office: OfficeDoor
    receivers: OfficeDoor
    database: str
    jpki: Jpki
    documents: DocumentFiles
    fees: Line
    issuers: tuple[Line, ...]
    municipalities: tuple[Municipality, ...]
    kiosks: tuple[Kiosk, ...]
    builds: dict[str, tuple[RegisteredBuild, ...]] = {}
    staff: tuple[Staff, ...] = ()
    limits: Limits = Limits()
    crash_points: Path | None = None


def load_config(file: Path) -> Config:
    """The configuration in `file`; raises `ConfigInvalid`."""
    config = read_config(file, Config)
    problem = next(_problems(config), None)
    if problem is not None:
        raise ConfigInvalid(f"{file}: {problem}")
    return config


def _problems(config: Config) -> Iterator[str]:
    lists = {
        "issuers": [line.name for line in config.issuers],
        "municipalities": [municipality.code for municipality in config.municipalities],
        "kiosks": [kiosk.id for kiosk in config.kiosks],
        "staff": [staff.name for staff in config.staff],
    }
    for name, ids in lists.items():
        yield from (f"{one} stands twice - at `$.{name}`" for one, count in Counter(ids).items() if count > 1)
    for field, value in msgspec.structs.asdict(config.limits).items():
        if value <= 0:
            yield f"a limit must be more than nothing - at `$.limits.{field}`"
    yield from _problems_of_documents(config.documents)
    for municipality in config.municipalities:
        yield from _problems_of_municipality(municipality, lists["issuers"])
    for kiosk in config.kiosks:
        yield from _problems_of_kiosk(kiosk)


def _problems_of_documents(files: DocumentFiles) -> Iterator[str]:
    """What every back says, which must be printable: otherwise no paper ever gets one."""
    try:
        BackText("0", "0" * 64, files.url)
    except ValueError:
        yield "the address of the receivers' page is http(s), of ASCII, and at most 100 characters after its scheme - at `$.documents.url`"
    if not files.name_ja.strip():
        yield "the center has a name beside its signatures - at `$.documents.name_ja`"


def _problems_of_municipality(municipality: Municipality, issuers: list[str]) -> Iterator[str]:
    code = municipality.code
    if not is_digits(code, 6) or municipality_digit(code[:5]) != code[5]:
        yield f"municipality {code}: not a code of six digits with a right check digit"
    for kind, service in municipality.kinds.items():
        place = f"municipality {code}, kind {kind}"
        if kind not in KINDS:
            yield f"{place}: there is no such kind"
        if service.issuer not in issuers:
            yield f"{place}: no issuer named {service.issuer}"
        problem = wrong_hours(service.hours)
        if problem is not None:
            yield f"{place}: {problem}"


def _problems_of_kiosk(kiosk: Kiosk) -> Iterator[str]:
    # These travel in fee facts and stand in the books: one that the fee office cannot keep would hold up all facts behind it.
    if not all(_WORD.fullmatch(word) for word in (kiosk.id, kiosk.party, kiosk.operator, kiosk.channel)):
        yield f"kiosk {kiosk.id}: id, party, operator and channel are 1 to 64 printable ASCII characters"
    try:
        public_from_pem(kiosk.public_key)
    except (KeyUnusable, UnicodeEncodeError):
        yield f"kiosk {kiosk.id}: the public key is no P-256 key in PEM"
