"""One municipality's registers, by who somebody is; and who was asked about."""

from dataclasses import dataclass, replace

from registers.koseki.fuhyo import Fuhyo
from registers.koseki.koseki import Koseki, KosekiPerson
from registers.population import Population
from registers.residents.resident import Household, Resident
from registers.seal.seal import SealRegistration
from registers.tax.record import TaxRecord

_NO_HOME = Household("", "", "", (), "-")


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked for. `holder` is a 宛名番号; `members` is `all`, `self` or ids; `form` and `year` are those of the paper that was asked for, `show` its 記載事項.

    `former`: lived here on January 1 of that year and lives elsewhere now. `person_no`: whom a 利用登録 leads to; `holder` is then nobody here.
    """

    holder: str
    kind: str
    form: str
    year: int | None
    members: str | tuple[str, ...]
    show: tuple[str, ...]
    former: bool = False
    person_no: str = ""


@dataclass(frozen=True, slots=True)
class Registers:
    """The registers' values by number; `held` are tax records (宛名番号, 年度) that wait for a correction."""

    residents: dict[str, Resident]
    households: dict[str, Household]
    kosekis: dict[str, Koseki]
    fuhyos: dict[str, Fuhyo]
    seals: dict[str, SealRegistration]
    taxes: dict[tuple[str, int], TaxRecord]
    held: frozenset[tuple[str, int]] = frozenset()

    def home(self, atena_no: str) -> Household:
        """The household of this person."""
        return self.households[self.residents[atena_no].household_no]

    def koseki_of(self, atena_no: str) -> tuple[Koseki, KosekiPerson] | None:
        """The 戸籍 in which this resident stands now, and the place in it; None where it is kept elsewhere."""
        found = [(koseki, person) for koseki in self.kosekis.values() for person in koseki.members if person.atena_no == atena_no]
        return min(found, key=lambda entry: (entry[0].standing != "current", entry[1].removed_on is not None), default=None)

    def entry_of(self, asked: Asked) -> tuple[Koseki, KosekiPerson] | None:
        """The 戸籍 that a paper of the 戸籍 is about, and whose it is."""
        if not asked.person_no:
            return self.koseki_of(asked.holder)
        found = ((koseki, person) for koseki in self.kosekis.values() for person in koseki.members if person.person_no == asked.person_no)
        return next(found, None)


def registers_of(population: Population, held: frozenset[tuple[str, int]] = frozenset()) -> Registers:
    """The registers of a made-up municipality. Of several seals of one person the one in force, or the last."""
    seals = sorted(population.seals, key=lambda seal: (seal.cancelled_at is None, seal.registered_on))
    # Who is taxed here and lives elsewhere (住登外) has no household here.
    outside = {one.atena_no: replace(one.resident, atena_no=one.atena_no, household_no=_NO_HOME.household_no) for one in population.outside}
    return Registers(
        residents={**outside, **{resident.atena_no: resident for resident in population.residents}},
        households={_NO_HOME.household_no: _NO_HOME, **{home.household_no: home for home in population.households}},
        kosekis={koseki.koseki_no: koseki for koseki in population.koseki},
        fuhyos={fuhyo.koseki_no: fuhyo for fuhyo in population.fuhyo},
        seals={seal.atena_no: seal for seal in seals},
        taxes={(record.atena_no, record.year): record for record in population.tax},
        held=held,
    )
