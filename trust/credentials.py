"""The electronic certificates on a card, and which of them are believed.

Two kinds, as on the real card: the 利用者証明用電子証明書, which names nobody (a random common name, a key, a serial number), and the 署名用電子証明書, which carries the
holder's four basic items (基本4情報). Only the first opens a visit. Whether a certificate has been revoked is not decided here but by `ocsp`; who its holder is, only a register knows.

The policies are this emulator's own (an arc of a UUID, ITU-T X.667), so that neither can pass for the other or for a real one. A deployment that believes real
authorities passes their roots and their policy.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, ExtensionOID, NameOID, ObjectIdentifier, SignatureAlgorithmOID

from trust.authority import MARK, Authority, issued_by, key_usage, sign_certificate
from trust.der import utf8_string

_ARC = "2.25.214720980236828397068758133332232328189"
SIGNATURE_POLICY = ObjectIdentifier(f"{_ARC}.1")
AUTHENTICATION_POLICY = ObjectIdentifier(f"{_ARC}.2")

_DER_BYTES_MAX = 8192  # a card's certificate is about 1,500 bytes
_RSA_BITS = range(2048, 4097)
_JST = timezone(timedelta(hours=9))
_SIGNED_WITH = frozenset(
    {
        SignatureAlgorithmOID.RSA_WITH_SHA256,
        SignatureAlgorithmOID.RSA_WITH_SHA384,
        SignatureAlgorithmOID.RSA_WITH_SHA512,
        SignatureAlgorithmOID.ECDSA_WITH_SHA256,
        SignatureAlgorithmOID.ECDSA_WITH_SHA384,
    }
)
_UNDERSTOOD = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    }
)
_PERSONAL = "1.2.392.200149.8.5.5"  # where the real 署名用 certificate keeps the holder's items
_SEX_CODES = {"男": "1", "女": "2"}
_ERA_CODES = ((date(2019, 5, 1), "5"), (date(1989, 1, 8), "4"), (date(1926, 12, 25), "3"), (date(1912, 7, 30), "2"), (date.min, "1"))


@dataclass(frozen=True, slots=True)
class Holder:
    """基本4情報: what a 署名用 certificate says about its holder. `birth` is None when the registered text is no day of the calendar."""

    name: str
    birth: date | None
    sex: Literal["男", "女"]
    address: str


@dataclass(frozen=True, slots=True)
class Trusted:
    """The certificate is a valid 利用者証明用 of `issuer`. `serial` is the key by which a register knows the holder."""

    certificate: x509.Certificate
    issuer: x509.Certificate
    serial: str


@dataclass(frozen=True, slots=True)
class Untrusted:
    """The certificate is not believed; `code` is a row of the table of refusals, `reason` is for an engineer's log and holds nothing of the certificate."""

    code: Literal["credential_untrusted", "credential_expired"]
    reason: str


def authentication_certificate(
    authority: Authority,
    public_key: rsa.RSAPublicKey,
    serial: int,
    now: datetime,
    not_after: datetime,
    token: Callable[[int], bytes],
    ocsp_url: str,
) -> x509.Certificate:
    """A 利用者証明用電子証明書, valid from `now` to `not_after` (see `valid_until`): no name, no address, nothing but a random common name."""
    builder = _on_card(authority, public_key, serial, now, not_after, token, ocsp_url, AUTHENTICATION_POLICY)
    builder = builder.add_extension(key_usage("digital_signature"), critical=True)
    return sign_certificate(builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False), authority.key)


def signature_certificate(
    authority: Authority,
    public_key: rsa.RSAPublicKey,
    serial: int,
    now: datetime,
    not_after: datetime,
    token: Callable[[int], bytes],
    ocsp_url: str,
    holder: Holder,
) -> x509.Certificate:
    """A 署名用電子証明書 with the holder's name, birth date, sex and address in its subjectAltName, under the identifiers the real one uses."""
    items = [("1", holder.name), ("3", _SEX_CODES[holder.sex]), ("4", _birth_code(holder.birth)), ("5", holder.address)]
    names = [x509.OtherName(ObjectIdentifier(f"{_PERSONAL}.{item}"), utf8_string(text)) for item, text in items if text]
    builder = _on_card(authority, public_key, serial, now, not_after, token, ocsp_url, SIGNATURE_POLICY)
    builder = builder.add_extension(key_usage("digital_signature", "content_commitment"), critical=True)
    return sign_certificate(builder.add_extension(x509.SubjectAlternativeName(names), critical=False), authority.key)


def valid_until(birth_month: int, birth_day: int, issued: datetime) -> datetime:
    """The last second of the holder's fifth birthday after the day of issue (domain facts 2.3), in JST; whoever was born on 29 February has 28 February in a common year."""
    day = issued.astimezone(_JST).date()
    this_year = _birthday(day.year, birth_month, birth_day)
    last = _birthday(day.year + (5 if this_year <= day else 4), birth_month, birth_day)
    return datetime.combine(last, time(23, 59, 59), _JST)


