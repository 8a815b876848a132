"""Whose card stays when a new resident register takes the place of the old one: a file without serials must not cut everybody's card off.

Decides that a serial stays with the person, not with a number that somebody else was given.
"""

from collections.abc import Mapping
from dataclasses import replace

from registers.residents.csv_form import Parsed
from registers.residents.resident import Household, Resident


def kept_serials(parsed: Parsed, before: Mapping[str, Resident]) -> dict[str, Resident]:
    """宛名番号 -> the person as registered before, for those who keep their serial: the same person (宛名番号 and 個人番号), no serial in the file, and nobody else has it there."""
    given = {person.serial for person in parsed.residents if person.serial is not None}
    kept = {}
    for person in parsed.residents:
        old = before.get(person.atena_no)
        if person.serial is None and old is not None and old.serial is not None and old.my_number == person.my_number and old.serial not in given:
            kept[person.atena_no] = old
    return kept


def with_serials(parsed: Parsed, kept: Mapping[str, Resident]) -> Parsed:
    """The register with the serials that stay, and the day from which a card was usable where the file does not say."""

    def person(new: Resident) -> Resident:
        old = kept.get(new.atena_no)
        return new if old is None else replace(new, serial=old.serial, card_usable_from=new.card_usable_from or old.card_usable_from)

    def household(new: Household) -> Household:
        return replace(new, members=tuple(person(member) for member in new.members))

    return replace(parsed, residents=tuple(map(person, parsed.residents)), households=tuple(map(household, parsed.households)))
