"""Any message at all, from the types of its fields."""

import types
from datetime import date, datetime, timedelta, timezone
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from hypothesis import strategies as st

from messages.refusals import Refusal
from messages.routes import ROUTES
from messages.visits import Application, Challenge, Event
from messages.wire import Message

MESSAGES: tuple[type[Message], ...] = (
    *(kind for route in ROUTES for kind in (route.message, route.reply)),
    Refusal,
    *(Application, Challenge, Event),  # signed and hashed on their own
)

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=timezone(timedelta(hours=9)))

_OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)


def any_of(kind: type[Message]) -> st.SearchStrategy[Any]:
    """Messages of type `kind`."""
    return st.fixed_dictionaries({field.name: _values(field.type) for field in msgspec.structs.fields(kind)}).map(lambda values: kind(**values))


def example_of(kind: type[Message]) -> Any:
    """One plain message of type `kind`, every optional field filled."""
    return kind(**{field.name: _example(field.type) for field in msgspec.structs.fields(kind)})


def _values(wanted: Any) -> st.SearchStrategy[Any]:
    origin = get_origin(wanted)
    if origin is Annotated:
        return st.datetimes(timezones=_OFFSETS)
    if origin is Literal:
        return st.sampled_from(get_args(wanted))
    if origin is tuple:
        return st.lists(_values(get_args(wanted)[0]), max_size=3).map(tuple)
    if origin in (Union, types.UnionType):
        return st.one_of(*(_values(each) for each in get_args(wanted)))
    if isinstance(wanted, type) and issubclass(wanted, Message):
        return any_of(wanted)
    simple: dict[Any, st.SearchStrategy[Any]] = {
        str: _TEXTS,
        int: st.integers(-(2**63), 2**63 - 1),
        bool: st.booleans(),
        bytes: st.binary(max_size=40),
        date: st.dates(),
        type(None): st.none(),
    }
    return simple[wanted]


def _example(wanted: Any) -> Any:
    origin = get_origin(wanted)
    if origin is Annotated:
        return NOW
    if origin is Literal:
        return get_args(wanted)[0]
    if origin is tuple:
        return (_example(get_args(wanted)[0]),)
    if origin in (Union, types.UnionType):
        return _example(get_args(wanted)[0])
    if isinstance(wanted, type) and issubclass(wanted, Message):
        return example_of(wanted)
    return {str: "a", int: 1, bool: True, bytes: b"\x00\xff", date: NOW.date()}[wanted]
