import threading
from pathlib import Path
from typing import Any

import pytest

from konbini import issue as issuing
from konbini.issue import Errand
from messages.refusals import TABLE
from simulation.wishes import NotServed, Paper, Visited, Wish
from tests.konbini.told import Told, konbini
from tests.konbini.towns import HOLDER, town_at


def _issue(town: Path, out: Path, *words: object, pin: str = "1234", kind: str = "juminhyo") -> Told:
    return konbini("issue", "--town", town, "--holder", "0", "--pin", pin, "--kind", kind, "--out", out, *words)


@pytest.fixture
def came(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Wish]]:
    """Who went to which terminal and wanted what; each gets one paper, or is refused with the code that is their PIN."""
    visits: list[tuple[str, Wish]] = []

    class Visitor:
        def __init__(self, _session: object, url: str, wish: Wish) -> None:
            self._url, self._wish = url, wish

        async def visit(self) -> Visited:
            visits.append((self._url, self._wish))
            if self._wish.pin == "dark":
                raise NotServed("no_end", screen="printing")
            if self._wish.pin in TABLE:
                return Visited(refusal=self._wish.pin, sentence="理由。", tries_left=2)
            paper = Paper("0190ab", 1, b"%PDF-1.4 face", b"%PDF-1.4 back")
            torn = [Paper("0190cd", 2, None)] if self._wish.pin == "torn" else []
            return Visited(papers=[paper, *torn], receipt="領収書（見本）", inserted_yen=500, returned_yen=300, reference="7192")

    monkeypatch.setattr(issuing, "Visitor", Visitor)
    return visits


def test_what_came_out_is_written_and_told_as_one_object(tmp_path: Path, came: list[tuple[str, Wish]]) -> None:
    _, file = town_at(tmp_path)
    told = _issue(file, tmp_path / "out" / "deeper", "--json")
    assert (told.status, told.errors) == (0, "")
    answer = told.answer
    assert (answer["outcome"], answer["holder"], answer["kind"], answer["kiosk"]) == ("issued", "0", "juminhyo", "K-1")
    assert (answer["paid_yen"], answer["inserted_yen"], answer["returned_yen"]) == (200, 500, 300)
    (paper,) = answer["papers"]
    assert set(paper) == {"issuance_id", "face", "back", "sheets"} and (paper["issuance_id"], paper["sheets"]) == ("0190ab", 1)
    assert (Path(paper["face"]).read_bytes(), Path(paper["back"]).read_bytes()) == (b"%PDF-1.4 face", b"%PDF-1.4 back")
    assert Path(answer["receipt"]).read_text(encoding="utf-8") == "領収書（見本）"
    assert sorted(entry.name for entry in (tmp_path / "out" / "deeper").iterdir()) == ["0190ab.back.pdf", "0190ab.face.pdf", "receipt-7192.txt"]
    assert [wish for _, wish in came] == [Wish("0", "1234", "990019", "juminhyo", "all")]


def test_a_paper_whose_last_sheet_never_came_out_has_no_files(tmp_path: Path, came: list[tuple[str, Wish]]) -> None:
    _, file = town_at(tmp_path)
    told = _issue(file, tmp_path / "out", "--json", pin="torn")
    assert told.answer["papers"][1] == {"issuance_id": "0190cd", "face": None, "back": None, "sheets": 2} and len(came) == 1
    assert not list((tmp_path / "out").glob("0190cd*"))


def test_people_are_told_where_both_sides_are(tmp_path: Path, came: list[tuple[str, Wish]]) -> None:
    _, file = town_at(tmp_path)
    told = _issue(file, tmp_path)
    assert len(came) == 1 and str(tmp_path / "0190ab.face.pdf") in told.out and str(tmp_path / "0190ab.back.pdf") in told.out


@pytest.mark.parametrize(
    ("kind", "words", "meant"),
    [
        ("koseki", (), Wish("0", "1234", "990019", "koseki", "all")),
        ("koseki", ("--scope", "all"), Wish("0", "1234", "990019", "koseki", "all")),
        ("koseki", ("--scope", "person"), Wish("0", "1234", "990019", "koseki", "self")),
        ("fuhyo", ("--scope", "person", "--person", "0007000002"), Wish("0", "1234", "990019", "fuhyo", ("0007000002",))),
        ("kazei", ("--form", "shotoku", "--year", "2025"), Wish("0", "1234", "990019", "kazei", "all", form="shotoku", year=2025)),
        ("kazei", (), Wish("0", "1234", "990019", "kazei", "all", form="", year=None)),
        ("inkan", ("--members", "self"), Wish("0", "1234", "990019", "inkan", "self")),
        ("kisai_jiko", ("--show", "sex,alias"), Wish("0", "1234", "990019", "kisai_jiko", "all", ("sex", "alias"))),
        ("passport", (), Wish("0", "1234", "990019", "passport", "all")),
    ],
)
def test_each_kind_is_asked_for_with_its_own_words(
    tmp_path: Path, came: list[tuple[str, Wish]], kind: str, words: tuple[str, ...], meant: Wish
) -> None:
    _, file = town_at(tmp_path)
    assert _issue(file, tmp_path, *words, kind=kind).status == 0
    assert [wish for _, wish in came] == [meant]


