"""The words of the operator's pages, Japanese and English: states, steps, alarms, endings, and what kinds and options are called. No page shows a bare code where a person must understand it."""

from datetime import datetime

from certificates.kinds import KINDS
from certificates.wareki import fiscal_year
from issuance_center.issuance import State
from issuance_center.routing import DirectoryBook
from messages.refusals import TABLE

Pair = tuple[str, str]

STATES: dict[str, tuple[str, str, str]] = {
    State.ACCEPTED: ("受付済み", "Accepted", ""),
    State.SEALED: ("確認済み・支払い待ち", "Checked, to be paid", ""),
    State.PAID: ("支払い済み・印刷待ち", "Paid, to be printed", ""),
    State.PRINTED: ("印刷済み", "Printed", "good"),
    State.TAKEN: ("お渡し済み", "Taken", "good"),
    State.DECLINED: ("市区町村が不可", "Declined by issuer", "warn"),
    State.STOPPED: ("検査で停止", "Stopped at the gate", "bad"),
    State.LAPSED: ("取りやめ", "Lapsed", ""),
    State.RETURNED: ("返金済み", "Money returned", "warn"),
    State.UNRESOLVED: ("未確定", "Unresolved", "bad"),
}

STEPS: dict[str, tuple[str, str]] = {
    "accepted": ("申請を受け付け、記録した", "Application accepted and stored"),
    "sealed": ("証明書を検査し、合格した", "Paper passed the gate"),
    "declined": ("市区町村が交付しないと回答した", "The issuer declined"),
    "stopped": ("検査で停止した", "Stopped at the gate"),
    "lapsed": ("支払いがないまま終了した", "Ended without payment"),
    "halted": ("交付の停止により取りやめた", "Ended by a stop of its scope"),
    "paid": ("手数料を受け取った", "Fee taken"),
    "printed": ("印刷した", "Printed"),
    "taken": ("利用者が受け取った", "Taken by the resident"),
    "returned": ("手数料を返した", "Fee given back"),
    "unresolved": ("紙が出たか確認できない", "Nobody can know whether the sheet came out"),
}

ALARMS: dict[str, Pair] = {
    "paper_stopped": ("証明書が申請と異なるため停止", "A paper was not what was ordered"),
    "back_impossible": ("裏面を作れないため停止", "No back can be made for a paper"),
    "fact_contradicts": ("手数料の通知が食い違う", "A fee fact contradicts another"),
    "outcome_contradicts": ("市区町村への結果の通知が食い違う", "An outcome contradicts the issuer's log"),
    "report_contradicts": ("端末の報告が食い違う", "A kiosk's report contradicts the record"),
    "build_unregistered": ("登録のない構成の発行元（最初の申告を控えた）", "An issuer without a registered build: its first word was noted"),
    "other_build": ("登録と異なる構成の発行元を停止", "An issuer of another build than registered was stopped"),
    "paid_after_stop": ("停止した後に支払いの報告があった", "Money was reported for a paper after its scope was stopped"),
    "move_blocked": ("発行元の切替が照合の不一致で行われなかった", "A move between issuers did not happen: what was compared differs"),
    "facts_refused": ("手数料の通知が受け付けられない", "Fee facts are refused"),
    "outcomes_refused": ("市区町村への結果の通知が受け付けられない", "Outcomes are refused by an issuer"),
    "report_unknown": ("知らない交付についての端末の報告", "A kiosk reports an issuance of nobody's"),
}

MESSAGES: dict[str, Pair] = {
    "AskDirectory": ("市区町村の一覧の問い合わせで", "when asking for the directory"),
    "OpenVisit": ("受付の開始で", "when opening a visit"),
    "Authenticate": ("カードの確認で", "when authenticating a card"),
    "AskKinds": ("証明書の一覧の問い合わせで", "when asking for the kinds"),
    "AskChoices": ("証明書の内容の問い合わせで", "when asking for the choices"),
    "Apply": ("申請で", "when applying"),
    "Report": ("端末の報告で", "when reporting"),
    "CloseVisit": ("受付の終了で", "when closing a visit"),
    "ApplyForUse": ("利用登録の申請で", "when applying for registration"),
    "AskUse": ("利用登録の状況の問い合わせで", "when asking about a registration"),
}
"""Where an alarm that is a refusal was met."""

CLOSINGS: dict[str, Pair] = {
    "finished": ("終了", "finished"),
    "cancelled": ("利用者が中止", "cancelled"),
    "idle": ("操作がないため終了", "idle"),
    "refused": ("お断り", "refused"),
    "restarted": ("端末の再起動", "kiosk restarted"),
    "failed": ("端末の障害", "kiosk failed"),
    "overdue": ("終了の連絡がないため", "no close was heard"),
}

METERED: dict[str, Pair] = {"new": ("記帳済み", "booked"), "repeat": ("重複", "repeat"), "contradiction": ("矛盾", "contradiction")}


def kind_words(code: str) -> Pair:
    """What a kind of certificate is called."""
    kind = KINDS.get(code)
    return (kind.title, kind.title_en) if kind is not None else (code, code)


def issuer_words(name: str, municipality: str | None = None) -> Pair:
    """What an issuer's line is called, seen from `municipality` where a page is about one."""
    if name == "bcl":
        return "自治体基盤クラウド（BCL）", "Shared cloud (BCL)"
    if name == municipality:
        return "自庁サーバ", "Own server"
    return (f"自庁サーバ（{name}）", f"Own server ({name})") if name.isdigit() else (name, name)


def placed_by(name: str) -> Pair:
    """Who placed a stop."""
    return ("自動停止（検知）", "by itself (trip-wire)") if name == "trip-wire" else (name, name)


def form_words(kind_code: str, form_code: str, year: int | None) -> Pair:
    """What a form is called, and the 年度 it is of where it has one."""
    form = next((form for form in KINDS[kind_code].forms if form.code == form_code), None) if kind_code in KINDS else None
    ja, en = (form.ja, form.en) if form is not None else (form_code, form_code)
    return (ja, en) if year is None else (f"{ja}（{fiscal_year(year)}）", f"{en} (fiscal year {year})")


def option_words(kind_code: str, codes: str) -> Pair:
    """What the options (codes joined by commas) are called."""
    kind = KINDS.get(kind_code)
    if kind is None or not codes:
        return codes, codes
    options = [kind.option(code) for code in codes.split(",")]
    return "、".join(option.ja for option in options), ", ".join(option.en for option in options)


def refusal_words(code: str) -> Pair:
    """The sentence that the resident was shown."""
    row = TABLE.get(code)
    return (row.ja, row.en) if row is not None else (code, code)


def names_of(book: DirectoryBook, now: datetime) -> dict[str, Pair]:
    """What each municipality of the directory is called, by its code; one that is no more by its last name."""
    places = ((code, page.place.at(now) or page.place.first()) for code, page in book.municipalities.items())
    return {code: (place.prefecture + place.name, place.name_en or place.name) for code, place in places if place is not None}


def error_words(codes: str) -> Pair:
    """Codes of refusals, joined by commas as a finding notes them, as sentences; anything else stays as it is."""
    known = [refusal_words(code) for code in codes.split(", ")]
    return "、".join(ja for ja, _ in known), " ".join(en for _, en in known)


def alarm_words(code: str) -> Pair:
    """What an alarm is about; a refusal that is an alarm has its own sentence."""
    return ALARMS.get(code) or refusal_words(code)
