"""Makes a town's two authorities, the OCSP responder, the parties' certificates and the kiosks' signing keys. Once, when the town is prepared."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from simulation.town.folders import Folders
from trust.authority import Authority, create_root, load, save, save_certificate, save_key
from trust.ocsp_responder import responder_certificate
from trust.parties import Peer, issue_party

AUTHORITY_YEARS = 20
SINCE_YEARS = 8
"""The authorities are older than the oldest card."""


def make_authorities(folders: Folders, now: datetime, token: Callable[[int], bytes]) -> None:
    """Both roots and the responder, as PEM files."""
    folders.authorities.mkdir(parents=True, exist_ok=True)
    since = now - timedelta(days=365 * SINCE_YEARS)
    days = 365 * AUTHORITY_YEARS
    parties = create_root("見本 当事者認証局", ec.generate_private_key(ec.SECP256R1()), since, token, days)
    save(parties, *root_files(folders, "parties"))
    cards = create_root("見本 利用者証明用認証局", rsa.generate_private_key(65537, 2048), since, token, days)
    save(cards, *root_files(folders, "jpki"))
    stranger = create_root("見本 よその認証局", rsa.generate_private_key(65537, 2048), since, token, days)
    save(stranger, *root_files(folders, "stranger"))
    responder_key = rsa.generate_private_key(65537, 2048)
    certificate_file, key_file = root_files(folders, "ocsp")
    save_key(responder_key, key_file)
    save_certificate(
        responder_certificate(cards, "見本 OCSPレスポンダ", responder_key, now - timedelta(hours=1), token, days=365 * 5), certificate_file
    )


def root_files(folders: Folders, name: str) -> tuple[Path, Path]:
    """The certificate and key files of `parties`, `jpki`, `stranger` (a root that nobody trusts, for trying), `documents` (of papers' signers) or `ocsp`."""
    return folders.authorities / f"{name}.pem", folders.authorities / f"{name}.key"


def key_list_file(folders: Folders) -> Path:
    """The signed list of the keys of 2-D codes, as everybody may have it."""
    return folders.authorities / "code-keys.json"


def receivers_trust_file(folders: Folders) -> Path:
    """What a receiver of papers needs to check them offline (`konbini verify --trust`)."""
    return folders.authorities / "trust.json"


def load_root(folders: Folders, name: str) -> Authority:
    """A root as an authority."""
    return load(*root_files(folders, name))


def make_party(folders: Folders, party: str, peer: Peer, now: datetime, token: Callable[[int], bytes]) -> None:
    """A party's key and certificate in its own folder."""
    folder = folders.party(party)
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    hosts = ("localhost", "127.0.0.1", server_name(peer))
    save_key(key, folder / "party.key")
    save_certificate(issue_party(load_root(folders, "parties"), peer, hosts, key, now - timedelta(hours=1), token), folder / "party.pem")


def server_name(peer: Peer) -> str:
    """The DNS name by which TLS knows one party from another, whatever address it is reached at."""
    return f"{peer.name}.{peer.role}.party.invalid".lower()
