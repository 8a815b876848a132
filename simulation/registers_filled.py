"""A made-up municipality's registers put into the database of its server. The same for the town on localhost and the town in one process."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from random import Random

from sqlalchemy import Connection

import certificates.fonts
from registers.koseki import tables as koseki_tables
from registers.population import Population
from registers.residents import tables as resident_tables
from registers.residents.resident import Resident
from registers.seal import tables as seal_tables
from registers.seal.carving import carve
from registers.seal.seal import Imprint
from registers.tax import tables as tax_tables

_FONTS = tuple(Path(certificates.fonts.__file__).parent / name for name in ("NotoSerifJP-Regular.ttf", "BIZUDMincho-Regular.ttf"))


def carved(text: str, chance: Random) -> Imprint:
    """The imprint of a seal cut for this name, in the fonts that papers are drawn with."""
    return carve(text, chance, _FONTS)


def fill_registers(connection: Connection, population: Population, residents: Sequence[Resident], now: datetime) -> None:
    """All four registers; `residents` are the population's with what their cards add."""
    resident_tables.load(connection, residents, population.households, now=now)
    koseki_tables.load(connection, population.koseki, population.fuhyo, now=now)
    seal_tables.load(connection, population.seals, now=now)
    tax_tables.load(connection, population.tax, now=now)
