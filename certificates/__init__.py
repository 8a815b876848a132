"""What a certificate is and looks like, whoever issues it.

Pure: no clock, no chance, no I/O but the font files that stand beside it. `issuing` goes from a register's people to a finished PDF; `reading` goes back from a PDF's drawn text to
what it says; `checking` holds the one against the other.
"""
