"""What a clerk typed, read strictly: pure. A field that cannot be understood is named by its code; `SENTENCES` says it to the clerk."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from issuer.issue_history import Search
from issuer.issue_states import WORDS as STATES
from registers.residents.changes import REASON_CHARACTERS_MAX
from registers.residents.resident import ProtectionLevel
from registers.seal.seal import CancelReason
from storage.instants import JST

WHY_MAX = REASON_CHARACTERS_MAX

Problem = Literal["why_missing", "why_too_long", "date_form", "until_before_since", "choice_form"]

SENTENCES: dict[str, tuple[str, str]] = {
    "why_missing": ("理由を入力してください。", "Please enter a reason."),
    "why_too_long": ("理由は100文字以内で入力してください。", "A reason has at most 100 characters."),
    "date_form": ("日付は年-月-日（例 2026-11-23）で入力してください。", "Please enter dates as year-month-day (e.g. 2026-11-23)."),
    "until_before_since": ("終了日は開始日以後の日付にしてください。", "The last day must not be before the first day."),
    "choice_form": ("選択が正しくありません。", "The choice is not valid."),
    "not_allowed": ("この証明書には処分を記録できません。", "A disposal cannot be noted for this certificate."),
    "reason_form": ("理由に改行や「;」は使えません。", "A reason holds no line break and no semicolon."),
    "already_released": ("すでに解除されています。", "This has been released already."),
    "no_such_stop": ("その抑止は見つかりません。", "There is no such stop."),
    "no_such_koseki": ("その番号の戸籍は見つかりません。", "There is no 戸籍 with this number."),
    "no_such_person": ("その人はこの戸籍に見つかりません。", "There is no such person in this 戸籍."),
    "not_current": ("除籍・改製原戸籍は変更できません。", "A 除籍 or 改製原戸籍 cannot be changed."),
    "nothing_pending": ("処理中の届出はありません。", "No notification is being processed."),
    "no_seal": ("印鑑登録がありません。", "There is no seal registration."),
    "already_cancelled": ("この印鑑登録はすでに廃止されています。", "This registration has been cancelled already."),
    "before_registration": ("登録の日より前の日時では廃止できません。", "A seal cannot be cancelled before it was registered."),
    "no_such_resident": ("その宛名番号の住民は見つかりません。", "There is no resident with this 宛名番号."),
}

DONE: dict[str, tuple[str, str]] = {
    "suppress": ("発行を抑止しました。次の申請から交付されません。", "Issuing is stopped from the next application on."),
    "release_suppression": ("発行抑止を解除しました。", "The stop was released."),
    "protect": ("支援措置を登録しました。", "The protection was set."),
    "release_protection": ("支援措置を解除しました。", "The protection was released."),
    "cancel_seal": ("印鑑登録を廃止しました。いまから証明書は交付されません。", "The seal was cancelled. No certificate is issued from now on."),
    "announce": ("届出の処理中にしました。この戸籍の証明書は交付されません。", "A notification is being processed: nothing of this 戸籍 is issued."),
    "withdraw": ("届出の処理を終えました。", "The notification is no longer being processed."),
    "dispose": ("処分を記録しました。", "The disposal was noted."),
}

LEVELS: dict[ProtectionLevel, tuple[str, str]] = {
    "support": ("支援措置", "Protected"),
    "provisional": ("仮支援措置", "Provisionally protected"),
    "co_protected": ("併せて支援を求める者", "Protected together with the applicant"),
}


SEAL_ENDS: dict[CancelReason, tuple[str, str]] = {
    "request": ("廃止申請", "By request"),
    "lost": ("亡失", "Lost"),
    "moved_out": ("転出", "Moved out"),
    "dead": ("死亡", "Deceased"),
    "name_changed": ("氏名の変更", "Name changed"),
    "replaced": ("改印", "Replaced"),
}


@dataclass(frozen=True, slots=True)
class EndSeal:
    """廃印 as a clerk asked for it."""

    reason: CancelReason
    why: str


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop of issuing as a clerk asked for it."""

    household: bool
    since: date
    until: date | None
    why: str


