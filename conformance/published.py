"""The published description of the issuer's protocol, made from the messages themselves: `docs/protocol/openapi.json`."""

import msgspec

from messages.conditions import AskCondition, AskInventory
from messages.openapi import openapi_document
from messages.orders import AskReferral, IssueOrder, OfferChoices, TellOutcome
from messages.routes import BY_MESSAGE
from messages.uses import AskRegisteredUse, RegisterUse

DEMANDED = (OfferChoices, IssueOrder, TellOutcome)
OPTIONAL = (AskCondition, AskInventory, RegisterUse, AskRegisteredUse, AskReferral)


def published_openapi() -> bytes:
    """The OpenAPI document of everything a certificate server may be asked, as it is written to the file."""
    routes = tuple(BY_MESSAGE[message] for message in (*DEMANDED, *OPTIONAL))
    return (
        msgspec.json.format(msgspec.json.encode(openapi_document("証明書発行サーバ / certificate server", routes), order="sorted"), indent=1) + b"\n"
    )
