"""A made-up municipality's registers put into the database of its server, and what its tax section has decided about fiscal years by then. The same for the town on localhost and the town in one
process.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from random import Random

from sqlalchemy import Connection

import certificates.fonts
from issuer.terms import Issuer
from issuer.year_openings import approve_year
from issuer.year_specimens import specimens
from registers.koseki import tables as koseki_tables
from registers.population import Population
from registers.population.municipality import TaxedOutside
from registers.residents import tables as resident_tables
from registers.residents.resident import Resident
from registers.seal import tables as seal_tables
from registers.seal.carving import carve
from registers.seal.seal import Imprint
from registers.tax import tables as tax_tables
from registers.tax.outsiders import Outsider, replace_outsiders
from simulation.municipalities import Place, year_approved_at

WHY_APPROVED = "見本を確認した"
_FONTS = tuple(Path(certificates.fonts.__file__).parent / name for name in ("NotoSerifJP-Regular.ttf", "BIZUDMincho-Regular.ttf"))


def carved(text: str, chance: Random) -> Imprint:
    """The imprint of a seal cut for this name, in the fonts that papers are drawn with."""
    return carve(text, chance, _FONTS)


def fill_registers(connection: Connection, population: Population, residents: Sequence[Resident], now: datetime) -> None:
    """All four registers and who is taxed here from elsewhere; `residents` are the population's with what their cards add."""
    resident_tables.load(connection, residents, population.households, now=now)
    koseki_tables.load(connection, population.koseki, population.fuhyo, now=now)
    seal_tables.load(connection, population.seals, now=now)
    tax_tables.load(connection, population.tax, now=now)
    replace_outsiders(connection, outsiders_of(population), now)


def outsiders_of(population: Population) -> tuple[Outsider, ...]:
    """住登外者, as the tax section's list has them."""
    return tuple(_outsider(one) for one in population.outside)


def _outsider(one: TaxedOutside) -> Outsider:
    person = one.resident
    return Outsider(one.atena_no, person.juminhyo_code, person.name, person.name_kana, person.birth, person.sex, person.character_pending)


def approve_tax_year(connection: Connection, place: Place, issuer: Issuer, by: str, now: datetime) -> None:
    """The tax section's approval of the latest fiscal year (of the one before where this one waits for it) after its specimens; nothing where this issuer makes no tax papers."""
    year = year_approved_at(place, now.date())
    looked_at = specimens(issuer, year, now.date())
    if looked_at is not None:
        approve_year(connection, year, looked_at.digest(), by, WHY_APPROVED, now)
