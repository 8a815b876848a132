"""Lies of an issuer that serves several municipalities, and lies about builds: nothing is handed out, nothing is charged, exactly that scope is stopped, somebody is told; the others go on."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
import pytest

from issuance_center.config import Config, KindService, Line, RegisteredBuild
from issuance_center.desk import Desk
from issuance_center.issuer_lines import IssuerLines
from issuance_center.move_entries import enter, withdraw
from issuance_center.moving import Compared, Mover
from issuance_center.prices import PriceLists
from issuance_center.records import finding_tables, stop_tables, stops, tables
from issuance_center.restarting import check
from issuance_center.stopping import Person
from issuer.desk import Desk as IssuerDesk
from issuer.press import InlinePress
from messages import visits as said
from messages.conditions import AskInventory
from messages.door import Desk as AnyDesk
from messages.ids import time_ordered_id
from messages.orders import Build, ChoicesOffered, Issued, IssueOrder, OfferChoices
from messages.uses import AskUse, RegisteredUse, UseTaken
from messages.wire import Message
from registers.residents.changes import bind_card
from simulation.people import CardMade
from tests.issuance_center.founding import CENTER, CITY, SILENT_CITY, center_config, foundation, issuer
from tests.issuance_center.liars import Liar
from tests.issuance_center.stores import InlineStore
from tests.issuance_center.test_moving import Issuer as Inventoried
from tests.issuance_center.test_use_relay import application, signed
from tests.issuance_center.test_use_relay import config as taking_use
from tests.issuance_center.test_wide_tax import their_keys
from tests.issuance_center.town import Kiosk, Town, code
from tests.issuance_center.wires import Wire
from tests.issuer.town import DECLARED
from trust.parties import Peer

OTHER = Build(program="konbini/other", topology=DECLARED.topology)
Swap = Callable[["Cloud", Message, str, Peer, datetime], Any]


@dataclass
class Cloud:
    """One line for two tenants, each with its own store, keys and seal; the same people are in both registers. `lie` answers instead, if there is one."""

    tenants: dict[str, AnyDesk]
    lie: Swap | None = None

    async def answer(self, message: Message, peer: Peer, now: datetime) -> Message:
        tenant: str = getattr(message, "municipality")  # noqa: B009 - every message to an issuer names one
        if self.lie is not None and isinstance(message, IssueOrder):
            made: Message = await self.lie(self, message, tenant, peer, now)
            return made
        return await self.tenants[tenant].answer(message, peer, now)

    def other(self, tenant: str) -> str:
        return next(code for code in self.tenants if code != tenant)


class CloudTown(Town):
    """Both cities are tenants of the shared cloud."""

    def __init__(self) -> None:
        self.their_store = InlineStore(foundation().municipal)
        self.cloud: Cloud | None = None
        super().__init__(cloud_config())
        theirs = replace(issuer(), municipality=SILENT_CITY)
        self.cloud = Cloud({CITY: self.municipal, SILENT_CITY: IssuerDesk(theirs, self.their_store, InlinePress(their_keys().hands), DECLARED)})

    def _cloud(self) -> AnyDesk:
        assert self.cloud is not None
        return self.cloud

    def _center(self) -> Desk:
        self.to_cloud = Wire(Peer("center", CENTER), self._cloud, self.now)
        return Desk(
            self.config, self.center_store, issuers={"bcl": self.to_cloud}, prices=PriceLists(self.to_fees, self.config.limits.fees_seconds), ocsp=self._ocsp,
            roots=self.roots, documents=self.documents, token=self.token, new_id=lambda now: time_ordered_id(now, self.token), wake=self._wake,
        )  # fmt: skip

    async def close(self) -> None:
        await super().close()
        await self.their_store.close()


def cloud_config() -> Config:
    made = center_config()
    hours = made.municipalities[0].kinds["juminhyo"].hours
    kinds = {kind: KindService("bcl", hours) for kind in ("juminhyo", "koseki")}
    places = tuple(msgspec.structs.replace(place, kinds=kinds) for place in made.municipalities)
    registered = {"bcl": (RegisteredBuild(DECLARED.program, DECLARED.topology),)}
    return msgspec.structs.replace(made, municipalities=places, issuers=(Line(name="bcl", url="", server_name=""),), builds=registered)


@pytest.fixture
async def cloud() -> AsyncIterator[CloudTown]:
    made = CloudTown()
    yield made
    await made.close()


def at(town: Town, municipality: str, number: int = 0) -> Kiosk:
    kiosk = town.kiosk(number)
    kiosk.municipality = municipality
    return kiosk


def stopped(town: Town) -> list[dict[str, Any]]:
    """The parts of each stop that are not open."""
    return [{part: row[part] for part in stops.PARTS if row[part]} for row in town.rows(stop_tables.stops)]


# --- another tenant's paper ---


async def the_other_tenant_s_paper(cloud: Cloud, order: IssueOrder, tenant: str, peer: Peer, now: datetime) -> Message:
    """The other tenant makes the paper that was ordered, of its own register: same people, same binding, its own signature and codes, all of them valid."""
    other = cloud.other(tenant)
    offered = await cloud.tenants[other].answer(
        OfferChoices(visit_id=order.visit_id, visit_key=b"k" * 32, serial=order.serial, municipality=other, kind=order.kind), peer, now
    )
    assert isinstance(offered, ChoicesOffered), offered
    return await cloud.tenants[other].answer(msgspec.structs.replace(order, municipality=other, register_version=offered.register_version), peer, now)


async def the_other_tenant_s_codes(cloud: Cloud, order: IssueOrder, tenant: str, peer: Peer, now: datetime) -> Message:
    """The right paper, with the 2-D codes of the other tenant's."""
    right = await cloud.tenants[tenant].answer(order, peer, now)
    theirs = await the_other_tenant_s_paper(cloud, order, tenant, peer, now)
    assert isinstance(right, Issued) and isinstance(theirs, Issued)
    swapped = tuple(msgspec.structs.replace(own, codes=other.codes) for own, other in zip(right.papers, theirs.papers, strict=True))
    return msgspec.structs.replace(right, papers=swapped)


