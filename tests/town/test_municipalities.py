"""Several municipalities, on servers of their own and on the shared cloud: any resident at any kiosk, a paper of their own municipality for its fee, and nobody known to another's server."""

import json
import os
import shutil
import signal
from collections import Counter
from datetime import datetime

import aiohttp
import pytest

from bcl_cloud.joining.onboarding import registers_of
from bcl_cloud.tenants.canaries import SERIAL_STEM
from certificates.kinds import KINDS
from certificates.reading import face_of, read
from simulation import demonstration as demo
from simulation.municipalities import PLACES
from simulation.town.cloud import close_cloud, opened_cloud, tenants_folder
from simulation.town.daily_data import DailyData
from simulation.town.description import HolderEntry
from simulation.town.directory_changes import configuration_of, enter_changes
from simulation.town.preparation import LAYOUT
from simulation.visitor import Visitor
from simulation.wishes import Visited, Wish
from storage.instants import JST, stamp
from tests.town.conftest import MUNICIPALITIES
from tests.town.open_town import OpenTown
from tests.town.rows import rows

TOWN = PLACES[:MUNICIPALITIES]
"""Two servers, two tenants, a designated city on a server, one whose 戸籍 is on its own server and everything else on the cloud, and one that has not joined 広域交付."""
TENANTS = tuple(place for place in TOWN if place.bcl_kinds)
BY_NAME = {place.city.name: place for place in TOWN}
READY_SECONDS = 600.0
"""For the opening of all twelve, on a machine that does other things besides."""


def _resident(world: OpenTown, code: str, kind: str) -> HolderEntry:
    return next(holder for holder in world.town.holders if holder.municipality == code and kind in holder.kinds)


async def _come(world: OpenTown, hands: aiohttp.ClientSession, holder: HolderEntry, kind: str, municipality: str, kiosk: int = 0) -> Visited:
    wish = Wish(holder.id, holder.pin, municipality, kind, "all" if kind in ("juminhyo", "koseki") else "self")
    return await Visitor(hands, world.town.kiosks[kiosk].url, wish).visit()


def test_town_json_names_the_municipalities_their_issuers_and_their_clerks(world):
    town = world.town
    assert [place.name for place in town.municipalities] == [place.city.county + place.city.name for place in BY_NAME.values()]
    issuers = {party for place in town.municipalities for party in place.issuers.values()}
    assert issuers == {name for name in town.parties if name.startswith(("municipal", "bcl"))}
    split = next(place for place in town.municipalities if place.name == "かりずみ市")
    assert {split.issuers[kind] for kind in ("koseki", "fuhyo")} == {"municipal-972011"}
    assert {split.issuers[kind] for kind in ("juminhyo", "inkan", "kazei")} == {"bcl"}
    assert {holder.municipality for holder in town.holders} == {place.code for place in town.municipalities}
    offices = {
        role: {
            (member.municipality, member.url.startswith(f"http://{member.municipality}.localhost:"))
            for member in town.staff
            if member.municipality and member.role == role
        }
        for role in ("clerk", "tax")
    }
    assert offices["clerk"] == {
        (place.code, cloud) for place in TOWN[1:] for cloud in (False, True) if (place.bcl_kinds if cloud else place.own_kinds)
    }
    assert offices["tax"] == {(place.code, place.issuer_of("kazei") == "bcl") for place in TOWN[1:]}
    assert len({party.pid for party in town.parties.values()}) == len(town.parties) == 10


@pytest.mark.parametrize(("name", "kind"), [*((name, "juminhyo") for name in BY_NAME), ("かりずみ市", "koseki"), ("こころみ町", "koseki")])
async def test_a_resident_of_any_municipality_gets_a_paper_of_theirs_for_its_fee_at_any_kiosk(world, hands, name, kind):
    place = BY_NAME[name]
    holder = _resident(world, place.code, kind)
    before = _collected_yen(world, place.code)
    for kiosk in range(2):
        visited = await _come(world, hands, holder, kind, place.code, kiosk)
        assert visited.refusal is None and len(visited.papers) == 1
        assert visited.spent_yen == place.fee_yen(kind)
        face = face_of(read(visited.papers[0].face))
        assert face.number.split()[1].startswith(name) and place.title in dict(face.closing).values()
    await world.quiet()
    assert _collected_yen(world, place.code) - before == 2 * place.fee_yen(kind)


