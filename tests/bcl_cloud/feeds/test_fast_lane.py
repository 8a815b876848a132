"""The fast lane: each event stops the papers it must and no others, at once, whatever the order in which events are told and data come; and what it stopped is let go by newer data alone."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bcl_cloud.feeds.fast_lane import held
from bcl_cloud.feeds.packing import pack
from bcl_cloud.feeds.tables import METADATA
from issuer.issue_tables import METADATA as ISSUE_LOG
from registers.koseki.tables import koseki_by_no
from registers.population import Population
from registers.residents.resident import Protection
from registers.residents.tables import METADATA as REGISTERS
from registers.residents.tables import resident
from registers.seal.tables import seal_of
from storage.sqlite import SqliteStore
from tests.bcl_cloud.feeds.feeding import AS_OF, NOW, TENANT, send
from tests.bcl_cloud.feeds.papers import EVERY, desk_of, happens, papers_town, refused
from tests.issuer.books import FAMILY, person_no
from tests.issuer.town import CENTER, FATHER, MOTHER, ask, atena, order

BOOKS = {"koseki", "fuhyo"}
NOTHING: set[str] = set()
FIRST = date(2026, 12, 1)


async def filled(file: Path) -> None:
    store = await SqliteStore.open(file, REGISTERS, METADATA, ISSUE_LOG)
    report = await send(store, pack(papers_town(), TENANT, 1, AS_OF))
    await store.close()
    assert report.outcome == "applied", report.faults[:3]


@pytest.fixture(scope="module")
def uploaded(tmp_path_factory: Any) -> Path:
    """The file of a tenant whose registers came by one upload."""
    file: Path = tmp_path_factory.mktemp("uploaded") / "tenant.db"
    asyncio.run(filled(file))
    return file


@pytest.fixture
async def tenant(uploaded: Path, tmp_path: Path) -> AsyncIterator[SqliteStore]:
    shutil.copy(uploaded, tmp_path / "tenant.db")
    store = await SqliteStore.open(tmp_path / "tenant.db", REGISTERS, METADATA, ISSUE_LOG)
    yield store
    await store.close()


@pytest.mark.parametrize(
    ("kind", "subject", "of_father", "of_mother"),
    [
        ("protect", atena(FATHER), EVERY, NOTHING),
        ("leaving", atena(FATHER), EVERY, NOTHING),
        ("left", atena(FATHER), EVERY, EVERY),  # the household has no head until the data say who it is
        ("dead", atena(FATHER), EVERY, EVERY),
        ("dead", atena(MOTHER), NOTHING, EVERY),
        ("removed", atena(FATHER), EVERY, EVERY),
        ("pending_character", atena(FATHER), EVERY, NOTHING),
        ("koseki_accepted", FAMILY, BOOKS, BOOKS),
        ("koseki_entered", FAMILY, BOOKS, BOOKS),
        ("koseki_protect", person_no(FATHER), BOOKS, NOTHING),
        ("seal_cancelled", atena(FATHER), {"inkan"}, NOTHING),
        ("tax_correction", f"{atena(FATHER)}/2026", {"kazei"}, NOTHING),
    ],
)
async def test_an_event_stops_its_papers_at_once_and_no_others(
    tenant: SqliteStore, kind: str, subject: str, of_father: set[str], of_mother: set[str]
) -> None:
    nothing_anyway = {"inkan", "kazei"}  # she has no seal and has declared nothing
    assert (await refused(tenant, FATHER, NOW), await refused(tenant, MOTHER, NOW)) == (set(), nothing_anyway)
    chosen = await desk_of(tenant).answer(ask(FATHER), CENTER, NOW)
    assert await happens(tenant, kind, subject, NOW) == "applied"
    assert await refused(tenant, FATHER, NOW) == of_father
    assert await refused(tenant, MOTHER, NOW) == of_mother | nothing_anyway
    if "juminhyo" in of_father:
        answer = await desk_of(tenant).answer(order("r1", FATHER, chosen), CENTER, NOW)  # type: ignore[arg-type]
        assert type(answer).__name__ == "Refusal", "what was chosen before the event is not made after it"


async def test_who_a_stop_was_told_of_twice_is_stopped_once_and_the_contrary_lets_go(tenant: SqliteStore) -> None:
    pairs = (("dead", "stays"), ("left", "stays"), ("protect", "unprotect"), ("pending_character", "registered_character"))
    for number, (kind, back) in enumerate(pairs):
        told = NOW + timedelta(minutes=10 * number)
        await happens(tenant, kind, atena(FATHER), told)
        await happens(tenant, kind, atena(FATHER), told + timedelta(seconds=1))
        assert await refused(tenant, FATHER, NOW) == EVERY
        await happens(tenant, back, atena(FATHER), told + timedelta(minutes=1))
        assert await refused(tenant, FATHER, NOW) == set(), kind
        assert await refused(tenant, MOTHER, NOW) == {"inkan", "kazei"}, "the household has its head again"


async def test_a_correction_of_tax_that_is_told_after_newer_data_stops_the_year_all_the_same(tenant: SqliteStore) -> None:
    """Data taken a minute after it may hold the record as it was; that it is done lets go, for then they hold it as it is."""
    unit = f"{atena(FATHER)}/2026"
    assert await happens(tenant, "leaving", atena(FATHER), AS_OF - timedelta(minutes=1)) == "included"
    assert await happens(tenant, "tax_correction", unit, AS_OF - timedelta(minutes=1)) == "applied"
    assert await refused(tenant, FATHER, NOW) == {"kazei"}
    assert await happens(tenant, "tax_settled", unit, AS_OF - timedelta(seconds=1)) == "included"
    assert await refused(tenant, FATHER, NOW) == set()


class Tell(NamedTuple):
    """The source's word that something happened, `hour` hours after the first data."""

    kind: str
    hour: int


