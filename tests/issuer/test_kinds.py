"""Every kind at the desk, from the registers to the told outcome: offered, ordered, issued, repeated, ended; and every refusal that a kind adds."""

from datetime import UTC, timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from certificates.back.code import verify_code
from certificates.kinds import KINDS
from certificates.reading import Paper, read
from certificates.signature.strict import verify
from issuer.desk import Desk
from issuer.issue_history import life
from issuer.press import InlinePress
from issuer.refusal_log import refusals
from messages.orders import ChoicesOffered, Issued, OutcomeNoted
from messages.refusals import Refusal
from storage.sqlite import SqliteStore
from tests.issuer import town
from tests.issuer.books import GONE, OUTSIDER, person_no
from tests.issuer.town import (
    ALONE,
    BESIDE_PROTECTED,
    CENTER,
    CHILD,
    DECLARED,
    FATHER,
    MOTHER,
    NOW,
    PROTECTED,
    SINCE,
    TWIN,
    ask,
    atena,
    document_keys,
    faces,
    hands,
    issuer,
    order,
    policy_of,
    tell,
)


@pytest.fixture
def desk(town_hall: SqliteStore) -> Desk:
    return Desk(issuer(), town_hall, InlinePress(hands()), DECLARED)


async def choices(desk: Desk, number: int, kind: str) -> ChoicesOffered:
    offered = await desk.answer(ask(number, f"visit-{number}", kind), CENTER, NOW)
    assert isinstance(offered, ChoicesOffered), offered
    return offered


async def refused(desk: Desk, message: object) -> str:
    reply = await desk.answer(message, CENTER, NOW)  # type: ignore[arg-type]
    assert isinstance(reply, Refusal), reply
    return reply.code


async def reason(store: SqliteStore) -> str:
    """Why the last refusal was given."""
    logged = await store.read(refusals, NOW - timedelta(days=1), NOW + timedelta(days=1))
    assert len(logged) == 1
    return logged[0].refused.reason


def texts(paper: Paper) -> str:
    cells = (cell for sheet in paper.sheets for cell in (*sheet.texts, *(cell for piece in sheet.pieces for cell in piece.cells)))
    return "\n".join(text for _, text in cells)


PAPERS: list[tuple[str, str, int, tuple[int | str, ...], int | None, str, tuple[str, ...]]] = [
    ("juminhyo", "juminhyo", FATHER, (FATHER, MOTHER), None, "住民票の写し", ("見本　太郎", "見本　花子")),
    ("juminhyo", "kojinhyo", FATHER, (FATHER, CHILD), None, "住民票の写し", ("見本　太郎", "見本　一子")),
    ("kisai_jiko", "kisai_jiko", ALONE, (ALONE,), None, "住民票記載事項証明書", ("髙橋　𠮷男",)),
    ("inkan", "inkan", FATHER, (FATHER,), None, "印鑑登録証明書", ("見本　太郎",)),
    ("koseki", "koseki", FATHER, tuple(map(person_no, (FATHER, MOTHER, CHILD, GONE))), None, "戸籍全部事項証明書", ("太郎", "花子", "一子", "桜")),
    ("koseki", "koseki", MOTHER, (person_no(CHILD),), None, "戸籍個人事項証明書", ("一子",)),
    ("koseki", "koseki", OUTSIDER, (person_no(OUTSIDER),), None, "戸籍全部事項証明書", ("梅",)),
    ("fuhyo", "fuhyo", FATHER, tuple(map(person_no, (FATHER, MOTHER, CHILD, GONE))), None, "戸籍の附票の写し", ("太郎", "花子", "一子", "桜")),
    ("fuhyo", "fuhyo", OUTSIDER, (person_no(OUTSIDER),), None, "戸籍の附票の写し", ("梅",)),
    ("kazei", "kazei", FATHER, (FATHER,), 2026, "課税証明書", ("見本　太郎", "令和８年度")),
    ("kazei", "shotoku", FATHER, (FATHER,), 2025, "所得証明書", ("見本　太郎", "令和７年度")),
    ("kazei", "shotoku_kazei", FATHER, (FATHER,), 2024, "所得・課税証明書", ("見本　太郎", "令和６年度")),
]


