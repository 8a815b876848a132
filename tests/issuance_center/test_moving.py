"""Kinds move from one issuer to another at a set minute: only if both say the same, shortly before it, and are heard."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import StaticPool

from issuance_center.comparing import SECTIONS, Difference, differences
from issuance_center.config import Limits
from issuance_center.entries import IssuedBy, KeyStatement
from issuance_center.issuer_lines import IssuerLines
from issuance_center.move_entries import enter, withdraw
from issuance_center.move_pages import FAILURES
from issuance_center.moving import EVERY_SECONDS, LAST_MINUTES, Compared, Mover, UnderWay
from issuance_center.records import directory, moves, tables
from issuance_center.records.moves import Move
from issuance_center.routing import Change
from messages.conditions import AskInventory, Inventory, InventorySection
from messages.link import NoAnswer
from messages.orders import Build
from messages.wire import Message
from simulation.key_ring import rsa_ring
from tests.issuance_center.founding import NOW
from tests.issuance_center.stores import InlineStore
from trust.referrals import Signing, key_name, key_statement

CITY, KINDS = "990019", ("juminhyo", "inkan")
AT = NOW + timedelta(hours=1)
NAMES = tuple(name for name in SECTIONS if name not in ("series", "sections"))


class Issuer:
    """Answers an inventory; `digests` differ where a test says so."""

    def __init__(self, series: str) -> None:
        self.series = series
        self.digests = dict.fromkeys(NAMES, "a" * 64)
        self.down = False
        self.referral_keys: tuple[str, ...] = ()
        self.asked: list[str] = []

    async def ask(self, message: Message, timeout_seconds: float = 30.0) -> Message:
        assert isinstance(message, AskInventory)
        self.asked.append(message.nonce)
        if self.down:
            raise NoAnswer("refused")
        found = tuple(InventorySection(section=name, count=3, digest=digest) for name, digest in self.digests.items())
        declared = Build(program="p", topology="t")
        keys = self.referral_keys
        return Inventory(municipality=message.municipality, sections=found, series=self.series, declared=declared, referral_keys=keys)


class Desk:
    """A mover on a database of nothing but who issues the kinds, with its two issuers and a clock; `directory` has what the mover did to the directory."""

    def __init__(self, engine: Engine) -> None:
        self.store = InlineStore(engine)
        self.old, self.new = Issuer("みほん市"), Issuer("みほん市Ｂ")
        self.at = NOW
        self.directory: list[str] = []
        self.known: list[str] = []  # of it, to those who route
        issued = [Change("issuer", CITY, kind, NOW - timedelta(days=9), IssuedBy(CITY)) for kind in (*KINDS, "koseki")]
        self.store.do(directory.add, issued, "導入", "最初の内容", NOW)
        chance = iter(range(1000))
        lines = IssuerLines({CITY: self.old, "bcl": self.new}, Limits(retry_seconds=0.01, issuer_deadline_seconds=1.0))
        self.mover = Mover(
            self.store, lines, enter=self.enter, withdraw=self.withdraw, reload=self.reload,
            token=lambda size: next(chance).to_bytes(size), now=lambda: self.at,
        )  # fmt: skip

    def enter(self, connection: Connection, move: Move, now: datetime) -> None:
        assert now < move.at, "nothing enters the directory for a minute that has passed"
        enter(connection, move, now)
        self.directory.append("entered")

    def withdraw(self, connection: Connection, move: Move, now: datetime) -> None:
        assert now < move.at
        withdraw(connection, move, now)
        self.directory.append("withdrawn")

    async def reload(self, _now: datetime) -> None:
        self.known = list(self.directory)

    async def planned(self, kinds: tuple[str, ...] = KINDS, at: datetime = AT, *, back: bool = False) -> int:
        old, new = ("bcl", CITY) if back else (CITY, "bcl")
        return await self.mover.plan(CITY, kinds, old, new, at, "センター運用 花子", "標準化に伴う移行")

    async def edited(self, kind: str, since: datetime, issuer: str | None) -> None:
        """Somebody else has entered this."""
        await self.store.write(directory.add, [Change("issuer", CITY, kind, since, IssuedBy(issuer))], "別の人", "別の理由", self.at)

    def issuers(self, kind: str) -> list[str | None]:
        """Who issues it, one after another."""
        return list(self.store.do(directory.issuers_of, CITY, kind).values())

    async def failure(self, move_no: int = 1) -> str:
        """Why the last comparison was none."""
        found = await self.store.read(moves.find, move_no)
        assert found is not None
        return found[1][0].failure

    async def state(self, move_no: int = 1) -> str:
        found = await self.store.read(moves.find, move_no)
        assert found is not None
        return found[0].state

    async def at_round(self, at: datetime) -> str:
        self.at = at
        await self.mover.round()
        return await self.state()


@contextmanager
def database() -> Iterator[Engine]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    tables.METADATA.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def desk() -> Iterator[Desk]:
    with database() as engine:
        yield Desk(engine)


def inventory(series: str = "a", **digests: str) -> Inventory:
    found = tuple(InventorySection(section=name, count=3, digest=digests.get(name, "x")) for name in NAMES)
    return Inventory(municipality=CITY, sections=found, series=series, declared=Build(program="p", topology="t"))


def test_two_issuers_are_the_same_when_every_section_is_and_their_numbers_cannot_meet() -> None:
    assert differences(inventory("a"), inventory("b")) == ()
    assert differences(inventory("a"), inventory(" a ")) == (Difference("series", 0, 0),)
    for name in NAMES:
        assert differences(inventory("a"), inventory("b", **{name: "y"})) == (Difference(name, 3, 3),)


def test_a_section_that_one_of_them_leaves_out_was_not_compared() -> None:
    fewer = Inventory(municipality=CITY, sections=inventory().sections[1:], series="b", declared=Build(program="p", topology="t"))
    assert [one.section for one in differences(inventory("a"), fewer)] == ["sections"]
    assert [
        one.section for one in differences(fewer, Inventory(municipality=CITY, sections=fewer.sections, series="a", declared=fewer.declared))
    ] == ["sections"]


async def test_the_new_issuer_must_have_the_key_to_which_others_seal_referrals_at_that_minute(desk: Desk) -> None:
    """Only where tax papers move, and only where the municipality has a statement: until the new key's own is entered, from that minute on."""
    own, new = (ec.derive_private_key(secret, ec.SECP256R1()).public_key() for secret in (7, 8))
    desk.old.referral_keys, desk.new.referral_keys = (key_name(own),), (key_name(new),)
    await desk.edited("kazei", NOW - timedelta(days=9), CITY)
    await desk.planned(("kazei",), AT + timedelta(days=1))
    assert await desk.state(1) == "planned", "the municipality has not joined"
    assert await desk.mover.take_back((await desk.store.read(moves.underway))[0], NOW)
    await desk.store.write(directory.add, [stated(own, NOW - timedelta(days=9))], "別の人", "広域交付", NOW)
    await desk.planned(("kazei",))
    assert (await desk.state(2), await desk.failure(2)) == ("blocked", "referral_key")
    await desk.planned(("juminhyo",))
    assert await desk.state(3) == "planned"
    await desk.store.write(directory.add, [stated(new, AT + timedelta(seconds=1))], "別の人", "新しい鍵", NOW)
    await desk.planned(("kazei",))
    assert await desk.state(4) == "blocked", "a second too late is too late"
    await desk.store.write(directory.add, [stated(new, AT)], "別の人", "新しい鍵", NOW)
    await desk.planned(("kazei",))
    assert await desk.state(5) == "planned" and "referral_key" in FAILURES


