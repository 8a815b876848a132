"""The one table of refusals: code, sentence for the resident in both languages, HTTP status, whether it is an alarm.

A party refuses by naming a row. A person under protection (支援措置) is refused with `not_issuable`, which is also what a pending character
or a clerk's stop is answered with: from outside they are one row, so that nobody learns which it was.
"""

from messages.issuer_refusals import ISSUERS_ROWS
from messages.refusal_row import ASK_COUNTER, COUNTER, NO_CHARGE, NOT_CHARGED, Row
from messages.wire import Message


class Refusal(Message, frozen=True, kw_only=True, tag_field="type", tag="refusal"):
    """A refusal on the wire. `detail` is for engineers (a field's path, a limit) and never holds personal data."""

    code: str
    ja: str
    en: str
    detail: str = ""


ROWS: tuple[Row, ...] = (
    # the card, at the kiosk
    Row("pin_wrong", 403, "暗証番号が違います。", "The PIN is wrong."),
    Row("pin_malformed", 422, "暗証番号は数字4桁で入力してください。", "The PIN is four digits."),
    Row(
        "card_locked",
        403,
        "暗証番号を3回続けて間違えたため、カードがロックされています。" + COUNTER,
        "The card is locked after three wrong PINs in a row. " + ASK_COUNTER,
    ),
    Row("card_unreadable", 422, "カードを読み取れません。もう一度置いてください。", "The card cannot be read. Please place it again."),
    # the credential, at the center
    Row("credential_untrusted", 403, "このカードの電子証明書は利用できません。" + COUNTER, "This card's certificate cannot be used. " + ASK_COUNTER),
    Row("credential_expired", 403, "電子証明書の有効期限が切れています。" + COUNTER, "The card's certificate has expired. " + ASK_COUNTER),
    Row("credential_revoked", 403, "電子証明書が失効しています。" + COUNTER, "The card's certificate has been revoked. " + ASK_COUNTER),
    Row(
        "credential_suspended",
        403,
        "電子証明書が一時停止されています。個人番号カードコールセンターへご連絡ください。",
        "The card's certificate is suspended. Please call the My Number card call center.",
    ),
    Row("credential_unknown", 403, "電子証明書を確認できません。" + COUNTER, "The card's certificate is not known. " + ASK_COUNTER),
    Row(
        "credential_unverifiable",
        503,
        "ただいま電子証明書の有効性を確認できません。しばらくしてからお試しください。" + NO_CHARGE,
        "The card's certificate cannot be checked at the moment. Please try again later. " + NOT_CHARGED,
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
        "この端末からの申請を確認できません。" + NO_CHARGE,
        "The kiosk's request cannot be verified. " + NOT_CHARGED,
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
        "手数料が変わりました。はじめからやり直してください。" + NO_CHARGE,
        "The fee has changed. Please start again. " + NOT_CHARGED,
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
    Row(
        "stopped_now",
        409,
        "ただいまこの証明書の交付を停止しています。" + NO_CHARGE,
        "Issuing of this certificate has been stopped for now. " + NOT_CHARGED,
    ),
    Row(
        "other_municipality",
        403,
        "この端末では、ほかの市区町村の証明書は取り扱っていません。",
        "This kiosk does not issue certificates of other municipalities.",
    ),
    *ISSUERS_ROWS,
    # when things go wrong behind the kiosk
    Row(
        "center_unavailable",
        503,
        "ただいま証明書交付センターに接続できません。しばらくしてからお試しください。" + NO_CHARGE,
        "The issuance center cannot be reached. Please try again later. " + NOT_CHARGED,
    ),
    Row(
        "issuer_unavailable",
        503,
        "ただいま市区町村の証明書発行サーバに接続できません。しばらくしてからお試しください。" + NO_CHARGE,
        "The municipality's server cannot be reached. Please try again later. " + NOT_CHARGED,
    ),
    Row(
        "issuer_failed",
        502,
        "市区町村から正しい応答がありませんでした。" + NO_CHARGE,
        "The municipality's server did not answer correctly. " + NOT_CHARGED,
        alarm=True,
    ),
    Row(
        "paper_stopped",
        502,
        "証明書の確認ができなかったため、交付を中止しました。" + NO_CHARGE,
        "The certificate could not be confirmed, so nothing was issued. " + NOT_CHARGED,
        alarm=True,
    ),
    Row(
        "fees_unavailable",
        503,
        "ただいま手数料を確認できません。しばらくしてからお試しください。" + NO_CHARGE,
        "The fee cannot be confirmed at the moment. Please try again later. " + NOT_CHARGED,
    ),
    Row(
        "busy",
        503,
        "ただいま混み合っています。しばらくしてからお試しください。" + NO_CHARGE,
        "The service is busy. Please try again later. " + NOT_CHARGED,
    ),
    # the door itself
    Row("malformed", 400, "通信の内容に誤りがあります。" + NO_CHARGE, "The message is malformed. " + NOT_CHARGED),
    Row("body_too_large", 413, "通信の内容が大きすぎます。" + NO_CHARGE, "The message is too large. " + NOT_CHARGED),
    Row("role_not_admitted", 403, "この接続では利用できません。", "This connection may not say this.", alarm=True),
    Row("not_found", 404, "該当する窓口がありません。", "There is nothing at this address."),
    Row("failed", 500, "処理中に問題が発生しました。" + NO_CHARGE, "Something went wrong. " + NOT_CHARGED, alarm=True),
)

TABLE: dict[str, Row] = {row.code: row for row in ROWS}


def refuse(code: str, detail: str = "") -> Refusal:
    """The refusal of row `code`; a KeyError means that a row is missing from the table."""
    row = TABLE[code]
    return Refusal(code=row.code, ja=row.ja, en=row.en, detail=detail)
