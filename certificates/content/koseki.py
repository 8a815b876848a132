"""What stands on 戸籍全部事項証明書 and 戸籍個人事項証明書: the 戸籍 line by line, in its own order, every word as it is registered.

Decides texts, not who may have them. Nothing can be left out by choice: a paper about one person has the 戸籍事項 and everything of that person. A day that is known is printed in 和暦, any
other text as it stands; a value longer than a line goes on in the next ones, so that the lines put together are the value. A person stands by 名 alone, the 氏 being that of the head.
振り仮名 without the day on which they were recorded are provisional and are not printed (domain facts 4.3; 戸籍法 13条).
"""

import unicodedata
from collections.abc import Iterator
from datetime import date
from math import ceil

from certificates.content.parts import Asked, Content, Listed, Parts
from certificates.face import EMPTY, Piece, Texts
from certificates.fonts.selection import BLANKS
from certificates.fonts.variation import sequences
from certificates.form.koseki import (
    ENTRY,
    KOSEKI_ITEMS,
    LINE,
    MORE,
    PERSON,
    PERSON_ITEMS,
    PERSON_KANA,
    PERSON_KANA_REMOVED,
    PERSON_REMOVED,
    ROW_OF,
    SHORT_ENTRY,
)
from certificates.policy import Policy
from certificates.sources import Sources
from certificates.wareki import Era, printed, wareki
from registers.koseki.koseki import Entry, Koseki, KosekiPerson

TITLE_WHOLE, TITLE_ONE = "戸籍全部事項証明書", "戸籍個人事項証明書"
STATEMENT_WHOLE = "これは、戸籍に記録されている事項の全部を証明した書面である。"
STATEMENT_ONE = "これは、戸籍中の一部の者について記録されている事項の全部を証明した書面である。"
"""認証文 (domain facts 4.3)."""

REMOVED = "除籍"

_NOT_FIRST = frozenset("、。，．・）」』】〕ーゝゞ々ァィゥェォッャュョぁぃぅぇぉっゃゅょ)-,.") | frozenset(BLANKS)
"""What does not begin a line."""


def listed(sources: Sources, policy: Policy) -> tuple[Listed, ...]:
    """Everybody of the 戸籍 in its order. `printed_name` is the 名; who was removed stands on the paper about everybody only."""
    koseki = _koseki(sources)
    return tuple(
        Listed(
            id=member.person_no,
            name=full_name(koseki, member),
            relation=place_in(koseki, member),
            holder=member.person_no == sources.person_no,
            printed_name=member.given_name,
            printed_birth=printed(member.birth, eras=policy.eras),
            choosable=member.removed_on is None,
        )
        for member in koseki.members
    )


def options(_sources: Sources, offered: tuple[str, ...]) -> tuple[str, ...]:
    """As they are: nothing on the paper depends on one."""
    return offered


def parts(asked: Asked) -> Parts:
    """The 戸籍 with the chosen people."""
    koseki, eras = _koseki(asked.sources), asked.policy.eras
    return Parts(
        title=TITLE_WHOLE if asked.everybody else TITLE_ONE,
        head=_head(koseki, eras),
        pieces=tuple(_pieces(koseki, asked.chosen, eras)),
        statement=STATEMENT_WHOLE if asked.everybody else STATEMENT_ONE,
    )


CONTENT = Content(listed, options, parts)


def full_name(koseki: Koseki, member: KosekiPerson) -> str:
    """氏名, written as the 筆頭者's."""
    return f"{koseki.family_name}　{member.given_name}"


def place_in(koseki: Koseki, member: KosekiPerson) -> str:
    """What tells people of one 戸籍 apart on a screen: 除籍, 筆頭者, 夫, 妻, or the 続柄 to the parents."""
    if member.removed_on is not None:
        return REMOVED
    return "筆頭者" if full_name(koseki, member) == koseki.hittousha else member.spouse or member.relation


