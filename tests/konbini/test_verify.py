"""`konbini verify`: its exit status is 0 only for proven content, its words can be read, and it never asks anybody."""

import io
import re
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from PIL import Image

from certificates.signature.key_list import CodeKey, read_key_list, sign_key_list
from konbini import verify as verifying
from konbini.verify import aligned, width_of
from receiving.originality import Originality
from receiving.scan import Problem
from receiving.trust_file import trust_file
from receiving.upload import Why
from receiving.verdict import Content
from registers.population import MIHON
from tests.konbini.told import Told, konbini
from tests.receiving.papers import NAME, back, content, face, keys

GUIDE = Path(__file__).parents[2] / "docs" / "receivers.md"


def scanned(pdf: bytes, dpi: int = 150) -> Image.Image:
    with pdfium.PdfDocument(pdf) as document:
        picture: Image.Image = document[0].render(scale=dpi / 72).to_pil().convert("L")
    return picture


def png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def trust(tmp_path: Path) -> Path:
    file = tmp_path / "trust.json"
    file.write_bytes(trust_file(keys().authority.certificate, keys().key_list))
    return file


def verified(tmp_path: Path, data: bytes, trust: Path, *words: str) -> Told:
    file = tmp_path / "paper"
    file.write_bytes(data)
    return konbini("verify", file, "--trust", trust, *words)


def test_a_face_is_proven_and_told(tmp_path: Path, trust: Path) -> None:
    told = verified(tmp_path, face(), trust)
    assert (told.status, told.errors) == (0, "")
    assert "証明書の表面（電子文書）" in told.out and "発行されたときのままです" in told.out
    assert f"見本県みほん市長（見本） {MIHON.code}" in told.out
    assert NAME in told.out and content().number in told.out
    assert "2026-11-23 12:34（日本時間）" in told.out


def test_a_back_is_proven_and_names_its_face(tmp_path: Path, trust: Path) -> None:
    told = verified(tmp_path, back(), trust, "--json")
    (page,) = told.answer["pages"]
    assert (told.status, page["what"], page["content"], page["signed_by"]) == (0, "back", "unaltered", "center")
    assert len(page["face_sha256"]) == 64 and page["sheets"][0]["number"] == content().number


def test_a_scan_is_proven_by_its_code(tmp_path: Path, trust: Path) -> None:
    told = verified(tmp_path, png(scanned(back())), trust)
    assert told.status == 0
    assert NAME in told.out and "お手元の表面は見ていません" in told.out and "確かめていません" in told.out
    answer = verified(tmp_path, png(scanned(back())), trust, "--json").answer
    (page,) = answer["pages"]
    assert (answer["proven"], page["what"], page["standing"], page["dpi"]) == (True, "scan", "not_asked", 150)
    assert page["made_at"] == "2026-11-23T12:34:56+09:00"
    assert dict(page["sheets"][0]["texts"])["1.name"] == NAME


@pytest.mark.parametrize("made", [face, back])
def test_one_changed_byte_ends_with_1(tmp_path: Path, trust: Path, made: object) -> None:
    assert callable(made)
    pdf = bytearray(made())
    pdf[pdf.index(b"stream\n") + 30] ^= 1
    told = verified(tmp_path, bytes(pdf), trust)
    assert told.status == 1
    assert "書き換えられています" in told.out and NAME not in told.out


def test_a_picture_of_something_else_ends_with_1(tmp_path: Path, trust: Path) -> None:
    told = verified(tmp_path, png(Image.effect_noise((700, 900), 60)), trust, "--json")
    assert (told.status, told.answer["proven"], told.answer["pages"][0]["content"]) == (1, False, "no_code")
    assert told.answer["pages"][0]["problems"] == ["no_sheet", "no_code"]


def test_a_scan_of_a_front_proves_nothing(tmp_path: Path, trust: Path) -> None:
    assert verified(tmp_path, png(scanned(face())), trust).status == 1


def test_every_page_must_be_proven(tmp_path: Path, trust: Path) -> None:
    both, mixed = io.BytesIO(), io.BytesIO()
    scanned(back()).save(both, "PDF", save_all=True, append_images=[scanned(back())])
    scanned(back()).save(mixed, "PDF", save_all=True, append_images=[Image.effect_noise((700, 900), 60)])
    assert verified(tmp_path, both.getvalue(), trust).status == 0
    told = verified(tmp_path, mixed.getvalue(), trust)
    assert told.status == 1
    assert "1ページ目" in told.out and "2ページ目" in told.out


