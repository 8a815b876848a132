"""戸籍, seals and taxes from files: every file of a register or none, what clerks set stays, and papers say what the files say."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from certificates.reading import read
from issuer.desk import Desk
from issuer.doings import doings
from issuer.press import InlinePress
from issuer.refusal_log import refusals
from messages.orders import ChoicesOffered, Issued
from messages.refusals import Refusal
from municipal_server.register_import import Files, ImportReport, as_values, import_register
from registers.koseki import changes as koseki_changes
from registers.koseki import csv_form as koseki_form
from registers.koseki import entries
from registers.koseki.koseki import Koseki
from registers.koseki.tables import register_in_order
from registers.residents.resident import Protection
from registers.seal import changes as seal_changes
from registers.seal import csv_form as seal_form
from registers.seal.seal import SealRegistration
from registers.seal.tables import seal_of, seals_in_order
from registers.tax import changes as tax_changes
from registers.tax import csv_form as tax_form
from registers.tax.assessment import assess
from registers.tax.facts import TaxFacts
from registers.tax.tables import record_of, records_in_order
from storage.sqlite import SqliteStore
from tests.issuer import books
from tests.issuer.books import FAMILY, OUTSIDER, entry_of, koseki_of, person_no
from tests.issuer.town import ALONE, CENTER, CHILD, DECLARED, FATHER, MOTHER, NOW, TWIN, ask, atena, hands, issuer, order
from tests.municipal_server.test_config import written
from tests.registers.koseki.families import fuhyo_of
from tests.registers.seal.seals import drawn, imprint
from tests.registers.tax.records import record

NO_FONT_HAS = "\U0002f9ff\U000e01ef"
TODAY = NOW.date()


async def brought(folder: Path, register: str, **contents: str | bytes) -> ImportReport:
    """The report of importing these files, beside the serving store."""
    for word, content in contents.items():
        (folder / f"{word}.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    imprints = folder / "imprints" if (folder / "imprints").is_dir() else None
    files = Files(**{word: folder / f"{word}.csv" for word in contents}, imprints=imprints)
    return await asyncio.to_thread(import_register, written(folder), register, files, NOW)


def koseki_files(koseki: Sequence[Koseki], *, with_fuhyo: bool = True) -> dict[str, str]:
    files = koseki_form.write(koseki, [fuhyo_of(one) for one in koseki] if with_fuhyo else ())
    return {"csv": files.koseki, "members": files.members} | ({"fuhyo": files.fuhyo} if files.fuhyo else {})


async def everything(store: SqliteStore) -> tuple[object, ...]:
    return (
        await store.read(register_in_order),
        await store.read(seals_in_order),
        await store.read(records_in_order),
        await store.read(doings),
    )


def desk_at(store: SqliteStore) -> Desk:
    return Desk(issuer(), store, InlinePress(hands()), DECLARED)


async def code(desk: Desk, number: int, kind: str, **chosen: Any) -> str:
    """What comes of asking for a paper: `ok` or the refusal's code, of the choice or of the order."""
    offered = await desk.answer(ask(number, f"visit-{number}", kind), CENTER, NOW)
    if isinstance(offered, Refusal):
        return offered.code
    assert isinstance(offered, ChoicesOffered)
    reply = await desk.answer(order(f"r-{number}", number, offered, **chosen), CENTER, NOW)
    return reply.code if isinstance(reply, Refusal) else "ok"


async def text_of(desk: Desk, number: int, kind: str) -> str:
    offered = await desk.answer(ask(number, "visit-t", kind), CENTER, NOW)
    assert isinstance(offered, ChoicesOffered), offered
    issued = await desk.answer(order("r-t", number, offered), CENTER, NOW)
    assert isinstance(issued, Issued), issued
    sheets = read(issued.papers[0].face).sheets
    return "\n".join(text for sheet in sheets for cells in (sheet.texts, *(piece.cells for piece in sheet.pieces)) for _, text in cells)


