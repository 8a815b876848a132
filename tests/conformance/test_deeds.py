"""Each case beyond the incidents finds its own fault: the little town's server, sound but for one thing that it answers, or for the door that it stands behind."""

import re
import secrets
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from conformance.broken.faults import Town
from conformance.broken.serving import DECLARED, HERE, hooks, served
from conformance.broken.town import populate, terms, write_town
from conformance.line import Line
from conformance.profile import Build as Registered
from conformance.profile import Profile
from conformance.profile_reading import load_profile
from conformance.run import tried
from issuer.desk import MESSAGES
from issuer.issue_tables import METADATA
from messages import door as door_of_messages
from messages.conditions import Condition, Inventory
from messages.door import Desk, Door, serve_application
from messages.orders import AskReferral, Build, ChoicesOffered, Issued, IssueOrder, OfferChoices, OutcomeNoted, Referred, TellOutcome
from messages.refusals import Refusal, refuse
from messages.uses import AskRegisteredUse, RegisteredUse, RegisterUse, UseTaken
from messages.wire import Message, decode
from registers.residents.tables import METADATA as REGISTER
from simulation.key_ring import rsa_ring
from storage.crash_points import CrashPoints
from storage.sqlite import SqliteStore
from tests.conformance.house import now, trial_of
from trust.parties import Peer, server_context

Change = Callable[[Message, Message], Message]
QUICKLY_SECONDS = 0.005
"""When refusals are answered: nothing here is timed."""


class Spoilt:
    """A desk whose answers are changed by `change(question, answer)`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.change: Change = lambda _, reply: reply

    async def answer(self, message: Message, peer: Peer, at: datetime) -> Message:
        return self.change(message, await self._desk.answer(message, peer, at))


@asynccontextmanager
async def town(folder: Path) -> AsyncIterator[tuple[Spoilt, Path, str, Any]]:
    store = await SqliteStore.open(folder / "town.db", METADATA, REGISTER)
    await store.write(populate, now())
    try:
        async with serve_application(hooks(store, now), HERE, 0) as changes:
            files = write_town(folder, f"http://{HERE}:{changes}", now(), secrets.token_bytes, rsa_ring()[:3])
            spoilt = Spoilt(Town(terms(QUICKLY_SECONDS), store, files.hands, DECLARED, files.referrals).desk())
            async with served(spoilt, files.server, now) as port:
                yield spoilt, files.profile, f"https://{HERE}:{port}", files
    finally:
        await store.close()


def only(kind: type[Message], **fields: Any) -> Change:
    """Every answer of this kind says this instead."""
    return lambda _, reply: msgspec.structs.replace(reply, **fields) if isinstance(reply, kind) else reply


def instead(code: str, other: str) -> Change:
    """This row where another belongs."""
    return lambda _, reply: refuse(other) if isinstance(reply, Refusal) and reply.code == code else reply


def turning(values: list[Any], field: str) -> Change:
    """One value after another."""
    given = iter(values * 99)
    return lambda _, reply: msgspec.structs.replace(reply, **{field: next(given)}) if hasattr(reply, field) else reply


def one_copy_less(_: Message, reply: Message) -> Message:
    return msgspec.structs.replace(reply, papers=reply.papers[:1]) if isinstance(reply, Issued) else reply


def told_apart(message: Message, reply: Message) -> Message:
    """A refusal for protection with a detail of its own."""
    protected = isinstance(message, OfferChoices) and message.serial == "cf00000015"
    return msgspec.structs.replace(reply, detail="-") if protected and isinstance(reply, Refusal) else reply


def deaf_to_outcomes(message: Message, reply: Message) -> Message:
    return OutcomeNoted(issuance_id=message.issuance_id) if isinstance(message, TellOutcome) else reply


class TwicePapers:
    """A repeat of an order gets other bytes."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, message: Message, reply: Message) -> Message:
        if not isinstance(reply, Issued):
            return reply
        self._count += 1
        papers = tuple(msgspec.structs.replace(one, face=one.face + b"\n" * self._count) for one in reply.papers)
        return msgspec.structs.replace(reply, papers=papers)


class NeverUsed:
    """A second order by one referral gets the first one's papers."""

    def __init__(self) -> None:
        self._first: Issued | None = None

    def __call__(self, message: Message, reply: Message) -> Message:
        if isinstance(reply, Issued):
            self._first = reply
        if isinstance(message, IssueOrder) and message.by_referral and isinstance(reply, Refusal) and self._first is not None:
            return msgspec.structs.replace(self._first, request_id=message.request_id)
        return reply


