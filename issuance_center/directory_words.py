"""How the directory's entries read on its pages, and which of them are planned, running, or history. Pure."""

from datetime import datetime

import msgspec

from issuance_center import words
from issuance_center.entries import TOPICS, Closure, Hours, Kiosk, Value, Window, YearOpening
from issuance_center.routing import Entry
from issuance_center.routing.book import counting
from issuance_center.routing.changes import begins
from issuance_center.routing.seeding import SEEDED_BY, SEEDED_WHY
from storage.instants import JST

TITLES: dict[str, tuple[str, str]] = {
    "place": ("名称", "Name"),
    "issuer": ("発行元", "Issuer"),
    "hours": ("取扱時間", "Hours"),
    "options": ("記載事項", "Options"),
    "window": ("保守", "Maintenance"),
    "closure": ("休止日", "Closed days"),
    "year": ("年度の開始", "Opening of a year"),
    "years": ("年度の数", "Years issued"),
    "wide": ("課税証明書の広域交付", "Tax certificates across municipalities"),
    "use": ("本籍地利用登録", "Registration at the registered domicile"),
    "certifier": ("認証者", "Certifier"),
    "seal": ("公印の印影", "Seal"),
    "key_statement": ("転送用の鍵の証明文", "Statement of the referral key"),
    "succession": ("区・旧市区町村のコード", "Codes of wards and former municipalities"),
    "kiosk": ("端末", "Kiosk"),
    "builds": ("登録プログラム", "Registered builds"),
}


def at(moment: datetime | None) -> str:
    """An instant as the pages show it: JST, to the minute."""
    return "" if moment is None else moment.astimezone(JST).strftime("%Y-%m-%d %H:%M")


def brief(value: Value | None, english: bool) -> str:
    """A value in one line."""
    every = "all kinds" if english else "すべての証明書"
    match value:
        case None:
            return "withdrawn" if english else "取消"
        case Hours():
            days = (" weekdays" if english else " 平日のみ") if value.weekdays_only else ""
            return f"{value.opens}–{value.closes}{days}"
        case Window():
            return (
                f"{at(value.starts)} – {at(value.ends) or ('open' if english else '未定')} {kinds_told(value.kinds, english) or every} {value.note}"
            )
        case Closure():
            days = f"{value.first}" if value.first == value.last else f"{value.first} – {value.last}"
            return f"{days} {kinds_told(value.kinds, english) or every} {value.note}"
        case YearOpening():
            return f"{value.opens}" + (f" (closed from {value.closed_from})" if english else f"（{value.closed_from} から停止）")
        case Kiosk():
            return f"{value.place} {value.operator} {value.channel}" + ((" retired" if english else " 廃止") if value.retired else "")
    words_of = (word_of(part, english) for part in msgspec.structs.astuple(value))
    return "、".join(word for word in words_of if word)[:120]


def entered_words(text: str) -> tuple[str, str]:
    """Who entered something, or why; the first entries were nobody's."""
    return {SEEDED_BY: (SEEDED_BY, "configuration file"), SEEDED_WHY: (SEEDED_WHY, "entered at the first start")}.get(text, (text, text))


def word_of(part: object, english: bool) -> str:
    """A part of a value in a word."""
    if isinstance(part, bool):
        return ("yes" if part else "no") if english else ("あり" if part else "なし")
    if isinstance(part, tuple):
        return "、".join(word_of(one, english) for one in part)
    return "—" if part is None else str(part)


def kinds_told(codes: tuple[str, ...], english: bool) -> str:
    """Kinds by their names."""
    return (", " if english else "・").join(words.kind_words(code)[1 if english else 0] for code in codes)


def planned(entries: tuple[Entry, ...] | list[Entry], now: datetime) -> list[Entry]:
    """What counts and has not begun, by its beginning."""
    found = [
        one for subject in {entry.change.subject for entry in entries} for one in counting(e for e in entries if e.change.subject == subject).values()
    ]
    return sorted(
        (one for one in found if one.change.value is not None and begins(one.change) > now), key=lambda one: (begins(one.change), one.number)
    )


def running(entries: list[Entry], now: datetime) -> list[Entry]:
    """Maintenance that has begun and is not over: its end can be changed."""
    return [
        one
        for one in counting(entries).values()
        if isinstance(one.change.value, Window) and one.change.value.starts <= now and (one.change.value.ends is None or one.change.value.ends > now)
    ]


def history(entries: tuple[Entry, ...] | list[Entry]) -> list[tuple[str, list[Entry]]]:
    """Everything ever entered, by topic, the latest first."""
    return [
        (topic, found) for topic in TOPICS if (found := sorted((e for e in entries if e.change.topic == topic), key=lambda one: -one.number))
    ]  # fmt: skip
