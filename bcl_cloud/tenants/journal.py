"""操作記録 of the cloud: every change of a tenant, with who and why, in the same transaction as the change. Rows are only ever added; none names a resident."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from bcl_cloud.tenants.tables import JOURNAL
from storage.instants import instant, stamp

WORDS: dict[str, tuple[str, str]] = {
    "create": ("テナントの作成", "Tenant created"),
    "keys": ("鍵の作成", "Keys made"),
    "certificate": ("職責証明書の登録", "Document certificate set"),
    "seal": ("公印の登録", "Seal set"),
    "certifiers": ("認証者の設定", "Certifiers set"),
    "forms": ("証明書の設定", "Certificates set"),
    "wide": ("広域交付への参加の設定", "Tax certificates across municipalities set"),
    "limits": ("割当ての設定", "Limits set"),
    "staff": ("職員の登録", "Staff set"),
    "canary": ("監視用の架空住民の配置", "Canary planted"),
    "trial": ("試験発行（交付に数えない）", "Trial issue (not an issuance)"),
    "looked": ("試験発行の確認", "Trial specimen looked at"),
    "open": ("発行の開始", "Opened"),
    "close": ("停止", "Stopped"),
    "leak": ("混在の検知による停止", "Stopped by a leak"),
    "unprobed": ("確認ができないことによる停止", "Stopped: it could not be probed"),
    "restart_wanted": ("再開の申出", "Restart asked for"),
    "restart": ("再開", "Restarted"),
    "upload": ("連携用データの取込", "Data uploaded"),
    "hand_over": ("引継ぎデータの書出し", "Handed over"),
    "take_over": ("引継ぎデータの取込", "Taken over"),
}
"""Every code of `Entry.doing`, as it is shown (ja, en)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. `code` is the tenant's (empty: the cloud itself), `why` the words of whoever made it."""

    who: str
    code: str
    doing: str
    detail: str
    why: str


@dataclass(frozen=True, slots=True)
class LoggedEntry:
    """A change and when it was made."""

    at: datetime
    entry: Entry


def note(connection: Connection, entry: Entry, now: datetime) -> None:
    """Add one change to the record."""
    if entry.doing not in WORDS:
        raise ValueError("a doing without a word cannot be shown")
    connection.execute(insert(JOURNAL).values(at=stamp(now), who=entry.who, code=entry.code, doing=entry.doing, detail=entry.detail, why=entry.why))


def entries(connection: Connection, code: str | None = None, limit: int = 200) -> tuple[LoggedEntry, ...]:
    """The newest changes first, of one tenant where its code is given."""
    query = select(JOURNAL).order_by(JOURNAL.c.number.desc()).limit(limit)
    if code is not None:
        query = query.where(JOURNAL.c.code == code)
    return tuple(
        LoggedEntry(instant(row["at"]), Entry(row["who"], row["code"], row["doing"], row["detail"], row["why"]))
        for row in connection.execute(query).mappings()
    )
