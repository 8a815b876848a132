"""The inward reasons of refusals in words, for clerks. A reader who may not know of protections is told one sentence for everything that hides behind `not_issuable`.

A reason may name a cell of the form behind a colon (`does not fit: name`).
"""

from certificates.entitlement import NOT_ISSUABLE

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
    "too much for a 2-D code": ("文字が多く2次元コードに収まらない", "Too much text for the 2-D code"),
    "the holder is not on the paper": (
        "本人が記載されない証明書になる（台帳の不整合）",
        "The holder would not stand on the paper (registers disagree)",
    ),
    "no entry of the holder": ("本人の記録がない", "No entry of the holder"),
    "between two years, or none approved": ("年度の切替中、または新年度の見本が未承認", "Between two years, or none approved yet"),
    "dead here and alive where they vouch": (
        "当市区町村では死亡、照会元では存命（台帳の不一致）",
        "Dead in this register, alive in the one that vouches",
    ),
    "改製不適合戸籍": ("改製不適合戸籍のため交付対象外", "The 戸籍 is kept on paper (not convertible)"),
    "戸籍 or 附票 not current": ("現在戸籍・現在の附票ではない", "Not a current 戸籍 or 附票"),
    "records of two people": ("2人の記録が混在（台帳の不整合）", "Records of two people (registers disagree)"),
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
    "neither resident nor registered for use": ("住民でも利用登録者でもない", "Neither resident nor registered for use"),
    "holder and household were read at two instants": ("手続き中の台帳更新", "The register was updated meanwhile"),
    "no seal": ("印鑑登録なし", "No seal is registered"),
    "seal cancelled": ("印鑑登録は廃止済み", "The seal was cancelled"),
    "no 戸籍 of the holder": (
        "本人の戸籍がない（本籍がほかの市区町村、ひも付けまたは利用登録なし）",
        "No 戸籍 of the holder here (no link, or not registered for use)",
    ),
    "戸籍 removed": ("除籍のため交付対象外", "The 戸籍 is closed"),
    "戸籍 superseded": ("改製原戸籍のため交付対象外", "The 戸籍 was superseded"),
    "removed from the 戸籍": ("本人がこの戸籍から除籍", "The holder was removed from the 戸籍"),
    "a notification is not entered yet": ("戸籍の届出の処理中", "A notification is not entered yet"),
    "no record of a year that is open": ("交付対象の年度の課税の記録なし", "No tax record of a year that is open"),
    "no record of this year": ("この年度の課税の記録なし", "No tax record of this year"),
    "a year that is not offered": ("交付対象ではない年度の指定", "A fiscal year that is not offered"),
    "a year where none belongs, or none where one does": ("年度の指定の過不足", "A fiscal year too many, or none"),
    "income not declared": ("所得の申告なし", "Income was not declared"),
    "nothing to certify on this form": ("所得の申告がなく、この様式に記載するものがない", "Not declared: this form would have no figures"),
    "a form that is not offered": ("取り扱っていない様式の指定", "A form that is not offered"),
    "an option that was not offered, or one asked for twice": (
        "取り扱っていない記載事項、または重複の指定",
        "An item not offered, or one asked for twice",
    ),
    "nobody, or somebody twice": ("記載する人の指定なし、または重複", "Nobody, or somebody twice"),
    "somebody who is not offered": ("選択できない人の指定", "Somebody who is not offered"),
    "somebody who stands on the whole paper only": ("除籍された人だけの指定", "Somebody who stands on the whole paper only"),
    "neither everybody nor one": ("全部でも1人でもない指定", "Neither everybody nor one"),
    "somebody else than the holder": ("本人以外の指定", "Somebody else than the holder"),
    "not offered today": ("本日は取扱いのない証明書", "Not offered today"),
    "not offered on this day": ("その日に取扱いのない証明書", "Not offered on that day"),
    "copies": ("通数が範囲外", "Number of copies"),
    "born later": ("1月1日より後の出生", "Born after January 1"),
    "code changed since January 1": ("1月1日より後に住民票コードを変更", "The 住民票コード was changed after January 1"),
    "came from abroad": ("1月1日より後に国外から転入", "Came from abroad after January 1"),
    "not joined": ("広域交付に参加していない", "Not in the 広域交付"),
    "towards itself": ("自らの市区町村への照会", "A referral to this municipality itself"),
    "no such 住民票コード": ("照会された住民票コードの者がいない", "Nobody of the 住民票コード of the referral"),
    "another birth date": ("照会と台帳の生年月日が不一致", "Another birth date than the referral's"),
    "no address here on January 1": ("1月1日の住所がない", "No address here on January 1"),
    "a year that is not open yet": ("まだ開始していない年度", "A fiscal year that is not open yet"),
    "vouched for another year": ("照会と異なる年度の申請", "Another fiscal year than the referral's"),
    "shown in another visit": ("ほかの手続きでの照会の提示", "A referral shown in another visit"),
    "no referral was shown": ("照会が提示されていない", "No referral was shown"),
    "used by another order": ("使用済みの照会", "A referral used by another order"),
    "its minutes have passed": ("照会の有効時間の経過", "The referral's minutes have passed"),
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


def word_of(code: str, reason: str, cleared: bool) -> tuple[str, str]:
    """A reason in both languages; its own text if no word is known for it. `cleared`: the reader may know of protections; otherwise all reasons of `not_issuable` read alike."""
    if not reason or (not cleared and code == NOT_ISSUABLE):
        return _HIDDEN
    found, _, cell = reason.partition(": ")
    ja, en = _WORDS.get(found, (found, found))
    return (f"{ja}（欄: {cell}）", f"{en} (cell: {cell})") if cell else (ja, en)
