"""The operators' pages: a tenant prepared step by step from nothing to its trial, each form refused in a sentence with nothing lost; opened, stopped, and restarted by two."""

import base64
import re
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from aiohttp import DummyCookieJar, FormData
from aiohttp.test_utils import TestClient, TestServer
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from prometheus_client import CollectorRegistry

from bcl_cloud.config import OPERATOR
from bcl_cloud.joining import onboarding
from bcl_cloud.joining.onboarding import Cloud
from bcl_cloud.offices.app import operators_office
from bcl_cloud.offices.by_host import offices_app
from bcl_cloud.serving import Serving
from bcl_cloud.tenants import entries as tenants
from bcl_cloud.tenants import journal
from bcl_cloud.tenants.probes_recorded import Verdict, record
from bcl_cloud.tenants.terms import terms_of
from bcl_cloud.uploads.desk import UploadDesk
from issuer.terms import Certifier
from screens.sign_in import StaffAccount
from tests.bcl_cloud.tenants import A, B, C
from tests.bcl_cloud.test_desk import cloud
from tests.bcl_cloud.test_offices import HASH, Door, door
from tests.issuer.town import DECLARED, NOW, document_keys, seal
from trust.document_signers import document_signer_certificate

__all__ = ["cloud", "door"]
HOST = "localhost"
AT = f"/tenants/{C}"


class Office(Door):
    """The operators' side of the door, signed in."""

    cookie = ""

    async def get(self, path: str) -> tuple[int, str]:
        status, page = await self.ask(HOST, path, self.cookie)
        return status, unescape(page)

    async def post(self, path: str, origin: str = HOST, **form: str | list[str]) -> tuple[int, str]:
        headers = {"Host": HOST, "Cookie": self.cookie, "Origin": f"http://{origin}", "Content-Type": "application/x-www-form-urlencoded"}
        async with self.client.post(path, data=urlencode(form, doseq=True), headers=headers, allow_redirects=False) as answer:
            return answer.status, unescape(await answer.text())

    async def send(self, path: str, file: bytes, **form: str) -> tuple[int, str]:
        data = FormData({"why": "登録", **form})
        data.add_field("file", file, filename="a.bin")
        async with self.client.post(
            path, data=data, headers={"Host": HOST, "Cookie": self.cookie, "Origin": f"http://{HOST}"}, allow_redirects=False
        ) as answer:
            return answer.status, unescape(await answer.text())


@pytest.fixture
async def office(door: Door) -> Office:
    made = Office(door.client)
    made.cookie = await door.sign_in(HOST, "op")
    return made


def certificate(folder: Path, code: str) -> bytes:
    """What the authority issues for the request in a tenant's folder."""
    asked = x509.load_pem_x509_csr((folder / "documents.csr").read_bytes())
    made = document_signer_certificate(
        document_keys().authority,
        asked.public_key(),
        f"urn:konbini:signer:municipality:{code}",
        "見本",
        "見本",
        NOW,
        NOW.replace(year=2028),
        lambda size: b"7" * size,
    )
    return made.public_bytes(Encoding.PEM)


