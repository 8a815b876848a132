"""From the register to the choices, and from the choices to the face."""

from dataclasses import replace
from typing import Any

import pytest

from certificates.entitlement import Declined
from certificates.face import EMPTY, Face
from certificates.fingerprint import fingerprint
from certificates.issuing import Offered, Wanted, issue, offer, texts
from certificates.policy import Policy
from certificates.sources import Sources
from messages.refusals import TABLE, refuse
from registers.residents.resident import Household, Resident
from tests.certificates.people import (
    ALL_OPTIONS,
    FORM,
    HANAKO,
    ICHIRO,
    KEY,
    KIND,
    NOW,
    POLICY,
    PROTECTED,
    RIN,
    STOP,
    TARO,
    changed,
    household,
)

EVERYBODY = ("0000000011", "0000000022", "0000000033", "0000000044")
NUMBER, BINDING = "20261123 みほん市 001", "0193a1b2/ABCDE"


def no_font_has(*characters: str) -> Any:
    """A look at fonts that lack these characters."""
    return lambda text: tuple(character for character in characters if character in text)


def offered(home: Household, holder: Resident = TARO, policy: Policy = POLICY, lacking: tuple[str, ...] = ()) -> Offered | Declined:
    return offer(Sources(home.version, holder, home), KIND, policy, KEY, NOW, no_font_has(*lacking))


def issued(
    home: Household,
    members: tuple[str, ...] = EVERYBODY,
    show: tuple[str, ...] = (),
    *,
    holder: Resident = TARO,
    policy: Policy = POLICY,
    version: str = "v1",
    lacking: tuple[str, ...] = (),
) -> Face | Declined:
    wanted = Wanted(members, show, "juminhyo", None, version)
    return issue(Sources(home.version, holder, home), KIND, policy, wanted, FORM, NUMBER, BINDING, NOW, no_font_has(*lacking))


def face(home: Household, members: tuple[str, ...] = EVERYBODY, show: tuple[str, ...] = (), **more: Any) -> Face:
    made = issued(home, members, show, **more)
    assert isinstance(made, Face)
    return made


def code_of(answer: object) -> str | None:
    return answer.code if isinstance(answer, Declined) else None


# --- the choices


def test_the_whole_household_is_offered_in_the_papers_order() -> None:
    choices = offered(household(), HANAKO)
    assert isinstance(choices, Offered)
    assert [(member.id, member.name, member.relation, member.holder) for member in choices.members] == [
        ("0000000011", "見本　太郎", "世帯主", False),
        ("0000000022", "見本　花子", "妻", True),
        ("0000000033", "見本　一郎", "子", False),
        ("0000000044", "RIN MAY", "同居人", False),
    ]
    assert choices.register_version == "v1"


def test_the_fingerprints_offered_are_those_of_the_printed_paper() -> None:
    choices = offered(household())
    assert isinstance(choices, Offered)
    paper = face(household())
    assert [member.fingerprint for member in choices.members] == [fingerprint(KEY, one.text("name"), one.text("birth")) for one in paper.pieces]
    assert len({member.fingerprint for member in choices.members}) == 4


@pytest.mark.parametrize(("policy_copies", "copies"), [(3, 3), (10, 10), (99, 10)])
def test_copies_are_the_policys_within_the_kinds_limit(policy_copies: int, copies: int) -> None:
    choices = offered(household(), policy=replace(POLICY, copies_max=policy_copies))
    assert isinstance(choices, Offered)
    assert choices.copies_max == copies


def test_only_options_the_municipality_offers_and_somebody_can_fill_are_offered_in_the_kinds_order() -> None:
    policy = replace(POLICY, options=("residence_card", "honseki", "relation"))
    for home, options in ((household(), ("relation", "honseki", "residence_card")), (household(TARO, HANAKO), ("relation", "honseki"))):
        choices = offered(home, policy=policy)
        assert isinstance(choices, Offered)
        assert choices.options == options


