"""The keys with which municipalities read referrals for them (課税証明書の広域交付), and their signed statements of these keys for the center's directory.

A statement is signed by the municipality's own document key, wherever it lies: with its own server, or in its folder at the shared cloud.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from bcl_cloud.tenancy.key_folders import KeyFolders
from issuer.referring import Referrals
from simulation.municipalities import BCL, TAX_KIND, Place
from simulation.town.authorities import load_root
from simulation.town.cloud import keys_folder
from simulation.town.folders import Folders
from trust.authority import load_certificate, load_key, save_key
from trust.referrals import Signing
from trust.signing import load_signing_key

STATEMENT_DAYS = 365 * 5


def referral_key_file(folders: Folders, party: str) -> Path:
    """The P-256 key of an own server."""
    return folders.party(party) / "referral.key"


def statement_file(folders: Folders, code: str) -> Path:
    """A municipality's key statement as the center has it."""
    return folders.party("center") / "key_statements" / f"{code}.jws"


def make_referral_keys(folders: Folders, servers: Mapping[str, Place], places: Sequence[Place], now: datetime, token: Callable[[int], bytes]) -> None:
    """The own servers' keys, and every statement; the tenants have their keys by then."""
    statement_file(folders, "").parent.mkdir(parents=True, exist_ok=True)
    for party in servers:
        save_key(ec.generate_private_key(ec.SECP256R1()), referral_key_file(folders, party))
    parties = {place.code: party for party, place in servers.items()}
    root = load_root(folders, "documents").certificate
    for place in places:
        if not place.wide_tax:
            continue
        of_place = _of_tenant(folders, place.code) if place.issuer_of(TAX_KIND) == BCL else _of_server(folders, parties[place.code])
        referrals = _referrals(*of_place, root, token)
        statement = referrals.statement(place.code, now - timedelta(hours=1), now + timedelta(days=STATEMENT_DAYS))
        statement_file(folders, place.code).write_text(statement, encoding="ascii")


_Keys = tuple[rsa.RSAPrivateKey, x509.Certificate, ec.EllipticCurvePrivateKey]


def _of_server(folders: Folders, party: str) -> _Keys:
    key = load_key(folders.party(party) / "documents.key")
    assert isinstance(key, rsa.RSAPrivateKey)
    return key, load_certificate(folders.party(party) / "documents.pem"), load_signing_key(referral_key_file(folders, party))


def _of_tenant(folders: Folders, code: str) -> _Keys:
    keys = KeyFolders(keys_folder(folders)).keys(code)
    return keys.hands.signer.key, keys.hands.signer.certificate, keys.referral_key


def _referrals(
    key: rsa.RSAPrivateKey, certificate: x509.Certificate, referral: ec.EllipticCurvePrivateKey, root: x509.Certificate, token: Callable[[int], bytes]
) -> Referrals:
    return Referrals(Signing(key, (certificate.public_bytes(Encoding.DER),)), (referral,), (root,), token)
