"""The pages as files: complete in every language, and nothing that the policy would stop."""

import json
import re
from pathlib import Path

import pytest

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
    stems = set(re.findall(r'["`]([a-z_]+)[."$`]', SCRIPTS))
    for key in WORDS["ja"]:
        assert f'"{key}"' in SCRIPTS or key.split(".")[0] in stems, key


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
