"""From a fact to the books: is it new, does its price fit, which legs, and a ledger that only grows.

The only rooms that write facts and postings. They know rules and no pages.
"""
