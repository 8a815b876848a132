"""The inward reasons of refusals in words, for clerks. A reader who may not know of protections is told one sentence for everything that hides behind `not_issuable`."""

_WORDS: dict[str, tuple[str, str]] = {
    "protected": ("支援措置（本人）", "The holder is protected"),
    "member protected": ("支援措置（記載される人）", "A listed person is protected"),
    "suppressed": ("発行抑止（本人）", "Issuing is stopped for the holder"),
    "member suppressed": ("発行抑止（記載される人）", "Issuing is stopped for a listed person"),
    "household suppressed": ("発行抑止（世帯）", "Issuing is stopped for the household"),
    "character pending": ("外字登録中（本人）", "A character of the holder is pending"),
    "member character pending": ("外字登録中（記載される人）", "A character of a listed person is pending"),
    "glyph missing": ("印字できない文字がある", "A character cannot be printed"),
    "does not fit": ("文字が欄に収まらない", "A text does not fit its cell"),
    "not present": ("異動済み（本人）", "The holder is not present"),
    "member not present": ("異動済み（記載される人）", "A listed person is not present"),
    "age unknown": ("生年月日が不詳で年齢を判定できない", "The age cannot be told"),
    "member leaving": ("転出予定（記載される人）", "A listed person is leaving"),
    "household leaving": ("転出予定の世帯員がいる", "A member of the household is leaving"),
    "leaving": ("転出予定（本人）", "The holder is leaving"),
    "left": ("転出済み", "The holder has moved out"),
    "standing dead": ("死亡", "Deceased"),
    "standing removed": ("職権消除", "Removed ex officio"),
    "not a member of the household": ("世帯員ではない人の指定", "Not a member of the household"),
    "under age": ("15歳未満", "Under 15"),
    "no card is linked": ("カードのひも付けなし", "No card is linked"),
    "card of today": ("カードの利用開始日前", "Before the card's first day"),
    "serial unknown": ("登録のない電子証明書", "Unknown card certificate"),
    "copies": ("通数が範囲外", "Number of copies"),
    "another version": ("手続き中の台帳更新", "The register was updated meanwhile"),
    "changed while the order was being looked at": ("手続き中の台帳更新", "The register was updated meanwhile"),
    "printed": ("印刷済みの申請の再送", "Repeat of a printed order"),
    "its outcome was told": ("終了した申請の再送", "Repeat of a closed order"),
    "the outcome was told before the order came": ("終了の連絡が先に届いた申請", "The outcome came before the order"),
    "the register no longer gives the same paper": ("作成後の台帳更新による取消", "Void: the register changed after it was made"),
    "the same id with another order": ("同じ識別子で内容の異なる申請", "Same id, another order"),
    "an issuance id of another order": ("ほかの申請の発行識別子", "An issuance id of another order"),
}

_HIDDEN = ("交付不可（詳細は支援措置の担当者へ）", "Not issuable (ask the clerk in charge of protections)")


def word_of(reason: str, cleared: bool) -> tuple[str, str]:
    """A reason in both languages; its own text if no word is known for it. `cleared`: the reader may know of protections; otherwise "" and every such reason read alike."""
    if not reason or (not cleared and _may_hide(reason)):
        return _HIDDEN
    return _WORDS.get(reason, (reason, reason))


def _may_hide(reason: str) -> bool:
    hints = (
        "protected",
        "suppressed",
        "character pending",
        "glyph missing",
        "does not fit",
        "not present",
        "age unknown",
        "member leaving",
        "household leaving",
    )
    return reason.endswith(hints)
