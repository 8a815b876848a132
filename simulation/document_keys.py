"""Who signs papers in a demonstration: the 見本 authority of documents' signers, the municipality with its key for documents and its key for 2-D codes, the center, and the authority's list of
code keys.

The same for the town on localhost and the town in one process: keys, clock and chance are handed in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from certificates.printing import Hands
from certificates.signature.key_list import CodeKey, sign_key_list
from certificates.signature.signing import signer
from registers.population import City
from simulation import demonstration as demo
from trust.authority import Authority
from trust.document_signers import document_signer_certificate, signing_authority

YEARS = 20
SINCE_YEARS = 8


@dataclass(frozen=True, slots=True)
class IssuerKeys:
    """What one issuer signs the papers of one municipality with."""

    city: City
    certificate: x509.Certificate
    key: rsa.RSAPrivateKey
    code_key: ec.EllipticCurvePrivateKey

    @property
    def hands(self) -> Hands:
        """As the press takes them."""
        return Hands(signer(self.key, self.certificate), self.code_key)


@dataclass(frozen=True, slots=True)
class Fresh:
    """An issuer that needs a certificate: the name it is called by here, the municipality, and its keys."""

    name: str
    city: City
    key: rsa.RSAPrivateKey
    code_key: ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class DocumentKeys:
    """What papers are signed with in one demonstration; `key_list` is the signed list as everybody reads it. `others` are the issuers besides the first municipality's server, by name."""

    authority: Authority
    municipality_certificate: x509.Certificate
    municipality_key: rsa.RSAPrivateKey
    code_key: ec.EllipticCurvePrivateKey
    center_certificate: x509.Certificate
    center_key: rsa.RSAPrivateKey
    key_list: bytes
    others: Mapping[str, IssuerKeys] = field(default_factory=dict)

    @property
    def hands(self) -> Hands:
        """The municipality's."""
        return Hands(signer(self.municipality_key, self.municipality_certificate), self.code_key)


def make_document_keys(
    city: City,
    keys: tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey, rsa.RSAPrivateKey],
    code_key: ec.EllipticCurvePrivateKey,
    now: datetime,
    token: Callable[[int], bytes],
    others: Sequence[Fresh] = (),
) -> DocumentKeys:
    """Certificates valid from years before `now` (aware) for `keys`: the authority's, the municipality's, the center's; and for the `others`."""
    since = (now - timedelta(days=365 * SINCE_YEARS)).replace(microsecond=0)
    until = since + timedelta(days=365 * YEARS - 1)
    authority = signing_authority(keys[0], since, token, days=365 * YEARS)

    def of_municipality(place: City, key: rsa.RSAPrivateKey) -> x509.Certificate:
        urn = f"urn:konbini:signer:municipality:{place.code}"
        return document_signer_certificate(
            authority, key.public_key(), urn, f"{place.full_name}（見本）", f"{place.full_name}長（見本）", since, until, token
        )

    mayor = of_municipality(city, keys[1])
    center = document_signer_certificate(
        authority, keys[2].public_key(), f"urn:konbini:signer:center:{demo.CENTER}", demo.CENTER_JA, demo.CENTER_JA, since, until, token
    )
    more = {one.name: IssuerKeys(one.city, of_municipality(one.city, one.key), one.key, one.code_key) for one in others}
    issuers = [(city, code_key), *((one.city, one.code_key) for one in others)]
    code_keys = [CodeKey(place.code, key.public_key(), since, until) for place, key in issuers]
    return DocumentKeys(authority, mayor, keys[1], code_key, center, keys[2], sign_key_list(code_keys, keys[0], now.replace(microsecond=0)), more)
