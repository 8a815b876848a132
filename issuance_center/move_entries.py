"""A move as it stands in the directory: from its minute on its kinds are the new issuer's; taken back, they stay where they are."""

from datetime import datetime

from sqlalchemy import Connection

from issuance_center.entries import IssuedBy
from issuance_center.records import directory
from issuance_center.records.moves import Move
from issuance_center.routing import Change


def enter(connection: Connection, move: Move, now: datetime) -> None:
    """Enter it under the name of who planned it."""
    _add(connection, move, IssuedBy(move.new), f"切替 {move.move_no}：{move.reason}", now)


def withdraw(connection: Connection, move: Move, now: datetime) -> None:
    """Take the entries back before they are in force."""
    _add(connection, move, None, f"切替 {move.move_no} の取りやめ", now)


def _add(connection: Connection, move: Move, value: IssuedBy | None, reason: str, now: datetime) -> None:
    changes = [Change("issuer", move.municipality, kind, move.at, value) for kind in move.kinds]
    directory.add(connection, changes, move.planned_by, reason[:512], now)
