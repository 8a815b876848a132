"""What a made-up municipality's registers say of each of its residents, without a database; and whom each kind is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from certificates.kinds import KINDS, Kind
from certificates.policy import Policy
from certificates.sources import Sources
from certificates.wareki import JST
from registers.population import Population, generate
from simulation.registers_filled import carved

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=JST)


@cache
def population(residents: int, seed: int = 11) -> Population:
    """The registers of a municipality of so many residents."""
    return generate(seed, residents, TODAY, carve=carved)


def policy_of(kind: Kind) -> Policy:
    """Everything is offered."""
    return Policy(
        kind=kind.code,
        options=tuple(option.code for option in kind.options),
        forms=tuple(form.code for form in kind.forms),
        copies_max=1,
        leaving_blocks="omit",
        undeclared="blank_for_dependants",
        years=3 if kind.yearly else 1,
    )


POLICIES = {kind.code: policy_of(kind) for kind in KINDS.values()}


@dataclass(frozen=True, slots=True)
class Registers:
    """The population by what is looked up."""

    of: Population

    def sources(self) -> Iterator[Sources]:
        """What all registers say of each resident, with a card that may be used."""
        people = self.of
        homes = {household.household_no: household for household in people.households}
        seals = {seal.atena_no: seal for seal in people.seals}
        links = {
            person.atena_no: (koseki, fuhyo, person.person_no)
            for koseki, fuhyo in zip(people.koseki, people.fuhyo, strict=True)
            if koseki.standing == "current"
            for person in koseki.members
            if person.atena_no is not None and person.removed_on is None
        }
        for resident in people.residents:
            home = homes.get(resident.household_no)
            koseki, fuhyo, person_no = links.get(resident.atena_no, (None, None, None))
            records = sorted((record for record in people.tax if record.atena_no == resident.atena_no), key=lambda record: -record.year)
            yield Sources("1", resident, home, person_no, koseki, fuhyo, seals.get(resident.atena_no), tuple(records))
