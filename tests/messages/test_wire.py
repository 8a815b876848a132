import json
import types
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Union, get_args, get_origin

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messages.refusals import Refusal
from messages.visits import CloseVisit, Event
from messages.wire import Malformed, Message, decode, decode_asked, encode, hash_of
from tests.messages.builds import MESSAGES, NOW, any_of, example_of

SECRET = "himitsu-7351"

CLOSE = CloseVisit(visit_id="v", kiosk_id="k", at=NOW, reason="idle")


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from _places(each, (*path, key))


def _with(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    """A copy of `value` with `other` at `path`; without the place when `other` is `...`."""
    if not path:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    if other is ... and len(path) == 1:
        del copy[path[0]]
    else:
        copy[path[0]] = _with(copy[path[0]], path[1:], other)
    return copy


def _refusal_of(content: Any, kind: type[Message]) -> str | None:
    try:
        decode(content if isinstance(content, bytes) else json.dumps(content).encode(), kind)
    except Malformed as error:
        return str(error)
    return None


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.__name__)
def test_every_message_comes_back_as_it_was_and_always_has_the_same_bytes(kind: type[Message]) -> None:
    @settings(max_examples=15, deadline=None, derandomize=True)
    @given(any_of(kind))
    def hold(message: Message) -> None:
        raw = encode(message)
        again = decode(raw, kind)
        assert again == message
        assert encode(again) == raw

    hold()


def test_the_bytes_do_not_depend_on_the_order_in_which_fields_were_said_or_on_white_space() -> None:
    raw = encode(CLOSE)
    said = json.loads(raw)
    assert list(said) == sorted(said)
    loosely = json.dumps(dict(reversed(said.items())), indent=3, ensure_ascii=True).encode()
    assert loosely != raw
    assert encode(decode(loosely, CloseVisit)) == raw
    assert hash_of(decode(loosely, CloseVisit)) == hash_of(CLOSE)


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.__name__)
def test_a_field_that_stands_twice_in_what_was_asked_is_malformed_however_deep(kind: type[Message]) -> None:
    raw = encode(example_of(kind))
    assert decode_asked(raw, kind) == decode(raw, kind)
    for at in (at for at, byte in enumerate(raw) if byte == ord("{") and raw[at + 1 : at + 2] == b'"'):
        name = raw[at + 1 : raw.index(b":", at)]
        twice = raw[: at + 1] + name + b":" + json.dumps(_value(raw, at, name)).encode() + b"," + raw[at + 1 :]
        assert decode(twice, kind) == decode(raw, kind), "the last one would be believed"
        with pytest.raises(Malformed, match="twice"):
            decode_asked(twice, kind)


def _value(raw: bytes, at: int, name: bytes) -> Any:
    return json.JSONDecoder().raw_decode(raw[at:].decode())[0][json.loads(name)]


def test_every_field_moves_the_hash() -> None:
    event = example_of(Event)
    other: dict[type, Any] = {str: "b", int: 2, datetime: NOW + timedelta(microseconds=1)}
    hashes = {hash_of(event)}
    for name in Event.__struct_fields__:
        value = getattr(event, name)
        hashes.add(hash_of(msgspec.structs.replace(event, **{name: "printed" if name == "step" else other[type(value)]})))
    assert len(hashes) == 1 + len(Event.__struct_fields__)


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.__name__)
def test_a_field_too_much_anywhere_in_a_message_is_malformed(kind: type[Message]) -> None:
    whole = json.loads(encode(example_of(kind)))
    objects = [path for path in _places(whole) if isinstance(_at(whole, path), dict)]
    assert objects
    for path in objects:
        more = {**_at(whole, path), "one_more": 1}
        assert (_refusal_of(_with(whole, path, more), kind) or "").startswith("Object contains unknown field `one_more`"), path


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.__name__)
def test_a_field_that_is_missing_is_named(kind: type[Message]) -> None:
    whole = json.loads(encode(example_of(kind)))
    for path in _places(whole):
        if not path or isinstance(path[-1], int) or path[-1] == "type" or not _field_at(kind, path).required:
            continue
        assert f"missing required field `{path[-1]}`" in (_refusal_of(_with(whole, path, ...), kind) or ""), path


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.__name__)
def test_a_value_of_another_type_is_malformed_wherever_it_stands_and_is_never_repeated(kind: type[Message]) -> None:
    whole = json.loads(encode(example_of(kind)))
    for path in _places(whole):
        here = _at(whole, path)
        wrong: list[Any] = [None, 1.5, {SECRET: SECRET}, [SECRET], 735173517351 if isinstance(here, str) else SECRET]
        for value in (value for value in wrong if not (isinstance(here, list) and isinstance(value, list))):
            if value is None and path and _may_be_null(kind, path):
                assert _refusal_of(_with(whole, path, value), kind) is None
                continue
            said = _refusal_of(_with(whole, path, value), kind)
            assert said is not None, (path, value)
            assert "himitsu" not in said and "7351" not in said, (path, said)


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.__name__)
def test_an_instant_without_an_offset_is_malformed_however_deep_it_stands(kind: type[Message]) -> None:
    whole = json.loads(encode(example_of(kind)))
    for path in _places(whole):
        if _at(whole, path) == NOW.isoformat():
            assert (
                _refusal_of(_with(whole, path, "2026-11-02T09:30:00"), kind)
                == f"Expected `datetime` with a timezone component - at `${_dotted(path)}`"
            )
            assert _refusal_of(_with(whole, path, "2026-11-02"), kind) is not None


