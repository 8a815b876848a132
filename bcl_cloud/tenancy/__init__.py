"""The only door to tenants' rows and keys: a session bound to one tenant, by a file of its own or by a role of PostgreSQL. Knows no message, no page and no paper."""
