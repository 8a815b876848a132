"""From an application to papers and what becomes of them: the way through, and what bad input gets."""

from datetime import timedelta
from typing import Any

import pytest

from certificates.binding import binding
from certificates.kinds import KINDS, Kind
from certificates.reading import read
from issuance_center.records import tables
from issuer.issue_tables import PAPERS
from messages import visits as said
from messages.orders import IssueOrder
from messages.refusals import Refusal
from messages.wire import encode, hash_of
from registers.residents.changes import set_name, set_protection
from registers.residents.resident import Protection
from simulation.people import CardMade
from tests.issuance_center.founding import FEES_YEN, IMPATIENT, LIMITS, NOW, SILENT_CITY, foundation
from tests.issuance_center.town import Kiosk, Town, code, refused
from tests.issuance_center.wires import Fault, lost_back, lost_there, meanwhile, refuses, says, slow


async def test_an_application_becomes_papers_that_say_what_was_asked_for(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card, copies=2, show=("relation", "honseki"))
    application = next(message.application for message in kiosk.sent if isinstance(message, said.Apply))
    assert (ready.total_yen, len(ready.papers), town.states()) == (400, 2, ["sealed", "sealed"])
    for paper in ready.papers:
        assert paper.binding == binding(paper.issuance_id, card.serial, hash_of(application))
        (sheet,) = read(paper.face).sheets
        assert sheet.text("binding") == paper.binding
        assert {member.text("name") for member in sheet.pieces} == {who.name for who in foundation().household(card)}
        assert {member.text("my_number") for member in sheet.pieces} == {"＊＊＊"}
        assert sheet.text("head_name") == card.resident.name
    assert len({paper.number for paper in ready.papers}) == 2
    kept = town.rows(tables.requests)[0]
    assert (kept["members"], kept["options"], kept["copies"], kept["operator"], kept["channel"]) == (4, "relation,honseki", 2, "mihon-store", "store")


