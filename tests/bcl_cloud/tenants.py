"""The tenants of these tests."""

A, B, C = "990019", "990027", "990035"
"""みほん市 of `tests.issuer.town`, and two others."""
