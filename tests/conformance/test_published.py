from conformance.published import DEMANDED, OPTIONAL, published_openapi
from messages.routes import ROUTES
from tests.structure.sources import ROOT


def test_the_published_description_is_the_messages_of_today() -> None:
    assert (ROOT / "docs" / "protocol" / "openapi.json").read_bytes() == published_openapi(), "write it anew: make protocol"


def test_everything_the_center_may_ask_an_issuer_is_published() -> None:
    asked = {route.message for route in ROUTES if route.senders == {"center"} and route.message.__module__ != "messages.facts"}
    assert asked == {*DEMANDED, *OPTIONAL}
