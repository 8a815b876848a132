"""A town of several municipalities, each with a server of its own: any resident at any kiosk, each paper by its own municipality, its own fee, and nobody known to another's server."""

import json
import os
import signal
from collections.abc import Iterator

import aiohttp
import pytest

from certificates.reading import face_of, read
from simulation.municipalities import PLACES
from simulation.town.description import HolderEntry
from simulation.visitor import Visited, Visitor, Wish
from tests.town.open_town import OpenTown
from tests.town.rows import rows

SERVERS = {place.city.name: place for place in PLACES if place.own_kinds}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    with OpenTown(tmp_path_factory.mktemp("municipalities") / "state", residents=80, municipalities=len(SERVERS), terminals=2) as opened:
        opened.hurry()
        yield opened


def _resident(world: OpenTown, code: str, kind: str) -> HolderEntry:
    return next(holder for holder in world.town.holders if holder.municipality == code and kind in holder.kinds)


async def _come(world: OpenTown, hands: aiohttp.ClientSession, holder: HolderEntry, kind: str, municipality: str, kiosk: int = 0) -> Visited:
    wish = Wish(holder.id, holder.pin, municipality, kind, "all" if kind in ("juminhyo", "koseki") else "self")
    return await Visitor(hands, world.town.kiosks[kiosk].url, wish).visit()


def test_town_json_names_the_municipalities_their_issuers_and_their_clerks(world):
    town = world.town
    assert [place.name for place in town.municipalities] == [place.city.county + place.city.name for place in SERVERS.values()]
    assert {party for place in town.municipalities for party in place.issuers.values()} == {
        name for name in town.parties if name.startswith("municipal")
    }
    assert {holder.municipality for holder in town.holders} == {place.code for place in town.municipalities}
    not_joined = {place.name: place.write_to for place in town.municipalities if not place.wide_tax}
    assert list(not_joined) == ["ひとり市"] and "税務課" in not_joined["ひとり市"]
    clerks = {member.municipality: member.url for member in town.staff if member.municipality}
    assert clerks == {place.code: town.parties[f"municipal-{place.code}"].office_url for place in town.municipalities[1:]}
    assert len({party.pid for party in town.parties.values()}) == 4 + len(town.municipalities)


@pytest.mark.parametrize(("name", "kind"), [(name, place.own_kinds[0]) for name, place in SERVERS.items()])
async def test_a_resident_of_any_municipality_gets_a_paper_of_theirs_for_its_fee_at_any_kiosk(world, hands, name, kind):
    place = SERVERS[name]
    holder = _resident(world, place.code, kind)
    for kiosk in range(2):
        visited = await _come(world, hands, holder, kind, place.code, kiosk)
        assert visited.refusal is None and len(visited.papers) == 1
        assert visited.spent_yen == place.fee_yen(kind)
        face = face_of(read(visited.papers[0].face))
        assert face.number.startswith(name) and place.title in dict(face.closing).values()
    await world.quiet()
    assert _collected_yen(world, place.code) == 2 * place.fee_yen(kind)


async def test_whoever_names_another_municipality_than_their_own_is_not_known_there_and_pays_nothing(world, hands):
    here, there = list(SERVERS.values())[:2]
    visited = await _come(world, hands, _resident(world, here.code, "juminhyo"), "juminhyo", there.code)
    assert visited.refusal == "not_issuable" and not visited.papers and visited.spent_yen == 0


async def test_a_kind_that_a_municipality_does_not_offer_is_not_on_the_panel(world, hands):
    place = SERVERS["かりずみ市"]
    visited = await _come(world, hands, _resident(world, place.code, "koseki"), "juminhyo", place.code)
    assert visited.refusal == "kind_unknown"


def test_no_server_knows_a_card_of_another_s_residents(world):
    known = {}
    for name in world.town.parties:
        if name.startswith("municipal"):
            found = rows(world.folders.database(name), "SELECT serial FROM residents WHERE serial IS NOT NULL ORDER BY serial")
            known[name] = {row["serial"] for row in found}
    assert all(known.values())
    assert sum(len(serials) for serials in known.values()) == len(set().union(*known.values()))


async def test_a_server_that_is_gone_stops_its_own_municipality_alone(world, hands):
    place, other = SERVERS["れいじ市"], SERVERS["もはん市"]
    pid = world.town.parties[f"municipal-{place.code}"].pid
    os.kill(pid, signal.SIGSTOP)
    try:
        visited = await _come(world, hands, _resident(world, other.code, "juminhyo"), "juminhyo", other.code)
        assert visited.refusal is None and len(visited.papers) == 1
    finally:
        os.kill(pid, signal.SIGCONT)


def test_the_same_state_opens_again_with_the_same_number_only(world):
    settings = json.loads(world.folders.settings_file.read_text(encoding="utf-8"))
    assert settings["municipalities"] == len(SERVERS) and settings["layout"] == 3


def _collected_yen(world: OpenTown, code: str) -> int:
    """What the municipality's own book says it has earned in fees."""
    return -sum(row["yen"] for row in rows(world.folders.database("fees"), f"SELECT yen FROM legs WHERE book = 'municipality/{code}' AND item = 'fee'"))
