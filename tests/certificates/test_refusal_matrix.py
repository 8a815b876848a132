"""The refusal matrix: rule × kind → code, by test vectors, equal to the code and to the page that tells it; and nothing of a protection can be found out."""

from dataclasses import replace
from pathlib import Path

import pytest

from certificates.drawing import DoesNotFit, draw
from certificates.entitlement import RULES, Case, Declined, entitled
from certificates.kinds import KINDS
from messages.refusals import TABLE
from tests.certificates.holders import issued, offered, policy, wanted
from tests.certificates.papers import FORM
from tests.certificates.people import NOW
from tests.certificates.refusal_vectors import ALL, ISSUED, VECTORS, Vector

PAGE = Path(__file__).parents[2] / "docs" / "refusals.md"
BEGIN, END = "<!-- matrix -->\n", "<!-- end of matrix -->\n"


def answer(vector: Vector, kind: str) -> Declined | None:
    """The first refusal on the way from the choices to the paper."""
    sources, rules = vector.sources(), policy(kind, **vector.policy)
    choices = offered(kind, sources, rules)
    if isinstance(choices, Declined):
        return choices
    members = tuple(person.atena_no for person in vector.people)
    if KINDS[kind].register == "koseki" and sources.koseki:
        members = tuple(person.person_no for person in sources.koseki.members if person.atena_no in members)
    members = () if KINDS[kind].chosen == "holder" else members
    show = tuple(option for option in vector.show if option in choices.options)
    asked = wanted(kind, sources, members, show, year=vector.year if KINDS[kind].yearly else None)
    made = issued(kind, sources, rules, want=asked)
    if isinstance(made, Declined):
        return made
    if vector.drawn:
        try:
            draw(made, FORM, NOW)
        except DoesNotFit:
            return Declined("not_issuable", "does not fit")  # as the issuer's press is answered
    return None


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_every_cell_of_the_matrix(vector: Vector) -> None:
    answers = {kind: answer(vector, kind) for kind in ALL}
    assert {kind: one.code if one else ISSUED for kind, one in answers.items()} == vector.codes
    assert all(one.code in TABLE for one in answers.values() if one)


@pytest.mark.parametrize("vector", [vector for vector in VECTORS if vector.rule in {rule.name for rule in RULES}], ids=lambda vector: vector.name)
def test_the_rule_that_is_named_is_the_one_that_declines(vector: Vector) -> None:
    """It is the first that says anything, and what it says is the answer."""
    declining = set()
    for kind in ALL:
        yearly = KINDS[kind].yearly
        for year in (None, vector.year or 2026) if yearly else (None,):
            case = Case(vector.sources(), KINDS[kind], policy(kind, **vector.policy), NOW, year)
            first = next((rule for rule in RULES if (rule.registers is None or KINDS[kind].register in rule.registers) and rule.look(case)), None)
            declining |= {first.name} if first is not None else set()
            assert entitled(case) == (first.look(case) if first is not None else None)
    assert vector.rule in declining


def test_every_rule_has_a_vector_and_every_vector_another_name() -> None:
    elsewhere = {"-", "listable", "offer", "issue", "drawing"}
    assert {rule.name for rule in RULES} | elsewhere == {vector.rule for vector in VECTORS}
    assert len({vector.name for vector in VECTORS}) == len({vector.ja for vector in VECTORS}) == len(VECTORS)


@pytest.mark.parametrize("kind", ALL)
def test_who_is_stopped_for_whatever_reason_gets_one_answer(kind: str) -> None:
    """Protection of every level, a stop, a pending character, a missing glyph: nothing but the inward reason differs."""
    answers = [answer(vector, kind) for vector in VECTORS if vector.codes[kind] == "not_issuable"]
    assert len(answers) > 20
    outward = {replace(one, reason="") for one in answers if one}
    assert outward == {Declined("not_issuable", "")}
    assert len({one.reason for one in answers if one}) >= 5
    assert None not in answers


@pytest.mark.parametrize("kind", ["juminhyo", "kisai_jiko", "koseki", "fuhyo"])
def test_somebody_elses_stop_changes_nothing_of_the_choices(kind: str) -> None:
    ordinary = offered(kind, Vector("", "", "", {}).sources())
    elses = [vector for vector in VECTORS if vector.rule == "listable" and vector.name.startswith(("listed member", "same 戸籍", "removed from"))]
    assert len(elses) > 10
    for vector in elses:
        choices = offered(kind, vector.sources())
        if isinstance(choices, Declined):
            assert (kind, choices.code) in {("juminhyo", "not_registered"), ("kisai_jiko", "not_registered")}
        else:
            assert choices == ordinary, vector.name


def test_no_reason_holds_a_name_or_a_number() -> None:
    found = {one.reason for vector in VECTORS for kind in ALL if (one := answer(vector, kind))}
    assert len(found) > 20
    assert not [reason for reason in found if any(character.isdigit() for character in reason) or "見本" in reason or "太郎" in reason]


# --- the page


def matrix() -> str:
    """The generated part of docs/refusals.md."""
    lines = ["| きまり | 規則 | " + " | ".join(KINDS[kind].title.partition("（")[0] for kind in ALL) + " |", "|---|---|" + "---|" * len(ALL)]
    lines += [f"| {vector.ja} | {vector.rule} | " + " | ".join(_cell(vector.codes[kind]) for kind in ALL) + " |" for vector in VECTORS]
    used = sorted({code for vector in VECTORS for code in vector.codes.values()} - {ISSUED})
    lines += ["", "| コード | 画面の文 | 状態 |", "|---|---|---|", *(f"| `{code}` | {TABLE[code].ja} | {TABLE[code].status} |" for code in used)]
    return "\n".join(lines) + "\n"


def _cell(code: str) -> str:
    return "交付" if code == ISSUED else f"`{code}`"


def test_the_page_tells_the_matrix_as_it_is() -> None:
    page = PAGE.read_text("utf-8")
    told = page.partition(BEGIN)[2].partition(END)[0]
    assert told == matrix(), "put what tests.certificates.test_refusal_matrix.matrix() gives between the page's two marks"
