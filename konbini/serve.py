"""`konbini serve PARTY`: one party alone, in this process."""

import sys
from importlib import import_module
from pathlib import Path

from konbini.answers import fail
from storage.opening import UnknownDatabase
from storage.sqlite import AlreadyServed
from trust.authority import KeyUnusable

PARTIES = {"kiosk": "kiosk", "center": "issuance_center", "municipal": "municipal_server", "bcl": "bcl_cloud", "fees": "fees", "jpki": "jpki"}
"""Word on the command line -> the party's folder."""


def serve_party(party: str, config: Path) -> None:
    """Serve until stopped; a configuration that cannot be used is said in one sentence."""
    if party not in PARTIES:
        fail("party_unknown", f"{party} という当事者はありません（{', '.join(PARTIES)} のどれか）。", as_json=False, status=2)
    folder = PARTIES[party]
    try:
        import_module(f"{folder}.__main__").run(config)
    except (import_module(f"{folder}.config").ConfigInvalid, AlreadyServed, UnknownDatabase, KeyUnusable, OSError) as error:
        sys.stderr.write(f"{party}: {error}\n")
        raise SystemExit(2) from None
