"""Probes find every cloud that leaks, and stop whom it concerns in the same step; a cloud that does not leak passes, and nothing of a probe stays."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bcl_cloud import serving
from bcl_cloud.desk import PROBE, CloudDesk
from bcl_cloud.fair_share import FairShare
from bcl_cloud.joining.onboarding import Cloud
from bcl_cloud.probing import probe
from bcl_cloud.tenancy.door import Tenancy
from bcl_cloud.tenancy.files import TenantFiles
from bcl_cloud.tenants.canaries_planted import plant
from bcl_cloud.tenants.entries import find
from bcl_cloud.tenants.journal import entries
from bcl_cloud.tenants.probes_recorded import last_probe
from issuer.desk import Desk
from messages.orders import ChoicesOffered, OfferChoices
from messages.refusals import refuse
from messages.wire import Message
from storage.store import Store
from tests.bcl_cloud.tenants import A, B, C
from tests.bcl_cloud.watched import CODES, KeptKeys, Watched, canary, cloud_in, copied, number_in, rows_of_tenant, serving_of, watched
from tests.issuer.town import CENTER, FATHER, NOW, ask, serial
from trust.parties import Peer


@pytest.fixture
async def cloud(tmp_path: Path) -> AsyncIterator[Cloud]:
    async with cloud_in(copied(tmp_path)) as opened:
        yield opened


def of_town(code: str, who: int = FATHER) -> OfferChoices:
    return msgspec.structs.replace(ask(who), municipality=code, serial=serial(number_in(code, who)))


async def states(cloud: Cloud) -> dict[str, str]:
    found = {}
    for code in CODES:
        tenant = await cloud.database.read(find, code)
        assert tenant is not None
        found[code] = "leak" if tenant.reason.startswith("leak") else tenant.state
    return found


async def test_a_cloud_that_does_not_leak_passes_and_nothing_of_a_probe_stays(cloud: Cloud) -> None:
    room = watched(cloud)
    before = {code: await rows_of_tenant(cloud, code) for code in CODES}
    for code in (*CODES, *CODES):
        verdict = await room.watch.look(code)
        assert (verdict.outcome, verdict.detail.endswith(" 2 neighbours")) == ("passed", True), verdict
    assert {code: await rows_of_tenant(cloud, code) for code in CODES} == before
    assert await states(cloud) == dict.fromkeys(CODES, "open")
    assert room.metric("konbini_bcl_probes_total", outcome="passed") == 6 and room.metric("konbini_bcl_leaking") == 0
    probed = await cloud.database.read(last_probe, A)
    assert probed is not None and (probed.outcome, probed.passed_at, probed.failed_in_row) == ("passed", NOW, 0)


class MixedDoor(Tenancy):
    """A door that gives somebody else's file to whoever asks for A's, at every `nth` time."""

    nth, asked = 1, 0

    @asynccontextmanager
    async def entered(self, code: str) -> AsyncIterator[Store]:
        MixedDoor.asked += code == A
        wrong = code == A and self.asked % self.nth == 0
        async with super().entered(B if wrong else code) as store:
            yield store


class WritesElsewhere(Tenancy):
    """A door that reads A's rows and writes into B's."""

    @asynccontextmanager
    async def entered(self, code: str) -> AsyncIterator[Store]:
        async with super().entered(code) as own, super().entered(B) as other:
            yield _Split(own, other) if code == A else own  # type: ignore[misc]


class _Split:
    def __init__(self, reads: Store, writes: Store) -> None:
        self.read, self.write = reads.read, writes.write


@pytest.mark.parametrize("nth", [1, 3, 13])
async def test_a_door_that_mixes_two_files_is_found(tmp_path: Path, nth: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MixedDoor, "nth", nth)
    async with cloud_in(copied(tmp_path), lambda folder: MixedDoor(TenantFiles(folder), sole=False)) as cloud:
        verdict = await watched(cloud).watch.look(A)
        assert (verdict.outcome, set(verdict.concerned)) == ("leak", {A, B}), verdict
        assert await states(cloud) == {A: "leak", B: "leak", C: "open"}


async def test_a_door_that_writes_into_anothers_file_is_found(tmp_path: Path) -> None:
    async with cloud_in(copied(tmp_path), lambda folder: WritesElsewhere(TenantFiles(folder), sole=False)) as cloud:
        verdict = await watched(cloud).watch.look(A)
        assert (verdict.outcome, set(verdict.concerned)) == ("leak", {A, B}), verdict


class CacheBySerial(CloudDesk):
    """Remembers what was offered to a card, whoever was asked."""

    def __init__(self, serving: Any, share: FairShare) -> None:
        super().__init__(serving, share)
        self.known: dict[str, Message] = {}

    async def answer(self, message: Message, peer: Peer, now: datetime) -> Message:
        if not isinstance(message, OfferChoices):
            return await super().answer(message, peer, now)
        known = self.known.get(message.serial)
        reply = known if known is not None else await super().answer(message, peer, now)
        if isinstance(reply, ChoicesOffered):
            self.known[message.serial] = reply
        return reply


class AnyTenant(CloudDesk):
    """Looks where the card is known, not where it was asked to."""

    async def answer(self, message: Message, peer: Peer, now: datetime) -> Message:
        for code in CODES:
            reply = await super().answer(msgspec.structs.replace(message, municipality=code), peer, now)
            if isinstance(reply, ChoicesOffered):
                return reply
        return await super().answer(message, peer, now)


class AlwaysFirst(CloudDesk):
    """Takes everything to the first tenant."""

    async def answer(self, message: Message, peer: Peer, now: datetime) -> Message:
        return await super().answer(msgspec.structs.replace(message, municipality=A), peer, now)


class TellsApart(CloudDesk):
    """Refuses a neighbour's resident with another word than somebody unknown."""

    async def answer(self, message: Message, peer: Peer, now: datetime) -> Message:
        code = getattr(message, "municipality", "")
        if getattr(message, "serial", "").startswith("facade") and code not in message.serial[:12]:  # type: ignore[attr-defined]
            return refuse("moved_out")
        return await super().answer(message, peer, now)


