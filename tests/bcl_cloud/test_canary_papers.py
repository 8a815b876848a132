"""What a canary has besides its line among the residents: planted with what its tenant offers, of nobody's register, and on papers of every kind that no neighbour's could be taken for."""

import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from bcl_cloud.feeds.exporting import export
from bcl_cloud.feeds.fast_lane import Event, take
from bcl_cloud.feeds.packing import ALL, _files, pack, sealed
from bcl_cloud.feeds.uploading import upload
from bcl_cloud.joining.onboarding import Cloud, plant_canary
from bcl_cloud.probing.own_papers import probed
from bcl_cloud.tenants.canaries import made
from bcl_cloud.tenants.canaries_planted import parts_noted, parts_standing
from bcl_cloud.tenants.canary_papers import city_tax_yen, honseki, imprint, income_yen, papers_of, parts_wanted
from bcl_cloud.tenants.entries import set_forms
from issuer.clerks.koseki import read_koseki
from issuer.handover import Filed, gather
from issuer.handover_checks import demand_sound
from issuer.handover_file import HandoverRefused
from issuer.inventory import sections
from issuer.use_candidates import candidates
from issuer.uses import Application
from issuer.year_openings import figures_of_year
from registers.koseki.changes import announce
from registers.koseki.revisions import ChangeRefused
from registers.koseki.stops import protect
from registers.koseki.tables import find_person, fuhyo_by_no, koseki_by_no, koseki_of_person_linked_to, koseki_version, register_in_order
from registers.koseki.usage import bind_serial
from registers.numbers import atena_digit
from registers.residents.resident import Protection
from registers.seal.changes import SealRefused, cancel
from registers.seal.checks import imprint_problem
from registers.seal.tables import seals_in_order
from registers.tax.checks import figure_faults
from registers.tax.tables import records_in_order, records_of, years
from tests.bcl_cloud.all_kinds import OFFERED, PARTS, filled, settings
from tests.bcl_cloud.feeds.feeding import AS_OF, town
from tests.bcl_cloud.feeds.feeding import NOW as UPLOADED
from tests.bcl_cloud.tenants import A, B, C
from tests.bcl_cloud.watched import canary, cloud_in, rows_of_tenant, serving_of, watched
from tests.issuer.town import NOW

PLACE = "見本県みほん市"
CODES = [f"{place:05d}0" for place in (1002, 13101, 47382)]
FAMILY = ("koseki", "koseki_members", "koseki_entries", "fuhyo_people", "fuhyo_addresses")


@pytest.fixture
async def cloud(tmp_path: Path) -> AsyncIterator[Cloud]:
    shutil.copytree(filled(), tmp_path, dirs_exist_ok=True)
    async with cloud_in(tmp_path) as opened:
        yield opened


# --- what they are ---


def test_what_is_wanted_follows_from_the_kinds_and_the_calendar() -> None:
    assert parts_wanted(("juminhyo", "kisai_jiko"), NOW.date()) == ()
    assert parts_wanted(("fuhyo",), NOW.date()) == ("koseki",)
    assert parts_wanted(OFFERED, NOW.date()) == PARTS
    assert parts_wanted(("kazei",), NOW.date().replace(year=2031))[-1] == "tax/2031"
    assert probed(("kisai_jiko",)) == ("juminhyo",) and probed(()) == ("juminhyo",)
    assert probed(("koseki", "fuhyo", "kisai_jiko", "kazei", "inkan")) == OFFERED


def test_every_part_is_as_a_register_must_be_and_one_tenant_s_alone() -> None:
    birds = [made(code, Random(code).randbytes) for code in CODES]
    all_papers = [papers_of(bird, PLACE, PARTS) for bird in birds]
    for bird, papers in zip(birds, all_papers, strict=True):
        assert papers.koseki is not None and papers.fuhyo is not None and papers.seal is not None
        assert atena_digit(bird.koseki_no[:9]) == bird.koseki_no[9] and atena_digit(bird.person_no[:9]) == bird.person_no[9]
        assert len(bird.registration_no) == 8 and imprint_problem(papers.seal.imprint) is None
        assert [list(figure_faults(record)) for record in papers.tax] == [[]] * 6
        assert len({bird.atena_no, bird.household_no, bird.koseki_no, bird.person_no}) == 4
    for numbers in (
        {bird.koseki_no for bird in birds}, {bird.person_no for bird in birds}, {bird.registration_no for bird in birds}, {bird.given_name for bird in birds},
        {imprint(bird.code).png for bird in birds}, {income_yen(bird) for bird in birds}, {city_tax_yen(bird) for bird in birds},
    ):  # fmt: skip
        assert len(numbers) == len(birds)