def serial_hex(certificate: x509.Certificate) -> str:
    """The serial number as everything here writes it: lower-case hex without leading zeros."""
    return f"{certificate.serial_number:x}"


def check_chain(
    der: bytes,
    roots: Sequence[x509.Certificate],
    now: datetime,
    policies: frozenset[ObjectIdentifier] = frozenset({AUTHENTICATION_POLICY}),
) -> Trusted | Untrusted:
    """Whether these bytes are a 利用者証明用 certificate of one of `roots`, in force at `now`.

    Trust is decided before time: a stranger's certificate is `credential_untrusted` even when it has also expired. `credential_expired` also means not yet valid.
    """
    if len(der) > _DER_BYTES_MAX:
        return Untrusted("credential_untrusted", "too long")
    try:
        return _checked(x509.load_der_x509_certificate(der), roots, now, policies)
    except (ValueError, x509.DuplicateExtension, x509.InvalidVersion, x509.UnsupportedGeneralNameType, UnsupportedAlgorithm):
        return Untrusted("credential_untrusted", "not a certificate")


def _checked(
    certificate: x509.Certificate, roots: Sequence[x509.Certificate], now: datetime, policies: frozenset[ObjectIdentifier]
) -> Trusted | Untrusted:
    issuer = next((root for root in roots if _directly_issued(certificate, root, now)), None)
    if issuer is None:
        return Untrusted("credential_untrusted", "not issued by a root that is believed")
    wrong = _wrong_form(certificate) or _wrong_use(certificate.extensions, policies)
    if wrong:
        return Untrusted("credential_untrusted", wrong)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        return Untrusted("credential_expired", "outside its validity")
    return Trusted(certificate, issuer, serial_hex(certificate))


def _directly_issued(certificate: x509.Certificate, root: x509.Certificate, now: datetime) -> bool:
    if certificate.issuer != root.subject or not root.not_valid_before_utc <= now <= root.not_valid_after_utc:
        return False
    if certificate.signature_algorithm_oid not in _SIGNED_WITH:
        return False
    try:
        certificate.verify_directly_issued_by(root)
    except (InvalidSignature, TypeError, ValueError):
        return False
    return True


def _wrong_form(certificate: x509.Certificate) -> str:
    key = certificate.public_key()
    if certificate.version is not x509.Version.v3 or certificate.serial_number <= 0:
        return "not an X.509 v3 certificate with a positive serial number"
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size not in _RSA_BITS:
        return "not an RSA key of 2048 to 4096 bits"
    if any(extension.critical and extension.oid not in _UNDERSTOOD for extension in certificate.extensions):
        return "an unknown critical extension"
    return ""


def _wrong_use(extensions: x509.Extensions, policies: frozenset[ObjectIdentifier]) -> str:
    by_kind = {type(extension.value): extension.value for extension in extensions}
    constraints, usage, purposes, stated = (
        by_kind.get(kind) for kind in (x509.BasicConstraints, x509.KeyUsage, x509.ExtendedKeyUsage, x509.CertificatePolicies)
    )
    if isinstance(constraints, x509.BasicConstraints) and constraints.ca:
        return "an authority's certificate"
    if not isinstance(usage, x509.KeyUsage) or not usage.digital_signature or usage.content_commitment or usage.key_cert_sign:
        return "its key is not for authentication"
    if isinstance(purposes, x509.ExtendedKeyUsage) and ExtendedKeyUsageOID.CLIENT_AUTH not in purposes:
        return "its purpose is not authentication"
    if not isinstance(stated, x509.CertificatePolicies) or policies.isdisjoint(policy.policy_identifier for policy in stated):
        return "another policy"
    return ""


def _on_card(
    authority: Authority,
    public_key: rsa.RSAPublicKey,
    serial: int,
    now: datetime,
    not_after: datetime,
    token: Callable[[int], bytes],
    ocsp_url: str,
    policy: ObjectIdentifier,
) -> x509.CertificateBuilder:
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, MARK),
            x509.NameAttribute(NameOID.COMMON_NAME, token(13).hex().upper()),
        ]
    )
    access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(ocsp_url))
    return (
        issued_by(authority, subject, public_key, serial)
        .not_valid_before(now)
        .not_valid_after(not_after)
        .add_extension(x509.CertificatePolicies([x509.PolicyInformation(policy, None)]), critical=True)
        .add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    )


def _birth_code(birth: date | None) -> str:
    """Era code and Western date, e.g. 419900102 (a birth in 平成); empty when the day is not known."""
    if birth is None:
        return ""
    return next(code for start, code in _ERA_CODES if birth >= start) + birth.strftime("%Y%m%d")


def _birthday(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month, day - 1)
