"""Our own issuer behind a door on loopback TLS, the profile of its test people, and a trial of it; a test hands in another press to break it."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import msgspec
from prometheus_client import CollectorRegistry

from certificates.signature.key_list import read_key_list
from conformance.chance import Chance
from conformance.papers import Believed
from conformance.profile import load_profile
from conformance.trial import Trial
from issuer.desk import Desk
from issuer.press import InlinePress, Press
from messages.door import Door, open_door
from messages.orders import IssueOrder, OfferChoices, TellOutcome
from storage.crash_points import CrashPoints
from storage.instants import JST
from storage.store import Store
from tests.issuer.town import (
    ADDRESS,
    BESIDE_PROTECTED,
    DECLARED,
    FATHER,
    MUNICIPALITY,
    PENDING,
    PROTECTED,
    TWIN,
    document_keys,
    hands,
    issuer,
    serial,
)
from tests.messages.line import CENTER, KIOSK, Papers, server_name
from trust.authority import save_certificate
from trust.parties import Peer

ISSUER = Peer("municipal", MUNICIPALITY)
FAMILY = [
    {"name": "見本　太郎", "birth": "昭和５５年４月１日", "holder": True},
    {"name": "見本　花子", "birth": "昭和５７年５月５日"},
    {"name": "見本　一子", "birth": "平成２７年６月７日"},
]
PAIR = [{"name": "保護　される子", "birth": "昭和５５年４月１日"}, {"name": "保護　となり", "birth": "平成１２年１月１日", "holder": True}]


def _person(who: str, number: int, members: list[dict[str, object]], *refused: dict[str, object]) -> dict[str, object]:
    may = [{"kind": "juminhyo", "members": members, "texts": [ADDRESS]}] if members else []
    return {"id": who, "serial": serial(number), "may": may, "refused": list(refused)}


def written_profile(folder: Path) -> Path:
    """The profile of みほん市's resident register."""
    papers = Papers(folder)
    papers.client(CENTER), papers.client(KIOSK)
    save_certificate(document_keys().authority.certificate, folder / "documents.pem")
    (folder / "keys.json").write_bytes(document_keys().key_list)
    no = {"kind": "juminhyo", "code": "not_issuable"}
    twin = [{"name": "佐藤　翔", "birth": "平成１１年９月９日", "holder": True}]
    values = {
        "municipality": MUNICIPALITY,
        "tls": {
            "certificate": "center-center-ours.pem",
            "key": "center-center-ours.key",
            "authority": "ca.pem",
            "server_name": server_name(ISSUER),
            "other_role": {"certificate": "kiosk-kiosk-ours.pem", "key": "kiosk-kiosk-ours.key"},
        },
        "documents": {"authority": "documents.pem", "key_list": "keys.json"},
        "kinds": [{"kind": "juminhyo", "forms": ["juminhyo", "kojinhyo"], "options": ["relation", "honseki", "my_number"]}],
        "people": [
            _person("family", FATHER, FAMILY),
            _person("twin", TWIN, twin),
            _person("beside", BESIDE_PROTECTED, PAIR, no | {"at": "order"}),
            _person("protected", PROTECTED, [], no | {"protected": True}),
            _person("pending", PENDING, [], no),
            {"id": "unknown", "serial": "ff00", "refused": [{"kind": "juminhyo", "code": "not_registered"}]},
        ],
    }
    (folder / "profile.json").write_bytes(msgspec.json.encode(values))
    return folder / "profile.json"


class Contexts:
    """The connections of these tests."""

    def __init__(self, papers: Papers) -> None:
        self._papers = papers

    def center(self) -> ssl.SSLContext:
        return self._papers.client(CENTER)

    def other(self) -> ssl.SSLContext:
        return self._papers.client(KIOSK)

    def nobody(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self._papers.folder / "ca.pem"))


def now() -> datetime:
    return datetime.now(JST)


@asynccontextmanager
async def trial(folder: Path, store: Store, press: Press | None = None, *, seed: int = 1, refusal_seconds: float = 0.05) -> AsyncIterator[Trial]:
    """A strict trial of the issuer with this press (our own: sound)."""
    profile = load_profile(written_profile(folder))
    desk = Desk(issuer(refusal_seconds=refusal_seconds), store, press or InlinePress(hands()), DECLARED)
    accepts = (OfferChoices, IssueOrder, TellOutcome)
    door = Door(desk, title="見本", accepts=accepts, now=now, registry=CollectorRegistry(), points=CrashPoints(None, "municipal"))
    papers = Papers(folder)
    root = document_keys().authority.certificate
    believed = Believed(root, read_key_list(document_keys().key_list, root))
    token = Chance(seed, f"ids {now().timestamp()}").randbytes
    async with open_door(door, "127.0.0.1", 0, papers.server(ISSUER)) as port:
        yield Trial(profile, f"https://127.0.0.1:{port}", Contexts(papers), believed, now, token, Chance(seed), strict=True, load=12)
