"""The configuration of one municipal server: one JSON file, parsed once, strict (an unknown word is an error).

What decisions are given of it is `issuer.terms.Issuer`; the rest is for `__main__`.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.issuer_form import IssuerForm
from certificates.kinds import KINDS
from certificates.printing import Hands
from certificates.seal import seal_image
from certificates.signature.signing import signer
from issuer.clerks.office import CLERK, PROTECTION_CLERK, TAX, ClerksOffice
from issuer.referring import Referrals
from issuer.terms import Certifier, Issuer, PolicySetting, policies_of
from messages.configuration import ConfigInvalid, read_config
from registers.numbers import is_digits, municipality_digit
from screens.sign_in import StaffAccount
from trust.authority import load_certificate, load_key, uris_of
from trust.referrals import SECONDS_MAX
from trust.referrals import Signing as DocumentSigning
from trust.signing import load_signing_key

__all__ = ["Config", "ConfigInvalid", "accounts_of", "hands_of", "issuer_of", "load", "office_of", "referrals_of"]


class TlsFiles(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The party's own certificate and key, and the authority of all parties (PEM)."""

    certificate: Path
    key: Path
    authority: Path


class Signing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What this issuer signs with (PEM): the certificate of the municipal certification service for its documents, its RSA key, the certificates above it but the root, and the P-256 key
    of its 2-D codes.
    """

    certificate: Path
    key: Path
    chain: tuple[Path, ...] = ()
    code_key: Path


class ReferralFiles(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """課税証明書の広域交付: joined from the day `since` on; the P-256 key (PEM) for which others seal referrals, keys it had before, the authority of all document signers, and how many
    seconds a referral made here is good.
    """

    since: date
    key: Path
    earlier_keys: tuple[Path, ...] = ()
    authority: Path
    seconds: int = 300


class Address(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a door is opened."""

    host: str
    port: int