async def test_a_koseki_of_three_files_takes_the_registers_place_and_papers_say_what_it_says(town_hall: SqliteStore, tmp_path: Path) -> None:
    born = entries.birth("1980-04-01", "例示県ためし市", date(1980, 4, 9))
    family = koseki_of(FAMILY, "見本　太郎", entry_of(FATHER, spouse="夫", entries=(born,)), entry_of(MOTHER, spouse="妻"))
    files = koseki_files([family])
    report = await brought(tmp_path, "koseki", **files)
    assert report.outcome == "imported" and report.bad_lines == ()
    assert report.counts.brought == {"koseki": 1, "people": 2, "fuhyo": 1}
    assert "例示県ためし市" in await text_of(desk_at(town_hall), FATHER, "koseki")
    assert await code(desk_at(town_hall), ALONE, "koseki") == "koseki_not_here", "the old register is gone"
    (noted,) = await town_hall.read(doings)
    digests = " ".join(f"{word}={sha256(content.encode()).hexdigest()}" for word, content in files.items())
    assert (noted.doing.subject, noted.doing.detail) == ("koseki", f"1 koseki, 2 people, 1 fuhyo; sha256 {digests}")


async def test_without_a_third_file_there_is_no_fuhyo(town_hall: SqliteStore, tmp_path: Path) -> None:
    family = koseki_of(FAMILY, "見本　太郎", entry_of(FATHER))
    report = await brought(tmp_path, "koseki", **koseki_files([family], with_fuhyo=False))
    assert report.counts.brought == {"koseki": 1, "people": 1, "fuhyo": 0}
    desk = desk_at(town_hall)
    assert await code(desk, FATHER, "fuhyo") == "koseki_not_here" and await code(desk, FATHER, "koseki") == "ok"


Spoil = Callable[[str], str | bytes]


@pytest.mark.parametrize(
    ("word", "spoil", "line"),
    [
        ("csv", lambda text: text.replace("現在戸籍", "いまの戸籍"), 2),
        ("csv", lambda text: text.encode("cp932"), 1),
        ("members", lambda text: text.replace("1982-05-05", "1982-13-05"), 3),
        ("members", lambda text: text.replace(person_no(MOTHER), person_no(FATHER)), 3),
        ("members", lambda text: text + "x,y\r\n", 4),
        ("fuhyo", lambda text: text.replace(person_no(MOTHER), person_no(CHILD)), 3),
        ("fuhyo", lambda text: "", 1),
    ],
)
async def test_one_bad_line_of_one_of_the_files_is_named_and_nothing_of_any_is_loaded(
    town_hall: SqliteStore, tmp_path: Path, word: str, spoil: Spoil, line: int
) -> None:
    before = await everything(town_hall)
    files: dict[str, Any] = koseki_files([koseki_of(FAMILY, "見本　太郎", entry_of(FATHER, spouse="夫"), entry_of(MOTHER, spouse="妻"))])
    report = await brought(tmp_path, "koseki", **(files | {word: spoil(files[word])}))
    assert (report.outcome, report.counts.brought) == ("rejected", {})
    named = {file.file: [bad.number for bad in file.bad_lines] for file in report.files}
    assert line in named[word] and set(named) == {"csv", "members", "fuhyo"}
    assert all(bad["file"] in named and bad["reason"] and bad["reason_en"] for bad in as_values(report)["bad_lines"])
    assert await everything(town_hall) == before


async def test_what_a_clerk_set_in_the_koseki_stays_and_so_does_a_registration_for_use(town_hall: SqliteStore, tmp_path: Path) -> None:
    await town_hall.write(koseki_changes.protect, person_no(CHILD), Protection("support", TODAY, None), now=NOW)
    await town_hall.write(lambda c: koseki_changes.suppress(c, person_no(OUTSIDER), since=TODAY, until=None, reason="確認中", now=NOW))
    report = await brought(tmp_path, "koseki", **koseki_files(books.koseki()))
    assert report.counts.kept == {"protections": 1, "suppressions": 1, "registrations": 1}
    desk = desk_at(town_hall)
    assert await code(desk, OUTSIDER, "koseki") == "not_issuable"
    assert await code(desk, MOTHER, "koseki", members=(person_no(CHILD),)) == "not_issuable"


