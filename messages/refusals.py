"""The one table of refusals: code, sentence for the resident in both languages, HTTP status, whether it is an alarm.

A party refuses by naming a row. A person under protection (支援措置) is refused with `not_issuable`, which is also what a pending character
or a clerk's stop is answered with: from outside they are one row, so that nobody learns which it was.
"""

from dataclasses import dataclass

from messages.wire import Message


@dataclass(frozen=True, slots=True)
class Row:
    """One refusal. `status` is the HTTP status; `alarm` says whether an operator is told at once."""

    code: str
    status: int
    ja: str
    en: str
    alarm: bool = False


class Refusal(Message, frozen=True, kw_only=True, tag_field="type", tag="refusal"):
    """A refusal on the wire. `detail` is for engineers (a field's path, a limit) and never holds personal data."""

    code: str
    ja: str
    en: str
    detail: str = ""


_COUNTER = "お住まいの市区町村の窓口へお問い合わせください。"
_NO_CHARGE = "料金はいただいていません。"
_ASK_COUNTER = "Please ask at your municipal office."
_NOT_CHARGED = "You have not been charged."

ROWS: tuple[Row, ...] = (
    # the card, at the kiosk
    Row("pin_wrong", 403, "暗証番号が違います。", "The PIN is wrong."),
    Row("pin_malformed", 422, "暗証番号は数字4桁で入力してください。", "The PIN is four digits."),
    Row(
        "card_locked",
        403,
        "暗証番号を3回続けて間違えたため、カードがロックされています。" + _COUNTER,
        "The card is locked after three wrong PINs in a row. " + _ASK_COUNTER,
    ),
    Row("card_unreadable", 422, "カードを読み取れません。もう一度置いてください。", "The card cannot be read. Please place it again."),
    # the credential, at the center
    Row(
        "credential_untrusted", 403, "このカードの電子証明書は利用できません。" + _COUNTER, "This card's certificate cannot be used. " + _ASK_COUNTER
    ),
    Row("credential_expired", 403, "電子証明書の有効期限が切れています。" + _COUNTER, "The card's certificate has expired. " + _ASK_COUNTER),
    Row("credential_revoked", 403, "電子証明書が失効しています。" + _COUNTER, "The card's certificate has been revoked. " + _ASK_COUNTER),
    Row(
        "credential_suspended",
        403,
        "電子証明書が一時停止されています。個人番号カードコールセンターへご連絡ください。",
        "The card's certificate is suspended. Please call the My Number card call center.",
    ),
    Row("credential_unknown", 403, "電子証明書を確認できません。" + _COUNTER, "The card's certificate is not known. " + _ASK_COUNTER),
    Row(
        "credential_unverifiable",
        503,
        "ただいま電子証明書の有効性を確認できません。しばらくしてからお試しください。" + _NO_CHARGE,
        "The card's certificate cannot be checked at the moment. Please try again later. " + _NOT_CHARGED,
    ),
    Row(
        "challenge_signature_bad",
        403,
        "カードの確認ができませんでした。もう一度お試しください。",
        "The card could not be verified. Please try again.",
        alarm=True,
    ),
    # the visit and its requests
    Row("kiosk_unknown", 403, "この端末は登録されていません。", "This kiosk is not registered.", alarm=True),
    Row(
        "kiosk_signature_bad",
        403,
        "この端末からの申請を確認できません。" + _NO_CHARGE,
        "The kiosk's request cannot be verified. " + _NOT_CHARGED,
        alarm=True,
    ),
    Row("visit_unknown", 404, "受付が見つかりません。はじめからやり直してください。", "There is no such visit. Please start again."),
    Row("visit_closed", 409, "この受付は終了しました。はじめからやり直してください。", "This visit is closed. Please start again."),
    Row(
        "visit_expired", 409, "時間が経過したため受付を終了しました。はじめからやり直してください。", "This visit has timed out. Please start again."
    ),
    Row(
        "visit_not_authenticated",
        403,
        "カードの確認が済んでいません。はじめからやり直してください。",
        "The card has not been verified. Please start again.",
    ),
    Row(
        "request_stale",
        409,
        "申請の時刻が正しくありません。はじめからやり直してください。",
        "The request is out of date. Please start again.",
        alarm=True,
    ),
    Row(
        "request_altered",
        409,
        "申請の内容が前回と異なります。はじめからやり直してください。",
        "The request differs from the one received before. Please start again.",
        alarm=True,
    ),
    Row("already_printed", 409, "この証明書はすでに印刷されています。", "This certificate has already been printed."),
    Row("request_closed", 409, "この申請は終了しています。", "This request is closed."),
    Row(
        "price_changed",
        409,
        "手数料が変わりました。はじめからやり直してください。" + _NO_CHARGE,
        "The fee has changed. Please start again. " + _NOT_CHARGED,
    ),
    # what can be had
    Row("municipality_unknown", 404, "この市区町村は取り扱っていません。", "This municipality does not take part."),
    Row("kind_unknown", 404, "この証明書は取り扱っていません。", "This certificate is not offered."),
    Row("closed_now", 409, "ただいまは受付時間外です。", "The service is closed at this time."),
    Row("copies_invalid", 422, "通数が正しくありません。1回に申請できる通数をご確認ください。", "The number of copies is not allowed."),
    Row("members_invalid", 422, "記載する方の選択が正しくありません。", "The choice of household members is not allowed."),
    Row("options_invalid", 422, "記載事項の選択が正しくありません。", "The choice of items is not allowed."),
    Row("form_invalid", 422, "様式の選択が正しくありません。", "The choice of form is not allowed."),
    Row("year_invalid", 422, "年度の選択が正しくありません。", "The choice of fiscal year is not allowed."),
    # the issuer's own reasons
    Row("not_registered", 403, "このカードでの交付の登録が確認できません。" + _COUNTER, "No registration was found for this card. " + _ASK_COUNTER),
    Row(
        "not_usable_yet", 403, "カードの受け取りや手続きの翌日からご利用いただけます。", "The card can be used from the day after it was handed over."
    ),
    Row("under_15", 403, "15歳未満の方はご利用いただけません。" + _COUNTER, "This service cannot be used by persons under 15. " + _ASK_COUNTER),
    Row(
        "moved_out",
        403,
        "転出などの届出があるため、交付できません。" + _COUNTER,
        "A notice of moving out has been filed, so no certificate can be issued. " + _ASK_COUNTER,
    ),
    Row("not_issuable", 403, "ただいまこの証明書は交付できません。" + _COUNTER, "This certificate cannot be issued at the moment. " + _ASK_COUNTER),
    Row("no_seal", 403, "印鑑登録がありません。" + _COUNTER, "No seal is registered. " + _ASK_COUNTER),
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
        "手続き中に登録内容が更新されました。はじめからやり直してください。" + _NO_CHARGE,
        "The register was updated during your visit. Please start again. " + _NOT_CHARGED,
    ),
    Row(
        "order_void",
        409,
        "この申請は取り消されました。はじめからやり直してください。" + _NO_CHARGE,
        "This order was cancelled. Please start again. " + _NOT_CHARGED,
    ),
    # when things go wrong behind the kiosk
    Row(
        "center_unavailable",
        503,
        "ただいま証明書交付センターに接続できません。しばらくしてからお試しください。" + _NO_CHARGE,
        "The issuance center cannot be reached. Please try again later. " + _NOT_CHARGED,
    ),
    Row(
        "issuer_unavailable",
        503,
        "ただいま市区町村の証明書発行サーバに接続できません。しばらくしてからお試しください。" + _NO_CHARGE,
        "The municipality's server cannot be reached. Please try again later. " + _NOT_CHARGED,
    ),
    Row(
        "issuer_failed",
        502,
        "市区町村から正しい応答がありませんでした。" + _NO_CHARGE,
        "The municipality's server did not answer correctly. " + _NOT_CHARGED,
        alarm=True,
    ),
    Row(
        "paper_stopped",
        502,
        "証明書の確認ができなかったため、交付を中止しました。" + _NO_CHARGE,
        "The certificate could not be confirmed, so nothing was issued. " + _NOT_CHARGED,
        alarm=True,
    ),
    Row(
        "fees_unavailable",
        503,
        "ただいま手数料を確認できません。しばらくしてからお試しください。" + _NO_CHARGE,
        "The fee cannot be confirmed at the moment. Please try again later. " + _NOT_CHARGED,
    ),
    Row(
        "busy",
        503,
        "ただいま混み合っています。しばらくしてからお試しください。" + _NO_CHARGE,
        "The service is busy. Please try again later. " + _NOT_CHARGED,
    ),
    # the door itself
    Row("malformed", 400, "通信の内容に誤りがあります。" + _NO_CHARGE, "The message is malformed. " + _NOT_CHARGED),
    Row("body_too_large", 413, "通信の内容が大きすぎます。" + _NO_CHARGE, "The message is too large. " + _NOT_CHARGED),
    Row("role_not_admitted", 403, "この接続では利用できません。", "This connection may not say this.", alarm=True),
    Row("not_found", 404, "該当する窓口がありません。", "There is nothing at this address."),
    Row("failed", 500, "処理中に問題が発生しました。" + _NO_CHARGE, "Something went wrong. " + _NOT_CHARGED, alarm=True),
)

TABLE: dict[str, Row] = {row.code: row for row in ROWS}


def refuse(code: str, detail: str = "") -> Refusal:
    """The refusal of row `code`; a KeyError means that a row is missing from the table."""
    row = TABLE[code]
    return Refusal(code=row.code, ja=row.ja, en=row.en, detail=detail)
