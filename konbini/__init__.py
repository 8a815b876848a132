"""The program `konbini`: one thin file per command. What a command does is elsewhere; here it is named, its options are read, and its outcome is printed."""
