"""Why a change of a tenant is not made, in words: what commands print and pages show. Every code of `tenants.TenantRefused` stands here."""

REFUSED: dict[str, tuple[str, str]] = {
    "unknown": ("この団体コードの参加団体はありません。", "There is no tenant of this code."),
    "code_invalid": ("団体コードは、検査数字までの6桁の数字です。", "A code is six digits with a right check digit."),
    "exists": ("この団体コードの参加団体はすでにあります。", "There is a tenant of this code already."),
    "prefix_taken": ("発行番号の頭につく名前を、ほかの参加団体が使っています。", "Another tenant's numbers begin with this."),
    "name_missing": (
        "都道府県名、団体名、英語名、発行番号の頭につく名前のどれかが空か、長すぎます。",
        "Prefecture, name, English name or the number's prefix is empty or too long.",
    ),
    "certifiers_invalid": (
        "認証者は1人以上、日ごとに1人、都道府県名で始まる職名と氏名が要ります。",
        "At least one certifier, one a day, with a name and a title that begins with the prefecture.",
    ),
    "forms_invalid": ("証明書の設定が正しくありません。", "What is offered contradicts itself or names what does not exist."),
    "seal_invalid": (
        "公印の画像が使えません。1辺200から1200ピクセルの正方形で、白黒1ビットの PNG が要ります。",
        "This is no seal: a square, one-bit PNG of 200 to 1200 pixels is needed.",
    ),
    "staff_invalid": ("職員の名前が重なっているか、役割がありません。", "Two accounts have one name, or one has no role."),
    "limits_invalid": (
        "1日の通数（1から1,000,000）か配分の重み（1から100）が範囲の外です。",
        "Papers a day (1 to 1,000,000) or weight (1 to 100) is out of bounds.",
    ),
    "wide_invalid": ("広域交付の照会の有効時間（秒）が範囲の外です。", "The seconds for which a referral is good are out of bounds."),
    "not_now": ("いまの状態ではできません。", "This cannot be done in the present state."),
    "why_missing": ("理由を書いてください。", "Please give a reason."),
    "not_of_tenant": ("見本を確かめるのは、その団体の職員（窓口か税務）です。", "A specimen is looked at by staff of that municipality."),
    "password_wrong": ("名前かパスワードが違います。", "Name or password is wrong."),
    "trial_too_early": (
        "見本を作る前に、鍵、職責証明書、公印、認証者、証明書の設定を済ませてください。",
        "Keys, certificate, seal, certifiers and forms come first.",
    ),
    "trial_other": (
        "この見本は作り直しが必要です。試験発行をもう一度行ってください。",
        "This specimen has to be drawn anew: please repeat the trial issue.",
    ),
    "remark_missing": ("誤りの内容を200文字までで書いてください。", "Please say in at most 200 characters what is wrong."),
}
"""Code -> (ja, en)."""
