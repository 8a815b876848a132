"""戸籍の附票 on paper: names by the rule of 本籍・筆頭者, every address, and nothing that the 附票 does not have of somebody."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from certificates.content.fuhyo import STATEMENT_ONE, STATEMENT_WHOLE, listed, options
from certificates.entitlement import Declined
from certificates.face import EMPTY, Face, Piece
from certificates.issuing import offer, texts
from certificates.kinds import KINDS
from certificates.sources import Sources
from registers.koseki.fuhyo import FuhyoAddress, FuhyoPerson
from registers.koseki.koseki import KosekiPerson
from tests.certificates.families import FAMILY, FATHER, FUHYO, HANAKO, HONSEKI, ICHIRO, LONG_HOME, SAYOKO, TARO, face, policy, sources
from tests.certificates.papers import KEY, NOW

SHOWS = [(), ("honseki",), ("juminhyo_code",), ("honseki", "juminhyo_code")]
ONE = FUHYO.people[0]


def people(of: Face) -> list[dict[str, str]]:
    """Each person's cells."""
    return [dict(piece.cells) for piece in of.pieces if piece.strip.startswith("person")]


def addresses(pieces: Iterable[Piece]) -> list[list[tuple[str, str]]]:
    """Each person's (address, since), the lines of an address put together."""
    found: list[list[tuple[str, str]]] = []
    for piece in pieces:
        if piece.strip == "address":
            found[-1].append((piece.text("address"), piece.text("address_since")))
        elif piece.strip == "more":
            address, since = found[-1].pop()
            found[-1].append((address + piece.text("address_goes_on"), since))
        else:
            found.append([])
    return found


def with_person(**changes: Any) -> Sources:
    """The family in which 一郎, who may have been removed, is another."""
    koseki = {name: change for name, change in changes.items() if name == "removed_on"}
    changed = tuple(replace(one, **changes) if one.person_no == ICHIRO.person_no else one for one in FUHYO.people)
    members = tuple(replace(one, **koseki) if one.person_no == ICHIRO.person_no else one for one in FAMILY.members)
    return sources(replace(FAMILY, members=members), replace(FUHYO, people=changed))


def test_without_honseki_everybody_stands_by_full_name_and_the_koseki_is_not_told() -> None:
    of = face("fuhyo")
    assert [one["family_name"] + "　" + one["name"] for one in people(of)] == [person.name for person in FUHYO.people]
    assert (of.text("honseki"), of.text("hittousha"), of.text("made_on")) == (EMPTY, EMPTY, "平成１７年１１月１２日")
    assert not [text for text in texts(of) if HONSEKI in text or FATHER in text]


def test_with_honseki_everybody_stands_by_given_name_alone() -> None:
    of = face("fuhyo", show=("honseki",))
    assert [(one["family_name"], one["name"]) for one in people(of)] == [(EMPTY, person.given_name) for person in FUHYO.people]
    assert (of.text("honseki"), of.text("hittousha")) == (HONSEKI, FATHER)


@pytest.mark.parametrize("show", SHOWS)
def test_the_cells_that_the_fingerprint_binds_do_not_depend_on_what_is_asked_for(show: tuple[str, ...]) -> None:
    stated = [(one.printed_name, one.printed_birth) for one in listed(sources(), policy("fuhyo"))]
    assert [(one["name"], one["birth"]) for one in people(face("fuhyo", show=show))] == stated


@pytest.mark.parametrize("show", SHOWS)
def test_the_code_stands_only_when_it_was_asked_for(show: tuple[str, ...]) -> None:
    shown = [one["juminhyo_code"] for one in people(face("fuhyo", show=show))]
    assert shown == [(person.juminhyo_code if "juminhyo_code" in show else None) or EMPTY for person in FUHYO.people]