def stated(key: ec.EllipticCurvePublicKey, since: datetime) -> Change:
    signing = Signing(rsa_ring()[0], (b"nobody looks at this",))
    return Change("key_statement", CITY, "", since, KeyStatement(key_statement(signing, CITY, key, NOW, NOW + timedelta(days=9))))


async def test_the_same_twice_moves_the_kinds_at_the_minute_and_not_before(desk: Desk) -> None:
    await desk.planned()
    assert await desk.at_round(AT - LAST_MINUTES - timedelta(seconds=1)) == "planned" and desk.directory == []
    assert len(desk.old.asked) == 1, "nobody is asked again before the last minutes"
    assert await desk.at_round(AT - LAST_MINUTES) == "ready" and desk.directory == ["entered"]
    assert await desk.at_round(AT - timedelta(seconds=EVERY_SECONDS)) == "ready" and desk.directory == ["entered"]
    assert await desk.at_round(AT) == "moved"
    assert desk.old.asked == desk.new.asked and len(set(desk.old.asked)) == 3, "both the same nonce, each time another"


@pytest.mark.parametrize("section", NAMES)
async def test_a_difference_when_it_is_planned_blocks_it(desk: Desk, section: str) -> None:
    desk.new.digests[section] = "b" * 64
    await desk.planned()
    assert await desk.state() == "blocked"
    found = await desk.store.read(moves.find, 1)
    assert found is not None and found[1][0].differences == (Difference(section, 3, 3),)
    desk.new.digests[section] = "a" * 64
    assert await desk.at_round(AT - timedelta(minutes=1)) == "blocked" and desk.directory == []


