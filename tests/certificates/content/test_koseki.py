"""戸籍 on paper: every word as it is registered, in its order, and of one person nothing of the others."""

from dataclasses import replace
from datetime import date

import pytest

from certificates.content.koseki import REMOVED, STATEMENT_ONE, STATEMENT_WHOLE, TITLE_ONE, TITLE_WHOLE, lines, listed, options
from certificates.entitlement import NOT_ISSUABLE, Declined
from certificates.face import EMPTY, Face
from certificates.issuing import Wanted, issue, offer, texts
from certificates.kinds import KINDS
from certificates.wareki import printed, wareki
from registers.koseki.koseki import Entry, KosekiPerson
from registers.residents.resident import Protection
from tests.certificates.families import FAMILY, FATHER, HANAKO, HONSEKI, ICHIRO, MISSING, SAYOKO, TAKASHI, TARO, YOSHIO, face, policy, sources
from tests.certificates.papers import FORM, KEY, NOW

Rows = list[tuple[str, str]]

WITH_KANA = (TARO, HANAKO, YOSHIO, SAYOKO)


def told(of: Face) -> list[tuple[str, Rows]]:
    """What a reader takes from the paper, line by line: (heading or title, its rows with the lines of a value put together)."""
    found: list[tuple[str, Rows]] = []
    for piece in of.pieces:
        cells = dict(piece.cells)
        if piece.strip == "more":
            label, value = found[-1][1].pop()
            found[-1][1].append((label, value + cells["value"]))
        elif piece.strip == "row":
            found[-1][1].append((cells["label"], cells["value"]))
        elif piece.strip in ("entry", "short_entry"):
            found.append((cells["title"], [(cells["label"], cells["value"])]))
        else:
            found.append((piece.strip, list(cells.items())))
    return found


def registered(*people: KosekiPerson) -> list[tuple[str, Rows]]:
    """The same, straight from the register."""
    said: list[tuple[str, Rows]] = [("koseki_items", []), *map(entry_said, FAMILY.entries)]
    for person in people:
        kana = person.kana_recorded_on
        strip = "person" + ("_kana" if kana else "") + ("_removed" if person.removed_on else "")
        rows: Rows = [("name", person.given_name)]
        rows += [("name_kana", str(person.given_name_kana)), ("kana_recorded_on", wareki(kana))] if kana else []
        rows += [("birth", printed(person.birth))] + ([("removed", "除籍")] if person.removed_on else [])
        rows += [("【配偶者区分】", person.spouse)] if person.spouse else []
        rows += [("【父】", person.father or ""), ("【母】", person.mother or ""), ("【続柄】", person.relation)]
        if person is SAYOKO:
            rows += [("【養父】", FATHER), ("【養母】", "渡邉󠄐　花子"), ("【続柄】", "養女")]
        said += [(strip, rows), ("person_items", []), *map(entry_said, person.entries)]
    return said


def entry_said(entry: Entry) -> tuple[str, Rows]:
    return entry.title, [(f"【{label}】", printed(value)) for label, value in entry.rows]


def with_entries(*entries: Entry) -> Face:
    return face("koseki", of=sources(replace(FAMILY, members=(replace(TARO, entries=entries),))))


def test_everything_of_everybody_stands_in_the_registers_order() -> None:
    assert told(face("koseki")) == registered(*FAMILY.members)


@pytest.mark.parametrize("person", [TARO, HANAKO, TAKASHI, SAYOKO], ids=lambda person: person.given_name)
def test_a_paper_about_one_has_the_items_of_the_koseki_and_that_person_alone(person: KosekiPerson) -> None:
    assert told(face("koseki", person.person_no)) == registered(person)


def test_the_head_names_the_koseki() -> None:
    assert dict(face("koseki").head) == {
        "honseki": HONSEKI,
        "hittousha": FATHER,
        "family_kana": "ワタナベ",
        "family_kana_recorded_on": "令和８年６月１日",
    }


def test_title_and_statement_say_whether_it_is_about_everybody_or_one() -> None:
    whole, one = face("koseki"), face("koseki", SAYOKO.person_no)
    assert (whole.title, whole.text("statement")) == (TITLE_WHOLE, STATEMENT_WHOLE)
    assert (one.title, one.text("statement")) == (TITLE_ONE, STATEMENT_ONE)
    alone = face("koseki", TARO.person_no, of=sources(replace(FAMILY, members=(TARO,))))
    assert alone.title == TITLE_WHOLE


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2019-05-01", "令和元年５月１日"),
        ("1901-02-29", "明治３４年２月２９日"),
        ("昭和２０年月日不詳", "昭和２０年月日不詳"),
        ("推定令和２年１２月２８日から１月３日までの間", "推定令和２年１２月２８日から１月３日までの間"),
        ("2019-05-01 ", "2019-05-01 "),
        ("昭和63-05-01", "昭和63-05-01"),
    ],
)
def test_a_known_day_is_printed_in_wareki_and_any_other_text_as_it_stands(value: str, shown: str) -> None:
    assert told(with_entries(Entry("出生", (("出生日", value),), date(2020, 1, 1))))[-1] == ("出生", [("【出生日】", shown)])


def test_a_very_long_value_goes_on_line_by_line_and_nothing_of_it_is_lost() -> None:
    of = with_entries(MISSING, TARO.entries[0])
    assert told(of)[-2] == entry_said(MISSING)
    assert sum(piece.strip == "more" for piece in of.pieces) == 4


