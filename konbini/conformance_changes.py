"""The changes of a register that a conformance run carries out in a demonstration town, each as the municipality itself would: at an own server by its clerks' steps, at a tenant of the shared
cloud by a differential upload or an event of the fast lane. What was changed can be put back exactly.

`Step` is what a file beside the profile holds by name; `konbini conformance change` carries one out.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from secrets import token_hex
from typing import Literal

import msgspec
from sqlalchemy import Connection

from bcl_cloud.feeds.fast_lane import Event, take
from bcl_cloud.feeds.packing import pack
from bcl_cloud.feeds.switching import stands
from bcl_cloud.feeds.uploading import upload
from bcl_cloud.joining.onboarding import Cloud, note_upload, registers_of
from bcl_cloud.tenancy.door import Tenancy
from bcl_cloud.tenancy.files import TenantFiles
from bcl_cloud.tenancy.key_folders import KeyFolders
from bcl_cloud.tenants.tables import METADATA
from issuer import issue_tables
from registers.population import Population
from registers.residents import changes, tables
from registers.residents.resident import Household, Protection
from registers.seal import changes as seals
from registers.seal.tables import seal_of
from simulation.municipalities import BCL, PLACES
from simulation.town.cloud import clerk_of, close_cloud, database_url, keys_folder, tenants_folder
from simulation.town.folders import Folders
from storage.opening import open_store
from storage.store import Store

WHY = "適合性試験による変更"
What = Literal["move", "leave", "stay", "end_seal", "renew_seal", "protect", "stop"]


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One change of one person (宛名番号). `move`: name, kana and the household's address as they are from then on, with the day on which it counts.
    `renew_seal`: the same imprint, registered anew.
    """

    what: What
    atena_no: str
    name: str = ""
    name_kana: str | None = None
    address: str = ""
    since: date | None = None
    notified_on: date | None = None


