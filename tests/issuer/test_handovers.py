"""The pages of a hand-over: written at one office, checked by one clerk of the other and entered by another, and every refusal said on the page with nothing changed."""

import io
import zipfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry
from sqlalchemy import delete

from issuer.clerks import handovers
from issuer.doings import doings
from issuer.handover import PARTS, WORDS, Handover
from issuer.handover_file import CONTENT, MANIFEST, SENTENCES, HandoverRefused, packed, unpacked
from issuer.handover_record import CHECK_GOOD, file_digest, history
from issuer.press import InlinePress
from issuer.taking_over import take_over_checked
from municipal_server.app import clerks_office
from municipal_server.config import load
from registers.residents.schema import RESIDENTS
from storage.store import Store
from tests.issuer.test_clerk import HASH, Client, Clock, page, sign_in
from tests.issuer.test_self_report import inventory
from tests.issuer.test_taking_over import dump, handed, old
from tests.issuer.town import ALONE, MUNICIPALITY, NOW, PEOPLE, atena, hands, issuer
from tests.municipal_server.test_config import written

__all__ = ["old"]
STAFF = [
    {"name": name, "password_hash": HASH, "roles": roles}
    for name, roles in (("mado", ["clerk", "protection_clerk"]), ("ichi", ["clerk", "protection_clerk"]), ("shin", ["clerk"]), ("zei", ["tax"]))
]


class Office:
    """The clerks' office on one store, at its own clock."""

    def __init__(self, client: Client, store: Store, clock: Clock) -> None:
        self.client, self.store, self.clock = client, store, clock

    async def send(self, path: str, archive: bytes | None, why: str = "乗り換え", **more: str) -> tuple[int, str]:
        form = FormData(default_to_multipart=True)
        form.add_field("why", why)
        for name, value in more.items():
            form.add_field(name, value)
        if archive is not None:
            form.add_field("archive", archive, filename="handed.zip", content_type="application/zip")
        origin = str(self.client.make_url("/")).rstrip("/")
        answer = await self.client.post(path, data=form, headers={"Origin": origin})
        return answer.status, await answer.text()

    async def written(self, *kinds: str, why: str = "乗り換え") -> Any:
        origin = str(self.client.make_url("/")).rstrip("/")
        form = [("why", why), *(("kind", kind) for kind in kinds)]
        return await self.client.post("/handover/file", data=FormData(form), headers={"Origin": origin})


@pytest.fixture
async def offices(town_hall: Store, old: Store, tmp_path: Path) -> AsyncIterator[tuple[Office, Office]]:
    """Of the former issuer and of the next one; at each somebody is signed in."""
    config = load(written(tmp_path, staff=STAFF, protection_roles=["protection_clerk"]))
    async with AsyncExitStack() as stack:
        made = []
        for store in (old, town_hall):
            clock, count = Clock(), iter(range(1000))
            app = clerks_office(
                config, issuer(), store, InlinePress(hands()), now=clock, token=lambda size, count=count: next(count).to_bytes(size),  # type: ignore[misc]
                registry=CollectorRegistry(), openapi=None,
            )  # fmt: skip
            client = await stack.enter_async_context(TestClient(TestServer(app)))
            await sign_in(client)
            made.append(Office(client, store, clock))
        yield made[0], made[1]


