import json
import subprocess
import sys

from tests.structure.sources import ROOT

PARTY = """
from messages import logs
log = logs.configure("center")
log.debug("not_said")
log.info("well", issuance_id="0190", place="見本市")
try:
    name = "himitsu"
    raise ValueError("the reason")
except ValueError:
    log.exception("answer_failed", message="Apply")
"""


def test_a_log_line_is_one_json_object_on_standard_error_that_names_the_party() -> None:
    party = subprocess.run([sys.executable, "-c", PARTY], cwd=ROOT, capture_output=True, text=True, check=True)
    assert party.stdout == ""
    well, failed = map(json.loads, party.stderr.splitlines())
    assert (well["event"], well["party"], well["level"], well["issuance_id"], well["place"]) == ("well", "center", "info", "0190", "見本市")
    assert "見本市" in party.stderr
    assert (failed["event"], failed["message"]) == ("answer_failed", "Apply")
    assert "the reason" in failed["exception"]
    # Where it failed is told, what the variables held is not.
    assert "himitsu" not in party.stderr
