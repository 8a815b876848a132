"""Of when the data of each register are, and whether they are too old to issue from.

Decides that a paper of any kind needs residents who are new enough: who holds the card, and what forbids a paper, stands there.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, select

from bcl_cloud.feeds.manifest import REGISTERS
from bcl_cloud.feeds.tables import AGES
from certificates.kinds import KINDS
from messages.conditions import RegisterAge
from storage.instants import instant


def ages(connection: Connection) -> tuple[RegisterAge, ...]:
    """Every register that was uploaded, with the instant of which its data are."""
    return tuple(RegisterAge(register=row.register, as_of=instant(row.as_of)) for row in connection.execute(select(AGES).order_by(AGES.c.register)))


def ages_of_all(connection: Connection) -> tuple[RegisterAge, ...]:
    """All four registers; one that was never uploaded has no instant."""
    known = {age.register: age for age in ages(connection)}
    return tuple(known.get(register, RegisterAge(register=register, as_of=None)) for register in REGISTERS)


def stale(connection: Connection, kind: str, now: datetime, max_age_hours: Mapping[str, float]) -> Literal["data_stale"] | None:
    """`data_stale` when a register that this kind reads is older than the tenant's term for it (hours by register), or was never uploaded; None while it may be issued from."""
    known = {age.register: age.as_of for age in ages(connection)}
    for register in ("residents", KINDS[kind].register):
        most = max_age_hours.get(register)
        as_of = known.get(register)
        if most is not None and (as_of is None or now - as_of > timedelta(hours=most)):
            return "data_stale"
    return None
