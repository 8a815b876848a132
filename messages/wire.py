"""Bytes to messages and back.

One form for the wire and for signatures: JSON with keys in sorted order and no insignificant space, so that the same message always has the same
bytes. Binary fields are base64. Instants are ISO 8601 with an offset; a time without an offset is malformed. Unknown fields are refused:
a party that says more than the other understands must be heard, not guessed at.
"""

import json
import re
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, TypeVar

import msgspec

M = TypeVar("M", bound="Message")

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""A moment with its offset; one without is malformed."""


class Message(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything that crosses a border between parties."""


class Malformed(Exception):
    """The bytes are not the message they should be; `str()` names the field and never repeats its value, nor a name that is not one."""


_encoder = msgspec.json.Encoder(order="sorted")
_decoders: dict[type[Message], msgspec.json.Decoder[Any]] = {}


def encode(message: Message) -> bytes:
    """The message's canonical bytes."""
    return _encoder.encode(message)


def decode(raw: bytes, kind: type[M]) -> M:
    """The message of type `kind` in `raw`; raises `Malformed`."""
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.json.Decoder(kind)
    try:
        message: M = decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise Malformed(_without_values(str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("not JSON") from None
    return message


def decode_asked(raw: bytes, kind: type[M]) -> M:
    """`decode` for what an asker sent: a field that stands twice in one object is `Malformed` too, because two readers may each believe another of the two."""
    message = decode(raw, kind)
    json.loads(raw, object_pairs_hook=_once)
    return message


def _once(fields: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in fields}) != len(fields):
        raise Malformed("a field twice")


def hash_of(message: Message) -> str:
    """SHA-256 of the canonical bytes, in hex: the request hash that travels from an application to the paper."""
    return sha256(encode(message)).hexdigest()


_PATH = re.compile(r" - at `\$[\w.\[\]]*`$")
_UNKNOWN = re.compile(r"Object contains unknown field `[a-z][a-z0-9_]{0,39}`( - at `\$[\w.\[\]]*`)?")


def _without_values(text: str) -> str:
    # msgspec names types, fields and paths of our own; what it quotes of the other side's is a word out of place in an enum or a tag, and a name that we do not know.
    for quoting in ("Invalid enum value", "Invalid value"):
        if text.startswith(quoting + " "):
            path = _PATH.search(text)
            return quoting + (path.group() if path is not None else "")
    if text.startswith("Object contains unknown field") and _UNKNOWN.fullmatch(text) is None:
        return "Object contains an unknown field"
    return text
