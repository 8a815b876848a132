"""A register that somebody else wrote gives papers that equal it, in the people, their order, their words and every character; a bad file names its lines and changes nothing."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdf
import pytest
from cryptography import x509

from kiosk.card import load_card
from kiosk.reader import read_certificate
from simulation.town.description import HolderEntry
from tests.town import oracle
from tests.town.open_town import OpenTown, soon
from tests.town.program import books, issue, konbini
from tests.town.rows import rows
from tests.town.written_register import HOUSEHOLDS, TSUJI, YOSHIDA, Expected, write

SPOILS: dict[str, tuple[tuple[int, str, str], str]] = {
    "a wrong check digit": ((4, "個人番号", "700000000038"), "check_digit"),
    "a word that the standard has not": ((6, "続柄", "長女"), "relation_unknown"),
    "two heads": ((10, "続柄", "世帯主"), "two_heads"),
    "a day that is none": ((3, "生年月日", "2006-13-01"), "date_range"),
    "one number twice": ((5, "宛名番号", "7000000003"), "duplicate"),
    "an address of its own": ((8, "住所", "見本県みほん市北町１番地"), "address_differs"),
}


@pytest.fixture(scope="module")
def own_town(small_town: OpenTown) -> Iterator[OpenTown]:
    """A town of its own, so that nobody else's register is replaced."""
    with small_town:
        yield small_town


@pytest.fixture(scope="module")
def cards(own_town: OpenTown) -> dict[str, HolderEntry]:
    """A demonstration card for each household of the file."""
    return dict(zip(HOUSEHOLDS, own_town.entitled(), strict=False))