async def test_a_tenant_is_prepared_step_by_step_and_nothing_typed_is_lost(office: Office, cloud: Cloud) -> None:
    new = {"code": C, "prefecture": "見本県", "name": "みなみ町", "name_en": "Minami", "number_prefix": "みなみ町", "why": "参加の申込み"}
    for wrong, says in (
        ({"code": "990036"}, "検査数字までの6桁"),
        ({"code": A}, "すでにあります"),
        ({"number_prefix": "みほん市"}, "ほかの参加団体が使っています"),
        ({"name_en": " "}, "どれかが空"),
        ({"why": " "}, "理由を200文字以内で"),
    ):
        status, page = await office.post("/new", **(new | wrong))
        assert status == 422 and says in page and 'value="みなみ町"' in page, says
    assert await cloud.database.read(tenants.find, C) is None
    assert (await office.post("/new", **new))[0] == 303
    assert set(await onboarding.missing(cloud, C, NOW)) == set(onboarding.STEPS)
    status, page = await office.get(AT)
    assert status == 200 and page.count("未了") == len(onboarding.STEPS) and "参加の申込み" in page

    assert (await office.get(AT + "/documents.csr"))[0] == 404
    assert (await office.send(AT + "/certificate", b"x"))[0] == 422
    assert (await office.post(AT + "/keys", why="準備"))[0] == 303
    assert "すべてあります" in (await office.post(AT + "/keys", why="準備"))[1]
    assert (await office.get(AT + "/documents.csr"))[1].startswith("-----BEGIN CERTIFICATE REQUEST")
    for wrong, says in ((b"no certificate", "読めません"), (document_keys().municipality_certificate.public_bytes(Encoding.PEM), "別の団体")):
        status, page = await office.send(AT + "/certificate", wrong)
        assert status == 422 and says in page
    mine = certificate(cloud.keys.folder(C), C)
    status, page = await office.post(AT + "/certificate", pem=mine.decode(), why=" ")
    assert status == 422 and "-----END CERTIFICATE-----" in page
    assert (await office.post(AT + "/certificate", pem=mine.decode(), why="登録"))[0] == 303

    assert "公印の画像が使えません" in (await office.send(AT + "/seal", b"\x89PNG no seal"))[1]
    status, page = await office.send(AT + "/seal", seal())
    shown = re.search(r"data:image/png;base64,([A-Za-z0-9+/=]+)", page)
    assert status == 200 and shown is not None and base64.b64decode(shown[1]) == seal()
    assert (await onboarding.missing(cloud, C, NOW)).count("seal") == 1
    status, page = await office.post(AT + "/seal", png=shown[1], sure="yes", why=" ")
    assert status == 422 and shown[1] in page
    assert (await office.post(AT + "/seal", png=shown[1], sure="yes", why="登録"))[0] == 303

    rows = {"since-0": "2024-04-01", "title-0": "見本県みなみ町長", "name-0": "見本　町長"}
    for wrong, says in (
        ({"name-0": ""}, "1行目"),
        ({"since-0": "昨日"}, "年-月-日"),
        ({"title-0": "みなみ町長"}, "都道府県名で始まる"),
    ):
        status, page = await office.post(AT + "/certifiers", why="登録", **(rows | wrong))
        assert status == 422 and says in page and ("見本　町長" in page or "みなみ町長" in page)
    assert (await office.post(AT + "/certifiers", why="登録", **rows))[0] == 303

    kind = {"kind": "juminhyo", "since": "2024-04-01", "copies_max": "5", "form": ["juminhyo", "kojinhyo"], "option": ["relation"], "why": "登録"}
    for wrong, says in (
        ({"form": []}, "様式を1つ以上"),
        ({"copies_max": "11"}, "1から10まで"),
        ({"copies_max": "五"}, "数字で"),
        ({"since": ""}, "年-月-日"),
    ):
        status, page = await office.post(AT + "/forms?kind=juminhyo", **(kind | wrong))
        assert status == 422 and says in page and 'value="relation" checked' in page
    assert (await office.post(AT + "/forms?kind=juminhyo", **kind))[0] == 303
    assert (await office.post(AT + "/forms?kind=juminhyo", **(kind | {"since": "2027-04-01", "form": ["juminhyo"]})))[0] == 303
    assert (await office.post(AT + "/forms?kind=juminhyo", **(kind | {"since": "2027-04-01", "act": "remove"})))[0] == 303
    terms = await cloud.database.read(terms_of, C)
    assert terms is not None and [(one.forms, one.copies_max) for one in terms.settings["juminhyo"]] == [(("juminhyo", "kojinhyo"), 5)]

    clerk = {"name": "山田", "role": ["clerk"], "password": "ながいあいことばです。", "again": "ながいあいことばです。", "why": "採用"}
    long = {"password": "とてもながいあいことばです", "again": "とてもながいあいことばです"}
    for wrong, says in (
        ({}, "12文字以上"),
        (long | {"again": "x"}, "2回のパスワード"),
        (long | {"role": []}, "役割を1つ以上"),
        (long | {"name": " "}, "名前を"),
    ):
        status, page = await office.post(AT + "/staff", **(clerk | wrong))
        assert status == 422 and says in page and "とてもながい" not in page
    assert (await office.post(AT + "/staff", **(clerk | long)))[0] == 303
    assert await onboarding.missing(cloud, C, NOW) == ("data", "trial")

    assert (await office.post(AT + "/limits", papers_per_day_max="0", weight="1", why="x"))[0] == 422
    assert (await office.post(AT + "/limits", papers_per_day_max="300", weight="2", why="小さい町"))[0] == 303
    assert (await office.post(AT + "/wide", since="", referral_seconds="1", why="x"))[0] == 303
    assert (await office.post(AT + "/trial", why="試し"))[0] == 303
    entries = [one.entry for one in await cloud.database.read(journal.entries, C)]
    assert {one.doing for one in entries} >= {"create", "keys", "certificate", "seal", "certifiers", "forms", "staff", "limits", "wide", "trial"}
    assert all(one.who == "op" and one.why for one in entries)
    status, page = await office.get(AT)
    assert status == 200 and "まだ済んでいない準備：連携用データ、試験発行の確認" in page
    assert "300" in (await office.get("/"))[1]


