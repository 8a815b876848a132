"""The page stands alone and escapes what it is given."""

import re
from dataclasses import replace

from fees.planning.council.document import document
from fees.planning.council.web import page
from tests.fees.planning.council.plans import nationwide


def test_the_page_fetches_nothing_and_runs_nothing() -> None:
    told = page(document(nationwide()))
    assert not re.search(r"https?://|<script|<img|<link|@import|url\(", told)
    assert '<html lang="ja">' in told
    assert '<p class="mark">見本・試算</p>' in told


def test_what_a_scenario_calls_itself_is_text_and_no_markup() -> None:
    told = page(replace(document(nationwide()), title="<b>x</b>"))
    assert "<b>x</b>" not in told
    assert "&lt;b&gt;x&lt;/b&gt;" in told


def test_every_chart_is_a_drawing_that_can_be_read_aloud() -> None:
    told = page(document(nationwide()))
    drawings = re.findall(r'<svg viewBox="[^"]+" role="img" aria-label="([^"]+)">', told)
    assert len(drawings) == told.count("<svg") >= 3
    assert all("：" in label for label in drawings)
