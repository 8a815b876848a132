"""A fiscal year of tax papers in a town of real processes: closed while the tax section has not approved it, at the kiosk and for former residents, and opened by its page."""

import re

import pytest

from simulation.municipalities import PLACES
from simulation.town.description import HolderEntry
from simulation.visitor import Visitor
from simulation.wishes import Visited
from tests.town.errands import wish
from tests.town.office import Office, staff_of
from tests.town.open_town import OpenTown
from tests.town.rows import rows

CODES = {place.city.name: place.code for place in PLACES}


async def _come(world: OpenTown, hands, holder: HolderEntry, year: int, january: str = "") -> Visited:
    return await Visitor(hands, world.town.kiosks[1].url, wish(holder, kind="kazei", members="self", january=january, year=year)).visit()


@pytest.fixture
def resident(world: OpenTown) -> HolderEntry:
    """Of a tenant of the cloud."""
    return next(one for one in world.town.holders if one.municipality == CODES["こころみ町"] and len(one.years) > 1)


async def test_a_year_is_issued_when_the_tax_section_has_approved_its_specimens_on_the_page(world, hands, resident):
    latest, before = resident.years[:2]
    former = world.holder("最新年度の課税証明書はこころみ町")
    async with Office(staff_of(world, resident.municipality, "tax")) as tax:
        page = await tax.asked("POST", f"/years/{latest}/withdraw", data={"why": "税率の誤りを見つけた"})
        try:
            assert "承認の取消" in page and "交付していません" in page
            closed = await _come(world, hands, resident, latest)
            assert (closed.refusal, closed.papers, closed.spent_yen) == ("year_not_here", [], 0)
            older = await _come(world, hands, resident, before)
            assert older.refusal is None and len(older.papers) == 1, "an older year stays open"
            elsewhere = await _come(world, hands, former, latest, resident.municipality)
            assert (elsewhere.refusal, elsewhere.papers, elsewhere.spent_yen) == ("year_not_open", [], 0)
            assert await tax.status("POST", f"/years/{latest}/approve", data={"why": "確認した", "specimens": "0" * 64}) == 422, "other specimens"
            assert "交付していません" in await tax.asked("GET", f"/years/{latest}")
            async with Office(staff_of(world, resident.municipality, "clerk")) as clerk:
                looked_at = await clerk.asked("GET", f"/years/{latest}")
                assert "税務担当" in looked_at and "/approve" not in looked_at
                assert await clerk.status("POST", f"/years/{latest}/approve", data={"why": "確認した", "specimens": "0" * 64}) == 403
        finally:
            page = await tax.asked("GET", f"/years/{latest}")
            (specimens,) = re.findall(r'name="specimens" value="([0-9a-f]{64})"', page)
            page = await tax.asked("POST", f"/years/{latest}/approve", data={"why": "見本を確かめた", "specimens": specimens})
    assert "交付しています" in page and "見本を確かめた" in page
    for holder, january in ((resident, ""), (former, resident.municipality)):
        opened = await _come(world, hands, holder, latest, january)
        assert opened.refusal is None and len(opened.papers) == 1


def test_the_years_were_approved_by_each_tax_section_after_its_specimens_when_the_town_was_prepared(world):
    """By name, with the digest of what was looked at, in the clerks' record; the party that makes no tax papers has nothing of it."""
    by_office = {}
    files = {party: world.folders.database(party) for party in world.town.parties if party.startswith("municipal")}
    files |= {file.stem: file for file in (world.folders.party("bcl") / "tenants").glob("*.db")}
    for office, file in files.items():
        steps = rows(file, "SELECT * FROM tax_year_steps ORDER BY step_no")
        by_office[office] = (steps[0]["step"], steps[0]["by"], len(steps[0]["specimens"])) if steps else None
    assert by_office.pop("municipal-972011") is None, "かりずみ市's own server makes 戸籍 and 附票 alone"
    assert len(by_office) == 7 and {(step, digits) for step, _, digits in by_office.values()} == {("approve", 64)}
    names = {member.name for member in world.town.staff if member.role == "tax"}
    assert {by for _, by, _ in by_office.values()} == names