async def test_whoever_names_another_municipality_than_their_own_is_not_known_there_and_pays_nothing(world, hands):
    here, there = list(BY_NAME.values())[:2]
    visited = await _come(world, hands, _resident(world, here.code, "juminhyo"), "juminhyo", there.code)
    assert visited.refusal == "not_registered" and not visited.papers and visited.spent_yen == 0


async def test_a_kind_that_a_municipality_does_not_offer_is_not_on_the_panel(world, hands):
    place = BY_NAME["しさく村"]
    visited = await _come(world, hands, _resident(world, place.code, "juminhyo"), "koseki", place.code)
    assert visited.refusal == "kind_unknown"


def test_no_register_knows_a_card_of_another_municipality_s_residents(world):
    known = {}
    files = [world.folders.database(name) for name in world.town.parties if name.startswith("municipal")]
    for file in (*files, *(world.folders.party("bcl") / "tenants").glob("*.db")):
        found = rows(file, f"SELECT serial FROM residents WHERE serial NOT LIKE '{SERIAL_STEM}%' ORDER BY serial")
        known[file.stem] = {row["serial"] for row in found}
    assert len(known) == 5 + 3 and all(known.values())
    # The split municipality's residents are known at both of its issuers, and nowhere else.
    assert known["972011"] == known.pop("municipal-972011")
    assert sum(len(serials) for serials in known.values()) == len(set().union(*known.values()))


@pytest.mark.sweep
def test_by_default_twelve_are_opened_eight_of_them_tenants_one_not_in_the_exchange_of_tax_papers_one_without_koseki(tmp_path):
    with OpenTown(tmp_path / "state", residents=80, municipalities=12, ready_seconds=READY_SECONDS) as opened:
        places = opened.town.municipalities
        assert len(places) == 12
        assert sum("bcl" in place.issuers.values() for place in places) == 8
        assert [place.name for place in places if set(place.issuers.values()) > {"bcl"}] == ["かりずみ市"]
        assert [(place.name, "税務課" in place.write_to) for place in places if not place.wide_tax] == [("ひとり市", True)]
        assert [place.name for place in places if "koseki" not in place.kinds] == ["みほん郡しさく村"]
        assert [place.name for place in places if place.former] == ["あわせ市"] and [place.name for place in places if place.wards] == ["もはん市"]
        assert [place.name for place in places if place.year_awaits_approval] == ["れい郡たとえ町"]
        assert all(opened.is_well(party) for party in opened.town.parties)
        assert _switch_days(opened) == {0}
        tried = _looked_at(opened)
    with OpenTown(tmp_path / "state", residents=80, municipalities=12, options=("--hours", "real"), ready_seconds=READY_SECONDS) as opened:
        assert _switch_days(opened) == {demo.TAX_SWITCH_DAYS}
        # What changes a tenant's terms is tried anew before it is offered; nothing else is.
        assert _looked_at(opened) - tried == Counter({"kazei": tried["kazei"]})


def _switch_days(opened: OpenTown) -> set[int]:
    """What the issuers of tax papers are told about the days before a new year."""
    found = rows(opened.folders.database("bcl"), "SELECT setting FROM tenant_settings WHERE kind = 'kazei'")
    settings = [json.loads(row["setting"]) for row in found]
    for party in opened.town.parties:
        if party.startswith("municipal"):
            settings += json.loads(opened.folders.config(party).read_text(encoding="utf-8"))["policies"].get("kazei", [])
    assert len(settings) == 12 and all(setting["years_need_approval"] for setting in settings)
    return {setting["switch_days"] for setting in settings}


def _looked_at(opened: OpenTown) -> Counter[str]:
    """How many specimens of the tenants' papers were found good, by kind."""
    found = rows(opened.folders.database("bcl"), "SELECT kind, verdict FROM trial_papers ORDER BY code, kind, form, terms")
    assert {row["verdict"] for row in found} == {"good"}
    return Counter(row["kind"] for row in found)


async def test_a_server_that_is_gone_stops_its_own_municipality_alone(world, hands):
    place, other = BY_NAME["れいじ市"], BY_NAME["もはん市"]
    pid = world.town.parties[f"municipal-{place.code}"].pid
    os.kill(pid, signal.SIGSTOP)
    try:
        visited = await _come(world, hands, _resident(world, other.code, "juminhyo"), "juminhyo", other.code)
        assert visited.refusal is None and len(visited.papers) == 1
    finally:
        os.kill(pid, signal.SIGCONT)


