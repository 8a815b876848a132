"""The desk against a real register, a real log and real drawing: choices, papers, repeats, outcomes, refusals."""

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select, text

from certificates.fingerprint import fingerprint
from issuer.desk import Desk
from issuer.issue_history import life
from issuer.issue_tables import ORDERS, PAPERS, REFUSALS
from issuer.press import InlinePress
from issuer.refusal_log import refusals
from messages.orders import AskReferral, ChoicesOffered, Issued, OutcomeNoted, PaperOrder, TellOutcome
from messages.refusals import TABLE, Refusal
from messages.uses import AskRegisteredUse, RegisterUse, UseApplication
from messages.wire import Message, encode
from registers.residents.changes import set_address, set_protection, suppress
from registers.residents.resident import Protection
from storage.sqlite import SqliteStore
from storage.store import Store
from tests.issuer import town
from tests.issuer.town import ALONE, CENTER, CHILD, DECLARED, FATHER, KEY, MOTHER, NOW, PROTECTED, ask, atena, drawn_text, faces, order, tell


async def choices(desk: Desk, number: int = FATHER) -> ChoicesOffered:
    offered = await desk.answer(ask(number), CENTER, NOW)
    assert isinstance(offered, ChoicesOffered), offered
    return offered


async def code(desk: Desk, message: Message, later: int = 0) -> str:
    reply = await desk.answer(message, CENTER, NOW + timedelta(seconds=later))
    return reply.code if isinstance(reply, Refusal) else "ok"


async def test_the_choices_are_the_household_with_fingerprints_under_the_visits_key(desk: Desk) -> None:
    offered = await choices(desk)
    assert [member.member_id for member in offered.members] == [atena(FATHER), atena(MOTHER), atena(CHILD)]
    assert [member.holder for member in offered.members] == [True, False, False]
    assert offered.members[0].fingerprint == fingerprint(KEY, "見本　太郎", "昭和５５年４月１日")
    assert offered.options == ("relation", "honseki", "my_number") and offered.copies_max == 10


async def test_the_visit_key_reaches_no_file(desk: Desk, store: Store, tmp_path: Path) -> None:
    await choices(desk)
    await code(desk, order("r1", FATHER, await choices(desk)))
    await store.close()
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert files
    for file in files:
        assert KEY not in file.read_bytes() and KEY.hex().encode() not in file.read_bytes()


async def test_a_paper_says_what_the_register_says(desk: Desk) -> None:
    ordered = order("r1", ALONE, await choices(desk, ALONE), show=("honseki",))
    issued = await desk.answer(ordered, CENTER, NOW)
    assert isinstance(issued, Issued)
    paper = issued.papers[0]
    said = drawn_text(paper.face)
    for expected in (
        "髙橋　𠮷男",
        "見本県みほん市中央一丁目２番",
        "令和８年１１月２３日",
        "見本市長".replace("見本", "見本　"),
        ordered.papers[0].binding,
        paper.number,
        "見本",
    ):
        assert expected in said, expected
    assert (paper.number, paper.sheets) == ("20261123 みほん市 000001", 1)
    assert town.PEOPLE[3].my_number not in said


async def test_each_copy_has_its_own_number_and_binding(desk: Desk) -> None:
    issued = await desk.answer(order("r1", FATHER, await choices(desk), members=(FATHER, MOTHER), copies=3), CENTER, NOW)
    assert isinstance(issued, Issued)
    assert [paper.number[-6:] for paper in issued.papers] == ["000001", "000002", "000003"]
    assert len(set(faces(issued))) == 3
    for paper in issued.papers:
        assert f"{paper.issuance_id}/" in drawn_text(paper.face)


async def test_the_same_order_again_gives_the_same_bytes_and_numbers(desk: Desk) -> None:
    ordered = order("r1", FATHER, await choices(desk), copies=2)
    first = await desk.answer(ordered, CENTER, NOW)
    again = await desk.answer(ordered, CENTER, NOW + timedelta(seconds=75))
    assert isinstance(first, Issued) and again == first


