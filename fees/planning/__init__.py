"""Plans over all municipalities for a year: who would pay what under which scheme, by the same functions that bill.

Never reads or writes the books: a plan is made from a scenario, the list of municipalities and published figures, and from nothing that was sold.
"""
