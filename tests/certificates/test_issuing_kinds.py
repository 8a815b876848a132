"""Every kind on every form: offered, made, printed, read back equal, and taken by the gate; a wrong choice has its code; a cut name is one name from the offer to the paper."""

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from certificates import issuing
from certificates.back.code import verify_code
from certificates.back.content import sheet_contents
from certificates.checking import Expected, differences
from certificates.content.catalogue import CONTENTS
from certificates.drawing import DoesNotFit, sheets_of
from certificates.entitlement import Declined
from certificates.face import Face
from certificates.fingerprint import fingerprint
from certificates.fitting import CUT_MARK
from certificates.form.catalogue import FORMS
from certificates.issuing import Offered, texts
from certificates.kinds import KINDS
from certificates.printing import Hands, printed
from certificates.reading import face_of, read
from certificates.sources import Sources
from messages.refusals import TABLE
from tests.certificates import families
from tests.certificates.holders import BINDING, NUMBER, face, found, issued, offered, policy, wanted
from tests.certificates.papers import FORM, KEY, NOW, SIGNATURE
from tests.certificates.people import HANAKO, ICHIRO, RIN, TARO, household
from tests.certificates.refusal_vectors import contradicting, elsewhere
from tests.certificates.signature import documents

HANDS = Hands(documents.city(), ec.derive_private_key(7, ec.SECP256R1()))
PAPERS = [(kind.code, form.code) for kind in KINDS.values() for form in kind.forms]
EVERY_PAPER = pytest.mark.parametrize(("kind", "form"), PAPERS, ids=[form for _, form in PAPERS])


def choices(kind: str, of: Sources | None = None, **rules: Any) -> Offered:
    made = offered(kind, of, policy(kind, **rules))
    assert isinstance(made, Offered), made
    return made


def ordered(kind: str, of: Face, choice: Offered, chosen: tuple[str, ...], show: tuple[str, ...] = (), year: int | None = None) -> Expected:
    """What the center holds against the paper: all it was told before the paper was made."""
    people = [member for member in choice.members if member.id in chosen]
    return Expected(
        kind=kind, form=of.form, year=year, binding=BINDING, number=NUMBER, sheets=sheets_of(of), visit_key=KEY, show=show, signature=SIGNATURE,
        fingerprints=tuple(member.fingerprint for member in people), everybody=len(people) == len(choice.members),
    )  # fmt: skip


@pytest.mark.parametrize("all_shown", [False, True], ids=["plain", "all shown"])
@EVERY_PAPER
def test_what_is_offered_can_be_had_and_is_read_back_equal(kind: str, form: str, all_shown: bool) -> None:
    choice = choices(kind)
    show = choice.options if all_shown else ()
    of = face(kind, form=form, show=show)
    paper = printed(of, FORM, NOW, HANDS)
    assert face_of(read(paper.face)) == of
    assert paper.sheets == sheets_of(of) == len(paper.codes)
    everybody = tuple(member.id for member in choice.members)
    assert differences(paper.face, ordered(kind, of, choice, everybody, show, 2026 if KINDS[kind].yearly else None)) == ()
    contents = sheet_contents(of, NOW)
    assert [verify_code(code, HANDS.code_key.public_key()) for code in paper.codes] == list(contents)


@pytest.mark.parametrize("kind", ["juminhyo", "kisai_jiko", "koseki", "fuhyo"])
def test_a_paper_about_one_of_them_is_about_that_one(kind: str) -> None:
    choice = choices(kind)
    for member in (one for one in choice.members if one.choosable):
        of = face(kind, members=(member.id,))
        paper = printed(of, FORM, NOW, HANDS)
        assert differences(paper.face, ordered(kind, of, choice, (member.id,))) == ()
        others = [other for other in choice.members if other.id != member.id]
        assert all("members: person 1 is another" in differences(paper.face, ordered(kind, of, choice, (other.id,))) for other in others)


def test_the_same_values_print_the_same_bytes() -> None:
    assert printed(face("inkan"), FORM, NOW, HANDS).face == printed(face("inkan"), FORM, NOW, HANDS).face


