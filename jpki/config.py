"""The configuration of the party: one JSON file in which an unknown or missing field is an error. Relative paths are relative to the file's own folder."""

from pathlib import Path

import msgspec

from screens.sign_in import StaffAccount

OFFICER = "officer"
"""The role that may change a status; everybody who can sign in may look."""


class ConfigInvalid(Exception):
    """The file cannot be used; `str()` says which field and why."""


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the file's sections."""


class Door(Section, frozen=True):
    """Where a door is opened."""

    host: str
    port: int


class Staff(Section, frozen=True):
    """A staff account; `password_hash` is argon2id."""

    name: str
    password_hash: str
    roles: tuple[str, ...]


class Config(Section, frozen=True):
    """The whole file. `ocsp` is plain HTTP (an OCSP answer is signed), `database` a URL, `crash_points` a folder for rehearsals.

    The responder's certificate is the authority's own or one the authority issued for answering; an answer's next update is `answer_seconds` ahead.
    """

    name: str
    ocsp: Door
    office: Door
    database: str
    authority_certificate: Path
    responder_certificate: Path
    responder_key: Path
    staff: tuple[Staff, ...]
    answer_seconds: int = 300
    crash_points: Path | None = None


def load_config(file: Path) -> Config:
    """The configuration in `file`, checked, its paths absolute. Raises `ConfigInvalid`."""
    try:
        config = msgspec.json.decode(file.read_bytes(), type=Config, dec_hook=_path)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigInvalid(f"{file.name}: {error}") from None
    for problem, found in _problems(config).items():
        if found:
            raise ConfigInvalid(f"{file.name}: {problem}")
    folder = file.resolve().parent
    return msgspec.structs.replace(
        config,
        authority_certificate=folder / config.authority_certificate,
        responder_certificate=folder / config.responder_certificate,
        responder_key=folder / config.responder_key,
        crash_points=None if config.crash_points is None else folder / config.crash_points,
    )


def accounts_of(config: Config) -> tuple[StaffAccount, ...]:
    """The staff's accounts."""
    return tuple(StaffAccount(staff.name, staff.password_hash, staff.roles) for staff in config.staff)


def _path(kind: type, value: object) -> Path:
    if kind is Path and isinstance(value, str) and value:
        return Path(value)
    raise ValueError("Expected a path")


def _problems(config: Config) -> dict[str, bool]:
    return {
        "name: must not be blank": not config.name.strip(),
        "ocsp, office: ports from 0 (any free one) to 65535": any(not 0 <= door.port <= 65_535 for door in (config.ocsp, config.office)),
        "answer_seconds: 1 to 86400": not 1 <= config.answer_seconds <= 86_400,
        "staff: each name once": len({staff.name for staff in config.staff}) != len(config.staff),
        "staff: an unknown role": any(role != OFFICER for staff in config.staff for role in staff.roles),
    }
