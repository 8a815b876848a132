"""What somebody beside the center's door sees leave it: when each paper was handed to a kiosk, by the world's clock and not by the center's.

Knows ids and instants. An auditor holds stops and events of the registers against it.
"""

from collections import defaultdict

from messages.visits import CertificateReady
from messages.wire import Message


class GateWatch:
    """Instants in virtual seconds since the start, by issuance."""

    def __init__(self) -> None:
        self.handed: defaultdict[str, list[float]] = defaultdict(list)

    def note(self, reply: Message, at: float) -> None:
        """A reply of the center leaves at `at`."""
        if isinstance(reply, CertificateReady):
            for paper in reply.papers:
                self.handed[paper.issuance_id].append(at)

    def first(self, issuance_id: str) -> float | None:
        """When this paper passed the gate."""
        found = self.handed.get(issuance_id)
        return found[0] if found else None
