"""The contract of the program's commands: one JSON object, a code and an exit status for each refusal, a town that opens again, closes whole, and heals."""

import json
import os
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography import x509

from certificates.kinds import KINDS
from certificates.signature.key_list import read_key_list
from simulation.people import SPECIAL
from simulation.town.description import HolderEntry
from simulation.town.folders import PARTIES
from simulation.truth.registers import Asked
from simulation.wishes import Paper, Wish
from storage.instants import JST
from tests.town.conftest import PortInUse
from tests.town.errands import crowd, wish
from tests.town.open_town import OpenTown, alive, soon
from tests.town.program import Ended, books, issue, issue_words, konbini, one_sentence, process
from tests.town.register_truth import asked_by, differences, face_on, truth_of
from tests.town.rows import rows


@pytest.fixture
def holder(town: OpenTown) -> HolderEntry:
    return town.entitled()[0]


# --- what is printed ---


def test_a_visit_prints_one_object_and_writes_papers_and_receipt(town: OpenTown, holder: HolderEntry, tmp_path: Path) -> None:
    words = issue_words(town, holder, tmp_path / "out", "--members", "self", "--copies", "2", "--kiosk", town.town.kiosks[3].id)
    done = process(*words)
    answer = done.answer
    assert (done.status, answer["outcome"], answer["kiosk"]) == (0, "issued", town.town.kiosks[3].id)
    assert (answer["paid_yen"], answer["inserted_yen"] - answer["returned_yen"]) == (400, 400)
    assert len({paper["issuance_id"] for paper in answer["papers"]}) == 2
    out = tmp_path / "out"
    for paper in answer["papers"]:
        assert set(paper) == {"issuance_id", "face", "back", "sheets"}
        assert [paper[side] for side in ("face", "back")] == [str(out / f"{paper['issuance_id']}.{side}.pdf") for side in ("face", "back")]
        assert all(Path(paper[side]).read_bytes().startswith(b"%PDF-") for side in ("face", "back"))
    receipt = Path(answer["receipt"]).read_text(encoding="utf-8")
    assert "見本" in receipt and answer["reference"] in receipt and holder.name not in receipt


ERRANDS: dict[str, tuple[str, tuple[str, ...], int, str]] = {
    "juminhyo": ("juminhyo", ("--show", "relation"), 200, "住民票の写し"),
    "juminhyo kojinhyo": ("juminhyo", ("--form", "kojinhyo", "--members", "self"), 200, "住民票の写し"),
    "kisai_jiko": ("kisai_jiko", ("--show", "sex,address_since", "--members", "self"), 200, "住民票記載事項証明書"),
    "inkan": ("inkan", (), 200, "印鑑登録証明書"),
    "koseki all": ("koseki", ("--scope", "all"), 450, "戸籍全部事項証明書"),
    "koseki person": ("koseki", ("--scope", "person"), 450, "戸籍個人事項証明書"),
    "koseki another person": ("koseki", ("--scope", "person", "--person", "{person}"), 450, "戸籍個人事項証明書"),
    "fuhyo": ("fuhyo", ("--show", "honseki"), 200, "戸籍の附票の写し"),
    "fuhyo person": ("fuhyo", ("--scope", "person"), 200, "戸籍の附票の写し"),
    "kazei": ("kazei", (), 400, "課税証明書"),
    "kazei last year": ("kazei", ("--year", "{year}"), 400, "課税証明書"),
    "kazei shotoku": ("kazei", ("--form", "shotoku"), 400, "所得証明書"),
    "kazei both": ("kazei", ("--form", "shotoku_kazei", "--year", "{year}"), 800, "所得・課税証明書"),
}
"""Name -> kind, words, yen, title. `{person}` is the second of the 戸籍, `{year}` the year before the latest."""


BY_DEFAULT = ("juminhyo", "kisai_jiko", "inkan", "koseki all", "koseki another person", "fuhyo", "kazei both")


