"""Where the rows of all tenants are, from the address in the configuration: a folder of files on this machine, or a PostgreSQL database."""

from pathlib import Path

from bcl_cloud.tenancy.files import TenantFiles
from bcl_cloud.tenancy.places import Places
from bcl_cloud.tenancy.roles import TenantRoles
from storage.opening import POSTGRESQL


def places_of(tenants: str, passwords: Path) -> Places:
    """`tenants` is a folder, or the URL of the PostgreSQL role that makes tables and roles; then `passwords` holds those of the tenants' own roles."""
    return TenantRoles(tenants, passwords) if tenants.startswith(POSTGRESQL + ":") else TenantFiles(Path(tenants))
