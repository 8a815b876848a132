"""What a yen may do, as dated rules of ordinances and contracts: pure values, free of contradictions or refused.

Knows no fact, no book, no clock and no database.
"""
