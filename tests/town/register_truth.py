"""What must stand on the papers of a town, by the people it was made of: made up a second time from the same seed, so that no database and no file of the town has a say in it."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from cryptography import x509

from certificates.face import Face
from certificates.kinds import KINDS
from certificates.reading import Unreadable, face_of, read
from certificates.signature.key_list import read_key_list
from registers.population import Population, World
from simulation import demonstration as demo
from simulation.municipalities import PLACES
from simulation.town.description import HolderEntry
from simulation.town.preparation import made_up
from simulation.truth.paper import forbidden, wrong_with
from simulation.truth.registers import Asked, Registers, registers_of
from simulation.truth.sides import Signers, wrong_with_sides
from simulation.wishes import Paper, Wish
from storage.instants import JST
from tests.town.open_town import OpenTown


@dataclass(frozen=True, slots=True)
class Truth:
    """The people of a town and their registers, and who signs its papers."""

    population: Population
    registers: Registers
    signers: Signers

    def namesakes(self) -> list[list[str]]:
        """Groups of people of one name and one birth date."""
        groups: dict[tuple[str, str], list[str]] = {}
        for atena_no, person in self.registers.residents.items():
            groups.setdefault((person.name, person.birth), []).append(atena_no)
        return [group for group in groups.values() if len(group) > 1]


def truth_of(town: OpenTown, code: str | None = None) -> Truth:
    """The truth of this town, or of another of its municipalities, as of the day on which it was prepared."""
    code = code or town.city
    population = people_of(town).of(code)
    ca = town.town.ca
    root = x509.load_pem_x509_certificate(Path(ca["documents"]).read_bytes())
    keys = read_key_list(Path(ca["code_keys"]).read_bytes(), root)
    return Truth(population, registers_of(population), Signers((root,), keys, code, demo.CENTER))


def people_of(town: OpenTown) -> World:
    """The people of all its municipalities, made up once more."""
    prepared = datetime.fromtimestamp(town.folders.settings_file.stat().st_mtime, JST).date()
    return _made_up(town.seed, town.residents, len(town.town.municipalities), prepared)


def made_up_beforehand(town: OpenTown, municipalities: int) -> None:
    """Have the people of a town at hand that is being prepared today; of a large one this takes as long as its preparation."""
    _made_up(town.seed, town.residents, municipalities, datetime.now(JST).date())


@cache
def _made_up(seed: int, residents: int, municipalities: int, day: date) -> World:
    return made_up(seed, residents, PLACES[:municipalities], day)


def asked_by(wish: Wish, holder: HolderEntry) -> Asked:
    """Who asks for nothing particular gets the kind's first form and the latest year there is of this holder."""
    kind = KINDS[wish.kind]
    year = (wish.year or holder.years[0]) if kind.yearly else None
    return Asked(holder.atena_no, wish.kind, wish.form or kind.forms[0].code, year, wish.members, wish.show)


def differences(truth: Truth, paper: Paper, asked: Asked, at: datetime) -> list[str]:
    """Everything in which a paper differs from what was asked for, in print, in its codes, in its signatures; no text of it is repeated."""
    if paper.face is None or paper.back is None:
        return ["an incomplete paper"]
    try:
        face = face_of(read(paper.face))
    except Unreadable as error:
        return [f"a paper that cannot be read: {error}"]
    return [
        *wrong_with(face, asked, truth.registers),
        *forbidden(asked, truth.registers, at),
        *wrong_with_sides(paper.issuance_id, paper.face, paper.back, face, truth.signers, at),
    ]


def face_on(paper: Paper) -> Face:
    """What the face of a whole paper reads."""
    assert paper.face is not None
    return face_of(read(paper.face))
