"""課税証明書の広域交付 at the center: the present municipality is asked to vouch, and its sealed word is carried to the municipality of January 1.

Decides who is asked, that both have joined, and that nobody vouches who is stopped. The sealed word passes through: it is neither read, kept nor logged.
"""

from datetime import datetime

import msgspec

from certificates.kinds import KINDS
from issuance_center import routing
from issuance_center.issuer_lines import Declined, Failed, IssuerLines, Unavailable
from issuance_center.records import stops
from issuance_center.stopping import Occasion
from messages.orders import AskReferral, OfferChoices, Referred
from messages.refusals import Refusal, refuse
from messages.visits import AskChoices
from storage.store import Store


async def with_referral(
    asked: AskChoices, question: OfferChoices, book: routing.DirectoryBook, kiosk_id: str, store: Store, issuers: IssuerLines, now: datetime
) -> OfferChoices | Refusal:
    """The question with the referral that it needs; as it is where nobody has to vouch. Nobody is asked about anybody before the directory says that it can lead to a paper."""
    if asked.vouched_by is None:
        return question if asked.year is None else refuse("year_invalid")
    if asked.year is None or not KINDS[asked.kind].yearly or asked.vouched_by == asked.municipality:
        return refuse("malformed", "who vouches, for which year of a yearly kind")
    recipient = routing.key_statement(book, asked.municipality, now)
    if recipient is None or not all(routing.wide_joined(book, code, now) for code in (asked.municipality, asked.vouched_by)):
        return refuse("wide_not_joined")
    issuer = present_issuer(book, asked.vouched_by, asked.kind, kiosk_id, now)
    if isinstance(issuer, Refusal):
        return issuer
    place = routing.place_for(book, asked.vouched_by, kiosk_id, now)
    if isinstance(place, routing.NoRoute):
        return refuse(place.code)
    # A stop of the issuer that would vouch stops what its word would lead to: the paper itself is another's.
    occasion = Occasion(place, asked.kind, issuer, routing.operator_of(book, kiosk_id, now), kiosk_id)
    if await store.read(stops.refusing, occasion, now) is not None:
        return refuse("stopped_now")
    asking = AskReferral(
        visit_id=question.visit_id,
        serial=question.serial,
        municipality=asked.vouched_by,
        to=asked.municipality,
        kind=asked.kind,
        year=asked.year,
        recipient=recipient,
    )
    answer = await issuers.ask(issuer, asking, Referred)
    match answer:
        case Declined(refusal) | Unavailable(refusal):
            return refusal
        case Failed(what):
            return refuse("issuer_failed", what)
    return msgspec.structs.replace(question, referral=answer.sealed, year=asked.year, vouched_by=asked.vouched_by)


def present_issuer(book: routing.DirectoryBook, municipality: str, kind: str, kiosk_id: str, now: datetime) -> str | Refusal:
    """Who vouches for a municipality: the issuer of the kind there, or where it is not offered that of 住民票の写し, which holds the resident register."""
    issuer = routing.open_issuer(book, municipality, kind, kiosk_id, now)
    if isinstance(issuer, Refusal) and issuer.code == "kind_unknown":
        return routing.open_issuer(book, municipality, "juminhyo", kiosk_id, now)
    return issuer
