"""Tables of scoped stops: the stops, the proposals to lift them with their checks, and what the issuers declared. Rows are added and completed, never deleted."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from issuance_center.records.tables import METADATA

stops = Table(
    "stops",
    METADATA,
    Column("stop_no", Integer, primary_key=True, autoincrement=True),
    # The scope: a part without a value is open.
    Column("municipality", String(6), nullable=True),
    Column("kind", String(16), nullable=True),
    Column("issuer", String(64), nullable=True),
    Column("build", String(256), nullable=True),
    Column("operator", String(64), nullable=True),
    Column("kiosk", String(64), nullable=True),
    Column("placed_at", String(32), nullable=False),
    Column("placed_by", String(64), nullable=False),
    Column("placed_of", String(8), nullable=False),
    Column("why", String(512), nullable=False),
    Column("halted", Integer, nullable=False, default=0),
    Column("lifted_at", String(32), nullable=True),
    Index("stops_in_force", "lifted_at"),
)

liftings = Table(
    "liftings",
    METADATA,
    Column("lifting_no", Integer, primary_key=True, autoincrement=True),
    Column("stop_no", Integer, ForeignKey("stops.stop_no"), nullable=False, index=True),
    Column("proposed_at", String(32), nullable=False),
    Column("proposed_by", String(64), nullable=False),
    Column("by_operator", Boolean, nullable=False),
    Column("by_municipality", String(6), nullable=True),
    Column("reason", String(512), nullable=False),
    Column("confirmed_at", String(32), nullable=True),
    Column("confirmed_by", String(64), nullable=True),
    Column("check_no", Integer, nullable=True),
)

stop_checks = Table(
    "stop_checks",
    METADATA,
    Column("check_no", Integer, primary_key=True, autoincrement=True),
    Column("lifting_no", Integer, ForeignKey("liftings.lifting_no"), nullable=False, index=True),
    Column("checked_at", String(32), nullable=False),
    Column("checked_by", String(64), nullable=False),
    Column("passed", Boolean, nullable=False),
    # [issuer, municipality, kinds, fault or null, program, topology] of each that was asked
    Column("answers", Text, nullable=False),
)

declared_builds = Table(
    "declared_builds",
    METADATA,
    Column("build_no", Integer, primary_key=True, autoincrement=True),
    Column("issuer", String(64), nullable=False),
    Column("program", String(256), nullable=False),
    Column("topology", String(256), nullable=False),
    Column("first_at", String(32), nullable=False),
    Column("last_at", String(32), nullable=False),
    # One number for all of them: the latest word of an issuer is the one with the highest.
    Column("turn", Integer, nullable=False),
    UniqueConstraint("issuer", "program", "topology"),
)
