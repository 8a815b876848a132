"""The demonstration cards that lie beside the machines. A card lies in one place: in the tray, or on one reader."""

from collections.abc import Callable, Mapping
from typing import Any

from kiosk.card import Card, load_card
from kiosk.config import HolderConfig
from kiosk.terminal import Terminal


class UnknownHolder(Exception):
    """There is no such card."""


class CardElsewhere(Exception):
    """The card lies on another terminal's reader."""


class ReaderOccupied(Exception):
    """A card lies on this reader already."""


class TrayOfCards:
    """See the module's text."""

    def __init__(self, holders: tuple[HolderConfig, ...], on_point: Callable[[str], None] | None = None) -> None:
        self._holders: Mapping[str, HolderConfig] = {holder.id: holder for holder in holders}
        self._on_point = on_point
        self._on_reader: dict[str, str] = {}  # holder -> terminal

    def pick_up(self, holder: str, terminal: Terminal) -> Card:
        """The holder's card, to be set on this terminal's reader. Raises `UnknownHolder`, `CardElsewhere`, `ReaderOccupied`, `CardUnreadable`."""
        if holder not in self._holders:
            raise UnknownHolder
        if terminal.machine.slot.occupied:
            raise ReaderOccupied
        if holder in self._on_reader:
            raise CardElsewhere
        card = load_card(self._holders[holder].card_file, self._on_point)
        self._on_reader[holder] = terminal.machine.terminal_id
        return card

    def put_down(self, terminal: Terminal) -> None:
        """The card on this terminal's reader lies in the tray again."""
        self._on_reader = {holder: at for holder, at in self._on_reader.items() if at != terminal.machine.terminal_id}

    def listed(self) -> list[dict[str, Any]]:
        """All cards in the order of the configuration."""
        return [
            {"id": holder.id, "name": holder.name, "memo": holder.memo, "placed": self._on_reader.get(holder.id)} for holder in self._holders.values()
        ]