async def the_other_tenant_s_face(cloud: Cloud, order: IssueOrder, tenant: str, peer: Peer, now: datetime) -> Message:
    """The other tenant's paper under the right codes and the right number."""
    right = await cloud.tenants[tenant].answer(order, peer, now)
    theirs = await the_other_tenant_s_paper(cloud, order, tenant, peer, now)
    assert isinstance(right, Issued) and isinstance(theirs, Issued)
    swapped = tuple(msgspec.structs.replace(own, face=other.face) for own, other in zip(right.papers, theirs.papers, strict=True))
    return msgspec.structs.replace(right, papers=swapped)


LIES = {
    the_other_tenant_s_paper: "signature: of another signer",
    the_other_tenant_s_face: "signature: of another signer",
    the_other_tenant_s_codes: "codes: sheet 1",
}


async def test_an_honest_cloud_issues_for_both_its_tenants(cloud: CloudTown, card: CardMade) -> None:
    """Without this, a cloud that never issues would pass what follows."""
    for number, municipality in enumerate((CITY, SILENT_CITY)):
        await at(cloud, municipality, number).ready(card)
    assert (cloud.states(), cloud.alarms(), stopped(cloud)) == (["sealed"] * 2, [], [])


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
@pytest.mark.parametrize("tenant", [CITY, SILENT_CITY])
async def test_another_tenant_s_paper_is_stopped_for_that_tenant_alone(cloud: CloudTown, card: CardMade, tenant: str, lie: Swap) -> None:
    assert cloud.cloud is not None
    other = cloud.cloud.other(tenant)
    kiosk = at(cloud, tenant)
    await kiosk.choosing(card)
    cloud.cloud.lie = lie
    assert code(await kiosk.apply()) == "paper_stopped"
    cloud.cloud.lie = None
    assert (cloud.states(), cloud.facts(), cloud.outcomes()) == (["stopped"], [], ["stopped"])
    assert stopped(cloud) == [
        {"municipality": tenant, "kind": "juminhyo", "issuer": "bcl"},
        {"municipality": tenant, "issuer": "bcl", "build": DECLARED.program},
    ]
    (alarm,) = cloud.rows(tables.alarms)
    assert (alarm["code"], alarm["municipality"]) == ("paper_stopped", tenant) and LIES[lie] in alarm["detail"]
    assert [(case["municipality"], case["class_"]) for case in cloud.rows(finding_tables.findings)] == [(tenant, "paper_stopped")]
    assert code(await kiosk.choices("koseki")) == "stopped_now", "what that program makes for that tenant"
    await at(cloud, other, 1).ready(card)
    assert sorted(cloud.states()) == ["sealed", "stopped"], "the other tenant is served as before"


