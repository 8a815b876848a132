"""The town opened on localhost: its state prepared once, then one process for each party, watched over."""