@pytest.mark.parametrize("errand", [name if name in BY_DEFAULT else pytest.param(name, marks=pytest.mark.sweep) for name in ERRANDS])
def test_each_kind_is_issued_with_its_own_words_and_is_what_was_asked_for(town: OpenTown, tmp_path: Path, errand: str) -> None:
    kind, words, yen, title = ERRANDS[errand]
    holder = town.town.holders[0]
    said = tuple(word.format(person=holder.persons[1], year=holder.years[1]) for word in words)
    done = issue(town, holder, tmp_path, *said, kind=kind)
    assert (done.status, done.answer["outcome"], done.answer["kind"], done.answer["paid_yen"]) == (0, "issued", kind, yen)
    (paper,) = done.answer["papers"]
    held = Paper(paper["issuance_id"], paper["sheets"], Path(paper["face"]).read_bytes(), Path(paper["back"]).read_bytes())
    assert face_on(held).title == title
    assert differences(truth_of(town), held, _asked(holder, kind, said), datetime.now(JST)) == []
    soon(town.is_quiet, "the fee to be booked")


def _asked(holder: HolderEntry, kind: str, words: tuple[str, ...]) -> Asked:
    told = dict(zip(words[::2], words[1::2], strict=True))
    alone = told.get("--scope") == "person" or told.get("--members") == "self" or kind in ("inkan", "kazei")
    members: str | tuple[str, ...] = (told["--person"],) if "--person" in told else "self" if alone else "all"
    show = tuple(filter(None, told.get("--show", "").split(",")))
    year = int(told["--year"]) if "--year" in told else None
    return asked_by(wish(holder, kind=kind, members=members, show=show, form=told.get("--form", ""), year=year), holder)


OF_ONE_REGISTER = {
    ("廃印", "inkan"): "no_seal",
    ("本籍はほか", "koseki"): "koseki_not_here",
    ("戸籍の届出が処理中", "fuhyo"): "koseki_pending",
    ("課税証明は出ない", "kazei"): "tax_undeclared",
    ("戸籍に支援措置を受けている人", "koseki"): "not_issuable",
}
"""Words of a holder's note and a kind -> why there is none, while a 住民票の写し is to be had."""


@pytest.mark.parametrize("all_papers", [False, pytest.param(True, marks=pytest.mark.sweep)], ids=["two papers each", "every paper"])
async def test_a_holder_can_have_what_the_town_says_and_nothing_else(town: OpenTown, hands: aiohttp.ClientSession, all_papers: bool) -> None:
    """Everybody with a story, each at a terminal: each kind that they cannot have, and of those that they can, two in turn, or every one."""
    people = [holder for holder in town.town.holders if holder.note and holder.note not in dict(SPECIAL).values()]
    asked = {
        holder.id: tuple(KINDS) if all_papers else (*(kind for kind in KINDS if kind not in holder.kinds), *_two(holder.kinds, turn))
        for turn, holder in enumerate(people)
    }
    wishes = [wish(holder, kind=kind, members="all" if KINDS[kind].chosen != "holder" else "self") for holder in people for kind in asked[holder.id]]
    served = await crowd(hands, town.town.kiosks[:6], _turns(wishes))
    assert {one.kind for one, visited in served if visited.papers} == set(KINDS)
    kinds = {holder.id: holder.kinds for holder in people}
    assert [(one.card, one.kind, visited.refusal) for one, visited in served if bool(visited.papers) is not (one.kind in kinds[one.card])] == []
    assert len(served) > 100
    why = {(one.card, one.kind): visited.refusal for one, visited in served}
    told = {(note, kind): why[town.holder(note).id, kind] for note, kind in OF_ONE_REGISTER}
    assert told == OF_ONE_REGISTER
    assert all("juminhyo" in town.holder(note).kinds for note, _ in OF_ONE_REGISTER)
    await town.quiet()


def _two(kinds: tuple[str, ...], turn: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(kinds[(2 * turn + step) % len(kinds)] for step in range(2))) if kinds else ()


def _turns(wishes: list[Wish]) -> list[Wish]:
    """Kind after kind, so that nobody's card is wanted in two places at once."""
    return sorted(wishes, key=lambda one: one.kind)


