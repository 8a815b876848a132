"""Uploads as they should not be: each is refused with its reason, every bad line of every file is named, and not one byte of what the tenant serves is changed."""

import asyncio
import io
import json
import shutil
import zipfile
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bcl_cloud.feeds.archive import Limits
from bcl_cloud.feeds.feed_terms import FeedTerms, decide
from bcl_cloud.feeds.history import in_quarantine
from bcl_cloud.feeds.packing import ALL, _files, pack, sealed
from bcl_cloud.feeds.tables import METADATA
from bcl_cloud.feeds.uploading import SHOWN_MAX, UploadReport, upload
from registers.numbers import atena_digit, juminhyo_code_digit, my_number_digit
from registers.population import Population
from registers.residents.households import assembled
from registers.residents.resident import Resident
from registers.residents.tables import METADATA as REGISTERS
from storage.sqlite import SqliteStore
from tests.bcl_cloud.feeds.feeding import AS_OF, NOW, TENANT, changed_town, everything, healthy, send, town

LATER = AS_OF + timedelta(hours=1)
NO_SEALS = ("residents", "koseki", "tax")
FILES = ("residents.csv", "koseki.csv", "koseki_members.csv", "koseki_fuhyo.csv", "seal.csv", "tax.csv")


async def served(store: SqliteStore) -> list[tuple[str, list[Any]]]:
    """Every row of every register, to the byte."""

    def rows(connection: Any) -> list[tuple[str, list[Any]]]:
        return [(table.name, [tuple(row) for row in connection.execute(table.select().order_by(*table.c))]) for table in REGISTERS.sorted_tables]

    return await store.read(rows)


def lines_of(name: str) -> list[str]:
    return _files(changed_town(), ALL)[name].split("\r\n")


def with_lines(name: str, lines: list[str], said: dict[str, int] | None = None) -> bytes:
    return sealed(_files(changed_town(), ALL) | {name: "\r\n".join(lines)}, TENANT, 2, LATER, None, said)


def altered(name: str, line: int, change: Callable[[str], str]) -> bytes:
    lines = lines_of(name)
    lines[line - 1] = change(lines[line - 1])
    return with_lines(name, lines)


async def filled(file: Path) -> None:
    store = await SqliteStore.open(file, REGISTERS, METADATA)
    assert (await send(store, pack(town(), TENANT, 1, AS_OF))).outcome == "applied"
    await store.close()


@pytest.fixture(scope="module")
def uploaded(tmp_path_factory: Any) -> Path:
    """The file of a tenant after one upload."""
    file: Path = tmp_path_factory.mktemp("uploaded") / "tenant.db"
    asyncio.run(filled(file))
    return file


@pytest.fixture
async def tenant(uploaded: Path, tmp_path: Path) -> AsyncIterator[SqliteStore]:
    shutil.copy(uploaded, tmp_path / "copied.db")
    store = await SqliteStore.open(tmp_path / "copied.db", REGISTERS, METADATA)
    yield store
    await store.close()


async def refused(store: SqliteStore, archive: bytes, limits: Limits | None = None, *, quarantine: bool = False) -> UploadReport:
    """The report of an upload after which everything is as it was."""
    await store.write(decide, FeedTerms(quarantine=quarantine), "clerk", NOW)
    before = await served(store)
    report = await upload(store, archive, TENANT, ALL, lambda: NOW, limits)
    assert report.outcome == "rejected" and await served(store) == before
    return report


def told(report: UploadReport) -> set[tuple[str, int, str]]:
    return {(line.file, line.line, line.code) for line in report.faults}


