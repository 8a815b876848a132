"""From a configuration to what the cloud works on: its own database, the place of the tenants' rows, their keys.

Decides by the addresses alone: files on this machine, or PostgreSQL for both. On PostgreSQL a tenant's password lies in the tenant's key folder, made when the tenant is.
"""

from bcl_cloud.config import Config
from bcl_cloud.joining.onboarding import Cloud
from bcl_cloud.tenancy.door import OPEN_MAX, Tenancy
from bcl_cloud.tenancy.key_folders import KeyFolders
from bcl_cloud.tenancy.locating import places_of
from bcl_cloud.tenancy.places import RehearsedPlaces
from bcl_cloud.tenants.tables import METADATA
from storage.crash_points import CrashPoints
from storage.opening import open_store


async def open_cloud(config: Config, *, sole: bool, open_max: int = OPEN_MAX, points: CrashPoints | None = None) -> Cloud:
    """Everything opened. `sole` is for the serving process: on files a second one is refused.

    Raises `storage.opening.UnknownDatabase`, `storage.sqlite.AlreadyServed`. Close with `close_cloud`.
    """
    database = await open_store(config.database, METADATA, sole=sole, servers=True)
    places = places_of(config.tenants, config.keys)
    return Cloud(database, Tenancy(RehearsedPlaces(places, points) if points else places, sole=sole, open_max=open_max), KeyFolders(config.keys))


async def close_cloud(cloud: Cloud) -> None:
    """Finish what was accepted and let go of everything."""
    await cloud.tenancy.close()
    await cloud.database.close()
