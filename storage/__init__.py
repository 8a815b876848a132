"""Where a party remembers: one writer, many readers, and the points at which a crash is rehearsed."""
