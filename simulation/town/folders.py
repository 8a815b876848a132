"""Where everything of a town lies under its state folder."""

from dataclasses import dataclass
from pathlib import Path

PARTIES = ("jpki", "fees", "municipal", "center", "kiosk")
"""Those of every town, in the order in which they are started: who is asked before who asks. `municipal` is the server of the first municipality."""

MUNICIPAL = "municipal"


def own_server(code: str, first: str) -> str:
    """What the party is called here that is a municipality's own server: `municipal` for the first one's, `municipal-CODE` for the others'."""
    return MUNICIPAL if code == first else f"{MUNICIPAL}-{code}"


def program_of(party: str) -> str:
    """The word of `konbini serve` for a party."""
    return party.partition("-")[0]


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
