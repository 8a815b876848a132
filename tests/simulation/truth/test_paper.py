"""The truth about papers agrees with every paper that is right, and with none that has one text, one person or one picture changed."""

import zlib
from dataclasses import replace
from datetime import date, timedelta

import pytest

from certificates.face import Face
from certificates.kinds import KINDS
from certificates.stencil import Stencil, stencil_of
from registers.population import Population
from registers.residents.resident import Protection, Suppression
from simulation.truth.paper import forbidden, wrong_with
from simulation.truth.registers import Asked, Registers, registers_of
from simulation.world import START
from tests.simulation.truth.issued import Made, changed, made_up, papers_of

RESIDENTS = 200
FORMS = [form.code for kind in KINDS.values() for form in kind.forms]


@pytest.fixture(scope="module")
def city() -> Population:
    return made_up(3, RESIDENTS)


@pytest.fixture(scope="module")
def registers(city: Population) -> Registers:
    return registers_of(city)


@pytest.fixture(scope="module")
def papers(city: Population) -> dict[str, Made]:
    """For each form the paper with the most pieces that a holder of the cast may have, everything on it that can be asked for."""
    found: dict[str, Made] = {}
    for note in city.holders:
        for made in papers_of(city, note.atena_no, full=True):
            known = found.get(made.asked.form)
            if known is None or len(made.face.pieces) > len(known.face.pieces):
                found[made.asked.form] = made
    return found


def _holders(city: Population) -> list[str]:
    return [note.atena_no for note in city.holders] + list(city.ordinary)


@pytest.mark.parametrize("full", [True, False], ids=["everything", "nothing"])
def test_papers_of_the_cast_are_right(city: Population, registers: Registers, full: bool) -> None:
    made = [paper for note in city.holders for paper in papers_of(city, note.atena_no, full=full)]
    assert {paper.asked.form for paper in made} == set(FORMS)
    assert [(paper.asked, wrong) for paper in made if (wrong := _wrong(paper, registers))] == []


@pytest.mark.sweep
@pytest.mark.parametrize("seed", [1, 2, 5])
def test_every_paper_of_a_thousand_residents_is_right(seed: int) -> None:
    city = made_up(seed, 1000)
    registers = registers_of(city)
    made = 0
    for holder in _holders(city):
        for full in (True, False):
            for paper in papers_of(city, holder, full=full):
                made += 1
                assert _wrong(paper, registers) == [], paper.asked
    assert made > 5000


def _wrong(paper: Made, registers: Registers) -> list[str]:
    return wrong_with(paper.face, paper.asked, registers) + forbidden(paper.asked, registers, START)


@pytest.mark.parametrize("form", FORMS)
def test_one_text_changed_anywhere_is_noticed(papers: dict[str, Made], registers: Registers, form: str) -> None:
    paper = papers[form]
    tried = list(changed(paper.face))
    unheard = [what for what, face in tried if not wrong_with(face, paper.asked, registers)]
    assert len(tried) > 5
    assert unheard == []


@pytest.mark.parametrize("form", FORMS)
def test_another_title_another_form_and_another_year_are_noticed(papers: dict[str, Made], registers: Registers, form: str) -> None:
    face, asked = papers[form].face, papers[form].asked
    assert wrong_with(face, replace(asked, form="inkan" if form != "inkan" else "koseki"), registers) == ["another form than was asked for"]
    if KINDS[asked.kind].yearly:
        assert asked.year is not None
        for other in (asked.year - 1, asked.year + 1):
            assert wrong_with(face, replace(asked, year=other), registers)
        assert wrong_with(replace(face, title="非課税証明書" if face.title != "非課税証明書" else "課税証明書"), asked, registers)
    if asked.kind == "koseki":
        assert wrong_with(replace(face, title="戸籍個人事項証明書"), asked, registers) == ["speaks of another part of the 戸籍"]


@pytest.mark.parametrize("form", ["juminhyo", "kojinhyo", "kisai_jiko", "koseki", "fuhyo"])
def test_somebody_too_many_is_noticed(papers: dict[str, Made], registers: Registers, form: str) -> None:
    paper = papers[form]
    assert paper.asked.members == "all"
    assert "other people than were asked for" in wrong_with(paper.face, replace(paper.asked, members="self"), registers)


@pytest.mark.parametrize("form", ["juminhyo", "kojinhyo", "kisai_jiko", "fuhyo"])
def test_an_item_that_was_not_asked_for_is_noticed(papers: dict[str, Made], registers: Registers, form: str) -> None:
    paper = papers[form]
    for option in paper.asked.show:
        fewer = replace(paper.asked, show=tuple(code for code in paper.asked.show if code != option))
        assert wrong_with(paper.face, fewer, registers), option


@pytest.mark.parametrize("form", FORMS)
def test_somebody_elses_paper_is_noticed(city: Population, papers: dict[str, Made], registers: Registers, form: str) -> None:
    asked = papers[form].asked
    others = [
        made for holder in _holders(city)[:40] if holder != asked.holder for made in papers_of(city, holder, full=False) if made.asked.form == form
    ]
    strangers = [made for made in others if made.asked.members == "self" and not _same(registers, made.asked.holder, asked.holder)][:6]
    assert strangers
    for made in strangers:
        assert wrong_with(made.face, replace(made.asked, holder=asked.holder), registers), form