async def test_the_order_of_choosing_does_not_change_the_order_of_the_paper(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    choices = await kiosk.choosing(card)
    reply = await kiosk.apply(members=tuple(member.member_id for member in reversed(choices.members)))
    assert isinstance(reply, said.CertificateReady)
    (sheet,) = read(reply.papers[0].face).sheets
    assert [member.text("name") for member in sheet.pieces] == [member.name for member in choices.members]


async def test_six_people_take_two_sheets_and_one_alone_takes_one(town: Town, kiosk: Kiosk) -> None:
    six = foundation().card(lambda who: sum(other.household_no == who.household_no for other in foundation().residents) == 6)
    ready = await kiosk.ready(six)
    assert [paper.sheets for paper in ready.papers] == [2]
    alone = await kiosk.ready(six, members=(six.resident.atena_no,))
    (sheet,) = read(alone.papers[0].face).sheets
    assert "世帯の一部" in sheet.text("statement")


async def test_strangers_of_one_name_and_birthday_get_their_own_papers(town: Town) -> None:
    people = foundation().residents
    twins = [who for who in people if foundation().is_good(who.atena_no) and sum((o.name, o.birth) == (who.name, who.birth) for o in people) == 2]
    assert len(twins) == 2
    for number, who in enumerate(twins):
        ready = await town.kiosk(number).ready(foundation().cards[who.atena_no], show=("my_number", "honseki"))
        (sheet,) = read(ready.papers[0].face).sheets
        assert sheet.pieces[0].text("my_number") == who.my_number


async def test_paper_taken_is_told_to_everybody(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card)
    assert await kiosk.report(ready.papers[0], "paid", "printed", "taken") == said.Acknowledged(kiosk_id="K-1", seq=3)
    assert code(await kiosk.close()) == "VisitClosed"
    assert town.woken > 0
    await town.deliver()
    assert (town.states(), town.facts(), town.outcomes(), town.issue_log(), town.alarms()) == (
        ["taken"],
        ["paid", "printed"],
        ["printed"],
        ["printed"],
        [],
    )


async def test_money_given_back_voids_the_paper(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card)
    await kiosk.report(ready.papers[0], "paid", "returned")
    await town.deliver()
    assert (town.states(), town.facts(), town.outcomes(), town.issue_log()) == (["returned"], ["paid", "returned"], ["void"], ["void"])


async def test_a_sheet_nobody_can_know_of_waits_with_its_money_in_a_case(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card)
    await kiosk.report(ready.papers[0], "paid", "unresolved", reason="power failure while printing")
    await town.deliver()
    assert (town.states(), town.facts(), town.issue_log()) == (["unresolved"], ["paid", "unresolved"], ["unresolved"])
    (case,) = town.rows(tables.cases)
    assert (case["kind"], case["yen"], case["closed_at"]) == ("unresolved", 200, None)


async def test_a_visit_that_ends_unpaid_lapses_and_owes_nothing(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.ready(card, copies=2)
    await kiosk.close("cancelled")
    await town.deliver()
    assert (town.states(), town.facts(), town.outcomes(), town.issue_log()) == (["lapsed"] * 2, [], ["void"] * 2, ["void"] * 2)


async def test_a_paid_paper_does_not_lapse_when_its_visit_ends(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card, copies=2)
    await kiosk.report(ready.papers[0], "paid")
    await kiosk.close("failed")
    assert sorted(town.states()) == ["lapsed", "paid"]


async def test_a_second_certificate_in_the_same_visit(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    first = await kiosk.ready(card)
    await kiosk.report(first.papers[0], "paid", "printed")
    await kiosk.choices()
    second = await kiosk.apply(show=("relation",))
    assert isinstance(second, said.CertificateReady)
    assert second.papers[0].issuance_id != first.papers[0].issuance_id


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
async def test_every_kind_on_every_form_at_its_own_price(town: Town, kiosk: Kiosk, card: CardMade, kind: Kind) -> None:
    choices = await kiosk.choosing(card, kind.code)
    for form in kind.forms:
        ready = await kiosk.apply(form=form.code, copies=2)
        assert isinstance(ready, said.CertificateReady), ready
        assert ready.total_yen == 2 * FEES_YEN[form.fee_class]
        assert {read(paper.face).sheets[0].form for paper in ready.papers} == {form.code}
        request = next(row for row in town.rows(tables.requests) if row["request_id"] == ready.request_id)
        assert (request["kind"], request["form"], request["year"]) == (kind.code, form.code, next(iter(choices.years), None))
    kept = sorted((row["fee_class"], row["fee_yen"]) for row in town.rows(tables.issuances))
    assert kept == sorted((form.fee_class, FEES_YEN[form.fee_class]) for form in kind.forms for _ in range(2))


@pytest.mark.parametrize(
    ("form", "fee_yen", "expected"),
    [
        ("shotoku_kazei", 800, "CertificateReady"),
        ("shotoku_kazei", 400, "price_changed"),
        ("shotoku", 800, "price_changed"),
        ("shotoku", 400, "CertificateReady"),
        ("kazei", 0, "price_changed"),
    ],
)
async def test_the_price_is_that_of_the_form(town: Town, kiosk: Kiosk, card: CardMade, form: str, fee_yen: int, expected: str) -> None:
    """The price of another form of the same kind is not this one's."""
    await kiosk.choosing(card, "kazei")
    assert code(await kiosk.apply(form=form, fee_yen=fee_yen)) == expected


@pytest.mark.parametrize(
    ("year", "expected"), [(2026, "CertificateReady"), (2024, "CertificateReady"), (2023, "year_invalid"), (None, "year_invalid")]
)
async def test_a_yearly_paper_is_of_a_year_that_was_offered(town: Town, kiosk: Kiosk, card: CardMade, year: int | None, expected: str) -> None:
    assert (await kiosk.choosing(card, "kazei")).years == (2026, 2025, 2024)
    assert code(await kiosk.apply(year=year)) == expected


@pytest.mark.parametrize(
    ("kind", "count", "expected"), [("koseki", 2, "members_invalid"), ("fuhyo", 3, "members_invalid"), ("koseki", 1, "CertificateReady")]
)
async def test_of_a_koseki_everybody_or_one(town: Town, kiosk: Kiosk, card: CardMade, kind: str, count: int, expected: str) -> None:
    choices = await kiosk.choosing(card, kind)
    chosen = tuple(member.member_id for member in choices.members if member.choosable)[:count]
    assert len(chosen) == count
    assert code(await kiosk.apply(members=chosen)) == expected


async def test_the_price_seen_first_holds_for_the_visit(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    """The tariff of the instant at which the price was first seen decides, also after midnight's change."""
    await kiosk.choosing(card)
    town.pass_time(minutes=1)
    await kiosk.kinds()
    await kiosk.apply()
    assert town.rows(tables.quotes)[0]["quoted_at"] == town.rows(tables.requests)[0]["priced_at"] == NOW.isoformat(timespec="microseconds")


# --- applications that are refused: no request, no paper, nothing owed ---

BAD: list[tuple[dict[str, Any], str]] = [
    ({"request_id": "R"}, "malformed"),
    ({"request_id": "../../etc"}, "malformed"),
    ({"kiosk_id": "K-9"}, "kiosk_unknown"),
    ({"kiosk_id": "K-3"}, "kiosk_unknown"),
    ({"visit_id": "0" * 32}, "visit_unknown"),
    ({"municipality": "131016"}, "municipality_unknown"),
    ({"municipality": SILENT_CITY}, "visit_not_authenticated"),
    ({"kind": "passport"}, "kind_unknown"),
    ({"kind": "koseki"}, "visit_not_authenticated"),
    ({"form": "koseki"}, "form_invalid"),
    ({"form": ""}, "form_invalid"),
    ({"year": 2026}, "year_invalid"),
    ({"members": ()}, "members_invalid"),
    ({"members": ("0000000000",)}, "members_invalid"),
    ({"show": ("relation", "relation")}, "options_invalid"),
    ({"show": ("nationality",)}, "options_invalid"),
    ({"show": ("個人番号",)}, "options_invalid"),
    ({"copies": 0}, "copies_invalid"),
    ({"copies": 6}, "copies_invalid"),
    ({"copies": 10**20}, "copies_invalid"),
    ({"fee_yen": 0}, "price_changed"),
    ({"fee_yen": 199}, "price_changed"),
    ({"register_version": "0"}, "register_changed"),
    ({"applied_at": NOW - timedelta(minutes=3)}, "request_stale"),
    ({"applied_at": NOW + timedelta(minutes=3)}, "request_stale"),
]


@pytest.mark.parametrize(("changes", "expected"), BAD, ids=[f"{expected} {', '.join(changes)}" for changes, expected in BAD])
async def test_a_bad_application_gets_its_row_and_no_request(
    town: Town, kiosk: Kiosk, card: CardMade, changes: dict[str, Any], expected: str
) -> None:
    await kiosk.choosing(card)
    town.to_city.asked.clear()
    assert await refused(town, kiosk.apply(**changes)) == expected
    assert (town.rows(tables.requests), town.to_city.asked) == ([], [])
    assert code(await kiosk.apply()) == "CertificateReady"


async def test_somebody_elses_number_is_no_member(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    choices = await kiosk.choosing(card)
    other = foundation().card(lambda who: who.household_no != card.resident.household_no).resident.atena_no
    assert await refused(town, kiosk.apply(members=(other,))) == "members_invalid"
    assert await refused(town, kiosk.apply(members=(choices.members[0].member_id, other))) == "members_invalid"
    assert await refused(town, kiosk.apply(members=(choices.members[0].member_id,) * 2)) == "members_invalid"


async def test_an_application_without_the_kiosks_own_signature_is_refused(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.choosing(card)
    application = kiosk.application()
    stranger = town.kiosk(1)
    for signature in (b"", b"garbage", stranger.signed(application).signature, kiosk.signed(kiosk.application()).signature):
        assert await refused(town, kiosk.say(said.Apply(application=application, signature=signature))) == "kiosk_signature_bad"


async def test_choices_of_another_visit_are_not_choices_of_this_one(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.choosing(card)
    await kiosk.admitted(card)
    assert await refused(town, kiosk.apply()) == "visit_not_authenticated"


async def test_an_application_after_hours_is_refused_and_one_accepted_before_goes_on(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    town.at = NOW.replace(hour=22, minute=59)
    await kiosk.ready(card)
    town.pass_time(minutes=1)
    accepted = next(message for message in kiosk.sent if isinstance(message, said.Apply))
    assert await refused(town, kiosk.apply()) == "closed_now"
    assert code(await kiosk.say(accepted)) == "CertificateReady"


# --- applications the issuer declines: remembered as declined, nothing owed ---


async def declined(town: Town, kiosk: Kiosk, expected: str) -> None:
    """The application is declined, again when repeated, and nothing was made of it."""
    assert code(await kiosk.apply()) == expected
    assert (town.states(), town.facts(), town.outcomes(), town.issue_log(), town.alarms()) == (["declined"], [], [], [], [])
    sent = len(town.to_city.asked)
    assert await refused(town, kiosk.say(kiosk.sent[-1])) == expected
    assert len(town.to_city.asked) == sent, "a declined order is not given again"
    await kiosk.close("refused")
    assert await refused(town, kiosk.say(next(message for message in reversed(kiosk.sent) if isinstance(message, said.Apply)))) == expected


async def test_a_register_that_changed_meanwhile_declines(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.choosing(card)
    town.municipal_store.do(set_name, card.resident.atena_no, "𠮷野　新", "ヨシノ　シン", now=NOW)
    await declined(town, kiosk, "register_changed")


async def test_a_member_protected_meanwhile_declines(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    choices = await kiosk.choosing(card)
    town.municipal_store.do(set_protection, choices.members[-1].member_id, Protection("support", NOW.date(), None), now=NOW)
    assert code(await kiosk.apply()) == "register_changed"
    await kiosk.choices()
    assert code(await kiosk.apply()) == "not_issuable"
    assert (town.states(), town.facts(), town.outcomes(), town.issue_log()) == (["declined"] * 2, [], [], [])


async def test_a_paper_that_would_list_a_protected_person_is_declined_whoever_asks(town: Town, kiosk: Kiosk) -> None:
    protected = {who.household_no for who in foundation().residents if who.protection is not None and who.standing == "current"}
    beside = foundation().card(lambda who: who.household_no in protected and who.protection is None)
    await kiosk.choosing(beside)
    await declined(town, kiosk, "not_issuable")


# --- an issuer that does not answer as it should ---


@pytest.mark.parametrize(
    "fault", [lost_there, lost_back, refuses("busy"), refuses("issuer_unavailable")], ids=["lost", "answer lost", "busy", "later"]
)
async def test_an_order_without_an_answer_is_given_again_and_made_once(town: Town, kiosk: Kiosk, card: CardMade, fault: Fault) -> None:
    await kiosk.choosing(card)
    town.to_city.faults[IssueOrder] = [fault, fault]
    assert code(await kiosk.apply()) == "CertificateReady"
    orders = [message for message in town.to_city.asked if isinstance(message, IssueOrder)]
    assert len(orders) == 3
    assert len({encode(order) for order in orders}) == 1
    assert town.issue_log() == ["made"]


async def test_an_issuer_that_stays_silent_leaves_the_order_standing(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.choosing(card)
    town.restart(IMPATIENT)
    town.to_city.down.add(IssueOrder)
    assert code(await kiosk.apply()) == "issuer_unavailable"
    assert (town.states(), town.owed(), town.alarms()) == (["accepted"], 0, [])
    town.to_city.faults[IssueOrder] = [slow] * 50
    assert code(await kiosk.say(kiosk.sent[-1])) == "issuer_unavailable"
    town.to_city.faults.clear()
    town.to_city.down.clear()
    town.restart(LIMITS)
    assert code(await kiosk.say(kiosk.sent[-1])) == "CertificateReady"
    assert town.issue_log() == ["made"]


async def test_an_order_nobody_answered_lapses_with_its_visit_and_is_void_at_the_issuer(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.choosing(card)
    town.restart(IMPATIENT)
    town.to_city.faults[IssueOrder] = [lost_back] * 50
    assert code(await kiosk.apply()) == "issuer_unavailable"
    await kiosk.close("refused")
    await town.deliver()
    assert (town.states(), town.facts(), town.issue_log()) == (["lapsed"], [], ["void"])


FAILURES = [
    says(200, b"<html>502 Bad Gateway</html>"),
    says(200, b'{"request_id":"1"}'),
    says(502, b"Bad Gateway"),
    refuses("failed"),
    refuses("role_not_admitted"),
    refuses("request_closed"),
    refuses("request_altered"),
    says(403, encode(Refusal(code="no_such_row", ja="", en=""))),
]


@pytest.mark.parametrize("fault", FAILURES)
async def test_an_issuer_that_answers_garbage_is_stopped_with_an_alarm_and_told_so(town: Town, kiosk: Kiosk, card: CardMade, fault: Fault) -> None:
    await kiosk.choosing(card)
    town.to_city.faults[IssueOrder] = [fault]
    assert code(await kiosk.apply(copies=2)) == "issuer_failed"
    assert (town.states(), town.facts(), town.outcomes(), town.alarms()) == (["stopped"] * 2, [], ["stopped"] * 2, ["issuer_failed"] * 2)
    repeated = kiosk.sent[-1]
    before = town.everything()
    assert code(await kiosk.say(repeated)) == "issuer_failed"
    assert town.everything() == before
    await town.deliver()
    assert town.issue_log() == ["stopped"] * 2


# --- reports that cannot be ---


async def reported(town: Town, kiosk: Kiosk, event: said.Event) -> str:
    return code(await kiosk.say(kiosk.reported(event)))


async def test_a_report_without_the_kiosks_signature_changes_nothing(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card)
    event = kiosk.event(ready.papers[0], "paid")
    forged = said.Report(event=event, signature=town.kiosk(1).reported(event).signature)
    assert await refused(town, kiosk.say(forged)) == "kiosk_signature_bad"
    assert await refused(town, town.kiosk(2).say(kiosk.reported(event))) == "kiosk_unknown"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"seq": 0}, "malformed"),
        ({"seq": 10**30}, "malformed"),
        ({"yen": -200}, "malformed"),
        ({"yen": 10**30}, "malformed"),
        ({"at": NOW + timedelta(days=2)}, "request_stale"),
        ({"at": NOW.replace(year=1)}, "request_stale"),
    ],
)
async def test_a_report_with_values_no_book_could_keep_is_refused(
    town: Town, kiosk: Kiosk, card: CardMade, changes: dict[str, Any], expected: str
) -> None:
    """A fact that the fee office cannot read would hold up every fact behind it."""
    ready = await kiosk.ready(card)
    assert await refused(town, kiosk.report(ready.papers[0], "paid", **changes)) == expected


@pytest.mark.parametrize("changes", [{"issuance_id": "0" * 32}, {"request_id": "0" * 32}, {"visit_id": "見本 太郎"}])
async def test_a_report_for_an_issuance_of_nobodys_is_acknowledged_with_an_alarm(
    town: Town, kiosk: Kiosk, card: CardMade, changes: dict[str, Any]
) -> None:
    ready = await kiosk.ready(card)
    event = kiosk.event(ready.papers[0], "paid", **changes)
    assert await reported(town, kiosk, event) == "Acknowledged"
    assert (town.states(), town.owed(), town.alarms()) == (["sealed"], 0, ["report_unknown"])
    assert "見本" not in repr(town.rows(tables.alarms))
    before = town.everything()
    assert await reported(town, kiosk, event) == "Acknowledged"
    assert town.everything() == before


async def test_another_kiosk_cannot_report_a_paper(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card)
    other = town.kiosk(1)
    other.visit_id, other.sent = kiosk.visit_id, kiosk.sent
    assert code(await other.report(ready.papers[0], "paid")) == "Acknowledged"
    assert (town.states(), town.alarms()) == (["sealed"], ["report_unknown"])


@pytest.mark.parametrize("step", ["printed", "taken", "returned", "unresolved"])
async def test_a_step_that_cannot_be_is_acknowledged_and_becomes_an_alarm_and_a_case(town: Town, kiosk: Kiosk, card: CardMade, step: str) -> None:
    ready = await kiosk.ready(card)
    assert code(await kiosk.report(ready.papers[0], step)) == "Acknowledged"
    assert (town.states(), town.facts(), town.alarms()) == (["sealed"], [], ["report_contradicts"])
    (case,) = town.rows(tables.cases)
    assert (case["kind"], case["yen"]) == ("contradiction", 200)
    before = town.everything()
    assert code(await kiosk.say(kiosk.sent[-1])) == "Acknowledged"
    assert town.everything() == before


async def test_money_that_is_not_the_fee_is_a_case(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card)
    await kiosk.report(ready.papers[0], "paid", yen=500)
    assert (town.states(), town.facts(), town.alarms()) == (["paid"], ["paid"], ["report_contradicts"])
    assert [case["yen"] for case in town.rows(tables.cases)] == [500]


async def test_one_number_with_another_content_is_altered(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card)
    await kiosk.report(ready.papers[0], "paid")
    assert await refused(town, kiosk.report(ready.papers[0], "printed", seq=1)) == "request_altered"


async def test_the_kiosks_late_word_of_money_counts_after_the_visit_was_closed(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card)
    await kiosk.close("restarted")
    await kiosk.report(ready.papers[0], "paid", "returned")
    await town.deliver()
    assert (town.states(), town.facts(), town.alarms()) == (["returned"], ["paid", "returned"], [])


async def test_a_machine_that_finds_out_after_all_closes_its_case(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card)
    await kiosk.report(ready.papers[0], "paid", "unresolved", "printed")
    (case,) = town.rows(tables.cases)
    assert (town.states(), case["decision"], case["closed_by"]) == (["printed"], "printed", "K-1")
    assert town.facts() == ["paid", "unresolved", "printed"]


# --- the end comes in between ---


def before_write(town: Town, kiosk: Kiosk, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The visit is closed just before the center makes this write."""
    write = town.center_store.write

    async def overtaken(step: Any, *args: Any, **kwargs: Any) -> Any:
        if step.__name__ == name:
            monkeypatch.undo()
            await kiosk.close("idle")
        return await write(step, *args, **kwargs)

    monkeypatch.setattr(town.center_store, "write", overtaken)


async def test_a_visit_closed_before_the_intent_is_stored_accepts_nothing(
    town: Town, kiosk: Kiosk, card: CardMade, monkeypatch: pytest.MonkeyPatch
) -> None:
    await kiosk.choosing(card)
    before_write(town, kiosk, "accept", monkeypatch)
    assert code(await kiosk.apply()) == "visit_closed"
    assert town.rows(tables.requests) == []


async def test_a_visit_closed_before_the_seal_hands_out_nothing(town: Town, kiosk: Kiosk, card: CardMade, monkeypatch: pytest.MonkeyPatch) -> None:
    await kiosk.choosing(card)
    before_write(town, kiosk, "seal", monkeypatch)
    assert code(await kiosk.apply()) == "request_closed"
    await town.deliver()
    assert (town.states(), town.alarms(), town.issue_log()) == (["lapsed"], [], ["void"])


@pytest.mark.parametrize(("name", "fault"), [("decline", refuses("order_void")), ("stop", refuses("failed"))])
async def test_a_visit_closed_before_the_refusal_is_noted_stays_lapsed(
    town: Town, kiosk: Kiosk, card: CardMade, monkeypatch: pytest.MonkeyPatch, name: str, fault: Fault
) -> None:
    await kiosk.choosing(card)
    town.to_city.faults[IssueOrder] = [fault]
    before_write(town, kiosk, name, monkeypatch)
    assert code(await kiosk.apply()) == {"decline": "request_closed", "stop": "issuer_failed"}[name]
    assert (town.states(), town.facts(), town.outcomes()) == (["lapsed"], [], ["void"])
    assert town.alarms() == {"decline": [], "stop": ["issuer_failed"]}[name]


@pytest.mark.parametrize("fault", [meanwhile, None], ids=["papers come", "outcome came first"])
async def test_a_visit_closed_while_the_issuer_works_is_no_alarm(town: Town, kiosk: Kiosk, card: CardMade, fault: Any) -> None:
    await kiosk.choosing(card)

    async def ended() -> None:
        await kiosk.close("idle")
        await town.deliver()

    async def first(deliver: Any) -> Any:
        await ended()
        return await deliver()  # the issuer has heard "void" before the order: it refuses

    town.to_city.faults[IssueOrder] = [meanwhile(ended) if fault else first]
    assert code(await kiosk.apply()) == "request_closed"
    assert (town.states(), town.facts(), town.alarms(), town.issue_log()) == (["lapsed"], [], [], ["void"])
    assert {row["outcome"] for row in town.municipal_store.rows(PAPERS)} == {"void"}