class Steps(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file: whose registers they are (`party` of the town in `state`), and the steps by name."""

    state: Path
    municipality: str
    party: str
    steps: dict[str, Step]


class NotChanged(Exception):
    """The change was not carried out; `str()` says why, without a name."""


def read_steps(file: Path) -> Steps:
    """The steps in `file`. Raises OSError, `msgspec.DecodeError`."""
    return msgspec.json.decode(file.read_bytes(), type=Steps, dec_hook=lambda kind, value: kind(value))


def carry_out(steps: Steps, name: str, now: datetime) -> None:
    """Returns when the change is in force. Raises `NotChanged`, KeyError for a name that there is not, and whatever a register refuses."""
    asyncio.run(_carried_out(steps, steps.steps[name], now))


async def _carried_out(steps: Steps, step: Step, now: datetime) -> None:
    folders = Folders(steps.state)
    if steps.party != BCL:
        async with own_registers(folders, steps.party) as store:
            await store.write(at_own_server, step, now)
        return
    async with cloud_of(folders) as cloud:
        await _at_tenant(cloud, steps.municipality, step, now)


@asynccontextmanager
async def own_registers(folders: Folders, party: str) -> AsyncIterator[Store]:
    """The database of an own server, beside the server itself."""
    store = await open_store(f"sqlite:///{folders.database(party).resolve()}", issue_tables.METADATA, tables.METADATA, sole=False)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def cloud_of(folders: Folders) -> AsyncIterator[Cloud]:
    """The shared cloud of a town, beside whoever serves it."""
    database = await open_store(database_url(folders), METADATA, sole=False)
    cloud = Cloud(database, Tenancy(TenantFiles(tenants_folder(folders)), sole=False), KeyFolders(keys_folder(folders)))
    try:
        yield cloud
    finally:
        await close_cloud(cloud)


def at_own_server(connection: Connection, step: Step, now: datetime) -> None:
    """One step, as clerks enter it."""
    who, home = step.atena_no, _home(connection, step.atena_no)
    match step.what:
        case "move":
            assert step.since is not None and step.notified_on is not None
            changes.set_name(connection, who, step.name, step.name_kana, now=now)
            changes.set_address(connection, home.household_no, step.address, step.since, step.notified_on, now=now)
        case "leave":
            changes.set_standing(connection, who, "leaving", now.date(), now=now)
        case "stay":
            changes.set_standing(connection, who, "current", None, now=now)
        case "end_seal":
            seals.cancel(connection, who, "lost", now)
        case "renew_seal":
            before = seal_of(connection, who)
            assert before is not None
            seals.register(connection, who, f"{int.from_bytes(bytes.fromhex(token_hex(4))) % 10**8:08d}", before.carved, before.imprint, now=now)
        case "protect":
            changes.set_protection(connection, who, Protection("support", now.date(), None), now=now)
        case "stop":
            changes.set_character_pending(connection, who, "pending", now=now)


_EVENTS = {"leave": "leaving", "stay": "stays", "end_seal": "seal_cancelled", "protect": "protect", "stop": "pending_character"}
"""Step -> the kind of event by which a tenant's registers have it at once."""


async def _at_tenant(cloud: Cloud, code: str, step: Step, now: datetime) -> None:
    store = cloud.tenancy.store(code)
    if step.what in _EVENTS:
        event = Event(id=f"conformance-{token_hex(8)}", kind=_EVENTS[step.what], at=now, subject=step.atena_no, on=now.date())  # type: ignore[arg-type]
        outcome = await store.write(take, event, now)
        if outcome != "applied":
            raise NotChanged(f"the event was {outcome}")
        return
    before = await store.read(_population, code, step.atena_no)
    await _uploaded(cloud, code, before, _after(before, step), now)


async def _uploaded(cloud: Cloud, code: str, before: Population, after: Population, now: datetime) -> None:
    """A differential from whatever upload stands."""
    store, registers = cloud.tenancy.store(code), await registers_of(cloud, code)
    stand = await store.read(stands)
    if stand is None:
        raise NotChanged("no upload stands")
    archive = pack(after, code, stand.sequence + 1, now, before=before, registers=registers)
    who = await clerk_of(cloud, code)
    await cloud.database.write(note_upload, code, f"{code}-{stand.sequence + 1}.zip", who, WHY, now)
    report = await upload(store, archive, code, registers, lambda: now)
    if report.outcome != "applied":
        raise NotChanged(f"the upload was {report.outcome}: " + ", ".join(f"{one.file} {one.line} {one.code}" for one in report.faults[:3]))


def _population(connection: Connection, code: str, atena_no: str) -> Population:
    """The one household, with those who have gone from it: an upload replaces it whole; and the person's seal."""
    home, seal = _home(connection, atena_no), seal_of(connection, atena_no)
    people = tuple(one for one in tables.residents_in_order(connection) if one.household_no == home.household_no)
    city = next(place.city for place in PLACES if place.code == code)
    return Population(city, people, (home,), (), (), (), (), () if seal is None else (seal,), ())


def _after(before: Population, step: Step) -> Population:
    """What the register says after a move, or with the seal in force again."""
    if step.what == "renew_seal":
        (seal,) = before.seals
        return replace(before, seals=(replace(seal, cancelled_at=None, cancelled_for=None),))
    (home,) = before.households
    since, notified = str(step.since), str(step.notified_on)
    present = {one.atena_no for one in home.members}
    moved = (replace(one, address_since=since, notified_on=notified) if one.atena_no in present else one for one in before.residents)
    people = tuple(replace(one, name=step.name, name_kana=step.name_kana) if one.atena_no == step.atena_no else one for one in moved)
    members = tuple(one for one in people if one.atena_no in present)
    head = next((one.name for one in members if one.relation == "世帯主"), home.head_name)
    return replace(before, residents=people, households=(replace(home, address=step.address, members=members, head_name=head),))


def _home(connection: Connection, atena_no: str) -> Household:
    person = tables.resident(connection, atena_no)
    home = None if person is None else tables.household_of(connection, person.household_no)
    if home is None:
        raise NotChanged("nobody has this number")
    return home
