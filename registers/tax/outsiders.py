"""住登外者 of the tax register: people who are taxed here without being registered here (住登外課税), with a 住民票コード by which another municipality can vouch for them.

Decides how they are stored and looked up. Where such a person lived on January 1 of a year, that year's tax record says (賦課期日の住所). Functions take a connection and run in its transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select

from registers.register_dates import RegisterDate
from registers.residents.columns import stops_of, stops_text
from registers.residents.resident import Protection, ProtectionLevel, Resident, Sex, Suppression
from registers.residents.schema import batches
from registers.tax.schema import OUTSIDERS


@dataclass(frozen=True, slots=True)
class Outsider:
    """One 住登外者. `atena_no` is the tax section's own number for the person, which their tax records bear; protection and stops are as for residents."""

    atena_no: str
    juminhyo_code: str
    name: str
    name_kana: str | None
    birth: RegisterDate
    sex: Sex
    character_pending: bool = False
    protection: Protection | None = None
    suppressions: tuple[Suppression, ...] = ()
    version: str = "0"


_BY_CODE = select(OUTSIDERS).where(OUTSIDERS.c.juminhyo_code == bindparam("the_code"))
_EVERY = select(OUTSIDERS).order_by(OUTSIDERS.c.atena_no)
_NEXT_REVISION = select(func.coalesce(func.max(OUTSIDERS.c.revision), 0) + 1)


def outsider_by_juminhyo_code(connection: Connection, juminhyo_code: str) -> Outsider | None:
    """The 住登外者 of this 住民票コード. One statement."""
    row = connection.execute(_BY_CODE, {"the_code": juminhyo_code}).one_or_none()
    return _outsider(row) if row is not None else None


def outsiders_in_order(connection: Connection) -> tuple[Outsider, ...]:
    """Everybody by 宛名番号: for writing the register out."""
    return tuple(_outsider(row) for row in connection.execute(_EVERY))


def replace_outsiders(connection: Connection, outsiders: Sequence[Outsider], now: datetime) -> int:
    """Put these in the place of all; how many there are. Raises sqlalchemy's IntegrityError when two have one number."""
    revision = connection.execute(_NEXT_REVISION).scalar_one()
    connection.execute(delete(OUTSIDERS))
    for batch in batches([outsider_row(one, revision, now.isoformat()) for one in outsiders], 200):
        connection.execute(insert(OUTSIDERS), batch)
    return len(outsiders)


def as_person(outsider: Outsider) -> Resident:
    """The person as papers look at people: somebody who is not present, about whom nothing is known that only a resident register says."""
    return Resident(
        atena_no=outsider.atena_no, household_no="", name=outsider.name, name_kana=outsider.name_kana, former_name=None, former_name_kana=None, alias=None,
        alias_kana=None, birth=outsider.birth, sex=outsider.sex, relation="", resident_since="", address_since="", notified_on=None, previous_address=None,
        honseki=None, hittousha=None, my_number="", juminhyo_code=outsider.juminhyo_code, foreign=None, serial=None, card_usable_from=None, standing="left",
        character_pending=outsider.character_pending, protection=outsider.protection, suppressions=outsider.suppressions,
    )  # fmt: skip


def outsider_row(outsider: Outsider, revision: int, changed_at: str) -> dict[str, Any]:
    """The row of `OUTSIDERS`."""
    protection = outsider.protection
    return {
        "atena_no": outsider.atena_no,
        "juminhyo_code": outsider.juminhyo_code,
        "name": outsider.name,
        "name_kana": outsider.name_kana,
        "birth": outsider.birth,
        "sex": outsider.sex,
        "character_pending": outsider.character_pending,
        "protection_level": protection.level if protection else None,
        "protection_since": protection.since.isoformat() if protection else None,
        "protection_until": protection.until.isoformat() if protection and protection.until else None,
        "suppressions": stops_text(outsider.suppressions),
        "revision": revision,
        "changed_at": changed_at,
    }


def _outsider(row: Row[Any]) -> Outsider:
    until = date.fromisoformat(row.protection_until) if row.protection_until else None
    level = cast("ProtectionLevel | None", row.protection_level)
    return Outsider(
        atena_no=row.atena_no,
        juminhyo_code=row.juminhyo_code,
        name=row.name,
        name_kana=row.name_kana,
        birth=row.birth,
        sex=cast("Sex", row.sex),
        character_pending=bool(row.character_pending),
        protection=Protection(level, date.fromisoformat(row.protection_since), until) if level is not None else None,
        suppressions=stops_of(row.suppressions),
        version=str(row.revision),
    )
