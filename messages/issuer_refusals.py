"""The rows of the table of refusals that an issuer refuses with for reasons of its own: about the holder, the registers, the year, the referral. See `messages.refusals`."""

from messages.refusal_row import ASK_COUNTER, COUNTER, NO_CHARGE, NOT_CHARGED, Row

ISSUERS_ROWS: tuple[Row, ...] = (
    # 課税証明書の広域交付
    Row(
        "wide_not_joined",
        409,
        "この市区町村は課税証明書の広域交付に参加していません。郵送での請求をご利用ください。",
        "This municipality does not issue tax certificates to former residents at kiosks. Please apply by post.",
    ),
    Row(
        "not_found_there",
        403,
        "申告された1月1日の住所地では確認できませんでした。" + NO_CHARGE,
        "You were not found at the municipality that you named for January 1. " + NOT_CHARGED,
    ),
    Row(
        "juminhyo_code_changed",
        403,
        "住民票コードが変更されているため、ほかの市区町村の課税証明書は交付できません。1月1日にお住まいだった市区町村へ郵送で請求してください。",
        "Your resident record code has been changed, so the certificate of another municipality cannot be issued. Please apply by post to the municipality where you lived on January 1.",
    ),
    Row(
        "abroad_on_january_1",
        403,
        "その年の1月1日に国内に住所がなかったため、課税証明書はありません。",
        "You had no address in Japan on January 1 of that year, so there is no tax certificate.",
    ),
    Row(
        "unborn_on_january_1",
        403,
        "その年の1月1日より後に生まれた方の課税証明書はありません。",
        "There is no tax certificate for somebody born after January 1 of that year.",
    ),
    Row(
        "referral_expired",
        409,
        "照会の有効時間が過ぎました。はじめからやり直してください。" + NO_CHARGE,
        "The referral has expired. Please start again. " + NOT_CHARGED,
    ),
    Row(
        "referral_used",
        409,
        "この照会はすでに使われています。はじめからやり直してください。",
        "The referral has been used already. Please start again.",
        alarm=True,
    ),
    Row(
        "referral_invalid",
        409,
        "市区町村間の照会を確認できませんでした。" + NO_CHARGE,
        "The referral between the municipalities could not be confirmed. " + NOT_CHARGED,
        alarm=True,
    ),
    Row(
        "year_not_open",
        409,
        "この年度の課税証明書は、まだ発行が始まっていないか、年度の切替のため休止しています。",
        "Tax certificates of this fiscal year are not issued yet, or are closed while the year changes.",
    ),
    Row(
        "data_stale",
        503,
        "ただいまデータの更新を待っているため、交付できません。しばらくしてからお試しください。" + NO_CHARGE,
        "The data are waiting for an update. Please try again later. " + NOT_CHARGED,
    ),
    # 本籍地利用登録
    Row("use_not_taken", 409, "この市区町村は利用登録の申請を受け付けていません。", "This municipality takes no registrations for use."),
    Row(
        "use_not_needed",
        409,
        "この市区町村にお住まいの方は、利用登録をしなくても戸籍の証明書を取得できます。",
        "You live in this municipality, so you can have its family register certificates without a registration.",
    ),
    Row("use_incomplete", 422, "申請の内容に不足または誤りがあります。", "The application is incomplete or has a mistake."),
    Row("use_pending", 409, "利用登録の申請はすでに受け付けています。", "Your application for registration has been received already."),
    Row(
        "koseki_not_convertible",
        403,
        "改製不適合戸籍のため、コンビニ交付では発行できません。本籍地の窓口または郵送で請求してください。",
        "This family register could not be converted and cannot be issued at a kiosk. Please ask at its municipality or by post.",
    ),
    # the issuer's own reasons
    Row("not_registered", 403, "このカードでの交付の登録が確認できません。" + COUNTER, "No registration was found for this card. " + ASK_COUNTER),
    Row(
        "not_usable_yet", 403, "カードの受け取りや手続きの翌日からご利用いただけます。", "The card can be used from the day after it was handed over."
    ),
    Row("under_15", 403, "15歳未満の方はご利用いただけません。" + COUNTER, "This service cannot be used by persons under 15. " + ASK_COUNTER),
    Row(
        "moved_out",
        403,
        "転出などの届出があるため、交付できません。" + COUNTER,
        "A notice of moving out has been filed, so no certificate can be issued. " + ASK_COUNTER,
    ),
    Row("not_issuable", 403, "ただいまこの証明書は交付できません。" + COUNTER, "This certificate cannot be issued at the moment. " + ASK_COUNTER),
    Row("no_seal", 403, "印鑑登録がありません。" + COUNTER, "No seal is registered. " + ASK_COUNTER),
    Row(
        "koseki_not_here",
        403,
        "この市区町村に本籍がないか、利用登録が済んでいません。本籍地の市区町村へお問い合わせください。",
        "Your family register is not kept in this municipality, or you are not registered for use. Please ask at the municipality of your registered domicile.",
    ),
    Row(
        "koseki_pending",
        403,
        "戸籍の届出の処理中のため、交付できません。本籍地の市区町村へお問い合わせください。",
        "A notification concerning your family register is being processed, so no certificate can be issued. Please ask at the municipality of your registered domicile.",
    ),
    Row(
        "tax_not_here",
        403,
        "この年度の課税情報がありません。その年の1月1日にお住まいの市区町村へお問い合わせください。",
        "There are no tax records of this year. Please ask at the municipality where you lived on January 1 of that year.",
    ),
    Row(
        "tax_undeclared",
        403,
        "所得の申告が確認できないため、交付できません。税務担当の窓口へお問い合わせください。",
        "No declaration of income was found, so no certificate can be issued. Please ask at your municipal tax office.",
    ),
    Row(
        "register_changed",
        409,
        "手続き中に登録内容が更新されました。はじめからやり直してください。" + NO_CHARGE,
        "The register was updated during your visit. Please start again. " + NOT_CHARGED,
    ),
    Row(
        "order_void",
        409,
        "この申請は取り消されました。はじめからやり直してください。" + NO_CHARGE,
        "This order was cancelled. Please start again. " + NOT_CHARGED,
    ),
)