class Data(NamedTuple):
    """A full upload of the source as it was at this hour."""

    hour: int


SUBJECTS = {"koseki": FAMILY, "tax": f"{atena(FATHER)}/2026"}


def at(hour: int) -> Any:
    return AS_OF + timedelta(hours=hour)


def small() -> Population:
    """One household with its books."""
    whole = papers_town()
    house = next(person.household_no for person in whole.residents if person.atena_no == atena(FATHER))
    return replace(
        whole,
        residents=tuple(person for person in whole.residents if person.household_no == house),
        households=tuple(one for one in whole.households if one.household_no == house),
        koseki=tuple(one for one in whole.koseki if one.koseki_no == FAMILY),
        fuhyo=tuple(one for one in whole.fuhyo if one.koseki_no == FAMILY),
        seals=tuple(seal for seal in whole.seals if seal.atena_no == atena(FATHER)),
        tax=tuple(record for record in whole.tax if record.atena_no == atena(FATHER)),
    )


class State(NamedTuple):
    """What counts of the father: in the source, or here."""

    standing: str = "current"
    protected: bool = False
    pending: bool = False
    notified: bool = False
    cancelled: bool = False


def after(state: State, kind: str) -> State:
    """The state after this has happened; of a notification that was entered it is known that it is not here yet."""
    standings = {"leaving": "leaving", "dead": "dead", "stays": "current"}
    if kind in standings:
        return state._replace(standing=standings[kind])
    if kind.endswith("protect"):
        return state._replace(protected=kind == "protect")
    if kind.endswith("character"):
        return state._replace(pending=kind == "pending_character")
    if kind.startswith("koseki"):
        return state._replace(notified=kind != "koseki_withdrawn")
    return state._replace(cancelled=True) if kind == "seal_cancelled" else state


def source(happened: list[Tell], hour: int) -> State:
    """The source at an hour: what happened before it. An entry is in the source's data."""
    state = State()
    for tell in sorted(happened, key=lambda one: one.hour):
        if tell.hour < hour:
            state = after(state, "koseki_withdrawn" if tell.kind == "koseki_entered" else tell.kind)
    return state


def packed(happened: list[Tell], hour: int, sequence: int) -> bytes:
    """The full upload of the source at an hour. A corrected record is another one from the hour on at which its correction was done."""
    state, town = source(happened, hour), small()
    man = next(person for person in town.residents if person.atena_no == atena(FATHER))
    since = None if state.standing == "current" else FIRST
    protection = Protection("support", FIRST, None) if state.protected else None
    changed = replace(man, standing=state.standing, standing_since=since, protection=protection, character_pending=state.pending)  # type: ignore[arg-type]
    people = [changed if person is man else person for person in town.residents]
    if state.standing == "dead":
        people = [replace(one, relation="世帯主") if one.atena_no == atena(MOTHER) else one for one in people]
    done = [tell.hour for tell in happened if tell.kind == "tax_settled" and tell.hour < hour]
    tax = tuple(replace(one, decided_on=one.decided_on + timedelta(days=len(done))) if one.year == 2026 else one for one in town.tax)
    seals = tuple(replace(seal, cancelled_at=at(0), cancelled_for="request") if state.cancelled else seal for seal in town.seals)
    koseki = tuple(replace(one, change_pending=state.notified) for one in town.koseki)
    return pack(replace(town, residents=tuple(people), koseki=koseki, seals=seals, tax=tax), TENANT, sequence, at(hour))