def test_what_a_holder_is_said_to_be_entitled_to_differs_from_person_to_person(town: OpenTown) -> None:
    first = town.town.holders[0]
    assert first.kinds == tuple(KINDS) and first.years == tuple(sorted(first.years, reverse=True)) and len(first.persons) > 1
    assert first.atena_no == first.household[0]
    elsewhere, cancelled, undeclared = town.holder("本籍はほか"), town.holder("廃印"), town.holder("課税証明は出ない")
    assert "koseki" not in elsewhere.kinds and elsewhere.persons == ()
    assert "inkan" not in cancelled.kinds and "juminhyo" in cancelled.kinds
    assert "kazei" not in undeclared.kinds and undeclared.years == ()
    assert not {"koseki", "fuhyo"} & {*town.holder("戸籍の届出が処理中").kinds, *town.holder("戸籍に支援措置を受けている人").kinds}
    assert town.holder("支援措置を受けている。").kinds == ()


def test_the_town_names_the_files_and_the_page_by_which_papers_are_checked(town: OpenTown) -> None:
    ca = town.town.ca
    root = x509.load_pem_x509_certificate(Path(ca["documents"]).read_bytes())
    assert read_key_list(Path(ca["code_keys"]).read_bytes(), root).keys
    assert Path(ca["trust"]).is_file()
    assert town.town.receivers.startswith("http://127.0.0.1:") and town.town.receivers.endswith("/verify")


def test_without_json_people_are_told_in_words(town: OpenTown, holder: HolderEntry, tmp_path: Path) -> None:
    words = ("--holder", holder.id, "--pin", holder.pin, "--kind", "juminhyo", "--out", str(tmp_path), "--members", "self")
    done = process("issue", "--town", str(town.folders.town_file), *words)
    assert (done.status, done.errors) == (0, "")
    assert "手数料 200円" in done.output


def test_the_books_are_one_object_and_sum_to_zero(town: OpenTown) -> None:
    told = books(town)
    assert {"accounts", "journal", "totals"} <= set(told)
    assert told["totals"]["balance_yen"] == 0 and told["totals"]["faults"] == []
    assert all(sum(leg["yen"] for leg in entry["legs"]) == 0 for entry in told["journal"])
    table = process("books", "--town", str(town.folders.town_file))
    assert (table.status, table.errors) == (0, "") and "合計 0円" in table.output


# --- what is refused ---