async def test_a_repeat_on_the_next_day_still_bears_the_first_day(desk: Desk) -> None:
    ordered = order("r1", FATHER, await choices(desk))
    first = await desk.answer(ordered, CENTER, NOW)
    assert await desk.answer(ordered, CENTER, NOW + timedelta(days=1)) == first


@pytest.mark.parametrize(
    "change",
    [
        {"members": (atena(MOTHER),)},
        {"show": ("my_number",)},
        {"serial": town.serial(ALONE)},
        {"ordered_at": NOW + timedelta(microseconds=1)},
        {"register_version": "1000"},
        {"form": "kojinhyo"},
        {"year": 2026},
    ],
)
async def test_an_altered_order_under_a_known_id_is_refused_and_voids_nothing(desk: Desk, change: dict[str, object]) -> None:
    ordered = order("r1", FATHER, await choices(desk))
    first = await desk.answer(ordered, CENTER, NOW)
    assert await code(desk, msgspec.structs.replace(ordered, **change)) == "request_altered"
    assert await desk.answer(ordered, CENTER, NOW) == first


async def test_an_issuance_id_of_another_order_is_refused(desk: Desk) -> None:
    offered = await choices(desk)
    ordered = order("r1", FATHER, offered)
    await desk.answer(ordered, CENTER, NOW)
    assert await code(desk, msgspec.structs.replace(order("r2", FATHER, offered), papers=ordered.papers)) == "request_altered"


async def test_a_change_of_the_register_voids_what_was_made(desk: Desk, store: SqliteStore) -> None:
    ordered = order("r1", FATHER, await choices(desk))
    assert await code(desk, ordered) == "ok"
    await store.write(set_address, town.PEOPLE[0].household_no, "見本県みほん市東二丁目５番", date(2026, 11, 23), date(2026, 11, 23), now=NOW)
    assert await code(desk, ordered, 60) == "order_void"
    assert await code(desk, ordered, 70) == "order_void"
    found = await store.read(life, "r1-1")
    assert found is not None and [event.state for event in found[1]] == ["reserved", "made", "void"]


async def test_other_bytes_for_the_same_order_void_it(desk: Desk, store: SqliteStore) -> None:
    ordered = order("r1", FATHER, await choices(desk))
    assert await code(desk, ordered) == "ok"
    # the people are the same and so is the version, yet the paper would differ
    changed = Desk(town.issuer(), store, town_press_with_another_name(), DECLARED)
    assert await code(changed, ordered) == "order_void"
    assert await code(desk, ordered) == "order_void"


async def test_a_change_between_choice_and_order_is_refused(desk: Desk, store: SqliteStore) -> None:
    ordered = order("r1", FATHER, await choices(desk))
    await store.write(set_address, town.PEOPLE[0].household_no, "見本県みほん市東二丁目５番", date(2026, 11, 23), date(2026, 11, 23), now=NOW)
    assert await code(desk, ordered) == "register_changed"
    assert await count(store, PAPERS) == 0


@pytest.mark.parametrize(
    ("outcome", "later"),
    [("printed", "already_printed"), ("void", "request_closed"), ("stopped", "request_closed"), ("unresolved", "request_closed")],
)
async def test_after_the_outcome_there_is_no_paper(desk: Desk, outcome: str, later: str) -> None:
    ordered = order("r1", FATHER, await choices(desk))
    assert await code(desk, ordered) == "ok"
    assert await desk.answer(tell(ordered, outcome), CENTER, NOW) == OutcomeNoted(issuance_id="r1-1")
    assert await desk.answer(tell(ordered, outcome), CENTER, NOW) == OutcomeNoted(issuance_id="r1-1")
    assert await code(desk, ordered) == later


