"""The family register and its 附票 as SQL tables beside those of the resident register, and the way of a value to its rows.

Decides how values are stored: days as ISO text, registered dates as they are, the rows of an entry as JSON text. What a 戸籍 and its 附票 share (本籍, 筆頭者, standing, who is removed, the
名, the link to the resident register) is stored once, on the 戸籍's side. What came with a file and what a clerk set at this desk are kept apart by `source`, as in `registers.residents.schema`.
"""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text

from registers.koseki.fuhyo import Fuhyo, FuhyoPerson
from registers.koseki.koseki import Entry, Koseki, KosekiPerson
from registers.residents.resident import Protection, Suppression
from registers.residents.schema import ASIDE, METADATA, Source, day_text

KOSEKI = Table(
    "koseki",
    METADATA,
    Column("koseki_no", String(10), primary_key=True),
    Column("place", Integer, nullable=False),  # the order in which they were loaded, for writing the register out again
    Column("honseki", Text, nullable=False),
    Column("family_name", Text, nullable=False),
    Column("family_name_kana", Text),
    Column("family_name_kana_recorded_on", String(10)),
    Column("hittousha", Text, nullable=False),
    Column("standing", String(10), nullable=False),
    Column("pending", Integer, nullable=False),  # notifications accepted and not entered yet
    Column("fuhyo_made_on", String(10)),  # None: no 附票 is kept here
    Column("revision", Integer, nullable=False),  # of the 戸籍's state; no state of any 戸籍 ever gets an earlier one's number
    Column("changed_at", String(32), nullable=False),
)

COUNTED = KOSEKI.c.revision > ASIDE
"""Whatever is of the register, as in `registers.residents.schema`: what belongs to somebody made up beside it bears no version, and the link from that person alone leads there."""

MEMBERS = Table(
    "koseki_members",
    METADATA,
    Column("person_no", String(10), primary_key=True),
    Column("koseki_no", String(10), nullable=False),
    Column("place", Integer, nullable=False),
    Column("given_name", Text, nullable=False),
    Column("given_name_kana", Text),
    Column("kana_recorded_on", String(10)),
    Column("birth", Text, nullable=False),
    Column("sex", String(1), nullable=False),
    Column("father", Text),
    Column("mother", Text),
    Column("adoptive_father", Text),
    Column("adoptive_mother", Text),
    Column("relation", Text, nullable=False),
    Column("spouse", String(1)),
    Column("removed_on", String(10)),
    Column("atena_no", String(10)),
    Index("koseki_members_by_koseki", "koseki_no"),
    Index("koseki_members_by_atena", "atena_no"),
)

ENTRIES = Table(
    "koseki_entries",
    METADATA,
    Column("number", Integer, primary_key=True),  # entries stand in the order in which they were made
    Column("koseki_no", String(10), nullable=False),
    Column("person_no", String(10)),  # None: 戸籍事項
    Column("title", Text, nullable=False),
    Column("rows", Text, nullable=False),
    Column("recorded_on", String(10), nullable=False),
    Index("koseki_entries_by_koseki", "koseki_no"),
)

FUHYO_PEOPLE = Table(
    "fuhyo_people",
    METADATA,
    Column("person_no", String(10), primary_key=True),
    Column("koseki_no", String(10), nullable=False),
    Column("name", Text, nullable=False),
    Column("birth", Text),
    Column("sex", String(1)),
    Column("juminhyo_code", String(11)),
    Index("fuhyo_people_by_koseki", "koseki_no"),
)

FUHYO_ADDRESSES = Table(
    "fuhyo_addresses",
    METADATA,
    Column("number", Integer, primary_key=True),  # a person's addresses stand in the order in which they were entered
    Column("koseki_no", String(10), nullable=False),
    Column("person_no", String(10), nullable=False),
    Column("address", Text, nullable=False),
    Column("since", Text, nullable=False),
    Index("fuhyo_addresses_by_koseki", "koseki_no"),
)

PROTECTIONS = Table(
    "koseki_protections",
    METADATA,
    Column("person_no", String(10), primary_key=True),
    Column("source", String(5), primary_key=True),
    Column("level", String(12), nullable=False),
    Column("since", String(10), nullable=False),
    Column("until", String(10)),
    Column("set_at", String(32), nullable=False),
)