@pytest.mark.parametrize(
    ("kind", "words", "sentence"),
    [
        ("koseki", ("--person", "0007000002"), "--scope person のときだけ"),
        ("koseki", ("--scope", "all", "--person", "0007000002"), "--scope person のときだけ"),
        ("juminhyo", ("--person", "0007000002"), "--scope person のときだけ"),
        ("koseki", ("--scope", "half"), "all（全部）か person（1人）"),
        ("juminhyo", ("--scope", "person", "--person", "1"), "世帯の中から選ぶには --members"),
        ("kisai_jiko", ("--scope", "all"), "koseki、fuhyo"),
        ("inkan", ("--scope", "person"), "本人のものだけ"),
        ("kazei", ("--scope", "all"), "本人のものだけ"),
        ("koseki", ("--scope", "person", "--members", "self"), "同時に使えません"),
    ],
)
def test_words_that_do_not_go_together_are_refused_before_anybody_goes(
    tmp_path: Path, came: list[tuple[str, Wish]], kind: str, words: tuple[str, ...], sentence: str
) -> None:
    _, file = town_at(tmp_path)
    told = _issue(file, tmp_path / "out", "--json", *words, kind=kind)
    assert (told.status, told.answer["error"], came) == (2, "members_invalid", [])
    assert sentence in told.answer["sentence"] and told.errors == told.answer["sentence"] + "\n"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("members", "meant"),
    [
        ("all", "all"),
        ("self", "self"),
        (HOLDER.atena_no, "self"),
        ("1,2", ("1", "2")),
        (" 1 , 2 ,", ("1", "2")),
        (f"1,{HOLDER.atena_no}", ("1", HOLDER.atena_no)),
    ],
)
def test_who_is_meant_is_said_by_word_or_by_number(tmp_path: Path, came: list[tuple[str, Wish]], members: str, meant: Any) -> None:
    _, file = town_at(tmp_path)
    _issue(file, tmp_path, "--members", members, "--show", "relation,honseki", "--copies", 3, "--municipality", "131016", "--kiosk", "K-2")
    ((url, wish),) = came
    assert url.endswith("/terminals/K-2")
    assert (wish.members, wish.show, wish.copies, wish.municipality) == (meant, ("relation", "honseki"), 3, "131016")


def test_a_refusal_ends_with_1_and_names_its_row_in_both_languages(tmp_path: Path, came: list[tuple[str, Wish]]) -> None:
    _, file = town_at(tmp_path)
    told = _issue(file, tmp_path / "out", "--json", pin="pin_wrong")
    answer = told.answer
    assert (told.status, told.errors) == (1, "理由。\n")
    assert (answer["error"], answer["sentence"], answer["sentence_en"], answer["tries_left"]) == ("pin_wrong", "理由。", TABLE["pin_wrong"].en, 2)
    assert (answer["outcome"], answer["papers"], answer["paid_yen"]) == ("refused", [], 0)
    assert "holder" not in answer and len(came) == 1


def test_a_machine_that_never_ends_a_visit_is_told_by_its_word(tmp_path: Path, came: list[tuple[str, Wish]]) -> None:
    _, file = town_at(tmp_path)
    told = _issue(file, tmp_path / "out", "--json", pin="dark")
    assert (told.status, told.answer["error"], told.answer["screen"]) == (1, "no_end", "printing")
    assert len(came) == 1


def test_a_terminal_that_cannot_be_reached_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulation.visitor.VISIT_SECONDS", 0.5)
    _, file = town_at(tmp_path)
    told = _issue(file, tmp_path / "out", "--json")
    assert told.status == 1 and told.answer["error"] in ("no_end", "kiosk_unreachable")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--holder", "99"), "holder_unknown"),
        (("--kiosk", "K-9"), "kiosk_unknown"),
        (("--credential", "android"), "credential_not_served"),
        (("--credential", "iphone"), "credential_not_served"),
        (("--credential", "licence"), "credential_not_served"),
    ],
)
def test_a_visit_that_cannot_begin_ends_with_2(tmp_path: Path, came: list[tuple[str, Wish]], words: tuple[str, ...], code: str) -> None:
    _, file = town_at(tmp_path)
    told = _issue(file, tmp_path / "out", "--json", *words)
    assert (told.status, told.answer["error"]) == (2, code)
    assert came == [] and not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", [None, b"", b"{}", b"[]"])
def test_a_town_that_is_not_open_is_said_so(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "town.json").write_bytes(content)
    told = _issue(tmp_path / "town.json", tmp_path, "--json")
    assert (told.status, told.answer["error"]) == (2, "town_not_open")


def test_two_errands_at_once_go_to_two_terminals_and_a_third_stands_in_line(tmp_path: Path) -> None:
    town, file = town_at(tmp_path)
    errand = Errand(file, "0", "1234", "juminhyo", "all", "", None, (), 1, None, None, "card", tmp_path)
    taken: list[str] = []

    def third() -> None:
        with issuing._terminal(town, errand, as_json=False) as place:
            taken.append(place.kiosk.id)

    waiting = threading.Thread(target=third)
    with issuing._terminal(town, errand, as_json=False) as one, issuing._terminal(town, errand, as_json=False) as other:
        assert {one.kiosk.id, other.kiosk.id} == {"K-1", "K-2"}
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive() and taken == []
    waiting.join(10)
    assert taken == ["K-1"]