@dataclass(frozen=True, slots=True)
class Protect:
    """A protection as a clerk asked for it."""

    level: ProtectionLevel
    since: date
    until: date | None
    why: str


def stop_form(form: Mapping[str, object], today: date) -> Stop | Problem:
    """The form that stops issuing for a person or a household; a missing first day is today."""
    why, days = why_of(form), _days(form, today)
    if not isinstance(why, Why):
        return why
    if not isinstance(days, tuple):
        return days
    scope = _text(form, "scope")
    if scope not in ("person", "household"):
        return "choice_form"
    return Stop(scope == "household", days[0], days[1], why.text)


def protect_form(form: Mapping[str, object], today: date) -> Protect | Problem:
    """The form that sets a 支援措置. A missing last day is the day before the same day of the next year (domain facts 3)."""
    why, days = why_of(form), _days(form, today)
    if not isinstance(why, Why):
        return why
    if not isinstance(days, tuple):
        return days
    level = _text(form, "level")
    if level not in LEVELS:
        return "choice_form"
    return Protect(level, days[0], days[1] or one_year(days[0]), why.text)


def end_seal_form(form: Mapping[str, object]) -> EndSeal | Problem:
    """The form that cancels a seal. 改印 is none of its reasons: a seal is replaced by registering another."""
    why, reason = why_of(form), _text(form, "reason")
    if not isinstance(why, Why):
        return why
    found = next((code for code in SEAL_ENDS if code == reason and code != "replaced"), None)
    return "choice_form" if found is None else EndSeal(found, why.text)


def number_of(form: Mapping[str, object], field: str) -> int | Problem:
    """A number that a page put into its form."""
    text = _text(form, field)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else "choice_form"


@dataclass(frozen=True, slots=True)
class Why:
    """A reason in the clerk's own words."""

    text: str


def why_of(form: Mapping[str, object]) -> Why | Problem:
    """The reason every change needs."""
    why = " ".join(_text(form, "why").split())
    if not why:
        return "why_missing"
    return Why(why) if len(why) <= WHY_MAX else "why_too_long"


def search_form(query: Mapping[str, str], today: date) -> Search | Problem:
    """The search in the issue log; without any field, today's papers. A day given alone as `since` means from that day on."""
    text, state = query.get("q", "").strip(), query.get("state", "")
    since, until = _day(query.get("since", "")), _day(query.get("until", ""))
    if since == "date_form" or until == "date_form":
        return "date_form"
    if state and state not in STATES:
        return "choice_form"
    if not (text or state or since or until):
        since = today
    return Search(
        text=text,
        state=state or None,
        since=start_of(since) if isinstance(since, date) else None,
        before=start_of(until + timedelta(days=1)) if isinstance(until, date) else None,
    )


def day_form(query: Mapping[str, str], today: date) -> date | Problem:
    """The day a list is about; today without one."""
    day = _day(query.get("day", ""))
    return day if day is not None else today


def start_of(day: date) -> datetime:
    """The first instant of a day in Japan."""
    return datetime.combine(day, time(), JST)


def one_year(since: date) -> date:
    """The last day of a year that begins on `since`: 2020-04-01 -> 2021-03-31."""
    try:
        return since.replace(year=since.year + 1) - timedelta(days=1)
    except ValueError:
        return date(since.year + 1, 2, 28)


def _days(form: Mapping[str, object], today: date) -> tuple[date, date | None] | Problem:
    since, until = _day(_text(form, "since")), _day(_text(form, "until"))
    if since == "date_form" or until == "date_form":
        return "date_form"
    assert not isinstance(since, str) and not isinstance(until, str)
    first = since or today
    return "until_before_since" if until is not None and until < first else (first, until)


def _day(text: str) -> date | Literal["date_form"] | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        return "date_form"


def _text(form: Mapping[str, object], field: str) -> str:
    value = form.get(field)
    return value if isinstance(value, str) else ""