async def test_an_order_chosen_from_the_old_koseki_is_refused(town_hall: SqliteStore, tmp_path: Path) -> None:
    desk = desk_at(town_hall)
    offered = await desk.answer(ask(FATHER, "visit-1", "koseki"), CENTER, NOW)
    assert isinstance(offered, ChoicesOffered)
    await brought(tmp_path, "koseki", **koseki_files(books.koseki()))
    reply = await desk.answer(order("r1", FATHER, offered), CENTER, NOW)
    assert isinstance(reply, Refusal) and reply.code == "register_changed"


async def test_a_character_no_font_has_is_warned_of_by_file_line_and_column_and_its_paper_is_refused_before_it_is_made(
    town_hall: SqliteStore, tmp_path: Path
) -> None:
    odd = entry_of(CHILD, given_name=f"一{NO_FONT_HAS}", relation="長女")
    family = koseki_of(FAMILY, "見本　太郎", entry_of(FATHER, spouse="夫"), entry_of(MOTHER, spouse="妻"), odd)
    report = await brought(tmp_path, "koseki", **koseki_files([family]))
    warned = [(line["file"], line["number"], line["column"], line["code"]) for line in as_values(report)["warnings"]]
    assert report.outcome == "imported"
    assert [line for line in warned if line[3] == "character_unavailable"] == [
        ("members", 4, "名", "character_unavailable"),
        ("fuhyo", 4, "氏名", "character_unavailable"),
    ]
    desk = desk_at(town_hall)
    everybody = tuple(map(person_no, (FATHER, MOTHER, CHILD)))
    assert await code(desk, FATHER, "koseki", members=everybody) == "not_issuable"
    assert await code(desk, MOTHER, "koseki") == "ok", "the mother's own 個人事項 does not bear it"
    logged = await town_hall.read(refusals, NOW, NOW.replace(hour=23))
    assert [line.refused.reason for line in logged] == ["glyph missing"]


def seal_file(*seals: SealRegistration) -> str:
    return seal_form.write(seals)


async def test_seals_take_the_registers_place(town_hall: SqliteStore, tmp_path: Path) -> None:
    new = SealRegistration("00000050", atena(MOTHER), date(2020, 5, 7), "花子", imprint(3), "0")
    report = await brought(tmp_path, "seal", csv=seal_file(new))
    assert (report.outcome, report.counts.brought) == ("imported", {"seals": 1})
    desk = desk_at(town_hall)
    assert [await code(desk, number, "inkan") for number in (MOTHER, FATHER)] == ["ok", "no_seal"]


async def test_pictures_may_lie_in_a_folder_and_their_digest_is_noted(town_hall: SqliteStore, tmp_path: Path) -> None:
    (tmp_path / "imprints").mkdir()
    (tmp_path / "imprints" / "a.png").write_bytes(imprint(4).png)
    header = "印鑑登録番号,宛名番号,登録年月日,印影の文字,印影\r\n"
    report = await brought(tmp_path, "seal", csv=f"{header}00000050,{atena(MOTHER)},2020-05-07,花子,a.png\r\n")
    assert report.outcome == "imported", report.bad_lines
    kept = await town_hall.read(seal_of, atena(MOTHER))
    assert kept is not None and kept.imprint.png == imprint(4).png
    (noted,) = await town_hall.read(doings)
    picture = sha256(f"a.png\0{sha256(imprint(4).png).hexdigest()}\n".encode()).hexdigest()
    assert noted.doing.detail.endswith(f" imprints={picture}")


