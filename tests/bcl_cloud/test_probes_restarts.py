"""Back from a stop: two operators, a probe that passed since, and nothing that was said before a new leak."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine

from bcl_cloud.joining import onboarding
from bcl_cloud.tenants import entries as tenants
from bcl_cloud.tenants.entries import NewTenant, TenantRefused
from bcl_cloud.tenants.journal import entries
from bcl_cloud.tenants.probes_recorded import Outcome, Verdict, last_probe, passed_since, record
from bcl_cloud.tenants.restarts import REFUSED, ask_restart, asked_for, restart, say_restart
from bcl_cloud.tenants.tables import METADATA
from tests.bcl_cloud.tenants import A, B
from tests.issuer.town import NOW


@pytest.fixture
def connection() -> Iterator[Connection]:
    """The cloud's database with two tenants, A open, B prepared."""
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as opened:
        for code in (A, B):
            tenants.create(opened, NewTenant(code, "見本県", code, code, code), "op", "", NOW)
            tenants.move(opened, code, "prepare", "", NOW)
        onboarding.set_open(opened, A, "op", "開始", NOW)
        yield opened
    engine.dispose()


class Town:
    """The steps of one cloud, each a second later."""

    def __init__(self, connection: Connection) -> None:
        self.connection, self.clock = connection, (NOW + timedelta(seconds=second) for second in count(1))

    def probed(self, outcome: Outcome, code: str = A, *concerned: str) -> tuple[str, ...]:
        return record(self.connection, code, Verdict(outcome, (code, *concerned) if outcome == "leak" else (), "rule"), 3, next(self.clock))

    def say(self, step: Any, who: str, why: str = "直しました", code: str = A) -> str:
        try:
            return str(step(self.connection, code, who, why, next(self.clock)))
        except TenantRefused as refused:
            assert refused.code in REFUSED or refused.code == "unknown"
            return refused.code

    def state(self, code: str = A) -> str:
        return tenants.demanded(self.connection, code).state


@pytest.fixture
def town(connection: Connection) -> Town:
    return Town(connection)


def test_two_operators_restart_after_a_probe_that_passed(town: Town) -> None:
    assert town.probed("leak", A, B) == (A, B)
    assert (town.state(), town.state(B)) == ("stopped", "stopped")
    assert town.say(ask_restart, "sato") == "probe_missing"
    town.probed("passed")
    assert town.say(restart, "sato") == "nobody_asked"
    assert town.say(ask_restart, "sato") == "None"
    assert town.say(restart, "sato") == "same_operator" and town.state() == "stopped"
    assert town.say(ask_restart, "suzuki") == "already_asked"
    assert town.say(restart, "suzuki", " ") == "why_missing"
    assert town.say(restart, "suzuki") == "open" and town.state() == "open"
    assert asked_for(town.connection, A) is None
    said = [(one.entry.doing, one.entry.who) for one in reversed(entries(town.connection, A))]
    assert said[-3:] == [("leak", "見張り"), ("restart_wanted", "sato"), ("restart", "suzuki")]
    tenant = tenants.demanded(town.connection, A)
    assert tenant.reason == ""


@pytest.mark.parametrize("between", ["leak", "close", "failed"])
def test_what_was_said_before_something_new_happened_is_void(town: Town, between: str) -> None:
    town.probed("leak")
    town.probed("passed")
    assert town.say(ask_restart, "sato") == "None"
    if between == "close":
        onboarding.set_closed(town.connection, A, "sato", "点検", next(town.clock))
    else:
        town.probed(between)  # type: ignore[arg-type]
    assert town.say(restart, "suzuki") == "probe_missing" and town.state() == "stopped"
    town.probed("passed")
    # A probe that merely could not be carried out takes nobody's word back.
    assert town.say(restart, "suzuki") == ("open" if between == "failed" else "nobody_asked")


def test_a_leak_found_at_a_neighbour_voids_it_too(town: Town) -> None:
    town.probed("leak")
    town.probed("passed")
    town.say(ask_restart, "sato")
    assert town.probed("leak", B, A) == (B, A)
    assert town.say(restart, "suzuki") == "probe_missing"
    found = last_probe(town.connection, A)
    assert found is not None and (found.outcome, found.passed_at is not None) == ("leak", True)


def test_a_probe_that_passed_before_the_stop_or_in_its_very_instant_is_none(town: Town) -> None:
    town.probed("passed")
    town.probed("leak")
    assert town.say(ask_restart, "sato") == "probe_missing"
    since = tenants.demanded(town.connection, A).since
    record(town.connection, A, Verdict("passed"), 3, since)
    assert not passed_since(town.connection, A, since)
    assert town.say(ask_restart, "sato") == "probe_missing"


def test_a_stop_by_hand_has_the_same_way_back(town: Town) -> None:
    onboarding.set_closed(town.connection, A, "sato", "点検", next(town.clock))
    town.probed("passed")
    assert (town.say(say_restart, "sato"), town.say(say_restart, "sato"), town.say(say_restart, "suzuki")) == ("asked", "same_operator", "open")


def test_who_never_issued_goes_back_to_its_preparation(town: Town) -> None:
    town.probed("leak", B)
    town.probed("passed", B)
    assert (town.say(say_restart, "sato", code=B), town.say(say_restart, "suzuki", code=B)) == ("asked", "preparing")


def test_nothing_is_restarted_that_is_not_stopped_or_unknown(town: Town) -> None:
    assert town.say(say_restart, "sato") == "not_stopped"
    assert town.say(say_restart, "sato", code="990043") == "unknown"


def test_failures_stop_an_open_tenant_alone_and_count_in_a_row(town: Town) -> None:
    assert [town.probed("failed", B) for _ in range(4)] == [()] * 4 and town.state(B) == "preparing"
    assert [town.probed(outcome) for outcome in ("failed", "failed", "passed", "failed", "failed")] == [()] * 5  # type: ignore[arg-type]
    assert town.probed("failed") == (A,) and town.state() == "stopped"
    assert tenants.demanded(town.connection, A).reason == "unprobed"