def test_a_holder_who_lives_elsewhere_has_the_papers_of_the_koseki() -> None:
    for kind in ("koseki", "fuhyo"):
        assert face(kind, elsewhere()) == face(kind)
        assert choices(kind, elsewhere()) == choices(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_the_forms_the_municipality_has_are_offered_in_its_order(kind: str) -> None:
    forms = tuple(reversed([form.code for form in KINDS[kind].forms]))
    assert choices(kind, forms=forms).forms == forms
    assert choices(kind, forms=forms[:1]).forms == forms[:1]


EVERYBODY, ONE, TWO = ("0000000011", "0000000022", "0000000033", "0000000044"), ("0000000011",), ("0000000011", "0000000022")
K = families.NUMBERS

WRONG_CHOICES: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("juminhyo", {"form": "kisai_jiko"}, "form_invalid"),
    ("juminhyo", {"form": "passport"}, "form_invalid"),
    ("kazei", {"form": "juminhyo"}, "form_invalid"),
    ("juminhyo", {"year": 2026}, "year_invalid"),
    ("koseki", {"year": 2026}, "year_invalid"),
    ("kazei", {"year": 2024}, "year_invalid"),
    ("kazei", {"year": 2027}, "year_invalid"),
    ("inkan", {"show": ("sex",)}, "options_invalid"),
    ("koseki", {"show": ("honseki",)}, "options_invalid"),
    ("kazei", {"show": ("relation",)}, "options_invalid"),
    ("juminhyo", {"show": ("sex",)}, "options_invalid"),
    ("kisai_jiko", {"show": ("sex", "sex")}, "options_invalid"),
    ("inkan", {"members": TWO}, "members_invalid"),
    ("inkan", {"members": (HANAKO.atena_no,)}, "members_invalid"),
    ("kazei", {"members": TWO}, "members_invalid"),
    ("koseki", {"members": K[:2]}, "members_invalid"),
    ("fuhyo", {"members": K[:2]}, "members_invalid"),
    ("koseki", {"members": (K[2],)}, "members_invalid"),
    ("fuhyo", {"members": (K[2],)}, "members_invalid"),
    ("koseki", {"members": (K[0], K[0])}, "members_invalid"),
    ("koseki", {"members": ONE}, "members_invalid"),
    ("kisai_jiko", {"members": (*EVERYBODY, "0000000055")}, "members_invalid"),
)


@pytest.mark.parametrize(("kind", "asked", "code"), WRONG_CHOICES, ids=str)
def test_a_choice_that_was_not_offered_has_its_code(kind: str, asked: dict[str, Any], code: str) -> None:
    answer = issued(kind, **asked)
    assert isinstance(answer, Declined)
    assert answer.code == code
    assert code in TABLE


def test_a_yearly_paper_without_a_year_is_refused() -> None:
    of = found()
    answer = issued("kazei", of, want=replace(wanted("kazei", of), year=None))
    assert isinstance(answer, Declined)
    assert answer.code == "year_invalid"


@EVERY_PAPER
def test_a_choice_made_from_another_state_of_the_registers_is_refused(kind: str, form: str) -> None:
    of = found()
    want = wanted(kind, of, form=form)
    answer = issued(kind, replace(of, version="v2"), want=want)
    assert answer == Declined("register_changed", "another version")


@pytest.mark.parametrize("kind", ["inkan", "kazei"])
def test_a_holders_own_paper_is_the_holders_even_if_a_content_listed_others(kind: str) -> None:
    generous = replace(CONTENTS[kind], listed=CONTENTS["juminhyo"].listed)
    with patch.object(issuing, "CONTENTS", {**CONTENTS, kind: generous}):
        for members in ((HANAKO.atena_no,), (TARO.atena_no, HANAKO.atena_no)):
            assert issued(kind, members=members) == Declined("members_invalid", "somebody else than the holder")


def test_a_form_kept_for_the_counter_is_refused() -> None:
    assert isinstance(issued("juminhyo", rules=policy("juminhyo", forms=("juminhyo",)), form="kojinhyo"), Declined)
    assert isinstance(issued("kazei", rules=policy("kazei", forms=("shotoku",))), Declined)


def test_who_was_removed_from_the_koseki_stands_on_the_whole_paper_and_is_no_choice() -> None:
    for kind in ("koseki", "fuhyo"):
        assert [member.choosable for member in choices(kind).members] == [True, True, False, False, True, True]
        assert isinstance(issued(kind), Face)


# --- what is not printed when it cannot be


def lacking(*characters: str) -> Any:
    return lambda text: tuple(character for character in characters if character in text)


@pytest.mark.parametrize(
    ("kind", "missing", "found_early"),
    [
        ("juminhyo", "荘", True),
        ("kisai_jiko", "荘", True),
        ("inkan", "荘", True),
        ("kazei", "荘", True),
        ("kazei", "旧", False),  # the address of January 1
        ("koseki", "一丁目", True),  # 本籍
        ("koseki", "髙", False),
        ("fuhyo", "番", False),
        ("juminhyo", "芽", False),
    ],
)
def test_a_character_no_font_has_is_found_before_the_choice_where_it_stands_on_every_paper(kind: str, missing: str, found_early: bool) -> None:
    assert (offered(kind, missing=lacking(missing)) == Declined("not_issuable", "glyph missing")) is found_early
    assert issued(kind, missing=lacking(missing)) == Declined("not_issuable", "glyph missing")