async def test_every_tenant_s_registers_came_by_an_upload_and_issuing_stops_where_none_comes_any_more(world):
    cloud = await opened_cloud(world.folders)
    kept_now = {place.code: set(await registers_of(cloud, place.code)) for place in TENANTS}
    await close_cloud(cloud)
    for place in TENANTS:
        file = tenants_folder(world.folders) / f"{place.code}.db"
        first, *later = rows(file, "SELECT * FROM feed_uploads ORDER BY upload_no")
        assert (first["sequence"], first["kind"], first["state"]) == (1, "full", "applied")
        assert {(upload["kind"], upload["state"]) for upload in later} <= {("differential", "applied")}
        (people,) = rows(file, "SELECT COUNT(*) AS people FROM residents WHERE place > 0")
        assert json.loads(first["report"])["rows"]["residents.csv"] == people["people"]
        kept = {"residents"} | {KINDS[kind].register for kind in place.bcl_kinds}
        assert kept_now[place.code] >= kept, "more only where kinds have moved since"
        assert {row["register"] for row in rows(file, "SELECT register FROM feed_ages ORDER BY register")} == kept_now[place.code]
        (decided,) = rows(file, "SELECT * FROM feed_terms ORDER BY terms_no")
        assert set(json.loads(decided["terms"])["max_age_hours"]) >= kept


def test_what_the_night_brings_is_taken_beside_the_cloud_that_serves(world):
    """The supervisor sends it while the parties run: what it cannot open would close the town."""
    said: list[str] = []
    data, now = DailyData(world.folders, TENANTS, said.append), datetime.now(JST)
    before = [_uploads_of(world, place.code) for place in TENANTS]
    for _ in TENANTS:
        data.turn(now)
    assert said == [] and [_uploads_of(world, place.code) for place in TENANTS] == [uploads + 1 for uploads in before]


def _uploads_of(world: OpenTown, code: str) -> int:
    return len(rows(tenants_folder(world.folders) / f"{code}.db", "SELECT * FROM feed_uploads WHERE state = 'applied'"))


def test_the_same_state_opens_again_with_the_same_number_only(world):
    settings = json.loads(world.folders.settings_file.read_text(encoding="utf-8"))
    assert settings["municipalities"] == len(TOWN) and settings["layout"] == LAYOUT


def test_what_a_later_opening_says_otherwise_is_entered_in_the_directory_from_then_on(world, tmp_path):
    config = json.loads(world.folders.config("center").read_text(encoding="utf-8"))
    shutil.copy(world.folders.database("center"), tmp_path / "center.db")
    config["database"] = f"sqlite:///{tmp_path / 'center.db'}"
    config.pop("crash_points", None)
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    before, now = configuration_of(tmp_path / "config.json"), datetime.now(JST)
    assert enter_changes(before, tmp_path / "config.json", now) == 0, "nothing is said otherwise"
    place = config["municipalities"][0]
    place["kinds"]["juminhyo"]["hours"] = {"opens": "09:00", "closes": "17:00"}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    assert enter_changes(before, tmp_path / "config.json", now) == 1
    (last,) = rows(tmp_path / "center.db", "SELECT * FROM directory_entries ORDER BY entry_no DESC LIMIT 1")
    assert (last["topic"], last["subject"], last["item"], last["entered_by"]) == ("hours", place["code"], "juminhyo", "見本の町")
    assert "09:00" in last["value"] and last["since"] == stamp(now)


def test_the_builds_are_registered_so_that_papers_raise_no_alarm_about_them(world):
    assert rows(world.folders.database("center"), "SELECT * FROM alarms WHERE code = 'build_unregistered'") == []
    builds = rows(world.folders.database("center"), "SELECT subject FROM directory_entries WHERE topic = 'builds' ORDER BY subject")
    assert [row["subject"] for row in builds] == sorted(["bcl", *(place.code for place in TOWN if place.own_kinds)])


def test_two_municipalities_have_staff_who_sign_in_at_the_center(world):
    seconded = [member for member in world.town.staff if member.role == "municipality"]
    assert [member.municipality for member in seconded] == [TOWN[0].code, next(place.code for place in TOWN if place.bcl_kinds)]
    assert {member.url for member in seconded} == {world.town.parties["center"].office_url}


def _collected_yen(world: OpenTown, code: str) -> int:
    """What the municipality's own book says it has earned in fees."""
    query = f"SELECT yen FROM postings JOIN legs ON legs.pattern = postings.pattern WHERE book = 'municipality/{code}' AND item = 'fee'"
    return -sum(row["yen"] for row in rows(world.folders.database("fees"), query))
