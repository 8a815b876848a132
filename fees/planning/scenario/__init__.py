"""A scenario: what a plan is asked, as a TOML file that is read strictly. Anything unknown, missing, of a wrong type or contradictory is a fault with its line, and nothing is computed."""
