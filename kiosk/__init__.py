"""キオスク端末: the machine that a resident stands at. Panel, card reader and card, coin box, printer, and the journal that remembers what they did."""
