"""The party as a process: it opens its doors, answers openssl, remembers over a restart, and stops when it is asked to."""

import json
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from jpki.statuses import METADATA, Wanted, change, load_serials
from screens.sign_in import hash_password
from tests.jpki.center import GOOD, LONG_AGO, NOW, ROWS, card, delegate, key, root
from trust.authority import save_certificate, save_key

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def config(tmp_path):
    save_certificate(root().certificate, tmp_path / "ca.pem")
    save_certificate(delegate(), tmp_path / "responder.pem")
    save_certificate(card(GOOD), tmp_path / "card.pem")
    save_key(key("responder"), tmp_path / "responder.key")
    engine = create_engine(f"sqlite:///{tmp_path / 'jpki.db'}")
    METADATA.create_all(engine)
    with engine.begin() as connection:
        load_serials(connection, ROWS, LONG_AGO)
    engine.dispose()
    door = {"host": "127.0.0.1", "port": 0}
    content = {
        "name": "jpki",
        "ocsp": door,
        "office": door,
        "database": f"sqlite:///{tmp_path / 'jpki.db'}",
        "authority_certificate": "ca.pem",
        "responder_certificate": "responder.pem",
        "responder_key": "responder.key",
        "staff": [{"name": "officer 1", "password_hash": hash_password("himitsu", salt=b"0123456789abcdef"), "roles": ["officer"]}],
    }
    (tmp_path / "jpki.json").write_text(json.dumps(content), encoding="utf-8")
    return tmp_path / "jpki.json"


@contextmanager
def process(config):
    """The running party and its first log line."""
    party = subprocess.Popen([sys.executable, "-m", "jpki", str(config)], cwd=PROJECT, stderr=subprocess.PIPE, text=True)
    try:
        yield party, json.loads(party.stderr.readline())
    finally:
        party.kill()
        party.wait()
        party.stderr.close()


def asked(folder, address):
    words = ("openssl", "ocsp", "-issuer", "ca.pem", "-cert", "card.pem", "-CAfile", "ca.pem", "-url", f"http://{address}/ocsp")
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_party_serves_and_stops_when_asked_to(config, number):
    with process(config) as (party, line):
        assert (line["event"], line["party"]) == ("serving", "jpki")
        told = asked(config.parent, line["ocsp"][0])
        assert "card.pem: good" in told.stdout
        assert "Response verify OK" in told.stderr
        with urllib.request.urlopen(f"http://{line['office'][0]}/healthz") as answer:
            assert json.load(answer)["status"] == "ok"
        with urllib.request.urlopen(f"http://{line['office'][0]}/metrics") as answer:
            assert b'konbini_ocsp_answers_total{said="good"} 1.0' in answer.read()
        party.send_signal(number)
        assert party.wait(timeout=10) == 0
        rest = [json.loads(line)["event"] for line in party.stderr]
        assert rest == ["stopping"]


def test_a_suspension_outlives_the_process(config):
    with process(config) as (party, line):
        assert "card.pem: good" in asked(config.parent, line["ocsp"][0]).stdout
        party.kill()
    engine = create_engine(f"sqlite:///{config.parent / 'jpki.db'}")
    with engine.begin() as connection:
        change(connection, Wanted(f"{GOOD:x}", "suspend", "lost", "", "officer 1"), NOW)
    engine.dispose()
    with process(config) as (party, line):
        assert "certificateHold" in asked(config.parent, line["ocsp"][0]).stdout


def test_a_key_that_is_not_the_responders_stops_the_start(config):
    save_key(key("card"), config.parent / "responder.key")
    done = subprocess.run([sys.executable, "-m", "jpki", str(config)], cwd=PROJECT, capture_output=True, text=True, check=False, timeout=20)
    assert done.returncode != 0
    assert "KeyUnusable" in done.stderr
    assert "PRIVATE" not in done.stderr