async def test_a_stop_is_one_persons_and_a_restart_two_peoples_after_a_probe(office: Office, cloud: Cloud) -> None:
    at = f"/tenants/{A}"
    status, page = await office.post(at + "/close", why=" ")
    assert status == 422 and "理由を" in page
    assert (await office.post(at + "/close", why="点検のため"))[0] == 303
    status, page = await office.get(at)
    assert "停止中" in page and "点検のため" in page and "担当者が停止" in page
    status, page = await office.post(at + "/ask", why="直した")
    assert status == 422 and "異常なしの確認がまだ" in page and 'value="直した"' in page
    await cloud.database.write(record, A, Verdict("passed"), 3, NOW.replace(hour=13))
    assert (await office.post(at + "/ask", why="直した"))[0] == 303
    status, page = await office.post(at + "/restart", why="直した")
    assert status == 422 and "本人は、再開できません" in page
    tenant = await cloud.database.read(tenants.find, A)
    assert tenant is not None and tenant.state == "stopped"


async def test_nobody_else_comes_in_and_nothing_is_changed_from_another_page(office: Office, door: Door, cloud: Cloud) -> None:
    assert (await office.post(f"/tenants/{A}/close", origin="elsewhere.localhost", why="x"))[0] == 403
    clerk = Office(door.client)
    clerk.cookie = (await door.sign_in(f"{A}.localhost")).replace("office_mihon", "office_shared")
    for path in (
        "/",
        "/new",
        "/journal",
        f"/tenants/{A}",
        f"/tenants/{A}/staff",
        f"/tenants/{A}/trial",
        f"/tenants/{A}/data",
        f"/tenants/{A}/seal.png",
    ):
        assert (await clerk.get(path))[0] == 303, path
    assert (await clerk.post(f"/tenants/{A}/close", why="x"))[0] == 401
    tenant = await cloud.database.read(tenants.find, A)
    assert tenant is not None and tenant.state == "open"
    assert (await office.get(f"/tenants/{C}"))[0] == 404 and (await office.get(f"/tenants/{C}/seal"))[0] == 404


# --- the tenant's own office: who looks ---


