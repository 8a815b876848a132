"""From a form of the directory's pages to changes, or a sentence about what cannot be read. Pure: what contradicts what is `routing.changes`' business.

Times are typed in JST, to the minute. An empty beginning means: from now on.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from issuance_center.entries import (
    TOPICS,
    BuildsAllowed,
    CertifiedBy,
    Closure,
    Hours,
    IssuedBy,
    KeyStatement,
    Kiosk,
    OptionsOffered,
    Place,
    SealImage,
    Succession,
    UseTaken,
    Value,
    Wide,
    Window,
    YearOpening,
    YearsOffered,
)
from issuance_center.routing.book import Change
from issuance_center.routing.contents import Sentence
from storage.instants import JST

_BETWEEN = re.compile(r"\t+ *| {2,}")


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was typed: single fields, and the kinds (or options) that were ticked."""

    fields: Mapping[str, str]
    ticked: tuple[str, ...] = ()

    def word(self, name: str) -> str:
        """A field without the blanks around it."""
        return self.fields.get(name, "").strip()


class Unreadable(Exception):
    """A field that is no date, time or number; carries the sentence."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.en)
        self.sentence = sentence


def read(topic: str, subject: str, typed: Typed, now: datetime, new_item: str) -> tuple[Change, ...]:
    """The changes that a form of `topic` means. `new_item` names a new stretch of time. Raises `Unreadable`."""
    value = _VALUES[topic](typed)
    since = _since(typed, now)
    match value:
        case Window(starts=starts):
            return (Change(topic, subject, typed.word("item") or new_item, starts, value),)
        case Closure(first=first):
            return (Change(topic, subject, typed.word("item") or new_item, _midnight(first), value),)
        case YearOpening(closed_from=day):
            return (Change(topic, subject, typed.word("year"), _midnight(day), value),)
        case IssuedBy() | Hours():
            if not typed.ticked:
                raise Unreadable(Sentence("証明書を1つ以上選んでください。", "Please choose at least one kind."))
            return tuple(Change(topic, subject, kind, since, value) for kind in typed.ticked)
        case OptionsOffered():
            return (Change(topic, subject, typed.word("kind"), since, value),)
        case Succession():
            return (Change(topic, typed.word("code"), "", since, value),)
    return (Change(topic, subject, "", since, value),)


def read_withdrawal(typed: Typed, subject: str) -> Change:
    """What is to be withdrawn. Raises `Unreadable`."""
    topic = typed.word("topic")
    if topic not in TOPICS:
        raise Unreadable(Sentence("その予定はありません。", "There is no such plan."))
    return Change(topic, subject, typed.word("item"), _instant(typed.word("since")), None)


def _since(typed: Typed, now: datetime) -> datetime:
    return _instant(typed.word("since")) if typed.word("since") else now


def _instant(text: str) -> datetime:
    try:
        read_at = datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable(
            Sentence(f"「{text}」は日時ではありません。2026-11-24T09:00 のように入力してください。", f"{text} is no date and time.")
        ) from None
    return read_at if read_at.tzinfo is not None else read_at.replace(tzinfo=JST)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unreadable(Sentence(f"「{text}」は日付ではありません。2026-11-24 のように入力してください。", f"{text} is no date.")) from None


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 4:
        raise Unreadable(Sentence(f"「{text}」は数ではありません。", f"{text} is no number."))
    return int(text)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=JST)


def _hours(typed: Typed) -> Hours:
    days = typed.word("closed_days").replace("、", " ").replace(",", " ").split()
    return Hours(typed.word("opens"), typed.word("closes"), typed.word("weekdays_only") == "yes", tuple(days))


def _window(typed: Typed) -> Window:
    ends = _instant(typed.word("ends")) if typed.word("ends") else None
    return Window(_instant(typed.word("starts")), ends, typed.ticked, typed.word("note"))


def _opening(typed: Typed) -> YearOpening:
    opens = _day(typed.word("opens"))
    return YearOpening(opens, opens - timedelta(days=_number(typed.word("switch_days") or "0")))


def _kiosk(typed: Typed) -> Kiosk:
    own = typed.word("opens") or typed.word("closes")
    return Kiosk(
        id=typed.word("id"),
        party=typed.word("party"),
        operator=typed.word("operator"),
        channel=typed.word("channel"),
        place=typed.word("place"),
        # A text area gives CR LF, and a key that was kept must stay the same text.
        public_key="\n".join(line.strip() for line in typed.word("public_key").splitlines()) + "\n",
        hours=_hours(typed) if own else None,
        only=typed.word("only") or None,
        retired=typed.word("retired") == "yes",
    )


def _builds(typed: Typed) -> BuildsAllowed:
    # Two blanks or a tab between the two, as they are shown; one blank where a program is one word.
    lines = [_BETWEEN.split(line.strip(), maxsplit=1) for line in typed.word("builds").splitlines() if line.strip()]
    lines = [words if len(words) == 2 else words[0].split(maxsplit=1) for words in lines]
    if any(len(words) != 2 for words in lines):
        raise Unreadable(
            Sentence(
                "1行に、プログラム、2つの空白、構成の順に1組ずつ入力してください。", "One build a line: the program, two blanks, and the topology."
            )
        )
    return BuildsAllowed(tuple((words[0], words[1]) for words in lines))


def _succession(typed: Typed) -> Succession:
    return Succession(typed.word("to"), typed.word("name"), typed.word("name_en"), "ward" if typed.word("what") == "ward" else "former")


_VALUES: dict[str, Callable[[Typed], Value]] = {
    "place": lambda typed: Place(typed.word("prefecture"), typed.word("name"), typed.word("name_en")),
    "issuer": lambda typed: IssuedBy(typed.word("issuer") or None),
    "hours": _hours,
    "options": lambda typed: OptionsOffered(typed.ticked),
    "window": _window,
    "closure": lambda typed: Closure(_day(typed.word("first")), _day(typed.word("last") or typed.word("first")), typed.ticked, typed.word("note")),
    "year": _opening,
    "years": lambda typed: YearsOffered(_number(typed.word("years"))),
    "wide": lambda typed: Wide(joined=typed.word("joined") == "yes", write_to=typed.word("write_to")),
    "use": lambda typed: UseTaken(taken=typed.word("taken") == "yes"),
    "certifier": lambda typed: CertifiedBy(typed.word("title"), typed.word("name")),
    "seal": lambda typed: SealImage(typed.word("sha256").lower()),
    "key_statement": lambda typed: KeyStatement(typed.word("text")),
    "succession": _succession,
    "kiosk": _kiosk,
    "builds": _builds,
}
