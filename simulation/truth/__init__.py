"""What must stand on a paper, by the registers as they were made up: the second opinion that an auditor holds papers against.

It shares no rule with the rooms that make papers: it has its own calendar, its own list of what is printed on which paper, its own idea of who may not be named. It reads faces by their cells'
codes and knows people by the registers' values alone; it never sees a database, an order or a visit.
"""
