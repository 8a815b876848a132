"""Whose turn it is among one tenant's own writers: the switch of an upload and the events of the fast lane.

Decides nothing. On a file there is one writer anyway. On PostgreSQL two transactions that read what the other writes cannot both hold, and the longer one would begin again and again for as long as
events come: so an event that comes during a switch waits for it, a switch begins when no event is being taken, and other tenants wait for nobody.
"""

from sqlalchemy import Connection, func, literal_column, select

_OF_TENANT = func.hashtext(literal_column("current_user"))


def wait_for_turn(connection: Connection) -> None:
    """Until this transaction ends, no other of this tenant's has the turn. To be called first: one that had to wait may see what was there before, and the store begins it again."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_OF_TENANT)))


def has_turn(connection: Connection) -> bool:
    """The same without waiting: False where another has it. To be called first: what this transaction sees is then what the last one left."""
    return connection.dialect.name != "postgresql" or bool(connection.execute(select(func.pg_try_advisory_xact_lock(_OF_TENANT))).scalar_one())
