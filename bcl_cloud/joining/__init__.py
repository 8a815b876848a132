"""How a municipality joins the cloud: created, keys, seal, forms, people, trial issue looked at by somebody of its own, opened. What is remembered of it is `tenants`'."""
