"""Why a status may be changed: one table. What a reason is called in a response is RFC 5280 5.3.1's word for it; a suspension is always certificateHold."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from cryptography.x509 import ReasonFlags

Action = Literal["suspend", "lift", "revoke"]
Standing = Literal["good", "suspended", "revoked"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for `action`. `needs_note`: the reason says too little without a note."""

    code: str
    action: Action
    ja: str
    en: str
    flag: ReasonFlags = ReasonFlags.unspecified
    needs_note: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """What an action does: from which standing to which. Revocation (失効) is final."""

    action: Action
    before: tuple[Standing, ...]
    after: Standing
    ja: str
    en: str


MOVES: MappingProxyType[str, Move] = MappingProxyType(
    {
        move.action: move
        for move in (
            Move("suspend", ("good",), "suspended", "一時停止", "Suspend"),
            Move("lift", ("suspended",), "good", "一時停止の解除", "Lift the suspension"),
            Move("revoke", ("good", "suspended"), "revoked", "失効", "Revoke"),
        )
    }
)

REASONS: MappingProxyType[str, Reason] = MappingProxyType(
    {
        reason.code: reason
        for reason in (
            Reason("lost", "suspend", "カードの紛失・盗難の届出", "Card reported lost or stolen"),
            Reason("holder_hold", "suspend", "利用者からの一時停止の申出", "Suspension asked for by the holder"),
            Reason("other_hold", "suspend", "その他", "Other", needs_note=True),
            Reason("found", "lift", "カードの発見", "Card found again"),
            Reason("mistaken", "lift", "誤った届出の取消し", "Mistaken report withdrawn"),
            Reason("holder_request", "revoke", "利用者からの失効申請", "Revocation asked for by the holder", ReasonFlags.cessation_of_operation),
            Reason("renewed", "revoke", "電子証明書の更新・再発行", "Certificate renewed or issued again", ReasonFlags.superseded),
            Reason("card_void", "revoke", "カードの返納・廃止", "Card returned or cancelled", ReasonFlags.cessation_of_operation),
            Reason("died", "revoke", "利用者の死亡", "Death of the holder", ReasonFlags.affiliation_changed),
            Reason(
                "items_changed",
                "revoke",
                "氏名・住所等の変更（署名用）",
                "Name, address or other item changed (署名用)",
                ReasonFlags.affiliation_changed,
            ),
            Reason("record_wrong", "revoke", "記録の誤り・漏れ", "Wrong or missing record", ReasonFlags.privilege_withdrawn),
            Reason("key_exposed", "revoke", "秘密鍵の漏えい等のおそれ", "Private key may have been exposed", ReasonFlags.key_compromise),
            Reason("other_end", "revoke", "その他", "Other", needs_note=True),
        )
    }
)

NEVER_CHANGED = "issued"
"""The reason of a status that nobody has changed since the certificate was issued."""

WORDS: MappingProxyType[str, tuple[str, str]] = MappingProxyType(
    {
        "good": ("有効", "good"),
        "suspended": ("一時停止", "suspended"),
        "revoked": ("失効", "revoked"),
    }
)


def reasons_for(action: str) -> tuple[Reason, ...]:
    """The reasons that may be given for this action, in the order they are shown."""
    return tuple(reason for reason in REASONS.values() if reason.action == action)
