"""Whether a message may be heard at all: a known kiosk, a fresh time, a living visit, a lawful application. Pure.

Each check names the row of the table of refusals that it answers with, or None. Must never know who the resident is.
"""

import re
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from certificates.kinds import KINDS
from issuance_center.config import Limits
from issuance_center.entries import Kiosk
from issuance_center.records.visits import Offer, Visit
from issuance_center.routing import DirectoryBook, in_force, kiosk_at
from messages.facts import Price
from messages.uses import ApplyForUse
from messages.visits import Application, Apply, OpenVisit, Report
from messages.wire import Message
from storage.instants import JST
from trust.parties import Peer

_ID = re.compile(r"[0-9a-f]{32}")
_NAME = re.compile(r"[!-~]{1,64}")
_REPORTS_SINCE = datetime(2000, 1, 1, tzinfo=JST)
_REPORTS_AHEAD = timedelta(days=1)
NUMBER_MAX = 2**31 - 1

M = TypeVar("M", bound=Message)


def malformed(message: Message) -> str | None:
    """What is wrong with a value that would be stored, by its path; None when nothing is. What is only looked up needs no form: it is found or not."""
    found: dict[str, object]
    match message:
        case OpenVisit():
            found = {"visit_id": _ID.fullmatch(message.visit_id)}
        case Apply(application=application):
            found = {"application.request_id": _ID.fullmatch(application.request_id)}
        case Report(event=event):
            found = {"event.seq": 0 < event.seq <= NUMBER_MAX, "event.yen": 0 <= event.yen <= NUMBER_MAX}
        case _:
            return None
    return next((f"not as it must be - at `$.{path}`" for path, value in found.items() if not value), None)


def meaning(asked: M, book: DirectoryBook, now: datetime) -> M:
    """What is asked, of the municipalities in force that its codes mean: a ward's code is its city's, a former municipality's that of what it became part of.

    Every message that names a municipality goes through here once its signature has been looked at; nobody behind it meets another code.
    """
    named = {name: code for name in ("municipality", "vouched_by") if (code := getattr(asked, name, None)) is not None}
    return msgspec.structs.replace(asked, **{name: in_force(book, code, now) for name, code in named.items()})


def impossible_time(at: datetime, now: datetime) -> bool:
    """Whether a report names a time no step can have happened at. Reports may be days late: a kiosk repeats them until somebody hears."""
    return not _REPORTS_SINCE <= at <= now + _REPORTS_AHEAD


def heard_ids(message: Message) -> tuple[str | None, str | None]:
    """The kiosk id and the visit id a message names, for the record of refusals; whatever does not look like one is not written down."""
    content = message.application if isinstance(message, (Apply, ApplyForUse)) else message.event if isinstance(message, Report) else message
    kiosk_id, visit_id = str(getattr(content, "kiosk_id", "")), str(getattr(content, "visit_id", ""))
    return kiosk_id if _NAME.fullmatch(kiosk_id) else None, visit_id if _ID.fullmatch(visit_id) else None


def kiosk_for(book: DirectoryBook, kiosk_id: str, peer: Peer, now: datetime) -> Kiosk | None:
    """The registered kiosk, if this party may speak for it; a retired one too, for what it still has to say."""
    kiosk = kiosk_at(book, kiosk_id, now)
    return kiosk if kiosk is not None and kiosk.party == peer.name else None


def stale(said: datetime, now: datetime, limits: Limits) -> bool:
    """Whether an instant the kiosk states is too far from now, in either direction."""
    return abs(now - said) > timedelta(seconds=limits.freshness_seconds)


def visit_refused(visit: Visit | None, kiosk_id: str | None, now: datetime) -> str | None:
    """For what needs an authenticated card: the visit stands, belongs to this kiosk, and has not run out."""
    if visit is None or (kiosk_id is not None and visit.kiosk_id != kiosk_id):
        return "visit_unknown"
    if visit.closed:
        return "visit_closed"
    if visit.serial is None or visit.closes_at is None or visit.visit_key is None:
        return "visit_not_authenticated"
    return "visit_expired" if now >= visit.closes_at else None


def application_refused(
    application: Application, offer: Offer | None, price: Price | None, digests: tuple[str, ...], now: datetime, limits: Limits
) -> str | None:
    """A new application against what was offered and quoted in its visit; `price` is that of its form. `digests` are those of its members, in its order."""
    if stale(application.applied_at, now, limits):
        return "request_stale"
    if offer is None:
        return "visit_not_authenticated"
    if application.vouched_by != offer.vouched_by:
        return "request_altered"
    if application.register_version != offer.register_version:
        return "register_changed"
    if not digests or len(set(digests)) != len(digests) or any(digest not in offer.members for digest in digests):
        return "members_invalid"
    if application.form not in offer.forms or price is None:
        return "form_invalid"
    if application.year not in (offer.years or (None,)):
        return "year_invalid"
    if not _chosen_rightly(application, offer):
        return "members_invalid"
    if len(set(application.show)) != len(application.show) or any(option not in offer.options for option in application.show):
        return "options_invalid"
    if not 1 <= application.copies <= offer.copies_max:
        return "copies_invalid"
    return None if application.fee_yen == price.fee_yen else "price_changed"


def _chosen_rightly(application: Application, offer: Offer) -> bool:
    """As the kind allows: any of those offered, all or one, or one alone. Whether the one is the holder, the issuer decides."""
    chosen = KINDS[application.kind].chosen
    count = len(application.members)
    return chosen == "some" or count == 1 or (chosen == "all_or_one" and count == len(offer.members))


def fee_class_of(application: Application) -> str:
    """The class of fee that the form asked for belongs to; empty for a form that the kind does not have."""
    return next((form.fee_class for form in KINDS[application.kind].forms if form.code == application.form), "")


def price_for(prices: tuple[Price, ...], fee_class: str) -> Price | None:
    """The price of a fee class among those quoted."""
    return next((price for price in prices if price.fee_class == fee_class), None)
