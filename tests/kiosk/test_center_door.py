"""Asking the center: patience, answers that are for somebody else, and what is told again."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from kiosk.center_door import CenterDoor, Patience
from messages import uses
from messages import visits as said
from messages.link import NoAnswer
from messages.refusals import Refusal, refuse
from messages.wire import Message, encode
from tests.certificates.people import NOW
from tests.kiosk.shop import kiosk_key
from trust.signing import verified

PATIENCE = Patience(answer_seconds=1.0, deadline_seconds=0.2, pauses_seconds=(0.001,))


class Scripted:
    """Answers in turn; the last answer is given again."""

    def __init__(self, *answers: Message | None) -> None:
        self.answers = list(answers)
        self.asked: list[Message] = []

    async def ask(self, message: Message, timeout_seconds: float = 30.0) -> Message:
        self.asked.append(message)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            raise NoAnswer("timeout")
        return answer


def door(link: Any) -> CenterDoor:
    return CenterDoor(link, "K-0001", kiosk_key(), PATIENCE)


CHALLENGE = said.Challenge(visit_id="v", kiosk_id="K-0001", center="c", nonce="n", expires_at=NOW + timedelta(minutes=5))
OPENED = said.VisitOpened(challenge=CHALLENGE)


async def test_the_same_message_is_sent_until_an_answer_comes() -> None:
    link = Scripted(None, None, refuse("busy"), OPENED)
    assert await door(link).open("v", NOW) == CHALLENGE
    assert len(link.asked) == 4
    assert len({encode(message) for message in link.asked}) == 1


async def test_no_is_an_answer() -> None:
    link = Scripted(refuse("kiosk_unknown"))
    answer = await door(link).open("v", NOW)
    assert isinstance(answer, Refusal)
    assert len(link.asked) == 1


@pytest.mark.parametrize(("answer", "code"), [(None, "center_unavailable"), (refuse("busy"), "busy")])
async def test_patience_ends(answer: Message | None, code: str) -> None:
    refused = await door(Scripted(answer)).open("v", NOW)
    assert isinstance(refused, Refusal)
    assert refused.code == code


@pytest.mark.parametrize("change", [{"visit_id": "w"}, {"kiosk_id": "K-0002"}, {"expires_at": NOW}])
async def test_a_challenge_for_another_visit_is_never_given_to_a_card(change: dict[str, Any]) -> None:
    answer = await door(Scripted(said.VisitOpened(challenge=msgspec.structs.replace(CHALLENGE, **change)))).open("v", NOW)
    assert isinstance(answer, Refusal)


async def test_answers_for_somebody_else_are_refused() -> None:
    admitted = said.Admitted(visit_id="w", visit_key=bytes(32), closes_at=NOW)
    short = said.Admitted(visit_id="v", visit_key=b"short", closes_at=NOW)
    for answer in (admitted, short):
        assert isinstance(await door(Scripted(answer)).admit("v", b"", b""), Refusal)
    assert isinstance(await door(Scripted(said.KindsOffered(municipality="990027", kinds=()))).kinds("v", "990019"), Refusal)
    choices = said.Choices(kind="koseki", members=(), forms=(), years=(), options=(), copies_max=1, register_version="1")
    assert isinstance(await door(Scripted(choices)).choices("v", "990019", "juminhyo"), Refusal)


APPLIED = uses.UseApplication(
    application_id="a", visit_id="v", kiosk_id="K-0001", municipality="990019", honseki="1", hittousha="ア", name="イ", birth="1982-05-05", phone="0312345678", applied_at=NOW
)  # fmt: skip
RECEIVED = uses.UseReceived(visit_id="v", municipality="990019", number="1", received_on="2026-11-23", expected_by="2026-11-30")
STANDS = uses.Use(visit_id="v", municipality="990019", state="none")


@pytest.mark.parametrize("change", [{"visit_id": "w"}, {"municipality": "990027"}])
async def test_a_registration_or_receipt_of_somebody_else_is_refused(change: dict[str, Any]) -> None:
    assert await door(Scripted(STANDS)).use("v", "990019") == STANDS
    assert await door(Scripted(RECEIVED)).apply_for_use(APPLIED) == RECEIVED
    assert isinstance(await door(Scripted(msgspec.structs.replace(STANDS, **change))).use("v", "990019"), Refusal)
    assert isinstance(await door(Scripted(msgspec.structs.replace(RECEIVED, **change))).apply_for_use(APPLIED), Refusal)


async def test_an_application_for_use_is_signed_by_the_kiosk_and_sent_again_as_it_was() -> None:
    link = Scripted(None, refuse("busy"), RECEIVED)
    assert await door(link).apply_for_use(APPLIED) == RECEIVED
    assert len({encode(message) for message in link.asked}) == 1
    (_, _, last) = link.asked
    assert isinstance(last, uses.ApplyForUse)
    assert verified(kiosk_key().public_key(), last.signature, encode(APPLIED))


async def test_who_vouches_and_for_which_year_is_said_with_the_question() -> None:
    choices = said.Choices(kind="kazei", members=(), forms=(), years=(2025,), options=(), copies_max=1, register_version="1")
    link = Scripted(choices)
    assert await door(link).choices("v", "990027", "kazei", "990019", 2025) == choices
    assert link.asked == [said.AskChoices(visit_id="v", municipality="990027", kind="kazei", vouched_by="990019", year=2025)]


async def test_the_directory_is_kept_while_it_is_valid() -> None:
    link = Scripted(said.Directory(municipalities=(), valid_until=NOW + timedelta(minutes=1)))
    asking = door(link)
    await asking.directory(NOW)
    await asking.directory(NOW + timedelta(seconds=59))
    assert len(link.asked) == 1
    await asking.directory(NOW + timedelta(minutes=1))
    assert len(link.asked) == 2


CLOSE = said.CloseVisit(visit_id="v", kiosk_id="K-0001", at=NOW, reason="finished")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (None, None),
        (refuse("busy"), None),
        (refuse("failed"), None),
        (said.VisitClosed(visit_id="v"), "acknowledged"),
        (refuse("kiosk_unknown"), "kiosk_unknown"),
    ],
)
async def test_a_line_is_told_again_unless_it_was_understood(answer: Message | None, told: str | None) -> None:
    assert await door(Scripted(answer)).tell(encode(CLOSE), report=False) == told
