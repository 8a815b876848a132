from pathlib import Path

import pytest

from conformance.findings import Finding
from conformance.run import tried
from tests.conformance.cloud import tenants_trial

SOME = ("P1", "P5", "P9", "R1", "A1", "A9", "M1", "D2", "X1", "X3", "X5")
"""What a tenant's desk does by other code than an own server's: whose it is, whose rows, whose keys."""


async def rehearsal(folder: Path, seed: int = 1, only: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    async with tenants_trial(folder, seed) as one:
        return await tried(one, only)


async def test_a_tenant_of_the_cloud_keeps_the_same_promises(tmp_path: Path) -> None:
    assert [found for found in await rehearsal(tmp_path, only=SOME) if found.verdict != "passed"] == []


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(10))
async def test_a_tenant_passes_every_case_with_every_seed(tmp_path: Path, seed: int) -> None:
    assert [found for found in await rehearsal(tmp_path, seed) if found.verdict != "passed"] == []