async def test_an_order_that_comes_after_its_end_was_told_is_never_made(desk: Desk, store: SqliteStore) -> None:
    ordered = order("r1", FATHER, await choices(desk), copies=2)
    assert await code(desk, tell(ordered, "void")) == "ok"
    assert await code(desk, ordered) == "request_closed"
    assert await count(store, ORDERS) == 0
    assert await code(desk, tell(ordered, "void", copy=1)) == "ok"


async def test_two_endings_of_one_paper_are_a_contradiction_but_an_open_one_may_be_settled(desk: Desk) -> None:
    ordered = order("r1", FATHER, await choices(desk))
    assert await code(desk, ordered) == "ok"
    assert await code(desk, tell(ordered, "unresolved")) == "ok"
    assert await code(desk, tell(ordered, "printed")) == "ok"
    assert await code(desk, tell(ordered, "void")) == "request_altered"
    assert await code(desk, msgspec.structs.replace(tell(ordered, "printed"), request_id="r2")) == "request_altered"


async def test_a_paper_called_void_for_want_of_news_is_printed_when_the_news_comes(desk: Desk) -> None:
    ordered = order("r1", FATHER, await choices(desk))
    assert await code(desk, ordered) == "ok"
    assert await code(desk, tell(ordered, "void")) == "ok"
    assert await code(desk, tell(ordered, "printed")) == "ok"
    assert await code(desk, ordered) == "already_printed"


async def test_a_paper_printed_from_the_first_answer_is_printed_even_if_a_late_repeat_voided_it(desk: Desk, store: SqliteStore) -> None:
    ordered = order("r1", FATHER, await choices(desk))
    assert await code(desk, ordered) == "ok"
    await store.write(suppress, atena(FATHER), since=date(2026, 11, 23), until=None, household=False, reason="紛失", now=NOW)
    assert await code(desk, ordered) == "order_void"
    assert await code(desk, tell(ordered, "printed")) == "ok"
    assert await code(desk, ordered) == "already_printed"


async def test_a_clerks_stop_takes_effect_for_the_next_order(desk: Desk, store: SqliteStore) -> None:
    offered = await choices(desk, MOTHER)
    assert await code(desk, order("r1", MOTHER, offered)) == "ok"
    await store.write(suppress, atena(FATHER), since=date(2026, 11, 23), until=None, household=True, reason="届出の確認中", now=NOW)
    assert await code(desk, ask(MOTHER)) == "not_issuable"
    assert await code(desk, order("r2", MOTHER, offered)) == "not_issuable"


REASONS = {
    town.PROTECTED: "protected",
    town.STOPPED: "suppressed",
    town.PENDING: "character pending",
    town.UNPRINTABLE: "glyph missing",
}


async def test_protection_and_every_other_hidden_reason_look_the_same_from_outside(desk: Desk, store: SqliteStore) -> None:
    await store.write(suppress, atena(town.STOPPED), since=date(2026, 11, 1), until=None, household=False, reason="紛失", now=NOW)
    row = TABLE["not_issuable"]
    expected = encode(Refusal(code=row.code, ja=row.ja, en=row.en))
    for number in REASONS:
        assert encode(await desk.answer(ask(number, f"visit-{number}"), CENTER, NOW)) == expected
        guessed = ChoicesOffered(
            visit_id="v",
            kind="juminhyo",
            members=(),
            forms=("juminhyo",),
            years=(),
            options=(),
            copies_max=1,
            register_version="1",
            declared=DECLARED,
        )
        version = "2" if number == town.STOPPED else "1"
        ordered = order(f"r{number}", number, msgspec.structs.replace(guessed, register_version=version), members=(number,))
        assert encode(await desk.answer(ordered, CENTER, NOW)) == expected
    logged = await store.read(refusals, NOW - timedelta(days=1), NOW + timedelta(days=1))
    assert sorted((line.refused.holder_no, line.refused.asked_for, line.refused.reason) for line in logged) == sorted(
        (atena(number), asked_for, reason) for number, reason in REASONS.items() for asked_for in ("choices", "order")
    )


