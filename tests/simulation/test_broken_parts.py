"""A town with a part of it broken on purpose: a guard of the center, an issuer or the cloud is swapped for one that lets everything through, and the auditor must name what comes of it."""

from pathlib import Path
from typing import Any

import pytest

from certificates import entitlement
from issuance_center import routing
from issuance_center.stopping import Scope
from simulation import run
from simulation.auditor import Findings
from simulation.center_staff import OPERATOR, SECOND
from simulation.day import Day
from simulation.faults import LEVELS
from simulation.foundation import Foundation, Holder, found
from simulation.municipalities import BCL
from simulation.party_life import adopt_tasks
from simulation.virtual_time import run_virtual
from simulation.workload import Crowd
from simulation.world import make_world

REIJI, KOKOROMI, SHISAKU = "992020", "993018", "993026"


def _audited(folder: Path, seed: int, visits: int, municipalities: int, who: Any, monkeypatch: pytest.MonkeyPatch) -> Findings:
    """What the auditor finds in calm weather; `who` says which holders come."""
    world = make_world(seed, LEVELS["none"])
    adopt_tasks(world.loop)
    foundation = found(world, seed, 160, 8, folder, municipalities)
    come = [holder for holder in foundation.holders if who(holder, foundation)]
    monkeypatch.setattr(Crowd, "_pick", lambda crowd: crowd._chance.choice(come))
    town, _, _, findings, _ = run_virtual(world.loop, run._live(world, foundation, visits))
    for devices in town.devices.values():
        for device in devices:
            device.close()
    return findings


def _named(findings: Findings, part: str) -> bool:
    return any(part in complaint for complaint in findings.complaints)


def test_a_center_that_minds_no_stop_no_build_and_no_move_is_found_out_three_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("issuance_center.records.stops.refusing", lambda *_: None)
    monkeypatch.setattr("issuance_center.builds.Builds.wrong", _never)
    chosen = routing.open_issuer
    monkeypatch.setattr(routing, "open_issuer", lambda *asked: REIJI if chosen(*asked) == BCL else chosen(*asked))
    monkeypatch.setattr("simulation.workload.MIX", {"juminhyo": 100})
    monkeypatch.setattr("simulation.day.STOP_SECONDS", (10.0, 40.0))
    monkeypatch.setattr(Day, "_with_server", lambda day: day._foundation.place(REIJI))
    monkeypatch.setattr(Day, "_scope", lambda _: (Scope(kind="juminhyo"), OPERATOR, SECOND))
    findings = _audited(tmp_path, 3, 44, 3, _of(REIJI), monkeypatch)
    assert _named(findings, " s after stop ")
    assert _named(findings, "a program that nobody had registered")
    assert _named(findings, f"a paper from {REIJI}, which did not issue it then")


def test_issuers_that_use_no_referral_up_and_stop_nobody_are_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("issuer.making.use_up", lambda *_: None)
    monkeypatch.setattr(entitlement, "stopped", lambda *_: None)
    monkeypatch.setattr("certificates.entitlement._flagged", lambda *_: None)
    monkeypatch.setattr("simulation.truth.versions.KNOWN_WITHIN_SECONDS", 2.0)
    monkeypatch.setattr("simulation.day.EVENT_SECONDS", 2.0)
    findings = _audited(tmp_path, 10, 30, 3, lambda holder, _: bool(holder.former), monkeypatch)
    assert _named(findings, "made by a referral that was used up 0 times")
    assert _named(findings, "the paper of somebody who is stopped")


def test_a_cloud_whose_door_leads_to_the_neighbour_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    neighbour = {f"bcl-{KOKOROMI}": f"bcl-{SHISAKU}", f"bcl-{SHISAKU}": f"bcl-{KOKOROMI}"}
    monkeypatch.setattr("simulation.cloud.check_file", lambda *_: None)
    opened = run.Town.store
    monkeypatch.setattr(run.Town, "store", lambda town, life, database="": opened(town, life, neighbour.get(database, database)))
    findings = _audited(tmp_path, 2, 8, 4, _of(KOKOROMI), monkeypatch)
    assert _named(findings, f"told that they are not registered in {KOKOROMI}, and they are")


async def _never(*_: Any) -> bool:
    return False


def _of(code: str) -> Any:
    def lives_there(holder: Holder, _foundation: Foundation) -> bool:
        return holder.municipality == code

    return lives_there