async def test_a_difference_in_the_last_minutes_blocks_it_and_an_operator_is_told(desk: Desk) -> None:
    await desk.planned()
    desk.old.digests["stops"] = "b" * 64  # a clerk has set a 支援措置 at the old server
    assert await desk.at_round(AT - timedelta(minutes=4)) == "planned"
    assert await desk.at_round(AT) == "blocked" and desk.directory == []
    assert [row["code"] for row in desk.store.rows(tables.alarms)] == ["move_blocked"]


async def test_a_difference_after_it_was_ready_takes_it_back_and_agreement_lets_it_through_again(desk: Desk) -> None:
    await desk.planned()
    assert await desk.at_round(AT - timedelta(minutes=4)) == "ready"
    desk.old.digests["stops"] = "b" * 64
    assert await desk.at_round(AT - timedelta(minutes=3)) == "planned"
    desk.new.digests["stops"] = "b" * 64  # the fast lane has brought it
    assert await desk.at_round(AT - timedelta(minutes=2)) == "ready"
    assert desk.known == desk.directory == ["entered", "withdrawn", "entered"], "those who route know it at once"
    assert await desk.at_round(AT) == "moved"


@pytest.mark.parametrize(("who", "failure"), [("old", "old_silent"), ("new", "new_silent")])
async def test_an_issuer_that_is_not_heard_blocks_it(desk: Desk, who: str, failure: str) -> None:
    getattr(desk, who).down = True
    assert await desk.mover.compare(CITY, KINDS, CITY, "bcl") == Compared(failure=failure)
    await desk.planned()
    assert await desk.state() == "blocked"


async def test_answers_that_come_after_the_minute_enter_nothing(desk: Desk) -> None:
    await desk.planned()
    slow = desk.new.ask

    async def late(message: Message, timeout_seconds: float = 30.0) -> Message:
        desk.at = AT + timedelta(seconds=1)
        return await slow(message, timeout_seconds)

    desk.new.ask = late  # type: ignore[method-assign]
    assert await desk.at_round(AT - timedelta(seconds=1)) == "planned" and desk.directory == []
    assert await desk.at_round(AT + timedelta(seconds=2)) == "blocked"