@pytest.mark.parametrize("name", FILES)
async def test_a_cell_too_many_is_named_in_whichever_file_it_is(tenant: SqliteStore, name: str) -> None:
    assert told(await refused(tenant, altered(name, 3, lambda line: line + ",x"))) == {(name, 3, "cell_count")}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda line: line.replace("見本", "見\0本", 1) if "見本" in line else line + "\0", "nul"),
        (lambda line: line + "\udcff", "not_utf_8"),
        (lambda line: '"' + line, "quote_open"),
        (lambda line: line + "," + "x" * 70_000, "line_too_long"),
    ],
    ids=["nul", "not_utf_8", "quote_open", "line_too_long"],
)
@pytest.mark.parametrize("quarantine", [True])
async def test_a_line_that_cannot_be_read_is_named_and_so_is_what_is_wrong_after_it(
    tenant: SqliteStore, change: Callable[[str], str], code: str, quarantine: bool
) -> None:
    lines = lines_of("residents.csv")
    lines[9] = change(lines[9])
    birth = changed_town().residents[18].birth
    lines[19] = lines[19].replace(birth, "x")
    report = await refused(tenant, with_lines("residents.csv", lines, {"residents.csv": len(lines) - 2}), quarantine=quarantine)
    assert told(report) - {("residents", 0, "too_many_bad")} == {("residents.csv", 10, code), ("residents.csv", 20, "date_form")}


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (lambda line: line + ",好きな色", "column_unknown"),
        (lambda line: line.replace("個人番号", "支援措置区分"), "column_twice"),
        (lambda line: line.replace("住民票コード変更年月日", "x").replace("住民票コード,", "y,"), "column_missing"),
        (lambda line: line.replace("宛名番号", "\udcff"), "not_utf_8"),
        (lambda _: "", "header_missing"),
    ],
    ids=["unknown", "twice", "missing", "not_utf_8", "none"],
)
async def test_a_header_that_does_not_name_the_columns_is_refused(tenant: SqliteStore, header: Callable[[str], str], code: str) -> None:
    report = await refused(tenant, altered("residents.csv", 1, header))
    assert ("residents.csv", 1 if code != "header_missing" else 2, code) in told(report)
    assert {line.file for line in report.faults} == {"residents.csv"}, "nothing is said of the other files because of it"


def zipped(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packed:
        for name, content in entries:
            packed.writestr(name, content)
    return out.getvalue()


def entries() -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(pack(changed_town(), TENANT, 2, LATER))) as packed:
        return [(name, packed.read(name)) for name in packed.namelist()]


def encrypted() -> bytes:
    """Every entry says that it is encrypted (bit 0 of its flags, in both headers)."""
    raw = bytearray(pack(changed_town(), TENANT, 2, LATER))
    for sign, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = raw.find(sign)
        while place >= 0:
            raw[place + flags] |= 1
            place = raw.find(sign, place + 4)
    return bytes(raw)


def damaged() -> bytes:
    """A bit in the packed lines of the largest file."""
    raw = bytearray(pack(changed_town(), TENANT, 2, LATER))
    with zipfile.ZipFile(io.BytesIO(bytes(raw))) as packed:
        largest = max(packed.infolist(), key=lambda info: info.compress_size)
    raw[largest.header_offset + 200] ^= 0xFF
    return bytes(raw)


def twice_named() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate name"):
        return zipped(*entries(), ("residents.csv", b"other"))


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda: b"PK nothing", "not_zip"),
        (lambda: pack(changed_town(), TENANT, 2, LATER)[:-2000], "not_zip"),
        (damaged, "zip_damaged"),
        (encrypted, "zip_method"),
        (lambda: zipped(*entries(), method=zipfile.ZIP_BZIP2), "zip_method"),
        (lambda: zipped(*entries(), ("../residents.csv", b"x")), "zip_name"),
        (lambda: zipped(*entries(), ("/etc/passwd", b"x")), "zip_name"),
        (lambda: zipped(*entries(), ("imprints/../x.png", b"x")), "zip_name"),
        (lambda: zipped(*entries(), ("C:\\x.csv", b"x")), "zip_name"),
        (twice_named, "zip_name"),
        (lambda: zipped(*entries(), ("RESIDENTS.CSV", b"x")), "zip_name"),
        (lambda: zipped(*entries(), ("inner.zip", zipped(("residents.csv", b"x")))), "file_unknown"),
        (lambda: zipped(*((name, content) for name, content in entries() if name != "tax.csv")), "file_missing"),
        (lambda: zipped(*((name, content) for name, content in entries() if name != "manifest.json")), "file_missing"),
        (lambda: zipped(*entries(), ("bomb.csv", bytes(30_000_000))), "zip_too_large"),
    ],
)
async def test_an_archive_is_not_believed(tenant: SqliteStore, made: Callable[[], bytes], code: str) -> None:
    assert code in {line.code for line in (await refused(tenant, made())).faults}


async def test_what_an_archive_says_of_its_own_size_is_not_believed_either(tenant: SqliteStore) -> None:
    report = await refused(tenant, pack(changed_town(), TENANT, 2, LATER), Limits(file_bytes=20_000))
    assert [line.code for line in report.faults] == ["zip_too_large"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"files": {}}, "file_unknown"),
        ({"tenant": "992020"}, "wrong_tenant"),
        ({"format": 2}, "manifest_form"),
        ({"colour": "red"}, "manifest_form"),
        ({"as_of": "2026-11-23T05:00:00"}, "manifest_form"),
        ({"as_of": (NOW + timedelta(minutes=6)).isoformat()}, "as_of_future"),
        ({"as_of": (AS_OF - timedelta(seconds=1)).isoformat()}, "as_of_old"),
        ({"sequence": 0}, "manifest_form"),
        ({"sequence": 1}, "sequence_used"),
        ({"kind": "differential", "based_on": 7}, "sequence_gap"),
        ({"kind": "full", "based_on": 1}, "manifest_form"),
    ],
)
async def test_a_manifest_that_is_not_right_is_refused(tenant: SqliteStore, change: dict[str, Any], code: str) -> None:
    changed = [(name, json.dumps(json.loads(content) | change).encode() if name == "manifest.json" else content) for name, content in entries()]
    assert code in {line.code for line in (await refused(tenant, zipped(*changed))).faults}


