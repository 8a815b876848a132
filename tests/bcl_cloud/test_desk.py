"""The cloud's desk: a message is served by the tenant it names, from that tenant's rows alone, in its turn."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import msgspec
import pytest

from bcl_cloud.desk import CloudDesk
from bcl_cloud.fair_share import Busy, FairShare
from bcl_cloud.joining import onboarding
from bcl_cloud.joining.onboarding import Cloud, Description
from bcl_cloud.serving import Serving
from bcl_cloud.tenancy.door import Tenancy
from bcl_cloud.tenancy.key_folders import KeyFolders
from bcl_cloud.tenants import entries as tenants
from bcl_cloud.tenants.entries import TenantRefused
from bcl_cloud.tenants.journal import entries
from bcl_cloud.tenants.tables import METADATA
from certificates.kinds import KINDS
from issuer.issue_log import find_order
from issuer.terms import Certifier, PolicySetting
from messages.orders import ChoicesOffered, Issued, OutcomeNoted
from messages.refusals import Refusal
from simulation.key_ring import rsa_ring, signing_key
from storage.sqlite import SqliteStore
from tests.bcl_cloud.opened import CLERK_NAME, looked, opened
from tests.bcl_cloud.tenants import A, B, C
from tests.issuer.town import CENTER, DECLARED, FATHER, NOW, SINCE, ask, document_keys, drawn_text, order, person, populate, seal, tell

ONLY_B = 99
NAMES = {A: "みほん市", B: "となり市"}


def description(code: str, folder: Path) -> Description:
    (folder / "seal.png").write_bytes(seal())
    setting = PolicySetting(since=SINCE, options=("relation", "honseki"), forms=tuple(one.code for one in KINDS["juminhyo"].forms), copies_max=10)
    return Description(
        municipality=code,
        prefecture="見本県",
        municipality_name=NAMES[code],
        municipality_name_en=code,
        number_prefix=NAMES[code],
        certifiers=(Certifier(since=SINCE, title=f"見本県{NAMES[code]}長", name="見本　市長"),),
        policies={"juminhyo": (setting,)},
        seal=folder / "seal.png",
    )


@pytest.fixture
async def cloud(tmp_path: Path, tenancy: Tenancy) -> AsyncIterator[Cloud]:
    """Two tenants prepared and filled, neither open."""
    database = await SqliteStore.open(tmp_path / "cloud.db", METADATA)
    made = Cloud(database, tenancy, KeyFolders(tmp_path / "keys"))
    for place, code in enumerate((A, B)):
        made.keys.install(code, rsa_ring()[1 + place], signing_key(1 + place), signing_key(3 + place))
        token = Random("certificate").randbytes
        assert await onboarding.onboard(made, description(code, tmp_path), document_keys().authority, "op", "参加", NOW, token) == (
            "staff",
            "data",
            "trial",
        )
    await tenancy.store(A).write(populate)
    await tenancy.store(B).write(populate, (person(ONLY_B, 9, "隣　町子", "世帯主"),))
    yield made
    await database.close()


@pytest.fixture
async def desk(cloud: Cloud) -> CloudDesk:
    for code in (A, B):
        await opened(cloud, code)
    return CloudDesk(Serving(cloud.database, cloud.tenancy, cloud.keys, DECLARED, 0.0), FairShare(8, 4, 4))


def to(code: str, message: object) -> object:
    return msgspec.structs.replace(message, municipality=code)


async def said(desk: CloudDesk, message: object) -> object:
    reply = await desk.answer(message, CENTER, NOW)  # type: ignore[arg-type]
    return reply.code if isinstance(reply, Refusal) else reply


async def test_a_tenants_resident_gets_a_paper_of_that_tenant(desk: CloudDesk) -> None:
    offered = await said(desk, to(B, ask(ONLY_B)))
    assert isinstance(offered, ChoicesOffered)
    issued = await said(desk, to(B, order("r1", ONLY_B, offered)))
    assert isinstance(issued, Issued)
    text = drawn_text(issued.papers[0].face)
    assert "隣　町子" in text and "見本県となり市長" in text and issued.papers[0].number.endswith("となり市 000001")


async def test_nobody_of_one_tenant_is_known_to_the_other(desk: CloudDesk) -> None:
    assert await said(desk, to(A, ask(ONLY_B))) == "not_registered"
    assert await said(desk, to(B, ask(FATHER))) == "not_registered"


async def test_an_order_under_anothers_ids_begins_anew_and_changes_nothing_there(desk: CloudDesk, cloud: Cloud) -> None:
    offered = await said(desk, to(A, ask(FATHER)))
    assert isinstance(offered, ChoicesOffered)
    mine = order("r1", FATHER, offered)
    assert isinstance(await said(desk, mine), Issued)
    before = await cloud.tenancy.store(A).read(find_order, "r1")
    assert await said(desk, to(B, mine)) == "not_registered"
    assert isinstance(await said(desk, to(B, tell(mine, "printed"))), OutcomeNoted)
    assert await cloud.tenancy.store(A).read(find_order, "r1") == before
    assert isinstance(await said(desk, mine), Issued)


@pytest.mark.parametrize("code", [C, "", "990028", "../990027", "990019 "])
async def test_an_unknown_tenant_is_an_unknown_municipality(desk: CloudDesk, code: str) -> None:
    assert await said(desk, to(code, ask(FATHER))) == "municipality_unknown"


async def test_a_tenant_that_is_not_open_is_answered_as_if_it_were_unknown(cloud: Cloud) -> None:
    closed = CloudDesk(Serving(cloud.database, cloud.tenancy, cloud.keys, DECLARED, 0.0), FairShare(8, 4, 4))
    assert await said(closed, to(A, ask(FATHER))) == "municipality_unknown"


async def test_a_stop_is_one_at_once_and_the_papers_already_made_are_still_heard_of(desk: CloudDesk, cloud: Cloud) -> None:
    offered = await said(desk, ask(FATHER))
    assert isinstance(offered, ChoicesOffered)
    mine = order("r1", FATHER, offered)
    assert isinstance(await said(desk, mine), Issued)
    await cloud.database.write(onboarding.set_closed, A, "op", "点検", NOW)
    assert await said(desk, ask(FATHER)) == "stopped_now"
    assert isinstance(await said(desk, tell(mine, "printed")), OutcomeNoted)
    assert isinstance(await said(desk, to(B, ask(ONLY_B))), ChoicesOffered)


async def test_a_days_quota_stops_new_orders_of_that_tenant_and_finishes_begun_ones(desk: CloudDesk, cloud: Cloud) -> None:
    await cloud.database.write(tenants.set_limits, A, 1, 1, "op", "試し", NOW)
    offered = await said(desk, ask(FATHER))
    assert isinstance(offered, ChoicesOffered)
    assert isinstance(await said(desk, order("r1", FATHER, offered)), Issued)
    assert await said(desk, order("r2", FATHER, offered)) == "busy"
    assert isinstance(await said(desk, order("r1", FATHER, offered)), Issued)
    other = await said(desk, to(B, ask(ONLY_B)))
    assert isinstance(other, ChoicesOffered)
    assert isinstance(await said(desk, to(B, order("r1", ONLY_B, other))), Issued)


async def test_nothing_is_opened_before_everything_is_there(cloud: Cloud, tmp_path: Path) -> None:
    await looked(cloud, A)
    (cloud.keys.folder(A) / "documents.pem").unlink()
    assert await onboarding.open_tenant(cloud, A, "op", "", NOW) == ("certificate",)
    tenant = await cloud.database.read(tenants.find, A)
    assert tenant is not None and tenant.state == "trial"
    with pytest.raises(TenantRefused, match="prefix_taken"):
        twin = msgspec.structs.replace(description(A, tmp_path), municipality=C)
        await onboarding.onboard(cloud, twin, None, "op", "", NOW, Random(1).randbytes)
    assert await cloud.database.read(tenants.find, C) is None


async def test_a_tenants_keys_are_its_own_and_readable_by_their_owner_alone(cloud: Cloud) -> None:
    for code in (A, B):
        assert {file.stat().st_mode & 0o077 for file in cloud.keys.folder(code).glob("*.key")} == {0}
    assert len({cloud.keys.keys(code).hands.code_key.public_key().public_numbers() for code in (A, B)}) == 2
    (cloud.keys.folder(B) / "documents.pem").replace(cloud.keys.folder(A) / "documents.pem")
    with pytest.raises(Exception, match="not this municipality's"):
        cloud.keys.keys(A)


async def test_every_change_says_who_and_why(desk: CloudDesk, cloud: Cloud) -> None:
    noted = [one.entry for one in await cloud.database.read(entries, A)]
    assert {one.doing for one in noted} == {
        "create",
        "canary",
        "seal",
        "certifiers",
        "forms",
        "wide",
        "staff",
        "certificate",
        "trial",
        "looked",
        "open",
    }
    assert all(one.who == "op" and one.why for one in noted if one.doing != "looked")
    assert {one.who for one in noted if one.doing == "looked"} == {CLERK_NAME}


async def test_one_tenants_crowd_delays_nobody_else() -> None:
    share, served = FairShare(2, 1, 100), []

    async def one(code: str) -> None:
        async with share.turn(code):
            await asyncio.sleep(0)
            served.append(code)

    crowd = [asyncio.ensure_future(one(A)) for _ in range(50)]
    await asyncio.sleep(0)
    others = [asyncio.ensure_future(one(code)) for code in (B, C, B, C)]
    await asyncio.gather(*crowd, *others)
    assert max(place for place, code in enumerate(served) if code != A) < 12
    assert share.use(A) == (0, 0)


async def test_turns_go_round_by_weight_and_a_full_queue_is_told_at_once() -> None:
    share, served = FairShare(1, 1, 4), []

    async def one(code: str, weight: int) -> None:
        async with share.turn(code, weight):
            served.append(code)

    async with share.turn(C):
        waiting = [asyncio.ensure_future(one(code, weight)) for code, weight in ((A, 2), (B, 1)) for _ in range(4)]
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await one(A, 2)
    await asyncio.gather(*waiting)
    assert served == [A, A, B, A, A, B, B, B]


async def test_whoever_gives_up_waiting_takes_no_turn_with_them() -> None:
    share = FairShare(1, 1, 4)
    async with share.turn(A):
        impatient = asyncio.ensure_future(share.turn(B).__aenter__())
        await asyncio.sleep(0)
        impatient.cancel()
        await asyncio.gather(impatient, return_exceptions=True)
    async with share.turn(B):
        assert share.use(B) == (1, 0)


async def test_a_tenant_has_no_more_in_work_than_its_bound_though_places_are_free() -> None:
    share = FairShare(4, 1, 4)
    async with share.turn(A):
        second = asyncio.ensure_future(share.turn(A).__aenter__())
        await asyncio.sleep(0)
        assert share.use(A) == (1, 1)
        async with share.turn(B):
            assert share.use(B) == (1, 0)
    await second
    assert share.use(A) == (1, 0)
