"""本籍地利用登録 while parties die: somebody applies at a kiosk, a clerk decides, and what the 本籍地 and the center then have of it."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self

import aiohttp

from issuer.uses import give_back
from registers.koseki.usage import unbind_serial
from simulation.municipalities import BCL
from simulation.town.description import HolderEntry, KioskEntry
from simulation.visitor import Visitor
from simulation.wishes import UseWish, Visited, Wish
from storage.instants import JST
from storage.sqlite import SqliteStore
from tests.town.errands import Errand
from tests.town.open_town import OpenTown, soon
from tests.town.rows import Row, rows
from tests.town.told import issuer_files


@dataclass(frozen=True, slots=True, kw_only=True)
class UseErrand(Errand):
    """Applies at the municipality `at` for the person of its 戸籍 who was born on this day; whom the 本籍 and the names mean, its clerk decides."""

    at: str
    birth: date
    person: type[Visitor] = Visitor
    leaves_alone: bool = True
    received: list[str] = field(default_factory=list)
    """受付番号 that were on the panel."""

    async def run(self, hands: aiohttp.ClientSession, kiosk: KioskEntry, holder: HolderEntry) -> Visited:
        """See `Errand.run`."""
        typed = UseWish("さかえちょう1", "ハセガワ　セツコ", "ハセガワ　セツコ", self.birth, "0312345678")
        visited = await Visitor(hands, kiosk.url, Wish(holder.id, holder.pin, self.at, "use", door="honseki", use=typed)).visit()
        if visited.use.get("number"):
            self.received.append(visited.use["number"])
        return visited


def file_of(town: OpenTown, code: str) -> Path:
    """The database in which a municipality has its 戸籍."""
    party = next(place.issuers["koseki"] for place in town.town.municipalities if place.code == code)
    return issuer_files(town)[BCL if party == BCL else code, code]


def somebody(town: OpenTown, code: str) -> tuple[str, date]:
    """Number and birth date of a person in a current 戸籍 of this municipality who does not live there."""
    query = """SELECT person_no, birth FROM koseki_members JOIN koseki USING (koseki_no)
        WHERE standing = 'current' AND removed_on IS NULL AND atena_no IS NULL AND birth LIKE '____-__-__' ORDER BY person_no"""
    found = rows(file_of(town, code), query)[0]
    return found["person_no"], date.fromisoformat(found["birth"])


def applications(town: OpenTown, code: str, serial: str) -> list[Row]:
    """Every application of this certificate there."""
    return rows(file_of(town, code), "SELECT * FROM use_applications WHERE serial = ? ORDER BY running", serial)


def bindings(town: OpenTown, code: str, serial: str) -> list[Row]:
    """Every registration in force of this certificate there."""
    return rows(file_of(town, code), "SELECT * FROM koseki_usage_registrations WHERE serial = ? AND until IS NULL ORDER BY number", serial)


def wrong_with_application(town: OpenTown, errand: UseErrand, serial: str) -> list[str]:
    """What does not fit after this applicant has come until the panel said that the application is there."""
    known = applications(town, errand.at, serial)
    numbers = {f"利用-{row['running']:06d}" for row in known}
    waiting = [row for row in known if row["state"] == "received"]
    passed_on = rows(town.folders.database("center"), "SELECT application_id FROM uses WHERE municipality = ? ORDER BY application_id", errand.at)
    there = {row["application_id"] for row in rows(file_of(town, errand.at), "SELECT application_id FROM use_applications ORDER BY running")}
    return [
        *(f"{number} was on the panel and is in no list of the clerks" for number in errand.received if number not in numbers),
        *([f"{len(waiting)} applications wait instead of one"] if len(waiting) != 1 else []),
        *("the center passed on what has not arrived" for row in passed_on if row["application_id"] not in there),
        *(["a certificate is bound that nobody has accepted"] if bindings(town, errand.at, serial) else []),
    ]


async def returned(town: OpenTown, code: str, serial: str) -> None:
    """A clerk returns what waits, so that the same person may apply again."""
    waiting = [row["application_id"] for row in applications(town, code, serial) if row["state"] == "received"]
    store = await SqliteStore.open(file_of(town, code), sole=False)
    for application in waiting:
        await store.write(give_back, application, "name_differs", "次の試験のため（見本）", "戸籍係（見本）", datetime.now(JST))
    await store.close()


async def unbound(town: OpenTown, code: str, serial: str) -> None:
    """The registration ends."""
    store = await SqliteStore.open(file_of(town, code), sole=False)
    await store.write(unbind_serial, serial, now=datetime.now(JST))
    await store.close()


class Clerk:
    """A clerk of a municipality at the pages of the office where its 戸籍 is kept."""

    def __init__(self, town: OpenTown, code: str) -> None:
        party = next(place.issuers["koseki"] for place in town.town.municipalities if place.code == code)
        port = town.town.parties[party].office_url.rpartition(":")[2]
        self._member = next(one for one in town.town.staff if one.role == "clerk" and one.municipality == code and one.url.rpartition(":")[2] == port)
        self._address = f"http://127.0.0.1:{port}"
        headers = {"Host": self._member.url.removeprefix("http://"), "Origin": self._member.url}
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers=headers)
        soon(lambda: town.is_well(party), f"{party} to be well")

    async def __aenter__(self) -> Self:
        await self.post("/sign-in", name=self._member.name, password=self._member.password, next="/uses")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def waiting(self) -> list[str]:
        """The applications that wait, by their ids."""
        async with self._session.get(f"{self._address}/uses") as answer:
            assert answer.status == 200, answer.status
            return sorted(set(re.findall(r'href="/uses/([0-9a-f]{32})"', (await answer.text()).split("処理済み")[0])))

    async def post(self, path: str, **form: Any) -> int:
        """Send a form; the status."""
        async with self._session.post(self._address + path, data=form, allow_redirects=False) as answer:
            return answer.status
