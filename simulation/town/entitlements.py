"""What the holder of a card can have at a moment, found out as the municipality's server finds it out: from its registers, by its own rules."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from certificates.face import Face
from certificates.issuing import Offered, Wanted, issue, offer
from certificates.kinds import KINDS, Kind
from certificates.sources import Sources
from issuer.register_view import find_sources
from issuer.terms import Issuer

_KEY = bytes(32)
"""Fingerprints are of no use here, so anybody may know their key."""


@dataclass(frozen=True, slots=True)
class Entitlements:
    """`kinds` of which a paper about everybody can be had, or about the holder where nobody else can stand on it; `persons` of the 戸籍 who can be asked for alone; tax `years`, the latest first."""

    kinds: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    years: tuple[int, ...] = ()


def entitlements(connection: Connection, issuer: Issuer, serial: str, now: datetime) -> Entitlements:
    """For the holder of the card with this serial at `now` (aware)."""
    kinds: list[str] = []
    persons: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    for kind in KINDS.values():
        sources = find_sources(connection, serial, kind.code, now)
        offered = _offered(sources, issuer, kind, now)
        if sources is None or offered is None:
            continue
        if isinstance(_paper(sources, offered, issuer, kind, now), Face):
            kinds.append(kind.code)
        if kind.code == "koseki":
            persons = tuple(member.id for member in offered.members if member.choosable)
        years = offered.years or years
    return Entitlements(tuple(kinds), persons, years)


def _offered(sources: Sources | None, issuer: Issuer, kind: Kind, now: datetime) -> Offered | None:
    policy = issuer.policy_on(kind.code, now.date())
    if sources is None or policy is None:
        return None
    offered = offer(sources, kind, policy, _KEY, now)
    return offered if isinstance(offered, Offered) else None


def _paper(sources: Sources, offered: Offered, issuer: Issuer, kind: Kind, now: datetime) -> object:
    policy = issuer.policy_on(kind.code, now.date())
    assert policy is not None
    members = tuple(member.id for member in offered.members)
    wanted = Wanted(members, (), offered.forms[0], offered.years[0] if offered.years else None, offered.register_version)
    return issue(sources, kind, policy, wanted, issuer.form_on(now.date()), "-", "-", now)
