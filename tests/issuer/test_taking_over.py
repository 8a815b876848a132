"""A hand-over: what it carries makes two issuers of one municipality equal, the second time it changes nothing, and nothing that is newer, somebody else's or damaged goes in."""

import io
import zipfile
from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, select, text

from certificates.kinds import KINDS
from issuer.doings import doings
from issuer.handover import Handover, Stopped, gather
from issuer.handover_file import CONTENT, MANIFEST, HandoverRefused, packed, unpacked
from issuer.issue_tables import METADATA
from issuer.numbering import hold, take
from issuer.taking_over import TakenOver, take_over
from issuer.uses import accept, applications, give_back, receive, standing_of
from issuer.year_openings import approve_year, withdraw_year
from registers.koseki import changes as koseki_changes
from registers.koseki import stops as koseki_stops
from registers.koseki.schema import PROTECTIONS, SUPPRESSIONS
from registers.koseki.tables import koseki_version
from registers.residents import changes as resident_changes
from registers.residents.resident import Protection
from registers.residents.schema import RESIDENTS
from registers.residents.tables import METADATA as REGISTER
from registers.residents.tables import holder_and_household
from registers.seal import changes as seal_changes
from registers.seal.schema import SEALS
from storage.sqlite import SqliteStore
from storage.store import Store
from tests.issuer.books import FAMILY
from tests.issuer.test_self_report import inventory
from tests.issuer.test_uses import SERIAL, applied, person_no
from tests.issuer.town import ALONE, FATHER, MOTHER, MUNICIPALITY, NOW, atena, serial

SERIES, WHO, WHY = "みほん市", "移行 担当", "乗り換え"
LATER = NOW + timedelta(hours=1)
WAITING = "ce0009"
CANCELLED = SEALS.c.cancelled_at.is_not(None)


@pytest.fixture
async def old(tmp_path: Path, all_registers: Path) -> AsyncIterator[Store]:
    """The server that hands over: at its desk everything was set that no file of a register has."""
    copyfile(all_registers, tmp_path / "old.db")
    store = await SqliteStore.open(tmp_path / "old.db", METADATA, REGISTER)
    await store.write(at_the_desk)
    yield store
    await store.close()


def at_the_desk(connection: Connection) -> None:
    receive(connection, SERIAL, applied(), NOW)
    accept(connection, "a1", person_no(MOTHER), "戸籍 花子", NOW)
    receive(connection, WAITING, applied(application_id="a2"), NOW)
    receive(connection, "ce0003", applied(application_id="a3"), NOW)
    give_back(connection, "a3", "not_found", "見当たらない", "戸籍 花子", NOW)
    resident_changes.set_protection(connection, atena(ALONE), Protection("support", date(2026, 11, 1), None), now=NOW)
    resident_changes.suppress(connection, atena(FATHER), since=NOW.date(), until=None, household=True, reason="紛失", now=NOW)
    koseki_stops.protect(connection, person_no(FATHER), Protection("support", date(2026, 11, 2), None), now=NOW)
    koseki_stops.suppress(connection, person_no(MOTHER), since=NOW.date(), until=None, reason="本人の申出", now=NOW)
    koseki_changes.announce(connection, FAMILY, now=NOW)
    approve_year(connection, 2026, "a" * 64, "税務課", "見本を確認", NOW)
    hold(connection, MUNICIPALITY, NOW.date())
    take(connection, MUNICIPALITY, NOW.date(), 7)


async def handed(store: Store, **changes: Any) -> Handover:
    found = await store.read(gather, MUNICIPALITY, SERIES, tuple(KINDS), LATER)
    return msgspec.structs.replace(found, **changes) if changes else found


async def entered(store: Store, handover: Handover, **more: Any) -> TakenOver:
    """By way of its file."""
    read, digest = unpacked(packed(handover)[0])
    given = {"municipality": MUNICIPALITY, "series": "みほん市Ｂ", "now": LATER} | more
    return await store.write(
        take_over, read, digest, given["municipality"], given["series"], WHO, WHY, given["now"], given.get("reserved", lambda _: False)
    )


async def refused(store: Store, handover: Handover, **more: Any) -> str:
    """Why, and nothing was changed by it."""
    before = await dump(store)
    with pytest.raises(HandoverRefused) as why:
        await entered(store, handover, **more)
    assert await dump(store) == before
    return why.value.code


