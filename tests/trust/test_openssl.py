"""What another implementation thinks of the certificates and answers made here: the `openssl` command."""

import subprocess
from base64 import b64encode
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest

from tests.trust.town import JST, jpki_root, party_root, rsa_key, stream
from trust.authority import create_root, save_certificate
from trust.credentials import authentication_certificate
from trust.ocsp import Good, Revoked, Suspended, Unknown
from trust.ocsp_responder import answer, request_in_path, responder, responder_certificate

NOW = datetime.now(JST)  # when these tests were collected: openssl reads the machine's clock, so an answer is made at the moment it is asked for
ROOT = create_root("見本 公的個人認証局", rsa_key("root one"), NOW - timedelta(days=2), stream("openssl"))
CARD = authentication_certificate(
    ROOT, rsa_key("card").public_key(), 0xABCDEF, NOW - timedelta(days=1), NOW + timedelta(days=900), stream("card"), "http://localhost/ocsp"
)
DELEGATE = responder_certificate(ROOT, "見本 有効性確認応答", rsa_key("responder"), NOW - timedelta(days=1), stream("responder"))
RESPONDERS = {
    "the issuer itself": responder(ROOT.certificate, ROOT.certificate, ROOT.key),
    "delegated": responder(ROOT.certificate, DELEGATE, rsa_key("responder")),
}


@pytest.fixture
def folder(tmp_path):
    save_certificate(ROOT.certificate, tmp_path / "root.pem")
    save_certificate(CARD, tmp_path / "card.pem")
    save_certificate(DELEGATE, tmp_path / "responder.pem")
    return tmp_path


def openssl(folder, *words):
    done = subprocess.run(("openssl", *words), cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def asked(folder, *options):
    said = openssl(folder, "ocsp", *options, "-issuer", "root.pem", "-cert", "card.pem", "-reqout", "request.der")
    assert "rror" not in said
    return (folder / "request.der").read_bytes()


def told(folder, response, *options):
    """What openssl says about this response to the request that `asked` left; `-no_nonce` keeps it from adding a second one (and from looking at the first:
    `tests.jpki.test_app` has it ask for itself)."""
    (folder / "response.der").write_bytes(response)
    question = ("-no_nonce", *options, "-issuer", "root.pem", "-cert", "card.pem", "-reqin", "request.der")
    return openssl(folder, "ocsp", *question, "-CAfile", "root.pem", "-respin", "response.der")


@pytest.mark.parametrize("by", RESPONDERS)
@pytest.mark.parametrize("options", [("-nonce",), ("-no_nonce",), ("-nonce", "-sha256")], ids=" ".join)
@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Good(), ("card.pem: good",)),
        (Revoked(NOW - timedelta(hours=5)), ("card.pem: revoked", "Revocation Time")),
        (Suspended(NOW - timedelta(hours=5)), ("card.pem: revoked", "Reason: certificateHold")),
        (Unknown(), ("card.pem: unknown",)),
    ],
    ids=["good", "revoked", "suspended", "unknown"],
)
def test_openssl_reads_every_status(folder, by, options, status, words):
    request = asked(folder, *options)
    response = answer(request, RESPONDERS[by], lambda _: status, datetime.now(JST))

    said = told(folder, response, *(option for option in options if option == "-sha256"))

    for word in ("Response verify OK", *words):
        assert word in said
    # the same question by GET
    assert request_in_path(quote(b64encode(request).decode(), safe="")) == request


def test_openssl_does_not_believe_another_key(folder):
    request = asked(folder, "-nonce")
    stranger = responder(ROOT.certificate, jpki_root("two").certificate, jpki_root("two").key)
    assert "Response Verify Failure" in told(folder, answer(request, stranger, lambda _: Good(), datetime.now(JST)))


def test_openssl_reads_malformed(folder):
    asked(folder, "-nonce")
    assert "malformedrequest" in told(folder, answer(b"?", RESPONDERS["delegated"], lambda _: Good(), datetime.now(JST))).lower()


def test_openssl_verifies_the_chain_strictly(folder):
    assert "card.pem: OK" in openssl(folder, "verify", "-x509_strict", "-policy_check", "-purpose", "sslclient", "-CAfile", "root.pem", "card.pem")
    assert "responder.pem: OK" in openssl(folder, "verify", "-x509_strict", "-CAfile", "root.pem", "responder.pem")
    save_certificate(party_root().certificate, folder / "parties.pem")
    assert "card.pem: verification failed" in openssl(folder, "verify", "-CAfile", "parties.pem", "card.pem")
