"""課税証明書の広域交付, both sides: vouching for a resident of this municipality, and opening what another municipality says of a former one.

Decides nothing about a person (`certificates.vouching` does) and remembers nothing (`admissions` does). Keys and certificates are given.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from certificates.entitlement import Case, Declined
from certificates.kinds import KINDS
from certificates.policy import Policy
from certificates.signature.chain import SignerRole, signing_certificate
from certificates.sources import Sources
from certificates.vouching import vouchable
from certificates.wareki import day_in_japan
from issuer.terms import Issuer
from messages.orders import AskReferral, OfferChoices
from trust.referrals import BadReferral, Believed, Referral, Signing, card_digest, key_statement, opened, seal, sealing_key


@dataclass(frozen=True, slots=True)
class Referrals:
    """What a municipality needs for referrals: its document key, the keys by which it opens those for itself (the one in use first), the roots it believes, and chance."""

    signing: Signing
    keys: tuple[ec.EllipticCurvePrivateKey, ...] = field(repr=False)
    roots: tuple[x509.Certificate, ...]
    token: Callable[[int], bytes] = field(repr=False)

    def believe(self, chain: Sequence[bytes]) -> Believed:
        """See `trust.referrals.Believe`: a municipality behind which one of the roots stands."""
        found = signing_certificate(chain, self.roots)
        if found.role is not SignerRole.MUNICIPALITY:
            raise ValueError("no municipality")
        return Believed(found.name, found.key, found.valid_from, found.valid_until)

    def statement(self, municipality: str, since: datetime, until: datetime) -> str:
        """This municipality's key statement, for the directory."""
        return key_statement(self.signing, municipality, self.keys[0].public_key(), since, until)


def referred(asked: AskReferral, found: Sources | None, issuer: Issuer, referrals: Referrals | None, now: datetime) -> str | Declined:
    """The sealed referral for the holder of the card, or why there is none. Whatever is wrong with the person comes before what is wrong with the asking."""
    if found is None:
        return Declined("not_registered", "serial unknown")
    day = day_in_japan(now)
    policy = issuer.policy_on(asked.kind, day) or Policy(asked.kind, (), tuple(form.code for form in KINDS[asked.kind].forms), 1)
    declined = vouchable(Case(found, KINDS[asked.kind], policy, now), asked.year)
    if declined is not None:
        return declined
    if referrals is None or not issuer.wide_tax_on(day):
        return Declined("wide_not_joined", "not joined")
    if asked.to == issuer.municipality or not asked.to.isdecimal():
        return Declined("referral_invalid", "towards itself")
    holder = found.holder
    assert holder is not None
    said = Referral(
        issuer=issuer.municipality,
        audience=asked.to,
        visit_id=asked.visit_id,
        card=card_digest(asked.visit_id, asked.serial),
        juminhyo_code=holder.juminhyo_code,
        birth=holder.birth,
        kind=asked.kind,
        year=asked.year,
        number=referrals.token(16).hex(),
        made_at=int(now.timestamp()),
        expires_at=int(now.timestamp()) + issuer.referral_seconds,
    )
    try:
        return seal(said, referrals.signing, sealing_key(asked.recipient, asked.to, referrals.believe, now), referrals.token)
    except BadReferral as bad:
        return Declined(bad.code, str(bad))


def opened_for(asked: OfferChoices, issuer: Issuer, referrals: Referrals | None, now: datetime) -> Referral | Declined:
    """The referral of this question if it is good for it: for this municipality, card, kind and year, from whom the center says. Whether it is of this visit, `admissions` says."""
    if referrals is None or not issuer.wide_tax_on(day_in_japan(now)):
        return Declined("wide_not_joined", "not joined")
    try:
        found = opened(asked.referral or "", referrals.keys, issuer.municipality, referrals.believe, now)
    except BadReferral as bad:
        return Declined(bad.code, str(bad))
    wrong = {
        "another signer than was asked": found.issuer != asked.vouched_by,
        "another kind": found.kind != asked.kind,
        "another year": found.year != asked.year,
        "another card": found.card != card_digest(found.visit_id, asked.serial),
    }
    return next((Declined("referral_invalid", rule) for rule, so in wrong.items() if so), found)