REFUSED = {
    "holder_unknown": (2, ("--holder", "nobody")),
    "pin_malformed": (1, ("--pin", "12a4")),
    "kind_unknown": (1, ("--kind", "passport")),
    "form_invalid": (1, ("--form", "shotoku")),
    "year_invalid": (1, ("--year", "2026")),
    "kiosk_unknown": (2, ("--kiosk", "nowhere")),
    "municipality_unknown": (1, ("--municipality", "992999")),
    "credential_not_served": (2, ("--credential", "android")),
    "copies_invalid": (1, ("--copies", "11")),
    "members_invalid": (1, ("--members", "0000000000")),
    "options_invalid": (1, ("--show", "blood_type")),
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_cannot_be_served_is_refused_by_its_code(town: OpenTown, holder: HolderEntry, tmp_path: Path, code: str) -> None:
    status, words = REFUSED[code]
    _assert_refused(town, issue(town, holder, tmp_path, *words), code, status)


OF_ONE_KIND = {
    "no such year": ("kazei", ("--year", "2019"), "year_invalid", 1),
    "a year to come": ("kazei", ("--year", "2031"), "year_invalid", 1),
    "another kind's form": ("kazei", ("--form", "kojinhyo"), "form_invalid", 1),
    "somebody else's seal": ("inkan", ("--members", "0010000025"), "members_invalid", 1),
    "an item of another kind": ("juminhyo", ("--show", "sex"), "options_invalid", 1),
    "nobody of the 戸籍": ("koseki", ("--scope", "person", "--person", "9999999999"), "members_invalid", 1),
}


@pytest.mark.parametrize("words", OF_ONE_KIND)
def test_words_that_a_kind_does_not_know_are_refused_by_their_code(town: OpenTown, tmp_path: Path, words: str) -> None:
    kind, said, code, status = OF_ONE_KIND[words]
    _assert_refused(town, issue(town, town.town.holders[0], tmp_path, *said, kind=kind), code, status)


@pytest.mark.parametrize(
    "words", [("--credential", "iphone"), ("--credential", "plastic"), ("--copies", "0"), ("--members", "self,0010000017")], ids=" ".join
)
def test_other_things_nobody_serves_are_refused_too(town: OpenTown, holder: HolderEntry, tmp_path: Path, words: tuple[str, ...]) -> None:
    done = issue(town, holder, tmp_path, *words)
    _assert_refused(town, done, done.answer["error"], done.status)


def test_a_wrong_pin_says_how_many_tries_are_left_and_a_right_one_resets_them(town: OpenTown, tmp_path: Path) -> None:
    holder = town.entitled()[-1]
    wrong = _wrong(holder)
    for left in (2, 1):
        done = issue(town, holder, tmp_path, pin=wrong)
        _assert_refused(town, done, "pin_wrong", 1)
        assert done.answer["tries_left"] == left
    assert issue(town, holder, tmp_path, "--members", "self").answer["outcome"] == "issued"
    assert issue(town, holder, tmp_path, pin=wrong).answer["tries_left"] == 2
    assert issue(town, holder, tmp_path, "--members", "self").answer["outcome"] == "issued"


CREDENTIALS = {
    "revoked": "credential_revoked",
    "suspended": "credential_suspended",
    "expired": "credential_expired",
    "unknown": "credential_unknown",
    "foreign": "credential_untrusted",
}


@pytest.mark.parametrize(("state", "note"), SPECIAL)
def test_a_card_that_is_not_to_be_believed_is_refused_by_its_own_code(town: OpenTown, tmp_path: Path, state: str, note: str) -> None:
    _assert_refused(town, issue(town, town.holder(note), tmp_path), CREDENTIALS[state], 1)


PERSONS = {
    "moved_out": "SELECT atena_no FROM residents WHERE standing IN ('leaving', 'left') AND serial IS NOT NULL",
    "not_issuable": "SELECT atena_no FROM resident_protections JOIN residents USING (atena_no) WHERE serial IS NOT NULL",
    "under_15": "SELECT atena_no FROM residents WHERE standing = 'current' AND serial IS NOT NULL AND birth > '2013'",
}


@pytest.mark.parametrize("code", PERSONS)
def test_a_person_who_may_not_have_it_is_refused(town: OpenTown, tmp_path: Path, code: str) -> None:
    numbers = {row["atena_no"] for row in rows(town.folders.database("municipal"), PERSONS[code] + " ORDER BY atena_no")}
    found = [holder for holder in town.town.holders if holder.atena_no in numbers and not holder.kinds]
    assert found
    _assert_refused(town, issue(town, found[0], tmp_path), code, 1)


def test_a_town_that_is_not_open_is_said_so(tmp_path: Path) -> None:
    nowhere = str(tmp_path / "town.json")
    for words in (("books",), ("issue", "--holder", "0", "--pin", "0000", "--kind", "juminhyo", "--out", str(tmp_path))):
        done = konbini(*words, "--town", nowhere, "--json")
        assert (done.status, done.answer["error"]) == (2, "town_not_open")
        assert one_sentence(done.errors)


def _assert_refused(town: OpenTown, done: Ended, code: str, status: int) -> None:
    answer = done.answer
    assert (answer["error"], done.status) == (code, status)
    assert answer["sentence"] and one_sentence(done.errors)
    assert answer.get("papers", []) == [] and answer.get("paid_yen", 0) == 0
    soon(town.is_quiet, "the terminal to be at its menu again")


# --- a party alone ---


@pytest.mark.parametrize("content", ["{", "{}"], ids=["broken", "empty"])
@pytest.mark.parametrize("party", [party if party == "center" else pytest.param(party, marks=pytest.mark.sweep) for party in PARTIES])
def test_a_party_with_a_bad_configuration_says_one_sentence(tmp_path: Path, party: str, content: str) -> None:
    """As a process; that each party says it of each such file is shown without one (`tests/konbini/test_serve.py`)."""
    config = tmp_path / "config.json"
    config.write_text(content, encoding="utf-8")
    done = process("serve", party, "--config", str(config))
    assert (done.status, done.output) == (2, "")
    assert one_sentence(done.errors) and config.name in done.errors


@dataclass(frozen=True, slots=True)
class NotServed:
    """How a party ended that was started without its key, and one that was started a second time."""

    without_files: Ended
    second: Ended


@pytest.fixture(scope="module")
def not_served(town: OpenTown, tmp_path_factory: pytest.TempPathFactory) -> dict[str, NotServed]:
    """By party; two are started at a time."""

    def tried(party: str) -> NotServed:
        without = _without_files(town, party, tmp_path_factory.mktemp(party))
        return NotServed(process("serve", party, "--config", str(without)), process("serve", party, "--config", str(town.folders.config(party))))

    with ThreadPoolExecutor(2) as two:
        return dict(zip(PARTIES, two.map(tried, PARTIES), strict=True))


def _without_files(town: OpenTown, party: str, folder: Path) -> Path:
    text = town.folders.config(party).read_text(encoding="utf-8").replace("party.pem", "gone.pem").replace("ocsp.pem", "gone.pem")
    config = folder / "config.json"
    config.write_text(
        text.replace(str(town.folders.database(party)), str(folder / "own.db")).replace('"state": "', f'"state": "{folder}'), encoding="utf-8"
    )
    return config


@pytest.mark.parametrize("party", PARTIES)
def test_a_party_without_its_files_says_one_sentence(not_served: dict[str, NotServed], party: str) -> None:
    done = not_served[party].without_files
    assert (done.status, done.output) == (2, "")
    assert one_sentence(_last_line(done.errors)) and "gone.pem" in done.errors


@pytest.mark.parametrize("party", PARTIES)
def test_a_second_process_of_a_party_is_refused_in_one_sentence(town: OpenTown, not_served: dict[str, NotServed], party: str) -> None:
    done = not_served[party].second
    assert (done.status, done.output) == (2, "")
    assert one_sentence(_last_line(done.errors))
    assert town.is_well(party)


def test_an_unknown_party_is_refused() -> None:
    done = konbini("serve", "bank", "--config", "nowhere.json")
    assert (done.status, done.output) == (2, "") and one_sentence(done.errors)


def _last_line(errors: str) -> str:
    """What is said to people, after the lines of the log."""
    return errors.splitlines(keepends=True)[-1] if errors else ""


# --- opening, closing, healing ---


@dataclass(frozen=True, slots=True)
class Opening:
    """One opening of a town: its processes, addresses and holders, what the owners of cards were told, and the books."""

    pids: dict[str, int]
    offices: tuple[str, ...]
    holders: tuple[HolderEntry, ...]
    told: tuple[dict[str, Any], ...]
    books: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lives:
    """A town that was opened, used and closed by Ctrl-C; opened again, used, its supervisor killed without a word; and opened a third time."""

    first: Opening
    status: int | None
    alive_after: list[str]
    described_after: bool
    answering_after: list[str]
    second: Opening
    third_is_well: bool


@pytest.fixture(scope="module")
def lives(small_town: OpenTown, tmp_path_factory: pytest.TempPathFactory) -> Lives:
    out = tmp_path_factory.mktemp("lives")
    with small_town:
        buyer, forgetful, locked = small_town.entitled()[:3]
        wrong = [issue(small_town, holder, out, pin=_wrong(holder)) for holder in (forgetful, locked, locked, locked)]
        first = _seen(small_town, issue(small_town, buyer, out), *wrong)
        status = small_town.close()
        alive_after = [party for party, pid in first.pids.items() if alive(pid)]
        described, answering = small_town.folders.town_file.exists(), [url for url in first.offices if _answers(url)]
    with small_town:
        wrong = [issue(small_town, forgetful, out, pin=_wrong(forgetful))]
        second = _seen(small_town, *wrong, issue(small_town, forgetful, out), issue(small_town, locked, out))
        small_town.kill()
        soon(lambda: not any(alive(pid) for pid in second.pids.values()), "the parties to end")
    with small_town:
        well = all(small_town.is_well(party) for party in PARTIES)
    return Lives(first, status, alive_after, described, answering, second, well)


def _seen(town: OpenTown, *done: Ended) -> Opening:
    soon(town.is_quiet, "everything to be booked")
    offices = tuple(party.office_url for party in town.town.parties.values())
    return Opening(town.pids(), offices, town.town.holders, tuple(one.answer for one in done), books(town))


def _answers(url: str) -> bool:
    host, _, port = url.removeprefix("http://").partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=2.0).close()
    except ConnectionRefusedError:
        return False
    return True


