"""What every case is given: the profile, lines to the server, whose papers are believed, chance, and how hard to try."""

import ssl
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from conformance.chance import Chance
from conformance.line import Line
from conformance.papers import Believed, whose, wrong_with
from conformance.profile import Person, Profile
from conformance.store import Heard, Now, Ordered, Store, Token
from messages.orders import Issued


class Contexts(Protocol):
    """How a connection to the server is made: as the center, as another party, or as nobody."""

    def center(self) -> ssl.SSLContext:
        """With the center's certificate."""
        ...

    def other(self) -> ssl.SSLContext | None:
        """With a certificate of another role; None where the profile has none."""
        ...

    def nobody(self) -> ssl.SSLContext:
        """Without a certificate."""
        ...

    def stranger(self) -> ssl.SSLContext:
        """As a center, by a certificate of an authority that nobody knows."""
        ...

    def older(self) -> ssl.SSLContext:
        """With the center's certificate, but TLS 1.2 at most."""
        ...


@dataclass(frozen=True, slots=True)
class Sample:
    """One paper that was looked at: what differs, whether it is of another drawing than the canonical one, and whether 2-D codes came with it."""

    differences: tuple[str, ...]
    foreign: bool
    codes: bool


@dataclass
class Trial:
    """One run against one server. `load` is how many orders are under way at once when a load is made."""

    profile: Profile
    url: str
    contexts: Contexts
    believed: Believed
    now: Now
    token: Token
    chance: Chance
    strict: bool = False
    load: int = 24
    mixed_up: set[str] = field(default_factory=set)
    """Kinds in which people were mixed up already: a load of them would find the same again."""
    samples: tuple[Sample, ...] | None = None
    """The papers of the chapter `papers`, ordered once for all of its cases."""
    heard: Heard = field(default_factory=Heard)
    left_out: list[str] = field(default_factory=list)
    """Parts of the case that is being tried for which the profile gives no occasion, as `what: what it lacks`."""
    _open: list[Line] = field(default_factory=list)

    def line(self, context: ssl.SSLContext | None = None) -> Line:
        """A new line."""
        made = Line(self.url, context or self.contexts.center(), self.profile.tls.server_name)
        self._open.append(made)
        return made

    def store(self) -> Store:
        """A store with a line of its own."""
        return Store(self.profile, self.line(), self.now, self.token, self.heard)

    def holders(self, kind: str) -> list[Person]:
        """Who may have this kind, in an order of chance; nobody of whom some papers are refused, and nobody whose register a change of the profile changes."""
        changed = {change.person for change in self.profile.changes}
        free = [one for one in self.profile.people if one.id not in changed and all(refused.kind != kind for refused in one.refused)]
        return self.chance.shuffled([person for person in free if person.have(kind) is not None])

    def wrong(self, issued: Issued, ordered: Ordered) -> tuple[str, ...]:
        """See `papers.wrong_with`; each difference with whose paper of which kind it is."""
        self.heard.papers += len(issued.papers)
        told = f"{ordered.asked.person.id} {ordered.order.kind}/{ordered.order.form}"
        return tuple(f"{difference} [{told}]" for difference in wrong_with(issued, ordered, self.believed, self.when()))

    def mixed(self, issued: Issued, ordered: Ordered) -> tuple[str, ...]:
        """Of `wrong`, what means that a paper may be another's: what the cases of the incidents look for."""
        return tuple(one for one in self.wrong(issued, ordered) if whose(one))

    def when(self) -> datetime:
        """The real time."""
        return self.now()

    async def close(self) -> None:
        """Let go of every line."""
        for line in self._open:
            await line.close()
