"""A tenant of these tests brought all the way: somebody of its own looks at the specimens, and it is opened."""

from bcl_cloud.joining import onboarding
from bcl_cloud.joining.onboarding import Cloud
from bcl_cloud.joining.trial_issue import draw_trial, look_at_all
from bcl_cloud.tenants import entries as tenants
from issuer.clerks.office import CLERK
from screens.sign_in import StaffAccount
from tests.issuer.town import NOW

CLERK_NAME = "suzuki"
ACCOUNT = StaffAccount(CLERK_NAME, "no password opens this", (CLERK,))


async def looked(cloud: Cloud, code: str) -> None:
    """Every specimen of the tenant is drawn and called good by its clerk, who is made its staff."""
    await cloud.database.write(tenants.set_staff, code, (ACCOUNT,), "op", "参加", NOW)
    await draw_trial(cloud, code, "op", "試験発行", NOW)
    assert await look_at_all(cloud, code, CLERK_NAME, NOW) == ()


async def opened(cloud: Cloud, code: str) -> None:
    """The tenant issues."""
    await looked(cloud, code)
    assert await onboarding.open_tenant(cloud, code, "op", "開始", NOW) == ()
