"""Whose rows a connection shows, by the database's own word: asked before every single step of a probe, so that a door that mixes two tenants once in a while is met where it does.

Decides nothing about rows. Costs a word, and is not asked of anything but probes.
"""

from sqlalchemy import Connection, text

from bcl_cloud.tenancy.probe_signs import Leak
from bcl_cloud.tenancy.roles import PREFIX

_FILES = text("PRAGMA database_list")
_ROLE = text("SELECT current_user")


def demand_own(connection: Connection, code: str) -> None:
    """Raises `Leak` unless this connection is on the tenant `code`'s own file and no other, or logged in as its role."""
    if connection.dialect.name == "sqlite":
        names = [row[2].rpartition("/")[2] for row in connection.execute(_FILES) if row[1] != "temp"]
        found, own = names, f"{code}.db"
    else:
        found, own = [str(connection.execute(_ROLE).scalar_one())], PREFIX + code
    if found != [own]:
        raise Leak((code, *filter(None, map(code_in, found))), "session: of another tenant")


def code_in(name: str) -> str:
    """The tenant that a file's or a role's name speaks of; empty for none."""
    digits = name.removesuffix(".db").removeprefix(PREFIX)
    return digits if digits.isdecimal() and len(digits) == 6 else ""
