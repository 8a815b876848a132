"""How many stand in the registers of some kinds, as an inventory must count them: everybody but the canary. One step of a read; decides nothing."""

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from certificates.kinds import KINDS
from registers.koseki import schema as koseki
from registers.residents import schema as residents
from registers.seal import schema as seal
from registers.tax import schema as tax


def people_of(connection: Connection, kinds: Iterable[str]) -> int:
    """Residents, and what the registers of these kinds hold: people of 戸籍, registered seals, tax records."""
    registers = {KINDS[kind].register for kind in kinds}
    members = koseki.MEMBERS.join(koseki.KOSEKI, koseki.KOSEKI.c.koseki_no == koseki.MEMBERS.c.koseki_no)
    counts = {
        "residents": select(func.count()).select_from(residents.RESIDENTS).where(residents.COUNTED),
        "koseki": select(func.count()).select_from(members).where(koseki.COUNTED),
        "seal": select(func.count()).select_from(seal.SEALS).where(seal.COUNTED),
        "tax": select(func.count()).select_from(tax.RECORDS).where(tax.COUNTED),
    }
    return sum(int(connection.execute(counts[one]).scalar_one()) for one in sorted(registers | {"residents"}))