async def test_every_refusal_costs_the_same_look_ups_and_the_same_write(store: SqliteStore) -> None:
    counted = Counting(store)
    desk = Desk(town.issuer(), counted, InlinePress(town.hands()), DECLARED)
    seen = {}
    for number in (*(n for n in REASONS if n != town.STOPPED), 999, CHILD):
        counted.calls.clear()
        await desk.answer(ask(number, f"visit-{number}"), CENTER, NOW)
        seen[number] = tuple(counted.calls)
    assert set(seen.values()) == {(("read", "looked"), ("write", "note_refused"))}


async def test_a_paper_that_would_list_a_protected_person_is_refused_whoever_asks(desk: Desk) -> None:
    offered = await choices(desk, town.BESIDE_PROTECTED)
    alone = order("r1", town.BESIDE_PROTECTED, offered)
    both = order("r2", town.BESIDE_PROTECTED, offered, members=(PROTECTED, town.BESIDE_PROTECTED))
    assert await code(desk, alone) == "ok"
    assert await code(desk, both) == "not_issuable"


async def test_a_protection_that_came_after_the_choice_stops_the_paper(desk: Desk, store: SqliteStore) -> None:
    ordered = order("r1", FATHER, await choices(desk), members=(FATHER, MOTHER))
    await store.write(set_protection, atena(MOTHER), Protection("provisional", date(2026, 11, 23), None), now=NOW)
    assert await code(desk, ordered) != "ok"
    assert await count(store, PAPERS) == 0


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"municipality": "990027"}, "municipality_unknown"),
        ({"kind": "passport"}, "kind_unknown"),
        ({"serial": "ffff"}, "not_registered"),
        ({"members": ()}, "members_invalid"),
        ({"members": (atena(ALONE),)}, "members_invalid"),
        ({"show": ("juminhyo_code",)}, "options_invalid"),
        ({"form": "kisai_jiko"}, "form_invalid"),
        ({"form": ""}, "form_invalid"),
        ({"year": 2026}, "year_invalid"),
        ({"papers": ()}, "copies_invalid"),
        ({"request_id": "../x"}, "malformed"),
    ],
)
async def test_bad_orders_are_refused_and_take_no_number(desk: Desk, store: SqliteStore, change: dict[str, object], expected: str) -> None:
    bad = msgspec.structs.replace(order("r1", FATHER, await choices(desk)), **change)
    assert await code(desk, bad) == expected
    assert await count(store, PAPERS) == 0


_OUTCOME = TellOutcome(issuance_id="i1", request_id="r1", municipality=town.MUNICIPALITY, outcome="void", at=NOW)
_PAPER = PaperOrder(issuance_id="i1", binding="b")
_APPLICATION = UseApplication(
    application_id="a1", visit_id="v1", kiosk_id="K-1", municipality=town.MUNICIPALITY, honseki="-", hittousha="-", name="-", birth="-", phone="-", applied_at=NOW
)  # fmt: skip
WITH_IDS: tuple[tuple[Message, str], ...] = (
    (ask(FATHER, "v1"), "visit_id"),
    (_OUTCOME, "request_id"),
    (_OUTCOME, "issuance_id"),
    (AskReferral(visit_id="v1", serial="a", municipality=town.MUNICIPALITY, to="990027", kind="kazei", year=2026, recipient=""), "visit_id"),
    (AskRegisteredUse(visit_id="v1", serial="a", municipality=town.MUNICIPALITY), "visit_id"),
)


@pytest.mark.parametrize("bad", ["a" * 37, "", "../x", "a b", "識別子", "a\n"])
async def test_an_id_of_another_form_is_malformed_in_whichever_message_it_stands(desk: Desk, bad: str) -> None:
    for message, field in WITH_IDS:
        assert await code(desk, msgspec.structs.replace(message, **{field: bad})) == "malformed", (type(message).__name__, field)
    for field in ("application_id", "visit_id"):
        application = msgspec.structs.replace(_APPLICATION, **{field: bad})
        assert await code(desk, RegisterUse(serial="a", application=application)) == "malformed", field
    ordered = order("r1", FATHER, await choices(desk))
    for change in ({"request_id": bad}, {"visit_id": bad}, {"papers": (msgspec.structs.replace(_PAPER, issuance_id=bad),)}):
        assert await code(desk, msgspec.structs.replace(ordered, **change)) == "malformed", change


