"""The only place that knows every party: the town opened on localhost (`simulation.town`), and the whole town in one process on virtual time, from one seed."""