@pytest.fixture(scope="module")
def imported(own_town: OpenTown, cards: dict[str, HolderEntry], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    file = tmp_path_factory.mktemp("csv") / "register.csv"
    write(file, {household: serial_of(card) for household, card in cards.items()})
    return imported_from(own_town, file, 0)


def serial_of(holder: HolderEntry) -> str:
    """The serial of the certificate on the card, read as any card client reads it."""
    return f"{x509.load_der_x509_certificate(read_certificate(load_card(Path(holder.card)))).serial_number:x}"


def imported_from(town: OpenTown, file: Path, status: int) -> dict[str, Any]:
    done = konbini("municipal", "import", "--config", str(town.folders.config("municipal")), "--register", "resident", "--csv", str(file), "--json")
    assert done.status == status, done.errors
    return done.answer


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize("household", HOUSEHOLDS)
def test_a_paper_equals_the_file(own_town: OpenTown, cards: dict[str, HolderEntry], tmp_path: Path, household: str) -> None:
    before = books(own_town)
    done = issue(own_town, cards[household], tmp_path, "--show", "relation")
    assert done.status == 0, done.errors
    soon(own_town.is_quiet, "the fee to be booked")

    paper = done.answer["papers"][0]
    pages, words = text_of(Path(paper["face"]))
    expected = HOUSEHOLDS[household]
    assert paper["sheets"] == len(pages) == -(-len(expected.members) // 4)
    _assert_reads(expected, pages)
    assert all("見本" in page for page in pages)
    assert "見本" in words
    assert sum("相違ないことを証明する" in page for page in pages) == 1 and "相違ないことを証明する" in pages[-1]
    _assert_booked(own_town, before, paper["issuance_id"])


@pytest.mark.usefixtures("imported")
def test_characters_beyond_the_plane_and_variation_sequences_come_through(own_town: OpenTown, cards: dict[str, HolderEntry], tmp_path: Path) -> None:
    pages, _ = text_of(Path(issue(own_town, cards["family"], tmp_path, "--show", "relation").answer["papers"][0]["face"]))
    text = "".join(pages)
    assert YOSHIDA in text and TSUJI in text
    assert "吉田" not in text
    assert text.count(TSUJI[0]) == text.count(TSUJI), "every 辻 of this household has its selector"
    assert unicodedata.name(YOSHIDA[0]) == "CJK UNIFIED IDEOGRAPH-20BB7"


@pytest.mark.usefixtures("imported")
def test_only_what_was_asked_for_is_printed(own_town: OpenTown, cards: dict[str, HolderEntry], tmp_path: Path) -> None:
    bare, _ = text_of(Path(issue(own_town, cards["foreign"], tmp_path).answer["papers"][0]["face"]))
    full, _ = text_of(
        Path(issue(own_town, cards["foreign"], tmp_path, "--show", "nationality,residence_status,residence_card").answer["papers"][0]["face"])
    )
    for text in ("ベトナム", "中長期在留者", "技術・人文知識・国際業務", "２０２８年６月３０日", "AB12345678CD"):
        assert text not in bare[0]
        assert text in full[0]
    assert "山田　舞" in bare[0]


def test_the_import_says_what_it_did(imported: dict[str, Any]) -> None:
    assert (imported["outcome"], imported["residents"], imported["households"]) == ("imported", 9, 3)
    assert imported["bad_lines"] == []


@pytest.mark.usefixtures("imported")
def test_somebody_of_the_old_register_is_gone(own_town: OpenTown, cards: dict[str, HolderEntry], tmp_path: Path) -> None:
    stranger = next(holder for holder in own_town.entitled() if holder not in cards.values())
    done = issue(own_town, stranger, tmp_path)
    assert (done.status, done.answer["error"]) == (1, "not_registered")


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize("spoil", SPOILS)
def test_a_bad_file_names_its_line_and_changes_nothing(own_town: OpenTown, cards: dict[str, HolderEntry], tmp_path: Path, spoil: str) -> None:
    wrong, code = SPOILS[spoil]
    before = _register(own_town)
    file = tmp_path / "bad.csv"
    write(file, {household: serial_of(card) for household, card in cards.items()}, [wrong])
    report = imported_from(own_town, file, 1)
    assert report["outcome"] == "rejected"
    assert (wrong[0], wrong[1], code) in [(line["number"], line["column"], line["code"]) for line in report["bad_lines"]]
    assert all(line["reason"] and line["reason_en"] for line in report["bad_lines"])
    assert _register(own_town) == before


@pytest.mark.usefixtures("imported")
def test_every_bad_line_of_a_file_is_named_at_once_and_in_words(own_town: OpenTown, cards: dict[str, HolderEntry], tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    lines = write(file, {household: serial_of(card) for household, card in cards.items()}, [wrong for wrong, _ in SPOILS.values()])
    done = konbini("municipal", "import", "--config", str(own_town.folders.config("municipal")), "--register", "resident", "--csv", str(file))
    assert done.status == 1
    assert issue(own_town, cards["alone"], tmp_path).status == 0
    for (number, column, _), _ in SPOILS.values():
        assert f"{file}:{number}: {column}" in done.errors
    for column in ("氏名", "住所", "個人番号", "生年月日"):
        assert not any(line[column] in done.errors for line in lines), "a list of bad lines must not spread what stands in them"


@pytest.mark.parametrize(
    ("words", "status"), [(("--register", "koseki"), 2), (("--csv", "nowhere.csv"), 2), (("--config", "nowhere.json"), 2)], ids=str
)
def test_what_cannot_be_looked_at_is_said(own_town: OpenTown, tmp_path: Path, words: tuple[str, ...], status: int) -> None:
    file = tmp_path / "empty.csv"
    file.write_text("", encoding="utf-8")
    usual = ("--config", str(own_town.folders.config("municipal")), "--register", "resident", "--csv", str(file), "--json")
    done = konbini("municipal", "import", *usual, *words)
    assert (done.status, done.answer["error"]) == (status, "not_imported")


def text_of(file: Path) -> tuple[list[str], str]:
    """The text of each sheet as another program extracts it, without line ends, and the words of the metadata."""
    reader = pypdf.PdfReader(file)
    return [page.extract_text().replace("\n", "") for page in reader.pages], " ".join(str(value) for value in (reader.metadata or {}).values())


def _assert_reads(expected: Expected, pages: list[str]) -> None:
    """Address and head on every sheet; each person with the words of the file, in order, four to a sheet."""
    for number, page in enumerate(pages):
        assert expected.address in page and expected.head in page
        members = expected.members[4 * number : 4 * number + 4]
        places = [page.rindex(birth) for _, _, birth in members]
        assert places == sorted(places), "the order of the members"
        for name, relation, _ in members:
            assert name in page and relation in page
        others = [name for name, _, _ in expected.members if name not in [known for known, _, _ in members] and name != expected.head]
        assert not any(name in page for name in others)


def _assert_booked(town: OpenTown, before: dict[str, Any], issuance_id: str) -> None:
    after = books(town)
    net: dict[str, int] = {}
    for entry in after["journal"][len(before["journal"]) :]:
        assert entry["issuance_id"] == issuance_id
        for leg in entry["legs"]:
            net[leg["account"]] = net.get(leg["account"], 0) + leg["yen"]
    booked = {account: yen for account, yen in sorted(net.items()) if yen}
    assert booked == oracle.net_of("out", 200, town.city)
    assert after["totals"]["balance_yen"] == sum(booked.values()) == 0


def _register(town: OpenTown) -> list[list[dict[str, Any]]]:
    database = town.folders.database("municipal")
    return [
        rows(database, f"SELECT * FROM {table}")
        for table in ("residents", "resident_households", "resident_protections", "resident_suppressions", "clerk_doings")
    ]
