"""The version word of what an issuer read: it moves with everything that was read, and with nothing else."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine

from certificates.kinds import KINDS
from issuer.issue_tables import ORDERS
from issuer.register_view import find_sources
from registers.koseki import changes as koseki_changes
from registers.koseki.fuhyo import FuhyoAddress
from registers.residents import changes as resident_changes
from registers.seal import changes as seal_changes
from registers.tax import changes as tax_changes
from registers.tax.assessment import assess
from registers.tax.facts import TaxFacts
from tests.issuer.books import ALONES, FAMILY, GONE, OUTSIDER, PROTECTEDS, person_no
from tests.issuer.test_races import PROTECTED_NOW
from tests.issuer.town import ALONE, CHILD, FATHER, MOTHER, NOW, PROTECTED, TWIN, atena, serial
from tests.registers.seal.seals import imprint

Change = Callable[[Connection], Any]
TODAY = NOW.date()
FIGURES = assess(2026, TaxFacts(age=44, salary_revenue=1_500_000))

CHANGES: dict[str, tuple[Change, set[str]]] = {
    # what it does: (the change, the kinds of whose papers for FATHER the version moves)
    "a stop of the child": (
        lambda c: resident_changes.suppress(c, atena(CHILD), since=TODAY, until=None, household=False, reason="確認中", now=NOW),
        set(KINDS),
    ),
    "a protection of the mother": (lambda c: resident_changes.set_protection(c, atena(MOTHER), PROTECTED_NOW, now=NOW), set(KINDS)),
    "a new card": (lambda c: resident_changes.bind_card(c, atena(MOTHER), "ff01", TODAY, now=NOW), set(KINDS)),
    "the mother's name": (lambda c: resident_changes.set_name(c, atena(MOTHER), "見本　華子", "ミホン　ハナコ", now=NOW), set(KINDS)),
    "the seal cancelled": (lambda c: seal_changes.cancel(c, atena(FATHER), "lost", NOW), {"inkan"}),
    "the seal replaced": (lambda c: seal_changes.replace(c, atena(FATHER), "00000099", "太郎", imprint(2), now=NOW), {"inkan"}),
    "a notification": (lambda c: koseki_changes.announce(c, FAMILY, now=NOW), {"koseki", "fuhyo"}),
    "a stop in the 戸籍": (
        lambda c: koseki_changes.suppress(c, person_no(GONE), since=TODAY, until=None, reason="確認中", now=NOW),
        {"koseki", "fuhyo"},
    ),
    "a reading": (lambda c: koseki_changes.set_kana(c, person_no(CHILD), "イチコ", TODAY, now=NOW), {"koseki", "fuhyo"}),
    "an address in the 附票": (
        lambda c: koseki_changes.add_address(c, person_no(CHILD), FuhyoAddress("見本県みほん市東１番", "2026-11-01"), now=NOW),
        {"koseki", "fuhyo"},
    ),
    "other figures": (lambda c: tax_changes.decide(c, atena(FATHER), 2026, FIGURES, TODAY, now=NOW), {"kazei"}),
    "other figures of an earlier year": (lambda c: tax_changes.decide(c, atena(FATHER), 2024, FIGURES, TODAY, now=NOW), {"kazei"}),
    "somebody else's stop": (
        lambda c: resident_changes.suppress(c, atena(ALONE), since=TODAY, until=None, household=True, reason="確認中", now=NOW),
        set(),
    ),
    "somebody else's seal": (lambda c: seal_changes.cancel(c, atena(PROTECTED), "lost", NOW), set()),
    "somebody else's first seal": (lambda c: seal_changes.register(c, atena(TWIN), "00000098", "佐藤", imprint(2), now=NOW), set()),
    "somebody else's 戸籍": (lambda c: koseki_changes.withdraw(c, ALONES, now=NOW), set()),
    "somebody else's protection there": (lambda c: koseki_changes.protect(c, person_no(OUTSIDER), PROTECTED_NOW, now=NOW), set()),
    "a notification there": (lambda c: koseki_changes.announce(c, PROTECTEDS, now=NOW), set()),
    "somebody else's declaration": (lambda c: tax_changes.declare(c, atena(ALONE), 2026, FIGURES, TODAY, now=NOW), set()),
    "the mother's declaration": (lambda c: tax_changes.declare(c, atena(MOTHER), 2026, FIGURES, TODAY, now=NOW), set()),
    "the registration of the outsider's card": (lambda c: koseki_changes.unbind_serial(c, serial(OUTSIDER), now=NOW), set()),
}


@pytest.fixture
def connection(all_registers: Path) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{all_registers}")
    with engine.connect() as opened:
        yield opened  # never committed: the file serves every test
    engine.dispose()


def versions(connection: Connection, number: int = FATHER) -> dict[str, str]:
    found = {kind: find_sources(connection, serial(number), kind, NOW) for kind in KINDS}
    return {kind: sources.version for kind, sources in found.items() if sources is not None}


@pytest.mark.parametrize("name", CHANGES)
def test_the_version_moves_with_what_was_read_and_with_nothing_else(connection: Connection, name: str) -> None:
    change, moved = CHANGES[name]
    before = versions(connection)
    change(connection)
    after = versions(connection)
    assert {kind for kind in KINDS if before[kind] != after[kind]} == moved


def test_no_state_has_the_version_of_another(connection: Connection) -> None:
    seen = [versions(connection)]
    for change, _ in CHANGES.values():
        if change is not CHANGES["the seal replaced"][0]:
            change(connection)
            seen.append(versions(connection))
    for kind in KINDS:
        distinct = [state[kind] for index, state in enumerate(seen) if index == 0 or state[kind] != seen[index - 1][kind]]
        assert len(set(distinct)) == len(distinct) > 1, kind


def test_a_version_is_short_enough_for_the_log(connection: Connection) -> None:
    assert max(len(version) for version in versions(connection).values()) <= (ORDERS.c.register_version.type.length or 0) // 2  # type: ignore[attr-defined]


def test_only_what_the_kind_reads_is_looked_up(connection: Connection) -> None:
    read = {kind: find_sources(connection, serial(FATHER), kind, NOW) for kind in KINDS}
    assert {kind for kind, found in read.items() if found and found.seal} == {"inkan"}
    assert {kind for kind, found in read.items() if found and found.koseki} == {"koseki", "fuhyo"}
    assert {kind for kind, found in read.items() if found and found.tax} == {"kazei"}
    assert all(found is not None and found.household is not None and len(found.household.members) == 3 for found in read.values())


def test_who_is_known_by_registration_for_use_alone_is_known_for_the_koseki_alone(connection: Connection) -> None:
    found = find_sources(connection, serial(OUTSIDER), "koseki", NOW)
    assert found is not None and (found.holder, found.household, found.person_no) == (None, None, person_no(OUTSIDER))
    assert all(find_sources(connection, serial(OUTSIDER), kind, NOW) is None for kind in KINDS if KINDS[kind].register != "koseki")
    assert find_sources(connection, serial(OUTSIDER), "koseki", NOW.replace(month=10)) is None, "before its first day"
    assert find_sources(connection, serial(999), "koseki", NOW) is None
