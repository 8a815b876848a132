"""All files of a plan: the same bytes in every process."""

import subprocess
import sys
from hashlib import sha256

import msgspec

from fees.planning.council.files import files_of
from tests.fees.planning.council.plans import EVERYTHING, nationwide
from tests.fees.planning.scenarios import with_end
from tests.structure.sources import ROOT

ANOTHER_PROCESS = """
import sys
from hashlib import sha256
from fees.planning.council.files import files_of
from fees.planning.plan import plan
from fees.planning.scenario.reading import read_scenario
files = files_of(plan(read_scenario(sys.stdin.buffer.read())))
for name in sorted(files):
    print(name, sha256(files[name]).hexdigest())
"""


def test_the_same_scenario_gives_the_same_bytes_in_another_process_whose_texts_hash_otherwise() -> None:
    here = {name: sha256(content).hexdigest() for name, content in files_of(nationwide()).items()}
    assert set(here) == {"council.html", "council.pdf", "municipalities.csv", "assumptions.csv", "summary.json"}
    ran = subprocess.run(
        [sys.executable, "-c", ANOTHER_PROCESS],
        input=with_end(EVERYTHING).encode(),
        capture_output=True,
        check=True,
        cwd=ROOT,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)},
    )
    assert dict(line.split() for line in ran.stdout.decode().splitlines()) == here


def test_the_summary_is_for_programs_and_says_what_it_is() -> None:
    told = msgspec.json.decode(files_of(nationwide())["summary.json"])
    assert told["specimen"] == "見本・試算"
    assert told["populations"] == "modelled"
    assert [scheme["id"] for scheme in told["schemes"]] == ["fixed", "metered"]
    assert (told["koseki_on_bcl"]["bodies"], told["koseki_on_bcl"]["towns"], told["wide_tax"]["bodies"]) == (237, 171, 671)