async def dump(store: Store) -> list[Any]:
    tables = ("koseki_usage_registrations", "use_applications", "resident_suppressions", "resident_protections", "koseki_protections")
    tables += ("koseki_suppressions", "tax_year_steps", "issue_number_series", "handovers", "clerk_doings", "resident_households", "koseki")

    def read(connection: Connection) -> list[Any]:
        return [connection.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2")).all() for table in tables]

    return await store.read(read)


async def test_after_it_both_say_the_same_and_the_second_time_nothing_happens(town_hall: SqliteStore, old: SqliteStore) -> None:
    assert await inventory(town_hall) != await inventory(old)
    handover = await handed(old)
    done = await entered(town_hall, handover)
    counts = {"uses": 1, "applications": 3, "protections": 2, "stops": 2, "filed": 1, "years": 1}
    assert (done.outcome, done.written, sum(done.newer_here.values())) == ("entered", counts, 0)
    assert await inventory(town_hall) == await inventory(old)
    before = await dump(town_hall)
    again = await entered(town_hall, handover, now=LATER + timedelta(days=1))
    assert (again.outcome, again.written) == ("repeated", counts) and await dump(town_hall) == before
    (doing,) = [one.doing for one in await town_hall.read(doings) if one.doing.doing == "take_over"]
    assert doing.clerk == WHO and doing.why == WHY and packed(handover)[1] in doing.detail
    # ... and back, into a server that has what it always had.
    assert (await entered(old, await handed(town_hall))).written == {}
    assert await inventory(town_hall) == await inventory(old)


async def test_receipts_bindings_and_decisions_go_along_and_what_was_chosen_before_must_be_chosen_again(town_hall: Store, old: Store) -> None:
    versions = [(await town_hall.read(holder_and_household, serial(one)) or [None])[-1].version for one in (FATHER, ALONE)]  # type: ignore[union-attr]
    family = await town_hall.read(koseki_version, FAMILY)
    await entered(town_hall, await handed(old))
    for card in (SERIAL, WAITING, "ce0003"):
        assert await town_hall.read(standing_of, card, NOW.date()) == await old.read(standing_of, card, NOW.date())
    assert await town_hall.read(applications, decided=False, limit=9) == await old.read(applications, decided=False, limit=9)
    after = [(await town_hall.read(holder_and_household, serial(one)) or [None])[-1].version for one in (FATHER, ALONE)]  # type: ignore[union-attr]
    assert all(one != other for one, other in zip(versions, after, strict=True)) and await town_hall.read(koseki_version, FAMILY) != family
    sources = await town_hall.read(
        lambda c: {*c.execute(select(PROTECTIONS.c.source)).scalars(), *c.execute(select(SUPPRESSIONS.c.source)).scalars()}
    )
    assert sources == {"clerk"}, "a next file of the register must not lift them"


async def test_what_is_newer_here_stays_and_no_protection_is_lifted(town_hall: SqliteStore, old: Store) -> None:
    newer = Protection("support", date(2026, 11, 20), date(2027, 1, 1))
    await town_hall.write(resident_changes.set_protection, atena(ALONE), newer, now=NOW + timedelta(minutes=9))
    await town_hall.write(resident_changes.set_protection, atena(MOTHER), newer, now=NOW)
    await town_hall.write(approve_year, 2026, "b" * 64, "税務課", "先", NOW - timedelta(minutes=1))
    await town_hall.write(withdraw_year, 2026, "税務課", "誤り", NOW + timedelta(minutes=1))
    assert (await entered(town_hall, await handed(old))).newer_here == {"protections": 1, "years": 1}
    assert (await town_hall.read(resident_changes_of, ALONE)).until == newer.until and await town_hall.read(resident_changes_of, MOTHER) is not None
    await town_hall.write(koseki_changes.unbind_serial, SERIAL, now=LATER)
    second = await handed(old, as_of=LATER + timedelta(minutes=1))
    assert (await entered(town_hall, second)).newer_here["uses"] == 1
    assert (await town_hall.read(standing_of, SERIAL, NOW.date())).state == "ended", "what was ended here is not opened again"


def resident_changes_of(connection: Connection, number: int) -> Protection | None:
    found = holder_and_household(connection, serial(number))
    return found[0].protection if found is not None else None


async def test_what_ended_there_since_the_first_time_ends_here_with_the_second(town_hall: SqliteStore, old: SqliteStore) -> None:
    await entered(town_hall, await handed(old))
    await old.write(koseki_changes.unbind_serial, SERIAL, now=LATER)
    await old.write(koseki_changes.bind_serial, "ce0077", person_no(MOTHER), since=LATER.date())
    stop = (await old.read(resident_changes.stops_of, atena(FATHER)))[-1].number
    await old.write(resident_changes.release, stop, now=LATER)
    await old.write(give_back, "a2", "not_found", "", "戸籍 花子", LATER)
    assert await inventory(town_hall) != await inventory(old)
    done = await entered(town_hall, await handed(old, as_of=LATER + timedelta(minutes=1)))
    assert done.written == {"uses": 2, "applications": 1, "stops": 1}
    assert await inventory(town_hall) == await inventory(old)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda h: {"uses": (*h.uses, msgspec.structs.replace(h.uses[0], person_no=person_no(FATHER)))}, "doubled"),
        (lambda h: {"applications": (*h.applications, h.applications[0])}, "doubled"),
        (lambda h: {"uses": (msgspec.structs.replace(h.uses[0], person_no="0000000000"),)}, "unknown_people"),
        (lambda h: {"stops": (Stopped("residents", "0000000000", False, date(2026, 1, 1), None, "紛失", NOW.isoformat(), None),)}, "unknown_people"),
        (lambda h: {"uses": (msgspec.structs.replace(h.uses[0], serial="NOT HEX"),)}, "form"),
        (lambda h: {"as_of": LATER + timedelta(minutes=6)}, "as_of_future"),
        (lambda h: {"municipality": "990027"}, "wrong_municipality"),
    ],
)
async def test_what_is_not_this_municipalitys_or_contradicts_itself_is_refused(
    town_hall: Store, old: Store, change: Callable[[Handover], dict[str, Any]], code: str
) -> None:
    handover = await handed(old)
    assert await refused(town_hall, msgspec.structs.replace(handover, **change(handover))) == code


