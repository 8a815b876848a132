"""TLS connections as the kit makes them: as the center, as another party, and as whoever must not be let in."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric import ec

from conformance.profile import Profile
from trust.authority import create_root, save_certificate, save_key
from trust.parties import Peer, client_context, issue_party


@dataclass(frozen=True, slots=True)
class FileContexts:
    """Connections with the certificates that the profile names. See `trial.Contexts`."""

    profile: Profile
    now: Callable[[], datetime]
    token: Callable[[int], bytes]

    def center(self) -> ssl.SSLContext:
        """As the center."""
        tls = self.profile.tls
        return client_context(tls.certificate, tls.key, tls.authority)

    def other(self) -> ssl.SSLContext | None:
        """As the other role, if the profile has one."""
        tls = self.profile.tls
        return None if tls.other_role is None else client_context(tls.other_role.certificate, tls.other_role.key, tls.authority)

    def nobody(self) -> ssl.SSLContext:
        """Without a certificate."""
        return ssl.create_default_context(cafile=str(self.profile.tls.authority))

    def stranger(self) -> ssl.SSLContext:
        """As a center, by an authority of the kit's own making."""
        since, key = self.now() - timedelta(hours=1), ec.generate_private_key(ec.SECP256R1())
        authority = create_root("見本 知らない認証局", ec.generate_private_key(ec.SECP256R1()), since, self.token)
        certificate = issue_party(authority, Peer("center", "center"), ("center.invalid",), key, since, self.token)
        with TemporaryDirectory() as folder:
            save_certificate(certificate, Path(folder) / "center.pem")
            save_key(key, Path(folder) / "center.key")
            return client_context(Path(folder) / "center.pem", Path(folder) / "center.key", self.profile.tls.authority)

    def older(self) -> ssl.SSLContext:
        """As the center, with TLS 1.2 at most."""
        context = self.center()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        return context
