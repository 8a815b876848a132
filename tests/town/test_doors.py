"""Standard clients at the doors of real processes: who is heard, what bad messages get, and what `openssl ocsp` makes of the authority's answers."""

import json
import shutil
import ssl
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kiosk.card import load_card
from kiosk.reader import read_certificate
from messages.refusals import TABLE
from messages.routes import ROUTES, Route
from simulation.people import SPECIAL
from storage.instants import JST
from tests.town.clients import Shown, curl, heard, heard_in_the_clear, of_party, of_stranger, of_the_towns_own, openssl
from tests.town.open_town import OpenTown
from trust.parties import Peer

DOORS = ("center", "municipal", "fees")
HELLO = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
CALLERS = {"center": "kiosk", "municipal": "center", "fees": "center"}
"""Who may speak at each door."""

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl on this machine")


def url_of(town: OpenTown, door: str) -> str:
    return town.town.parties[door].url


def routes_of(door: str) -> list[Route]:
    prefixes = {
        "center": ("/v1/directory", "/v1/visits/"),
        "municipal": ("/v1/choices", "/v1/orders", "/v1/outcomes", "/v1/referrals", "/v1/uses", "/v1/conditions", "/v1/inventories"),
        "fees": ("/v1/prices", "/v1/facts"),
    }
    return [route for route in ROUTES if route.path.startswith(prefixes[door])]


def post(path: str, body: bytes, *headers: str) -> bytes:
    head = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", "Connection: close", *headers]
    head += [] if any("Transfer-Encoding" in header or "Content-Length" in header for header in headers) else [f"Content-Length: {len(body)}"]
    return "\r\n".join([*head, "", ""]).encode() + body


# --- who is heard ---


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("request_", [HELLO, post("/v1/directory", b"{}")], ids=["GET", "POST"])
def test_without_a_party_certificate_not_one_byte_of_an_answer_comes(town: OpenTown, door: str, request_: bytes) -> None:
    assert heard(url_of(town, door), request_, None) == b""
    assert b"HTTP/" in heard(url_of(town, door), request_, of_party(town.folders, CALLERS[door]))


@pytest.mark.parametrize("door", DOORS)
def test_a_certificate_of_another_authority_is_not_heard(town: OpenTown, door: str, tmp_path: Path) -> None:
    assert heard(url_of(town, door), HELLO, of_stranger(tmp_path, "stranger")) == b""


@pytest.mark.parametrize("door", DOORS)
def test_an_expired_certificate_is_not_heard(town: OpenTown, door: str, tmp_path: Path) -> None:
    caller, then = Peer(CALLERS[door], "x"), datetime.now(JST)
    expired = of_the_towns_own(tmp_path, town.folders, "expired", caller, then - timedelta(days=9), 8)
    assert heard(url_of(town, door), HELLO, expired) == b""
    assert heard(url_of(town, door), HELLO, of_the_towns_own(tmp_path, town.folders, "valid", caller, then - timedelta(days=9), 30)) != b""


@pytest.mark.parametrize("door", DOORS)
def test_tls_below_1_3_is_not_spoken_even_with_the_right_certificate(town: OpenTown, door: str) -> None:
    caller = of_party(town.folders, CALLERS[door])
    assert heard(url_of(town, door), HELLO, caller, highest=ssl.TLSVersion.TLSv1_2) == b""
    assert heard(url_of(town, door), HELLO, caller) != b""


@pytest.mark.parametrize("door", DOORS)
def test_plain_http_is_not_spoken(town: OpenTown, door: str) -> None:
    assert b"HTTP/" not in heard_in_the_clear(url_of(town, door), HELLO)


@needs_curl
@pytest.mark.parametrize("door", DOORS)
def test_curl_is_served_with_the_right_certificate_and_with_no_other(town: OpenTown, door: str, tmp_path: Path) -> None:
    address = url_of(town, door) + "/openapi.json"
    served = curl(town.town, of_party(town.folders, CALLERS[door]), address)
    assert served.returncode == 0, served.stderr
    described = json.loads(served.stdout)
    assert described["openapi"].startswith("3.1")
    assert set(described["paths"]) == {route.path for route in routes_of(door)}
    for shown in (None, of_stranger(tmp_path, "stranger")):
        refused = curl(town.town, shown, address, "--include")
        assert (refused.returncode != 0, refused.stdout) == (True, b"")
    old = curl(town.town, of_party(town.folders, CALLERS[door]), address, "--include", "--tls-max", "1.2")
    assert (old.returncode != 0, old.stdout) == (True, b"")


@needs_openssl
@pytest.mark.parametrize("door", DOORS)
def test_openssl_shakes_hands_in_tls_1_3_alone(town: OpenTown, door: str, tmp_path: Path) -> None:
    caller, address = of_party(town.folders, CALLERS[door]), url_of(town, door).removeprefix("https://")
    identity = ("-cert", str(caller.certificate), "-key", str(caller.key), "-CAfile", town.town.ca["parties"], "-verify_return_error")
    said = openssl(tmp_path, "s_client", "-connect", address, "-brief", "-tls1_3", *identity)
    assert "Verification: OK" in said
    assert "Protocol version: TLSv1.3" in said
    assert "CONNECTION ESTABLISHED" not in openssl(tmp_path, "s_client", "-connect", address, "-brief", "-tls1_2", *identity)


# --- who may say what ---


@pytest.mark.parametrize(
    ("door", "wrong"), [(door, wrong) for door in DOORS for wrong in ("kiosk", "center", "municipal", "fees") if wrong != CALLERS[door]]
)
def test_a_party_of_another_role_is_refused_on_every_path(town: OpenTown, door: str, wrong: str) -> None:
    for route in routes_of(door):
        assert refusal(town, door, post(route.path, b"{}"), of_party(town.folders, wrong)) == "role_not_admitted"