def _field_at(kind: Any, path: tuple[Any, ...]) -> Any:
    """The field that a path ends in; an index leads to what its list is of."""
    field: Any = None
    for part in path:
        if isinstance(part, int):
            kind = get_args(_not_none(kind))[0]
            continue
        field = next(each for each in msgspec.structs.fields(_not_none(kind)) if each.encode_name == part)
        kind = field.type
    return field


def _not_none(wanted: Any) -> Any:
    if get_origin(wanted) in (Union, types.UnionType):
        return next(each for each in get_args(wanted) if each is not type(None))
    return wanted


def _may_be_null(kind: type[Message], path: tuple[Any, ...]) -> bool:
    return not isinstance(path[-1], int) and path[-1] != "type" and type(None) in get_args(_field_at(kind, path).type)


def _dotted(path: tuple[Any, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        value = value[part]
    return value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reason", SECRET),
        ("reason", f"{SECRET} - at `$.{SECRET}"),
        ("reason", f"'{SECRET}' - at `$.visit_id`"),
        ("at", SECRET),
        ("at", f"2026-11-02T09:30:00+{SECRET}"),
        ("visit_id", [SECRET]),
        (SECRET, 1),
        (f"x` - at `$.{SECRET}", 1),
        (f"x\n{SECRET}", 1),
        ("a" * 41, 1),
    ],
)
def test_what_was_said_instead_is_never_repeated(field: str, value: Any) -> None:
    said = _refusal_of({**json.loads(encode(CLOSE)), field: value}, CloseVisit)
    assert said is not None and "himitsu" not in said and "\n" not in said
    assert len(said) < 100


def test_a_tag_that_is_no_tag_is_not_repeated_either() -> None:
    refusal = {"type": SECRET, "code": "busy", "ja": "", "en": ""}
    assert _refusal_of(refusal, Refusal) == "Invalid value - at `$.type`"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xef\xbb\xbf" + encode(CLOSE),
        encode(CLOSE) + b" x",
        encode(CLOSE)[:-1],
        encode(CLOSE).replace(b'"k"', b'"\xff"'),
        encode(CLOSE).replace(b'"k"', b'"\\ud800"'),
        encode(CLOSE).replace(b'"k"', b"'k'"),
        encode(CLOSE).replace(b'"k"', b"NaN"),
        b'{"visit_id":' * 100_000,
        b"[" * 100_000,
        encode(CLOSE).decode().encode("utf-16"),
    ],
    ids=[
        "empty",
        "byte-order-mark",
        "more-behind",
        "cut-off",
        "not-utf-8",
        "half-a-character",
        "quotes",
        "nan",
        "deep-objects",
        "deep-arrays",
        "utf-16",
    ],
)
def test_what_is_not_json_is_malformed_and_nothing_worse(raw: bytes) -> None:
    said = _refusal_of(raw, CloseVisit)
    assert said is not None and len(said) < 60


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.binary(max_size=80), st.sampled_from(MESSAGES))
def test_any_bytes_are_a_message_or_malformed(raw: bytes, kind: type[Message]) -> None:
    said = _refusal_of(raw, kind)
    assert said is not None


def test_the_same_moment_said_with_another_offset_is_another_text_and_so_another_hash() -> None:
    # What is signed is the text: whoever changes the offset of a signed message has changed the message.
    elsewhere = msgspec.structs.replace(CLOSE, at=NOW.astimezone(UTC))
    assert elsewhere.at == CLOSE.at
    assert hash_of(elsewhere) != hash_of(CLOSE)
