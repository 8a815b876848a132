"""Certificates that name a party, and the TLS contexts in which two parties meet.

A party certificate says who is speaking by one URI in its subjectAltName: `urn:konbini:party:<role>:<name>`. Which role may say what is not decided here but by
`messages.routes` at each door. Both ends are authenticated, TLS 1.3 only; no session is resumed, so every connection shows its certificate.
"""

import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from trust.authority import MARK, Authority, issued_by, key_usage, serial_from, sign_certificate

_PREFIX = "urn:konbini:party:"
_ROLE = re.compile(r"[a-z][a-z_]{0,31}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class NotAParty(Exception):
    """The certificate names no party, or another one than was meant; `str()` says which, for an engineer's log."""


@dataclass(frozen=True, slots=True)
class Peer:
    """One end of a connection: `role` (`kiosk`, `center`, `municipal`, `bcl`, `fees`, `jpki`), and the party's own name, e.g. a kiosk id or a municipality code."""

    role: str
    name: str

    @property
    def uri(self) -> str:
        """The URI that stands in the party's certificate."""
        return f"{_PREFIX}{self.role}:{self.name}"


def issue_party(
    authority: Authority,
    peer: Peer,
    hosts: tuple[str, ...],
    key: ec.EllipticCurvePrivateKey,
    now: datetime,
    token: Callable[[int], bytes],
    days: int = 825,
) -> x509.Certificate:
    """The certificate of `peer`, reachable under `hosts` (DNS names or IP addresses), valid from `now` for `days`; as client and as server.

    A ValueError means that role or name hold other characters than a URI part may, or that the key is not P-256.
    """
    if _ROLE.fullmatch(peer.role) is None or _NAME.fullmatch(peer.name) is None:
        raise ValueError("a party's role is a-z and _, its name A-Z, a-z, 0-9, dot, _ and -")
    if not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("a party's key is a P-256 key")
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, MARK), x509.NameAttribute(NameOID.COMMON_NAME, f"{MARK} {peer.role}")])
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(peer.uri), *(_host(host) for host in hosts)]
    builder = (
        issued_by(authority, subject, key.public_key(), serial_from(token))
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(key_usage("digital_signature"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
    )
    return sign_certificate(builder, authority.key)


def peer_of(der: bytes) -> Peer:
    """The party named by a certificate that TLS has already verified; raises `NotAParty`.

    It says who is named, not that the name is true: hand it only what `getpeercert(binary_form=True)` gave for a context made here.
    """
    uris = [uri for uri in _uris(der) if uri.startswith(_PREFIX)]
    if len(uris) != 1:
        raise NotAParty(f"the certificate names {len(uris)} parties instead of one")
    role, _, name = uris[0].removeprefix(_PREFIX).partition(":")
    if _ROLE.fullmatch(role) is None or _NAME.fullmatch(name) is None:
        raise NotAParty("the certificate's party name is malformed")
    return Peer(role, name)


def expect_peer(ssl_object: ssl.SSLObject | ssl.SSLSocket | None, role: str, name: str) -> Peer:
    """The party at the other end, when it is the one that was meant; raises `NotAParty`.

    `ssl_object` is the transport's `get_extra_info("ssl_object")`: None (no TLS) is nobody.
    """
    der = ssl_object.getpeercert(binary_form=True) if ssl_object is not None else None
    if der is None:
        raise NotAParty("the other end showed no certificate")
    peer = peer_of(der)
    if peer != Peer(role, name):
        raise NotAParty(f"{role} {name} was meant, {peer.role} {peer.name} answered")
    return peer


def server_context(certificate_file: Path, key_file: Path, ca_file: Path) -> ssl.SSLContext:
    """For a protocol door: TLS 1.3, a client without a certificate of the authority in `ca_file` is not heard."""
    context = _context(ssl.PROTOCOL_TLS_SERVER, certificate_file, key_file, ca_file)
    context.verify_mode = ssl.CERT_REQUIRED
    context.num_tickets = 0  # a resumed session would not show its certificate again
    return context


def client_context(certificate_file: Path, key_file: Path, ca_file: Path) -> ssl.SSLContext:
    """For the side that asks: shows its own certificate and demands one of the authority in `ca_file` for the host it calls.

    Which party that is, `expect_peer` says after the handshake.
    """
    context = _context(ssl.PROTOCOL_TLS_CLIENT, certificate_file, key_file, ca_file)
    assert context.check_hostname
    return context


def _context(protocol: int, certificate_file: Path, key_file: Path, ca_file: Path) -> ssl.SSLContext:
    for file in (certificate_file, key_file, ca_file):
        file.open("rb").close()  # ssl's own error would not say which file is missing
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT
    context.load_verify_locations(cafile=ca_file)
    context.load_cert_chain(certificate_file, key_file)
    return context


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _uris(der: bytes) -> list[str]:
    try:
        names = x509.load_der_x509_certificate(der).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension, x509.InvalidVersion, x509.UnsupportedGeneralNameType):
        raise NotAParty("the certificate names no party") from None
    return names.get_values_for_type(x509.UniformResourceIdentifier)