@pytest.mark.parametrize("name", ["koseki_members.csv", "tax.csv"])
async def test_a_number_of_lines_or_a_digest_that_differs_is_told(tenant: SqliteStore, name: str) -> None:
    files = _files(changed_town(), ALL)
    rows = files[name].count("\r\n") - 1
    assert told(await refused(tenant, sealed(files, TENANT, 2, LATER, None, {name: rows + 1}))) == {(name, 0, "rows_differ")}
    other = [(entry, content.replace("見本".encode(), "例示".encode()) + b"\r\n" if entry == name else content) for entry, content in entries()]
    assert told(await refused(tenant, zipped(*other))) == {(name, 0, "sha256_differs")}
    if name == "tax.csv":
        assert (await send(tenant, pack(changed_town(), TENANT, 2, LATER))).outcome == "applied", "put right, the same sequence goes through"


async def test_a_file_cut_in_the_middle_is_not_half_a_register(tenant: SqliteStore) -> None:
    lines = lines_of("tax.csv")
    cut = lines[: len(lines) // 2]
    cut[-1] = cut[-1][: len(cut[-1]) // 2]
    report = await refused(tenant, with_lines("tax.csv", cut, {"tax.csv": len(lines) - 2}), quarantine=True)
    assert ("tax.csv", 0, "rows_differ") in told(report)


@pytest.mark.parametrize(
    "written",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\r\n", "\n"),
        lambda text: text.removesuffix("\r\n"),
        lambda text: "\r\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in text.split("\r\n") if line),
        lambda text: text + "\r\n\r\n",
    ],
    ids=["byte order mark", "line feeds", "no last line end", "all quoted", "empty lines after"],
)
async def test_what_spreadsheets_and_exports_do_to_a_file_does_not_matter(store: SqliteStore, written: Callable[[str], str]) -> None:
    files = _files(town(), NO_SEALS)
    counted = {name: text.count("\r\n") - 1 for name, text in files.items()}
    for name in ("residents.csv", "tax.csv", "koseki.csv"):
        files[name] = written(files[name])
    report = await send(store, sealed(files, TENANT, 1, AS_OF, None, counted), registers=NO_SEALS)
    assert report.outcome == "applied", report.faults[:3]
    assert (await everything(store))[0] == {person.atena_no: person for person in town().residents}


@pytest.mark.parametrize(
    ("name", "pending"), [("葛\U000e0100城　太郎", False), ("辻\U000e0101　太郎", False), ("\ue001田　太郎", True), ("見\U0001f600本　太郎", True)]
)
async def test_a_variant_is_kept_to_the_code_point_and_what_nobody_can_print_waits(store: SqliteStore, name: str, pending: bool) -> None:
    whom = healthy()
    people = tuple(replace(person, name=name) if person.atena_no == whom.atena_no else person for person in town().residents)
    archive = pack(replace(town(), residents=people), TENANT, 1, AS_OF, registers=("residents",))
    assert (await send(store, archive, registers=("residents",))).outcome == "applied"
    found = (await everything(store))[0][whom.atena_no]
    assert (found.name, found.character_pending) == (name, pending)


async def test_the_order_of_lines_does_not_matter(store: SqliteStore, tmp_path: Path) -> None:
    files = _files(town(), NO_SEALS)
    turned = {}
    for name, text in files.items():
        head, *lines = text.removesuffix("\r\n").split("\r\n")
        if name == "tax.csv":
            lines.sort(key=lambda line: line[::-1])
        elif name in ("koseki.csv", "residents.csv"):  # lines of one unit far apart; in the other files their order means something
            lines = [*lines[1::2], *lines[::2]]
        turned[name] = "\r\n".join([head, *lines]) + "\r\n"
    assert (await send(store, sealed(turned, TENANT, 1, AS_OF, None), registers=NO_SEALS)).outcome == "applied"
    other = await SqliteStore.open(tmp_path / "other.db", REGISTERS, METADATA)
    assert (await send(other, pack(town(), TENANT, 1, AS_OF, registers=NO_SEALS), registers=NO_SEALS)).outcome == "applied"
    assert await everything(store) == await everything(other)
    await other.close()


# --- one bad line among many ---


def many(people: int) -> Population:
    """Lone people, each with a household, nothing else: as many lines as people."""
    model = replace(healthy(), serial=None, card_usable_from=None, relation="世帯主", honseki="見本県みほん市１番", hittousha="見本　太郎")
    residents: list[Resident] = []
    for number in range(1, people + 1):
        nine = f"{number:09d}"
        residents.append(
            replace(
                model,
                atena_no=nine + atena_digit(nine),
                household_no=nine + atena_digit(nine),
                my_number=f"{number:011d}" + my_number_digit(f"{number:011d}"),
                juminhyo_code=f"{number:010d}" + juminhyo_code_digit(f"{number:010d}"),
            )
        )
    made, households = assembled(residents, ["見本県みほん市２番"] * people)
    return replace(town(), residents=made, households=households)


async def named(store: SqliteStore, people: int, line: int, others: int, *, quarantine: bool) -> None:
    """A bad line in a file of so many lines, and others after it: all counted, the first thousand named with their reasons, and the rest in force or nothing."""
    population = many(people)
    await send(store, pack(population, TENANT, 1, AS_OF, registers=("residents",)), registers=("residents",))
    await store.write(decide, FeedTerms(quarantine=quarantine), "clerk", NOW)
    before = await served(store)
    newer = replace(population, residents=tuple(replace(person, previous_address="例示県ためし市９番") for person in population.residents))
    files = _files(newer, ("residents",))
    lines = files["residents.csv"].split("\r\n")
    bad = [line, *range(line + 2, line + 2 + others)]
    for number in bad:
        lines[number - 1] = lines[number - 1].replace(population.residents[number - 2].birth, "昨日")
    files["residents.csv"] = "\r\n".join(lines)
    report = await send(store, sealed(files, TENANT, 2, LATER, None), registers=("residents",))
    assert [(one.line, one.column, one.code) for one in report.faults] == [(number, "生年月日", "date_form") for number in bad][:SHOWN_MAX]
    assert report.fault_count == len(bad) and all(one.reason and one.reason_en for one in report.faults)
    if not quarantine:
        assert report.outcome == "rejected" and await served(store) == before
        return
    assert report.outcome == "applied" and len(report.left_out["residents"]) == min(len(bad), SHOWN_MAX)
    assert [register for register, _, _ in await store.read(in_quarantine)] == ["residents"] * len(bad)
    now = (await everything(store))[0]
    left = {population.residents[number - 2].atena_no for number in bad}
    assert {atena_no for atena_no, person in now.items() if person.previous_address != "例示県ためし市９番"} == left


@pytest.mark.parametrize("quarantine", [False, True])
async def test_one_bad_line_among_hundreds_is_named_with_all_that_follow_it(store: SqliteStore, quarantine: bool) -> None:
    await named(store, 700, 613, 3, quarantine=quarantine)


@pytest.mark.sweep
@pytest.mark.parametrize(("others", "quarantine"), [(0, False), (0, True), (1500, False), (1500, True)])
async def test_line_31337_of_50000_is_named(store: SqliteStore, others: int, quarantine: bool) -> None:
    await named(store, 50_000, 31_337, others, quarantine=quarantine)


async def test_a_number_that_two_bear_far_apart_keeps_both_out(store: SqliteStore) -> None:
    people = list(many(700).residents)
    people[689] = replace(people[689], my_number=people[9].my_number)
    await store.write(decide, FeedTerms(quarantine=True), "clerk", NOW)
    archive = pack(replace(many(700), residents=tuple(people)), TENANT, 1, AS_OF, registers=("residents",))
    report = await send(store, archive, registers=("residents",))
    assert [(one.line, one.column, one.code) for one in report.faults] == [(691, "個人番号", "duplicate")]
    assert set(report.left_out["residents"]) == {people[9].household_no, people[689].household_no}
    assert set((await everything(store))[0]) == {person.atena_no for person in people} - {people[9].atena_no, people[689].atena_no}


async def test_without_the_head_whose_line_is_bad_the_household_is_not_said_to_have_none(tenant: SqliteStore) -> None:
    head = next(person for person in changed_town().residents if person.relation == "世帯主" and person.household_no == healthy().household_no)
    line = 2 + changed_town().residents.index(head)
    report = await refused(tenant, altered("residents.csv", line, lambda text: text.replace(head.birth, "x")))
    assert {one.line for one in report.faults} == {line} and {one.file for one in report.faults} == {"residents.csv"}
