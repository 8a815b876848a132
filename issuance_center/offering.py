"""What a visit is offered: the kinds of a municipality with their fees, open or closed until when; the forms that have a price. Pure."""

from collections.abc import Set as AbstractSet
from datetime import datetime

from certificates.kinds import KINDS, Kind
from issuance_center import intake, routing
from issuance_center.routing import DirectoryBook
from messages import visits as said
from messages.facts import Price


def kinds_offered(
    book: DirectoryBook,
    municipality: str,
    kiosk_id: str,
    prices: tuple[Price, ...],
    stopped: AbstractSet[str],
    now: datetime,
    home: str | None = None,
) -> said.KindsOffered:
    """The kinds of a municipality in force at this kiosk now; at one for residents of `home`, those for which it vouches. `stopped` are those that somebody stopped: until when, nobody knows."""
    offers: list[said.KindOffer] = []
    for kind in KINDS.values():
        found, fees = routing.route(book, municipality, kind.code, kiosk_id, now, home), fees_of(kind, prices)
        if isinstance(found, routing.Route) and fees:
            offers.append(_offer(book, kind, found, fees, kind.code in stopped, now))
    use = routing.use_route(book, municipality, kiosk_id, now)
    # 利用登録 is stopped with the 戸籍 that it leads to.
    hours = use.hours if isinstance(use, routing.Route) and "koseki" not in stopped else routing.Closed(None)
    opens_at = hours.opens_at if isinstance(hours, routing.Closed) else None
    return said.KindsOffered(municipality=municipality, kinds=tuple(offers), use_open=isinstance(hours, routing.Open), use_opens_at=opens_at)


def _offer(book: DirectoryBook, kind: Kind, found: routing.Route, fees: tuple[said.FormFee, ...], stopped: bool, now: datetime) -> said.KindOffer:
    years = routing.years(book, found.municipality, now) if kind.yearly else ()
    wide = kind.yearly and routing.wide_joined(book, found.municipality, now)
    if stopped:
        return said.KindOffer(kind=kind.code, fees=fees, open=False, because="stopped", years=years, wide=wide)
    if isinstance(found.hours, routing.Open):
        return said.KindOffer(kind=kind.code, fees=fees, open=True, years=years, wide=wide)
    opens_at, because = found.hours.opens_at, found.hours.because
    return said.KindOffer(kind=kind.code, fees=fees, open=False, opens_at=opens_at, because=because, years=years, wide=wide)


def fees_of(kind: Kind, prices: tuple[Price, ...]) -> tuple[said.FormFee, ...]:
    """What each form of a kind costs."""
    return form_fees(tuple(form.code for form in kind.forms), kind, prices)


def form_fees(forms: tuple[str, ...], kind: Kind, prices: tuple[Price, ...]) -> tuple[said.FormFee, ...]:
    """What each of these forms costs; one without a price is not on offer."""
    known = ((code, intake.price_for(prices, kind.form(code).fee_class)) for code in forms)
    return tuple(said.FormFee(form=code, fee_yen=price.fee_yen) for code, price in known if price is not None)
