"""The record of who changed what (監査記録), each entry sealed with the hash of the one before it: pure.

Whoever has an exported record and its newest hash can tell offline that no byte of it was changed, left out or put in between. Each owner (a municipality, or the center) has a record of its own, so
that what is exported to one holds nothing of another.

A line is the canonical JSON of an entry (keys sorted, UTF-8, no spaces) with `sha256`, the hash of the same JSON without it. `previous` is the hash of the line before, 64 zeros in the first.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import msgspec

NOTHING = "0" * 64
"""What stands before the first entry."""

Action = Literal["seeded", "drafted", "revised", "submitted", "sent_back", "discarded", "approved"]


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that somebody did to the rules of `record` (a municipality's code, or `center`).

    `before` and `after` are what stood and stands: of a draft its text and changes, of an approval the rules by id.
    """

    record: str
    number: int
    at: str
    who: str
    action: Action
    draft: int | None
    why: str
    before: msgspec.Raw
    after: msgspec.Raw
    previous: str


@dataclass(frozen=True, slots=True)
class Sound:
    """The record is whole; `head` is the hash of its newest entry."""

    entries: int
    head: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first line (from 1) that is not what was written, and why."""

    line: int
    reason: Literal["not_an_entry", "not_canonical", "wrong_hash", "wrong_number", "wrong_link", "other_record"]


def raw(value: object) -> msgspec.Raw:
    """A value as it stands in an entry."""
    return msgspec.Raw(msgspec.json.encode(value, order="sorted"))


def sealed(entry: Entry) -> tuple[bytes, str]:
    """The entry's line and its hash."""
    fields = msgspec.json.decode(msgspec.json.encode(entry))
    digest = sha256(msgspec.json.encode(fields, order="sorted")).hexdigest()
    return msgspec.json.encode({**fields, "sha256": digest}, order="sorted"), digest


def verify(lines: Iterable[bytes], head: str | None = None) -> Sound | Broken:
    """Whether these lines are a whole record from its first entry on. With `head`, its newest hash as somebody noted it, entries cut off at the end are found too."""
    previous, record, count = NOTHING, None, 0
    for count, line in enumerate(lines, start=1):
        read = _read(line)
        if isinstance(read, str):
            return Broken(count, read)
        entry, digest = read
        if entry.number != count:
            return Broken(count, "wrong_number")
        if entry.previous != previous:
            return Broken(count, "wrong_link")
        if record not in (None, entry.record):
            return Broken(count, "other_record")
        previous, record = digest, entry.record
    return Sound(count, previous) if head in (None, previous) else Broken(count + 1, "wrong_link")


def _read(line: bytes) -> tuple[Entry, str] | Literal["not_an_entry", "not_canonical", "wrong_hash"]:
    try:
        fields = msgspec.json.decode(line, type=dict[str, object])
        digest = fields.pop("sha256")
        entry = msgspec.json.decode(msgspec.json.encode(fields), type=Entry)
    except (msgspec.MsgspecError, ValueError, KeyError):
        return "not_an_entry"
    canonical, expected = sealed(entry)
    if digest != expected:
        return "wrong_hash"
    return (entry, expected) if canonical == line else "not_canonical"
