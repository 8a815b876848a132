"""The clerk's pages about seals, 戸籍, fiscal years and papers of every kind: what they show, to whom, and that a change reaches the next order at once."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from issuer.desk import Desk
from issuer.doings import doings
from issuer.issue_history import find_of_people
from issuer.press import InlinePress
from issuer.uses import receive
from messages.orders import ChoicesOffered, Issued
from messages.refusals import Refusal
from municipal_server.app import clerks_office
from municipal_server.config import load
from registers.koseki.tables import koseki_by_no
from registers.residents.changes import set_protection
from registers.residents.resident import Protection
from registers.seal.tables import seal_of
from storage.sqlite import SqliteStore
from tests.issuer.books import ALONES, FAMILY, GONE, OUTSIDER, OUTSIDERS, TWINS, person_no
from tests.issuer.test_clerk import STAFF, Client, Clock, page, post, sign_in
from tests.issuer.test_uses import SERIAL, applied
from tests.issuer.town import ALONE, CENTER, CHILD, DECLARED, FATHER, MOTHER, NOW, TWIN, ask, atena, hands, issuer, order
from tests.municipal_server.test_config import written


@pytest.fixture
async def office(town_hall: SqliteStore, tmp_path: Any, request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    config = load(written(tmp_path, staff=STAFF, protection_roles=getattr(request, "param", ["clerk", "protection_clerk"])))
    count = iter(range(1000))
    press, registry = InlinePress(hands()), CollectorRegistry()
    app = clerks_office(
        config, issuer(), town_hall, press, now=Clock(), token=lambda size: next(count).to_bytes(size), registry=registry, openapi=None
    )
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.fixture
def desk(town_hall: SqliteStore) -> Desk:
    return Desk(issuer(), town_hall, InlinePress(hands()), DECLARED)


async def buy(desk: Desk, number: int, kind: str, request: str = "r1", **chosen: Any) -> str:
    offered = await desk.answer(ask(number, f"visit-{request}", kind), CENTER, NOW)
    if isinstance(offered, Refusal):
        return offered.code
    assert isinstance(offered, ChoicesOffered)
    reply = await desk.answer(order(request, number, offered, **chosen), CENTER, NOW)
    return reply.code if isinstance(reply, Refusal) else "ok"


async def noted(store: SqliteStore) -> list[tuple[str, str, str, str]]:
    return [(line.doing.clerk, line.doing.doing, line.doing.subject, line.doing.why) for line in await store.read(doings)]


async def test_nobody_sees_or_changes_a_koseki_without_signing_in(office: Client, town_hall: SqliteStore) -> None:
    for path in (
        f"/koseki/{FAMILY}",
        f"/koseki/people/{person_no(FATHER)}",
        f"/koseki/{FAMILY}/{person_no(FATHER)}/protection",
        f"/holders/{atena(FATHER)}",
    ):
        answer = await office.get(path, allow_redirects=False)
        assert answer.status == 303 and answer.headers["Location"].startswith("/sign-in"), path
    for path in ("announce", "withdraw", "stop", "release", f"{person_no(FATHER)}/protection", f"{person_no(FATHER)}/protection/release"):
        assert (await post(office, f"/koseki/{FAMILY}/{path}", why="x")).status == 401, path
    assert (await post(office, f"/residents/{atena(FATHER)}/seal/cancel", reason="lost", why="x")).status == 401
    assert await noted(town_hall) == []


async def test_a_residents_page_shows_the_seal_the_way_to_the_koseki_and_the_years_but_no_figure(office: Client) -> None:
    await sign_in(office)
    shown = await page(office, f"/residents/{atena(FATHER)}")
    assert "00000001" in shown and "登録中" in shown and f"/koseki/{FAMILY}" in shown
    for year in ("令和８年度", "令和７年度", "令和６年度"):
        assert year in shown
    assert "6,000,000" not in shown and "6000000" not in shown and "900000" not in shown
    shown = await page(office, f"/residents/{atena(ALONE)}")
    assert "廃止" in shown and "亡失" in shown and "seal/cancel" not in shown, "what has ended cannot be ended again"
    assert "印鑑登録はありません" in await page(office, f"/residents/{atena(TWIN)}")
    assert "つながる記録はありません" in await page(office, f"/residents/{atena(TWIN)}"), "a 除籍 is no current 戸籍"


async def test_a_cancelled_seal_is_no_seal_for_the_order_of_the_same_second(office: Client, desk: Desk, town_hall: SqliteStore) -> None:
    await sign_in(office)
    offered = await desk.answer(ask(FATHER, "v", "inkan"), CENTER, NOW)
    assert isinstance(offered, ChoicesOffered)
    answer = await post(office, f"/residents/{atena(FATHER)}/seal/cancel", reason="lost", why="本人の届出")
    assert answer.status == 200 and "印鑑登録を廃止しました" in await answer.text()
    reply = await desk.answer(order("r1", FATHER, offered), CENTER, NOW)
    assert isinstance(reply, Refusal) and reply.code == "no_seal"
    assert await noted(town_hall) == [("mado", "cancel_seal", atena(FATHER), "本人の届出")]
    answer = await post(office, f"/residents/{atena(FATHER)}/seal/cancel", reason="lost", why="もう一度")
    assert answer.status == 422 and "すでに廃止" in await answer.text() and len(await noted(town_hall)) == 1


@pytest.mark.parametrize(
    ("number", "form", "said"),
    [
        (FATHER, {"reason": "lost", "why": ""}, "理由を入力"),
        (FATHER, {"reason": "replaced", "why": "x"}, "選択が正しくありません"),
        (FATHER, {"reason": "", "why": "x"}, "選択が正しくありません"),
        (FATHER, {"why": "x"}, "選択が正しくありません"),
        (TWIN, {"reason": "lost", "why": "x"}, "印鑑登録がありません"),
    ],
)
async def test_a_seal_is_not_cancelled_by_a_form_that_cannot_be_understood(
    office: Client, town_hall: SqliteStore, number: int, form: dict[str, str], said: str
) -> None:
    await sign_in(office)
    answer = await post(office, f"/residents/{atena(number)}/seal/cancel", **form)
    assert answer.status == 422 and said in await answer.text()
    seal = await town_hall.read(seal_of, atena(FATHER))
    assert seal is not None and seal.cancelled_at is None and await noted(town_hall) == []


async def test_only_a_clerk_changes_a_seal_or_a_koseki(office: Client, town_hall: SqliteStore) -> None:
    await sign_in(office, "shien")
    assert (await post(office, f"/residents/{atena(FATHER)}/seal/cancel", reason="lost", why="x")).status == 403
    for path in ("announce", "withdraw", "stop", "release"):
        assert (await post(office, f"/koseki/{FAMILY}/{path}", why="x", person=person_no(FATHER), stop="1")).status == 403
    shown = await page(office, f"/koseki/{FAMILY}")
    assert "announce" not in shown and 'action="/koseki/' not in shown
    assert await noted(town_hall) == []


async def test_a_koseki_shows_its_people_removed_ones_too_and_leads_to_the_residents(office: Client) -> None:
    await sign_in(office)
    shown = await page(office, f"/koseki/{FAMILY}")
    for who in (FATHER, MOTHER, CHILD, GONE):
        assert person_no(who) in shown
    assert f"/residents/{atena(MOTHER)}" in shown and "2018-05-05" in shown and "見本　太郎" in shown
    assert (await office.get(f"/koseki/people/{person_no(GONE)}")).url.path == f"/koseki/{FAMILY}"
    assert (await office.get(f"/koseki/people/{atena(FATHER)}")).status == 404
    assert (await office.get("/koseki/0000000000")).status == 404
    assert f"/koseki/{FAMILY}" in await page(office, f"/residents?q={FAMILY}")


async def test_a_notification_holds_up_the_koseki_until_it_is_withdrawn(office: Client, desk: Desk, town_hall: SqliteStore) -> None:
    await sign_in(office)
    assert await buy(desk, FATHER, "koseki") == "ok"
    answer = await post(office, f"/koseki/{FAMILY}/announce", why="婚姻届の受理")
    assert answer.status == 200 and "届出の処理中です" in await answer.text()
    assert await buy(desk, MOTHER, "fuhyo", "r2") == "koseki_pending"
    assert (await post(office, f"/koseki/{FAMILY}/withdraw", why="")).status == 422
    answer = await post(office, f"/koseki/{FAMILY}/withdraw", why="記録済み")
    assert answer.status == 200 and "届出の処理中です" not in await answer.text()
    assert await buy(desk, MOTHER, "fuhyo", "r3") == "ok"
    answer = await post(office, f"/koseki/{FAMILY}/withdraw", why="もう一度")
    assert answer.status == 422 and "処理中の届出はありません" in await answer.text()
    assert await noted(town_hall) == [
        ("mado", "withdraw", f"koseki/{FAMILY}", "記録済み"),
        ("mado", "announce", f"koseki/{FAMILY}", "婚姻届の受理"),
    ]
    assert "婚姻届の受理" in await page(office, f"/koseki/{FAMILY}") and "婚姻届の受理" in await page(office, "/doings")
    assert "届出の処理中です" in await page(office, f"/koseki/{ALONES}"), "one that came with the register"


async def test_a_closed_koseki_is_shown_and_not_changed(office: Client, town_hall: SqliteStore) -> None:
    await sign_in(office)
    shown = await page(office, f"/koseki/{TWINS}")
    assert "除籍" in shown and "announce" not in shown
    answer = await post(office, f"/koseki/{TWINS}/announce", why="x")
    assert answer.status == 422 and "除籍・改製原戸籍は変更できません" in await answer.text() and await noted(town_hall) == []


async def test_a_stop_of_one_person_of_a_koseki_stops_what_lists_them_and_its_release_opens_it(
    office: Client, desk: Desk, town_hall: SqliteStore
) -> None:
    await sign_in(office)
    answer = await post(office, f"/koseki/{FAMILY}/stop", person=person_no(CHILD), why="届出の確認中", until="2026-12-01")
    assert answer.status == 200 and "発行を抑止しました" in await answer.text()
    assert await buy(desk, FATHER, "koseki", members=(person_no(CHILD),)) == "not_issuable"
    assert await buy(desk, FATHER, "koseki", "r2") == "ok", "a paper that does not list them"
    assert (await post(office, f"/koseki/{OUTSIDERS}/release", person=person_no(CHILD), stop="1", why="x")).status == 422
    assert (await post(office, f"/koseki/{FAMILY}/release", person=person_no(MOTHER), stop="1", why="x")).status == 422
    assert (await post(office, f"/koseki/{FAMILY}/release", person=person_no(CHILD), stop="²", why="x")).status == 422
    assert (await post(office, f"/koseki/{FAMILY}/release", person=person_no(CHILD), stop="1", why="確認済み")).status == 200
    assert (await post(office, f"/koseki/{FAMILY}/release", person=person_no(CHILD), stop="1", why="x")).status == 422
    assert await buy(desk, FATHER, "koseki", "r3", members=(person_no(CHILD),)) == "ok"
    subject = f"koseki/{FAMILY}/{person_no(CHILD)}"
    assert await noted(town_hall) == [("mado", "release_suppression", subject, "確認済み"), ("mado", "suppress", subject, "届出の確認中")]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"why": " "}, "理由を入力"),
        ({"why": "x", "since": "11/23"}, "日付は"),
        ({"why": "a;b"}, "「;」は使えません"),
        ({"why": "x", "person": person_no(OUTSIDER)}, "この戸籍に見つかりません"),
        ({"why": "x", "person": ""}, "この戸籍に見つかりません"),
    ],
)
async def test_a_stop_that_cannot_be_understood_or_is_of_another_koseki_changes_nothing(
    office: Client, town_hall: SqliteStore, form: dict[str, str], said: str
) -> None:
    await sign_in(office)
    before = await town_hall.read(koseki_by_no, FAMILY)
    answer = await post(office, f"/koseki/{FAMILY}/stop", **({"person": person_no(FATHER)} | form))
    assert answer.status == 422 and said in await answer.text()
    assert await town_hall.read(koseki_by_no, FAMILY) == before and await noted(town_hall) == []


async def test_a_protection_in_the_koseki_is_set_on_its_own_page_shown_nowhere_else_and_released(
    office: Client, desk: Desk, town_hall: SqliteStore
) -> None:
    await sign_in(office)
    path = f"/koseki/{FAMILY}/{person_no(GONE)}/protection"
    answer = await post(office, path, level="support", since="2020-04-01", why="本人の申出")
    shown = await answer.text()
    assert answer.status == 200 and "2021-03-31" in shown and "期間経過" in shown
    everybody = tuple(map(person_no, (FATHER, MOTHER, CHILD, GONE)))
    assert await buy(desk, FATHER, "koseki", members=everybody) == "not_issuable"
    for other in (f"/koseki/{FAMILY}", f"/residents/{atena(FATHER)}", "/"):
        assert "本人の申出" not in await page(office, other) and "2021-03-31" not in await page(office, other), other
    assert (await post(office, f"{path}/release", why="期間満了")).status == 200
    assert (await post(office, f"{path}/release", why="期間満了")).status == 422
    assert await buy(desk, FATHER, "koseki", "r2", members=everybody) == "ok"
    assert (await office.get(f"/koseki/{OUTSIDERS}/{person_no(GONE)}/protection")).status == 404


async def test_a_residents_protection_is_not_released_from_the_koseki(office: Client, desk: Desk, town_hall: SqliteStore) -> None:
    await sign_in(office)
    await town_hall.write(set_protection, atena(CHILD), Protection("support", NOW.date(), None), now=NOW)
    path = f"/koseki/{FAMILY}/{person_no(CHILD)}/protection"
    assert "ほかの登録" in await page(office, path)
    assert (await post(office, f"{path}/release", why="x")).status == 422
    assert await buy(desk, FATHER, "koseki", members=(person_no(CHILD),)) == "not_issuable"


@pytest.mark.parametrize("office", [["protection_clerk"]], indirect=True)
async def test_a_clerk_who_is_not_cleared_learns_of_no_protection_in_a_koseki(office: Client, desk: Desk) -> None:
    path = f"/koseki/{FAMILY}/{person_no(CHILD)}/protection"
    await sign_in(office, "shien")
    await post(office, path, level="support", why="本人の申出")
    assert await buy(desk, FATHER, "koseki", members=(person_no(CHILD),)) == "not_issuable"
    await post(office, "/sign-out")
    await sign_in(office, "mado")
    assert (await office.get(path)).status == 403
    assert (await post(office, path, level="support", why="x")).status == 403
    assert (await post(office, f"{path}/release", why="x")).status == 403
    for other in (f"/koseki/{FAMILY}", f"/residents/{atena(CHILD)}", "/refusals", "/doings"):
        shown = await page(office, other)
        assert all(word not in shown for word in ("本人の申出", "支援措置（", "支援措置の登録", "/protection")), other


async def test_the_issue_log_shows_form_and_year_and_leads_to_the_people_of_a_koseki(office: Client, desk: Desk) -> None:
    await sign_in(office)
    assert await buy(desk, FATHER, "kazei", "r1", form="shotoku", year=2025) == "ok"
    assert await buy(desk, FATHER, "koseki", "r2", members=(person_no(CHILD),)) == "ok"
    assert await buy(desk, OUTSIDER, "koseki", "r3") == "ok"
    assert await buy(desk, FATHER, "inkan", "r4") == "ok"
    shown = await page(office, "/issues")
    assert "所得証明書" in shown and "令和７年度" in shown
    assert "fiscal year 2025" in await page(office, "/issues/r1-1?lang=en")
    await office.get("/?lang=ja")
    shown = await page(office, "/issues/r2-1")
    assert f"/koseki/people/{person_no(CHILD)}" in shown and f"/residents/{atena(FATHER)}" in shown
    shown = await page(office, "/issues/r3-1")
    assert f'"/koseki/people/{person_no(OUTSIDER)}"' in shown and f"/residents/{person_no(OUTSIDER)}" not in shown and "利用登録" in shown
    shown = await page(office, f"/issues?q={person_no(CHILD)}")
    assert "/issues/r2-1" in shown and "/issues/r1-1" not in shown


async def test_a_person_finds_the_papers_that_list_them_under_either_number_and_nobody_elses(
    office: Client, desk: Desk, town_hall: SqliteStore
) -> None:
    await sign_in(office)
    for request, number, kind, members in (
        ("r1", FATHER, "koseki", (person_no(CHILD),)),
        ("r2", FATHER, "juminhyo", (CHILD,)),
        ("r3", FATHER, "juminhyo", None),
        ("r4", OUTSIDER, "koseki", None),
    ):
        assert await buy(desk, number, kind, request, members=members) == "ok"
    shown = await page(office, f"/residents/{atena(CHILD)}")
    assert "/issues/r1-1" in shown and "/issues/r2-1" in shown and "/issues/r3-1" not in shown
    shown = await page(office, f"/koseki/{OUTSIDERS}")
    assert "/issues/r4-1" in shown and "/issues/r1-1" not in shown
    # The numbers of the two registers are no one series: the same digits in the other one are somebody else.
    swapped = await town_hall.read(find_of_people, (person_no(CHILD), person_no(OUTSIDER)), (atena(CHILD), atena(FATHER)))
    assert swapped == ()


async def test_refusals_of_a_koseki_lead_to_the_holder(office: Client, desk: Desk) -> None:
    await sign_in(office)
    assert await buy(desk, ALONE, "koseki") == "koseki_pending"
    assert await buy(desk, MOTHER, "inkan", "r2") == "no_seal"
    shown = await page(office, "/refusals")
    assert (
        "戸籍の届出の処理中" in shown and "印鑑登録なし" in shown and f"/holders/{atena(ALONE)}" in shown and f"/residents/{atena(MOTHER)}" in shown
    )
    assert (await office.get(f"/holders/{atena(ALONE)}")).url.path == f"/residents/{atena(ALONE)}"
    assert (await office.get(f"/holders/{person_no(OUTSIDER)}")).url.path == f"/koseki/{OUTSIDERS}"
    assert (await office.get("/holders/0000000000")).status == 404


async def test_the_new_pages_have_an_english_twin(office: Client) -> None:
    await sign_in(office)
    for path, word in (
        (f"/koseki/{FAMILY}", "Family register"),
        (f"/koseki/{FAMILY}/{person_no(FATHER)}/protection", "Protection"),
        (f"/residents/{atena(FATHER)}", "Cancel the seal"),
    ):
        assert word not in await page(office, f"{path}?lang=ja") or word == "Protection"
        assert word in await page(office, f"{path}?lang=en")


async def test_what_a_clerk_did_with_a_koseki_is_not_mixed_with_a_resident_of_the_same_digits(office: Client, town_hall: SqliteStore) -> None:
    await sign_in(office)
    await post(office, f"/koseki/{FAMILY}/stop", person=person_no(FATHER), why="確認中")
    assert "確認中" not in await page(office, f"/residents/{atena(MOTHER)}")
    assert {line.doing.subject for line in await town_hall.read(doings)} == {f"koseki/{FAMILY}/{person_no(FATHER)}"}


async def test_a_paper_made_before_the_seal_ended_is_found_with_its_end(office: Client, desk: Desk) -> None:
    await sign_in(office)
    offered = await desk.answer(ask(FATHER, "v", "inkan"), CENTER, NOW)
    assert isinstance(offered, ChoicesOffered)
    one = order("r1", FATHER, offered)
    assert isinstance(await desk.answer(one, CENTER, NOW), Issued)
    await post(office, f"/residents/{atena(FATHER)}/seal/cancel", reason="request", why="申請")
    reply = await desk.answer(one, CENTER, NOW)
    assert isinstance(reply, Refusal) and reply.code == "order_void"
    shown = await page(office, "/issues/r1-1")
    assert "取消" in shown and "印鑑登録証明書" in shown


async def test_a_clerk_compares_an_application_for_use_with_the_register_and_accepts_it(office: Client, town_hall: SqliteStore, desk: Desk) -> None:
    await town_hall.write(receive, SERIAL, applied(), NOW)
    answer = await office.get("/uses", allow_redirects=False)
    assert answer.status == 303, "nobody sees an application without signing in"
    await sign_in(office)
    assert "利用-000001" in await page(office, "/uses") and "2026-11-30" in await page(office, "/uses")
    shown = await page(office, "/uses/a1")
    assert "みほん　はなこ" in shown and "03-1234-5678" in shown and "見本　太郎" in shown and "この人として受理" in shown
    refused = await (await post(office, "/uses/a1/accept", person=person_no(FATHER))).text()
    assert "生年月日が申請と異なる人には登録できません。" in refused
    assert "受理しました" in await (await post(office, "/uses/a1/accept", person=person_no(MOTHER))).text()
    assert (await noted(town_hall))[0] == ("mado", "accept_use", f"koseki/{FAMILY}/{person_no(MOTHER)}", "")
    shown = await page(office, "/uses/a1")
    assert "みほん　はなこ" not in shown and "03-1234-5678" not in shown and "この人として受理" not in shown
    assert "すでに処理されています" in await (await post(office, "/uses/a1/return", reason="other", why="x")).text()


async def test_a_clerk_returns_an_application_with_a_reason_and_only_clerks_decide(office: Client, town_hall: SqliteStore) -> None:
    await town_hall.write(receive, SERIAL, applied(), NOW)
    assert (await post(office, "/uses/a1/return", reason="name_differs", why="x")).status == 401
    await sign_in(office, "shien")
    assert (await post(office, "/uses/a1/accept", person=person_no(MOTHER))).status == 403
    assert (await post(office, "/uses/a1/return", reason="name_differs", why="x")).status == 403
    await post(office, "/sign-out")
    await sign_in(office)
    assert "理由を入力してください" in await (await post(office, "/uses/a1/return", reason="name_differs", why="")).text()
    assert "選択が正しくありません" in await (await post(office, "/uses/a1/return", reason="magic", why="x")).text()
    assert "返却しました" in await (await post(office, "/uses/a1/return", reason="name_differs", why="電話で確認")).text()
    assert (await noted(town_hall))[0] == ("mado", "return_use", "use/利用-000001", "電話で確認")