@pytest.mark.parametrize(
    ("spoiled", "column", "why"),
    [
        ({"atena_no": atena(999)}, "宛名番号", "no_such_resident"),
        ({"atena_no": atena(CHILD)}, "宛名番号", "too_young"),
        ({"imprint": drawn(100, 100)}, "印影", "imprint_small"),
        ({"registration_no": "1"}, "印鑑登録番号", "leading_zeros"),
    ],
)
async def test_a_seal_that_cannot_be_one_is_named_and_the_register_stays(
    town_hall: SqliteStore, tmp_path: Path, spoiled: dict[str, Any], column: str, why: str
) -> None:
    before = await everything(town_hall)
    good = SealRegistration("00000050", atena(MOTHER), date(2026, 5, 7), "花子", imprint(), "0")
    report = await brought(tmp_path, "seal", csv=seal_file(replace(good, registration_no="00000051", atena_no=atena(TWIN)), replace(good, **spoiled)))
    assert report.outcome == "rejected"
    assert (3, column, why) in [(bad.number, bad.column, bad.code) for bad in report.bad_lines]
    assert await everything(town_hall) == before


async def test_a_seal_a_clerk_cancelled_stays_cancelled_whatever_the_file_says(town_hall: SqliteStore, tmp_path: Path) -> None:
    await town_hall.write(seal_changes.cancel, atena(FATHER), "lost", NOW)
    report = await brought(tmp_path, "seal", csv=seal_file(*books.seals()))
    assert report.counts.kept == {"cancelled": 1}
    assert await code(desk_at(town_hall), FATHER, "inkan") == "no_seal"


async def test_taxes_take_the_registers_place_and_a_clerks_later_decision_stays(town_hall: SqliteStore, tmp_path: Path) -> None:
    figures = assess(2026, TaxFacts(age=44, salary_revenue=1_500_000))
    await town_hall.write(tax_changes.decide, atena(FATHER), 2026, figures, TODAY, now=NOW)
    report = await brought(tmp_path, "tax", csv=tax_form.write([record(FATHER), record(TWIN)]))
    assert (report.counts.brought, report.counts.kept) == ({"records": 2}, {"by_clerk": 1})
    kept = await town_hall.read(record_of, atena(FATHER), 2026)
    assert kept is not None and kept.levy == figures.levy
    desk = desk_at(town_hall)
    assert [await code(desk, number, "kazei") for number in (TWIN, ALONE)] == ["ok", "tax_not_here"]


async def test_figures_that_do_not_agree_are_named_and_the_register_stays(town_hall: SqliteStore, tmp_path: Path) -> None:
    before = await everything(town_hall)
    good = record(FATHER)
    wrong = replace(good, levy=replace(good.levy, total_yen=good.levy.total_yen + 100), atena_no=atena(TWIN))
    report = await brought(tmp_path, "tax", csv=tax_form.write([good, wrong]))
    assert report.outcome == "rejected" and [(bad.number, bad.code) for bad in report.bad_lines] == [(3, "sum_levy")]
    assert await everything(town_hall) == before


async def test_an_address_of_january_1_no_font_has_is_warned_of_and_the_paper_is_refused(town_hall: SqliteStore, tmp_path: Path) -> None:
    report = await brought(tmp_path, "tax", csv=tax_form.write([record(TWIN), record(FATHER, address=f"見本県みほん市{NO_FONT_HAS}")]))
    assert [(line.number, line.column, line.code) for line in report.warnings] == [(3, "賦課期日の住所", "character_unavailable")]
    desk = desk_at(town_hall)
    assert [await code(desk, number, "kazei") for number in (TWIN, FATHER)] == ["ok", "not_issuable"]


async def test_a_crash_while_the_new_register_is_put_leaves_the_old_one_whole(
    town_hall: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await everything(town_hall)

    def crash(*_: object) -> None:
        raise RuntimeError("crash")

    monkeypatch.setattr("municipal_server.register_import.note_doing", crash)
    for register, files in (
        ("koseki", koseki_files(books.koseki()[:1])),
        ("seal", {"csv": seal_file(*books.seals()[:1])}),
        ("tax", {"csv": tax_form.write([record(FATHER)])}),
    ):
        with pytest.raises(RuntimeError, match="crash"):
            await brought(tmp_path, register, **files)
    assert await everything(town_hall) == before