# --- where they stand ---


async def test_they_stand_where_the_kinds_are_offered_and_are_noted(cloud: Cloud) -> None:
    for code, parts in ((A, PARTS), (B, PARTS), (C, tuple(part for part in PARTS if part != "seal"))):
        mine = await canary(cloud, code)
        assert set(await cloud.tenancy.store(code).read(parts_standing, mine)) == set(parts)
        assert set(await cloud.database.read(parts_noted, code)) == set(parts)
    assert await cloud.tenancy.store(A).read(parts_standing, await canary(cloud, B)) == ()


async def test_the_next_probe_plants_what_a_new_kind_or_a_new_year_asks_for(cloud: Cloud) -> None:
    await cloud.database.write(set_forms, C, settings(("juminhyo", "koseki", "kazei", "inkan")), "op", "印鑑も", NOW)
    room, mine, store = watched(cloud), await canary(cloud, C), cloud.tenancy.store(C)
    assert (await room.watch.look(C)).outcome == "passed"
    assert set(await store.read(parts_standing, mine)) == set(PARTS)
    room.clock[0] = NOW + timedelta(days=200)
    assert (await room.watch.look(C)).outcome == "passed"
    assert "tax/2027" in await store.read(parts_standing, mine) and "tax/2027" in await cloud.database.read(parts_noted, C)


@pytest.mark.parametrize("gone", ["koseki", *(pytest.param(name, marks=pytest.mark.sweep) for name in ("seal_registrations", "tax_records"))])
async def test_what_was_planted_and_is_gone_is_no_passed_probe_and_not_put_back_by_it(cloud: Cloud, gone: str) -> None:
    await cloud.tenancy.store(A).write(lambda connection: connection.exec_driver_sql(f"DELETE FROM {gone} WHERE revision = 0"))
    verdict = await watched(cloud).watch.look(A)
    assert (verdict.outcome, verdict.detail) == ("failed", "rows: the own canary does not stand in the registers")
    standing = await cloud.tenancy.store(A).read(parts_standing, await canary(cloud, A))
    assert len(standing) < len(PARTS)
    await plant_canary(cloud, A, Random(1).randbytes, "op", "植え直し", NOW)
    assert (await watched(cloud).watch.look(A)).outcome == "passed"


# --- and are nobody's ---


async def test_no_list_no_look_up_and_no_count_knows_them(cloud: Cloud) -> None:
    mine, store = await canary(cloud, A), cloud.tenancy.store(A)
    koseki, fuhyo = await store.read(register_in_order)
    assert len(koseki) == len(town().koseki) and len(fuhyo) == len(town().fuhyo)
    assert len(await store.read(seals_in_order)) == len(town().seals) and len(await store.read(records_in_order)) == len(town().tax)
    for look in (koseki_by_no, fuhyo_by_no, koseki_version, read_koseki):
        assert await store.read(look, mine.koseki_no) is None
    assert await store.read(find_person, mine.person_no) is None
    assert await store.read(years) == tuple(sorted({record.year for record in town().tax}, reverse=True))
    for year in (2021, 2026):
        assert (await store.read(figures_of_year, year)).records == sum(record.year == year for record in town().tax)
    typed = Application(
        application_id="a", number="1", serial="1", honseki=honseki(PLACE), hittousha=mine.name, name=mine.name, birth="1970-01-01", phone="0312345678",
        received_at=NOW, expected_by=NOW.date(), state="received", person_no=None, reason="", decided_by="", decided_at=None,
    )  # fmt: skip
    assert mine.person_no not in {one.person.person_no for one in await store.read(candidates, typed)}
    # So the rows are there, and the line among the residents alone leads to them.
    assert (await store.read(koseki_of_person_linked_to, mine.atena_no)) is not None and len(await store.read(records_of, mine.atena_no)) == 6


async def test_inventories_hand_overs_and_exports_are_the_same_with_them_and_without(cloud: Cloud) -> None:
    served = await serving_of(cloud).served(A)
    assert served is not None

    def said(connection: Any) -> Any:
        return (
            sections(connection, served.decided, OFFERED, "nonce", NOW.date()),
            gather(connection, A, "みほん市", OFFERED, NOW),
            export(connection, ALL, A, 2, UPLOADED),
        )

    def without(connection: Any) -> Any:
        family = "SELECT koseki_no FROM koseki WHERE revision = 0"
        for table in (*FAMILY[1:], "koseki"):
            assert connection.exec_driver_sql(f"DELETE FROM {table} WHERE koseki_no IN ({family})").rowcount > 0
        for table in ("seal_registrations", "tax_records"):
            assert connection.exec_driver_sql(f"DELETE FROM {table} WHERE revision = 0").rowcount > 0
        connection.exec_driver_sql("DELETE FROM residents WHERE place <= 0")
        return said(connection)

    with_them = await served.store.read(said)
    assert await served.store.write(without) == with_them


