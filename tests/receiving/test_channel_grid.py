"""Through the whole grid of printers, copiers, scanners and telephones: what docs/anti-forgery.md claims holds for seeds that it was not measured with."""

import pytest

from benchmarks import sheets
from benchmarks.channel import Trial, trials, wrongly_accepted
from receiving.originality import Originality, originality_of
from receiving.scan import Problem


@pytest.fixture(scope="module", params=[21, 22])
def done(request: pytest.FixtureRequest) -> list[Trial]:
    return list(trials(request.param, 3))


@pytest.mark.sweep
def test_nearly_every_sheet_is_found_and_every_code_that_is_read_is_the_right_one(done: list[Trial]) -> None:
    found = [trial.reading.resolution_dpi is not None for trial in done]
    read = [trial.reading.code for trial in done]
    assert sum(found) >= 0.95 * len(found)
    assert set(read) <= {sheets.code(), None}
    assert sum(code is not None for code in read) >= 0.97 * len(read)


@pytest.mark.sweep
def test_the_picture_is_restored_wherever_the_scan_is_fine_enough(done: list[Trial]) -> None:
    fine = [trial.reading for trial in done if trial.device in {"scan 300 dpi", "scan 600 dpi"} and trial.reading.resolution_dpi]
    assert fine
    assert all(reading.picture is not None for reading in fine)
    coarse = [trial.reading for trial in done if trial.device in {"scan 150 dpi", "scan 200 dpi"} and trial.reading.resolution_dpi]
    assert coarse
    assert all(reading.problems == (Problem.SCAN_FINER_FOR_PICTURE,) for reading in coarse if reading.code)


@pytest.mark.sweep
def test_hardly_an_original_is_called_a_copy_and_no_text_copy_an_original(done: list[Trial]) -> None:
    originals = [originality_of(trial.reading.copy_likeness) for trial in done if not trial.copier]
    assert originals.count(Originality.UNLIKELY) <= 0.05 * len(originals)
    copies = [originality_of(trial.reading.copy_likeness) for trial in done if trial.copier.startswith("text") and trial.device.startswith("scan")]
    assert copies
    assert copies.count(Originality.LIKELY) <= 0.03 * len(copies)


@pytest.mark.sweep
def test_of_a_hundred_thousand_altered_codes_none_is_believed() -> None:
    assert wrongly_accepted(5, 100_000) == 0
