"""The chip."""

from typing import ClassVar


class Card:
    """One card in the field of a reader. Selection and verified PINs are lost with `reset()`; the retry counters are not."""

    atr: ClassVar[bytes] = bytes.fromhex("3BE000FF8131FE4514")
    label: str

    def transmit(self, apdu: bytes) -> bytes:
        """Response data followed by SW1 SW2; never raises for what a client sends."""
        raise NotImplementedError

    def reset(self) -> None:
        """The field was switched off and on again: nothing selected, nothing verified."""
        raise NotImplementedError
