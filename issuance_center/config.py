"""The center's configuration: one JSON file, parsed once, strict (an unknown word is an error). Paths are absolute; instants and durations carry their units in their names."""

from pathlib import Path

import msgspec

from messages.configuration import ConfigInvalid, read_config


class ProtocolDoor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where kiosks are heard; the certificate this party shows, there and where it asks itself; the authority of all parties (PEM files)."""

    host: str
    port: int
    certificate_file: Path
    key_file: Path
    ca_file: Path


class OfficeDoor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the operator's pages are."""

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


class Hours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Service hours (domain facts 2.5): from `opens` to before `closes` (HH:MM, JST; 24:00 allowed), on weekdays only if so set, never on `closed_days` (MM-DD)."""

    opens: str = "06:30"
    closes: str = "23:00"
    weekdays_only: bool = False
    closed_days: tuple[str, ...] = ("12-29", "12-30", "12-31", "01-01", "01-02", "01-03")


class KindService(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who issues one kind for a municipality, and when."""

    issuer: str
    hours: Hours


class Municipality(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One municipality of the directory; `code` is its 6 digits with check digit."""

    code: str
    prefecture: str
    name: str
    name_en: str
    kinds: dict[str, KindService]


class Kiosk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One registered terminal: the party that speaks for it, whose it is, through which channel it sells, and the public key (PEM) of its signatures."""

    id: str
    party: str
    operator: str
    channel: str
    place: str
    public_key: str


class Staff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An operator's account: argon2id hash, roles."""

    name: str
    password_hash: str
    roles: tuple[str, ...]


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long things may take. All are choices of this emulator (domain facts 1.2: no public values)."""

    challenge_seconds: float = 180.0
    visit_seconds: float = 900.0
    freshness_seconds: float = 120.0
    ocsp_seconds: float = 8.0
    ocsp_age_seconds: float = 300.0
    issuer_try_seconds: float = 10.0
    issuer_deadline_seconds: float = 28.0
    fees_seconds: float = 8.0
    retry_seconds: float = 1.0
    overdue_seconds: float = 2700.0


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything the center is told at start."""

    name: str
    door: ProtocolDoor
    office: OfficeDoor
    database: str
    jpki: Jpki
    fees: Line
    issuers: tuple[Line, ...]
    municipalities: tuple[Municipality, ...]
    kiosks: tuple[Kiosk, ...]
    staff: tuple[Staff, ...] = ()
    limits: Limits = Limits()
    crash_points: Path | None = None


def load_config(file: Path) -> Config:
    """The configuration in `file`; raises `ConfigInvalid`."""
    config = read_config(file, Config)
    _demand_issuers(config)
    return config


def _demand_issuers(config: Config) -> None:
    lines = {line.name for line in config.issuers}
    for municipality in config.municipalities:
        for kind, service in municipality.kinds.items():
            if service.issuer not in lines:
                raise ConfigInvalid(f"municipality {municipality.code}, kind {kind}: no issuer named {service.issuer}")