async def test_a_full_upload_takes_nothing_of_them_away_and_reports_none_of_them(cloud: Cloud) -> None:
    store, mine = cloud.tenancy.store(A), await canary(cloud, A)
    little = replace(town(), koseki=town().koseki[:1], fuhyo=town().fuhyo[:1], seals=town().seals[:1], tax=town().tax[:1])
    for sequence, population, gone in (
        (2, town(), (0, 0, 0)),
        (3, little, (len(town().koseki) - 1, len({one.atena_no for one in town().seals}) - 1, len(town().tax) - 1)),
    ):
        at = AS_OF + timedelta(minutes=sequence)
        report = await upload(store, pack(population, A, sequence, at), A, ALL, lambda: UPLOADED)
        assert report.outcome == "applied", report.faults[:3]
        assert tuple(report.removed[register] for register in ("koseki", "seal", "tax")) == gone
        assert set(await store.read(parts_standing, mine)) == set(PARTS)
    verdict = await watched(cloud).watch.look(A)
    assert (verdict.outcome, " 5 papers" in verdict.detail) == ("passed", True), verdict


@pytest.mark.parametrize(("file", "column", "number"), [
    ("koseki.csv", 0, "koseki_no"),
    pytest.param("koseki_members.csv", 0, "person_no", marks=pytest.mark.sweep),
    ("seal.csv", 0, "registration_no"),
])  # fmt: skip
async def test_a_line_that_names_a_number_of_theirs_is_refused(cloud: Cloud, file: str, column: int, number: str) -> None:
    mine, store = await canary(cloud, A), cloud.tenancy.store(A)
    before = await rows_of_tenant(cloud, A)
    files = _files(town(), ALL)
    lines = files[file].split("\r\n")
    cells = lines[1].split(",")
    cells[column] = getattr(mine, number)
    files[file] = "\r\n".join([lines[0], ",".join(cells), *lines[2:]])
    report = await upload(store, sealed(files, A, 2, AS_OF + timedelta(minutes=1), None), A, ALL, lambda: UPLOADED)
    assert report.outcome == "rejected" and (file, 2, "reserved_number") in {(line.file, line.line, line.code) for line in report.faults}
    after = await rows_of_tenant(cloud, A)
    assert {name: rows for name, rows in after.items() if name != "feed_uploads"} == {n: rows for n, rows in before.items() if n != "feed_uploads"}


async def test_no_clerk_no_event_and_no_hand_over_reaches_them(cloud: Cloud) -> None:
    mine, store = await canary(cloud, A), cloud.tenancy.store(A)
    steps: tuple[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]], ...] = (
        (announce, (mine.koseki_no,), {"now": NOW}),
        (protect, (mine.person_no, Protection("support", NOW.date(), None)), {"now": NOW}),
        (bind_serial, ("ab" * 10, mine.person_no), {"since": NOW.date()}),
    )
    for step, args, named in steps:
        with pytest.raises(ChangeRefused, match=r"^no_such_(koseki|person)$"):
            await store.write(step, *args, **named)
    with pytest.raises(SealRefused, match="no_seal"):
        await store.write(cancel, mine.atena_no, "lost", NOW)
    for kind, subject in (("koseki_accepted", mine.koseki_no), ("koseki_protect", mine.person_no), ("seal_cancelled", mine.atena_no)):
        assert await store.write(take, Event(id=kind, kind=kind, at=NOW, subject=subject), NOW) == "waiting"  # type: ignore[arg-type]
    # Of figures nobody says whether there are any: it is answered as for a number that nobody has.
    for kind, subject in (("tax_correction", f"{mine.atena_no}/2026"), ("tax_correction", "0000000000/2026")):
        assert await store.write(take, Event(id=subject, kind=kind, at=NOW, subject=subject), NOW) == "applied"  # type: ignore[arg-type]
    held = await store.read(lambda connection: connection.exec_driver_sql("SELECT unit FROM feed_holds").scalars().all())
    assert held == ["0000000000/2026"]
    handed = await store.read(gather, A, "みほん市", OFFERED, NOW)
    forged = msgspec.structs.replace(handed, filed=(Filed(koseki_no=mine.koseki_no, pending=1),))
    with pytest.raises(HandoverRefused, match="reserved_number"):
        await store.read(demand_sound, forged, lambda _: False)
    assert set(await store.read(parts_standing, mine)) == set(PARTS)
