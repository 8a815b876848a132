"""What changes in a register between the choice, the order, its number and its repeat: the paper of the earlier state is not to be had."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from issuer.desk import Desk
from issuer.issue_tables import PAPERS
from issuer.press import InlinePress
from messages.orders import ChoicesOffered, Issued, IssueOrder
from messages.refusals import Refusal
from registers.koseki import changes as koseki_changes
from registers.residents import changes as resident_changes
from registers.residents.resident import Protection
from registers.seal import changes as seal_changes
from registers.tax import changes as tax_changes
from registers.tax.assessment import assess
from registers.tax.facts import TaxFacts
from storage.sqlite import SqliteStore
from tests.issuer.books import ALONES, FAMILY, GONE, OUTSIDER, OUTSIDERS, person_no
from tests.issuer.town import ALONE, CENTER, CHILD, DECLARED, FATHER, KINDS, MOTHER, NOW, ask, atena, hands, issuer, order, policy_of

Change = Callable[[Connection], Any]

PROTECTED_NOW = Protection("support", NOW.date(), None)
FIGURES = assess(2026, TaxFacts(age=44, salary_revenue=1_500_000))


def cancel_seal(connection: Connection) -> None:
    seal_changes.cancel(connection, atena(FATHER), "lost", NOW)


def protect_in_koseki(connection: Connection) -> None:
    koseki_changes.protect(connection, person_no(MOTHER), PROTECTED_NOW, now=NOW)


def protect_resident(connection: Connection) -> None:
    resident_changes.set_protection(connection, atena(CHILD), PROTECTED_NOW, now=NOW)


def stop_who_married_out(connection: Connection) -> None:
    koseki_changes.suppress(connection, person_no(GONE), since=NOW.date(), until=None, reason="確認中", now=NOW)


def announce(connection: Connection) -> None:
    koseki_changes.announce(connection, FAMILY, now=NOW)


def decide_again(connection: Connection) -> None:
    tax_changes.decide(connection, atena(FATHER), 2026, FIGURES, date(2026, 11, 23), now=NOW)


def move(connection: Connection) -> None:
    household = resident_changes._household_no(connection, atena(FATHER))
    resident_changes.set_address(connection, household, "見本県みほん市東二丁目５番", date(2026, 11, 23), date(2026, 11, 23), now=NOW)


CHANGES: list[tuple[str, Change, str]] = [
    ("inkan", cancel_seal, "no_seal"),
    ("inkan", move, "register_changed"),
    ("koseki", protect_in_koseki, "register_changed"),
    ("koseki", protect_resident, "register_changed"),
    ("koseki", stop_who_married_out, "register_changed"),
    ("koseki", announce, "koseki_pending"),
    ("fuhyo", protect_in_koseki, "register_changed"),
    ("fuhyo", announce, "koseki_pending"),
    ("kazei", decide_again, "register_changed"),
    ("kazei", move, "register_changed"),
    ("kisai_jiko", move, "register_changed"),
    ("juminhyo", protect_resident, "register_changed"),
]
NAMES = [f"{kind}-{change.__name__}" for kind, change, _ in CHANGES]


class Meanwhile:
    """A store in which `change` happens just before the numbers are taken."""

    def __init__(self, store: SqliteStore, change: Change) -> None:
        self._store, self._change = store, change

    async def write(self, step, *args, **kwargs):  # type: ignore[no-untyped-def]
        if step.__name__ == "reserve_if_unchanged":
            await self._store.write(self._change)
        return await self._store.write(step, *args, **kwargs)

    async def read(self, step, *args, **kwargs):  # type: ignore[no-untyped-def]
        return await self._store.read(step, *args, **kwargs)

    async def close(self) -> None:
        await self._store.close()


def desk_at(store: object, **changed: Any) -> Desk:
    return Desk(issuer(**changed), store, InlinePress(hands()), DECLARED)  # type: ignore[arg-type]


async def everybody(desk: Desk, kind: str, request: str = "r1", number: int = FATHER) -> IssueOrder:
    """The order for all that the kind lists."""
    offered = await desk.answer(ask(number, f"visit-{request}", kind), CENTER, NOW)
    assert isinstance(offered, ChoicesOffered), offered
    return order(request, number, offered, members=tuple(member.member_id for member in offered.members))


async def code(desk: Desk, message: Any, later: float = 0) -> str:
    reply = await desk.answer(message, CENTER, NOW + timedelta(seconds=later))
    return reply.code if isinstance(reply, Refusal) else "ok"


async def states(store: SqliteStore) -> list[tuple[str, str]]:
    rows = await store.read(lambda connection: connection.execute(select(PAPERS.c.number, PAPERS.c.state).order_by(PAPERS.c.number)).all())
    return [(row.number[-6:], row.state) for row in rows]


@pytest.mark.parametrize(("kind", "change", "expected"), CHANGES, ids=NAMES)
async def test_a_change_between_choice_and_order_refuses_the_order(town_hall: SqliteStore, kind: str, change: Change, expected: str) -> None:
    desk = desk_at(town_hall)
    one = await everybody(desk, kind)
    await town_hall.write(change)
    assert await code(desk, one, 1) == expected
    assert await states(town_hall) == []


@pytest.mark.parametrize(("kind", "change"), [row[:2] for row in CHANGES], ids=NAMES)
async def test_a_change_between_looking_and_numbering_refuses_the_order(town_hall: SqliteStore, kind: str, change: Change) -> None:
    desk = desk_at(Meanwhile(town_hall, change))
    assert await code(desk, await everybody(desk, kind)) == "register_changed"
    assert await states(town_hall) == []


@pytest.mark.parametrize(("kind", "change"), [row[:2] for row in CHANGES], ids=NAMES)
async def test_a_change_after_the_paper_was_made_voids_it_and_its_numbers_stay_in_the_log(town_hall: SqliteStore, kind: str, change: Change) -> None:
    desk = desk_at(town_hall)
    one, other = await everybody(desk, kind), await everybody(desk, kind, "r2")
    assert await code(desk, one) == "ok"
    await town_hall.write(change)
    assert await code(desk, one, 60) == "order_void"
    assert await code(desk, one, 61) == "order_void"
    assert await code(desk, other, 62) != "ok"
    assert await states(town_hall) == [("000001", "void")]


async def test_a_seal_cancelled_one_second_before_the_order_is_no_seal_and_one_second_after_it_was_one(town_hall: SqliteStore) -> None:
    desk = desk_at(town_hall)
    early, late = await everybody(desk, "inkan"), await everybody(desk, "inkan", "r2")
    await town_hall.write(seal_changes.cancel, atena(FATHER), "lost", NOW + timedelta(seconds=10))
    assert await code(desk, ask(FATHER, "visit-3", "inkan"), 9) == "ok"
    assert await code(desk, ask(FATHER, "visit-4", "inkan"), 10) == "no_seal"
    assert await code(desk, early, 11) == "no_seal"
    assert await code(desk, late, 10) == "no_seal"
    assert await states(town_hall) == []


async def test_a_seal_that_ends_between_its_paper_and_the_repeat_ends_the_paper(town_hall: SqliteStore) -> None:
    await town_hall.write(seal_changes.cancel, atena(FATHER), "request", NOW + timedelta(seconds=10))
    desk = desk_at(town_hall)
    one = await everybody(desk, "inkan")
    assert await code(desk, one, 9) == "ok" and await code(desk, one, 9.9) == "ok"
    assert await code(desk, one, 10) == "order_void"
    assert await states(town_hall) == [("000001", "void")]


async def test_a_new_seal_makes_a_new_paper_and_never_the_old_one(town_hall: SqliteStore) -> None:
    desk = desk_at(town_hall)
    one = await everybody(desk, "inkan")
    old = await desk.answer(one, CENTER, NOW)
    seal = await town_hall.read(lambda connection: seal_changes.seal_of(connection, atena(FATHER)))
    assert seal is not None
    await town_hall.write(seal_changes.replace, atena(FATHER), "00000099", "太郎", seal.imprint, now=NOW + timedelta(seconds=1))
    assert await code(desk, one, 2) == "order_void"
    new = await desk.answer(order("r2", FATHER, await offer(desk, FATHER, "inkan", 3)), CENTER, NOW + timedelta(seconds=3))
    assert isinstance(old, Issued) and isinstance(new, Issued) and new.papers[0].face != old.papers[0].face


async def test_a_declaration_opens_the_paper_that_was_refused(town_hall: SqliteStore) -> None:
    desk = desk_at(town_hall)
    assert await code(desk, ask(ALONE, "visit-1", "kazei")) == "tax_undeclared"
    await town_hall.write(tax_changes.declare, atena(ALONE), 2026, FIGURES, date(2026, 11, 23), now=NOW)
    issued = await desk.answer(order("r1", ALONE, await offer(desk, ALONE, "kazei", 1)), CENTER, NOW + timedelta(seconds=1))
    assert isinstance(issued, Issued)


async def test_a_blank_paper_is_not_made_once_the_dependant_has_declared(town_hall: SqliteStore) -> None:
    desk = desk_at(town_hall, kazei=policy_of(KINDS["kazei"], undeclared="blank_for_dependants"))
    one, other = await everybody(desk, "kazei", number=MOTHER), await everybody(desk, "kazei", "r2", MOTHER)
    assert await code(desk, one) == "ok"
    await town_hall.write(tax_changes.declare, atena(MOTHER), 2026, FIGURES, date(2026, 11, 23), now=NOW)
    assert await code(desk, other, 1) == "register_changed"
    assert await code(desk, one, 1) == "order_void"
    assert await states(town_hall) == [("000001", "void")]


async def test_a_notification_that_is_entered_opens_the_koseki_again(town_hall: SqliteStore) -> None:
    desk = desk_at(town_hall)
    assert await code(desk, ask(ALONE, "visit-1", "koseki")) == "koseki_pending"
    await town_hall.write(koseki_changes.withdraw, ALONES, now=NOW)
    assert await code(desk, ask(ALONE, "visit-2", "koseki")) == "ok"


async def test_a_registration_for_use_that_ends_between_choice_and_order_refuses_it(town_hall: SqliteStore) -> None:
    desk = desk_at(town_hall)
    one = await everybody(desk, "koseki", number=OUTSIDER)
    await town_hall.write(lambda connection: koseki_changes.unbind_serial(connection, one.serial, now=NOW))
    assert await code(desk, one, 1) == "not_registered"
    assert await states(town_hall) == []


async def test_the_outsiders_paper_is_void_once_a_notification_of_their_koseki_comes(town_hall: SqliteStore) -> None:
    desk = desk_at(town_hall)
    one = await everybody(desk, "koseki", number=OUTSIDER)
    assert await code(desk, one) == "ok"
    await town_hall.write(koseki_changes.announce, OUTSIDERS, now=NOW)
    assert await code(desk, one, 1) == "order_void"


async def offer(desk: Desk, number: int, kind: str, later: float) -> ChoicesOffered:
    offered = await desk.answer(ask(number, f"visit-at-{later}", kind), CENTER, NOW + timedelta(seconds=later))
    assert isinstance(offered, ChoicesOffered), offered
    return offered
