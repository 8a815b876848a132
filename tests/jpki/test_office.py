import pytest
from aiohttp import ClientSession, CookieJar
from argon2 import PasswordHasher
from prometheus_client import CollectorRegistry

from jpki.desk import Desk
from jpki.office import as_serial, office
from jpki.statuses import history_of, record_of
from screens.sign_in import StaffAccount
from tests.jpki.center import ENDED, GOOD, NEVER, NOW, answers_as, token
from tests.jpki.test_app import served

HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("himitsu")  # a hash says how much work it is: as little as there can be
ACCOUNTS = tuple(StaffAccount(name, HASH, roles) for name, roles in (("officer 1", ("officer",)), ("reader 1", ())))
SHEET = f"/certificates/{GOOD:x}"


@pytest.fixture
async def url(store):
    app = office(Desk(store, answers_as()), ACCOUNTS, now=lambda: NOW, token=token, registry=CollectorRegistry())
    runner, address = await served(app)
    yield address
    await runner.cleanup()


@pytest.fixture
async def client():
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        yield session


async def sign_in(client, url, name):
    answer = await client.post(url + "/sign-in", data={"name": name, "password": "himitsu"}, headers={"Origin": url})
    assert answer.status == 200


async def post(client, url, path=SHEET, **form):
    return await client.post(url + path, data=form, headers={"Origin": url}, allow_redirects=False)


async def standing(store):
    return (await store.read(record_of, f"{GOOD:x}")).standing


async def test_an_officer_suspends_lifts_and_revokes_and_each_is_in_the_history(client, url, store):
    await sign_in(client, url, "officer 1")
    for action, reason, after in (("suspend", "lost", "suspended"), ("lift", "found", "good"), ("revoke", "holder_request", "revoked")):
        answer = await post(client, url, action=action, reason=reason, note="<b>照会済み</b>")
        assert (answer.status, answer.headers["Location"]) == (303, SHEET)
        assert await standing(store) == after

    page = await (await client.get(url + SHEET)).text()

    assert "利用者からの失効申請" in page
    assert "カードの発見" in page
    assert "&lt;b&gt;照会済み" in page
    assert "officer 1" in page
    assert 'name="action"' not in page  # what is revoked cannot be changed
    assert [change.staff for change in await store.read(history_of, f"{GOOD:x}")] == ["officer 1"] * 3


async def test_who_is_no_officer_may_look_and_change_nothing(client, url, store):
    await sign_in(client, url, "reader 1")
    page = await (await client.get(url + SHEET)).text()
    assert 'name="action"' not in page
    assert (await post(client, url, action="suspend", reason="lost", note="")).status == 403
    assert await standing(store) == "good"


async def test_nobody_sees_or_changes_anything_without_sign_in(client, url, store):
    for path in ("/", SHEET, f"/find?serial={GOOD:x}"):
        answer = await client.get(url + path, allow_redirects=False)
        assert (answer.status, answer.headers["Location"].startswith("/sign-in")) == (303, True)
    assert (await post(client, url, action="suspend", reason="lost", note="")).status == 401
    assert await standing(store) == "good"


async def test_a_form_of_another_site_changes_nothing(client, url, store):
    await sign_in(client, url, "officer 1")
    answer = await client.post(url + SHEET, data={"action": "suspend", "reason": "lost", "note": ""}, headers={"Origin": "http://elsewhere.example"})
    assert answer.status == 403
    assert await standing(store) == "good"


@pytest.mark.parametrize(
    ("form", "status", "sentence"),
    [
        ({"action": "suspend", "reason": "", "note": ""}, 422, "理由を選んでください"),
        ({"action": "suspend", "reason": "renewed", "note": ""}, 422, "理由を選んでください"),
        ({"action": "suspend", "reason": "other_hold", "note": " "}, 422, "備考を"),
        ({"action": "lift", "reason": "found", "note": ""}, 409, "状態が変わったため"),
        ({"action": "erase", "reason": "lost", "note": ""}, 400, "この操作は受け付けられません"),
        ({}, 400, "この操作は受け付けられません"),
    ],
)
async def test_a_form_that_cannot_be_carried_out_says_why(client, url, store, form, status, sentence):
    await sign_in(client, url, "officer 1")
    answer = await post(client, url, **form)
    assert answer.status == status
    assert sentence in await answer.text()
    assert await standing(store) == "good"


async def test_a_certificate_is_found_however_its_number_is_written(client, url):
    await sign_in(client, url, "reader 1")
    for typed in (f"{GOOD:x}", "00:1A:2B:3C", " 1a2b 3c "):
        answer = await client.get(url + "/find", params={"serial": typed}, allow_redirects=False)
        assert answer.headers["Location"] == SHEET
    for typed, sentence in ((f"{NEVER:x}", "発行されていません"), ("xyz", "16進数"), ("", "16進数"), ("1" * 50, "16進数")):
        answer = await client.get(url + "/find", params={"serial": typed})
        assert answer.status == 404
        assert sentence in await answer.text()
    assert (await client.get(url + f"/certificates/{NEVER:x}")).status == 404
    assert (await post(client, url, f"/certificates/{NEVER:x}", action="revoke", reason="died", note="")).status == 403


async def test_a_change_to_what_was_never_issued_finds_nothing(client, url):
    await sign_in(client, url, "officer 1")
    assert (await post(client, url, f"/certificates/{NEVER:x}", action="revoke", reason="died", note="")).status == 404


async def test_the_front_page_counts_and_lists_in_both_languages(client, url):
    await sign_in(client, url, "officer 1")
    await post(client, url, action="suspend", reason="lost", note="")
    japanese = await (await client.get(url + "/?lang=ja")).text()
    english = await (await client.get(url + "/?lang=en")).text()
    for words, page in (
        ("電子証明書の状態 一時停止<b>2</b> 失効<b>1</b> カードの紛失・盗難の届出", japanese),
        ("Latest changes suspended<b>2</b> Card reported", english),
    ):
        for word in words.split(" "):
            assert word in page
    assert f'href="{SHEET}"' in japanese
    assert f"{ENDED:x}" not in japanese  # what was loaded is no change


async def test_health_and_metrics_are_open_and_say_nothing_of_a_certificate(client, url, store):
    answer = await client.get(url + "/healthz")
    assert (answer.status, await answer.json()) == (200, {"status": "ok", "certificates": 3})
    assert (await client.get(url + "/metrics")).status == 200
    assert "/ocsp" in (await (await client.get(url + "/openapi.json")).json())["paths"]


def test_a_serial_number_is_read_however_it_is_written():
    assert as_serial("00:AB:0c") == "ab0c"
    for typed in ("", "0", "g", "-1", "1.5", "ａｂ", "1" * 41):
        assert as_serial(typed) is None
