"""municipality x kind x kiosk at one instant -> who issues, and whether it is open. Pure.

Knows the directory and the calendar. Must never know who asks: a person is routed like any other.
"""

from dataclasses import dataclass
from datetime import date, datetime

from certificates.kinds import KINDS
from issuance_center.entries import Kiosk
from issuance_center.routing.book import DirectoryBook, Page
from issuance_center.routing.opening import Closed, Open, standing, start_of
from issuance_center.routing.places import page_of, resolved_at
from messages.orders import ChoicesOffered
from messages.refusals import Refusal, refuse
from storage.instants import JST


@dataclass(frozen=True, slots=True)
class Route:
    """The issuer for a kind, and its hours now. `municipality` is the one in force that was meant (a ward's city)."""

    issuer: str
    hours: Open | Closed
    municipality: str


@dataclass(frozen=True, slots=True)
class NoRoute:
    """`code` is a row of the table of refusals: `municipality_unknown`, `kind_unknown`, or `other_municipality` at a kiosk that serves the residents of one alone."""

    code: str


def kiosk_at(book: DirectoryBook, kiosk_id: str, now: datetime) -> Kiosk | None:
    """The terminal as it is registered now."""
    dated = book.kiosks.get(kiosk_id)
    return dated.at(now) if dated is not None else None


def operator_of(book: DirectoryBook, kiosk_id: str, now: datetime) -> str:
    """Whose terminal it is; empty for one that is not registered."""
    kiosk = kiosk_at(book, kiosk_id, now)
    return kiosk.operator if kiosk is not None else ""


def place_for(book: DirectoryBook, municipality: str, kiosk_id: str | None, now: datetime, vouched_by: str | None = None) -> str | NoRoute:
    """The code of the municipality in force that is meant, if this kiosk serves it. A kiosk for the residents of one serves them also where that one vouches for them (`vouched_by`)."""
    code = resolved_at(book, municipality, now)
    if code is None:
        return NoRoute("municipality_unknown")
    only = only_of(book, kiosk_id, now) if kiosk_id is not None else None
    home = resolved_at(book, vouched_by, now) if vouched_by is not None else None
    return NoRoute("other_municipality") if only is not None and only not in (code, home) else code


def home_of(book: DirectoryBook, municipality: str, kiosk_id: str, now: datetime) -> str | None:
    """The municipality that would vouch for whoever stands at a kiosk for its residents alone and asks for papers of another; None at other kiosks, or where one of the two has not joined."""
    only = only_of(book, kiosk_id, now)
    return only if only is not None and all(wide_joined(book, code, now) for code in (only, municipality)) else None


def only_of(book: DirectoryBook, kiosk_id: str, now: datetime) -> str | None:
    """The municipality whose residents alone this kiosk serves. One that has merged since means its successor; a code that means nothing serves nobody, and never everybody."""
    kiosk = kiosk_at(book, kiosk_id, now)
    if kiosk is None or kiosk.only is None:
        return None
    return resolved_at(book, kiosk.only, now) or kiosk.only


def route(book: DirectoryBook, municipality: str, kind: str, kiosk_id: str | None, now: datetime, vouched_by: str | None = None) -> Route | NoRoute:
    """Who issues `kind` of `municipality`, and whether it does so now at this kiosk (None: at one that is always open and serves everybody). Only yearly kinds can be vouched for."""
    code = place_for(book, municipality, kiosk_id, now, vouched_by if kind in KINDS and KINDS[kind].yearly else None)
    if isinstance(code, NoRoute):
        return code
    issuers = book.municipalities[code].issuers.get(kind) if kind in KINDS else None
    issued_by = issuers.at(now) if issuers is not None else None
    if issued_by is None or issued_by.issuer is None:
        return NoRoute("kind_unknown")
    return Route(issued_by.issuer, standing(book, code, kind, kiosk_id, now), code)


def open_issuer(
    book: DirectoryBook, municipality: str, kind: str, kiosk_id: str | None, now: datetime, vouched_by: str | None = None
) -> str | Refusal:
    """The issuer that may be asked now; otherwise why none may."""
    found = route(book, municipality, kind, kiosk_id, now, vouched_by)
    if isinstance(found, NoRoute):
        return refuse(found.code)
    if isinstance(found.hours, Closed):
        return refuse("closed_now", f"opens at {found.hours.opens_at.isoformat()}" if found.hours.opens_at else "")
    return found.issuer


def use_route(book: DirectoryBook, municipality: str, kiosk_id: str | None, now: datetime) -> Route | NoRoute:
    """Who takes 本籍地利用登録, and whether now: whoever issues the 戸籍 (where none is issued, the 附票), and closed whenever that is (domain facts 2.5)."""
    code = place_for(book, municipality, kiosk_id, now)
    if isinstance(code, NoRoute):
        return code
    taken = book.municipalities[code].use.at(now)
    if taken is None or not taken.taken:
        return NoRoute("kind_unknown")
    found = route(book, code, "koseki", kiosk_id, now)
    return found if isinstance(found, Route) else route(book, code, "fuhyo", kiosk_id, now)