def test_a_missing_glyph_of_the_holder_or_the_address_is_found_before_anything_is_chosen() -> None:
    assert offered(household(), lacking=("太",)) == Declined("not_issuable", "glyph missing")
    assert offered(household(), lacking=("荘",)) == Declined("not_issuable", "glyph missing")
    assert isinstance(offered(household(), lacking=("一郎",)), Offered)


# --- the paper

PAPER_RULES: tuple[tuple[tuple[str, ...], tuple[str, ...], str, str | None], ...] = (
    # members, options, version, code
    (EVERYBODY, ALL_OPTIONS, "v1", None),
    (EVERYBODY[1:2], (), "v1", None),
    (EVERYBODY, (), "v2", "register_changed"),
    (EVERYBODY, (), "", "register_changed"),
    ((), (), "v1", "members_invalid"),
    ((*EVERYBODY, "0000000011"), (), "v1", "members_invalid"),
    (("0000000055",), (), "v1", "members_invalid"),
    (("0000000011", "0000000055"), (), "v1", "members_invalid"),
    (EVERYBODY, ("blood_type",), "v1", "options_invalid"),
    (EVERYBODY, ("relation", "relation"), "v1", "options_invalid"),
    ((), ("blood_type",), "v2", "register_changed"),
)


@pytest.mark.parametrize(("members", "show", "version", "code"), PAPER_RULES, ids=str)
def test_each_rule_about_the_choice_has_its_code(members: tuple[str, ...], show: tuple[str, ...], version: str, code: str | None) -> None:
    assert code_of(issued(household(), members, show, version=version)) == code
    assert code is None or code in TABLE


def test_an_option_kept_for_the_counter_or_filled_by_nobody_is_not_printed() -> None:
    counter = replace(POLICY, options=("relation",))
    assert code_of(issued(household(), show=("my_number",), policy=counter)) == "options_invalid"
    assert code_of(issued(household(TARO, HANAKO), EVERYBODY[:2], ("nationality",))) == "options_invalid"


def test_the_face_says_what_was_chosen_and_nothing_more() -> None:
    paper = face(household(), ("0000000033", "0000000011"), ("relation",))
    assert [member.text("name") for member in paper.pieces] == ["見本　太郎", "見本　一郎"]  # the household's order, not the choice's
    assert paper.text("head_name") == "見本　太郎"
    assert paper.text("address") == "見本県みほん市本町一丁目１番１号　見本荘２０１号"
    assert (paper.form, paper.title, paper.number, paper.binding) == ("juminhyo", "住民票の写し", NUMBER, BINDING)
    assert tuple(paper.text(code) for code in ("issued_on", "certifier_title", "certifier_name", "seal_note")) == (
        "令和８年１１月２３日",
        "見本県みほん市長",
        "見本　一心",
        "この印は黒色です",
    )
    everything = "".join(texts(paper))
    for hidden in (TARO.my_number, TARO.juminhyo_code, "本町一丁目１番" + EMPTY, HANAKO.name, RIN.name, "AB12345678CD"):
        assert hidden not in everything


def test_the_head_is_named_only_when_asked_for() -> None:
    assert face(household(), EVERYBODY[1:2]).text("head_name") == EMPTY
    assert face(household(), EVERYBODY[1:2], ("relation",)).text("head_name") == "見本　太郎"


@pytest.mark.parametrize(
    ("members", "statement"),
    [
        (EVERYBODY, "この写しは、世帯全員の住民票の原本と相違ないことを証明する。"),
        (EVERYBODY[:3], "この写しは、世帯の一部の住民票の原本と相違ないことを証明する。"),
        (EVERYBODY[:1], "この写しは、世帯の一部の住民票の原本と相違ないことを証明する。"),
    ],
)
def test_the_statement_says_whether_it_is_the_whole_household(members: tuple[str, ...], statement: str) -> None:
    assert face(household(), members).text("statement") == statement