async def test_what_one_office_writes_is_checked_by_one_clerk_of_the_other_and_entered_by_another(offices: tuple[Office, Office]) -> None:
    former, following = offices
    file = await former.written("koseki", "juminhyo", "kazei", "inkan", "fuhyo", "kisai_jiko")
    data = await file.read()
    assert (file.status, file.content_type, file.headers["Cache-Control"]) == (200, "application/zip", "no-store")
    assert file.headers["Content-Disposition"].startswith('attachment; filename="990019-handover-')
    assert unpacked(data)[0] == msgspec.structs.replace(await handed(former.store), as_of=NOW, kinds=unpacked(data)[0].kinds)

    following.clock.now = NOW + timedelta(minutes=1)
    before = (await dump(following.store), await inventory(following.store))  # type: ignore[arg-type]
    status, shown = await following.send("/handover/check", data)
    assert status == 200 and file_digest(data)[:8] in shown and "まだ何も変えていません" in shown
    assert "支援措置" in shown and PEOPLE[ALONE - 1].name not in shown
    assert await same_but_for_the_record(following.store, before[0])
    assert (await following.send("/handover/enter", data))[1].count(SENTENCES["same_person"][0]) == 1
    assert await inventory(following.store) == before[1]  # type: ignore[arg-type]

    await sign_in(following.client, "ichi")
    assert "取込みを待っているもの" in await page(following.client, "/handover")
    status, shown = await following.send("/handover/enter", data, "窓口で照合")
    assert status == 200 and handovers.DONE["entered"][0] in shown
    assert await inventory(following.store) == await inventory(former.store)  # type: ignore[arg-type]
    assert "取込みを待っているもの" not in await page(following.client, "/handover")
    lines = [(line.doing, line.who, line.file_sha256, line.why) for line in await following.store.read(history)]
    assert lines == [("take_over", "ichi", file_digest(data), "窓口で照合"), ("check_handover", "mado", file_digest(data), "乗り換え")]
    assert [(line.doing, line.file_sha256) for line in await former.store.read(history)] == [("hand_over", file_digest(data))]
    (entered,) = [one.doing for one in await following.store.read(doings) if one.doing.doing == "take_over"]
    assert "2 stops" in entered.detail and "protection" not in entered.detail, "every clerk reads the record"
    assert handovers.DONE["repeated"][0] in (await following.send("/handover/check", data))[1]


async def same_but_for_the_record(store: Store, before: list[Any]) -> bool:
    """The tables of `dump`, but for the clerks' doings."""
    now = await dump(store)
    return [one for place, one in enumerate(now) if place != 9] == [one for place, one in enumerate(before) if place != 9]


async def test_the_overview_counts_what_would_go_and_names_nobody(offices: tuple[Office, Office]) -> None:
    former, _ = offices
    shown = await page(former.client, "/handover")
    counts = (await handed(former.store)).counts()
    for part in PARTS:
        assert f'<th scope="row">{WORDS[part][0]}</th><td class="number">{counts[part]}</td>' in shown, part
    assert all(counts[part] for part in ("uses", "applications", "protections", "stops", "filed", "years", "numbers"))
    assert not [one.name for one in PEOPLE if one.name in shown] and atena(ALONE) not in shown
    fewer = await page(former.client, "/handover?kind=juminhyo")
    assert '<th scope="row">利用登録</th><td class="number">0</td>' in fewer
    english = await page(former.client, "/handover?lang=en")
    assert "Second clerk: enter" in english and "進め方" not in english


async def test_the_file_is_for_clerks_who_may_know_of_protections_and_others_are_not_told_of_any(offices: tuple[Office, Office]) -> None:
    former, _ = offices
    await sign_in(former.client, "shin")
    shown = await page(former.client, "/handover")
    assert '<th scope="row">支援措置</th>' not in shown and "/handover/file" not in shown
    data = packed(await handed(former.store))[0]
    assert (await former.written("koseki")).status == 403
    assert [(await former.send(path, data))[0] for path in ("/handover/check", "/handover/enter")] == [403, 403]
    await sign_in(former.client, "zei")
    assert (await former.client.get("/handover")).status == 403
    assert await former.store.read(history) == ()


async def test_only_what_somebody_else_has_checked_within_a_day_is_entered(offices: tuple[Office, Office]) -> None:
    former, following = offices
    await sign_in(following.client, "ichi")
    one, other = [packed(await handed(former.store, as_of=NOW - timedelta(minutes=ago)))[0] for ago in (1, 2)]
    assert SENTENCES["unchecked"][0] in (await following.send("/handover/enter", one))[1]
    await sign_in(following.client, "mado")
    assert (await following.send("/handover/check", one))[0] == 200
    await sign_in(following.client, "ichi")
    assert SENTENCES["unchecked"][0] in (await following.send("/handover/enter", other))[1], "another content was not checked"
    following.clock.now = NOW + CHECK_GOOD + timedelta(seconds=1)
    await sign_in(following.client, "ichi")
    assert SENTENCES["unchecked"][0] in (await following.send("/handover/enter", one))[1]
    assert [line.doing for line in await following.store.read(history)] == ["check_handover"]


