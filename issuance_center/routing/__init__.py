"""The directory at one instant: who issues what for whom, whether it is open, until when what is closed is closed. Pure; see `routes`.

A desk reads one `DirectoryBook` for each message and decides everything from it at one `now`.
"""

from issuance_center.routing.book import EMPTY, Change, DirectoryBook, Entry, extended
from issuance_center.routing.listing import Listing, directory, entry, listing
from issuance_center.routing.opening import Closed, Open, hours_at, open_until
from issuance_center.routing.places import in_force, planned_heir, resolve, resolved_at
from issuance_center.routing.routes import (
    NoRoute,
    Route,
    cut,
    home_of,
    key_statement,
    kiosk_at,
    marks,
    not_offered,
    only_of,
    open_issuer,
    operator_of,
    options,
    place_for,
    registered_build,
    route,
    use_route,
    wide_joined,
    years,
)
from issuance_center.routing.seeding import book_of, seeds

__all__ = [
    "EMPTY",
    "Change",
    "Closed",
    "DirectoryBook",
    "Entry",
    "Listing",
    "NoRoute",
    "Open",
    "Route",
    "book_of",
    "cut",
    "directory",
    "entry",
    "extended",
    "home_of",
    "hours_at",
    "in_force",
    "key_statement",
    "kiosk_at",
    "listing",
    "marks",
    "not_offered",
    "only_of",
    "open_issuer",
    "open_until",
    "operator_of",
    "options",
    "place_for",
    "planned_heir",
    "registered_build",
    "resolve",
    "resolved_at",
    "route",
    "seeds",
    "use_route",
    "wide_joined",
    "years",
]