@pytest.mark.parametrize(
    ("removed_on", "birth", "sex", "code"),
    [
        (date(2022, 1, 10), EMPTY, EMPTY, EMPTY),
        (date(2022, 1, 11), "平成元年１月８日", "男", EMPTY),
        (date(2024, 5, 26), "平成元年１月８日", "男", EMPTY),
        (date(2024, 5, 27), "平成元年１月８日", "男", "32345678901"),
        (None, "平成元年１月８日", "男", "32345678901"),
    ],
)
def test_who_was_removed_before_an_item_came_has_none_whatever_the_register_holds(removed_on: date | None, birth: str, sex: str, code: str) -> None:
    found = with_person(removed_on=removed_on, birth="1989-01-08", sex="男", juminhyo_code="32345678901")
    shown = people(face("fuhyo", show=("juminhyo_code",), of=found))[2]
    assert (shown["birth"], shown["sex"], shown["juminhyo_code"]) == (birth, sex, code)
    assert listed(found, policy("fuhyo"))[2].printed_birth == birth


def test_every_address_stands_in_order_and_a_long_one_goes_on() -> None:
    of = face("fuhyo")
    since = {
        "1988-05-05": "昭和６３年５月５日",
        "2010-03-03": "平成２２年３月３日",
        "2019-05-01": "令和元年５月１日",
        "1996-07-07": "平成８年７月７日",
    }
    assert addresses(of.pieces) == [[(one.address, since.get(one.since, one.since)) for one in person.addresses] for person in FUHYO.people]
    assert LONG_HOME.address in [address for address, _ in addresses(of.pieces)[0]]
    assert "more" in [piece.strip for piece in of.pieces]


def test_an_unknown_day_stands_as_registered() -> None:
    found = with_person(addresses=(FuhyoAddress("不明", "昭和２０年月日不詳"),))
    assert addresses(face("fuhyo", of=found).pieces)[2] == [("不明", "昭和２０年月日不詳")]


def test_who_was_removed_is_marked_and_cannot_be_asked_for_alone() -> None:
    assert [one.get("removed") for one in people(face("fuhyo"))] == [None, None, "除籍", "除籍", None, None]
    assert [one.choosable for one in listed(sources(), policy("fuhyo"))] == [True, True, False, False, True, True]


@pytest.mark.parametrize("person", [TARO, HANAKO, SAYOKO], ids=lambda person: person.given_name)
def test_a_paper_about_one_says_nothing_of_the_others(person: KosekiPerson) -> None:
    of = face("fuhyo", person.person_no)
    assert [one["name"] for one in people(of)] == [person.given_name]
    own = FUHYO.person(person.person_no)
    assert own is not None
    assert [address for address, _ in addresses(of.pieces)[0]] == [one.address for one in own.addresses]
    assert (of.text("statement"), face("fuhyo").text("statement")) == (STATEMENT_ONE, STATEMENT_WHOLE)


def test_the_screen_tells_everybody_by_full_name_and_place() -> None:
    shown = [(one.name, one.relation, one.holder) for one in listed(sources(), policy("fuhyo"))]
    assert shown[0] == ("渡邉󠄐　太郎", "筆頭者", True)
    assert [relation for _, relation, _ in shown] == ["筆頭者", "妻", "除籍", "除籍", "三男", "長女"]
    alone = Sources("v1", None, None, ONE.person_no, None, FUHYO)
    assert [one.relation for one in listed(alone, policy("fuhyo"))] == ["", "", "除籍", "除籍", "", ""]


def test_the_code_is_offered_only_where_somebody_has_one_here() -> None:
    codeless = replace(FUHYO, people=tuple(replace(one, juminhyo_code=None) for one in FUHYO.people))
    before = replace(ONE, removed_on=date(2024, 5, 26))
    offered = ("honseki", "juminhyo_code")
    assert options(sources(), offered) == offered
    assert options(sources(fuhyo=codeless), offered) == ("honseki",)
    assert options(sources(fuhyo=replace(FUHYO, people=(before,))), offered) == ("honseki",)


@pytest.mark.parametrize("name", ["渡邉󠄐　次郎", "太郎", "太郎　渡邉󠄐", "　太郎"])
def test_a_name_that_does_not_end_in_its_given_name_gives_no_paper(name: str) -> None:
    wrong: tuple[FuhyoPerson, ...] = (replace(ONE, name=name), *FUHYO.people[1:])
    answer = offer(sources(fuhyo=replace(FUHYO, people=wrong)), KINDS["fuhyo"], policy("fuhyo"), KEY, NOW)
    assert isinstance(answer, Declined)
    assert answer.code == "not_issuable"
