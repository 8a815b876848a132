"""証明書交付センター: authenticates the card, routes the order, checks the paper, tells the fee office. The only party everyone talks to.

It keeps ids, states, times and hashes; never a name, an address or a paper.
"""