@pytest.mark.parametrize("made", [face, back, lambda: png(scanned(back()))])
def test_the_trust_file_of_another_authority_proves_nothing(tmp_path: Path, made: object) -> None:
    assert callable(made)
    other = tmp_path / "other.json"
    other.write_bytes(trust_file(keys(1).authority.certificate, list_of_another()))
    told = verified(tmp_path, made(), other, "--json")
    assert (told.status, told.answer["pages"][0]["content"], told.answer["pages"][0]["sheets"]) == (1, "unknown_key", [])


def list_of_another() -> bytes:
    """A lawful list of the other authority, with a key that is not ours."""
    (ours,) = read_key_list(keys().key_list, keys().authority.certificate).keys.values()
    stranger = CodeKey(MIHON.code, generate_private_key(SECP256R1()).public_key(), ours.valid_from, ours.valid_until)
    return sign_key_list([stranger], keys(1).authority.key, content().made_at)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "wrong_type"),
        (b"GIF89a", "wrong_type"),
        (b"%PDF-1.4\n", "no_scanned_page"),
        (b"%PDF-1.4\n/Encrypt", "encrypted"),
        (b"\x89PNG\r\n\x1a\n", "broken"),
        (bytes(30_000_001), "too_large"),
    ],
)
def test_what_cannot_be_looked_at_ends_with_2_and_a_sentence(tmp_path: Path, trust: Path, data: bytes, code: str) -> None:
    told = verified(tmp_path, data, trust, "--json")
    assert (told.status, told.answer["error"]) == (2, code)
    assert told.errors.count("\n") == 1 and "。" in told.errors


def test_without_a_trust_file_nothing_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("paper").write_bytes(face())
    for words in (("--trust", "nowhere.json"), ()):
        told = konbini("verify", "paper", *words, "--json")
        assert (told.status, told.answer["error"]) == (2, "no_trust")
        assert "--trust" in told.errors
    Path("bad.json").write_bytes(b"{}")
    assert konbini("verify", "paper", "--trust", "bad.json", "--json").answer["error"] == "no_trust"


def test_a_file_that_is_not_there_ends_with_2(tmp_path: Path, trust: Path) -> None:
    assert konbini("verify", tmp_path / "nothing.pdf", "--trust", trust).status == 2


def test_nobody_is_asked(tmp_path: Path, trust: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("socket.socket.connect", connect)
    monkeypatch.setattr("socket.getaddrinfo", connect)
    assert verified(tmp_path, face(), trust).status == 0


# --- how it is set ---


def test_a_wide_character_takes_two_columns_and_a_selector_none() -> None:
    assert [width_of(text) for text in ("氏名", "A1", "辻\U000e0100", "ｶﾅ", "𠮷", "")] == [4, 2, 2, 2, 2, 0]


def test_labels_end_in_one_column() -> None:
    lines = list(aligned([("氏名", "甲"), ("生年月日", "乙"), ("", "丙")], "  "))
    assert lines == ["      氏名  甲", "  生年月日  乙", "  丙"]
    assert {width_of(line[: line.index("  ", 6)]) for line in lines[:2]} == {10}


def test_a_very_long_label_does_not_push_the_others_away() -> None:
    lines = list(aligned([("あ" * 40, "甲"), ("氏名", "乙")], ""))
    assert lines[0] == "あ" * 40 + "  甲"
    assert width_of(lines[1]) == verifying.LABELS_WIDEST + 4


def test_every_answer_has_words() -> None:
    assert set(verifying.CONTENT_WORDS) == set(Content)
    assert set(verifying.ORIGINAL_WORDS) == set(Originality)
    assert set(verifying.PROBLEM_WORDS) == set(Problem)
    assert set(verifying.WHY_WORDS) == set(Why)


# --- the guide ---


def test_the_guide_s_commands_work(tmp_path: Path, trust: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, data in (("face.pdf", face()), ("back.pdf", back()), ("scan.png", png(scanned(back())))):
        Path(name).write_bytes(data)
    commands = re.findall(r"^konbini (verify .+)$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(commands) == 4
    for command in commands:
        assert konbini(*command.split()).status == 0, command
