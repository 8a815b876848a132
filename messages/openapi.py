"""The OpenAPI 3.1 description of a protocol door, made from the messages themselves."""

from typing import Any

import msgspec

from messages.refusals import ROWS, Refusal
from messages.routes import Route

_REFUSED = {
    "description": "A refusal; its code decides the status",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}},
}


def openapi_document(title: str, routes: tuple[Route, ...]) -> dict[str, Any]:
    """The document as JSON-ready values."""
    types = [kind for route in routes for kind in (route.message, route.reply)] + [Refusal]
    _, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": "1",
            "description": "見本. TLS 1.3, both sides authenticated by party certificates; every message may be repeated under its id.",
        },
        "paths": {route.path: {"post": _operation(route)} for route in routes},
        "components": {"schemas": components},
    }
    # Through JSON once: what a default holds (a tuple) reads as what will be sent (an array).
    values: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document))
    return values


def _operation(route: Route) -> dict[str, Any]:
    statuses = sorted({row.status for row in ROWS})
    return {
        "operationId": route.message.__name__,
        "summary": (route.message.__doc__ or "").strip().splitlines()[0],
        "description": f"Senders admitted: {', '.join(sorted(route.senders))}. At most {route.body_bytes_max} bytes.",
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{route.message.__name__}"}}}},
        "responses": {
            "200": {"description": "Answered", "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{route.reply.__name__}"}}}},
            **{str(status): _REFUSED for status in statuses},
        },
    }
