"""What a register holds: values, tables, the CSV form, checks, and made-up populations.

Knows nobody above it. Whose register it is (a municipality's database, or a tenant of the cloud) is the caller's business.
"""