SUPPRESSIONS = Table(
    "koseki_suppressions",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("person_no", String(10), nullable=False),
    Column("household", Boolean, nullable=False),  # as the value says; a stop of this register is for one person
    Column("source", String(5), nullable=False),
    Column("since", String(10), nullable=False),
    Column("until", String(10)),
    Column("reason", Text, nullable=False),
    Column("set_at", String(32), nullable=False),
    Column("released_at", String(32)),
    Index("koseki_suppressions_by_person", "person_no"),
)

_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

_LIVE = Column("until", String(10))

USAGE_REGISTRATIONS = Table(
    "koseki_usage_registrations",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("serial", String(40), nullable=False),
    Column("person_no", String(10), nullable=False),
    Column("since", String(10), nullable=False),
    _LIVE,  # the day it ended; None while it holds
    Index("koseki_usage_by_live_serial", "serial", unique=True, sqlite_where=_LIVE.is_(None), postgresql_where=_LIVE.is_(None)),
    Index("koseki_usage_by_person", "person_no"),
)


def koseki_row(koseki: Koseki, fuhyo: Fuhyo | None, *, place: int, revision: int, changed_at: str) -> dict[str, Any]:
    """The row of `KOSEKI`."""
    return {
        "koseki_no": koseki.koseki_no,
        "place": place,
        "honseki": koseki.honseki,
        "family_name": koseki.family_name,
        "family_name_kana": koseki.family_name_kana,
        "family_name_kana_recorded_on": day_text(koseki.family_name_kana_recorded_on),
        "hittousha": koseki.hittousha,
        "standing": koseki.standing,
        "pending": int(koseki.change_pending),
        "fuhyo_made_on": fuhyo.made_on.isoformat() if fuhyo is not None else None,
        "revision": revision,
        "changed_at": changed_at,
    }


def member_row(koseki_no: str, person: KosekiPerson, place: int) -> dict[str, Any]:
    """The row of `MEMBERS`; entries, protection and stops have tables of their own."""
    return {
        "person_no": person.person_no,
        "koseki_no": koseki_no,
        "place": place,
        "given_name": person.given_name,
        "given_name_kana": person.given_name_kana,
        "kana_recorded_on": day_text(person.kana_recorded_on),
        "birth": person.birth,
        "sex": person.sex,
        "father": person.father,
        "mother": person.mother,
        "adoptive_father": person.adoptive_father,
        "adoptive_mother": person.adoptive_mother,
        "relation": person.relation,
        "spouse": person.spouse,
        "removed_on": day_text(person.removed_on),
        "atena_no": person.atena_no,
    }


def entry_row(koseki_no: str, person_no: str | None, entry: Entry) -> dict[str, Any]:
    """The row of `ENTRIES`, without its number."""
    return {
        "koseki_no": koseki_no,
        "person_no": person_no,
        "title": entry.title,
        "rows": _written(entry.rows),
        "recorded_on": entry.recorded_on.isoformat(),
    }


def entry_value(title: str, rows: str, recorded_on: str) -> Entry:
    """The entry of a row's texts."""
    return Entry(title, tuple((label, value) for label, value in json.loads(rows)), date.fromisoformat(recorded_on))


def fuhyo_person_row(koseki_no: str, person: FuhyoPerson) -> dict[str, Any]:
    """The row of `FUHYO_PEOPLE`."""
    return {
        "person_no": person.person_no,
        "koseki_no": koseki_no,
        "name": person.name,
        "birth": person.birth,
        "sex": person.sex,
        "juminhyo_code": person.juminhyo_code,
    }


def address_rows(koseki_no: str, person: FuhyoPerson) -> list[dict[str, Any]]:
    """The rows of `FUHYO_ADDRESSES`, without their numbers."""
    return [{"koseki_no": koseki_no, "person_no": person.person_no, "address": one.address, "since": one.since} for one in person.addresses]


def protection_row(person_no: str, protection: Protection, source: Source, set_at: str) -> dict[str, Any]:
    """The row of `PROTECTIONS`."""
    return {
        "person_no": person_no,
        "source": source,
        "level": protection.level,
        "since": day_text(protection.since),
        "until": day_text(protection.until),
        "set_at": set_at,
    }


def suppression_rows(person_no: str, stops: Sequence[Suppression], source: Source, set_at: str) -> list[dict[str, Any]]:
    """The rows of `SUPPRESSIONS`, without their numbers."""
    return [
        {
            "person_no": person_no,
            "household": stop.household,
            "source": source,
            "since": day_text(stop.since),
            "until": day_text(stop.until),
            "reason": stop.reason,
            "set_at": set_at,
            "released_at": None,
        }
        for stop in stops
    ]