async def test_a_kind_whose_move_is_under_way_is_not_planned_again_until_that_has_ended(desk: Desk) -> None:
    await desk.planned()
    for kinds, back in ((("inkan", "koseki"), False), (("juminhyo",), True)):
        with pytest.raises(UnderWay) as other:
            await desk.planned(kinds, AT + timedelta(hours=1), back=back)
        assert other.value.move_no == 1
    assert len(desk.old.asked) == 1, "nobody was asked for it"
    assert await desk.planned(("koseki",)) == 2, "another kind is another move"
    assert await desk.at_round(AT - timedelta(minutes=1)) == "ready"
    with pytest.raises(UnderWay):
        await desk.planned()
    assert await desk.at_round(AT) == "moved"
    assert await desk.planned(at=AT + timedelta(hours=1), back=True) == 3, "what has moved may move on"
    assert await desk.state(3) == "planned" and desk.issuers("inkan") == [CITY, "bcl"]


async def test_of_two_plans_that_are_made_at_once_one_stands(desk: Desk) -> None:
    compare = desk.mover.compare

    async def compared_while_another_plans(*asked: Any) -> Compared:
        desk.mover.compare = compare  # type: ignore[method-assign]
        await desk.planned()
        return await compare(*asked)

    desk.mover.compare = compared_while_another_plans  # type: ignore[assignment, method-assign]
    with pytest.raises(UnderWay):
        await desk.planned()
    assert len(await desk.store.read(moves.listed)) == 1


@pytest.mark.parametrize(("since", "issuer"), [(AT - timedelta(minutes=6), "bcl"), (AT - timedelta(minutes=6), None), (AT, None)])
async def test_another_issuer_in_the_directory_than_the_one_that_was_compared_blocks_it(desk: Desk, since: datetime, issuer: str | None) -> None:
    await desk.planned()
    await desk.edited("inkan", since, issuer)
    assert await desk.at_round(AT - timedelta(minutes=4)) == "planned" and desk.directory == []
    assert await desk.failure() == "not_the_issuer"
    assert await desk.at_round(AT) == "blocked" and desk.issuers("inkan") == [CITY, issuer] and desk.issuers("juminhyo") == [CITY]


async def test_a_move_that_is_ready_is_taken_back_when_the_directory_changes(desk: Desk) -> None:
    await desk.planned()
    assert await desk.at_round(AT - timedelta(minutes=4)) == "ready"
    await desk.edited("inkan", AT - timedelta(minutes=1), None)
    assert await desk.at_round(AT - timedelta(minutes=3)) == "planned" and await desk.failure() == "not_the_issuer"
    assert desk.issuers("juminhyo") == [CITY] and desk.issuers("inkan") == [CITY, None]
    assert await desk.at_round(AT) == "blocked"


async def test_a_plan_for_kinds_that_will_be_another_issuers_is_blocked_at_once(desk: Desk) -> None:
    await desk.edited("inkan", AT - timedelta(minutes=30), None)
    await desk.planned()
    assert (await desk.state(), await desk.failure()) == ("blocked", "not_the_issuer")


async def test_staff_take_a_move_back_before_its_minute_and_not_after(desk: Desk) -> None:
    await desk.planned()
    assert await desk.at_round(AT - timedelta(minutes=4)) == "ready"
    (move,) = await desk.store.read(moves.underway)
    assert not await desk.mover.take_back(move, AT)
    assert await desk.mover.take_back(move, desk.at)
    assert desk.known == desk.directory == ["entered", "withdrawn"] and await desk.state() == "withdrawn"
    assert await desk.at_round(AT) == "withdrawn"


async def test_a_center_that_dies_on_the_way_goes_on(desk: Desk) -> None:
    await desk.planned()
    desk.store.fails["_checked"] = "after"
    with pytest.raises(Exception, match="after"):
        await desk.at_round(AT - timedelta(minutes=4))
    assert await desk.at_round(AT - timedelta(minutes=3)) == "ready"
    assert desk.directory == ["entered"], "it was entered in the commit that was not confirmed, and not again"
    assert await desk.at_round(AT + timedelta(hours=1)) == "moved", "a center that comes back late only says what is in force"
