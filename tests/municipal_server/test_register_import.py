"""A resident register from a CSV file: all of it or nothing, cards and clerks' stops kept. The other registers are in `test_other_imports`."""

import asyncio
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from issuer.desk import Desk
from issuer.doings import doings
from issuer.press import InlinePress
from messages.orders import ChoicesOffered, Issued
from messages.refusals import Refusal
from municipal_server.register_import import Files, ImportReport, UnknownRegister, WrongFiles, import_register
from registers.residents.changes import suppress
from registers.residents.csv_form import write
from registers.residents.households import assembled
from registers.residents.resident import Household, Resident
from registers.residents.tables import household_of, resident_by_serial, residents_in_order
from storage.sqlite import SqliteStore
from tests.issuer.town import (
    ADDRESS,
    ALONE,
    CENTER,
    DECLARED,
    FATHER,
    MOTHER,
    NOW,
    PEOPLE,
    SECOND_TWIN,
    ask,
    atena,
    drawn_text,
    hands,
    issuer,
    order,
    serial,
)
from tests.municipal_server.test_config import written

FAMILY = PEOPLE[:3]


def csv(people: tuple[Resident, ...]) -> str:
    residents, households = assembled(people, [ADDRESS] * len(people))
    return write(residents, households)


async def brought(_store: SqliteStore, folder: Path, content: str | bytes) -> ImportReport:
    """The report of importing `content`, beside the serving store (in a thread, as a command's own process would)."""
    file = folder / "register.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return await asyncio.to_thread(import_register, written(folder), "residents", Files(file), NOW)


async def state(store: SqliteStore) -> tuple[tuple[Resident, ...], Household | None]:
    return await store.read(residents_in_order), await store.read(household_of, PEOPLE[0].household_no)


async def test_a_whole_file_takes_the_registers_place_and_papers_equal_it(store: SqliteStore, tmp_path: Path) -> None:
    moved = replace(PEOPLE[3], honseki="見本県みほん市西三丁目", name="辻󠄀　𠮷子")
    report = await brought(store, tmp_path, csv((*FAMILY, moved)))
    assert (report.outcome, report.counts.brought, report.bad_lines) == ("imported", {"residents": 4, "households": 2}, ())
    desk = Desk(issuer(), store, InlinePress(hands()), DECLARED)
    offered = await desk.answer(ask(ALONE), CENTER, NOW)
    assert isinstance(offered, ChoicesOffered)
    issued = await desk.answer(order("r1", ALONE, offered, show=("honseki",)), CENTER, NOW)
    assert isinstance(issued, Issued)
    said = drawn_text(issued.papers[0].face)
    assert "辻󠄀　𠮷子" in said and "見本県みほん市西三丁目" in said
    gone = await desk.answer(ask(SECOND_TWIN), CENTER, NOW)
    assert isinstance(gone, Refusal) and gone.code == "not_registered"
    (noted,) = await store.read(doings)
    digest = sha256((tmp_path / "register.csv").read_bytes()).hexdigest()
    assert (noted.doing.doing, noted.doing.subject, noted.doing.detail) == ("import", "residents", f"4 residents, 2 households; sha256 csv={digest}")
    assert [file.sha256 for file in report.files] == [digest]


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (lambda text: text.replace("1982-05-05", "1982-13-05"), 3),
        (lambda text: text.replace("妻", "孫"), 3),
        (lambda text: text + "x,y\r\n", 5),
        (lambda text: text.replace(PEOPLE[0].my_number, "1" * 12), 2),
        (lambda text: text.encode("cp932"), 1),
    ],
)
async def test_a_bad_line_is_named_and_nothing_is_changed(store: SqliteStore, tmp_path: Path, spoil, line: int) -> None:  # type: ignore[no-untyped-def]
    before = await state(store)
    report = await brought(store, tmp_path, spoil(csv(FAMILY)))
    assert report.outcome == "rejected" and report.counts.brought == {}
    assert line in [bad.number for bad in report.bad_lines]
    assert all(bad.reason and bad.reason_en for bad in report.bad_lines)
    assert await state(store) == before and await store.read(doings) == ()


async def test_people_keep_the_card_they_had_when_the_file_says_nothing_of_cards(store: SqliteStore, tmp_path: Path) -> None:
    bare = tuple(replace(one, serial=None, card_usable_from=None) for one in FAMILY)
    report = await brought(store, tmp_path, csv(bare))
    assert report.counts.kept["serials"] == 2
    father = await store.read(resident_by_serial, serial(FATHER))
    assert father is not None and (father.atena_no, father.card_usable_from) == (atena(FATHER), date(2020, 1, 1))
    household = await store.read(household_of, PEOPLE[0].household_no)
    assert household is not None and [member.serial for member in household.members] == [serial(FATHER), serial(MOTHER), None]
    desk = Desk(issuer(), store, InlinePress(hands()), DECLARED)
    assert isinstance(await desk.answer(ask(FATHER), CENTER, NOW), ChoicesOffered)


