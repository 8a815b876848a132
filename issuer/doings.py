"""操作記録: what the clerks changed: who, when, what, why. Rows are only ever added, in the same transaction as the change they speak of."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from issuer.issue_tables import DOINGS
from storage.instants import instant, stamp

WORDS: dict[str, tuple[str, str]] = {
    "suppress": ("発行抑止", "Issuing stopped"),
    "release_suppression": ("抑止解除", "Stop released"),
    "protect": ("支援措置の登録", "Protection set"),
    "release_protection": ("支援措置の解除", "Protection released"),
    "cancel_seal": ("廃印", "Seal cancelled"),
    "announce": ("戸籍の届出の受理", "Notification accepted"),
    "withdraw": ("戸籍の届出の処理の終了", "Notification entered or taken back"),
    "dispose": ("処分の記録", "Disposal noted"),
    "accept_use": ("利用登録の受理", "Registration for use accepted"),
    "return_use": ("利用登録の返却", "Registration for use returned"),
    "approve_year": ("課税証明書の年度の承認", "Tax year approved"),
    "withdraw_year": ("課税証明書の年度の承認取消", "Approval of a tax year withdrawn"),
    "import": ("台帳の取込", "Register imported"),
    "hand_over": ("引継ぎデータの書出し", "Handed over"),
    "check_handover": ("引継ぎデータの検査", "Hand-over checked"),
    "take_over": ("引継ぎデータの取込", "Taken over"),
}
"""Every code of `Doing.doing`, as it is shown."""


@dataclass(frozen=True, slots=True)
class Doing:
    """One change. `subject` is a 宛名番号, a household's number, an issuance id, a register, a 年度, or what `clerks.changes.koseki_subject` says of a 戸籍; `why` is the clerk's own words."""

    clerk: str
    doing: str
    subject: str
    detail: str
    why: str


@dataclass(frozen=True, slots=True)
class LoggedDoing:
    """A change and when it was made."""

    at: datetime
    doing: Doing


def note_doing(connection: Connection, doing: Doing, now: datetime) -> None:
    """Add one change to the record."""
    if doing.doing not in WORDS:
        raise ValueError("a doing without a word cannot be shown")
    connection.execute(
        insert(DOINGS).values(at=stamp(now), clerk=doing.clerk, doing=doing.doing, subject=doing.subject, detail=doing.detail, why=doing.why)
    )


def doings(connection: Connection, subjects: tuple[str, ...] = (), hidden: tuple[str, ...] = (), limit: int = 200) -> tuple[LoggedDoing, ...]:
    """The newest changes first; only of these subjects where some are given; without the kinds in `hidden`."""
    query = select(DOINGS).where(DOINGS.c.doing.not_in(hidden)).order_by(DOINGS.c.doing_id.desc()).limit(limit)
    if subjects:
        query = query.where(DOINGS.c.subject.in_(subjects))
    rows = connection.execute(query).mappings()
    return tuple(LoggedDoing(instant(row["at"]), Doing(row["clerk"], row["doing"], row["subject"], row["detail"], row["why"])) for row in rows)