def years(book: DirectoryBook, municipality: str, now: datetime) -> tuple[int, ...]:
    """The 年度 that are issued now, the latest first; none when the directory does not say.

    The latest is the last that has opened; before the first opening that is on record, the year before it.
    """
    page = page_of(book, municipality, now)
    offered = page.years.at(now) if page is not None else None
    if page is None or offered is None or not page.openings:
        return ()
    opened = [int(year) for year, opening in page.openings.items() if start_of(opening.opens) <= now]
    latest = max(opened) if opened else min(map(int, page.openings)) - 1
    return tuple(latest - back for back in range(offered.years))


def wide_joined(book: DirectoryBook, municipality: str, now: datetime) -> bool:
    """Whether the municipality has joined the 広域交付 and issues tax certificates at all."""
    page = page_of(book, municipality, now)
    joined = page.wide.at(now) if page is not None else None
    return joined is not None and joined.joined and isinstance(route(book, municipality, "kazei", None, now), Route)


def options(book: DirectoryBook, municipality: str, kind: str, now: datetime) -> frozenset[str] | None:
    """The 記載事項 that may be asked for; None: all that the issuer offers."""
    page = page_of(book, municipality, now)
    dated = page.options.get(kind) if page is not None else None
    offered = dated.at(now) if dated is not None else None
    return frozenset(offered.codes) if offered is not None else None


def cut_options(book: DirectoryBook, municipality: str, kind: str, offered: tuple[str, ...], now: datetime) -> tuple[str, ...]:
    """What is left of an issuer's options: those that the directory has too."""
    allowed = options(book, municipality, kind, now)
    return offered if allowed is None else tuple(option for option in offered if option in allowed)


def cut_years(book: DirectoryBook, municipality: str, offered: tuple[int, ...], now: datetime) -> tuple[int, ...]:
    """What is left of an issuer's 年度: those that the directory has open too."""
    allowed = years(book, municipality, now)
    return tuple(year for year in offered if year in allowed) if allowed else offered


def cut(book: DirectoryBook, municipality: str, offered: ChoicesOffered, now: datetime) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The options and the 年度 of an issuer's offer that may be handed on."""
    return cut_options(book, municipality, offered.kind, offered.options, now), cut_years(book, municipality, offered.years, now)


def not_offered(book: DirectoryBook, municipality: str, kind: str, show: tuple[str, ...], year: int | None, now: datetime) -> str | None:
    """The row of the refusal for an application that asks for what the directory does not have (any more); None when it has."""
    if len(cut_options(book, municipality, kind, show, now)) < len(show):
        return "options_invalid"
    return "year_invalid" if year is not None and not cut_years(book, municipality, (year,), now) else None


def registered_build(book: DirectoryBook, issuer_name: str, now: datetime) -> tuple[tuple[str, str], ...]:
    """The builds (program, topology) that this issuer may declare; none: nothing is registered, and the first that it declares is held against it."""
    dated = book.builds.get(issuer_name)
    registered = dated.at(now) if dated is not None else None
    return registered.allowed if registered is not None else ()


def key_statement(book: DirectoryBook, municipality: str, now: datetime) -> str | None:
    """The municipality's own signed statement of its key for referrals."""
    page = page_of(book, municipality, now)
    statement = page.key_statement.at(now) if page is not None else None
    return statement.text if statement is not None else None


def marks(book: DirectoryBook, municipality: str, ordered_at: datetime) -> tuple[tuple[str, str] | None, str | None]:
    """Certifier (title, name) and hash of the seal that papers ordered then must carry, as far as the directory has them; before the first on record, that one."""
    page = book.municipalities.get(municipality)
    if page is None:
        return None, None
    day = start_of(_day(ordered_at))
    certifier = page.certifiers.at(day) or page.certifiers.first()
    seal = page.seal.at(ordered_at) or page.seal.first()
    return (certifier.title, certifier.name) if certifier is not None else None, seal.sha256 if seal is not None else None


def offered_kinds(page: Page, now: datetime) -> tuple[str, ...]:
    """The kinds that somebody issues for this municipality, in the order they are shown."""
    found: list[str] = []
    for kind in KINDS:
        issuers = page.issuers.get(kind)
        issued_by = issuers.at(now) if issuers is not None else None
        if issued_by is not None and issued_by.issuer is not None:
            found.append(kind)
    return tuple(found)


def _day(at: datetime) -> date:
    return at.astimezone(JST).date()
