"""Lines of an upload that name the numbers of whoever stands beside the registers (`registers.residents.schema.ASIDE`): refused at the line, whatever else is good, and never put in quarantine.

Decides in which register's files which numbers count: an amount may look like the number of a seal. Decides nothing else about a line.
Such a number is given to nobody: a file in which it stands was not made from the municipality's register alone.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, select

from bcl_cloud.feeds.forms import FORMS
from bcl_cloud.feeds.indexing import FileIndex
from registers.csv_table import BadLine, bad_line
from registers.koseki import schema as koseki
from registers.residents.schema import COUNTED, RESIDENTS
from registers.seal import schema as seal

SENTENCES: dict[str, tuple[str, str]] = {
    "reserved_number": (
        "この番号は、クラウドが監視に用いる架空の住民に割り当てられています。住民の番号として取り込むことはできません。",
        "This number belongs to a fictional resident by whom the cloud watches itself. It cannot be anybody's.",
    ),
}
EVERYWHERE = ""
"""Of numbers that count in every register's files."""
_NUMBERS = (RESIDENTS.c.atena_no, RESIDENTS.c.household_no, RESIDENTS.c.my_number, RESIDENTS.c.juminhyo_code, RESIDENTS.c.serial)
_OF_FAMILY = (
    select(koseki.MEMBERS.c.koseki_no, koseki.MEMBERS.c.person_no)
    .select_from(koseki.MEMBERS.join(koseki.KOSEKI, koseki.KOSEKI.c.koseki_no == koseki.MEMBERS.c.koseki_no))
    .where(~koseki.COUNTED)
    .order_by(koseki.MEMBERS.c.person_no)
)
_ASIDE: Mapping[str, Select[Any]] = {
    EVERYWHERE: select(*_NUMBERS).where(~COUNTED).order_by(RESIDENTS.c.atena_no),
    "koseki": _OF_FAMILY,
    "seal": select(seal.SEALS.c.registration_no).where(~seal.COUNTED).order_by(seal.SEALS.c.number),
}

Reserved = Mapping[str, frozenset[str]]


def reserved(connection: Connection) -> Reserved:
    """The numbers that no line of this tenant's may name, by the register in whose files they count."""
    return {register: frozenset(number for row in connection.execute(query) for number in row if number) for register, query in _ASIDE.items()}


def numbers_for(register: str, nobodys: Reserved) -> frozenset[str]:
    """Those that count in the files of this register."""
    return nobodys[EVERYWHERE] | nobodys.get(register, frozenset())


def reserved_faults(name: str, index: FileIndex) -> list[BadLine]:
    """The faults of the lines of one file in which such a number stands."""
    columns = {column.field: column.ja for column in FORMS[name].columns}
    return [bad_line(number, columns.get(field, ""), "reserved_number", SENTENCES) for number, field in index.reserved]