def test_the_name_looked_at_before_the_choice_is_the_holders_own() -> None:
    assert isinstance(offered("juminhyo", found(HANAKO), missing=lacking("太")), Offered)
    assert isinstance(offered("juminhyo", found(HANAKO), missing=lacking("花")), Declined)
    assert offered("fuhyo", contradicting()) == Declined("not_issuable", "the holder is not on the paper")


# --- texts too long


LONG = "ＡＢＣＤＥＦＧＨＩＪ　" * 16
LONGER_THAN_ONE_FORM = "渡" * 80
"""Fits the name's cell of the 個人票 and not that of the 世帯連記式."""


def named(name: str) -> Sources:
    """The holder by this name, in every register."""
    koseki = tuple(replace(one, given_name=name) if one.person_no == K[0] else one for one in families.FAMILY.members)
    fuhyo = tuple(replace(one, given_name=name, name=f"渡邉　{name}") if one.person_no == K[0] else one for one in families.FUHYO.people)
    new = replace(TARO, name=name)
    return found(
        new, household(new, HANAKO, ICHIRO, RIN), koseki=replace(families.FAMILY, members=koseki), fuhyo=replace(families.FUHYO, people=fuhyo)
    )


@pytest.mark.parametrize("name", [LONG, LONGER_THAN_ONE_FORM, "見本　太郎"], ids=["too long", "too long for one form", "short"])
@EVERY_PAPER
def test_a_cut_name_is_the_same_name_in_the_offer_and_on_every_form(kind: str, form: str, name: str) -> None:
    of, rules = named(name), policy(kind, overflow="cut")
    choice = choices(kind, of, overflow="cut")
    made = face(kind, of, rules, form=form)
    paper = printed(made, FORM, NOW, HANDS)
    everybody = tuple(member.id for member in choice.members)
    assert differences(paper.face, ordered(kind, made, choice, everybody, (), 2026 if KINDS[kind].yearly else None)) == ()
    own = next(piece for piece in made.pieces if FORMS[form].strip(piece.strip).person)
    shown = own.text("name")
    assert shown == name or (shown.endswith(CUT_MARK) and name.startswith(shown.removesuffix(CUT_MARK)) and len(shown) > 8)
    assert (shown == name) is (name == "見本　太郎" or (name == LONGER_THAN_ONE_FORM and kind in FITS))
    assert fingerprint(KEY, shown, own.text("birth")) in {member.fingerprint for member in choice.members}


FITS = frozenset({"kazei", "inkan", "kisai_jiko", "koseki"})
"""Kinds on all of whose forms it fits."""


@EVERY_PAPER
def test_where_the_municipality_refuses_a_name_too_long_is_no_paper(kind: str, form: str) -> None:
    made = face(kind, named(LONG), form=form)
    with pytest.raises(DoesNotFit):
        printed(made, FORM, NOW, HANDS)


@pytest.mark.parametrize("kind", ["juminhyo", "kisai_jiko", "inkan", "kazei"])
def test_other_texts_too_long_are_cut_at_the_limit_with_a_mark(kind: str) -> None:
    of = found(home=replace(household(), address="見本県みほん市" * 40))
    made = face(kind, of, policy(kind, overflow="cut"))
    cut = [text for text in texts(made) if text.endswith(CUT_MARK)]
    assert len(cut) == 1
    assert ("見本県みほん市" * 40).startswith(cut[0].removesuffix(CUT_MARK))
    assert face_of(read(printed(made, FORM, NOW, HANDS).face)) == made
    with pytest.raises(DoesNotFit):
        printed(face(kind, of), FORM, NOW, HANDS)


def test_only_what_the_fingerprint_binds_is_cut_for_forms_it_does_not_stand_on() -> None:
    rin = replace(RIN, alias="林" * 80)
    of, rules = found(home=household(TARO, HANAKO, ICHIRO, rin)), policy("juminhyo", overflow="cut")
    shown = {form: face("juminhyo", of, rules, form=form).pieces[-1].text("alias") for form in ("juminhyo", "kojinhyo")}
    assert shown["juminhyo"].endswith(CUT_MARK)
    assert shown["kojinhyo"] == rin.alias


def test_nothing_that_fits_is_cut() -> None:
    for kind, form in PAPERS:
        assert face(kind, rules=policy(kind, overflow="cut"), form=form) == face(kind, form=form)


def test_what_was_not_asked_for_is_on_no_paper_of_the_resident_register() -> None:
    hidden = (TARO.my_number, TARO.juminhyo_code, "AB12345678CD", "同居人")
    for kind, form in PAPERS[:3]:
        written = "".join(texts(face(kind, form=form)))
        assert not [text for text in hidden if text in written]
