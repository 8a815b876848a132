import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from messages.openapi import openapi_document
from messages.refusals import ROWS, Refusal
from messages.routes import ROUTES
from messages.wire import encode
from tests.messages.builds import example_of

DOCUMENT = openapi_document("見本", ROUTES)
SCHEMA_WORDS = {
    "$ref",
    "type",
    "title",
    "description",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "anyOf",
    "format",
    "contentEncoding",
    "default",
    "prefixItems",
    "const",
}


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(inner)


def test_it_is_an_openapi_3_1_document_with_the_parts_the_standard_demands() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    assert set(DOCUMENT) == {"openapi", "info", "paths", "components"}
    assert DOCUMENT["info"]["title"] == "見本" and DOCUMENT["info"]["version"]
    assert json.loads(json.dumps(DOCUMENT)) == DOCUMENT
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name) for name in DOCUMENT["components"]["schemas"])


def test_every_route_has_its_operation_under_a_name_of_its_own() -> None:
    assert set(DOCUMENT["paths"]) == {route.path for route in ROUTES}
    operations = [DOCUMENT["paths"][route.path]["post"] for route in ROUTES]
    assert len({operation["operationId"] for operation in operations}) == len(ROUTES)
    for route, operation in zip(ROUTES, operations, strict=True):
        assert set(DOCUMENT["paths"][route.path]) == {"post"}
        assert set(operation) <= {"operationId", "summary", "description", "requestBody", "responses"}
        assert operation["summary"]
        assert operation["requestBody"]["required"] is True
        assert operation["requestBody"]["content"]["application/json"]["schema"] == {"$ref": f"#/components/schemas/{route.message.__name__}"}
        assert operation["responses"]["200"]["content"]["application/json"]["schema"] == {"$ref": f"#/components/schemas/{route.reply.__name__}"}
        assert set(operation["responses"]) == {"200"} | {str(row.status) for row in ROWS}
        assert all(response["description"] for response in operation["responses"].values())
        assert all(sender in operation["description"] for sender in route.senders)


def test_every_reference_leads_somewhere_and_every_schema_is_reached() -> None:
    referred = {each["$ref"] for each in _objects(DOCUMENT) if "$ref" in each}
    assert referred == {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}


def test_the_schemas_use_words_of_json_schema_2020_12_only() -> None:
    def walk(schema: dict[str, Any]) -> None:
        assert set(schema) <= SCHEMA_WORDS, schema
        for inner in (*schema.get("properties", {}).values(), *schema.get("anyOf", ())):
            walk(inner)
        if isinstance(schema.get("items"), dict):
            walk(schema["items"])

    for schema in DOCUMENT["components"]["schemas"].values():
        walk(schema)


@pytest.mark.parametrize("kind", [*(kind for route in ROUTES for kind in (route.message, route.reply)), Refusal], ids=lambda kind: kind.__name__)
def test_a_message_is_what_its_schema_says(kind: type[msgspec.Struct]) -> None:
    _hold(json.loads(encode(example_of(kind))), DOCUMENT["components"]["schemas"][kind.__name__])


def _hold(value: Any, schema: dict[str, Any]) -> None:
    """That `value` is of `schema`, as far as these schemas go."""
    if "$ref" in schema:
        _hold(value, DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    elif "anyOf" in schema:
        assert any(_holds(value, each) for each in schema["anyOf"])
    elif "enum" in schema:
        assert value in schema["enum"]
    elif schema["type"] == "object":
        assert set(schema["required"]) <= set(value) <= set(schema["properties"])
        assert schema["additionalProperties"] is False
        for name, inner in value.items():
            _hold(inner, schema["properties"][name])
    elif schema["type"] == "array":
        for inner in value:
            _hold(inner, schema["items"])
    else:
        assert isinstance(value, {"string": str, "integer": int, "boolean": bool, "null": type(None)}[schema["type"]])


def _holds(value: Any, schema: dict[str, Any]) -> bool:
    try:
        _hold(value, schema)
    except AssertionError:
        return False
    return True