class Staff(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A clerk's account: argon2id hash, roles (`clerk`, `protection_clerk`, `tax`)."""

    name: str
    password_hash: str
    roles: tuple[str, ...]


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a municipal server is told at start.

    `name` is the party's name in its certificate, `database` a URL, `policies` what is offered, by kind, each setting from its day on; `press_workers` 0 draws in the serving process itself; every
    refusal is answered `refusal_seconds` after the question, whatever it is for;
    `protection_roles` may see and set 支援措置; `crash_points` is a folder for rehearsals.
    """

    name: str
    municipality: str
    prefecture: str
    municipality_name: str
    municipality_name_en: str
    door: Address
    office: Address
    tls: TlsFiles
    signing: Signing
    database: str
    certifiers: tuple[Certifier, ...]
    seal: Path
    number_prefix: str
    policies: dict[str, tuple[PolicySetting, ...]]
    referral: ReferralFiles | None = None
    staff: tuple[Staff, ...] = ()
    protection_roles: tuple[str, ...] = (CLERK, PROTECTION_CLERK)
    press_workers: int = 1
    refusal_seconds: float = 0.7
    crash_points: Path | None = None


def load(file: Path) -> Config:
    """The configuration in `file`, checked. Raises `ConfigInvalid`."""
    config = read_config(file, Config)
    problem = next(iter(_problems(config)), None) or _policy_problem(config)
    if problem is not None:
        raise ConfigInvalid(f"{file}: {problem}")
    return config


def issuer_of(config: Config, seal_png: bytes) -> Issuer:
    """The part of the configuration that decisions are given; `seal_png` is what `seal` holds (`ConfigInvalid` if it is no seal)."""
    try:
        seal_image(seal_png)
    except ValueError as error:
        raise ConfigInvalid(f"seal: {error}") from None
    dated = sorted(config.certifiers, key=lambda certifier: certifier.since)
    return Issuer(
        municipality=config.municipality,
        number_prefix=config.number_prefix,
        refusal_seconds=config.refusal_seconds,
        forms=tuple((certifier.since, _form(config, certifier, seal_png)) for certifier in dated),
        policies={kind: policies_of(kind, settings) for kind, settings in config.policies.items()},
        wide_tax_since=config.referral.since if config.referral is not None else None,
        referral_seconds=config.referral.seconds if config.referral is not None else 300,
    )


def hands_of(config: Config) -> Hands:
    """The keys it signs with, read from their files. Raises `ConfigInvalid` for a certificate that is not this municipality's, and `KeyUnusable` or OSError for files that are no keys."""
    files = config.signing
    key, code_key = load_key(files.key), load_key(files.code_key)
    certificate = load_certificate(files.certificate)
    if not isinstance(key, rsa.RSAPrivateKey) or not isinstance(code_key, ec.EllipticCurvePrivateKey):
        raise ConfigInvalid("signing: an RSA key for documents and a P-256 key for 2-D codes")
    if f"urn:konbini:signer:municipality:{config.municipality}" not in uris_of(certificate):
        raise ConfigInvalid("signing: the certificate is not this municipality's")
    try:
        return Hands(signer(key, certificate, tuple(load_certificate(file) for file in files.chain)), code_key)
    except ValueError as error:
        raise ConfigInvalid(f"signing: {error}") from None


def referrals_of(config: Config, token: Callable[[int], bytes]) -> Referrals | None:
    """What referrals are made and opened with; None where the municipality has not joined. Raises as `hands_of` does."""
    files = config.referral
    if files is None:
        return None
    document = hands_of(config).signer
    chain = (document.certificate, *(load_certificate(file) for file in config.signing.chain))
    signing = DocumentSigning(document.key, tuple(certificate.public_bytes(Encoding.DER) for certificate in chain))
    keys = tuple(load_signing_key(file) for file in (files.key, *files.earlier_keys))
    return Referrals(signing, keys, (load_certificate(files.authority),), token)


def office_of(config: Config) -> ClerksOffice:
    """What the clerks' pages are told of the municipality."""
    return ClerksOffice(config.municipality_name, config.municipality_name_en, config.protection_roles)


def accounts_of(config: Config) -> tuple[StaffAccount, ...]:
    """The clerks' accounts."""
    return tuple(StaffAccount(staff.name, staff.password_hash, staff.roles) for staff in config.staff)


def _form(config: Config, certifier: Certifier, seal_png: bytes) -> IssuerForm:
    return IssuerForm(
        municipality=config.municipality,
        prefecture=config.prefecture,
        name=config.municipality_name,
        certifier_title=certifier.title,
        certifier_name=certifier.name,
        seal_png=seal_png,
        number_prefix=config.number_prefix,
    )


def _problems(config: Config) -> list[str]:
    checks = {
        "municipality: six digits with a right check digit": not _code_stands(config.municipality),
        "certifiers: at least one, each on a day of its own": not 0
        < len(config.certifiers)
        == len({certifier.since for certifier in config.certifiers}),
        "certifiers: title and name must not be blank": any(
            not certifier.title.strip() or not certifier.name.strip() for certifier in config.certifiers
        ),
        "certifiers: the title begins with the prefecture": any(not certifier.title.startswith(config.prefecture) for certifier in config.certifiers),
        "policies: a kind that does not exist": any(kind not in KINDS for kind in config.policies),
        "staff: each with a role of this party": any(not {CLERK, TAX, *config.protection_roles}.intersection(staff.roles) for staff in config.staff),
        "press_workers: 0 (drawn where it is asked) to 64": not 0 <= config.press_workers <= 64,
        "refusal_seconds: 0 to 5": not 0 <= config.refusal_seconds <= 5,
        "referral: 60 to 900 seconds": config.referral is not None and not 60 <= config.referral.seconds <= SECONDS_MAX,
        "number_prefix: 1 to 40 characters": not 0 < len(config.number_prefix) <= 40,
    }
    return [problem for problem, found in checks.items() if found]


def _policy_problem(config: Config) -> str | None:
    try:
        for kind, settings in config.policies.items():
            policies_of(kind, settings)
    except ValueError as error:
        return f"policies: {error}"
    return None


def _code_stands(code: str) -> bool:
    return is_digits(code, 6) and municipality_digit(code[:5]) == code[5]
