"""Every door tried with a neighbour's identity: at one town, with whatever a neighbour's resident, visit, order, application, referral or file goes by, everything is answered as if the neighbour
had no registers at all, and of the neighbour's database no byte changes. The towns' people look alike: the same names, birth dates and 宛名番号."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bcl_cloud.desk import CloudDesk
from bcl_cloud.fair_share import FairShare
from bcl_cloud.feeds.fast_lane import Event, take
from bcl_cloud.feeds.packing import ALL, pack
from bcl_cloud.feeds.uploading import upload
from certificates.kinds import KINDS
from issuer.desk import MESSAGES
from messages.conditions import AskCondition, AskInventory
from messages.orders import AskReferral, ChoicesOffered, Issued, IssueOrder, OfferChoices, PaperOrder, TellOutcome
from messages.uses import AskRegisteredUse, RegisterUse
from messages.wire import Message, encode
from tests.bcl_cloud.feeds.feeding import AS_OF, town
from tests.bcl_cloud.feeds.feeding import NOW as UPLOADED
from tests.bcl_cloud.tenants import A, B, C
from tests.bcl_cloud.watched import CODES, OFFERED, TOWNS, number_in, serving_of
from tests.bcl_cloud.worlds import Pair, application_of, comparable
from tests.issuer.town import ALONE, CENTER, FATHER, NOW, TWIN, atena, drawn_text, order, serial

ASKED = (OfferChoices, IssueOrder, TellOutcome, AskReferral, RegisterUse, AskRegisteredUse, AskCondition, AskInventory)


@pytest.fixture(scope="module", params=[A, *(pytest.param(code, marks=pytest.mark.sweep) for code in (B, C))])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """One town in both clouds, kept for all examples: what one leaves behind is the next one's past."""
    made = Pair(request.param, tmp_path_factory.mktemp("pair"))
    yield made
    made.close()


def questions(pair: Pair) -> st.SearchStrategy[Message]:
    """Any message to the pair's town, each thing in it the town's own or a neighbour's."""
    whose, kinds, papers = st.sampled_from(CODES), st.sampled_from(OFFERED), pair.papers
    serials = st.builds(lambda code, who: serial(number_in(code, who)), whose, st.sampled_from((FATHER, ALONE, TWIN))) | whose.map(
        lambda code: papers[code].use_serial
    )
    visits, requests = whose.map(lambda code: f"visit-{code}"), whose.map(lambda code: f"r-{code}") | st.sampled_from(("new-1", "new-2"))
    issuances = requests.map(lambda one: f"{one}-1")
    sealed = st.sampled_from([one for papers_of in papers.values() for one in papers_of.sealed.values()])
    members = whose.map(lambda code: tuple(one.member_id for one in papers[code].offered.members)[:1]) | st.just((atena(FATHER),))
    versions = whose.map(lambda code: papers[code].offered.register_version)
    keys = whose.map(lambda code: papers[code].key)

    def ordered(request: str, visit: str, card: str, kind: str, who: tuple[str, ...], version: str, issuance: str, by_referral: bool) -> IssueOrder:
        form, year = KINDS[kind].forms[0].code, 2026 if KINDS[kind].yearly else None
        paper = PaperOrder(issuance_id=issuance, binding="-")
        return IssueOrder(
            request_id=request, visit_id=visit, serial=card, municipality=pair.code, kind=kind, form=form, year=year, members=who, show=(),
            register_version=version, papers=(paper,), ordered_at=NOW, by_referral=by_referral,
        )  # fmt: skip

    repeated = whose.map(lambda code: msgspec.structs.replace(papers[code].ordered, municipality=pair.code))
    return st.one_of(
        st.builds(OfferChoices, visit_id=visits, visit_key=keys, serial=serials, municipality=st.just(pair.code), kind=kinds),
        st.builds(
            OfferChoices, visit_id=visits, visit_key=keys, serial=serials, municipality=st.just(pair.code), kind=st.just("kazei"), referral=sealed,
            year=st.just(2026), vouched_by=whose,
        ),
        st.builds(ordered, requests, visits, serials, kinds, members, versions, issuances, st.booleans()),
        repeated,
        st.builds(
            TellOutcome, issuance_id=issuances, request_id=requests, municipality=st.just(pair.code),
            outcome=st.sampled_from(("printed", "disposed", "void")), at=st.just(NOW),
        ),
        st.builds(
            AskReferral, visit_id=visits, serial=serials, municipality=st.just(pair.code), to=whose, kind=st.just("kazei"), year=st.just(2026),
            recipient=whose.map(lambda code: papers[code].statement),
        ),
        st.builds(RegisterUse, serial=serials, application=whose.map(lambda code: application_of(code, pair.code))),
        st.builds(AskRegisteredUse, visit_id=visits, serial=serials, municipality=st.just(pair.code)),
        st.builds(AskCondition, municipality=st.just(pair.code)),
        st.builds(AskInventory, municipality=st.just(pair.code), kinds=kinds.map(lambda kind: (kind,)), nonce=visits),
    )  # fmt: skip