def test_a_second_opening_keeps_people_books_and_retry_counters(lives: Lives) -> None:
    bought, forgot = lives.first.told[:2]
    assert bought["outcome"] == "issued" and (forgot["error"], forgot["tries_left"]) == ("pin_wrong", 2)
    assert lives.second.holders == lives.first.holders
    forgot, remembered = lives.second.told[:2]
    assert forgot["tries_left"] == 1 and remembered["outcome"] == "issued"
    before, after = lives.first.books["journal"], lives.second.books["journal"]
    assert len(before) == 2 and after[:2] == before and len(after) == 4


def test_three_wrong_pins_lock_the_card_for_good(lives: Lives) -> None:
    assert [(told["error"], told.get("tries_left")) for told in lives.first.told[2:]] == [("pin_wrong", 2), ("pin_wrong", 1), ("card_locked", None)]
    assert lives.second.told[2]["error"] == "card_locked"
    assert all(told.get("papers", []) == [] and told.get("paid_yen", 0) == 0 for told in (*lives.first.told[1:], lives.second.told[2]))


def test_ctrl_c_leaves_no_process_and_no_description(lives: Lives) -> None:
    assert lives.status == 0 and len(lives.first.pids) == len(PARTIES)
    assert (lives.alive_after, lives.described_after, lives.answering_after) == ([], False, [])