@pytest.mark.parametrize(("leaking", "at", "rule"), [
    (CacheBySerial, B, "choices of juminhyo: not refused"),
    (AnyTenant, A, "choices of juminhyo: not refused"),
    (AlwaysFirst, B, "choices of juminhyo: not refused"),
    (TellsApart, C, "choices of juminhyo: told apart from somebody unknown"),
])  # fmt: skip
async def test_a_desk_that_answers_for_a_neighbour_is_found(cloud: Cloud, leaking: type[CloudDesk], at: str, rule: str) -> None:
    room = watched(cloud, lambda made: leaking(serving_of(made), FairShare(64, 32, 64)))
    verdict = await room.watch.look(at)
    assert (verdict.outcome, verdict.detail) == ("leak", rule), verdict
    assert set((await states(cloud)).values()) == {"leak", "open"} and (await states(cloud))[at] == "leak"


def _shown(connection: Any) -> None:
    connection.exec_driver_sql("CREATE VIEW residents_of_all AS SELECT * FROM residents")


def _row_of_b(connection: Any) -> None:
    connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
    connection.exec_driver_sql("UPDATE residents SET tenant = ? WHERE place = 3", (B,))


@pytest.mark.parametrize(("change", "concerned", "rule"), [
    (_shown, {A}, "rows: a view stands beside the tables: residents_of_all"),
    (_row_of_b, {A, B}, "rows: residents shows another tenant's"),
])  # fmt: skip
async def test_a_shared_register_is_found(cloud: Cloud, change: Callable[[Any], None], concerned: set[str], rule: str) -> None:
    await cloud.tenancy.store(A).write(change)
    verdict = await watched(cloud).watch.look(A)
    assert (verdict.outcome, set(verdict.concerned), verdict.detail) == ("leak", concerned, rule)