@pytest.mark.parametrize(("kind", "form", "holder", "members", "year", "title", "said"), PAPERS)
async def test_every_kind_is_offered_ordered_issued_repeated_and_ended(
    desk: Desk,
    town_hall: SqliteStore,
    kind: str,
    form: str,
    holder: int,
    members: tuple[int | str, ...],
    year: int | None,
    title: str,
    said: tuple[str, ...],
) -> None:
    offered = await choices(desk, holder, kind)
    ordered = order("r1", holder, offered, members=members, form=form, year=year, copies=2)
    issued = await desk.answer(ordered, CENTER, NOW)
    assert isinstance(issued, Issued), issued
    for paper, asked in zip(issued.papers, ordered.papers, strict=True):
        shown = read(paper.face)
        assert {sheet.text("title") for sheet in shown.sheets} == {title} and {sheet.form for sheet in shown.sheets} == {form}
        assert {sheet.text("binding") for sheet in shown.sheets} == {asked.binding}
        assert all(text in texts(shown) for text in said), texts(shown)
        assert len(shown.sheets) == paper.sheets == len(paper.codes)
    assert await desk.answer(ordered, CENTER, NOW + timedelta(seconds=75)) == issued
    assert await desk.answer(tell(ordered, "printed"), CENTER, NOW) == OutcomeNoted(issuance_id="r1-1")
    assert await refused(desk, ordered) == "already_printed"
    found = await town_hall.read(life, "r1-1")
    assert found is not None
    line, events = found
    listed = tuple(atena(one) if isinstance(one, int) else one for one in members)
    assert (line.kind, line.form, line.year, line.members) == (kind, form, year, listed)
    assert line.holder_no == (person_no(OUTSIDER) if holder == OUTSIDER else atena(holder))
    assert [event.state for event in events] == ["reserved", "made", "printed"]


async def test_every_face_and_code_is_signed_by_the_municipality(desk: Desk) -> None:
    keys = document_keys()
    for kind, form, holder, members, year, _, _ in PAPERS[::3]:
        issued = await desk.answer(
            order(f"r-{form}".replace("_", "-"), holder, await choices(desk, holder, kind), members=members, form=form, year=year), CENTER, NOW
        )
        (face,) = faces(issued)
        by = verify(face, (keys.authority.certificate,), NOW)
        assert (by.role, by.name, by.at) == ("municipality", town.MUNICIPALITY, NOW)
        assert isinstance(issued, Issued)
        for part, code in enumerate(issued.papers[0].codes, 1):
            sheet = verify_code(code, keys.code_key.public_key())
            assert (sheet.number, sheet.part, sheet.made_at.astimezone(UTC)) == (issued.papers[0].number, part, NOW.astimezone(UTC))


async def test_the_choices_of_a_koseki_are_its_people_with_their_numbers_there_and_who_left_cannot_be_chosen_alone(desk: Desk) -> None:
    offered = await choices(desk, MOTHER, "koseki")
    assert [member.member_id for member in offered.members] == [person_no(one) for one in (FATHER, MOTHER, CHILD, GONE)]
    assert [member.holder for member in offered.members] == [False, True, False, False]
    assert [member.choosable for member in offered.members] == [True, True, True, False]
    assert await refused(desk, order("r1", MOTHER, offered, members=(person_no(GONE),))) == "members_invalid"
    assert await refused(desk, order("r2", MOTHER, offered, members=(person_no(FATHER), person_no(CHILD)))) == "members_invalid"


async def test_a_card_that_is_registered_for_use_opens_the_koseki_alone(desk: Desk) -> None:
    for kind in ("juminhyo", "kisai_jiko", "inkan", "kazei"):
        assert await refused(desk, ask(OUTSIDER, f"visit-{kind}".replace("_", "-"), kind)) == "not_registered"


