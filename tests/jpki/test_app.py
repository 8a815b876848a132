"""The OCSP door over real HTTP, asked by `openssl ocsp` and by plain requests."""

import asyncio
from base64 import b64encode
from datetime import datetime
from urllib.parse import quote

import pytest
from aiohttp import ClientSession, web
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.ocsp import OCSPRequestBuilder, OCSPResponseStatus, load_der_ocsp_response
from prometheus_client import CollectorRegistry, generate_latest
from yarl import URL

from jpki.app import REQUEST_TYPE, RESPONSE_TYPE, Meters, OcspDoor
from jpki.desk import Desk
from storage.crash_points import CrashPoints
from tests.jpki.center import ENDED, GOOD, HELD, JST, NEVER, answers_as, card, root
from trust.authority import save_certificate
from trust.ocsp import Good, check, request_for

NONCE = b"0123456789abcdef"


def now():
    return datetime.now(JST)


async def served(app):
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


@pytest.fixture
def registry():
    return CollectorRegistry()


@pytest.fixture
async def url(store, registry):
    meters = Meters(registry)
    door = OcspDoor(Desk(store, answers_as(), meters.counted), now=now, meters=meters, points=CrashPoints(None, "jpki"))
    runner, address = await served(door.application())
    yield address
    await runner.cleanup()


@pytest.fixture
async def client():
    async with ClientSession() as session:
        yield session


async def openssl(folder, url, serial, *options):
    save_certificate(root().certificate, folder / "root.pem")
    save_certificate(card(serial), folder / "card.pem")
    words = ("openssl", "ocsp", *options, "-issuer", "root.pem", "-cert", "card.pem", "-CAfile", "root.pem", "-url", url + "/ocsp")
    process = await asyncio.create_subprocess_exec(*words, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    return (await process.communicate())[0].decode()


@pytest.mark.parametrize("options", [("-nonce",), ("-no_nonce",), ("-nonce", "-sha256")], ids=" ".join)
@pytest.mark.parametrize(
    ("serial", "word"), [(GOOD, "card.pem: good"), (HELD, "Reason: certificateHold"), (ENDED, "Reason: superseded"), (NEVER, "card.pem: unknown")]
)
async def test_openssl_agrees(tmp_path, url, options, serial, word):
    told = await openssl(tmp_path, url, serial, *options)
    assert "Response verify OK" in told
    assert word in told
    assert "no nonce" not in told
    assert "Nonce Verify error" not in told


async def test_openssl_finds_a_replayed_answer(tmp_path, url, client):
    """A responder that says what was said before to another question: the check above can fail."""
    request = request_for(card(GOOD), root().certificate, NONCE)
    older = await (await client.post(url + "/ocsp", data=request, headers={"Content-Type": REQUEST_TYPE})).read()

    async def replay(_request):
        return web.Response(body=older, content_type=RESPONSE_TYPE)

    app = web.Application()
    app.router.add_post("/ocsp", replay)
    runner, address = await served(app)
    told = await openssl(tmp_path, address, GOOD, "-nonce")
    await runner.cleanup()

    assert "Nonce Verify error" in told


def nonces():
    """Among these are requests whose base64 has slashes and pluses."""
    return [bytes((number,)) * 16 for number in range(0, 256, 5)] + [b"\xff" * 17, b"\xfb\xef\xbe" * 8]


@pytest.mark.parametrize("escaped", [True, False])
async def test_a_get_has_the_same_answer_as_a_post(url, client, escaped):
    seen = ""
    for nonce in nonces():
        request = request_for(card(GOOD), root().certificate, nonce)
        text = b64encode(request).decode()
        seen += text
        path = quote(text, safe="") if escaped else text
        async with client.get(URL(f"{url}/ocsp/{path}", encoded=True)) as answer:
            assert (answer.status, answer.content_type) == (200, RESPONSE_TYPE)
            assert check(await answer.read(), card(GOOD), root().certificate, nonce, now(), 60) == Good()
    assert "/" in seen
    assert "+" in seen


async def test_a_get_without_a_nonce_is_answered(url, client):
    bare = OCSPRequestBuilder().add_certificate(card(GOOD), root().certificate, hashes.SHA1()).build().public_bytes(Encoding.DER)
    async with client.get(URL(f"{url}/ocsp/{quote(b64encode(bare).decode(), safe='')}", encoded=True)) as answer:
        assert load_der_ocsp_response(await answer.read()).response_status is OCSPResponseStatus.SUCCESSFUL


async def test_an_answer_is_not_kept_by_anybody_on_the_way(url, client):
    async with client.post(url + "/ocsp", data=request_for(card(GOOD), root().certificate, NONCE), headers={"Content-Type": REQUEST_TYPE}) as answer:
        assert (answer.status, answer.content_type, answer.headers["Cache-Control"]) == (200, RESPONSE_TYPE, "no-store")


async def test_what_is_no_request_is_told_so_in_the_protocol(url, client):
    for answer in (
        await client.post(url + "/ocsp", data=b"garbage", headers={"Content-Type": REQUEST_TYPE}),
        await client.post(url + "/ocsp", data=b"", headers={"Content-Type": REQUEST_TYPE}),
        await client.get(URL(url + "/ocsp/not%20base64", encoded=True)),
        await client.get(URL(url + "/ocsp/AAAA", encoded=True)),
    ):
        assert (answer.status, answer.content_type) == (200, RESPONSE_TYPE)
        assert load_der_ocsp_response(await answer.read()).response_status is OCSPResponseStatus.MALFORMED_REQUEST


async def test_what_is_not_ocsp_at_all_is_refused_by_http(url, client):
    request = request_for(card(GOOD), root().certificate, NONCE)
    assert (await client.post(url + "/ocsp", data=request, headers={"Content-Type": "application/json"})).status == 415
    assert (await client.post(url + "/ocsp", data=b"\0" * 5000, headers={"Content-Type": REQUEST_TYPE})).status == 413
    assert (await client.get(url + "/ocsp")).status == 405
    assert (await client.put(url + "/ocsp", data=request)).status == 405
    assert (await client.get(url + "/")).status == 404


async def test_the_metrics_count_answers_and_name_no_certificate(url, client, registry):
    for serial in (GOOD, GOOD, HELD):
        await client.post(url + "/ocsp", data=request_for(card(serial), root().certificate, NONCE), headers={"Content-Type": REQUEST_TYPE})
    text = generate_latest(registry).decode()
    assert 'konbini_ocsp_answers_total{said="good"} 2.0' in text
    assert 'konbini_ocsp_answers_total{said="suspended"} 1.0' in text
    assert f"{GOOD:x}" not in text


async def test_the_door_describes_itself(url, client):
    described = await (await client.get(url + "/openapi.json")).json()
    assert set(described["paths"]) == {"/ocsp", "/ocsp/{request}"}
    assert "見本" in described["info"]["title"]
