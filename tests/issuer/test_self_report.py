"""What an issuer says of itself, and that two issuers with the same registers give one inventory, and with any difference that matters another."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from sqlalchemy import Connection

from certificates.kinds import KINDS
from issuer.desk import Desk
from issuer.issue_tables import METADATA
from issuer.press import InlinePress
from issuer.uses import accept, receive
from issuer.year_openings import approve_year
from messages.conditions import AskCondition, AskInventory, Condition, Inventory
from messages.refusals import Refusal
from registers.koseki import changes as koseki_changes
from registers.residents import changes as resident_changes
from registers.residents.resident import Protection
from registers.residents.tables import METADATA as REGISTER
from registers.seal import changes as seal_changes
from storage.sqlite import SqliteStore
from tests.issuer.books import FAMILY
from tests.issuer.test_uses import SERIAL, applied, person_no
from tests.issuer.town import ALONE, CENTER, DECLARED, FATHER, MOTHER, MUNICIPALITY, NOW, atena, hands, issuer

ALL = AskInventory(municipality=MUNICIPALITY, kinds=tuple(KINDS), nonce="nonce-1")


async def inventory(store: SqliteStore, question: AskInventory = ALL, **policies: object) -> Inventory:
    reply = await Desk(issuer(**policies), store, InlinePress(hands()), DECLARED).answer(question, CENTER, NOW)  # type: ignore[arg-type]
    assert isinstance(reply, Inventory)
    return reply


def bind(connection: Connection) -> None:
    receive(connection, SERIAL, applied(), NOW)
    accept(connection, "a1", person_no(MOTHER), "戸籍 花子", NOW)


CHANGES: dict[str, tuple[str, Callable[[Connection], object]]] = {
    "a 支援措置": ("stops", lambda c: resident_changes.set_protection(c, atena(ALONE), Protection("support", date(2026, 11, 1), None), now=NOW)),
    "a stop": ("stops", lambda c: resident_changes.suppress(c, atena(ALONE), since=NOW.date(), until=None, household=False, reason="紛失", now=NOW)),
    "a notification of a 戸籍": ("stops", lambda c: koseki_changes.announce(c, FAMILY, now=NOW)),
    "a seal cancelled": ("people", lambda c: seal_changes.cancel(c, atena(FATHER), "lost", NOW)),
    "a 利用登録": ("bindings", bind),
    "an application for 利用登録 that waits": ("bindings", lambda c: receive(c, SERIAL, applied(), NOW)),
    "a card": ("bindings", lambda c: resident_changes.bind_card(c, atena(ALONE), "abcdef99", NOW.date(), now=NOW)),
}


@pytest.mark.parametrize("what", CHANGES)
async def test_one_difference_shows_in_its_section_and_in_no_other(town_hall: SqliteStore, tmp_path: Path, all_registers: Path, what: str) -> None:
    copyfile(all_registers, tmp_path / "other.db")
    other = await SqliteStore.open(tmp_path / "other.db", METADATA, REGISTER)
    try:
        assert await inventory(town_hall) == await inventory(other)
        section, change = CHANGES[what]
        await other.write(change)
        before, after = [{one.section: (one.count, one.digest) for one in (await inventory(store)).sections} for store in (town_hall, other)]
        assert {name for name in before if before[name] != after[name]} == {section}
    finally:
        await other.close()


async def test_forms_and_nonce_count_and_a_kind_left_out_does_not(town_hall: SqliteStore) -> None:
    whole = {one.section: one.digest for one in (await inventory(town_hall)).sections}
    fewer = issuer().policies["juminhyo"][0][1]
    changed = {one.section: one.digest for one in (await inventory(town_hall, juminhyo=((date(2019, 5, 1), replace(fewer, copies_max=3)),))).sections}
    assert {name for name in whole if whole[name] != changed[name]} == {"forms"}
    again = {
        one.section: one.digest
        for one in (await inventory(town_hall, AskInventory(municipality=MUNICIPALITY, kinds=tuple(KINDS), nonce="2"))).sections
    }
    assert all(whole[name] != again[name] for name in whole)
    one_kind = AskInventory(municipality=MUNICIPALITY, kinds=("juminhyo",), nonce="nonce-1")
    before = await inventory(town_hall, one_kind)
    await town_hall.write(bind)
    assert await inventory(town_hall, one_kind) == before, "a 利用登録 is none of the resident register's"


async def test_a_fiscal_year_that_is_open_at_one_of_them_alone_is_a_difference_of_the_forms(
    town_hall: SqliteStore, tmp_path: Path, all_registers: Path
) -> None:
    """Only where the tax section is asked; and not by how it came to be open."""
    asked = issuer().policies["kazei"][0][1]
    needing = ((date(2019, 5, 1), replace(asked, years_need_approval=True)),)
    copyfile(all_registers, tmp_path / "other.db")
    other = await SqliteStore.open(tmp_path / "other.db", METADATA, REGISTER)

    async def different(**policies: Any) -> set[str]:
        one, two = [{part.section: part.digest for part in (await inventory(store, **policies)).sections} for store in (town_hall, other)]
        return {name for name in one if one[name] != two[name]}

    try:
        await other.write(approve_year, 2026, "a" * 64, "税務課", "見本を確認", NOW)
        assert await different(kazei=needing) == {"forms"} and await different() == set()
        await town_hall.write(approve_year, 2025, "b" * 64, "税務課", "前年度", NOW)
        assert await different(kazei=needing) == {"forms"}
        await town_hall.write(approve_year, 2026, "c" * 64, "税務課", "今年度", NOW)
        assert await different(kazei=needing) == set()
    finally:
        await other.close()


async def test_it_says_what_it_is_and_what_it_issues(town_hall: SqliteStore) -> None:
    desk = Desk(issuer(koseki=None), town_hall, InlinePress(hands()), DECLARED)
    reply = await desk.answer(AskCondition(municipality=MUNICIPALITY), CENTER, NOW)
    assert isinstance(reply, Condition)
    assert reply.declared == DECLARED and reply.halted is None
    assert set(reply.kinds) == set(KINDS) - {"koseki"}
    assert {age.as_of for age in reply.registers} == {None}
    for question in (AskCondition(municipality="990027"), AskInventory(municipality="990027", kinds=("juminhyo",), nonce="n")):
        refused = await desk.answer(question, CENTER, NOW)
        assert isinstance(refused, Refusal) and refused.code == "municipality_unknown"
    refused = await desk.answer(AskInventory(municipality=MUNICIPALITY, kinds=("koseki",), nonce="n"), CENTER, NOW)
    assert isinstance(refused, Refusal) and refused.code == "kind_unknown"