async def test_an_id_of_thirty_six_characters_is_an_id(desk: Desk) -> None:
    assert await code(desk, ask(FATHER, "a" * 36)) == "ok"


@pytest.mark.parametrize("length", [0, 31, 33])
async def test_a_visit_key_of_another_length_is_malformed(desk: Desk, length: int) -> None:
    assert await code(desk, msgspec.structs.replace(ask(FATHER, "v1"), visit_key=b"k" * length)) == "malformed"


async def test_more_copies_than_allowed_are_refused(desk: Desk) -> None:
    assert await code(desk, order("r1", FATHER, await choices(desk), copies=11)) == "copies_invalid"


async def test_a_binding_that_cannot_be_printed_or_a_doubled_paper_is_malformed(desk: Desk) -> None:
    ordered = order("r1", FATHER, await choices(desk))
    assert await code(desk, msgspec.structs.replace(ordered, papers=ordered.papers * 2)) == "malformed"
    blank = msgspec.structs.replace(ordered.papers[0], binding="")
    assert await code(desk, msgspec.structs.replace(ordered, papers=(blank,))) == "malformed"


async def test_a_refused_order_asked_again_is_one_line_of_the_log(desk: Desk, store: SqliteStore) -> None:
    for _ in range(3):
        await code(desk, ask(PROTECTED))
    assert await count(store, REFUSALS) == 1


async def test_the_log_holds_the_papers_hash_and_no_name(desk: Desk, store: SqliteStore) -> None:
    ordered = order("r1", FATHER, await choices(desk), members=(FATHER, MOTHER, CHILD))
    paper = faces(await desk.answer(ordered, CENTER, NOW))[0]
    found = await store.read(life, "r1-1")
    assert found is not None
    line, _ = found
    assert line.pdf_sha256 == sha256(paper).hexdigest()
    assert (line.kind, line.holder_no, line.members, line.sheets) == ("juminhyo", atena(FATHER), (atena(FATHER), atena(MOTHER), atena(CHILD)), 1)
    assert "見本　" not in await store.read(everything_logged)


async def test_the_certifier_changes_with_the_day(desk: Desk) -> None:
    paper = faces(await desk.answer(order("r1", FATHER, await choices(desk)), CENTER, NOW.replace(year=2027)))[0]
    assert "見本県みほん市長職務代理者" in drawn_text(paper)


class Counting:
    """A store that notes which steps were asked for."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self.calls: list[tuple[str, str]] = []

    async def write(self, step, *args, **kwargs):  # type: ignore[no-untyped-def]
        self.calls.append(("write", step.__name__))
        return await self._store.write(step, *args, **kwargs)

    async def read(self, step, *args, **kwargs):  # type: ignore[no-untyped-def]
        self.calls.append(("read", step.__name__))
        return await self._store.read(step, *args, **kwargs)

    async def close(self) -> None:
        await self._store.close()


def town_press_with_another_name():  # type: ignore[no-untyped-def]
    class Other(InlinePress):
        async def print(self, face, form, now):  # type: ignore[no-untyped-def]
            return await super().print(replace(face, title="住民票"), form, now)

    return Other(town.hands())


async def count(store: SqliteStore, table) -> int:  # type: ignore[no-untyped-def]
    return len(await store.read(lambda connection: connection.execute(select(table)).all()))


def everything_logged(connection) -> str:  # type: ignore[no-untyped-def]
    tables = ("issue_orders", "issue_subjects", "issue_papers", "issue_events", "issue_refusals", "clerk_doings")
    return "\n".join(str(row) for name in tables for row in connection.execute(text(f"SELECT * FROM {name}")))