def _same(registers: Registers, one: str, other: str) -> bool:
    return registers.residents[one].household_no == registers.residents[other].household_no


# --- the imprint ---


def test_an_imprint_with_one_dot_changed_or_none_or_anothers_is_noticed(papers: dict[str, Made], registers: Registers) -> None:
    paper = papers["inkan"]
    imprint = paper.face.imprint
    assert imprint is not None
    others = [
        stencil_of(seal.imprint.png) for seal in registers.seals.values() if seal.imprint.png != registers.seals[paper.asked.holder].imprint.png
    ]
    for other in (None, others[0], _with_one_dot_changed(imprint)):
        assert wrong_with(replace(paper.face, imprint=other), paper.asked, registers) == ["another imprint than the registered one"]


def _with_one_dot_changed(imprint: Stencil) -> Stencil:
    rows = bytearray(zlib.decompress(imprint.packed))
    rows[len(rows) // 2] ^= 1
    return Stencil(imprint.width, imprint.height, zlib.compress(bytes(rows)))


# --- what may not be out ---


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("stop", ["support", "provisional", "co_protected", "suppressed"])
def test_a_paper_of_somebody_who_is_stopped_is_forbidden(papers: dict[str, Made], registers: Registers, form: str, stop: str) -> None:
    asked = papers[form].asked
    assert forbidden(asked, registers, START) == []
    assert forbidden(asked, _stopped(registers, asked.holder, stop), START)


def _stopped(registers: Registers, atena_no: str, stop: str) -> Registers:
    person = registers.residents[atena_no]
    if stop == "suppressed":
        marked = replace(person, suppressions=(Suppression(date(2026, 1, 1), date(2026, 2, 1), household=False, reason="x"),))
    else:
        marked = replace(person, protection=Protection(stop, date(2026, 1, 1), date(2026, 2, 1)))  # type: ignore[arg-type]
    home = registers.home(atena_no)
    members = tuple(marked if member.atena_no == atena_no else member for member in home.members)
    return replace(
        registers,
        residents={**registers.residents, atena_no: marked},
        households={**registers.households, home.household_no: replace(home, members=members)},
    )


@pytest.mark.parametrize("form", ["koseki", "fuhyo"])
def test_a_family_with_somebody_stopped_or_a_change_pending_is_forbidden(papers: dict[str, Made], registers: Registers, form: str) -> None:
    asked = papers[form].asked
    found = registers.koseki_of(asked.holder)
    assert found is not None
    koseki, own = found
    protection = Protection("support", date(2026, 1, 1), None)
    other = next(person for person in koseki.members if person is not own)
    members = tuple(replace(person, protection=protection) if person is other else person for person in koseki.members)
    for changed_koseki, why in (
        (replace(koseki, members=members), "a 戸籍 with somebody who is stopped"),
        (replace(koseki, change_pending=True), "a 戸籍 that is about to change, or is no more"),
        (replace(koseki, standing="removed"), "a 戸籍 that is about to change, or is no more"),
        (
            replace(koseki, members=tuple(replace(person, removed_on=date(2026, 1, 1)) if person is own else person for person in koseki.members)),
            "the 戸籍 of somebody who was removed from it",
        ),
    ):
        tampered = replace(registers, kosekis={**registers.kosekis, koseki.koseki_no: changed_koseki})
        assert forbidden(asked, tampered, START) == [why]


def test_a_seal_is_no_seal_from_the_second_of_its_cancellation_on(papers: dict[str, Made], registers: Registers) -> None:
    asked = papers["inkan"].asked
    for seconds, told in ((0, ["a seal that is not in force"]), (1, [])):
        cancelled = replace(registers.seals[asked.holder], cancelled_at=START + timedelta(seconds=seconds), cancelled_for="request")
        assert forbidden(asked, replace(registers, seals={**registers.seals, asked.holder: cancelled}), START) == told
    without = {number: seal for number, seal in registers.seals.items() if number != asked.holder}
    assert forbidden(asked, replace(registers, seals=without), START) == ["a seal that is not in force"]


def test_figures_of_somebody_who_declared_nothing_are_forbidden_but_a_dependants_blank_paper_is_not(city: Population, registers: Registers) -> None:
    undeclared = {(record.atena_no, record.year): record for record in city.tax if not record.declared}
    told = {key: forbidden(Asked(key[0], "kazei", "kazei", key[1], "self", ()), registers, START) for key in undeclared if _free(registers, key[0])}
    home = {key: {member.atena_no for member in registers.home(key[0]).members} for key in told}
    for key, wrong in told.items():
        dependant = undeclared[key].dependant_of in home[key]
        assert wrong == ([] if dependant else ["figures of somebody who declared nothing"])
    assert any(told.values()) and not all(told.values())


def _free(registers: Registers, atena_no: str) -> bool:
    return forbidden(Asked(atena_no, "juminhyo", "juminhyo", None, "self", ()), registers, START) == []


def test_a_face_says_which_form_it_is_on(papers: dict[str, Made]) -> None:
    assert {form: papers[form].face.form for form in FORMS} == {form: form for form in FORMS}
    assert all(isinstance(paper.face, Face) for paper in papers.values())
