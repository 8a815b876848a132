"""本籍地利用登録申請 as far as it has been typed, and whether a field is complete. Pure.

It lives in the terminal's memory while the resident types, is shown on the panel alone, and goes when the application has been received or the visit ends; it is never journalled.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Literal, get_args

from certificates.wareki import ERAS
from kiosk.keyboard import DIGITS, HONSEKI, NAME, SPACE, Keys, pressed
from kiosk.selection import NotOffered

Field = Literal["honseki", "hittousha", "name", "birth", "phone"]
Part = Literal["year", "month", "day"]
FIELDS: tuple[Field, ...] = get_args(Field)
PARTS: tuple[Part, ...] = get_args(Part)

LONGEST: Mapping[Field, int] = MappingProxyType({"honseki": 60, "hittousha": 40, "name": 40, "phone": 11})
"""Characters of each field that is one text."""

PHONE_SHORTEST = 10

KEYS: Mapping[Field, Keys] = MappingProxyType({"honseki": HONSEKI, "hittousha": NAME, "name": NAME, "birth": DIGITS, "phone": DIGITS})

WESTERN = "western"
BIRTH_ERAS: Mapping[str, str] = MappingProxyType({"reiwa": "令和", "heisei": "平成", "showa": "昭和", "taisho": "大正"})
"""元号 in which somebody who stands here may be born; 西暦 takes any year."""

ERA_CODES: tuple[str, ...] = (*BIRTH_ERAS, WESTERN)


@dataclass(frozen=True, slots=True)
class UseDraft:
    """What has been typed. `part` is the part of the birth date that the keys go to."""

    honseki: str = field(default="", repr=False)
    hittousha: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    era: str = field(default="", repr=False)
    year: str = field(default="", repr=False)
    month: str = field(default="", repr=False)
    day: str = field(default="", repr=False)
    part: Part = field(default="year", repr=False)
    phone: str = field(default="", repr=False)


def typed(draft: UseDraft, field_: Field, key: str) -> UseDraft:
    """The draft after a key on this field's keyboard; raises `NotOffered` for a key that is not on it."""
    if not key or not any(key in row for row in KEYS[field_]):
        raise NotOffered("key")
    if field_ == "birth":
        return _typed_in_birth(draft, key)
    return _with(draft, field_, pressed(getattr(draft, field_), key, LONGEST[field_]))


def _with(draft: UseDraft, name: str, text: str) -> UseDraft:
    changes: dict[str, Any] = {name: text}
    return replace(draft, **changes)


def _typed_in_birth(draft: UseDraft, digit: str) -> UseDraft:
    part = draft.part
    text = getattr(draft, part)
    if len(text) < _part_longest(draft, part):
        text += digit
    onward = PARTS[PARTS.index(part) + 1] if _part_full(draft, part, text) and part != "day" else part
    return replace(_with(draft, part, text), part=onward)


def _part_longest(draft: UseDraft, part: Part) -> int:
    return 4 if part == "year" and draft.era == WESTERN else 2


def _part_full(draft: UseDraft, part: Part, text: str) -> bool:
    """No figure can follow: 3 is March, 4 is the fourth; a year's figures are two, or four of the western calendar."""
    first_alone = {"year": "", "month": "23456789", "day": "456789"}[part]
    return len(text) >= _part_longest(draft, part) or (len(text) == 1 and text in first_alone)


def erased(draft: UseDraft, field_: Field) -> UseDraft:
    """Without the last character; in a birth date, of the part before where this part is empty."""
    if field_ != "birth":
        return _with(draft, field_, getattr(draft, field_)[:-1])
    part = draft.part
    if not getattr(draft, part) and part != "year":
        part = PARTS[PARTS.index(part) - 1]
    return replace(_with(draft, part, getattr(draft, part)[:-1]), part=part)


def with_era(draft: UseDraft, era: str) -> UseDraft:
    """元号, or 西暦; what stood of the year goes when figures of another length are asked for. Raises `NotOffered`."""
    if era not in ERA_CODES:
        raise NotOffered("key")
    year = draft.year if (era == WESTERN) == (draft.era == WESTERN) else ""
    return replace(draft, era=era, year=year, part=draft.part if year else "year")


def with_part(draft: UseDraft, part: str) -> UseDraft:
    """The part of the birth date that is typed next, from its beginning; raises `NotOffered`."""
    found = next((each for each in PARTS if each == part), None)
    if found is None:
        raise NotOffered("key")
    return replace(_with(draft, found, ""), part=found)


def birth_of(draft: UseDraft, today: date) -> date | None:
    """The birth date; None while it is incomplete, and for a day that no calendar has, that its era has not, or that has not come."""
    if not (draft.era and draft.year and draft.month and draft.day):
        return None
    try:
        day = date(_western_year(draft), int(draft.month), int(draft.day))
    except ValueError:
        return None
    return day if day <= today and _in_its_era(draft, day) else None


def _western_year(draft: UseDraft) -> int:
    if draft.era == WESTERN:
        return int(draft.year)
    era = next(each for each in ERAS if each.name == BIRTH_ERAS[draft.era])
    return era.first.year + int(draft.year) - 1 if int(draft.year) else 0


def _in_its_era(draft: UseDraft, day: date) -> bool:
    if draft.era == WESTERN:
        return day >= ERAS[0].first
    return [era.name for era in ERAS if era.first <= day][-1:] == [BIRTH_ERAS[draft.era]]


def complete(draft: UseDraft, field_: Field, today: date) -> bool:
    """Whether this field can be left: names and 本籍 are more than spaces, the birth date is a day, the phone number has ten or eleven figures and begins with 0."""
    match field_:
        case "birth":
            return birth_of(draft, today) is not None
        case "phone":
            return len(draft.phone) >= PHONE_SHORTEST and draft.phone.startswith("0")
    return bool(getattr(draft, field_).strip(SPACE))


def all_complete(draft: UseDraft, today: date) -> bool:
    """Whether the application can be sent."""
    return all(complete(draft, each, today) for each in FIELDS)