async def test_a_clerk_looks_at_face_and_back_and_stays_signed_in_and_an_operator_cannot_say_that_it_is_good(
    office: Office, door: Door, cloud: Cloud
) -> None:
    host = f"{A}.localhost"
    await cloud.database.write(
        tenants.set_staff, A, (StaffAccount("suzuki", HASH, ("clerk",)), StaffAccount("hogo", HASH, ("protection_clerk",))), "op", "", NOW
    )
    await cloud.database.write(
        tenants.set_certifiers, A, (Certifier(since=NOW.date(), title="見本県みほん市長", name="新任　市長"),), "op", "交代", NOW
    )
    cookie = await door.sign_in(host)

    async def post(path: str, who: str, **form: str | list[str]) -> tuple[int, str]:
        headers = {"Host": host, "Cookie": who, "Origin": f"http://{host}", "Content-Type": "application/x-www-form-urlencoded"}
        async with door.client.post(path, data=urlencode(form, doseq=True), headers=headers, allow_redirects=False) as answer:
            return answer.status, unescape(await answer.text())

    status, page = await door.ask(host, "/trial", cookie)
    assert status == 200 and "未作成" in page
    assert (await post("/trial", cookie, why="交代"))[0] == 303
    line = (await onboarding.trial_of(cloud, A, NOW))[1][0]
    at = f"/trial/{line.due.kind}/{line.due.form}/{line.due.terms}"
    status, page = await door.ask(host, at, cookie)
    assert status == 200 and f"{at}/face-1.png" in page and f"{at}/back-1.png" in page
    for name, magic in (("face-1.png", b"\x89PNG"), ("back-1.png", b"\x89PNG"), ("face.pdf", b"%PDF"), ("back.pdf", b"%PDF")):
        async with door.client.get(f"{at}/{name}", headers={"Host": host, "Cookie": cookie}) as answer:
            assert answer.status == 200 and (await answer.read()).startswith(magic)
    assert (await door.ask(host, f"{at}/face-9.png", cookie))[0] == 404

    said = {"pdf_sha256": line.pdf_sha256, "verdict": "good", "check": ["form", "certifier", "seal", "back"], "remark": "よい"}
    status, page = await post(at, cookie, **(said | {"check": ["form"]}))
    assert status == 422 and "4つの点をすべて" in page and 'value="よい"' in page and 'value="form" checked' in page
    assert (await post(at, cookie, **(said | {"pdf_sha256": "0" * 64})))[0] == 422
    assert (await post(at, cookie, **(said | {"verdict": "faulty", "remark": ""})))[0] == 422
    assert (await post(at, await door.sign_in(host, "hogo"), **said))[0] == 403
    assert (await office.post(f"/tenants/{A}{at}", **said))[0] == 405
    assert (await office.get(f"/tenants/{A}{at}"))[0] == 200
    assert (await onboarding.missing(cloud, A, NOW)) == ("trial",)
    assert (await post(at, cookie, **said))[0] == 303
    after = (await onboarding.trial_of(cloud, A, NOW))[1][0]
    assert (after.state, after.looked_by, after.remark) == ("good", "suzuki", "よい")
    assert (await door.ask(host, "/trial", cookie))[0] == 200
    theirs = await door.sign_in(f"{B}.localhost")
    assert (await door.ask(f"{B}.localhost", at, theirs))[0] == 404
    assert (await office.post(f"/tenants/{A}/staff", act="remove", name="suzuki", why="異動"))[0] == 303
    assert (await door.ask(host, "/trial", cookie))[0] == 303 and not await door.sign_in(host)


async def test_a_tenant_without_a_certificate_has_no_office_and_harms_no_other(cloud: Cloud, tmp_path: Path) -> None:
    (cloud.keys.folder(A) / "documents.pem").unlink()
    token = lambda size: b"t" * size  # noqa: E731
    desk = UploadDesk(cloud, str(tmp_path / "tenants"), tmp_path / "keys", tmp_path / "uploads", lambda: NOW, token)
    ops = (StaffAccount("op", HASH, (OPERATOR,)),)
    office = operators_office(ops, cloud, desk, now=lambda: NOW, token=token, registry=CollectorRegistry(), openapi=None)
    serving = Serving(cloud.database, cloud.tenancy, cloud.keys, DECLARED, 0.0)
    client = TestClient(TestServer(offices_app(serving, cloud, desk, office, lambda: NOW, token)), cookie_jar=DummyCookieJar())
    await client.start_server()
    try:
        for host, status in ((f"{A}.localhost", 404), (f"{B}.localhost", 303), (HOST, 303)):
            async with client.get("/", headers={"Host": host}, allow_redirects=False) as answer:
                assert answer.status == status, host
    finally:
        await client.close()
