"""What is wrong with a value of the directory by itself, in sentences for the person who entered it. Pure.

Knows no book: what contradicts something else is `changes`' business.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from certificates.kinds import KINDS
from issuance_center.entries import (
    BUILD_WORDS,
    NAME_MAX,
    NOTE_MAX,
    SEAL,
    STATEMENT,
    WORD,
    YEARS_MAX,
    BuildsAllowed,
    CertifiedBy,
    Closure,
    Hours,
    KeyStatement,
    Kiosk,
    OptionsOffered,
    Place,
    SealImage,
    Succession,
    Wide,
    Window,
    YearOpening,
    YearsOffered,
    named,
    wrong_hours,
)
from issuance_center.routing.book import Change
from registers.numbers import is_digits, municipality_digit
from trust.authority import KeyUnusable
from trust.signing import public_from_pem


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is wrong, for whoever entered it."""

    ja: str
    en: str


_HOURS = Sentence(
    "時間は 06:30 のように時:分で、開始より後に終了（24:00まで）、休業日は 12-29 のように月-日で入力してください。",
    "Hours are HH:MM, the end after the beginning (24:00 at the latest); closed days are MM-DD.",
)
_ORDER = Sentence("終わりが始まりより前です。", "It ends before it begins.")
_YEAR = Sentence("停止の開始日が、年度の開始日より後です。", "The closing begins after the year opens.")
_WRITE_TO = Sentence("参加していないときは、請求先を入力してください。", "Where it has not joined, say where to write to.")
_YEARS = Sentence(f"年度の数は1から{YEARS_MAX}までです。", f"The number of years is 1 to {YEARS_MAX}.")
_NAMES = Sentence(f"名称は1文字以上{NAME_MAX}文字以内です。", f"A name has 1 to {NAME_MAX} characters.")
_KIOSK = Sentence(
    "端末番号・通信名・事業者・経路は、半角の英数字記号1～64文字（空白なし）で入力してください。",
    "Id, party, operator and channel are 1 to 64 printable ASCII characters.",
)
_KEY = Sentence("公開鍵がP-256のPEMではありません。", "The public key is no P-256 key in PEM.")
_SEAL_FORM = Sentence("印影のハッシュはSHA-256（16進64桁）です。", "The seal's hash is a SHA-256 in 64 hex digits.")
_STATEMENT_FORM = Sentence("鍵の証明文の形式が正しくありません。", "This is no signed statement of a key.")
_BUILDS = Sentence(
    "プログラムと構成は、半角の英数字記号1～256文字で入力してください。",
    "Program and topology are 1 to 256 printable ASCII characters.",
)


def wrong_code(code: str) -> Sentence | None:
    """What is wrong with a municipality's code of six digits."""
    if not is_digits(code, 6):
        return Sentence(f"市区町村コード「{code}」は6桁の数字ではありません。", f"{code} is no municipality code of six digits.")
    if municipality_digit(code[:5]) != code[5]:
        return Sentence(f"市区町村コード「{code}」の検査数字が違います。", f"The check digit of {code} is wrong.")
    return None


def wrong_value(change: Change) -> Iterator[Sentence]:
    """What is wrong with what a change enters, apart from everything else in the directory."""
    match change.value:
        case Hours() if wrong_hours(change.value) is not None:
            yield _HOURS
        case OptionsOffered(codes=codes):
            yield from _options(codes, change.item)
        case Window(starts=starts, ends=ends, kinds=kinds, note=note):
            yield from _stretch(ends is not None and ends <= starts, kinds, note)
        case Closure(first=first, last=last, kinds=kinds, note=note):
            yield from _stretch(last < first, kinds, note)
        case YearOpening(opens=opens, closed_from=closed_from) if closed_from > opens:
            yield _YEAR
        case YearsOffered(years=years) if not 1 <= years <= YEARS_MAX:
            yield _YEARS
        case Wide(joined=False, write_to=write_to) if not write_to.strip():
            yield _WRITE_TO
        case CertifiedBy(title=title, name=name) if not (named(title) and named(name)):
            yield _NAMES
        case Place(prefecture=prefecture, name=name) if not (named(prefecture) and named(name)):
            yield _NAMES
        case Succession(name=name) if not named(name):
            yield _NAMES
        case SealImage(sha256=text) if not SEAL.fullmatch(text):
            yield _SEAL_FORM
        case KeyStatement(text=text) if not STATEMENT.fullmatch(text):
            yield _STATEMENT_FORM
        case Kiosk():
            yield from _kiosk(change.subject, change.value)
        case BuildsAllowed(allowed=allowed):
            if not all(BUILD_WORDS.fullmatch(program) and BUILD_WORDS.fullmatch(topology) for program, topology in allowed):
                yield _BUILDS


def _options(codes: tuple[str, ...], kind: str) -> Iterator[Sentence]:
    known = {option.code for option in KINDS[kind].options}
    for code in codes:
        if code not in known:
            yield Sentence(f"{KINDS[kind].title}に記載事項「{code}」はありません。", f"{KINDS[kind].title_en} has no option {code}.")


def _stretch(backwards: bool, kinds: tuple[str, ...], note: str) -> Iterator[Sentence]:
    if backwards:
        yield _ORDER
    for kind in kinds:
        if kind not in KINDS:
            yield Sentence(f"証明書の種類「{kind}」はありません。", f"There is no kind of certificate {kind}.")
    if len(note) > NOTE_MAX:
        yield Sentence(f"備考は{NOTE_MAX}文字以内です。", f"A note has {NOTE_MAX} characters at most.")


def _kiosk(subject: str, kiosk: Kiosk) -> Iterator[Sentence]:
    if kiosk.id != subject or not all(WORD.fullmatch(word) for word in (kiosk.id, kiosk.party, kiosk.operator, kiosk.channel)):
        yield _KIOSK
    if not named(kiosk.place):
        yield _NAMES
    if kiosk.hours is not None and wrong_hours(kiosk.hours) is not None:
        yield _HOURS
    try:
        public_from_pem(kiosk.public_key)
    except (KeyUnusable, UnicodeEncodeError):
        yield _KEY