def test_the_municipality_of_another_town_may_not_speak_for_the_center(town: OpenTown, tmp_path: Path) -> None:
    nobody = of_the_towns_own(tmp_path, town.folders, "nobody", Peer("center", "another"), datetime.now(JST) - timedelta(days=1), 30)
    facts = post("/v1/facts", b'{"center":"center","facts":[]}')
    assert refusal(town, "fees", facts, nobody) == "role_not_admitted"


# --- what bad messages get ---

MALFORMED = {
    "not json": b"{",
    "no message": b"[]",
    "a word": b'"kiosk"',
    "nothing": b"",
    "not utf-8": b'{"kiosk_id":"\xff"}',
    "deep": b"[" * 30_000,
    "missing": b"{}",
    "unknown word": b'{"kiosk_id":"mihon-store-001","municipality":"992011","more":1}',
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_body_gets_its_row_on_every_path(town: OpenTown, body: bytes) -> None:
    for door in DOORS:
        for route in routes_of(door):
            assert refusal(town, door, post(route.path, body), of_party(town.folders, CALLERS[door])) == "malformed", route.path


@pytest.mark.parametrize("door", DOORS)
def test_an_oversized_body_gets_its_row_whether_or_not_it_says_its_size(town: OpenTown, door: str) -> None:
    route, caller = routes_of(door)[0], of_party(town.folders, CALLERS[door])
    size = route.body_bytes_max + 1
    assert refusal(town, door, post(route.path, b" " * size), caller) == "body_too_large"
    announced = post(route.path, b"{}", f"Content-Length: {size}")
    assert refusal(town, door, announced, caller) == "body_too_large"
    largest = max(route.body_bytes_max for route in routes_of(door)) + 1
    chunked = post(route.path, f"{largest:x}\r\n".encode() + b" " * largest + b"\r\n0\r\n\r\n", "Transfer-Encoding: chunked")
    assert refusal(town, door, chunked, caller) == "body_too_large"


@pytest.mark.parametrize("door", DOORS)
def test_another_method_and_another_address_get_their_rows(town: OpenTown, door: str) -> None:
    caller = of_party(town.folders, CALLERS[door])
    for route in routes_of(door):
        asked = f"GET {route.path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
        assert refusal(town, door, asked, caller) == "malformed"
    assert refusal(town, door, post("/v1/nowhere", b"{}"), caller) == "not_found"


@pytest.mark.parametrize("door", DOORS)
def test_the_door_shows_neither_health_nor_metrics(town: OpenTown, door: str) -> None:
    for path in ("/healthz", "/metrics", "/"):
        asked = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
        assert refusal(town, door, asked, of_party(town.folders, CALLERS[door])) == "not_found"


def refusal(town: OpenTown, door: str, request: bytes, shown: Shown) -> str:
    """The code of the refusal that comes back, which must be a row of the table with that row's status and sentences, and no stack trace."""
    answer = heard(url_of(town, door), request, shown)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"Traceback" not in answer and b'File "' not in answer
    said = json.loads(body)
    row = TABLE[said["code"]]
    assert int(head.split(b" ")[1]) == row.status
    assert (said["ja"], said["en"]) == (row.ja, row.en)
    return row.code


# --- the authority's answers, to openssl ---

ANSWERS = {
    "good": ("card.pem: good", ()),
    "revoked": ("card.pem: revoked", ()),
    "suspended": ("card.pem: revoked", ("Reason: certificateHold",)),
    "unknown": ("card.pem: unknown", ()),
    # The authority does not say more of a card whose time is over: a center refuses it before asking.
    "expired": ("card.pem: good", ()),
}


@needs_openssl
@pytest.mark.parametrize("state", ANSWERS)
@pytest.mark.parametrize("options", [("-nonce",), ("-no_nonce",), ("-nonce", "-sha256")], ids=" ".join)
def test_openssl_verifies_the_answer_about_a_card(town: OpenTown, state: str, options: tuple[str, ...], tmp_path: Path) -> None:
    told = asked_by_openssl(town, state, tmp_path, "jpki", options)
    word, more = ANSWERS[state]
    assert "Response verify OK" in told
    assert word in told
    assert all(words in told for words in more)


@needs_openssl
def test_the_authority_does_not_answer_for_another_authoritys_card(town: OpenTown, tmp_path: Path) -> None:
    told = asked_by_openssl(town, "foreign", tmp_path, "stranger", ("-nonce",))
    assert "card.pem: unknown" in told
    assert "good" not in told


@needs_openssl
def test_openssl_does_not_believe_another_authoritys_word(town: OpenTown, tmp_path: Path) -> None:
    told = asked_by_openssl(town, "good", tmp_path, "jpki", ("-nonce",), believed="stranger")
    assert "Response Verify Failure" in told


def asked_by_openssl(town: OpenTown, state: str, folder: Path, issuer: str, options: tuple[str, ...], believed: str = "jpki") -> str:
    notes: dict[str, str] = dict(SPECIAL)
    holder = town.entitled()[0] if state == "good" else next(holder for holder in town.town.holders if holder.note == notes[state])
    (folder / "card.der").write_bytes(read_certificate(load_card(Path(holder.card))))
    openssl(folder, "x509", "-inform", "DER", "-in", "card.der", "-out", "card.pem")
    files = (str(town.folders.authorities / f"{name}.pem") for name in (issuer, believed))
    issuer_file, believed_file = files
    url = town.town.parties["jpki"].url
    return openssl(folder, "ocsp", *options, "-issuer", issuer_file, "-cert", "card.pem", "-CAfile", believed_file, "-url", url)