def test_an_entry_without_rows_keeps_its_title() -> None:
    assert told(with_entries(Entry("戸籍消除", (), date(2020, 1, 1))))[-1] == ("戸籍消除", [("", "")])


def test_no_heading_stands_over_nothing() -> None:
    bare = face("koseki", of=sources(replace(FAMILY, entries=(), members=(replace(TARO, entries=()),))))
    assert {"koseki_items", "person_items"}.isdisjoint(piece.strip for piece in bare.pieces)


@pytest.mark.parametrize("kana", ["タロウ", None])
def test_kana_that_are_not_recorded_yet_are_not_printed(kana: str | None) -> None:
    person = replace(TARO, given_name_kana=kana, kana_recorded_on=None)
    of = face("koseki", of=sources(replace(FAMILY, members=(person,), family_name_kana_recorded_on=None)))
    assert not [text for text in texts(of) if "タロウ" in text or "ワタナベ" in text]
    assert (of.text("family_kana"), of.text("family_kana_recorded_on")) == (EMPTY, EMPTY)
    assert next(piece.strip for piece in of.pieces if piece.strip.startswith("person")) == "person"


def test_who_was_removed_is_marked_and_nobody_else() -> None:
    marks = {piece.text("name"): dict(piece.cells).get("removed") for piece in face("koseki").pieces if "name" in dict(piece.cells)}
    assert marks == {"太郎": None, "花子": None, "一郎": REMOVED, "𠮷男": REMOVED, "髙志": None, "小夜子": None}


def test_the_screen_tells_everybody_by_full_name_and_place() -> None:
    shown = [(one.name, one.relation, one.holder, one.choosable) for one in listed(sources(), policy("koseki"))]
    assert shown == [
        ("渡邉󠄐　太郎", "筆頭者", True, True),
        ("渡邉󠄐　花子", "妻", False, True),
        ("渡邉󠄐　一郎", "除籍", False, False),
        ("渡邉󠄐　𠮷男", "除籍", False, False),
        ("渡邉󠄐　髙志", "三男", False, True),
        ("渡邉󠄐　小夜子", "長女", False, True),
    ]


@pytest.mark.parametrize("chosen", [(ICHIRO.person_no,), (TARO.person_no, HANAKO.person_no), ()])
def test_one_who_was_removed_some_of_them_or_nobody_cannot_be_asked_for(chosen: tuple[str, ...]) -> None:
    answer = issue(sources(), KINDS["koseki"], policy("koseki"), Wanted(chosen, (), "koseki", None, "v1"), FORM, "1", "b", NOW)
    assert isinstance(answer, Declined)
    assert answer.code == "members_invalid"


def test_the_paper_about_everybody_is_refused_for_one_protected_person_and_another_ones_own_is_not() -> None:
    guarded = replace(FAMILY, members=(*FAMILY.members[:5], replace(SAYOKO, protection=Protection("support", date(2026, 4, 1), None))))
    everybody = Wanted(tuple(one.person_no for one in FAMILY.members), (), "koseki", None, "v1")
    answer = issue(sources(guarded), KINDS["koseki"], policy("koseki"), everybody, FORM, "1", "b", NOW)
    assert isinstance(answer, Declined)
    assert answer.code == NOT_ISSUABLE
    assert told(face("koseki", HANAKO.person_no, of=sources(guarded))) == registered(HANAKO)


def test_what_is_offered_before_choosing_is_bound_to_the_name_that_will_be_printed() -> None:
    found = sources(replace(FAMILY, members=(replace(TARO, given_name="太郎" * 60), HANAKO)))
    cutting = policy("koseki", overflow="cut")
    offered = offer(found, KINDS["koseki"], cutting, KEY, NOW)
    assert not isinstance(offered, Declined)
    name = face("koseki", of=found, policy_of=cutting).pieces[5].text("name")
    assert name.endswith("…")
    assert name[:-1] == ("太郎" * 60)[: len(name) - 1]
    assert offered.members[0].name == "渡邉󠄐　" + "太郎" * 60


def test_there_is_nothing_to_ask_for() -> None:
    assert options(sources(), ()) == ()
    assert KINDS["koseki"].options == ()


@pytest.mark.parametrize(
    ("text", "parted"),
    [
        ("", ("",)),
        ("一二三四五", ("一二三四五",)),
        ("一二三四五六", ("一二三四五", "六")),
        ("一二三四五、六", ("一二三四", "五、六")),
        ("一二三四五　六", ("一二三四", "五　六")),
        ("一二三四五１２３４５", ("一二三四五", "１２３４５")),
        ("一二三　四五六", ("一二三　", "四五六")),
        ("一　二三四五六", ("一　", "二三四五六")),
        ("一　二三　四五六", ("一　二三　", "四五六")),
        ("一　二三四五六七", ("一　二三四", "五六七")),
        ("1234567890一", ("1234567890", "一")),
        ("辻󠄀辻󠄀辻󠄀辻󠄀邉󠄐邉󠄐", ("辻󠄀辻󠄀辻󠄀辻󠄀邉󠄐", "邉󠄐")),
        ("、、、、、、、", ("、、、、、", "、、")),
        ("𠮷" * 11, ("𠮷" * 5, "𠮷" * 5, "𠮷")),
    ],
)
def test_a_line_holds_so_many_characters_and_begins_with_what_may_begin_one(text: str, parted: tuple[str, ...]) -> None:
    assert lines(text, 5) == parted
