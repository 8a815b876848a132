import asyncio
import ssl
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.trust.town import JST, card, der, jpki_root, p256_key, party_root, stream
from trust.authority import issued_by, save_certificate, save_key, sign_certificate
from trust.parties import NotAParty, Peer, client_context, expect_peer, issue_party, peer_of, server_context

YESTERDAY = datetime.now(JST) - timedelta(days=1)
HOSTS = ("localhost", "127.0.0.1")
CENTER = Peer("center", "c-1")
KIOSK = Peer("kiosk", "k-0001")


def party(peer, root=None, hosts=HOSTS, now=YESTERDAY, days=30):
    return issue_party(root or party_root(), peer, hosts, p256_key(peer.uri), now, stream(peer.uri), days)


@pytest.fixture
def files(tmp_path):
    """Files of a party (certificate, key, the authority it believes)."""

    def make(peer, root=None, believes=None, **options):
        paths = tuple(tmp_path / f"{peer.role}-{peer.name}-{part}.pem" for part in ("certificate", "key", "ca"))
        save_certificate(party(peer, root, **options), paths[0])
        save_key(p256_key(peer.uri), paths[1])
        save_certificate((believes or party_root()).certificate, paths[2])
        return paths

    return make


async def talk(server, client, heard=None):
    """Whom the server heard and whom the client spoke to; raises what the client's TLS raises. What the server was told is added to `heard`."""
    peers = []

    async def serve(reader, writer):
        heard.append(await reader.readline())
        peers.append(peer_of(writer.get_extra_info("ssl_object").getpeercert(binary_form=True)))
        writer.write(b"heard\n")
        await writer.drain()
        writer.close()

    heard = [] if heard is None else heard
    door = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server)
    async with door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.sockets[0].getsockname()[1], ssl=client, server_hostname="127.0.0.1")
        try:
            spoken_to = expect_peer(writer.get_extra_info("ssl_object"), CENTER.role, CENTER.name)
            writer.write(b"hello\n")
            # with TLS 1.3 a client learns only by reading that it was turned away
            if await reader.readline() != b"heard\n":
                raise ConnectionError("turned away")
            return peers[0], spoken_to, writer.get_extra_info("ssl_object").version()
        finally:
            writer.close()


async def is_turned_away(server, client):
    """Whether the client fails and the server is not told one byte."""
    heard = []
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await talk(server, client, heard)
    return not heard


async def test_two_parties_meet_over_tls_1_3_and_know_each_other(files):
    heard, spoken_to, version = await talk(server_context(*files(CENTER)), client_context(*files(KIOSK)))
    assert (heard, spoken_to, version) == (KIOSK, CENTER, "TLSv1.3")


async def test_a_client_without_a_certificate_is_not_heard(files):
    _, _, ca = files(KIOSK)
    bare = ssl.create_default_context(cafile=ca)
    assert await is_turned_away(server_context(*files(CENTER)), bare)


async def test_a_client_of_another_authority_is_not_heard(files):
    stranger = client_context(*files(KIOSK, root=party_root("two")))
    assert await is_turned_away(server_context(*files(CENTER)), stranger)


async def test_an_expired_client_is_not_heard(files):
    expired = client_context(*files(KIOSK, now=YESTERDAY - timedelta(days=9), days=2))
    assert await is_turned_away(server_context(*files(CENTER)), expired)


async def test_a_server_of_another_authority_is_not_spoken_to(files):
    with pytest.raises(ssl.SSLCertVerificationError):
        await talk(server_context(*files(CENTER, root=party_root("two"))), client_context(*files(KIOSK)))


async def test_a_server_under_another_host_name_is_not_spoken_to(files):
    with pytest.raises(ssl.SSLCertVerificationError):
        await talk(server_context(*files(CENTER, hosts=("center.example",))), client_context(*files(KIOSK)))


async def test_a_party_in_anothers_place_is_found_out(files):
    with pytest.raises(NotAParty, match="center c-1 was meant, center c-2 answered"):
        await talk(server_context(*files(Peer("center", "c-2"))), client_context(*files(KIOSK)))
    with pytest.raises(NotAParty, match="municipal"):
        await talk(server_context(*files(Peer("municipal", "c-1"))), client_context(*files(KIOSK)))


async def test_tls_1_2_is_not_spoken(files):
    old = client_context(*files(KIOSK))
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_2
    assert await is_turned_away(server_context(*files(CENTER)), old)


def test_no_tls_is_nobody():
    with pytest.raises(NotAParty):
        expect_peer(None, "center", "c-1")


def test_a_certificate_names_its_party():
    assert peer_of(der(party(KIOSK))) == KIOSK
    assert party(KIOSK) == party(KIOSK)


@pytest.mark.parametrize(
    "peer", [Peer("", "x"), Peer("kiosk", ""), Peer("kiosk", "a:b"), Peer("Kiosk", "a"), Peer("kiosk", "a b"), Peer("kiosk", "a\n")]
)
def test_a_name_that_could_be_read_in_two_ways_is_not_issued(peer):
    with pytest.raises(ValueError, match="role"):
        party(peer)


def test_a_party_key_is_p256():
    with pytest.raises(ValueError, match="P-256"):
        issue_party(party_root(), KIOSK, HOSTS, ec.generate_private_key(ec.SECP384R1()), YESTERDAY, stream("x"))


@pytest.mark.parametrize(
    "uris",
    [
        (KIOSK.uri, CENTER.uri),
        ("urn:konbini:party:kiosk",),
        ("urn:konbini:party:kiosk:",),
        ("urn:konbini:party:Kiosk:a",),
        ("urn:konbini:party:kiosk:a:b",),
        ("https://example.com/",),
        (),
    ],
)
def test_a_certificate_that_names_two_parties_or_half_a_one_names_none(uris):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "見本")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), *(x509.UniformResourceIdentifier(uri) for uri in uris)])
    builder = (
        issued_by(party_root(), subject, p256_key("x").public_key(), 5).not_valid_before(YESTERDAY).not_valid_after(YESTERDAY + timedelta(days=9))
    )
    with pytest.raises(NotAParty):
        peer_of(der(sign_certificate(builder.add_extension(names, critical=False), party_root().key)))


@pytest.mark.parametrize(
    "raw", [b"", b"garbage", der(card(jpki_root())), der(party_root().certificate)], ids=["empty", "garbage", "card", "authority"]
)
def test_what_names_no_party_is_not_a_party(raw):
    with pytest.raises(NotAParty):
        peer_of(raw)
