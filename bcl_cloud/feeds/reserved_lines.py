"""Lines of an upload that name the numbers of whoever stands beside the register (`registers.residents.schema.ASIDE`): refused at the line, whatever else is good, and never put in quarantine.

Decides nothing else about a line. Such a number is given to nobody: a file in which it stands was not made from the municipality's register alone.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from bcl_cloud.feeds.archive import Archive
from bcl_cloud.feeds.manifest import REGISTER_OF, Manifest
from bcl_cloud.feeds.reading import Faults
from registers.csv_records import Unreadable, records
from registers.csv_table import BadLine, bad_line
from registers.residents.schema import COUNTED, RESIDENTS

SENTENCES: dict[str, tuple[str, str]] = {
    "reserved_number": (
        "この番号は、クラウドが監視に用いる架空の住民に割り当てられています。住民の番号として取り込むことはできません。",
        "This number belongs to a fictional resident by whom the cloud watches itself. It cannot be anybody's.",
    ),
}
_NUMBERS = (RESIDENTS.c.atena_no, RESIDENTS.c.household_no, RESIDENTS.c.my_number, RESIDENTS.c.juminhyo_code, RESIDENTS.c.serial)


def reserved(connection: Connection) -> frozenset[str]:
    """The numbers that no line of this tenant's may name."""
    found = connection.execute(select(*_NUMBERS).where(~COUNTED).order_by(RESIDENTS.c.atena_no))
    return frozenset(number for row in found for number in row if number)


def reserved_lines(archive: Archive, manifest: Manifest, register: str, numbers: frozenset[str]) -> Faults:
    """The faults of one register's files, by file. A file without any of the numbers is looked through once and not taken apart."""
    names = [name for name in manifest.files if REGISTER_OF.get(name) == register]
    found = {name: tuple(_faults(archive, name, numbers)) for name in names if _mentions(archive, name, numbers)}
    return {name: lines for name, lines in found.items() if lines}


def _mentions(archive: Archive, name: str, numbers: frozenset[str]) -> bool:
    wanted = tuple(number.encode() for number in numbers)
    with archive.open(name) as stream:
        return bool(wanted) and any(number in line for line in stream for number in wanted)


def _faults(archive: Archive, name: str, numbers: frozenset[str]) -> Iterable[BadLine]:
    header: list[str] = []
    with archive.open(name) as stream:
        try:
            for place, (number, cells) in enumerate(records(stream)):
                header = cells if place == 0 else header
                for at, cell in enumerate(cells):
                    if place and cell in numbers:
                        yield bad_line(number, header[at] if at < len(header) else "", "reserved_number", SENTENCES)
        except Unreadable:
            return  # the register's own reading says so, and nothing goes in