MATTERS = (
    ("leaving", "stays"), ("dead",), ("protect", "unprotect"), ("pending_character", "registered_character"), ("koseki_accepted", "koseki_withdrawn"),
    ("koseki_accepted", "koseki_entered"), ("seal_cancelled",), ("tax_correction", "tax_settled"),
)  # fmt: skip


@st.composite
def histories(draw: Any) -> tuple[list[Tell], list[Tell | Data]]:
    """What happened in the source at hours of its own, and in which order it is told here, between uploads of the source as it was at growing hours."""
    matters = draw(st.lists(st.sampled_from(MATTERS), min_size=1, max_size=2, unique_by=lambda matter: matter[0].split("_")[0][:4]))
    kinds = [kind for matter in matters for kind in matter]
    hours = draw(st.permutations(range(1, 7)))[: len(kinds)]
    happened = []
    for matter in matters:
        mine = sorted(hours.pop() for _ in matter)
        happened += [Tell(kind, hour) for kind, hour in zip(matter, mine, strict=True)]
    told = draw(st.permutations(happened))
    data = [Data(hour) for hour in sorted(draw(st.sets(st.integers(1, 7), min_size=1, max_size=2)))]
    places = sorted(draw(st.lists(st.integers(0, len(told)), min_size=len(data), max_size=len(data))))
    steps: list[Tell | Data] = list(told)
    for offset, (place, one) in enumerate(zip(places, data, strict=True)):
        steps.insert(place + offset, one)
    return happened, steps


async def here(store: SqliteStore) -> State:
    man = await store.read(resident, atena(FATHER))
    koseki = await store.read(koseki_by_no, FAMILY)
    assert man is not None and koseki is not None
    seal = await store.read(seal_of, atena(FATHER))
    return State(
        man.standing, man.protection is not None, man.character_pending, koseki.change_pending, seal is None or seal.cancelled_at is not None
    )


async def played(store: SqliteStore, happened: list[Tell], steps: list[Tell | Data]) -> None:
    """After every step there counts here: the data that stand, and every event told that is not older than they are."""
    stands, sequence, told = 0, 1, []
    assert (await send(store, packed(happened, 0, 1))).outcome == "applied"
    for step in [*steps, Data(8)]:
        if isinstance(step, Data):
            stands, sequence = step.hour, sequence + 1
            assert (await send(store, packed(happened, stands, sequence))).outcome == "applied"
        else:
            told.append((step, stands))
            subject = SUBJECTS.get(step.kind.split("_")[0], atena(FATHER))
            await happens(store, step.kind, subject, at(step.hour), NOW, on=FIRST)
        expected = source(happened, stands)
        counted = sorted((tell for tell, stood in told if tell.hour >= stands), key=lambda tell: tell.hour)
        for tell in counted:
            if tell.kind != "koseki_withdrawn" or expected.notified:
                expected = after(expected, tell.kind)
        assert await here(store) == expected, (step, told)
        corrections = [tell for tell, _ in told if tell.kind == "tax_correction"]
        done = max((tell.hour for tell in happened if tell.kind == "tax_settled"), default=99)
        if corrections and done >= stands:
            assert await store.read(held, atena(FATHER), 2026), "the record that stands is the one to be corrected"
        if done < stands and {"tax_correction", "tax_settled"} <= {tell.kind for tell, _ in told}:
            assert not await store.read(held, atena(FATHER), 2026), "the corrected record is here"


async def in_any_order(folder: Path, history: tuple[list[Tell], list[Tell | Data]]) -> None:
    store = await SqliteStore.open(folder / "tenant.db", REGISTERS, METADATA)
    try:
        await played(store, *history)
    finally:
        await store.close()


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(history=histories())
async def test_events_and_data_in_any_order_end_alike(tmp_path_factory: Any, history: tuple[list[Tell], list[Tell | Data]]) -> None:
    await in_any_order(tmp_path_factory.mktemp("orders"), history)


@pytest.mark.sweep
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories())
async def test_events_and_data_in_any_order_end_alike_many_times(tmp_path_factory: Any, history: tuple[list[Tell], list[Tell | Data]]) -> None:
    await in_any_order(tmp_path_factory.mktemp("orders"), history)