async def test_a_card_stays_with_the_person_not_with_a_number_given_to_somebody_else(store: SqliteStore, tmp_path: Path) -> None:
    stranger = replace(PEOPLE[3], atena_no=atena(FATHER), household_no=PEOPLE[0].household_no, serial=None, card_usable_from=None, relation="世帯主")
    report = await brought(store, tmp_path, csv((stranger,)))
    assert (report.outcome, report.counts.kept["serials"]) == ("imported", 0)
    assert await store.read(resident_by_serial, serial(FATHER)) is None


async def test_a_serial_the_file_gives_to_somebody_else_is_not_kept(store: SqliteStore, tmp_path: Path) -> None:
    father = replace(PEOPLE[0], serial=None, card_usable_from=None)
    mother = replace(PEOPLE[1], serial=serial(FATHER))
    report = await brought(store, tmp_path, csv((father, mother)))
    assert (report.outcome, report.counts.kept["serials"]) == ("imported", 0)
    holder = await store.read(resident_by_serial, serial(FATHER))
    assert holder is not None and holder.atena_no == atena(MOTHER)


async def test_an_import_does_not_lift_a_clerks_stop(store: SqliteStore, tmp_path: Path) -> None:
    await store.write(suppress, atena(FATHER), since=NOW.date(), until=None, household=True, reason="届出の確認中", now=NOW)
    report = await brought(store, tmp_path, csv(FAMILY))
    assert report.counts.kept["suppressions"] == 1
    refused = await Desk(issuer(), store, InlinePress(hands()), DECLARED).answer(ask(MOTHER), CENTER, NOW)
    assert isinstance(refused, Refusal) and refused.code == "not_issuable"


async def test_an_order_chosen_from_the_old_register_is_refused(store: SqliteStore, tmp_path: Path) -> None:
    desk = Desk(issuer(), store, InlinePress(hands()), DECLARED)
    offered = await desk.answer(ask(FATHER), CENTER, NOW)
    assert isinstance(offered, ChoicesOffered)
    await brought(store, tmp_path, csv(FAMILY))
    reply = await desk.answer(order("r1", FATHER, offered), CENTER, NOW)
    assert isinstance(reply, Refusal) and reply.code == "register_changed"


async def test_a_name_that_cannot_be_printed_enters_as_pending_with_a_warning(store: SqliteStore, tmp_path: Path) -> None:
    odd = replace(PEOPLE[3], name="見本　\U0002f9ff\U000e01ef", hittousha="見本")
    report = await brought(store, tmp_path, csv((*FAMILY, odd)))
    assert report.outcome == "imported" and [(line.number, line.column, line.code) for line in report.warnings] == [
        (5, "氏名", "character_unavailable")
    ]
    reply = await Desk(issuer(), store, InlinePress(hands()), DECLARED).answer(ask(ALONE), CENTER, NOW)
    assert isinstance(reply, Refusal) and reply.code == "not_issuable"


async def test_the_old_word_for_the_register_is_understood(store: SqliteStore, tmp_path: Path) -> None:
    (tmp_path / "register.csv").write_bytes(csv(FAMILY).encode())
    report = await asyncio.to_thread(import_register, written(tmp_path), "resident", Files(tmp_path / "register.csv"), NOW)
    assert (report.register, report.outcome) == ("residents", "imported")


def test_an_unknown_register_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownRegister, match="there is: residents, koseki, seal, tax"):
        import_register(written(tmp_path), "passports", Files(tmp_path / "x.csv"), NOW)


@pytest.mark.parametrize(
    ("register", "more", "said"),
    [
        ("koseki", {}, "needs also: --members"),
        ("koseki", {"fuhyo": "x"}, "needs also: --members"),
        ("koseki", {"members": "x", "imprints": "x"}, "has no: --imprints"),
        ("residents", {"members": "x", "fuhyo": "x"}, "has no: --fuhyo, --members"),
        ("tax", {"imprints": "x"}, "has no: --imprints"),
        ("seal", {"imprints": "nowhere"}, "is no folder"),
    ],
)
def test_files_that_are_not_the_registers_are_refused_before_anything_is_read(tmp_path: Path, register: str, more: dict[str, str], said: str) -> None:
    files = Files(tmp_path / "x.csv", **{word: tmp_path / name for word, name in more.items()})
    with pytest.raises(WrongFiles, match=said):
        import_register(written(tmp_path), register, files, NOW)
