"""The operator's words: nothing that can stand on a page is without them, in both languages."""

import re
from pathlib import Path

from certificates.kinds import KINDS
from issuance_center import words
from issuance_center.issuance import State, Step
from issuance_center.issuer_lines.answers import NOT_NOW, REASONS
from messages.refusals import ROWS, TABLE


def test_every_state_and_step_has_words() -> None:
    assert set(words.STATES) == set(State)
    assert {step.value for step in Step} | {"accepted"} == set(words.STEPS)


def test_every_reason_of_an_issuer_is_a_row_with_words() -> None:
    assert set(TABLE) >= REASONS | NOT_NOW
    for row in ROWS:
        assert words.refusal_words(row.code) == (row.ja, row.en)
        assert all(words.alarm_words(row.code))


def test_a_back_that_cannot_be_made_is_named() -> None:
    assert words.alarm_words("back_impossible") == ("裏面を作れないため停止", "No back can be made for a paper")


def test_every_form_is_called_by_its_name_and_year() -> None:
    for kind in KINDS.values():
        for form in kind.forms:
            assert words.form_words(kind.code, form.code, None) == (form.ja, form.en)
    assert words.form_words("kazei", "kazei", 2019) == ("課税（非課税）証明書（平成３１年度）", "Tax certificate (fiscal year 2019)")
    assert words.form_words("passport", "passport", None) == ("passport", "passport")
    assert words.form_words("juminhyo", "koseki", None) == ("koseki", "koseki")


def test_options_are_called_by_their_names() -> None:
    for kind in KINDS.values():
        codes = ",".join(option.code for option in kind.options)
        assert words.option_words(kind.code, codes) == (
            "、".join(option.ja for option in kind.options),
            ", ".join(option.en for option in kind.options),
        )


def test_every_alarm_that_can_be_raised_has_words() -> None:
    """Read from the sources: a code that stands in an `Alarm(...)` and is no row of the table of refusals."""
    raised = {
        code
        for file in sorted(Path(words.__file__).parent.rglob("*.py"))
        for code in re.findall(r'(?:Alarm\(|_complain\(\s*|alarm=)"([a-z_]+)"', file.read_text(encoding="utf-8"))
    }
    assert {"move_blocked", "other_build", "back_impossible", "outcomes_refused"} <= raised
    assert {code for code in raised if words.alarm_words(code) == (code, code)} == set()


def test_an_issuer_is_called_by_what_it_is() -> None:
    assert words.issuer_words("bcl", "990019") == ("自治体基盤クラウド（BCL）", "Shared cloud (BCL)")
    assert words.issuer_words("990019", "990019") == ("自庁サーバ", "Own server")
    assert "990019" in words.issuer_words("990019")[0]
