"""The pages as files: complete in every language, and nothing that the policy would stop."""

import json
import re
from pathlib import Path

import pytest

from certificates.kinds import KINDS
from kiosk.selection import Scope
from kiosk.visit import TOUCHES, Screen

PAGES = Path(__file__).parents[2] / "kiosk" / "pages"
SCRIPTS = "\n".join(path.read_text(encoding="utf-8") for path in sorted(PAGES.glob("*.js")))
WORDS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((PAGES / "words").glob("*.json"))}


def test_every_language_says_everything() -> None:
    assert set(WORDS) == {"ja", "en"}
    assert list(WORDS["ja"]) == list(WORDS["en"])
    assert all(text.strip() for words in WORDS.values() for text in words.values())


@pytest.mark.parametrize("key", list(WORDS["ja"]))
def test_every_language_fills_in_the_same_values(key: str) -> None:
    def places(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", text))

    assert places(WORDS["ja"][key]) == places(WORDS["en"][key])


def test_no_latin_words_are_left_in_the_japanese() -> None:
    for key, text in WORDS["ja"].items():
        assert not re.search(r"[A-Za-z]{4,}", re.sub(r"\{\w+\}", "", text)), key


def test_every_word_that_the_scripts_ask_for_exists() -> None:
    asked = set(re.findall(r'say\("([a-z_.0-9]+)"', SCRIPTS))
    assert asked
    assert asked <= set(WORDS["ja"])


def test_every_word_is_used() -> None:
    """A key stands in a script as it is, in a template, or is the title or lead of a screen that is named."""
    templates = {re.sub(r"\$\{[^}]*\}", "\0", text) for text in re.findall(r"`([a-z_.0-9]*\$\{[^`]*|[a-z_.]+)`", SCRIPTS)}
    patterns = [re.compile(re.escape(text).replace("\0", "[a-z_.0-9]+")) for text in templates if re.sub(r"[\0.]", "", text)]
    plain = [pattern for pattern in patterns if not pattern.pattern.startswith("[a-z")]
    named = set(re.findall(r'(?:titled|waiting|shown)\("([a-z_]+)"', SCRIPTS))
    whose = {
        f"{stem}.{word}{more}"
        for stem in ("members", "koseki.koseki", "koseki.fuhyo")
        for word in ("only_me", "everyone", "some")
        for more in ("", ".more")
    }
    whose |= {f"{stem}.lead" for stem in ("members", "koseki.koseki", "koseki.fuhyo")}
    sketched = {
        f"paper.{name}" for names in re.findall(r"(?:above|each|below|tables): \[([^\]]*)\]", SCRIPTS) for name in re.findall(r'"([a-z_]+)"', names)
    }
    assert len(sketched) > 8
    typed = set(re.findall(r"field\)|\"(honseki|hittousha|name|phone)\"", SCRIPTS))
    whose |= {f"use_{name}.{word}" for name in typed for word in ("title", "lead")}
    for key in WORDS["ja"]:
        stem, _, word = key.rpartition(".")
        used = (
            f'"{key}"' in SCRIPTS
            or (word in ("title", "lead") and stem in named)
            or key in whose
            or (key in sketched if key.startswith("paper.") else any(pattern.fullmatch(key) for pattern in plain))
            or key == "language"
        )
        assert used, key


def test_every_sketched_label_exists_and_every_form_is_sketched() -> None:
    text = (PAGES / "sketch.js").read_text(encoding="utf-8")
    for names in re.findall(r"(?:above|each|below|tables): \[([^\]]*)\]", text):
        assert {f"paper.{name}" for name in re.findall(r'"([a-z_]+)"', names)} <= set(WORDS["ja"])
    assert {form.code for kind in KINDS.values() for form in kind.forms} == set(re.findall(r"^  ([a-z_]+): ", text, re.MULTILINE))


def test_every_kind_of_a_koseki_has_its_own_words() -> None:
    for kind in KINDS.values():
        if kind.chosen == "all_or_one":
            for word in ("lead", *(f"{scope}{more}" for scope in Scope for more in ("", ".more"))):
                assert f"koseki.{kind.code}.{word}" in WORDS["ja"]


def test_every_screen_is_drawn_and_has_a_title() -> None:
    table = SCRIPTS[SCRIPTS.index("export const SCREENS") :]
    for screen in Screen:
        assert re.search(rf"\b{screen}\b", table), screen
        assert f"{screen}.title" in WORDS["ja"], screen


def test_every_touch_can_be_made_on_the_page() -> None:
    for event in TOUCHES:
        assert re.search(rf"[\"`]{event}[\"`]|[\"`]{event}-", SCRIPTS), event


@pytest.mark.parametrize("path", sorted(PAGES.glob("*.html")))
def test_no_page_holds_code_or_styles_or_foreign_addresses(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=|https?://", text)


def test_the_scripts_never_parse_text_as_markup() -> None:
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", SCRIPTS)


def test_fonts_stand_beside_their_licences() -> None:
    fonts = PAGES / "fonts"
    assert {path.name for path in fonts.glob("*.woff2")} == {"BIZUDPGothic-Bold.woff2", "KioskRare.woff2"}
    assert "SIL OPEN FONT LICENSE" in (fonts / "OFL.txt").read_text(encoding="utf-8").upper()
    assert "SIL OPEN FONT LICENSE" in (fonts / "OFL-NotoSerifJP.txt").read_text(encoding="utf-8").upper()
