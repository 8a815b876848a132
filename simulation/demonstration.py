"""The demonstration's own facts: who takes part and what things cost. All of it is fictional; the amounts are those of public sources (domain facts 6.1, 6.2)."""

from datetime import date

from messages.orders import Build

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

FEES_YEN = {
    "juminhyo": 200,
    "kisai_jiko": 200,
    "inkan": 200,
    "koseki": 450,
    "fuhyo": 200,
    "kazei": 400,
    "shotoku": 400,
    "shotoku_kazei": 800,
}
"""By fee class: the commonest kiosk prices among the cities read; the three classes of tax papers as in 砂川市."""

REFUSAL_SECONDS = 0.7
"""How long after the question every refusal of an issuer is answered: longer than any look-up takes."""

CERTIFIER = "見本　一郎"

OFFERED_FROM = date(2019, 5, 1)
TAX_YEARS = 3
"""How many fiscal years back the demonstration municipality issues tax papers for."""

TAX_YEAR_OPENS = (6, 3)
"""Month and day from which the figures of a new fiscal year are issued."""

TAX_SWITCH_DAYS = 3
"""Before a new fiscal year opens, tax papers are closed for so many days (domain facts 8), where the hours are the real ones."""

DATA_HOURS_MAX = 72.0
"""From which age of its data a tenant of the shared cloud issues nothing: they come every night, and a weekend without anybody to look after them is survived."""

DATA_SENT_AT = 3
"""The hour of the night at which municipalities send what the day brought."""

COMMISSION_YEN = 117
"""委託手数料 per issuance, tax included, about 2021 (小平市)."""

RECEIVERS_URL = "https://kakunin.konbini.invalid/"
"""The page where a receiver checks a paper, in the town in one process, which has no pages."""

TARIFF_FROM = date(2020, 4, 1)

STAFF = (
    ("operator", "センター運用 花子", "center"),
    ("clerk", "市民課 太郎", "municipal"),
    ("finance", "会計課 次郎", "fees"),
    ("officer", "認証局 三郎", "jpki"),
    ("tax", "税務課 梅子", "municipal"),
)
"""(role, name, party)."""

FEE_STAFF = (("editor", "財政課 春子"), ("approver", "財政課長 秋夫"))
"""(role, name): who changes the fees of the main municipality, one by drafting and one by approving."""

CLOUD_OPERATOR = "BCL運用 四郎"
"""Works for the shared cloud, in the role `operator`."""

DECLARED = Build(program="konbini/simulated", topology="processes=1 press_workers=0 database=sqlite")
"""What the issuers of a simulated town declare themselves to be."""