def test_somebody_who_lives_alone_is_the_whole_household() -> None:
    assert "世帯全員" in face(household(TARO), EVERYBODY[:1]).text("statement")


@pytest.mark.parametrize("title", ["みほん市長", "見本県みほん市長", "見本県みほん市長職務代理者"])
def test_the_prefecture_stands_before_the_title_once(title: str) -> None:
    wanted = Wanted(EVERYBODY, (), "juminhyo", None, "v1")
    made = issue(Sources("v1", TARO, household()), KIND, POLICY, wanted, replace(FORM, certifier_title=title), NUMBER, BINDING, NOW, no_font_has())
    assert isinstance(made, Face)
    assert made.text("certifier_title").count("見本県") == 1
    assert made.text("certifier_title").startswith("見本県みほん市長")


@pytest.mark.parametrize("lacking", ["太", "荘", "芽", "国", "心"])
def test_a_face_with_a_character_no_font_has_is_not_made(lacking: str) -> None:
    assert issued(household(), show=ALL_OPTIONS, lacking=(lacking,)) == Declined("not_issuable", "glyph missing")


def test_a_character_that_is_not_printed_stops_nothing() -> None:
    assert isinstance(issued(household(), EVERYBODY[:3], lacking=("芽",)), Face)
    assert isinstance(issued(household(), EVERYBODY, lacking=("国",)), Face)  # 見本国 was not asked for


def test_the_fonts_that_stand_here_are_asked_unless_told_otherwise() -> None:
    def whole(home: Household, holder: Resident, *show: str) -> Face | Declined:
        return issue(Sources("v1", holder, home), KIND, POLICY, Wanted(EVERYBODY, show, "juminhyo", None, "v1"), FORM, NUMBER, BINDING, NOW)

    assert whole(*changed(TARO, name="見本　\U0010de92")) == Declined("not_issuable", "glyph missing")
    assert isinstance(whole(household(), TARO, *ALL_OPTIONS), Face)
    home, holder = changed(TARO, name="辻󠄀　𠮷男髙﨑")
    assert isinstance(offer(Sources("v1", holder, home), KIND, POLICY, KEY, NOW), Offered)


# --- what must not be found out


@pytest.mark.parametrize("protection", PROTECTED.values(), ids=str)
@pytest.mark.parametrize("listed", [EVERYBODY, EVERYBODY[2:3], EVERYBODY[:2]], ids=["with", "only", "without"])
@pytest.mark.parametrize("holder", ["self", "other"])
def test_a_protected_member_and_a_pending_character_get_answers_equal_in_every_outward_field(
    protection: object, listed: tuple[str, ...], holder: str
) -> None:
    def outward(**changes: Any) -> list[object]:
        home, person = changed(ICHIRO, **changes)
        asks = person if holder == "self" else TARO
        answers = (offered(home, asks), issued(home, listed, ("relation",), holder=asks))
        return [refuse(answer.code) if isinstance(answer, Declined) else answer for answer in answers]

    assert outward(protection=protection) == outward(character_pending=True) == outward(suppressions=(STOP,))


@pytest.mark.parametrize("protection", PROTECTED.values(), ids=str)
def test_no_paper_lists_a_protected_person_or_names_them_as_its_head(protection: object) -> None:
    home, _ = changed(TARO, protection=protection)
    for members in (EVERYBODY, EVERYBODY[:1], EVERYBODY[1:]):
        for show in ((), ("relation",), ALL_OPTIONS):
            made = issued(home, members, show, holder=HANAKO)
            named = EVERYBODY[0] in members or "relation" in show
            assert code_of(made) == ("not_issuable" if named else None)


def test_the_register_is_asked_again_when_the_paper_is_made() -> None:
    """Stopped one second before the request: refused (domain facts 12.10), although the choices were offered."""
    assert isinstance(offered(household()), Offered)
    home, holder = changed(TARO, suppressions=(STOP,))
    assert code_of(issued(replace(home, version="v2"), holder=holder)) == "not_issuable"