class NoPapers:
    """What is not to be had is answered with an order of no papers, where `where` holds for the order."""

    def __init__(self, where: Callable[[IssueOrder], bool]) -> None:
        self._where = where

    def __call__(self, message: Message, reply: Message) -> Message:
        taken = isinstance(message, IssueOrder) and isinstance(reply, Refusal) and self._where(message)
        return Issued(request_id=message.request_id, papers=(), declared=DECLARED) if taken else reply  # type: ignore[attr-defined]


def wrong_ids(kind: type[Message], field: str) -> Change:
    """A message of this kind with a wrong id in this field is answered by another row."""

    def change(message: Message, reply: Message) -> Message:
        said = getattr(message, "application", message) if isinstance(message, kind) else None
        return refuse("kind_unknown") if said is not None and re.fullmatch("[0-9A-Za-z-]{1,36}", getattr(said, field)) is None else reply

    return change


def long_bindings(message: Message, reply: Message) -> Message:
    return refuse("kind_unknown") if isinstance(message, IssueOrder) and any(len(one.binding) > 64 for one in message.papers) else reply


def short_keys(message: Message, reply: Message) -> Message:
    return refuse("kind_unknown") if isinstance(message, OfferChoices) and len(message.visit_key) < 32 else reply


class Returning:
    """The first register_version that each person was offered, for ever."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], str] = {}

    def __call__(self, message: Message, reply: Message) -> Message:
        if not isinstance(message, OfferChoices) or not isinstance(reply, ChoicesOffered):
            return reply
        return msgspec.structs.replace(reply, register_version=self._first.setdefault((message.serial, message.kind), reply.register_version))


OTHER = Build(program="another", topology="t")
SPOILT: tuple[tuple[str, Callable[[], Change]], ...] = (
    ("P1", TwicePapers),
    ("P2", lambda: instead("request_altered", "busy")),
    ("P5", lambda: instead("municipality_unknown", "kind_unknown")),
    ("P8", lambda: instead("form_invalid", "malformed")),
    ("P8", lambda: instead("copies_invalid", "malformed")),
    ("P3", lambda: wrong_ids(IssueOrder, "request_id")),
    ("P3", lambda: wrong_ids(OfferChoices, "visit_id")),
    ("P3", lambda: wrong_ids(TellOutcome, "issuance_id")),
    ("P3", lambda: wrong_ids(TellOutcome, "request_id")),
    ("P3", lambda: wrong_ids(AskReferral, "visit_id")),
    ("P3", lambda: wrong_ids(AskRegisteredUse, "visit_id")),
    ("P3", lambda: wrong_ids(RegisterUse, "application_id")),
    ("P3", lambda: long_bindings),
    ("P3", lambda: short_keys),
    ("P8", lambda: NoPapers(lambda order: len(set(order.members)) < len(order.members))),
    ("P8", lambda: NoPapers(lambda order: not order.members)),
    ("P8", lambda: NoPapers(lambda order: len(set(order.show)) < len(order.show))),
    ("P8", lambda: NoPapers(lambda order: not order.papers)),
    ("P8", lambda: NoPapers(lambda order: order.kind == "koseki" and len(order.members) == 1)),
    ("P8", lambda: NoPapers(lambda order: order.kind == "koseki" and len(order.members) == 2)),
    ("P9", lambda: only(Condition, declared=OTHER)),
    ("D3", Returning),
    ("P9", lambda: turning([DECLARED, OTHER], "declared")),
    ("P12", TwicePapers),
    ("R1", lambda: instead("not_registered", "not_issuable")),
    ("R2", lambda: told_apart),
    ("A5", TwicePapers),
    ("A7", lambda: lambda _, reply: msgspec.structs.replace(reply, papers=reply.papers[::-1]) if isinstance(reply, Issued) else reply),
    ("A9", lambda: one_copy_less),
    ("D3", lambda: instead("order_void", "failed")),
    ("O1", lambda: deaf_to_outcomes),
    ("O2", lambda: instead("request_closed", "busy")),
    ("X1", lambda: only(Condition, kinds=("juminhyo",))),
    ("X1", lambda: only(Condition, halted="upload")),
    ("X2", lambda: only(Inventory, series="よその市")),
    ("X2", lambda: lambda _, reply: msgspec.structs.replace(reply, sections=reply.sections[:5]) if isinstance(reply, Inventory) else reply),
    ("X3", lambda: instead("use_pending", "use_incomplete")),
    ("X3", lambda: only(UseTaken, expected_by="2020-01-01")),
    ("X3", lambda: only(RegisteredUse, state="accepted")),
    ("X4", lambda: only(Referred, sealed="x.y.z")),
    ("X4", lambda: instead("referral_invalid", "wide_not_joined")),
    ("X4", lambda: instead("not_issuable", "moved_out")),
    ("X5", NeverUsed),
    ("X5", lambda: only(ChoicesOffered, years=(2020,))),
    ("X6", lambda: instead("referral_expired", "referral_invalid")),
    ("X6", lambda: instead("referral_used", "referral_invalid")),
    ("X6", lambda: instead("not_found_there", "not_registered")),
)
"""The case that is for it, and what a server gets wrong. What the door alone refuses (P3, P4, P7, P13) no desk can get wrong: `test_kit` has answers for these."""


def slim(profile: Profile) -> Profile:
    """One form of one kind: what is wrong with every paper is seen on a few."""
    return msgspec.structs.replace(profile, kinds=tuple(msgspec.structs.replace(one, forms=one.forms[:1]) for one in profile.kinds[:1]))


async def test_each_case_finds_its_own_fault_and_no_other(tmp_path: Path) -> None:
    async with town(tmp_path) as (spoilt, profile, url, _):
        whole = load_profile(profile)
        for case, make in SPOILT:
            spoilt.change = make()
            (found,) = await tried(trial_of(slim(whole) if case.startswith("A") else whole, url, load=2), (case,))
            assert (found.case, found.verdict) == (case, "failed"), found.evidence
            assert "could not go on" not in " ".join(found.evidence), (case, found.evidence)


async def test_a_door_that_lets_others_in_is_found(tmp_path: Path) -> None:
    async with town(tmp_path) as (spoilt, profile, _, files):
        for case, opened in (("P10", _older), ("P6", _anybody)):
            door = Door(spoilt, title="t", accepts=MESSAGES, now=now, registry=CollectorRegistry(), points=CrashPoints(None, "municipal"))
            context = server_context(*files.server)
            opened(context)
            async with serve_application(door.application(), HERE, 0, context) as port:
                (found,) = await tried(trial_of(load_profile(profile), f"https://{HERE}:{port}", load=2), (case,))
            assert (found.case, found.verdict) == (case, "failed"), found.evidence


def _older(context: ssl.SSLContext) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2


def _anybody(context: ssl.SSLContext) -> None:
    context.verify_mode = ssl.CERT_OPTIONAL


async def test_a_door_that_believes_one_of_two_fields_and_one_that_answers_to_another_version_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = Line.send
    async with town(tmp_path) as (_, profile, url, __):
        whole = load_profile(profile)
        with monkeypatch.context() as patched:
            patched.setattr(door_of_messages, "decode_asked", decode)
            found = await tried(trial_of(whole, url, load=2), ("P2", "P3", "P7", "P13"))
            assert [one.case for one in found if one.verdict == "failed"] == ["P3", "P13"]
            assert all(text.startswith("a field") and "twice: " in text for one in found for text in one.evidence)
        with monkeypatch.context() as patched:
            patched.setattr(Line, "send", lambda line, path, body, **more: send(line, path.replace("/v2/", "/v1/"), body, **more))
            found = await tried(trial_of(whole, url, load=2), ("P2", "P3", "P7", "P13"))
            assert [(one.case, one.evidence) for one in found if one.verdict == "failed"] == [
                ("P7", ("another version of the protocol: not_registered with status 403 instead of not_found",))
            ]


async def test_the_build_that_was_registered_is_demanded_and_where_there_is_none_the_report_says_so(tmp_path: Path) -> None:
    async with town(tmp_path) as (_, file, url, __):
        profile = load_profile(file)
        for program, verdict in (("rehearsal", "passed"), ("another", "failed")):
            declared = Registered(program=program, topology=DECLARED.topology)
            (found,) = await tried(trial_of(msgspec.structs.replace(profile, declared=declared), url), ("P9",))
            assert (found.verdict, found.left_out) == (verdict, ()), found.evidence
        (found,) = await tried(trial_of(profile, url), ("P9",))
        assert (found.verdict, found.left_out) == ("passed", ("the registered build: the profile has no declared",))


async def test_a_part_that_the_profile_gives_no_occasion_for_is_said_and_never_passed_in_silence(tmp_path: Path) -> None:
    async with town(tmp_path) as (_, file, url, __):
        whole = load_profile(file)
        (found,) = await tried(trial_of(whole, url), ("P8",))
        assert (found.verdict, found.left_out) == ("passed", ())
        alone = msgspec.structs.replace(slim(whole), tls=msgspec.structs.replace(whole.tls, other_role=None))
        left_out = {one.case: one.left_out for one in await tried(trial_of(alone, url), ("P6", "P8"))}
        assert left_out["P6"] == ("another role: the profile has no tls.other_role",)
        assert [part.partition(":")[0] for part in left_out["P8"]] == ["somebody not choosable, alone", "two of three"]
