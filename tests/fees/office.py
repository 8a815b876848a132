"""A small fee office: one center, one operator, two fictional cities, the campaign history 300 - 50, 300 - 290, 300 - 50, and facts to book."""

from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from fees.booking.records import METADATA
from fees.config import Config
from fees.rules.commissions import CommissionRule
from fees.rules.tariff import TariffRule
from messages.facts import FeeFact
from storage.instants import JST

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=JST)
CITY, OTHER_CITY = "990019", "990027"
SEVEN = "hidamari"


def rule(name: str, kind: str, yen: int, since: str, until: str | None = None, **place: str) -> TariffRule:
    """A tariff rule of the city's 住民票 at a store, unless `place` says otherwise."""
    where = {"municipality": CITY, "fee_class": "juminhyo", "channel": "store", **place}
    return TariffRule(
        rule=name,
        kind=kind,
        yen=yen,
        since=date.fromisoformat(since),
        until=date.fromisoformat(until) if until else None,
        **where,  # type: ignore[arg-type]
    )


TARIFF = (
    rule("juminhyo-base", "base", 300, "2020-04-01"),
    rule("juminhyo-reduction", "reduction", 50, "2020-04-01"),
    rule("juminhyo-ten-yen", "campaign", 290, "2025-07-01", "2026-04-01"),
    rule("free-base", "base", 0, "2020-04-01", fee_class="free"),
    rule("other-base", "base", 400, "2020-04-01", municipality=OTHER_CITY),
)
COMMISSIONS = (CommissionRule(rule="itaku-2026", operator=SEVEN, commission_yen=117, since=date(2019, 10, 1)),)


def raw_config(**changes: Any) -> dict[str, Any]:
    """The office's configuration as its file says it."""
    return {
        "name": "fees",
        "door": {"host": "127.0.0.1", "port": 0, "certificate_file": Path("fees.crt"), "key_file": Path("fees.key"), "ca_file": Path("ca.crt")},
        "office": {"host": "127.0.0.1", "port": 0},
        "database": "sqlite:////tmp/fees.db",
        "center": {"id": "center", "name": "証明書交付センター", "name_en": "Issuance center"},
        "operators": [{"id": SEVEN, "name": "ひだまりストア", "name_en": "Hidamari Store"}],
        "municipalities": [{"id": CITY, "name": "見本市", "name_en": "Mihon City"}, {"id": OTHER_CITY, "name": "例示市", "name_en": "Reiji City"}],
        "tariff": msgspec.to_builtins(TARIFF),
        "commissions": msgspec.to_builtins(COMMISSIONS),
        **changes,
    }


def config(**changes: Any) -> Config:
    """The office's configuration."""
    return msgspec.convert(raw_config(**changes), Config)


def fact(number: int, issuance: str, step: str, **changes: Any) -> FeeFact:
    """A fact of the office's ordinary certificate (250 yen); `at` follows the number."""
    values: dict[str, Any] = {
        "number": number,
        "issuance_id": issuance,
        "step": step,
        "municipality": CITY,
        "kind": "juminhyo",
        "fee_class": "juminhyo",
        "channel": "store",
        "operator": SEVEN,
        "kiosk_id": "K001",
        "fee_yen": 250,
        "rule": "juminhyo-reduction",
        "visited_at": NOW,
        "at": NOW + timedelta(seconds=number % 3600),
        **changes,
    }
    return FeeFact(**values)


def engine() -> Engine:
    """A fresh database in memory, laid out and prepared as the store prepares its writer."""
    made = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})

    def prepare(dbapi_connection: Any, _record: object) -> None:
        dbapi_connection.execute("PRAGMA foreign_keys=ON")

    event.listen(made, "connect", prepare)
    METADATA.create_all(made)
    return made


@contextmanager
def transaction() -> Any:
    """A connection to a fresh database inside one transaction."""
    made = engine()
    connection: Connection
    with made.begin() as connection:
        yield connection
    made.dispose()
