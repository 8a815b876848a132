"""The cloud of `watched`, in which two tenants offer papers of every register and one of them has uploaded its own. Prepared once for a run of tests, copied for each."""

import asyncio
import atexit
import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from random import Random
from tempfile import mkdtemp

from bcl_cloud.feeds.packing import ALL, pack
from bcl_cloud.feeds.uploading import upload
from bcl_cloud.joining.onboarding import plant_canary
from bcl_cloud.tenants.entries import set_forms
from certificates.kinds import KINDS
from issuer.terms import PolicySetting
from tests.bcl_cloud.feeds.feeding import AS_OF, town
from tests.bcl_cloud.feeds.feeding import NOW as UPLOADED
from tests.bcl_cloud.tenants import A, B
from tests.bcl_cloud.watched import cloud_in, copied
from tests.issuer.town import NOW, SINCE

OFFERED = ("juminhyo", "inkan", "koseki", "fuhyo", "kazei")
PARTS = ("koseki", "seal", *(f"tax/{year}" for year in range(2021, 2027)))


@cache
def filled() -> Path:
    """The folder of a cloud in which A and B offer papers of every register and A has uploaded its own."""
    folder = Path(mkdtemp(prefix="konbini-canaries-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, _fill(folder)).result()
    return folder


async def _fill(folder: Path) -> None:
    async with cloud_in(copied(folder)) as cloud:
        for code in (A, B):
            await cloud.database.write(set_forms, code, settings(OFFERED), "op", "種類を増やす", NOW)
            await plant_canary(cloud, code, Random(code).randbytes, "op", "種類を増やす", NOW)
        report = await upload(cloud.tenancy.store(A), pack(town(), A, 1, AS_OF), A, ALL, lambda: UPLOADED)
        assert report.outcome == "applied", report.faults[:3]


def settings(kinds: tuple[str, ...]) -> dict[str, tuple[PolicySetting, ...]]:
    """What a tenant decides that offers these kinds."""
    return {
        kind: (PolicySetting(since=SINCE, options=(), forms=(KINDS[kind].forms[0].code,), copies_max=10, years=3 if KINDS[kind].yearly else 1),)
        for kind in kinds
    }
