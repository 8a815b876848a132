"""The resident register as SQL tables, and the way of a row to a value and back.

Decides how values are stored: days as ISO text, registered dates as they are. One database (or one tenant's schema) holds one municipality's register.
What came with a file and what a clerk set at this desk are kept apart by `source`: the next file takes away only what a file brought.
"""

import unicodedata
from collections.abc import Sequence
from datetime import date
from operator import attrgetter
from typing import Any, Literal, cast

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, Row, String, Table, Text

from registers.residents.resident import ForeignStatus, Protection, ProtectionLevel, Resident, Standing, Suppression

METADATA = MetaData()

Source = Literal["file", "clerk"]

HOUSEHOLDS = Table(
    "resident_households",
    METADATA,
    Column("household_no", String(10), primary_key=True),
    Column("address", Text, nullable=False),
    Column("head_name", Text, nullable=False),
    Column("revision", Integer, nullable=False),  # of the household's state; no state of a household ever gets an earlier one's number
    Column("changed_at", String(32), nullable=False),
)

RESIDENTS = Table(
    "residents",
    METADATA,
    Column("atena_no", String(10), primary_key=True),
    Column("place", Integer, nullable=False),  # the order in which the people were loaded, for writing the register out again
    Column("household_no", String(10), nullable=False),
    Column("name", Text, nullable=False),
    Column("name_kana", Text),
    Column("former_name", Text),
    Column("former_name_kana", Text),
    Column("alias", Text),
    Column("alias_kana", Text),
    Column("birth", Text, nullable=False),
    Column("sex", String(1), nullable=False),
    Column("relation", Text, nullable=False),
    Column("resident_since", Text, nullable=False),
    Column("address_since", Text, nullable=False),
    Column("notified_on", Text),
    Column("previous_address", Text),
    Column("honseki", Text),
    Column("hittousha", Text),
    Column("my_number", String(12), nullable=False, unique=True),
    Column("juminhyo_code", String(11), nullable=False, unique=True),
    Column("juminhyo_code_since", String(10)),
    Column("nationality", Text),
    Column("foreign_category", Text),
    Column("residence_status", Text),
    Column("period", Text),
    Column("expires", String(10)),
    Column("card_number", String(12)),
    Column("serial", String(40)),
    Column("card_usable_from", String(10)),
    Column("standing", String(8), nullable=False),
    Column("standing_since", String(10)),
    Column("character_pending", Boolean, nullable=False),
    Column("name_key", Text, nullable=False),  # what a clerk's search is compared with; see `search_key`
    Column("alias_key", Text, nullable=False),
    Column("kana_key", Text, nullable=False),
    Column("alias_kana_key", Text, nullable=False),
    Index("residents_by_serial", "serial", unique=True),
    Index("residents_by_household", "household_no"),
)

ASIDE = 0
"""The `place` of somebody made up who stands in the tables for whoever keeps them to watch itself by: a certificate that nobody holds leads to them, and nothing else does."""
COUNTED = RESIDENTS.c.place > ASIDE
"""Whoever is of the register: listed, searched, counted, compared and changed."""

PROTECTIONS = Table(
    "resident_protections",
    METADATA,
    Column("atena_no", String(10), primary_key=True),
    Column("source", String(5), primary_key=True),
    Column("level", String(12), nullable=False),
    Column("since", String(10), nullable=False),
    Column("until", String(10)),
    Column("set_at", String(32), nullable=False),
)

SUPPRESSIONS = Table(
    "resident_suppressions",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("atena_no", String(10), nullable=False),  # the person it was set for; a stop on the household was set for one of its people
    Column("household_no", String(10), nullable=False),
    Column("household", Boolean, nullable=False),
    Column("source", String(5), nullable=False),
    Column("since", String(10), nullable=False),
    Column("until", String(10)),
    Column("reason", Text, nullable=False),
    Column("set_at", String(32), nullable=False),
    Column("released_at", String(32)),
    Index("suppressions_by_household", "household_no"),
)

