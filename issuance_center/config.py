"""The center's configuration: one JSON file, parsed once, strict (an unknown word is an error). Paths are absolute; instants and durations carry their units in their names."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec

from certificates.back.drawing import BackText
from issuance_center import settings_checks
from issuance_center.entries import Closure, Hours, Kiosk, Wide, Window
from issuance_center.municipality_settings import Certifier, KindService, Municipality, OldCode, RegisteredBuild, TaxYears, YearOpens
from messages.configuration import ConfigInvalid, read_config

# Stand in the directory, and here as its first content.
__all__ = [
    "Certifier",
    "Closure",
    "Hours",
    "KindService",
    "Kiosk",
    "Municipality",
    "OldCode",
    "RegisteredBuild",
    "TaxYears",
    "Wide",
    "Window",
    "YearOpens",
]

PROBLEMS_MAX = 20
"""So many are named at once."""


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
    inventory_seconds: float = 240.0  # an inventory of everything: two seconds of work for each 50,000 residents, on a machine that also issues
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
    found = tuple(islice(_problems(config), PROBLEMS_MAX))
    if found:
        raise ConfigInvalid(f"{file}: {'; '.join(found)}")
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
    yield from settings_checks.problems(config.municipalities, config.kiosks, config.builds, lists["issuers"])
    yield from _problems_of_staff(config.staff, frozenset(lists["municipalities"]))


def _problems_of_documents(files: DocumentFiles) -> Iterator[str]:
    """What every back says, which must be printable: otherwise no paper ever gets one."""
    try:
        BackText("0", "0" * 64, files.url)
    except ValueError:
        yield "the address of the receivers' page is http(s), of ASCII, and at most 100 characters after its scheme - at `$.documents.url`"
    if not files.name_ja.strip():
        yield "the center has a name beside its signatures - at `$.documents.name_ja`"


def _problems_of_staff(staff: tuple[Staff, ...], codes: frozenset[str]) -> Iterator[str]:
    """Somebody of a municipality says of which: without it they could neither see nor stop anything."""
    for at, one in enumerate(staff):
        if ("municipality" in one.roles) is not (one.of is not None):
            yield f"{one.name}: the role municipality and the code of one go together - at `$.staff[{at}].of`"
        elif one.of is not None and one.of not in codes:
            yield f"{one.name}: no municipality {one.of} - at `$.staff[{at}].of`"