def test_parties_do_not_outlive_a_supervisor_that_was_killed_and_the_town_opens_again(lives: Lives) -> None:
    assert not any(alive(pid) for pid in lives.second.pids.values())
    assert lives.third_is_well


def test_a_town_that_is_open_is_not_opened_a_second_time(town: OpenTown) -> None:
    configurations = [town.folders.config(party).read_bytes() for party in PARTIES]
    done = konbini("town", "--state", str(town.folders.state), "--port", "0")
    assert done.status == 2 and "is open already" in done.errors
    assert [town.folders.config(party).read_bytes() for party in PARTIES] == configurations
    assert all(town.is_well(party) for party in PARTIES)


def test_a_town_of_another_size_or_seed_is_not_opened_over_this_one(small_town: OpenTown) -> None:
    state = str(small_town.folders.state)
    for words in (
        ("--residents", "61", "--municipalities", "1"),
        ("--residents", "60", "--municipalities", "1", "--seed", "2"),
        ("--residents", "60", "--municipalities", "2"),
    ):
        done = konbini("town", "--state", state, "--port", "0", *words)
        assert done.status == 2 and "で用意されています" in done.errors


def test_a_folder_of_an_earlier_version_is_not_opened_and_not_touched(tmp_path: Path) -> None:
    settings = tmp_path / "settings.json"
    settings.write_text('{"seed": 1, "residents": 60, "holders": [], "staff": []}', encoding="utf-8")
    done = konbini("town", "--state", str(tmp_path), "--port", "0", "--residents", "60", "--municipalities", "1")
    assert done.status == 2 and "前の版" in done.errors
    assert [entry.name for entry in tmp_path.iterdir() if entry.suffix == ".json"] == ["settings.json"]


def test_a_port_in_use_is_named(port_in_use: PortInUse) -> None:
    assert port_in_use.ended.status == 2 and f"port {port_in_use.port}" in port_in_use.ended.errors


@pytest.mark.parametrize("party", PARTIES)
def test_a_killed_party_is_back_on_its_port_with_a_new_pid(town: OpenTown, party: str) -> None:
    before = town.town.parties[party]
    os.kill(before.pid, signal.SIGKILL)
    soon(lambda: town.town.parties[party].pid != before.pid and town.is_well(party), f"{party} to be back")
    now = town.town.parties[party]
    assert (now.url, now.office_url) == (before.url, before.office_url)
    assert alive(now.pid) and not alive(before.pid)
    assert json.loads(town.folders.town_file.read_bytes())["parties"][party]["pid"] == now.pid
    soon(town.is_quiet, "the terminals to be at their menus")


def _wrong(holder: HolderEntry) -> str:
    return f"{(int(holder.pin) + 1) % 10_000:04d}"