_PLAIN = (
    "atena_no",
    "household_no",
    "name",
    "name_kana",
    "former_name",
    "former_name_kana",
    "alias",
    "alias_kana",
    "birth",
    "sex",
    "relation",
    "resident_since",
    "address_since",
    "notified_on",
    "previous_address",
    "honseki",
    "hittousha",
    "my_number",
    "juminhyo_code",
    "serial",
    "standing",
    "character_pending",
)
_ALIKE = str.maketrans("髙﨑𠮷邉邊齋齊斎濵濱德栁冨黑瀨𡈽𣘺澤廣國櫻嶋", "高崎吉辺辺斉斉斉浜浜徳柳富黒瀬土橋沢広国桜島")
_ALIKE_WITHOUT_SELECTORS: dict[int, int | None] = _ALIKE | dict.fromkeys((*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
_VALUES = attrgetter(*_PLAIN)


def search_key(text: str | None) -> str:
    """A name as it is looked for: without spaces and variation selectors, widths and cases made alike, and the common variant characters (髙, 﨑, 𠮷, 邉 …) as their plain form."""
    if not text:
        return ""
    folded = unicodedata.normalize("NFKC", text.translate(_ALIKE)).upper()
    return "".join(folded.split()).translate(_ALIKE_WITHOUT_SELECTORS)


def resident_row(resident: Resident, place: int) -> dict[str, Any]:
    """The row of `RESIDENTS`; protection and stops have tables of their own."""
    foreign = resident.foreign
    return {
        **dict(zip(_PLAIN, _VALUES(resident), strict=True)),
        "place": place,
        "nationality": foreign.nationality if foreign else None,
        "foreign_category": foreign.category if foreign else None,
        "residence_status": foreign.residence_status if foreign else None,
        "period": foreign.period if foreign else None,
        "expires": day_text(foreign.expires) if foreign else None,
        "card_number": foreign.card_number if foreign else None,
        "card_usable_from": day_text(resident.card_usable_from),
        "standing_since": day_text(resident.standing_since),
        "juminhyo_code_since": day_text(resident.juminhyo_code_since),
        "name_key": search_key(resident.name),
        "alias_key": search_key(resident.alias),
        "kana_key": search_key(resident.name_kana),
        "alias_kana_key": search_key(resident.alias_kana),
    }


def resident_value(row: Row[Any], protection: Protection | None, suppressions: tuple[Suppression, ...]) -> Resident:
    """The person of a row that has the columns of `RESIDENTS`."""
    return Resident(
        atena_no=row.atena_no,
        household_no=row.household_no,
        name=row.name,
        name_kana=row.name_kana,
        former_name=row.former_name,
        former_name_kana=row.former_name_kana,
        alias=row.alias,
        alias_kana=row.alias_kana,
        birth=row.birth,
        sex=row.sex,
        relation=row.relation,
        resident_since=row.resident_since,
        address_since=row.address_since,
        notified_on=row.notified_on,
        previous_address=row.previous_address,
        honseki=row.honseki,
        hittousha=row.hittousha,
        my_number=row.my_number,
        juminhyo_code=row.juminhyo_code,
        foreign=_foreign(row),
        serial=row.serial,
        card_usable_from=day(row.card_usable_from),
        standing=cast("Standing", row.standing),
        standing_since=day(row.standing_since),
        character_pending=bool(row.character_pending),
        protection=protection,
        suppressions=suppressions,
        juminhyo_code_since=day(row.juminhyo_code_since),
    )


def protection_row(atena_no: str, protection: Protection, source: Source, set_at: str) -> dict[str, Any]:
    """The row of `PROTECTIONS`."""
    return {
        "atena_no": atena_no,
        "source": source,
        "level": protection.level,
        "since": day_text(protection.since),
        "until": day_text(protection.until),
        "set_at": set_at,
    }


def suppression_row(atena_no: str, household_no: str, stop: Suppression, source: Source, set_at: str) -> dict[str, Any]:
    """The row of `SUPPRESSIONS`, without its number."""
    return {
        "atena_no": atena_no,
        "household_no": household_no,
        "household": stop.household,
        "source": source,
        "since": day_text(stop.since),
        "until": day_text(stop.until),
        "reason": stop.reason,
        "set_at": set_at,
        "released_at": None,
    }


def protection_value(level: str, since: str, until: str | None) -> Protection:
    """The protection of a row's texts."""
    return Protection(cast("ProtectionLevel", level), date.fromisoformat(since), day(until))


def suppression_value(since: str, until: str | None, household: bool, reason: str) -> Suppression:
    """The stop of a row's texts."""
    return Suppression(date.fromisoformat(since), day(until), bool(household), reason)


def day(text: str | None) -> date | None:
    """A stored day."""
    return date.fromisoformat(text) if text else None


def day_text(value: date | None) -> str | None:
    """A day as it is stored."""
    return value.isoformat() if value is not None else None


def batches(rows: Sequence[dict[str, Any]], size: int = 1000) -> list[Sequence[dict[str, Any]]]:
    """Rows in portions that one statement may carry."""
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _foreign(row: Row[Any]) -> ForeignStatus | None:
    if row.nationality is None:
        return None
    return ForeignStatus(
        nationality=row.nationality,
        category=row.foreign_category,
        residence_status=row.residence_status,
        period=row.period,
        expires=day(row.expires),
        card_number=row.card_number,
    )
