"""What the pages of hand-overs are told in a tenant's office: the cloud's journal hears of every file, a canary's serial is nobody's, and the tenant's word about its key for referrals.

Decides nothing of a hand-over (`issuer`).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from bcl_cloud.joining.onboarding import Cloud, note_handover
from bcl_cloud.tenancy.key_folders import KeysMissing
from bcl_cloud.tenants.canaries import is_canarys_serial
from issuer.clerks.handovers import Surroundings
from trust.authority import KeyUnusable

STATEMENT_GOOD = timedelta(days=1825)
"""As `konbini bcl statement` gives it."""

REGISTERS_COME = (
    "（このクラウドには「連携用データ」の画面で取り込みます。このクラウドから出すときは、台帳システムから新しい発行サーバに取り込みます。）",
    " (Into the cloud on the page of data; out of it the register systems give them to the new server.)",
)


def surroundings(cloud: Cloud, code: str, series: str, token: Callable[[int], bytes]) -> Surroundings:
    """Of the tenant `code`, whose 発行番号 begin with `series`."""

    async def journal(doing: Literal["hand_over", "take_over"], digest: str, who: str, why: str, now: datetime) -> None:
        await cloud.database.write(note_handover, code, doing, digest, who, why, now)

    def statement(now: datetime) -> str | None:
        try:
            return cloud.keys.referrals(code, (), token).statement(code, now, now + STATEMENT_GOOD)
        except (KeysMissing, KeyUnusable, OSError):
            return None

    return Surroundings(code, series, REGISTERS_COME, is_canarys_serial, journal, statement)