@pytest.mark.parametrize(("table", "column"), [
    ("residents", "serial"), ("issue_refusals", "asked_id"),
    *(pytest.param(*one, marks=pytest.mark.sweep) for one in (("residents", "name"), ("clerk_doings", "why"), ("feed_uploads", "report"))),
])  # fmt: skip
async def test_a_word_of_a_neighbours_canary_in_any_table_is_found(cloud: Cloud, table: str, column: str) -> None:
    theirs = await canary(cloud, B)

    def speak(connection: Any) -> None:
        names = {row[1]: row for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")}
        if table == "residents":
            connection.exec_driver_sql(f"UPDATE residents SET {column} = ? WHERE place = 3", (theirs.serial if column == "serial" else theirs.name,))
            return
        values = {
            name: f"x {theirs.name} y" if name == column else 1 for name, row in names.items() if name == column or (row[3] and name != "tenant")
        }
        connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", tuple(values.values()))

    await cloud.tenancy.store(A).write(speak)
    verdict = await watched(cloud).watch.look(A)
    assert (verdict.outcome, set(verdict.concerned)) == ("leak", {A, B}), verdict
    assert verdict.detail == f"rows: {table} speaks of another tenant's canary" and theirs.name not in verdict.detail


async def test_a_neighbours_canary_planted_here_is_found(cloud: Cloud) -> None:
    await cloud.tenancy.store(A).write(plant, await canary(cloud, B), "見本県みほん市一丁目", NOW)
    assert set((await watched(cloud).watch.look(A)).concerned) == {A, B}


class MixedKeys(KeptKeys):
    def keys(self, code: str) -> Any:
        return super().keys(B if code == A else code)


async def test_a_paper_that_another_municipality_signs_is_found(cloud: Cloud, tmp_path: Path) -> None:
    mixed = replace(cloud, keys=MixedKeys(tmp_path / "keys"))
    verdict = await watched(mixed).watch.look(A)
    assert (verdict.outcome, set(verdict.concerned), verdict.detail) == ("leak", {A, B}, "own paper, juminhyo: signed by another municipality")


@pytest.mark.parametrize(("part", "rule"), [("certifiers", "another municipality's certifier"), ("number_prefix", "a number of another series")])
async def test_a_paper_with_a_neighbours_terms_is_found(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, part: str, rule: str) -> None:
    true = serving.terms_of

    def mixed(connection: Any, code: str) -> Any:
        own, other = true(connection, code), true(connection, B)
        assert own is not None and other is not None
        if part == "certifiers":
            return replace(own, certifiers=other.certifiers)
        return replace(own, tenant=replace(own.tenant, number_prefix=other.tenant.number_prefix))

    monkeypatch.setattr(serving, "terms_of", mixed)
    verdict = await watched(cloud).watch.look(A)
    assert (verdict.outcome, verdict.detail) == ("leak", f"own paper, juminhyo: {rule}")


async def test_a_leak_stops_its_tenants_in_the_same_step_says_so_and_leaves_the_third_serving(cloud: Cloud) -> None:
    room = watched(cloud)
    for code in CODES:
        assert isinstance(await room.said(of_town(code)), ChoicesOffered)
    await cloud.tenancy.store(A).write(plant, await canary(cloud, B), "見本県みほん市一丁目", NOW)
    await room.watch.look(A)
    assert [await room.said(of_town(code)) for code in (A, B)] == ["stopped_now", "stopped_now"]
    assert isinstance(await room.said(of_town(C)), ChoicesOffered)
    assert room.metric("konbini_bcl_leaking") == 2 and room.metric("konbini_bcl_probes_total", outcome="leak") == 1
    for code in (A, B):
        (noted,) = [one.entry for one in await cloud.database.read(entries, code) if one.entry.doing == "leak"]
        assert (noted.who, noted.detail) == ("見張り", f"{A}: rows: resident_households speaks of another tenant's canary")
        probed = await cloud.database.read(last_probe, code)
        assert probed is not None and probed.outcome == "leak"


async def test_a_tenant_that_cannot_be_looked_at_is_stopped_after_three_times_in_a_row_and_not_for_a_leak(cloud: Cloud) -> None:
    room = watched(cloud)
    key = cloud.keys.folder(A) / "documents.key"
    kept = key.read_bytes()
    key.unlink()
    assert [(await room.watch.look(A)).outcome for _ in range(2)] == ["failed", "failed"]
    key.write_bytes(kept)
    assert (await room.watch.look(A)).outcome == "passed"  # and the row begins anew
    key.unlink()
    await cloud.database.write(_new_revision, A)
    for expected in ("open", "open", "stopped"):
        assert (await room.watch.look(A)).outcome == "failed"
        assert (await states(cloud))[A] == expected
    assert await states(cloud) == {A: "stopped", B: "open", C: "open"}
    assert "unprobed" in {one.entry.doing for one in await cloud.database.read(entries, A)}
    assert room.metric("konbini_bcl_not_probed") == 1


def _new_revision(connection: Any, code: str) -> None:
    connection.exec_driver_sql("UPDATE tenants SET revision = revision + 1 WHERE code = ?", (code,))


async def test_a_probes_crowd_and_quota_are_not_its_tenants(cloud: Cloud) -> None:
    share = FairShare(8, 1, 0)
    room = watched(cloud, lambda made: CloudDesk(serving_of(made), share))
    async with share.turn(A):
        assert await CloudDesk(serving_of(cloud), share).answer(of_town(A), CENTER, NOW) == refuse("busy")
        assert (await room.watch.look(A)).outcome == "passed"


class Crowded(CloudDesk):
    """Too busy for the first questions of a probe."""

    refused = 0

    async def answer(self, message: Message, peer: Peer, now: datetime) -> Message:
        self.refused += 1
        return refuse("busy") if self.refused <= 3 else await super().answer(message, peer, now)


async def test_a_probe_in_a_crowd_asks_again(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "BUSY_SECONDS", 0.0)
    room = watched(cloud, lambda made: Crowded(serving_of(made), FairShare(8, 4, 4)))
    assert (await room.watch.look(A)).outcome == "passed"
    monkeypatch.setattr(probe, "BUSY_TRIES", 1)
    room = watched(cloud, lambda made: Crowded(serving_of(made), FairShare(8, 4, 4)))
    verdict = await room.watch.look(A)
    assert (verdict.outcome, verdict.detail) == ("failed", "own choices of juminhyo: busy")


async def test_nobody_who_comes_through_a_door_is_the_probe(cloud: Cloud) -> None:
    desk, mine = CloudDesk(serving_of(cloud), FairShare(8, 4, 4)), await canary(cloud, A)
    question = msgspec.structs.replace(ask(FATHER), serial=mine.serial)
    assert isinstance(await desk.answer(question, PROBE, NOW), ChoicesOffered)
    assert await desk.answer(question, Peer(PROBE.role, PROBE.name), NOW) == refuse("not_registered")


async def test_desks_for_probes_keep_nothing_and_stand_beside_the_true_one(cloud: Cloud) -> None:
    served = await serving_of(cloud).served(A)
    assert served is not None and isinstance(served.probed(), Desk)
    assert served.probed() is not served.probed() and served.probed() is not served.desk


def test_the_room_of_these_tests_looks_alike_in_every_town(tmp_path: Path) -> None:
    assert len({serial(number_in(code, FATHER)) for code in CODES}) == len(CODES)
    assert Watched.__dataclass_fields__.keys() >= {"cloud", "desk", "watch"}
