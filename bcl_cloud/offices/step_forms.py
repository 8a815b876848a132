"""What an operator typed about a tenant, read strictly: values of the cloud's terms, or one sentence (ja, en) that says what is wrong. Pure; what may be set at all, `tenants` decides."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast

from certificates.kinds import KINDS
from certificates.policy import LeavingBlocks, Overflow, Undeclared
from issuer.terms import Certifier, PolicySetting, policies_of

Sentence = tuple[str, str]
PASSWORD_MIN = 12
WHY_MAX = 200


class Unreadable(Exception):
    """What was typed cannot be taken; `sentence` says why."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(en)
        self.sentence: Sentence = (ja, en)


def word(typed: Mapping[str, str], name: str) -> str:
    """One field, without blanks around it."""
    return typed.get(name, "").strip()


def why(typed: Mapping[str, str]) -> str:
    """The reason every change needs. Raises `Unreadable`."""
    text = " ".join(word(typed, "why").split())
    if not text or len(text) > WHY_MAX:
        raise Unreadable("理由を200文字以内で入力してください。", "Please give a reason of at most 200 characters.")
    return text


def number(typed: Mapping[str, str], name: str, ja: str, en: str) -> int:
    """A whole number. Raises `Unreadable`."""
    text = word(typed, name)
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Unreadable(f"{ja}は数字で入力してください。", f"{en}: please enter a number.")
    return int(text)


def day(typed: Mapping[str, str], name: str, ja: str, en: str) -> date:
    """A day. Raises `Unreadable`."""
    try:
        return date.fromisoformat(word(typed, name))
    except ValueError:
        raise Unreadable(f"{ja}は2026-11-23のように年-月-日で入力してください。", f"{en}: please enter a day as 2026-11-23.") from None


def certifiers(typed: Mapping[str, str]) -> tuple[Certifier, ...]:
    """Rows `since-n`, `title-n`, `name-n`; one that is empty everywhere is left out. Raises `Unreadable`."""
    rows = sorted({int(name.rpartition("-")[2]) for name in typed if name.startswith("since-") and name.rpartition("-")[2].isdigit()})
    made = []
    for row in rows:
        cells = [word(typed, f"{part}-{row}") for part in ("since", "title", "name")]
        if not any(cells):
            continue
        if not all(cells):
            raise Unreadable(
                f"{row + 1}行目：いつから、職名、氏名のすべてを入力してください。", f"Row {row + 1}: please enter the day, the title and the name."
            )
        made.append(Certifier(since=day(typed, f"since-{row}", f"{row + 1}行目の「いつから」", f"Row {row + 1}"), title=cells[1], name=cells[2]))
    return tuple(sorted(made, key=lambda one: one.since))


def policy(kind: str, typed: Mapping[str, str], forms: Sequence[str], options: Sequence[str]) -> PolicySetting:
    """What is offered of a kind from a day on. Raises `Unreadable`."""
    opens = day(typed, "year_opens", "年度の発行開始日", "Opening day") if KINDS[kind].yearly else None
    setting = PolicySetting(
        since=day(typed, "since", "いつから", "From"),
        options=tuple(option.code for option in KINDS[kind].options if option.code in options),
        forms=tuple(form.code for form in KINDS[kind].forms if form.code in forms),
        copies_max=number(typed, "copies_max", "一度に交付する通数", "Copies"),
        leaving_blocks=cast("LeavingBlocks", word(typed, "leaving_blocks") or "person"),
        overflow=cast("Overflow", word(typed, "overflow") or "refuse"),
        undeclared=cast("Undeclared", word(typed, "undeclared") or "refuse"),
        years=number(typed, "years", "さかのぼる年度数", "Years") if opens else 1,
        year_opens=(opens.month, opens.day) if opens else (6, 3),
        years_need_approval=word(typed, "years_need_approval") == "yes",
        switch_days=number(typed, "switch_days", "切替の日数", "Switch days") if opens else 0,
    )
    if not setting.forms:
        raise Unreadable("様式を1つ以上選んでください。", "Please choose at least one form.")
    if setting.copies_max < 1 or setting.copies_max > KINDS[kind].copies_max:
        most = KINDS[kind].copies_max
        raise Unreadable(f"一度に交付する通数は1から{most}までです。", f"Copies: 1 to {most}.")
    try:
        policies_of(kind, (setting,))
    except ValueError as problem:
        raise Unreadable("設定の値が範囲の外です。", f"The settings cannot be taken: {problem}.") from None
    return setting


def with_setting(
    policies: Mapping[str, tuple[PolicySetting, ...]], kind: str, since: date, setting: PolicySetting | None
) -> dict[str, tuple[PolicySetting, ...]]:
    """The settings with that of `kind` from `since` on put in the place of what began that day; taken away with None."""
    kept = [one for one in policies.get(kind, ()) if one.since != since]
    changed = dict(policies) | {kind: tuple(sorted([*kept, *([setting] if setting else [])], key=lambda one: one.since))}
    return {code: changed[code] for code in KINDS if changed.get(code)}


def password(typed: Mapping[str, str]) -> str:
    """A new password, typed twice. Raises `Unreadable`."""
    first = typed.get("password", "")
    if len(first) < PASSWORD_MIN:
        raise Unreadable(f"パスワードは{PASSWORD_MIN}文字以上にしてください。", f"A password has at least {PASSWORD_MIN} characters.")
    if first != typed.get("again", ""):
        raise Unreadable("2回のパスワードが違います。", "The two passwords differ.")
    return first
