"""The hand-over at a tenant's own office: by two of its clerks, noted in the cloud's journal too, out of its rows and into no other tenant's; and its word about its key for referrals."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from aiohttp import FormData
from cryptography.hazmat.primitives.asymmetric import ec

from bcl_cloud.joining.onboarding import Cloud
from bcl_cloud.tenants import entries as tenants
from bcl_cloud.tenants.journal import entries
from certificates.kinds import KINDS
from issuer.handover import Handover, Use, gather
from issuer.handover_file import SENTENCES, packed, unpacked
from issuer.handover_record import history
from registers.residents.changes import stops_of, suppress
from screens.sign_in import StaffAccount
from tests.bcl_cloud.tenants import A, B
from tests.bcl_cloud.test_desk import cloud
from tests.bcl_cloud.test_offices import HASH, Door, door
from tests.issuer.town import FATHER, NOW, atena
from trust.authority import load_key
from trust.referrals import key_name, stated_key

__all__ = ["cloud", "door"]
HOST = f"{A}.localhost"
CLERKS = ("suzuki", "tanaka")


@pytest.fixture
async def cookies(door: Door, cloud: Cloud) -> dict[str, str]:
    """Two clerks of A who may know of 支援措置, signed in."""
    staff = tuple(StaffAccount(name, HASH, ("clerk", "protection_clerk")) for name in CLERKS)
    await cloud.database.write(tenants.set_staff, A, staff, "op", "", NOW)
    return {name: await door.sign_in(HOST, name) for name in CLERKS}


async def former(cloud: Cloud) -> Handover:
    """What A's own server would hand over: what stands at A now, and a stop that a clerk set there."""
    await cloud.tenancy.store(A).write(suppress, atena(FATHER), since=NOW.date(), until=None, household=False, reason="紛失", now=NOW)
    made = await cloud.tenancy.store(A).read(gather, A, "みほん市", tuple(KINDS), NOW)
    return msgspec.structs.replace(made, stops=tuple(msgspec.structs.replace(one, reason="盗難") for one in made.stops))


async def send(door: Door, path: str, cookie: str, data: bytes, host: str = HOST) -> tuple[int, str, str]:
    form = FormData(default_to_multipart=True)
    form.add_field("why", "乗り換え")
    form.add_field("archive", data, filename="handed.zip")
    headers = {"Host": host, "Cookie": cookie, "Origin": f"http://{host}"}
    async with door.client.post(path, data=form, headers=headers, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", ""), await answer.text()


async def test_two_clerks_take_it_in_and_the_clouds_journal_and_no_other_tenant_hears_of_it(
    door: Door, cloud: Cloud, cookies: dict[str, str]
) -> None:
    data, digest = packed(await former(cloud))
    neighbours = await cloud.tenancy.store(B).read(gather, B, "", tuple(KINDS), NOW)
    assert (await send(door, "/handover/check", cookies["suzuki"], data))[0] == 200
    assert len(await cloud.tenancy.store(A).read(stops_of, atena(FATHER))) == 1, "a check changes nothing"
    status, _, shown = await send(door, "/handover/enter", cookies["suzuki"], data)
    assert (status, SENTENCES["same_person"][0] in shown) == (422, True)
    assert (await cloud.database.read(entries, A))[0].entry.doing == "staff", "what was refused is not begun"
    assert (await send(door, "/handover/enter", cookies["tanaka"], data))[:2] == (303, "/handover?done=entered")
    assert {one.stop.reason for one in await cloud.tenancy.store(A).read(stops_of, atena(FATHER))} == {"紛失", "盗難"}
    noted = (await cloud.database.read(entries, A))[0].entry
    assert (noted.who, noted.doing, noted.detail) == ("tanaka", "take_over", f"sha256 {digest}")
    assert await cloud.tenancy.store(B).read(gather, B, "", tuple(KINDS), NOW) == neighbours
    assert await cloud.tenancy.store(B).read(history) == ()


async def test_file_and_key_statement_are_the_tenants_own_and_the_file_is_noted_at_both(door: Door, cloud: Cloud, cookies: dict[str, str]) -> None:
    expected = await former(cloud)
    headers = {"Host": HOST, "Cookie": cookies["suzuki"], "Origin": f"http://{HOST}"}
    form: Any = FormData([("why", "自庁サーバへ戻す"), *(("kind", kind) for kind in KINDS)])
    async with door.client.post("/handover/file", data=form, headers=headers) as answer:
        assert (answer.status, answer.content_type) == (200, "application/zip")
        handover, digest = unpacked(await answer.read())
    assert (handover.municipality, handover.series, len(handover.stops)) == (A, "みほん市", len(expected.stops))
    noted = (await cloud.database.read(entries, A))[0].entry
    assert (noted.who, noted.doing, noted.detail, noted.why) == ("suzuki", "hand_over", f"sha256 {digest}", "自庁サーバへ戻す")
    assert [(line.doing, line.digest) for line in await cloud.tenancy.store(A).read(history)] == [("hand_over", digest)]
    assert "/handover/statement" in (await door.ask(HOST, "/handover", cookies["suzuki"]))[1]
    status, said = await door.ask(HOST, "/handover/statement", cookies["suzuki"])
    key = load_key(cloud.keys.folder(A) / "referral.key")
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert (status, stated_key(said.strip())) == (200, key_name(key.public_key()))
    assert (await door.ask(HOST, "/handover/statement"))[0] == 303


async def test_a_neighbours_file_a_canarys_and_a_neighbours_clerk_are_refused(door: Door, cloud: Cloud, cookies: dict[str, str]) -> None:
    good = await former(cloud)
    canary = Use(f"facade{B}{'0' * 28}", "0000000001", NOW.date(), NOW.date() + timedelta(days=1))
    for handover, code in (
        (msgspec.structs.replace(good, municipality=B), "wrong_municipality"),
        (msgspec.structs.replace(good, uses=(canary,)), "reserved_number"),
    ):
        status, _, shown = await send(door, "/handover/check", cookies["suzuki"], packed(handover)[0])
        assert (status, SENTENCES[code][0] in shown) == (422, True), code
    assert await cloud.tenancy.store(A).read(history) == ()
    theirs = await door.sign_in(f"{B}.localhost")
    assert (await send(door, "/handover/check", theirs, packed(good)[0]))[0] == 401
    status, _, shown = await send(door, "/handover/check", theirs, packed(good)[0], f"{B}.localhost")
    assert (status, SENTENCES["wrong_municipality"][0] in shown) == (422, True)
