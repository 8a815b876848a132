"""自治体基盤クラウド（BCL）: many municipalities in one service, no sight of each other. Issuing is `issuer`'s; whose registers are read, and that nobody reads a neighbour's, is decided here."""
