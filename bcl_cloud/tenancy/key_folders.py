"""The keys of each tenant, in a folder of its own that its owner alone may read: the RSA key of its documents with its certificate, the P-256 key of its 2-D codes, the P-256 key to which
referrals are sealed for it.

Decides that no key of one tenant stands in for another's: a certificate is taken only for the key and the municipality it names. A key is made here and never leaves.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from bcl_cloud.tenancy.tables import checked_code
from certificates.printing import Hands
from certificates.signature.signing import signer
from issuer.referring import Referrals
from trust.authority import Authority, KeyUnusable, load_certificate, load_key, save_certificate, save_key, uris_of
from trust.document_signers import document_signer_certificate
from trust.referrals import Signing

CERTIFICATE_YEARS = 3
PASSWORD_FILE = "database.password"  # noqa: S105 - its name


class KeysMissing(Exception):
    """This tenant has no keys or no certificate yet; `str()` says which."""


@dataclass(frozen=True, slots=True)
class TenantKeys:
    """What a tenant signs and opens with."""

    hands: Hands
    referral_key: ec.EllipticCurvePrivateKey = field(repr=False)


class KeyFolders:
    """The folders of all tenants; see the module's text."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._loaded: dict[Path, tuple[tuple[int, int, int], object]] = {}

    def folder(self, code: str) -> Path:
        """One tenant's folder, there or not."""
        return self._root / checked_code(code)

    def make(self, code: str) -> tuple[str, ...]:
        """Make what is missing of a tenant's keys; the names of those that were made. What is there stays."""
        folder = self.folder(code)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        made = []
        if not (folder / "documents.key").exists():
            save_key(rsa.generate_private_key(65537, 2048), folder / "documents.key")
            made.append("documents")
        for name in ("codes", "referral"):
            if not (folder / f"{name}.key").exists():
                save_key(ec.generate_private_key(ec.SECP256R1()), folder / f"{name}.key")
                made.append(name)
        return tuple(made)

    def install(self, code: str, documents: rsa.RSAPrivateKey, codes: ec.EllipticCurvePrivateKey, referral: ec.EllipticCurvePrivateKey) -> None:
        """Put keys that were made elsewhere in a new tenant's folder (one that moves in with its keys, a demonstration). Raises FileExistsError where it has keys already."""
        folder = self.folder(code)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, key in (("documents", documents), ("codes", codes), ("referral", referral)):
            if (folder / f"{name}.key").exists():
                raise FileExistsError(f"{code} has its {name} key")
            save_key(key, folder / f"{name}.key")

    def request(self, code: str, full_name: str) -> Path:
        """Write the certificate request (PKCS#10) for the authority of documents' signers; where it lies. Raises `KeysMissing`."""
        key = self._documents_key(code)
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, f"{full_name}（見本）"),
                x509.NameAttribute(NameOID.COMMON_NAME, f"{full_name}長（見本）"),
            ]
        )
        names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(urn_of(code))])
        asked = x509.CertificateSigningRequestBuilder(subject).add_extension(names, critical=False).sign(key, hashes.SHA256())
        file = self.folder(code) / "documents.csr"
        file.write_bytes(asked.public_bytes(serialization.Encoding.PEM))
        return file

    def take_certificate(self, code: str, certificate: x509.Certificate) -> None:
        """Put the certificate of a tenant's documents in its folder. Raises `KeysMissing`, `KeyUnusable` for one of another key or another municipality."""
        if certificate.public_key() != self._documents_key(code).public_key():
            raise KeyUnusable("the certificate is not of this tenant's key")
        if urn_of(code) not in uris_of(certificate):
            raise KeyUnusable("the certificate is not this municipality's")
        save_certificate(certificate, self.folder(code) / "documents.pem")

    def certify(
        self, code: str, full_name: str, authority: Authority, now: datetime, token: Callable[[int], bytes], days: int = 365 * CERTIFICATE_YEARS
    ) -> None:
        """Have the certificate issued by an authority whose key is at hand (a demonstration), valid from an hour before `now`. Raises `KeysMissing`."""
        key = self._documents_key(code).public_key()
        since = now.replace(microsecond=0) - timedelta(hours=1)
        organization, common_name = f"{full_name}（見本）", f"{full_name}長（見本）"
        until = since + timedelta(days=days)
        self.take_certificate(code, document_signer_certificate(authority, key, urn_of(code), organization, common_name, since, until, token))

    def code_key(self, code: str) -> ec.EllipticCurvePublicKey:
        """The public key of a tenant's 2-D codes, for the authority's list. Raises `KeysMissing`."""
        return self._p256(code, "codes").public_key()

    def keys(self, code: str) -> TenantKeys:
        """A tenant's keys. Raises `KeysMissing`, `KeyUnusable`."""
        folder = self.folder(code)
        key = self._documents_key(code)
        if not (folder / "documents.pem").is_file():
            raise KeysMissing(f"{code} has no certificate for its documents")
        certificate = load_certificate(folder / "documents.pem")
        if urn_of(code) not in uris_of(certificate):
            raise KeyUnusable("the certificate is not this municipality's")
        try:
            return TenantKeys(Hands(signer(key, certificate, self._above(code)), self._p256(code, "codes")), self._p256(code, "referral"))
        except ValueError as error:
            raise KeyUnusable(str(error)) from None

    def referrals(self, code: str, roots: tuple[x509.Certificate, ...], token: Callable[[int], bytes]) -> Referrals:
        """What a tenant makes and opens referrals with; it believes the signers behind `roots`. Keys it had before (`referral-*.key`) still open. Raises as `keys` does."""
        keys = self.keys(code)
        chain = (keys.hands.signer.certificate, *self._above(code))
        signing = Signing(keys.hands.signer.key, tuple(one.public_bytes(serialization.Encoding.DER) for one in chain))
        earlier = tuple(self._p256(code, file.stem) for file in sorted(self.folder(code).glob("referral-*.key")))
        return Referrals(signing, (keys.referral_key, *earlier), roots, token)

    def make_password(self, code: str, token: Callable[[int], bytes]) -> bool:
        """Make the password of a tenant's database role, readable by its owner alone; whether it was made now. What is there stays."""
        folder = self.folder(code)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        file = folder / PASSWORD_FILE
        if file.exists():
            return False
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as made:
            made.write(token(32).hex())
        return True

    def certificate_until(self, code: str) -> datetime | None:
        """Until when a tenant's certificate is valid; None where it has none."""
        file = self.folder(code) / "documents.pem"
        return load_certificate(file).not_valid_after_utc if file.is_file() else None

    def _above(self, code: str) -> tuple[x509.Certificate, ...]:
        return tuple(load_certificate(file) for file in sorted(self.folder(code).glob("chain*.pem")))

    def _documents_key(self, code: str) -> rsa.RSAPrivateKey:
        key = self._load(code, "documents")
        if not isinstance(key, rsa.RSAPrivateKey):
            raise KeyUnusable("documents.key is no RSA key")
        return key

    def _p256(self, code: str, name: str) -> ec.EllipticCurvePrivateKey:
        key = self._load(code, name)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise KeyUnusable(f"{name}.key is no P-256 key")
        return key

    def _load(self, code: str, name: str) -> object:
        file = self.folder(code) / f"{name}.key"
        if not file.is_file():
            raise KeysMissing(f"{code} has no {name} key")
        # To prove an RSA key takes longer than to draw a paper: it is done once, and again when the file has changed.
        stands = file.stat()
        seen = (stands.st_mtime_ns, stands.st_size, stands.st_ino)
        known = self._loaded.get(file)
        if known is None or known[0] != seen:
            known = self._loaded[file] = (seen, load_key(file))
        return known[1]


def urn_of(code: str) -> str:
    """How a certificate names a municipality as a signer of documents."""
    return f"urn:konbini:signer:municipality:{code}"


class KeptHands:
    """What each tenant signs with, read once and again when its files have changed: for the workers of a press, which hear of no revision."""

    def __init__(self, keys: KeyFolders) -> None:
        self._keys = keys
        self._kept: dict[str, tuple[tuple[int, ...], Hands]] = {}

    def __call__(self, code: str) -> Hands:
        """The hands of this tenant. Raises `KeysMissing`, `KeyUnusable`."""
        files = (self._keys.folder(code) / name for name in ("documents.key", "documents.pem", "codes.key"))
        seen = tuple(file.stat().st_mtime_ns if file.is_file() else 0 for file in files)
        kept = self._kept.get(code)
        if kept is None or kept[0] != seen:
            kept = self._kept[code] = (seen, self._keys.keys(code).hands)
        return kept[1]
