"""The page of the issuers' lines, its numbers on the front page and in the metrics, and whose lines a municipality sees; the pages of moves are the operators'."""

from issuance_center.issuer_pages import percentile
from issuance_center.records import endings
from issuance_center.stopping import Scope
from messages.orders import OfferChoices
from simulation.people import CardMade
from tests.issuance_center.founding import CITY, SILENT_CITY
from tests.issuance_center.test_app import Client, page, sign_in
from tests.issuance_center.test_stop_pages import office as office
from tests.issuance_center.town import Kiosk, Town
from tests.issuance_center.wires import lost_there
from tests.issuer.town import DECLARED


def test_a_percentile_is_an_answer_that_was_given() -> None:
    assert (percentile((), 0.5), percentile((0.25,), 0.99)) == (None, 250)
    hundred = tuple(number / 1000 for number in range(1, 101))
    assert (percentile(hundred, 0.5), percentile(hundred, 0.99)) == (50, 99)


async def test_the_page_tells_how_each_issuer_answers_and_what_it_declares(town: Town, office: Client, kiosk: Kiosk, card: CardMade) -> None:
    await sign_in(office)
    assert "起動後の問い合わせなし" in await page(office, "/issuers")
    await kiosk.choosing(card)
    shown = await page(office, "/issuers")
    assert "応答 1" in shown
    assert DECLARED.program in shown
    assert "登録なし" in shown


async def test_a_line_that_is_cut_off_and_a_stop_are_on_the_front_page_and_in_the_metrics(
    town: Town, office: Client, kiosk: Kiosk, card: CardMade
) -> None:
    await sign_in(office)
    assert "切り離され" not in await page(office, "/")
    await kiosk.quoted(card)
    town.to_city.faults[OfferChoices] = [lost_there] * 10_000
    await kiosk.choices()
    town.center_store.do(endings.place, Scope(CITY, "koseki"), "花子", "center", "疑い", town.at)
    shown = await page(office, "/")
    assert "切り離されている発行元の回線が1本" in shown
    assert "停止中のものが1件" in shown
    assert "切り離し中" in await page(office, "/issuers")
    await office.get("/healthz")
    metrics = await (await office.get("/metrics")).text()
    assert f'konbini_issuer_cut_off{{issuer="{CITY}",municipality="{CITY}"}} 1.0' in metrics


async def test_a_municipality_sees_its_own_line_alone(town: Town, office: Client, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.choosing(card)
    await sign_in(office, "市の次郎")
    mine = await page(office, "/issuers")
    assert CITY in mine
    assert SILENT_CITY not in mine
    await sign_in(office, "どこの四郎")
    assert (await office.get("/issuers")).status == 403
