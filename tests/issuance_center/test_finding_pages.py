"""The pages of findings: the notice from its opening to a written cause and its recurrence, each problem said, and the dossier as page, CSV and JSON without anybody's data."""

import csv
import io
import json

from issuance_center.finding_pages import PROBLEMS
from issuance_center.records.finding_tables import findings
from issuance_center.records.findings import COLUMNS
from simulation.people import CardMade
from tests.issuance_center.founding import CITY, SILENT_CITY, foundation
from tests.issuance_center.test_app import Client, page, post, sign_in
from tests.issuance_center.test_findings import note
from tests.issuance_center.test_stop_pages import office as office
from tests.issuance_center.town import Kiosk, Town

CAUSE = "台帳の一括更新と時刻が重なったことを、双方の記録で確かめた。"


async def test_a_notice_is_acknowledged_closed_with_a_cause_and_open_again_when_it_recurs(town: Town, office: Client) -> None:
    number = note(town)
    await sign_in(office, "市の次郎")
    assert "未受領" in await page(office, "/findings")
    said = {"not_acknowledged": await post(office, f"/findings/{number}/close", cause=CAUSE)}
    assert (await post(office, f"/findings/{number}/acknowledge")).status == 303
    said["not_open"] = await post(office, f"/findings/{number}/acknowledge")
    said["cause"] = await post(office, f"/findings/{number}/close", cause="再試行で正常に終わった")
    for problem, answer in said.items():
        assert (answer.status, PROBLEMS[problem][0] in await answer.text()) == (409, True), problem
    assert "再試行で正常に終わった" in await said["cause"].text(), "what was typed is kept"
    assert (await post(office, f"/findings/{number}/close", cause=CAUSE)).status == 303
    assert "終わっていない" in await page(office, "/") and f'href="/findings/{number}"' not in await page(office, "/")
    note(town)
    shown = await page(office, f"/findings/{number}")
    assert "再発により再開" in shown and "1回" in shown and CAUSE in shown, "the earlier cause stays"
    assert f'href="/findings/{number}"' in await page(office, "/")


async def test_the_center_cannot_acknowledge_for_a_municipality_and_closes_only_what_that_has_acknowledged(town: Town, office: Client) -> None:
    number = note(town)
    await sign_in(office)
    assert "見本県みほん市" in await page(office, "/findings")
    for act, problem in (("acknowledge", "not_yours"), ("close", "not_acknowledged")):
        answer = await post(office, f"/findings/{number}/{act}", cause=CAUSE)
        assert (answer.status, PROBLEMS[problem][0] in await answer.text()) == (409, True)
    assert [case["standing"] for case in town.rows(findings)] == ["open"]


async def test_the_dossier_s_page_and_its_files_say_the_same_of_the_same_papers_and_name_nobody(
    town: Town, office: Client, kiosk: Kiosk, card: CardMade
) -> None:
    ready = await kiosk.ready(card, copies=2)
    await kiosk.report(ready.papers[0], "paid", "printed", "taken")
    await town.kiosk(1).ready(card, "koseki")
    number = note(town)
    await sign_in(office, "市の次郎")
    shown = await page(office, f"/findings/{number}/dossier?window=60")
    lines = await page(office, f"/findings/{number}/dossier.csv?window=60")
    told = json.loads(await page(office, f"/findings/{number}/dossier.json?window=60"))
    rows = list(csv.DictReader(io.StringIO(lines)))
    ids = [paper.issuance_id for paper in ready.papers]
    assert sorted(row["issuance_id"] for row in rows) == sorted(paper["issuance_id"] for paper in told["papers"]) == sorted(ids)
    assert {row["issuance_id"]: row["taken"] for row in rows} == {ids[0]: "yes", ids[1]: "no"}
    assert tuple(rows[0]) == COLUMNS and all(set(paper) == set(COLUMNS) for paper in told["papers"])
    assert all(one in shown for one in ids) and "交付<b>2</b>" in shown and "受け取り：お渡し済み<b>1</b>" in shown
    for who in foundation().household(card):
        for secret in (who.name, who.atena_no, who.my_number, card.serial, kiosk.visit_id):
            assert not any(secret in text for text in (shown, lines, json.dumps(told, ensure_ascii=False)))
    for window in ("0", "-1", "x", "99999999999", "2592001", "000000001" + "9" * 20):
        assert (await office.get(f"/findings/{number}/dossier?window={window}")).status == 400
    theirs = note(town, kind="koseki", municipality=SILENT_CITY)
    for form in ("", ".csv", ".json"):
        assert (await office.get(f"/findings/{theirs}/dossier{form}")).status == 404
    assert CITY in lines
