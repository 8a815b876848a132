import ast
import re

import msgspec
import pytest

from messages.refusals import Refusal
from messages.routes import BY_MESSAGE, ROUTES, Route
from messages.wire import Message
from tests.structure.sources import ROOT, sources

ROLES = {"kiosk", "center"}
"""Who asks: issuers, the fee office and the authority only answer."""


def test_every_path_and_every_message_has_one_route() -> None:
    assert len({route.path for route in ROUTES}) == len(ROUTES)
    assert len({route.message for route in ROUTES}) == len(ROUTES) == len(BY_MESSAGE)
    assert all(BY_MESSAGE[route.message] is route for route in ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_a_route_is_well_made(route: Route) -> None:
    assert re.fullmatch(r"/v1(/[a-z]+)+", route.path)
    assert route.senders and route.senders <= ROLES
    assert issubclass(route.reply, Message) and route.reply not in BY_MESSAGE
    assert 1024 <= route.body_bytes_max <= 4 * 1024 * 1024


def test_no_two_messages_are_answered_by_the_same_reply() -> None:
    assert len({route.reply for route in ROUTES}) == len(ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_a_refusal_can_never_be_taken_for_the_reply(route: Route) -> None:
    # The link tells them apart by the status alone; the bytes must not allow another reading.
    raw = msgspec.json.encode(Refusal(code="busy", ja="", en=""))
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(raw, type=route.reply)


def test_nobody_writes_a_path_of_his_own() -> None:
    paths = {route.path for route in ROUTES}
    elsewhere = [
        f"{source.name}:{node.lineno}"
        for source in sources()
        if source.name != "messages/routes.py"
        for node in source.nodes()
        if isinstance(node, ast.Constant) and node.value in paths
    ]
    assert elsewhere == []


def test_the_map_names_the_doors_as_they_are() -> None:
    doors = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").partition("## Doors")[2].partition("## ")[0]
    for route in ROUTES:
        known = route.path if not route.path.startswith("/v1/visits/") else "/v1/visits/…"
        assert known in doors, route.path