async def test_the_years_offered_are_those_the_register_has_and_the_law_has_opened(desk: Desk) -> None:
    assert (await choices(desk, FATHER, "kazei")).years == (2026, 2025, 2024)
    before = await desk.answer(ask(FATHER, "v", "kazei"), CENTER, NOW.replace(month=6, day=2))
    assert isinstance(before, ChoicesOffered) and before.years == (2025, 2024)


@pytest.mark.parametrize(
    ("kind", "holder", "code", "why"),
    [
        ("inkan", MOTHER, "no_seal", "no seal"),
        ("inkan", ALONE, "no_seal", "seal cancelled"),
        ("inkan", PROTECTED, "not_issuable", "protected"),
        ("koseki", TWIN, "koseki_not_here", "no 戸籍 of the holder"),
        ("koseki", town.SECOND_TWIN, "koseki_not_here", "no 戸籍 of the holder"),
        ("koseki", ALONE, "koseki_pending", "a notification is not entered yet"),
        ("koseki", PROTECTED, "not_issuable", "protected"),
        ("koseki", 999, "not_registered", "serial unknown"),
        ("fuhyo", ALONE, "koseki_pending", "a notification is not entered yet"),
        ("fuhyo", PROTECTED, "not_issuable", "protected"),
        ("kazei", town.SECOND_TWIN, "tax_not_here", "no record of a year that is open"),
        ("kazei", TWIN, "tax_not_here", "no record of a year that is open"),
        ("kazei", ALONE, "tax_undeclared", "income not declared"),
        ("kazei", MOTHER, "tax_undeclared", "income not declared"),
        ("kazei", PROTECTED, "not_issuable", "protected"),
        ("kisai_jiko", PROTECTED, "not_issuable", "protected"),
    ],
)
async def test_what_the_registers_refuse_is_refused_with_its_code_and_its_reason_is_logged(
    desk: Desk, town_hall: SqliteStore, kind: str, holder: int, code: str, why: str
) -> None:
    assert await refused(desk, ask(holder, "visit-1", kind)) == code
    assert await reason(town_hall) == why


async def test_a_koseki_that_would_list_a_protected_person_is_refused_and_one_of_somebody_else_is_not(desk: Desk, town_hall: SqliteStore) -> None:
    for kind in ("koseki", "fuhyo"):
        offered = await choices(desk, BESIDE_PROTECTED, kind)
        assert [member.member_id for member in offered.members] == [person_no(PROTECTED), person_no(BESIDE_PROTECTED)], (
            "nobody is left out of the list"
        )
        everybody = order(f"r-{kind}", BESIDE_PROTECTED, offered, members=tuple(member.member_id for member in offered.members))
        assert await refused(desk, everybody) == "not_issuable"
        alone = await desk.answer(order(f"s-{kind}", BESIDE_PROTECTED, offered), CENTER, NOW)
        assert isinstance(alone, Issued)


@pytest.mark.parametrize(
    ("kind", "change", "code"),
    [
        ("kazei", {"form": "juminhyo"}, "form_invalid"),
        ("kazei", {"form": ""}, "form_invalid"),
        ("kazei", {"year": None}, "year_invalid"),
        ("kazei", {"year": 2027}, "year_invalid"),
        ("kazei", {"year": 2023}, "year_invalid"),
        ("kazei", {"members": (atena(MOTHER),)}, "members_invalid"),
        ("inkan", {"members": (atena(MOTHER),)}, "members_invalid"),
        ("inkan", {"year": 2026}, "year_invalid"),
        ("koseki", {"members": (person_no(OUTSIDER),)}, "members_invalid"),
        ("koseki", {"members": (atena(FATHER),)}, "members_invalid"),
        ("fuhyo", {"show": ("my_number",)}, "options_invalid"),
        ("juminhyo", {"kind": "kisai_jiko"}, "form_invalid"),
    ],
)
async def test_an_order_for_what_was_not_offered_is_refused_and_takes_no_number(
    desk: Desk, town_hall: SqliteStore, kind: str, change: dict[str, object], code: str
) -> None:
    bad = msgspec.structs.replace(order("r1", FATHER, await choices(desk, FATHER, kind)), **change)
    assert await refused(desk, bad) == code
    assert await town_hall.read(life, "r1-1") is None


