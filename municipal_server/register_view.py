"""The register as the desk looks at it: the holder of a card and their household, of one state.

Decides nothing; finding nobody is an answer like any other. Every function is one step of a transaction.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from registers.residents.resident import Household, Resident
from registers.residents.schema import HOUSEHOLDS
from registers.residents.tables import holder_and_household

_REVISION = select(HOUSEHOLDS.c.revision).where(HOUSEHOLDS.c.household_no == bindparam("the_household"))


@dataclass(frozen=True, slots=True)
class Found:
    """The person whose card it is, of any standing, and the household they are registered in."""

    holder: Resident
    household: Household


def find_holder(connection: Connection, serial: str) -> Found | None:
    """Whose 利用者証明用 certificate this serial (lower-case hex) is; None for nobody's."""
    found = holder_and_household(connection, serial)
    return None if found is None else Found(*found)


def household_version(connection: Connection, household_no: str) -> str | None:
    """The version of a household now, as `Household.version` reads; None if there is none of this number."""
    revision = connection.execute(_REVISION, {"the_household": household_no}).scalar_one_or_none()
    return None if revision is None else str(revision)