# --- builds ---


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    """Two own servers, each registered with a build of its own."""
    made = center_config()
    builds = {CITY: (RegisteredBuild(DECLARED.program, DECLARED.topology),), SILENT_CITY: (RegisteredBuild(OTHER.program, OTHER.topology),)}
    town = Town(msgspec.structs.replace(made, builds=builds))
    yield town
    await town.close()


@pytest.fixture
def liar(town: Town) -> Liar:
    town.municipal = made = Liar(town, town.municipal)
    return made


def offer_of(build: Build) -> Callable[[Liar, ChoicesOffered], ChoicesOffered]:
    return lambda _liar, offered: msgspec.structs.replace(offered, declared=build)


def papers_of(build: Build) -> Callable[[Liar, IssueOrder], Any]:
    async def made(liar: Liar, order: IssueOrder) -> Issued:
        return msgspec.structs.replace(await liar.make(order), declared=build)

    return made


WRONG_BUILDS = (
    OTHER,  # registered, but for somebody else
    msgspec.structs.replace(DECLARED, topology="processes=2 press_workers=0 database=sqlite"),  # domain facts 7.1, I7
    msgspec.structs.replace(DECLARED, program="konbini/0"),
    Build(program="", topology=""),
    Build(program="見本", topology=DECLARED.topology),
)


@pytest.mark.parametrize("build", WRONG_BUILDS, ids=lambda build: f"{build.program} {build.topology}"[:40])
@pytest.mark.parametrize("when", ["offer", "mid-visit"])
async def test_another_build_than_the_line_s_own_stops_that_issuer_alone(
    town: Town, liar: Liar, kiosk: Kiosk, card: CardMade, build: Build, when: str
) -> None:
    if when == "offer":
        liar.forge = offer_of(build)
        await kiosk.quoted(card)
        assert code(await kiosk.choices()) == "stopped_now"
        assert town.rows(tables.offers) == []
    else:
        await kiosk.choosing(card)
        liar.lie = papers_of(build)
        assert code(await kiosk.apply()) == "stopped_now"
        assert town.outcomes() == ["void"]
    assert (town.facts(), town.alarms()) == ([], ["other_build"])
    assert stopped(town) == [{"issuer": CITY}]
    assert [(case["municipality"], case["class_"]) for case in town.rows(finding_tables.findings)] == [(CITY, "other_build")]
    liar.forge = liar.lie = None
    assert code(await kiosk.choices("koseki")) == "stopped_now", "honest again, it stays stopped until two people restart it"
    store = InlineStore(foundation().municipal)
    their_desk = IssuerDesk(replace(issuer(), municipality=SILENT_CITY), store, InlinePress(their_keys().hands), OTHER)
    town.to_silent_city._desk = lambda: their_desk
    await at(town, SILENT_CITY, 1).ready(card)
    await store.close()


async def test_every_municipality_that_an_issuer_of_another_build_has_served_is_told(cloud: CloudTown, card: CardMade) -> None:
    await at(cloud, SILENT_CITY).ready(card)
    assert cloud.cloud is not None

    async def of_another_build(cloud: Cloud, order: IssueOrder, tenant: str, peer: Peer, now: datetime) -> Message:
        made = await cloud.tenants[tenant].answer(order, peer, now)
        assert isinstance(made, Issued)
        return msgspec.structs.replace(made, declared=OTHER)

    cloud.pass_time(hours=2)
    kiosk = at(cloud, CITY, 1)
    await kiosk.choosing(card)
    cloud.cloud.lie = of_another_build
    assert code(await kiosk.apply()) == "stopped_now"
    assert stopped(cloud) == [{"issuer": "bcl"}]
    told = [(case["municipality"], case["class_"]) for case in cloud.rows(finding_tables.findings)]
    assert told == [(CITY, "other_build"), (SILENT_CITY, "other_build")]
    assert (sorted(cloud.states()), cloud.facts(), cloud.alarms()) == (["lapsed", "lapsed"], [], ["other_build"])