async def test_a_kind_is_offered_from_its_day_on_and_not_after_it_was_withdrawn(town_hall: SqliteStore) -> None:
    tomorrow = NOW.date() + timedelta(days=1)
    planned = Desk(issuer(koseki=((tomorrow, policy_of(KINDS["koseki"])),)), town_hall, InlinePress(hands()), DECLARED)
    assert await refused(planned, ask(FATHER, "visit-1", "koseki")) == "kind_unknown"
    assert await reason(town_hall) == "not offered today"
    offered = await planned.answer(ask(FATHER, "visit-2", "koseki"), CENTER, NOW + timedelta(days=1))
    assert isinstance(offered, ChoicesOffered)
    early = order("r1", FATHER, offered)
    assert await refused(planned, early) == "kind_unknown", "an order on a day before it"
    withdrawn = Desk(issuer(koseki=None), town_hall, InlinePress(hands()), DECLARED)
    assert await refused(withdrawn, early) == "kind_unknown"
    assert await refused(withdrawn, ask(FATHER, "visit-3", "koseki")) == "kind_unknown"
    assert await town_hall.read(life, "r1-1") is None


async def test_a_paper_made_under_yesterdays_policy_is_repeated_as_it_was(town_hall: SqliteStore) -> None:
    """A policy that begins between a paper and its repeat neither changes what was made nor takes it back, unless it forbids it."""
    tomorrow = NOW.date() + timedelta(days=1)
    juminhyo = KINDS["juminhyo"]
    fewer = ((SINCE, policy_of(juminhyo)), (tomorrow, policy_of(juminhyo, copies_max=1)))
    desk = Desk(issuer(juminhyo=fewer), town_hall, InlinePress(hands()), DECLARED)
    offered = await choices(desk, FATHER, "juminhyo")
    one, two = order("r1", FATHER, offered), order("r2", FATHER, offered, copies=2)
    made = await desk.answer(one, CENTER, NOW)
    assert isinstance(made, Issued) and isinstance(await desk.answer(two, CENTER, NOW), Issued)
    assert await desk.answer(one, CENTER, NOW + timedelta(days=1)) == made
    late = await desk.answer(two, CENTER, NOW + timedelta(days=1))
    assert isinstance(late, Refusal) and late.code == "order_void"


async def test_a_dependant_without_income_gets_a_paper_where_the_municipality_issues_it(town_hall: SqliteStore) -> None:
    policy = policy_of(KINDS["kazei"], undeclared="blank_for_dependants")
    desk = Desk(issuer(kazei=policy), town_hall, InlinePress(hands()), DECLARED)
    issued = await desk.answer(order("r1", MOTHER, await choices(desk, MOTHER, "kazei")), CENTER, NOW)
    assert "非課税証明書" in texts(read(faces(issued)[0]))
    assert await refused(desk, ask(ALONE, "v", "kazei")) == "tax_undeclared", "not a dependant"


async def test_a_code_signed_by_anybody_else_is_not_the_municipalitys(desk: Desk) -> None:
    """The guard of the test above: its check can fail."""
    issued = await desk.answer(order("r1", FATHER, await choices(desk, FATHER, "inkan")), CENTER, NOW)
    assert isinstance(issued, Issued)
    stranger = ec.derive_private_key(5, ec.SECP256R1()).public_key()
    with pytest.raises(ValueError, match="another key"):
        verify_code(issued.papers[0].codes[0], stranger)


def test_every_kind_there_is_stands_in_the_table_of_this_file() -> None:
    assert {kind for kind, *_ in PAPERS} == set(KINDS)
    assert {form for _, form, *_ in PAPERS} == {form.code for kind in KINDS.values() for form in kind.forms}
