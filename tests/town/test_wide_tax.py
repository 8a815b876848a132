"""課税証明書の広域交付 in a town of real processes: whose paper comes out and what stands on it, who is refused and pays nothing, and what is left of these people at the center and the kiosk."""

import dataclasses
import json
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.face import Face
from certificates.reading import face_of, read
from issuer.referring import Referrals
from messages.ids import time_ordered_id
from messages.orders import AskReferral, OfferChoices
from messages.wire import Message, encode
from registers.population import Population
from registers.population.movers import latest_year
from registers.residents.resident import Resident
from simulation.municipalities import PLACES
from simulation.town.description import HolderEntry
from simulation.town.preparation import made_up
from simulation.town.referral_keys import referral_key_file, statement_file
from simulation.visitor import Visitor
from simulation.wishes import Visited
from storage.instants import JST
from tests.town.clients import curl, of_party
from tests.town.conftest import MUNICIPALITIES, WORLD_RESIDENTS
from tests.town.errands import wish
from tests.town.leaks import Needles, leaks_in
from tests.town.open_town import OpenTown
from tests.town.rows import rows
from trust.authority import load_certificate, load_key
from trust.referrals import Referral, Signing, card_digest, seal, sealing_key
from trust.signing import load_signing_key

TOWN = PLACES[:MUNICIPALITIES]
NAMES = {place.code: place.city.name for place in TOWN}
CODES = {place.city.name: place.code for place in TOWN}
MIHON, REIJI, KOKOROMI, SHISAKU, HITORI, MOHAN = (CODES[name] for name in ("みほん市", "れいじ市", "こころみ町", "しさく村", "ひとり市", "もはん市"))

FROM_REIJI = "最新年度の課税証明書はれいじ市"
MOVED = {
    "own server to own server": ("川上　翔", MIHON, REIJI),
    "own server to tenant": ("大野　隆", KOKOROMI, MIHON),
    "tenant to own server": ("林　さくら", MIHON, KOKOROMI),
    "tenant to tenant": ("原　久美子", SHISAKU, KOKOROMI),
}
"""How somebody moved, from whose issuer to whose: the name, where they live now, where they lived on January 1."""
REFUSED = {
    "named another": (FROM_REIJI, MOHAN, "not_found_there"),
    "not joined": ("最新年度の課税証明書はひとり市", HITORI, "wide_not_joined"),
    "code changed": ("住民票コードを変更", REIJI, "juminhyo_code_changed"),
    "abroad": ("国外にいた", "abroad", "abroad_on_january_1"),
    "abroad and says here": ("国外にいた", REIJI, "abroad_on_january_1"),
    "protected there": ("みほん市では今も支援措置", MIHON, "not_issuable"),
}


@pytest.fixture(scope="module")
def people() -> dict[str, Population]:
    """The world once more, by code, so that no file of the town has a say in what is right."""
    made = made_up(1, WORLD_RESIDENTS, TOWN, datetime.now(JST).date())
    return {place.code: made.of(place.code) for place in TOWN}


async def _come(world: OpenTown, hands, holder: HolderEntry, january: str) -> Visited:
    asked = dataclasses.replace(wish(holder, kind="kazei", members="self", year=_year()), january=january)
    return await Visitor(hands, world.town.kiosks[0].url, asked).visit()


def _lines(population: Population, name: str, standing: str) -> Iterator[tuple[Resident, str]]:
    """Register lines of this name, each with its address."""
    homes = {home.household_no: home.address for home in population.households}
    for one in population.residents:
        if one.name == name and one.standing == standing:
            yield one, homes[one.household_no]


def _texts(face: Face) -> list[str]:
    return [text for cells in (face.head, face.closing, *(piece.cells for piece in face.pieces)) for _, text in cells]