async def test_an_older_one_is_refused_and_so_is_another_of_the_same_instant(town_hall: Store, old: Store) -> None:
    handover = await handed(old)
    await entered(town_hall, handover)
    for minutes in (0, 1):
        older = msgspec.structs.replace(handover, uses=(), as_of=LATER - timedelta(minutes=minutes))
        assert await refused(town_hall, older) == "older"


async def test_a_canarys_numbers_are_refused(town_hall: Store, old: Store) -> None:
    handover = await handed(old)
    assert await refused(town_hall, handover, reserved=lambda one: one == SERIAL) == "reserved_number"
    assert await refused(town_hall, handover, reserved=lambda one: one == WAITING) == "reserved_number"
    await town_hall.write(lambda c: c.execute(RESIDENTS.update().where(RESIDENTS.c.atena_no == atena(ALONE)).values(place=0)))
    assert await refused(town_hall, handover) == "reserved_number"


async def test_a_certificate_that_leads_to_somebody_else_here_is_no_guess(town_hall: Store, old: Store) -> None:
    since = NOW.date() - timedelta(days=1)
    await town_hall.write(koseki_changes.bind_serial, SERIAL, person_no(FATHER), since=since)
    assert await refused(town_hall, await handed(old)) == "contradicted"


async def test_numbers_of_one_series_go_on_and_of_another_begin_anew(town_hall: Store, old: Store) -> None:
    handover = await handed(old)
    await entered(town_hall, handover)
    assert await town_hall.write(numbered) == range(1, 2)
    again = msgspec.structs.replace(handover, as_of=LATER + timedelta(minutes=1))
    await entered(town_hall, again, series=SERIES)
    assert await town_hall.write(numbered) == range(8, 9)


def numbered(connection: Connection) -> range:
    hold(connection, MUNICIPALITY, NOW.date())
    return take(connection, MUNICIPALITY, NOW.date(), 1)


async def test_a_receipts_number_that_somebody_has_here_is_given_anew(town_hall: Store, old: Store) -> None:
    await town_hall.write(receive, "ce0005", applied(application_id="b1"), NOW)
    assert (await entered(town_hall, await handed(old))).written["renumbered"] == 1
    assert [one.number for one in await town_hall.read(applications, decided=False, limit=9)] == ["利用-000001", "利用-000002"]


async def test_a_damaged_file_is_none(old: Store) -> None:
    whole, digest = packed(await handed(old))
    assert packed(unpacked(whole)[0]) == (whole, digest)
    with zipfile.ZipFile(io.BytesIO(whole)) as found:
        parts = {name: found.read(name) for name in found.namelist()}
    wrong = {
        "damaged": parts | {CONTENT: parts[CONTENT].replace(SERIAL.encode(), b"ce0002")},
        "form": parts | {MANIFEST: b"{}"},
        "not_handover": {CONTENT: parts[CONTENT]},
    }
    for code, files in wrong.items():
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as made:
            for name, content in files.items():
                made.writestr(name, content)
        with pytest.raises(HandoverRefused) as why:
            unpacked(out.getvalue())
        assert why.value.code == code
    with pytest.raises(HandoverRefused):
        unpacked(whole[: len(whole) // 2])


async def test_a_clerks_cancellation_stays_one_after_it_came_with_the_file(town_hall: Store, old: Store) -> None:
    for store, source in ((old, "clerk"), (town_hall, "file")):
        await store.write(seal_changes.cancel, atena(FATHER), "lost", NOW)
        await store.write(lambda c, said=source: c.execute(SEALS.update().where(CANCELLED).values(cancel_source=said)))
    assert (await entered(town_hall, await handed(old))).written["seals"] >= 1
    assert set(await town_hall.read(lambda c: c.execute(select(SEALS.c.cancel_source).where(CANCELLED)).scalars().all())) == {"clerk"}