def lines(text: str, ems: int) -> tuple[str, ...]:
    """`text` in lines of at most so many full-width characters; together they are the text, an empty one being one empty line.

    A character stays with its variation selector. A line begins with nothing that may not begin one, unless all of the line before it is such. It ends early, after a blank (between an
    address and a house, an address and a name), where that takes no more lines.
    """
    characters = sequences(text)
    widths = [0.5 if unicodedata.east_asian_width(one[0]) in ("Na", "H") else 1.0 for one in characters]
    found, start = [], 0
    while sum(widths[start:]) > ems:
        end = start
        while sum(widths[start : end + 1]) <= ems:
            end += 1
        allowed = [at for at in range(end, start, -1) if characters[at] not in _NOT_FIRST] or [end]
        as_few = ceil(sum(widths[allowed[0] :]) / ems)
        after_blank = (at for at in allowed if characters[at - 1] in BLANKS and ceil(sum(widths[at:]) / ems) == as_few)
        stop = next(after_blank, allowed[0])
        found.append("".join(characters[start:stop]))
        start = stop
    return (*found, "".join(characters[start:]))


def _koseki(sources: Sources) -> Koseki:
    assert sources.koseki is not None, "a paper of the 戸籍 is made where there is one"
    return sources.koseki


def _head(koseki: Koseki, eras: tuple[Era, ...]) -> Texts:
    kana, since = _recorded(koseki.family_name_kana, koseki.family_name_kana_recorded_on, eras) or (EMPTY, EMPTY)
    return (("honseki", koseki.honseki), ("hittousha", koseki.hittousha), ("family_kana", kana), ("family_kana_recorded_on", since))


def _recorded(kana: str | None, recorded_on: date | None, eras: tuple[Era, ...]) -> tuple[str, str] | None:
    """振り仮名 and the day of their recording, None where they are not recorded."""
    return (kana, wareki(recorded_on, eras)) if kana and recorded_on is not None else None


def _pieces(koseki: Koseki, chosen: tuple[str, ...], eras: tuple[Era, ...]) -> Iterator[Piece]:
    yield from _section(KOSEKI_ITEMS.code, koseki.entries, eras)
    for member in koseki.members:
        if member.person_no in chosen:
            yield _person(member, eras)
            for label, value in _who(member):
                yield from _row(label, value)
            yield from _section(PERSON_ITEMS.code, member.entries, eras)


def _person(member: KosekiPerson, eras: tuple[Era, ...]) -> Piece:
    kana = _recorded(member.given_name_kana, member.kana_recorded_on, eras)
    removed = member.removed_on is not None
    strip = {(False, False): PERSON, (True, False): PERSON_KANA, (False, True): PERSON_REMOVED, (True, True): PERSON_KANA_REMOVED}[
        kana is not None, removed
    ]
    since = dict(zip(("name_kana", "kana_recorded_on"), kana or (), strict=False))
    texts = {"name": member.given_name, "birth": printed(member.birth, eras=eras), "removed": REMOVED, **since}
    return Piece(strip.code, tuple((cell.code, texts[cell.code]) for cell in strip.cells))


def _who(member: KosekiPerson) -> Iterator[tuple[str, str]]:
    """Spouse and parents. An unknown parent's line stands and is blank; adoptive parents have lines only where there are any, and the child's 続柄 to them is 養子 or 養女."""
    if member.spouse:
        yield "配偶者区分", member.spouse
    yield from (("父", member.father or ""), ("母", member.mother or ""), ("続柄", member.relation))
    adoptive = [(label, name) for label, name in (("養父", member.adoptive_father), ("養母", member.adoptive_mother)) if name]
    yield from adoptive
    if adoptive:
        yield "続柄", "養子" if member.sex == "男" else "養女"


def _section(heading: str, entries: tuple[Entry, ...], eras: tuple[Era, ...]) -> Iterator[Piece]:
    """A heading and its entries; no heading where nothing is recorded."""
    if entries:
        yield Piece(heading, ())
    for entry in entries:
        yield from _entry(entry, eras)


def _entry(entry: Entry, eras: tuple[Era, ...]) -> Iterator[Piece]:
    rows = [piece for label, value in entry.rows for piece in _row(label, printed(value, eras=eras))] or [
        Piece(ROW_OF.code, (("label", ""), ("value", "")))
    ]
    strip = ENTRY if len(rows) > 1 else SHORT_ENTRY
    yield Piece(strip.code, (("title", entry.title), *rows[0].cells))
    yield from rows[1:]


def _row(label: str, value: str) -> Iterator[Piece]:
    first, *others = lines(value, LINE)
    yield Piece(ROW_OF.code, (("label", f"【{label}】"), ("value", first)))
    yield from (Piece(MORE.code, (("value", line),)) for line in others)
