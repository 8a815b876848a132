"""The kiosk's configuration: one JSON file, read once at the start, never changed."""

from pathlib import Path
from typing import Literal

import msgspec

from messages.configuration import ConfigInvalid, read_config

Profile = Literal["store", "post_office", "town_hall"]
"""Where the terminal stands: a store's multi-function copier, a post office, a town hall."""


class Seconds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long the terminal waits for people and for parties."""

    idle_warning: float = 60.0
    idle_end: float = 30.0  # after the warning
    screen_end: float = 30.0  # screens that end by themselves
    thanks: float = 8.0
    left_behind: float = 180.0  # papers in the tray, then the visit is closed
    answer: float = 12.0
    deadline: float = 45.0
    sheet: float = 0.8  # the printer's pace
    store_pause: float = 0.2
    settle_pause: float = 2.0
    outbox_pause: float = 1.0
    outbox_pause_max: float = 30.0


class TerminalConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One terminal. `id` is the kiosk id that the center knows; the key is its own."""

    id: str
    signing_key_file: Path
    profile: Profile = "store"
    place_ja: str = ""
    place_en: str = ""


class HolderConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A demonstration card that lies beside the machine; `memo` is what is written on the slip of paper around it."""

    id: str
    name: str
    card_file: Path
    memo: str = ""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """See the fields; `documents_authority` (PEM) stands behind the signatures of faces and backs.

    Paths that are not absolute are taken from the folder in which the file lies. `crash_points` is a folder for rehearsals, or absent.
    """

    name: str
    certificate_file: Path
    key_file: Path
    ca_file: Path
    documents_authority: Path
    center_url: str
    center_name: str
    state: Path
    operator: str  # 店舗の事業者
    terminals: tuple[TerminalConfig, ...]
    holders: tuple[HolderConfig, ...] = ()
    host: str = "127.0.0.1"
    port: int = 0
    float_coins: dict[int, int] = msgspec.field(default_factory=lambda: {500: 20, 100: 100, 50: 40, 10: 100})
    seconds: Seconds = Seconds()
    crash_points: Path | None = None


def load_config(file: Path) -> Config:
    """The configuration in `file`; raises `ConfigInvalid`."""
    config = read_config(file, Config)
    _demand_sense(config, file)
    return config


def _demand_sense(config: Config, file: Path) -> None:
    ids = [terminal.id for terminal in config.terminals]
    if not ids:
        raise ConfigInvalid(f"{file}: there is no terminal - at `$.terminals`")
    if len(set(ids)) != len(ids):
        raise ConfigInvalid(f"{file}: two terminals have one id - at `$.terminals`")
    holders = [holder.id for holder in config.holders]
    if len(set(holders)) != len(holders):
        raise ConfigInvalid(f"{file}: two holders have one id - at `$.holders`")
    if not config.center_url.startswith("https://"):
        raise ConfigInvalid(f"{file}: the center is asked over TLS only - at `$.center_url`")
