"""Every municipality and ward of Japan as entries of a directory: for routing at national scale only. Real names stand on no certificate."""

from collections.abc import Iterator

from certificates.kinds import KINDS
from issuance_center.entries import Hours, IssuedBy, Place, Succession, Wide
from issuance_center.routing import Change
from issuance_center.routing.seeding import FROM_THE_START
from registers.municipalities import municipalities, wards

KOSEKI_HOURS = Hours(opens="09:00", closes="17:00", weekdays_only=True)


def national_changes() -> Iterator[Change]:
    """All of them, each issuing every kind on a line of its own name, 戸籍 and 附票 on weekdays; wards mean their cities."""
    for one in municipalities():
        yield Change("place", one.code, "", FROM_THE_START, Place(one.prefecture, one.name, ""))
        yield Change("wide", one.code, "", FROM_THE_START, Wide(joined=True))
        for kind in KINDS.values():
            yield Change("issuer", one.code, kind.code, FROM_THE_START, IssuedBy(one.code))
            yield Change("hours", one.code, kind.code, FROM_THE_START, KOSEKI_HOURS if kind.hours_class == "koseki" else Hours())
    for ward in wards():
        yield Change("succession", ward.code, "", FROM_THE_START, Succession(ward.city_code, ward.name, "", "ward"))
