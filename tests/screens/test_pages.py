"""What stands on every page, in both languages; and that what is shown is escaped."""

import re

import pytest
from structlog.testing import capture_logs

from screens.pages import STATIC
from tests.screens.conftest import Client, sign_in


@pytest.mark.parametrize("path", ["/", "/cases/7", "/sign-in", "/nothing-here", "/fails"])
@pytest.mark.parametrize("language", ["ja", "en"])
async def test_every_page_says_mihon(client: Client, path: str, language: str) -> None:
    await sign_in(client)
    async with client.get(path, params={"lang": language}) as answer:
        shown = await answer.text()
    assert "<strong>見本</strong>" in shown
    assert f'<html lang="{language}">' in shown


async def test_english_stays_until_japanese_is_asked_for(client: Client) -> None:
    async with client.get("/sign-in") as answer:
        assert "パスワード" in await answer.text()
    async with client.get("/sign-in?lang=en") as answer:
        assert "Password" in await answer.text()
    async with client.get("/sign-in?lang=fr") as answer:
        assert "Password" in await answer.text()
    async with client.get("/sign-in?lang=ja") as answer:
        assert "パスワード" in await answer.text()


async def test_the_switch_keeps_the_rest_of_the_address(client: Client) -> None:
    await sign_in(client)
    async with client.get("/cases/7?word=a%26b&lang=en") as answer:
        assert 'href="/cases/7?word=a%26b&amp;lang=ja"' in await answer.text()


async def test_values_are_escaped(client: Client) -> None:
    await sign_in(client)
    async with client.get("/", params={"word": "<script>alert(1)</script>"}) as answer:
        shown = await answer.text()
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown


@pytest.mark.parametrize(("path", "here"), [("/", "一覧"), ("/cases/7", "案件")])
async def test_the_navigation_marks_where_one_is(client: Client, path: str, here: str) -> None:
    await sign_in(client)
    async with client.get(path) as answer:
        shown = await answer.text()
    assert re.findall(r'aria-current="page">([^<]+)<', shown) == [here]


async def test_a_failure_shows_a_plain_page_and_neither_page_nor_log_repeats_its_words(client: Client) -> None:
    await sign_in(client)
    with capture_logs() as logged:
        answer = await client.get("/fails")
        shown = await answer.text()
        assert answer.status == 500
    assert [(line["event"], line["kind"], line["page"]) for line in logged] == [("office_page_failed", "ValueError", "/fails")]
    for words in (shown, str(logged)):
        assert "鬼怒川" not in words
        assert "Traceback" not in words


async def test_a_wrong_method_says_which_is_right(client: Client) -> None:
    await sign_in(client)
    async with client.get("/act") as answer:
        assert answer.status == 405
        assert answer.headers["Allow"] == "POST"


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.2)."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("ink", "paper", 4.5),
        ("ink", "ground", 4.5),
        ("ink-soft", "paper", 4.5),
        ("ink-soft", "ground", 4.5),
        ("accent", "paper", 4.5),
        ("paper", "accent", 4.5),
        ("good", "good-ground", 4.5),
        ("warn", "warn-ground", 4.5),
        ("bad", "bad-ground", 4.5),
        ("paper", "bad", 4.5),
        ("edge", "paper", 3.0),
        ("edge", "ground", 3.0),
        ("focus", "paper", 3.0),
        ("focus", "ground", 3.0),
    ],
)
def test_colours_keep_the_contrast_of_wcag_aa(front: str, back: str, least: float) -> None:
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", (STATIC / "office.css").read_text(encoding="utf-8")))
    assert contrast(colours[front], colours[back]) >= least


def test_nothing_is_fetched_from_elsewhere() -> None:
    style = (STATIC / "office.css").read_text(encoding="utf-8")
    assert "//" not in re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    for address in re.findall(r'url\("([^"]+)"\)', style):
        assert (STATIC / address).is_file()
