"""Probes look at a paper of every register: with anything of a neighbour's on it, or made for a neighbour's card, it is found out."""

import shutil
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bcl_cloud.desk import CloudDesk
from bcl_cloud.fair_share import FairShare
from bcl_cloud.joining.onboarding import Cloud
from bcl_cloud.tenants.canaries import Canary
from bcl_cloud.tenants.canary_papers import city_tax_yen, imprint, income_yen
from messages.orders import ChoicesOffered, IssueOrder
from messages.wire import Message
from tests.bcl_cloud.all_kinds import filled
from tests.bcl_cloud.tenants import A, B
from tests.bcl_cloud.watched import canary, cloud_in, serving_of, watched
from trust.parties import Peer


@pytest.fixture
async def cloud(tmp_path: Path) -> AsyncIterator[Cloud]:
    shutil.copytree(filled(), tmp_path, dirs_exist_ok=True)
    async with cloud_in(tmp_path) as opened:
        yield opened


def _another_family(connection: Any, _theirs: Canary) -> None:
    connection.exec_driver_sql("UPDATE koseki SET honseki = '見本県となり市架空一丁目１番' WHERE revision = 0")


def _another_address(connection: Any, _theirs: Canary) -> None:
    aside = "SELECT koseki_no FROM koseki WHERE revision = 0"
    connection.exec_driver_sql(f"UPDATE fuhyo_addresses SET address = '見本県となり市架空一丁目１番１号' WHERE koseki_no IN ({aside})")


def _another_seal(connection: Any, theirs: Canary) -> None:
    cut = imprint(theirs.code)
    connection.exec_driver_sql(
        "UPDATE seal_registrations SET imprint = ?, width = ?, height = ? WHERE revision = 0", (cut.png, cut.width, cut.height)
    )


def _other_figures(connection: Any, theirs: Canary) -> None:
    connection.exec_driver_sql(
        "UPDATE tax_records SET levy_city_income = ?, income_business = ? WHERE revision = 0", (city_tax_yen(theirs), income_yen(theirs))
    )


@pytest.mark.parametrize(("mixed", "rule"), [
    (_another_family, "own paper, koseki: another's 戸籍"),
    (_another_address, "own paper, fuhyo: another's addresses"),
    (_another_seal, "own paper, inkan: another's seal"),
    (_other_figures, "own paper, kazei: another's figures"),
])  # fmt: skip
async def test_a_paper_of_any_kind_with_something_of_a_neighbour_s_is_found(cloud: Cloud, mixed: Callable[..., None], rule: str) -> None:
    await cloud.tenancy.store(A).write(mixed, await canary(cloud, B))
    verdict = await watched(cloud).watch.look(A)
    assert (verdict.outcome, verdict.detail) == ("leak", rule)


async def test_a_neighbour_s_family_beside_the_own_one_is_found_by_its_given_name(cloud: Cloud) -> None:
    theirs = await canary(cloud, B)

    def speak(connection: Any) -> None:
        connection.exec_driver_sql("UPDATE koseki_members SET given_name = ? WHERE rowid = 1", (theirs.given_name,))

    await cloud.tenancy.store(A).write(speak)
    verdict = await watched(cloud).watch.look(A)
    assert (verdict.detail, set(verdict.concerned)) == ("rows: koseki_members speaks of another tenant's canary", {A, B})


class OrdersAtHome(CloudDesk):
    """Makes a paper of one kind for a neighbour's card as it would be made where that card is known, whoever was asked for it."""

    def __init__(self, cloud: Cloud, kind: str) -> None:
        super().__init__(serving_of(cloud), FairShare(64, 32, 64))
        self.kind = kind
        self.known: dict[str, ChoicesOffered] = {}

    async def answer(self, message: Message, peer: Peer, now: datetime) -> Message:
        home = getattr(message, "serial", "")[6:12]
        at_home = self.known.get(home)
        if isinstance(message, IssueOrder) and message.kind == self.kind and home != message.municipality and at_home is not None:
            members = tuple(member.member_id for member in at_home.members)
            message = msgspec.structs.replace(message, municipality=home, members=members, register_version=at_home.register_version)
        reply = await super().answer(message, peer, now)
        if isinstance(reply, ChoicesOffered) and reply.kind == self.kind:
            self.known[home] = reply
        return reply


@pytest.mark.parametrize("kind", ["koseki", *(pytest.param(one, marks=pytest.mark.sweep) for one in ("inkan", "fuhyo", "kazei"))])
async def test_an_order_of_any_kind_that_is_carried_out_for_a_neighbour_s_card_is_found(cloud: Cloud, kind: str) -> None:
    verdict = await watched(cloud, lambda opened: OrdersAtHome(opened, kind)).watch.look(A)
    assert (verdict.outcome, verdict.detail, set(verdict.concerned)) == ("leak", f"order of {kind}: not refused", {A, B})
