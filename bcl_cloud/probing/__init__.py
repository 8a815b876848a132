"""見張り: the canaries asked for around the clock, through the doors of a center's questions and of the tenants' rows; what leaks is stopped in the same step."""