def told_alike(pair: Pair, message: Message) -> Message:
    """The answer, after it was found to say and to change nothing of a neighbour."""
    full, alone = pair.run(pair.ask(message))
    assert comparable(full) == comparable(alone), type(message).__name__
    said = encode(full).decode("utf-8", "replace") + "".join(drawn_text(paper.face) for paper in (full.papers if isinstance(full, Issued) else ()))
    for code in pair.others:
        assert not [word for word in pair.words[code] if word in said], type(message).__name__
    assert pair.neighbours() == pair.before, type(message).__name__
    return full


def test_every_message_that_the_cloud_hears_is_tried() -> None:
    assert set(ASKED) == set(MESSAGES)


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_no_message_with_a_neighbours_identity_says_or_changes_anything_of_the_neighbour(pair: Pair, data: st.DataObject) -> None:
    told_alike(pair, data.draw(questions(pair)))


@pytest.mark.sweep
@settings(max_examples=1500, deadline=None, database=None)
@given(data=st.data())
def test_no_message_of_very_many_either(pair: Pair, data: st.DataObject) -> None:
    told_alike(pair, data.draw(questions(pair)))


def test_the_own_people_are_served_in_both_clouds_and_every_neighbours_card_is_unknown(pair: Pair) -> None:
    """The property above is no empty one: with its own identities the town answers and issues."""
    for who in (ALONE, TWIN):
        for code in CODES:
            question = OfferChoices(
                visit_id=f"own-{who}", visit_key=b"k" * 32, serial=serial(number_in(code, who)), municipality=pair.code, kind="juminhyo"
            )
            offered = told_alike(pair, question)
            assert isinstance(offered, ChoicesOffered) == (code == pair.code)
            if isinstance(offered, ChoicesOffered):
                mine = msgspec.structs.replace(order(f"own-{pair.code}-{who}", who, offered), municipality=pair.code, serial=question.serial)
                issued = told_alike(pair, mine)
                assert isinstance(issued, Issued) and TOWNS[pair.code] in drawn_text(issued.papers[0].face)


class ByCard(CloudDesk):
    """A desk that serves whoever the card belongs to, wherever it is asked."""

    async def answer(self, message: Any, peer: Any, now: Any) -> Message:
        for code in CODES:
            if getattr(message, "serial", "") in {serial(number_in(code, who)) for who in (FATHER, ALONE, TWIN)}:
                return await super().answer(msgspec.structs.replace(message, municipality=code), peer, now)
        return await super().answer(message, peer, now)


def test_a_desk_that_goes_by_the_card_is_told_by_this_very_question(tmp_path: Path) -> None:
    pair = Pair(A, tmp_path)
    pair.desks = (ByCard(serving_of(pair.full), FairShare(8, 4, 4)), ByCard(serving_of(pair.alone), FairShare(8, 4, 4)))
    question = OfferChoices(visit_id="v", visit_key=b"k" * 32, serial=serial(number_in(B, FATHER)), municipality=A, kind="juminhyo")
    with pytest.raises(AssertionError):
        told_alike(pair, question)
    pair.close()


@dataclass
class Sent:
    """One archive or event of a neighbour's, and what is made of it here."""

    of: str
    outcome: str


@pytest.mark.parametrize("kind", ["full", "differential"])
def test_a_neighbours_archive_is_refused_before_anything_of_it_is_read(pair: Pair, kind: str) -> None:
    other = pair.others[0]
    archive = pack(town(), other, 1, AS_OF, before=town() if kind == "differential" else None, based_on=1)
    reports = []
    for cloud in (pair.full, pair.alone):
        report = pair.run(upload(cloud.tenancy.store(pair.code), archive, pair.code, ALL, lambda: UPLOADED))
        assert report.outcome == "rejected" and {fault.file for fault in report.faults} == {"manifest.json"}
        reports.append(report)
    assert reports[0] == reports[1] and pair.neighbours() == pair.before


def test_an_event_about_a_neighbours_person_waits_here_and_reaches_nobody_there(pair: Pair) -> None:
    for cloud in (pair.full, pair.alone):
        event = Event(id="e1", kind="dead", at=NOW + timedelta(seconds=1), subject="0000009990")
        assert pair.run(cloud.tenancy.store(pair.code).write(take, event, NOW)) == "waiting"
    assert pair.neighbours() == pair.before


def test_messages_that_name_no_town_or_none_that_there_is_are_nobodys(pair: Pair) -> None:
    question = OfferChoices(visit_id="v", visit_key=b"k" * 32, serial=serial(number_in(pair.code, FATHER)), municipality="", kind="juminhyo")
    for name in ("", "990043", f"{pair.code} ", f"{pair.code}\x00", "../" + pair.others[0]):
        answer = told_alike(pair, msgspec.structs.replace(question, municipality=name))
        assert not isinstance(answer, ChoicesOffered)


def test_the_towns_of_these_tests_are_three() -> None:
    assert CODES == (A, B, C) and CENTER.role == "center"