@pytest.mark.parametrize("way", MOVED)
async def test_the_paper_shows_the_address_of_january_1_and_never_the_present_one_for_that_municipalitys_fee(world, hands, people, way):
    name, here, there = MOVED[way]
    holder = next(one for one in world.town.holders if (one.name, one.municipality) == (name, here))
    visited = await _come(world, hands, holder, there)
    assert visited.refusal is None and len(visited.papers) == 1
    assert visited.spent_yen == next(place for place in TOWN if place.code == there).fee_yen("kazei")
    face = face_of(read(visited.papers[0].face))
    ((_, present),) = _lines(people[here], name, "current")
    ((_, former),) = _lines(people[there], name, "left")
    assert {holder.name, former} <= set(_texts(face))
    assert not any(present in text for text in _texts(face))
    assert face.number.split()[1].startswith(NAMES[there]) and any(text.endswith(f"{NAMES[there]}長") for text in _texts(face))


async def test_who_is_taxed_where_they_are_no_resident_gets_the_paper_there_and_none_where_they_live(world, hands, people):
    holder = world.holder("住登外課税")
    assert (holder.municipality, max(holder.years)) == (MIHON, _year() - 1)
    visited = await _come(world, hands, holder, KOKOROMI)
    assert visited.refusal is None and visited.spent_yen == PLACES[0].fee_yen("kazei")
    face = face_of(read(visited.papers[0].face))
    ((_, present),) = _lines(people[MIHON], holder.name, "current")
    (record,) = (record for record in people[KOKOROMI].tax if record.name == holder.name)
    assert {holder.name, record.address} <= set(_texts(face)) and not any(present in text for text in _texts(face))
    assert face.number.split()[1].startswith(NAMES[KOKOROMI])
    here = await _come(world, hands, holder, "")
    assert (here.refusal, here.papers, here.spent_yen) == ("year_not_here", [], 0)


@pytest.mark.parametrize("who", REFUSED)
async def test_who_is_refused_is_told_why_and_pays_nothing(world, hands, who):
    note, january, code = REFUSED[who]
    visited = await _come(world, hands, world.holder(note), january)
    assert (visited.refusal, visited.papers, visited.spent_yen) == (code, [], 0)
    assert visited.sentence.endswith("。") or "請求先" in visited.sentence


async def test_afterwards_neither_the_centers_files_nor_the_kiosks_hold_anything_of_these_people(world, hands, people):
    notes = (FROM_REIJI, *(note for note, _, _ in REFUSED.values()))
    names = {world.holder(note).name for note in notes} | {name for name, _, _ in MOVED.values()}
    lines = [
        found for population in people.values() for name in names for standing in ("current", "left") for found in _lines(population, name, standing)
    ]
    texts = {text for one, address in lines for text in (one.name, one.name_kana, one.juminhyo_code, address) if text}
    assert len(lines) > len(names) and len(texts) > 15
    for name, here, there in MOVED.values():
        holder = next(one for one in world.town.holders if (one.name, one.municipality) == (name, here))
        assert (await _come(world, hands, holder, there)).papers
    await world.quiet()
    needles = Needles(frozenset(texts), frozenset())
    assert leaks_in(_files(world), needles) == []
    assert leaks_in([world.folders.database(f"municipal-{REIJI}")], needles) != [], "the search finds what is there"


def _files(world: OpenTown) -> list[Path]:
    """Every file of center, kiosk, fees and authority, write-ahead logs too, and every log; the rack of demonstration cards in the kiosk's configuration is not looked at."""
    folders = [*(world.folders.party(party) for party in ("center", "kiosk", "fees", "jpki")), world.folders.state / "logs"]
    found = [file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file() and file != world.folders.config("kiosk")]
    assert {file.suffix for file in found} >= {".db", ".log", ".sqlite"} and any(file.name.endswith("-wal") for file in found)
    return found


# --- straight at the issuers' doors, with the center's certificate ---


def _asked(world: OpenTown, party: str, path: str, message: Message) -> dict[str, object]:
    body = ("--header", "Content-Type: application/json", "--data-binary", encode(message).decode())
    done = curl(world.town, of_party(world.folders, "center"), world.town.parties[party].url + path, *body)
    said: dict[str, object] = json.loads(done.stdout)
    return said


