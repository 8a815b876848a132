"""People and files for the tests of this folder."""

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from registers.numbers import atena_digit, juminhyo_code_digit, my_number_digit
from registers.residents.columns import BY_NAME, FIELDS, cells_of
from registers.residents.resident import ForeignStatus, Resident

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=timezone(timedelta(hours=9)))
LATER = NOW + timedelta(hours=1)
ADDRESS = "見本県みほん市本町一丁目２番３号"


def atena(number: int) -> str:
    first = f"{number:09d}"
    return first + atena_digit(first)


def my_number(number: int) -> str:
    first = f"{number:011d}"
    return first + my_number_digit(first)


def juminhyo_code(number: int) -> str:
    first = f"{number:010d}"
    return first + juminhyo_code_digit(first)


def person(number: int, relation: str = "世帯主", household: int = 1, **changes: Any) -> Resident:
    """A Japanese resident; numbers follow from `number`."""
    made = Resident(
        atena_no=atena(number),
        household_no=atena(household),
        name=f"見本　{number}子",
        name_kana="ミホン　コ",
        former_name=None,
        former_name_kana=None,
        alias=None,
        alias_kana=None,
        birth="1980-01-01",
        sex="女",
        relation=relation,
        resident_since="2015-04-01",
        address_since="2015-04-01",
        notified_on="2015-04-02",
        previous_address="例示県ためし市栄町１番地",
        honseki="見本県みほん市本町一丁目２番",
        hittousha="見本　一郎",
        my_number=my_number(number),
        juminhyo_code=juminhyo_code(number),
        foreign=None,
        serial=f"{number + 0xA0:x}",
        card_usable_from=None,
    )
    return replace(made, **changes)


def foreign_person(number: int, **changes: Any) -> Resident:
    status = ForeignStatus("ベトナム", "中長期在留者", "技能", "5年", None, "AB12345678CD")
    expiring = replace(status, expires=NOW.date() + timedelta(days=300))
    return person(
        number,
        **(
            {
                "name": "NGUYEN THI HOA",
                "name_kana": None,
                "honseki": None,
                "hittousha": None,
                "foreign": expiring,
                "alias": "山﨑　花",
                "alias_kana": "ヤマザキ　ハナ",
            }
            | changes
        ),
    )


def line_of(resident: Resident, address: str = ADDRESS, **cells: str) -> dict[str, str]:
    """The cells of one person's line, some of them changed."""
    return cells_of(resident, address) | cells


def file_of(*lines: Mapping[str, str], fields: tuple[str, ...] = FIELDS, names: Mapping[str, str] | None = None) -> bytes:
    """A file with these lines, with Japanese column names unless `names` gives others."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow((names or {column.field: column.ja for column in BY_NAME.values()})[field] for field in fields)
    for line in lines:
        writer.writerow(line[field] for field in fields)
    return out.getvalue().encode()
