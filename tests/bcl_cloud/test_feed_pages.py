"""The tenant's data pages: ages, uploads with their bad lines, terms, and a fast lane whose journal tells of 支援措置 to nobody who may not know."""

from datetime import timedelta
from urllib.parse import urlencode

from bcl_cloud.feeds.fast_lane import Event, take
from bcl_cloud.feeds.feed_terms import terms_of
from bcl_cloud.joining.onboarding import Cloud
from registers.residents.tables import resident
from tests.bcl_cloud.feeds.feeding import send
from tests.bcl_cloud.tenants import A
from tests.bcl_cloud.test_desk import cloud
from tests.bcl_cloud.test_offices import Door, door
from tests.issuer.town import FATHER, NOW, atena

__all__ = ["cloud", "door"]
HOST = f"{A}.localhost"


async def post(door: Door, path: str, cookie: str, **form: str) -> tuple[int, str]:
    headers = {"Host": HOST, "Cookie": cookie, "Origin": f"http://{HOST}", "Content-Type": "application/x-www-form-urlencoded"}
    async with door.client.post(path, data=urlencode(form), headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.text()


async def test_ages_refused_uploads_and_terms_are_shown_and_set(door: Door, cloud: Cloud) -> None:
    store = cloud.tenancy.store(A)
    await send(store, b"no zip", A)
    cookie = await door.sign_in(HOST)
    status, page = await door.ask(HOST, "/data", cookie)
    assert status == 200 and "不適用" in page and "未登録" in page
    report = await door.ask(HOST, "/data/uploads/1", cookie)
    assert report[0] == 200 and "ZIP ファイルとして読めません。" in report[1]
    assert (await door.ask(HOST, "/data/uploads/9", cookie))[0] == 404
    assert (await post(door, "/data/terms", cookie, bad_lines="quarantine", residents="26"))[0] == 303
    assert (await store.read(terms_of)).max_age_hours == {"residents": 26.0} and (await store.read(terms_of)).quarantine
    assert (await post(door, "/data/terms", cookie, residents="-1"))[0] == 422


async def test_an_event_of_the_page_is_in_force_and_protection_is_neither_set_nor_told_without_the_role(door: Door, cloud: Cloud) -> None:
    store = cloud.tenancy.store(A)
    cookie = await door.sign_in(HOST)
    form = {"kind": "leaving", "subject": atena(FATHER), "id": "p1", "on": "2026-12-01"}
    status, page = await post(door, "/data/events", cookie, **form)
    assert status == 200 and "適用済み" in page
    person = await store.read(resident, atena(FATHER))
    assert person is not None and person.standing == "leaving"
    assert (await post(door, "/data/events", cookie, kind="protect", subject=atena(FATHER), id="p2"))[0] == 403
    await store.write(take, Event(id="secret-1", kind="protect", at=NOW + timedelta(minutes=1), subject=atena(FATHER)), NOW)
    status, page = await door.ask(HOST, "/data/events", cookie)
    assert status == 200 and "secret-1" not in page and "支援措置" not in page and person.name not in page
