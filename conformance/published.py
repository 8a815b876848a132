"""What of the published description is made from the program itself: `docs/protocol/`'s machine-readable files. `make protocol` writes them anew, and a test refuses any other bytes.

The description in words stands beside them and is written by hand.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from certificates.back.words import WORDS_1
from certificates.form.catalogue import FORMS
from certificates.form.grid import CLOSING, Cell, Form, Label, label_beside
from certificates.kinds import KINDS
from conformance.cases import CASES, CHAPTERS
from conformance.examples import EXAMPLES
from conformance.profile import Profile
from conformance.tables import ISSUERS, filled
from conformance.tried import TRIED
from conformance.vectors import vectors
from messages.conditions import AskCondition, AskInventory
from messages.openapi import openapi_document
from messages.orders import AskReferral, IssueOrder, OfferChoices, TellOutcome
from messages.refusals import ROWS, refuse
from messages.routes import BY_MESSAGE
from messages.uses import AskRegisteredUse, RegisterUse

DEMANDED = (OfferChoices, IssueOrder, TellOutcome)
OPTIONAL = (AskCondition, AskInventory, RegisterUse, AskRegisteredUse, AskReferral)


def published_openapi() -> bytes:
    """The OpenAPI document of everything a certificate server may be asked, with an example of each message and of each refusal."""
    routes = tuple(BY_MESSAGE[message] for message in (*DEMANDED, *OPTIONAL))
    document = openapi_document("証明書発行サーバ / certificate server", routes)
    by_status: dict[int, dict[str, object]] = {}
    for row in ROWS:
        if row.code in ISSUERS:
            by_status.setdefault(row.status, {})[row.code] = {"value": _sent(refuse(row.code))}
    for route in routes:
        operation = document["paths"][route.path]["post"]
        operation["x-demanded"] = route.message in DEMANDED
        operation["requestBody"]["content"]["application/json"]["example"] = _sent(EXAMPLES[route.message])
        operation["responses"] = {
            "200": operation["responses"]["200"],
            **{str(status): _refusals(examples) for status, examples in sorted(by_status.items())},
        }
        operation["responses"]["200"]["content"]["application/json"]["example"] = _sent(EXAMPLES[route.reply])
    return _written(document)


def _refusals(examples: dict[str, object]) -> dict[str, object]:
    content = {"schema": {"$ref": "#/components/schemas/Refusal"}, "examples": examples}
    return {"description": "Refused: " + ", ".join(sorted(examples)), "content": {"application/json": content}}


def _sent(message: msgspec.Struct) -> Any:
    return msgspec.json.decode(msgspec.json.encode(message))


def published_profile() -> bytes:
    """The JSON Schema (2020-12) of a profile. Paths are strings there."""
    (schema,), components = msgspec.json.schema_components([Profile], schema_hook=lambda _: {"type": "string"}, ref_template="#/$defs/{name}")
    return _written({"title": "profile", **schema, "$defs": components})


def published_forms() -> bytes:
    """Kinds, and of each form its strips and cells in their order, with the labels that stand beside them on the canonical drawing."""
    kinds = [
        {
            "kind": kind.code,
            "title": kind.title,
            "yearly": kind.yearly,
            "copies_max": kind.copies_max,
            "people": kind.chosen,
            "options": {option.code: option.ja for option in kind.options},
            "forms": [{"form": form.code, "titles": form.titles} for form in kind.forms],
        }
        for kind in KINDS.values()
    ]
    forms = {code: _form(form) for code, form in FORMS.items()}
    return _written({"kinds": kinds, "forms": forms, "closing": [cell.code for cell in CLOSING]})


def _form(form: Form) -> dict[str, object]:
    strips = [{"strip": strip.code, "person": strip.person, "cells": _cells(strip.cells, strip.labels)} for strip in form.strips]
    return {
        "head": _cells(form.head, form.head_labels),
        "strips": strips,
        "required": sorted(form.required),
        "opened_by": dict(sorted(form.opened_by.items())),
        "statement": form.statement,
    }


def _cells(cells: Iterable[Cell], labels: Iterable[Label]) -> list[dict[str, str]]:
    """A list, because a 2-D code writes its cells in this order and the fields of an object have none."""
    return [{"cell": cell.code, "label": label_beside(cell, labels)} for cell in cells]


def published_cases() -> bytes:
    """The cases as a page."""
    lines = [
        "# 15 What the kit tries",
        "",
        "Each case is a promise of the description; a broken promise of a class I1 to I7 is what has handed strangers' papers out (2020 to 2024). Made from the kit's own table.",
    ]
    for chapter, (ja, en) in CHAPTERS.items():
        lines += ["", f"## {en} ({ja})", "", "| case | section | class | promise | what is tried | 約束 |", "|---|---|---|---|---|---|"]
        lines += [
            f"| {one.id} | {one.section} | {one.incident or '-'} | {one.en} | {TRIED[one.id][1]} | {one.ja} |"
            for one in CASES.values()
            if one.chapter == chapter
        ]
    return "\n".join([*lines, ""]).encode()


def published_vectors(before: bytes) -> bytes:
    """The worked examples anew, with the keys that stand in the file as it is."""
    keys = msgspec.json.decode(before)["keys"]
    return _written(vectors(keys["documents_authority_key_pem"], keys["municipality_key_pem"]))


def _written(document: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=1) + b"\n"


PUBLISHED: Mapping[str, Callable[[], bytes]] = MappingProxyType(
    {
        "openapi.json": published_openapi,
        "profile.schema.json": published_profile,
        "forms.json": published_forms,
        "cases.md": published_cases,
        "words-1.txt": lambda: WORDS_1,
    }
)
"""File name in `docs/protocol/` -> what must stand in it. `vectors.json` is made from its own keys and stands apart."""


def write_published(folder: Path) -> None:
    """Write all of them into `folder`, and the marked tables into its pages."""
    for name, made in PUBLISHED.items():
        (folder / name).write_bytes(made())
    (folder / "vectors.json").write_bytes(published_vectors((folder / "vectors.json").read_bytes()))
    for page in sorted(folder.glob("*.md")):
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")
