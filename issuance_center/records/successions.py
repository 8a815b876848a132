"""Which municipality in force a code means at an instant, asked of the directory's entries themselves: a stop is held against it in the very transaction that would let something pass.

The same as `routing.places` finds in the book; of a code that leads nowhere nothing is forgotten: it means what it last led to.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import Connection, select

from issuance_center.entries import Succession
from issuance_center.records.directory_tables import directory_entries
from storage.instants import instant

_CHAIN_MAX = 8
_DECODE = msgspec.json.Decoder(Succession)


def meanings(connection: Connection, codes: Iterable[str], now: datetime) -> dict[str, str]:
    """What each of these codes means at `now`: itself, the city of a ward, or what a former municipality has become part of, however often that has merged again."""
    means = {code: code for code in codes}
    for _ in range(_CHAIN_MAX):
        heirs = _heirs(connection, set(means.values()), now)
        if not heirs:
            break
        means = {code: heirs.get(meant, meant) for code, meant in means.items()}
    return means


def _heirs(connection: Connection, codes: set[str], now: datetime) -> dict[str, str]:
    """What those among these codes that have been succeeded lead to at once. Of two entries from one instant on the later one counts; one without a value withdraws."""
    if not codes:
        return {}
    table = directory_entries
    wanted = select(table.c.subject, table.c.since, table.c.value).where(table.c.topic == "succession", table.c.subject.in_(sorted(codes)))
    dated: dict[str, dict[datetime, str | None]] = {}
    for row in connection.execute(wanted.order_by(table.c.entry_no)):
        dated.setdefault(row.subject, {})[instant(row.since)] = row.value
    heirs = {}
    for code, values in dated.items():
        begun = [(since, value) for since, value in values.items() if value is not None and since <= now]
        if begun:
            heirs[code] = _DECODE.decode(max(begun)[1]).to
    return heirs