def _year() -> int:
    """The year of the stories' tax papers."""
    return latest_year(datetime.now(JST).date())


def _serial(world: OpenTown, holder: HolderEntry) -> str:
    query = "SELECT serial FROM residents WHERE atena_no = ?"
    return str(rows(world.folders.database("municipal"), query, holder.atena_no)[0]["serial"])


def _offer(visit: str, serial: str, sealed: str, year: int) -> OfferChoices:
    return OfferChoices(
        visit_id=visit,
        visit_key=secrets.token_bytes(32),
        serial=serial,
        municipality=REIJI,
        kind="kazei",
        referral=sealed,
        year=year,
        vouched_by=MIHON,
    )


def _new_visit() -> str:
    return time_ordered_id(datetime.now(JST), secrets.token_bytes)


def _sealed_by_hand(world: OpenTown, visit: str, serial: str, person: Resident, year: int, *, age_seconds: int) -> str:
    """A referral as the present municipality would have made it so long ago."""
    folder = world.folders.party("municipal")
    key = load_key(folder / "documents.key")
    assert isinstance(key, rsa.RSAPrivateKey)
    signing = Signing(key, (load_certificate(folder / "documents.pem").public_bytes(Encoding.DER),))
    root = load_certificate(Path(world.town.ca["documents"]))
    referrals = Referrals(signing, (load_signing_key(referral_key_file(world.folders, f"municipal-{REIJI}")),), (root,), secrets.token_bytes)
    now = datetime.now(JST)
    made = int((now - timedelta(seconds=age_seconds)).timestamp())
    said = Referral(
        issuer=MIHON, audience=REIJI, visit_id=visit, card=card_digest(visit, serial), juminhyo_code=person.juminhyo_code, birth=person.birth,
        kind="kazei", year=year, number=secrets.token_hex(16), made_at=made, expires_at=made + 300,
    )  # fmt: skip
    statement = statement_file(world.folders, REIJI).read_text(encoding="ascii")
    return seal(said, signing, sealing_key(statement, REIJI, referrals.believe, now), secrets.token_bytes)


def test_a_referral_is_good_once_for_minutes_as_it_was_made_and_for_its_visit_card_and_year(world, people):
    holder = world.holder(FROM_REIJI)
    serial, year, visit, door = _serial(world, holder), _year(), _new_visit(), f"municipal-{REIJI}"
    statement = statement_file(world.folders, REIJI).read_text(encoding="ascii")
    ask = AskReferral(visit_id=visit, serial=serial, municipality=MIHON, to=REIJI, kind="kazei", year=year, recipient=statement)
    sealed = str(_asked(world, "municipal", "/v1/referrals", ask)["sealed"])

    def told(offer: OfferChoices) -> object:
        return _asked(world, door, "/v1/choices", offer).get("code")

    middle = len(sealed) // 2
    tampered = sealed[:middle] + ("A" if sealed[middle] != "A" else "B") + sealed[middle + 1 :]
    assert told(_offer(visit, serial, tampered, year)) == "referral_invalid"
    assert told(_offer(visit, serial, sealed, year - 1)) == "referral_invalid"
    assert told(_offer(visit, secrets.token_hex(16), sealed, year)) == "referral_invalid"
    assert told(_offer(_new_visit(), serial, sealed, year)) in ("referral_invalid", "referral_used")
    assert told(_offer(visit, serial, sealed, year)) is None
    assert told(_offer(_new_visit(), serial, sealed, year)) in ("referral_invalid", "referral_used")
    ((person, _),) = _lines(people[REIJI], holder.name, "left")
    later = _new_visit()
    fresh = _sealed_by_hand(world, later, serial, person, year, age_seconds=10)
    assert told(_offer(later, serial, fresh, year)) is None, "made in this way it is good"
    old = _sealed_by_hand(world, later, serial, person, year, age_seconds=3600)
    assert told(_offer(later, serial, old, year)) == "referral_expired"
