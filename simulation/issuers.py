"""Who issues what in the simulated town: for each municipality its own server, its part of the shared cloud, or both, with terms, keys and the database its rows are in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from issuer.referring import Referrals
from issuer.terms import Issuer
from simulation.document_keys import DocumentKeys, Fresh, IssuerKeys, make_document_keys
from simulation.key_ring import issuer_ring, rsa_ring, signing_key
from simulation.municipalities import BCL, TAX_KIND, Place, issuer_at
from trust.referrals import Signing

MUNICIPAL = "municipal"
CODE_KEY, REFERRAL_KEY = 900, 950
"""The numbers of the issuers' first keys for 2-D codes and for referrals in the ring of P-256 keys."""

STATEMENT_DAYS = 365 * 5
MOVING_CITY, MOVING_KINDS = "れいじ市", ("juminhyo", "kisai_jiko")
"""The municipality that goes over to the shared cloud during the day, and with which kinds."""


@dataclass(frozen=True, slots=True)
class IssuerOf:
    """One municipality's issuer: `line` is its name at the center, `party` who runs it, `database` where its rows are, `kinds` what it can issue (a kind that is to move: both)."""

    place: Place
    line: str
    party: str
    database: str
    kinds: tuple[str, ...]
    issuer: Issuer
    keys: IssuerKeys = field(repr=False)
    referral_key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def on_cloud(self) -> bool:
        """Whether it is a tenant of the shared cloud."""
        return self.party == BCL

    def referrals(self, roots: tuple[x509.Certificate, ...], token: Callable[[int], bytes]) -> Referrals:
        """What it makes and opens referrals with."""
        chain = (self.keys.certificate.public_bytes(Encoding.DER),)
        return Referrals(Signing(self.keys.key, chain), (self.referral_key,), roots, token)


@dataclass(frozen=True, slots=True)
class _Wanted:
    place: Place
    line: str
    party: str
    database: str
    issuer: Issuer


def issuers_of(places: Sequence[Place], now: datetime, token: Callable[[int], bytes]) -> tuple[tuple[IssuerOf, ...], DocumentKeys]:
    """Everybody who issues for these municipalities (the first is the main one), own servers first, and what papers are signed with."""
    wanted = tuple(_wanted(places))
    ring, roots = issuer_ring(), rsa_ring()
    fresh = [Fresh(one.database, one.place.city, ring[at], signing_key(CODE_KEY + at)) for at, one in enumerate(wanted)]
    papers = make_document_keys(fresh[0].city, (roots[-3], fresh[0].key, roots[-1]), fresh[0].code_key, now, token, fresh[1:])
    first = IssuerKeys(fresh[0].city, papers.municipality_certificate, fresh[0].key, fresh[0].code_key)
    keys = {fresh[0].name: first, **papers.others}
    made = tuple(
        IssuerOf(
            one.place, one.line, one.party, one.database, tuple(one.issuer.policies), one.issuer, keys[one.database], signing_key(REFERRAL_KEY + at)
        )
        for at, one in enumerate(wanted)
    )
    return made, papers


def statement_of(
    issuers: Sequence[IssuerOf], place: Place, roots: tuple[x509.Certificate, ...], now: datetime, token: Callable[[int], bytes]
) -> str | None:
    """The municipality's own word on the key that referrals for it are sealed with; None where it has not joined 課税証明書の広域交付."""
    taxing = next((one for one in issuers if one.place is place and TAX_KIND in one.kinds), None)
    if taxing is None or not place.wide_tax:
        return None
    return taxing.referrals(roots, token).statement(place.code, now - timedelta(hours=1), now + timedelta(days=STATEMENT_DAYS))


def moves_to_cloud(places: Sequence[Place]) -> Place | None:
    """The municipality that goes over to the shared cloud, where the town has both."""
    cloud = any(place.bcl_kinds for place in places)
    return next((place for place in places if cloud and place.city.name == MOVING_CITY), None)


def _wanted(places: Sequence[Place]) -> list[_Wanted]:
    own = [place for place in places if place.own_kinds]
    servers = [_own(place, MUNICIPAL if place is places[0] else f"{MUNICIPAL}-{place.code}") for place in own]
    tenants = [_tenant(place, issuer_at(place, place.bcl_kinds)) for place in places if place.bcl_kinds]
    moving = moves_to_cloud(places)
    # Whoever comes later has numbers of a series of its own (decision 18).
    coming = [] if moving is None else [_tenant(moving, _with_series(moving, issuer_at(moving, MOVING_KINDS)))]
    return [*servers, *tenants, *coming]


def _own(place: Place, party: str) -> _Wanted:
    return _Wanted(place, place.code, party, party, issuer_at(place, place.own_kinds))


def _tenant(place: Place, issuer: Issuer) -> _Wanted:
    return _Wanted(place, BCL, BCL, f"{BCL}-{place.code}", issuer)


def _with_series(place: Place, issuer: Issuer) -> Issuer:
    prefix = f"{place.city.name}雲"
    forms = tuple((since, replace(form, number_prefix=prefix)) for since, form in issuer.forms)
    return replace(issuer, number_prefix=prefix, forms=forms)