async def test_a_build_that_changes_in_mid_visit_is_stopped_also_where_none_is_registered(card: CardMade) -> None:
    town = Town()
    town.municipal = liar = Liar(town, town.municipal)
    kiosk = town.kiosk()
    await kiosk.choosing(card)
    liar.lie = papers_of(OTHER)
    assert code(await kiosk.apply()) == "stopped_now"
    assert (town.states(), town.facts(), stopped(town), town.alarms()) == (["lapsed"], [], [{"issuer": CITY}], ["other_build"])
    await town.close()


async def test_a_program_that_changes_to_another_registered_one_in_mid_visit_is_believed(card: CardMade) -> None:
    """A rolling restart: both were registered beforehand."""
    both = (RegisteredBuild(DECLARED.program, DECLARED.topology), RegisteredBuild(OTHER.program, OTHER.topology))
    town = Town(msgspec.structs.replace(center_config(), builds={CITY: both}))
    town.municipal = liar = Liar(town, town.municipal)
    kiosk = town.kiosk()
    await kiosk.choosing(card)
    liar.lie = papers_of(OTHER)
    assert isinstance(await kiosk.apply(), said.CertificateReady)
    assert (stopped(town), town.alarms()) == ([], [])
    await town.close()


# --- answers about another ---


class Answering:
    """An issuer that answers everything with this."""

    def __init__(self, honest: AnyDesk, change: Callable[[Message], Message]) -> None:
        self._honest = honest
        self._change = change

    async def answer(self, message: Message, peer: Peer, now: datetime) -> Message:
        return self._change(await self._honest.answer(message, peer, now))


async def test_applications_answered_for_another_visit_are_a_failure_and_nothing_is_noted(card: CardMade) -> None:
    town = Town(taking_use())

    def of_another(answer: Message) -> Message:
        return msgspec.structs.replace(answer, visit_id="0" * 32) if isinstance(answer, (UseTaken, RegisteredUse)) else answer

    town.municipal = Answering(town.municipal, of_another)
    await town.municipal_store.write(bind_card, card.resident.atena_no, None, None, now=town.at)
    kiosk = town.kiosk()
    await kiosk.admitted(card)
    assert code(await kiosk.wire.ask(signed(kiosk, application(kiosk, town)))) == "issuer_failed"
    assert code(await kiosk.wire.ask(AskUse(visit_id=kiosk.visit_id, municipality=CITY))) == "issuer_failed"
    assert town.rows(tables.uses) == []
    await town.close()


class AboutAnother(Inventoried):
    """Answers an inventory of another municipality, otherwise the same."""

    async def ask(self, message: Message, timeout_seconds: float = 30.0) -> Message:
        assert isinstance(message, AskInventory)
        answer = await super().ask(message, timeout_seconds)
        return msgspec.structs.replace(answer, municipality=SILENT_CITY)


async def test_an_inventory_or_a_condition_of_another_municipality_lets_nothing_through(town: Town) -> None:
    lines = IssuerLines({CITY: Inventoried("みほん市"), "bcl": AboutAnother("みほん市Ｂ")}, town.config.limits)
    shelf = town.center._shelf
    mover = Mover(town.center_store, lines, enter=enter, withdraw=withdraw, reload=shelf.reload, token=town.token, now=town.now)
    assert await mover.compare(CITY, ("juminhyo",), CITY, "bcl") == Compared(failure="other_municipality")
    town.municipal = Answering(
        town.municipal, lambda answer: msgspec.structs.replace(answer, municipality=SILENT_CITY) if hasattr(answer, "kinds") else answer
    )
    store, boss = town.center_store, Person("花子", operator=True)
    number = store.do(stops.add, stops.Scope(municipality=CITY), "花子", "center", "疑い", town.at)
    assert number is not None
    store.do(stops.propose, number, boss, "調べた", town.at)
    assert await check(store, town.center.lines, await town.center.book(town.at), number, boss, town.at) is None
    (made,) = town.rows(stop_tables.stop_checks)
    assert made["passed"] is False and "other_municipality" in made["answers"]
