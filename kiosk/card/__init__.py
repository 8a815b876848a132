"""The card (個人番号カード) with its JPKI application, as a program sees it through a reader: APDUs in, APDUs out.

`load_card(path)` gives a `Card`, whose `transmit(apdu)` and `reset()` are all there is: no method tells what a real card would not tell. `personalise` makes a card file.
The retry counters are the card's own and lie beside the card file; two `Card` objects on one file are one card. The room knows nothing of kiosks, visits or centers.
"""

from kiosk.card.chip import Card, load_card
from kiosk.card.personalisation import CardUnreadable, personalise

__all__ = ["Card", "CardUnreadable", "load_card", "personalise"]
