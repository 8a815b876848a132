"""Where everything of a town lies under its state folder."""

from dataclasses import dataclass
from pathlib import Path

PARTIES = ("jpki", "fees", "municipal", "center", "kiosk")
"""In the order in which they are started: who is asked before who asks."""


@dataclass(frozen=True, slots=True)
class Folders:
    """The paths of one town."""

    state: Path

    @property
    def town_file(self) -> Path:
        """What the town says about itself while it is open."""
        return self.state / "town.json"

    @property
    def settings_file(self) -> Path:
        """How the town was prepared; written last, so that its presence means that all is there."""
        return self.state / "settings.json"

    @property
    def authorities(self) -> Path:
        """Both authorities, the responder, and the certificates of the parties."""
        return self.state / "authorities"

    @property
    def cards(self) -> Path:
        """The demonstration cards."""
        return self.state / "cards"

    @property
    def crash_points(self) -> Path:
        """Where rehearsed crashes are armed."""
        return self.state / "crash_points"

    def party(self, name: str) -> Path:
        """A party's own folder: configuration, keys, database."""
        return self.state / "parties" / name

    def config(self, name: str) -> Path:
        """A party's configuration file."""
        return self.party(name) / "config.json"

    def database(self, name: str) -> Path:
        """A party's database file."""
        return self.party(name) / f"{name}.db"

    def log(self, name: str) -> Path:
        """What a party's process writes."""
        return self.state / "logs" / f"{name}.log"
