"""The demonstration's own facts: who takes part and what things cost. All of it is fictional; the amounts are those of public sources (domain facts 6.1, 6.2)."""

from datetime import date

OPERATOR = "mihon-store"
OPERATOR_JA = "見本ストア"
OPERATOR_EN = "Mihon Store"
CHANNEL = "store"
CENTER = "center"
FEES = "fees"
JPKI = "jpki"
KIOSK = "kiosk"
CENTER_JA = "証明書交付センター（見本）"
CENTER_EN = "Issuance center (specimen)"

FEE_YEN = 200
"""住民票の写し at a kiosk: the commonest price among the cities read."""

COMMISSION_YEN = 117
"""委託手数料 per issuance, tax included, about 2021 (小平市)."""

TARIFF_FROM = date(2020, 4, 1)

STAFF = (
    ("operator", "センター運用 花子", "center"),
    ("clerk", "市民課 太郎", "municipal"),
    ("finance", "会計課 次郎", "fees"),
    ("officer", "認証局 三郎", "jpki"),
)
"""(role, name, party)."""
