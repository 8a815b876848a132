"""Makes the keys with which a town's papers are signed, and puts each in its owner's folder: the documents' authority, the own servers', the center's; the cloud's tenants' are handed on."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from receiving.trust_file import trust_file
from simulation.document_keys import Fresh, IssuerKeys, make_document_keys
from simulation.municipalities import Place
from simulation.town.authorities import key_list_file, receivers_trust_file, root_files
from simulation.town.folders import Folders
from trust.authority import save, save_certificate, save_key


def make_signing_keys(folders: Folders, servers: Mapping[str, Place], tenants: tuple[Place, ...], now: datetime) -> dict[str, IssuerKeys]:
    """`servers` by the names of their parties, the main municipality's first; the keys of the cloud's tenants by their codes."""
    first, *others = [*(_fresh(party, place) for party, place in servers.items()), *(_fresh(place.code, place) for place in tenants)]
    roots = [rsa.generate_private_key(65537, 2048) for _ in range(2)]
    papers = make_document_keys(first.city, (roots[0], first.key, roots[1]), first.code_key, now, secrets.token_bytes, others)
    save(papers.authority, *root_files(folders, "documents"))
    key_list_file(folders).write_bytes(papers.key_list)
    receivers_trust_file(folders).write_bytes(trust_file(papers.authority.certificate, papers.key_list))
    issuers = {first.name: IssuerKeys(first.city, papers.municipality_certificate, first.key, first.code_key), **papers.others}
    for party in servers:
        _save(folders, party, issuers[party])
    save_certificate(papers.center_certificate, folders.party("center") / "documents.pem")
    save_key(papers.center_key, folders.party("center") / "documents.key")
    secret = folders.party("center") / "backs.secret"
    secret.write_bytes(secrets.token_bytes(32))
    secret.chmod(0o600)
    return {place.code: issuers[place.code] for place in tenants}


def _save(folders: Folders, party: str, keys: IssuerKeys) -> None:
    save_certificate(keys.certificate, folders.party(party) / "documents.pem")
    save_key(keys.key, folders.party(party) / "documents.key")
    save_key(keys.code_key, folders.party(party) / "codes.key")


def _fresh(name: str, place: Place) -> Fresh:
    return Fresh(name, place.city, rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1()))
