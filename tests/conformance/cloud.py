"""The little town as a tenant of the shared cloud, brought all the way and opened, with a neighbour beside it, behind a door as the cloud has."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa

from bcl_cloud.desk import CloudDesk
from bcl_cloud.fair_share import FairShare
from bcl_cloud.joining import onboarding
from bcl_cloud.joining.onboarding import Cloud, Description
from bcl_cloud.joining.trial_issue import draw_trial, look_at_all
from bcl_cloud.serving import Serving
from bcl_cloud.tenancy.door import Tenancy
from bcl_cloud.tenancy.files import TenantFiles
from bcl_cloud.tenancy.key_folders import KeyFolders
from bcl_cloud.tenants import entries as tenants
from bcl_cloud.tenants.tables import METADATA
from certificates.kinds import KINDS
from certificates.seal import seal_png
from certificates.signature.key_list import CodeKey, sign_key_list
from conformance.broken.serving import HERE, REFUSAL_SECONDS, hooks, served
from conformance.broken.town import BESIDE, CODE, KINDS_SERVED, populate, write_town
from conformance.profile_reading import load_profile
from conformance.trial import Trial
from issuer.clerks.office import CLERK
from issuer.terms import Certifier, PolicySetting
from messages.door import serve_application
from messages.orders import Build
from screens.sign_in import StaffAccount
from simulation.key_ring import rsa_ring, signing_key
from storage.sqlite import SqliteStore
from tests.conformance.house import now, trial_of
from trust.authority import Authority, load_certificate

DECLARED = Build(program="rehearsed cloud", topology="processes=1 press_workers=0 database=sqlite")
NEIGHBOUR, CLERK_NAME, SINCE = "990035", "suzuki", date(2020, 1, 1)


def description(code: str, name: str, folder: Path) -> Description:
    """What the town decided (`conformance.broken.town.terms`), as a tenant hands it over."""
    (folder / f"{code}.png").write_bytes(seal_png(f"{name}長之印"))
    policies = {
        one: (
            PolicySetting(
                since=SINCE,
                options=tuple(option.code for option in KINDS[one].options),
                forms=tuple(form.code for form in KINDS[one].forms),
                copies_max=10,
            ),
        )
        for one in (*KINDS_SERVED, *BESIDE)
    }
    certifier = Certifier(since=SINCE, title=f"見本県{name}長", name="見本　市長")
    return Description(
        municipality=code,
        prefecture="見本県",
        municipality_name=name,
        municipality_name_en=code,
        number_prefix=name,
        certifiers=(certifier,),
        policies=policies,
        seal=folder / f"{code}.png",
        wide_tax_since=SINCE,
    )


async def _opened(cloud: Cloud, code: str, name: str, folder: Path, authority: Authority, place: int) -> None:
    at = now() - timedelta(hours=1)
    cloud.keys.install(code, rsa_ring()[place], signing_key(place), signing_key(place + 10))
    await onboarding.onboard(cloud, description(code, name, folder), authority, "op", "参加", at, secrets.token_bytes)
    await cloud.tenancy.store(code).write(populate, at)
    if code == NEIGHBOUR:
        return  # its rows and keys are there; that it is open makes no difference to anybody else
    await cloud.database.write(tenants.set_staff, code, (StaffAccount(CLERK_NAME, "no password opens this", (CLERK,)),), "op", "参加", at)
    await draw_trial(cloud, code, "op", "試験発行", at)
    assert await look_at_all(cloud, code, CLERK_NAME, at) == ()
    assert await onboarding.open_tenant(cloud, code, "op", "開始", at) == ()


@asynccontextmanager
async def tenants_trial(folder: Path, seed: int = 1) -> AsyncIterator[Trial]:
    """A strict trial of the town as a tenant; the neighbour holds the same people, and must never be seen."""
    folder.mkdir(exist_ok=True)
    door = Tenancy(TenantFiles(folder / "tenants"), sole=True)
    database = await SqliteStore.open(folder / "cloud.db", METADATA)
    try:
        for code in (CODE, NEIGHBOUR):
            await door.create(code)
        cloud = Cloud(database, door, KeyFolders(folder / "keys"))
        async with serve_application(hooks(door.store(CODE), now), HERE, 0) as changes:
            files = write_town(folder, f"http://{HERE}:{changes}", now(), secrets.token_bytes, rsa_ring()[:3])
            authority = Authority("見本", load_certificate(folder / "documents.pem"), rsa_ring()[0])
            await _opened(cloud, CODE, "みほん市", folder, authority, 1)
            await _opened(cloud, NEIGHBOUR, "そば市", folder, authority, 3)
            _told(cloud, folder, authority)
            serving = Serving(database, door, cloud.keys, DECLARED, REFUSAL_SECONDS, (authority.certificate,), secrets.token_bytes)
            async with served(CloudDesk(serving, FairShare(16, 8, 256)), files.server, now) as port:
                yield trial_of(load_profile(files.profile), f"https://{HERE}:{port}", seed)
    finally:
        await database.close()
        await door.close()


def _told(cloud: Cloud, folder: Path, authority: Authority) -> None:
    """The tenant's own code key on the list, and its own key statement, in the place of the little town's."""
    since = (now() - timedelta(days=1)).replace(microsecond=0)
    until = since + timedelta(days=365)
    assert isinstance(authority.key, rsa.RSAPrivateKey)
    (folder / "keys.json").write_bytes(sign_key_list([CodeKey(CODE, cloud.keys.code_key(CODE), since, until)], authority.key, since))
    referrals = cloud.keys.referrals(CODE, (authority.certificate,), secrets.token_bytes)
    (folder / "statement.jws").write_text(referrals.statement(CODE, since, until), encoding="ascii")