async def test_the_step_itself_demands_another_clerks_check_whatever_the_page_has_looked_at(offices: tuple[Office, Office]) -> None:
    former, following = offices
    handover = await handed(former.store, as_of=NOW)
    data, digest = packed(handover)
    entered = ("みほん市Ｂ", "mado", "乗り換え", NOW)
    for code in ("unchecked", "same_person"):
        with pytest.raises(HandoverRefused, match=code):
            await following.store.write(take_over_checked, handover, digest, MUNICIPALITY, *entered)
        await following.send("/handover/check", data)
    assert [line.doing for line in await following.store.read(history)] == ["check_handover"] * 2


def damaged(data: bytes) -> bytes:
    """With one stop less than the manifest says."""
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        told, content = found.read(MANIFEST), msgspec.json.decode(found.read(CONTENT))
    content["stops"] = content["stops"][1:]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(MANIFEST, told)
        made.writestr(CONTENT, msgspec.json.encode(content))
    return out.getvalue()


def changed(handover: Handover, **changes: Any) -> bytes:
    return packed(msgspec.structs.replace(handover, **changes))[0]


async def test_each_refusal_is_said_on_the_page_of_either_clerk_and_changes_nothing(
    offices: tuple[Office, Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    former, following = offices
    good = await handed(former.store, as_of=NOW)
    canary = (msgspec.structs.replace(good.uses[0], serial=f"facade{'9' * 34}"),)
    brought = {
        "not_handover": b"PK no zip",
        "damaged": damaged(packed(good)[0]),
        "wrong_municipality": changed(good, municipality="990027"),
        "as_of_future": changed(good, as_of=NOW + timedelta(hours=1)),
        "doubled": changed(good, protections=good.protections * 2),
        "reserved_number": changed(good, uses=canary),
    }
    before = await dump(following.store)
    for code, data in brought.items():
        for path in ("/handover/check", "/handover/enter"):
            status, shown = await following.send(path, data)
            wanted = "unchecked" if path.endswith("enter") and code not in ("not_handover", "damaged") else code
            assert (status, SENTENCES[wanted][0] in shown) == (422, True), (code, path)
    for archive, why, said in ((None, "x", "引継ぎデータのファイルを選んでください。"), (packed(good)[0], " ", "理由を入力してください。")):
        status, shown = await following.send("/handover/check", archive, why)
        assert (status, said in shown) == (422, True)
    assert handovers.PROBLEMS["no_kinds"][0] in await (await following.written("no_such")).text()
    assert (await following.written("koseki", why="")).status == 422
    assert await dump(following.store) == before, "what was refused leaves no line either"
    await following.store.write(lambda c: c.execute(delete(RESIDENTS).where(RESIDENTS.c.atena_no == atena(ALONE))))
    assert SENTENCES["unknown_people"][0] in (await following.send("/handover/check", packed(good)[0]))[1]
    monkeypatch.setattr(handovers, "ARCHIVE_BYTES_MAX", 100)
    assert handovers.PROBLEMS["large"][0] in (await following.send("/handover/check", b"x" * 101))[1]


async def test_what_stopped_being_true_between_check_and_entry_is_refused_at_the_entry(offices: tuple[Office, Office]) -> None:
    former, following = offices
    data = packed(await handed(former.store, as_of=NOW))[0]
    assert (await following.send("/handover/check", data))[0] == 200
    await following.store.write(lambda c: c.execute(delete(RESIDENTS).where(RESIDENTS.c.atena_no == atena(ALONE))))
    before = await dump(following.store)
    await sign_in(following.client, "ichi")
    status, shown = await following.send("/handover/enter", data)
    assert (status, SENTENCES["unknown_people"][0] in shown) == (422, True) and await dump(following.store) == before
