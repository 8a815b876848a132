import re
from pathlib import Path

import pytest

from conformance.cases import CASES
from conformance.examples import EXAMPLES
from conformance.published import DEMANDED, OPTIONAL, PUBLISHED
from conformance.tables import ISSUERS, TABLES, filled
from issuer.desk import MESSAGES
from messages.door import KEEP_ALIVE_SECONDS
from messages.link import ANSWER_BYTES_MAX
from messages.refusals import TABLE
from messages.routes import BY_MESSAGE, ROUTES
from messages.wire import decode, encode
from tests.structure.sources import ROOT
from trust.referrals import SEALED_MAX, SECONDS_MAX, SKEW_SECONDS, STATEMENT_MAX

PROTOCOL = ROOT / "docs" / "protocol"
PAGES = sorted(PROTOCOL.glob("*.md"))


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_files_are_the_program_of_today(name: str) -> None:
    assert (PROTOCOL / name).read_bytes() == PUBLISHED[name](), "write it anew: make protocol"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_tables_of_the_pages_are_those_of_the_program(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert filled(text) == text, "write it anew: make protocol"


def test_every_table_stands_on_a_page() -> None:
    marks = [mark for page in PAGES for mark in re.findall(r"<!-- ([a-z-]+) -->", page.read_text(encoding="utf-8"))]
    assert sorted(marks) == sorted(TABLES)


def test_everything_the_center_may_ask_an_issuer_is_published() -> None:
    asked = {route.message for route in ROUTES if route.senders == {"center"} and route.message.__module__ != "messages.facts"}
    assert asked == {*DEMANDED, *OPTIONAL} == set(MESSAGES)


def test_the_table_of_messages_is_the_routes() -> None:
    rows = re.findall(r"^\| (\w+) \| `(/v1/[a-z/]+)` \| (\w+) \| (demanded|optional)", (PROTOCOL / "README.md").read_text(), re.MULTILINE)
    routes = [(BY_MESSAGE[one], "demanded" if one in DEMANDED else "optional") for one in (*DEMANDED, *OPTIONAL)]
    assert sorted(rows) == sorted((route.message.__name__, route.path, route.reply.__name__, how) for route, how in routes)


def test_the_limits_are_those_of_the_program() -> None:
    page = (PROTOCOL / "README.md").read_text()
    limits = dict(re.findall(r"^\| ([^|]+) \| ([\d,]+) \|$", page, re.MULTILINE))
    (body,) = {BY_MESSAGE[one].body_bytes_max for one in (*DEMANDED, *OPTIONAL)}
    assert limits == {
        "body of a question, bytes": f"{body:,}",
        "answer, bytes": f"{ANSWER_BYTES_MAX:,}",
        "id, characters": "36",
        "binding, characters": "64",
        "`register_version`, characters": "64",
        "visit key, bytes": "32",
        "copies in one order, at most": "10",
        "referral (sealed), characters": f"{SEALED_MAX:,}",
        "key statement, characters": f"{STATEMENT_MAX:,}",
        "life of a referral, seconds, at most": str(SECONDS_MAX),
        "clocks may differ by, seconds": str(SKEW_SECONDS),
    }
    assert f"at least {KEEP_ALIVE_SECONDS:.0f} seconds" in " ".join(page.split())


def test_every_row_that_an_issuer_refuses_with_is_published() -> None:
    """Every code of the table that the issuer's own program names anywhere."""
    named = {
        word
        for folder in ("issuer", "certificates")
        for file in (ROOT / folder).rglob("*.py")
        for word in re.findall(r'"([a-z_0-9]+)"', file.read_text(encoding="utf-8"))
    }
    door = {"malformed", "body_too_large", "not_found", "role_not_admitted", "failed", "busy", "issuer_unavailable", "stopped_now", "data_stale"}
    assert (named & set(TABLE)) | door == set(ISSUERS)


def test_every_code_and_section_that_the_pages_speak_of_exists() -> None:
    headings = {found for page in PAGES for found in re.findall(r"^#+ (\d+(?:\.\d+)?) ", page.read_text(encoding="utf-8"), re.MULTILINE)}
    assert {case.section for case in CASES.values()} <= headings
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        linked = re.findall(r"\]\(([^)#]+)\)", text)
        assert [one for one in linked if not (page.parent / one).exists()] == [], page.name


def test_the_examples_are_messages_and_each_message_has_one() -> None:
    assert set(EXAMPLES) == {one for message in (*DEMANDED, *OPTIONAL) for one in (message, BY_MESSAGE[message].reply)}
    assert all(decode(encode(one), kind) == one for kind, one in EXAMPLES.items())


def test_the_json_examples_of_the_pages_are_the_messages_they_show() -> None:
    kinds = [kind for message in (*DEMANDED, *OPTIONAL) for kind in (message, BY_MESSAGE[message].reply)]
    for page in PAGES:
        for block in re.findall(r"^```json\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
            if '"tls"' in block:
                continue
            whole = block.replace("base64 of the PDF", "JVBERg==").encode()
            assert any(_reads(whole, kind) for kind in kinds), f"{page.name}: {block}"


def _reads(raw: bytes, kind: type) -> bool:
    try:
        decode(raw, kind)
    except Exception:  # noqa: BLE001 - any failure means: not this one
        return False
    return True
