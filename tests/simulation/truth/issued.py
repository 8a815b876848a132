"""Faces of a made-up municipality as its own rooms make them: what the truth is held against here, and what a test changes in them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from certificates.face import Face, Piece
from certificates.issuer_form import IssuerForm
from certificates.issuing import Offered, Wanted, issue, offer
from certificates.kinds import KINDS
from certificates.seal import seal_png
from certificates.sources import Sources
from registers.population import MIHON, Population, generate
from registers.residents.resident import Household, Resident
from simulation.municipalities import PLACES, policy_at
from simulation.registers_filled import carved
from simulation.truth.registers import Asked, Registers, registers_of
from simulation.world import START

KEY = bytes(32)
FORM = IssuerForm(MIHON.code, MIHON.prefecture, MIHON.name, f"{MIHON.name}長", "見本　一郎", seal_png("みほん市長之印"), MIHON.name)


@dataclass(frozen=True)
class Made:
    """A paper that was made, and what was asked for."""

    asked: Asked
    face: Face


def made_up(seed: int, residents: int) -> Population:
    """A municipality on the day on which simulated towns begin."""
    return generate(seed, residents, START.date(), carve=carved)


def sources_of(population: Population, registers: Registers, holder: str, at: datetime = START) -> Sources:
    """The registers' values as a desk would gather them for somebody whose card has been usable for years."""
    home = registers.home(holder)
    people = tuple(_with_card(member) if member.atena_no == holder else member for member in home.members)
    found = registers.koseki_of(holder)
    return Sources(
        version="1",
        holder=_with_card(registers.residents[holder]),
        household=Household(home.household_no, home.address, home.head_name, people, "1"),
        person_no=found[1].person_no if found else None,
        koseki=found[0] if found else None,
        fuhyo=registers.fuhyos[found[0].koseki_no] if found else None,
        seal=registers.seals.get(holder),
        tax=tuple(sorted((record for record in population.tax if record.atena_no == holder), key=lambda record: -record.year)),
    )


def _with_card(resident: Resident) -> Resident:
    return replace(resident, serial="abc", card_usable_from=date(2020, 1, 1))


def papers_of(population: Population, holder: str, *, full: bool) -> Iterator[Made]:
    """Every paper this person may have: each kind on each form and of each year, about everybody, the holder and one other; with every item that is offered, or with none."""
    registers = registers_of(population)
    for kind in KINDS.values():
        sources = _of_kind(sources_of(population, registers, holder), kind.register)
        offered = offer(sources, kind, policy_at(PLACES[0], kind), KEY, START)
        if not isinstance(offered, Offered):
            continue
        everybody = tuple(member.id for member in offered.members)
        own = next(member.id for member in offered.members if member.holder)
        other = next((member.id for member in offered.members if member.choosable and not member.holder), own)
        scopes: tuple[tuple[str | tuple[str, ...], tuple[str, ...]], ...] = (("all", everybody), ("self", (own,)), ((other,), (other,)))
        for form in offered.forms:
            for year in offered.years or (None,):
                for members, ids in scopes if kind.chosen != "holder" else scopes[1:2]:
                    show = offered.options if full else ()
                    face = issue(
                        sources, kind, policy_at(PLACES[0], kind), Wanted(ids, show, form, year, "1"), FORM, "みほん市000001", "x/ABCDE", START
                    )
                    if isinstance(face, Face):
                        yield Made(Asked(holder, kind.code, form, year, members, show), face)


def _of_kind(sources: Sources, register: str) -> Sources:
    parts = {"seal": ("seal",), "tax": ("tax",), "koseki": ("koseki", "fuhyo", "person_no")}.get(register, ())
    nothing = {"seal": None, "koseki": None, "fuhyo": None, "person_no": None, "tax": ()}
    return replace(sources, **{name: empty for name, empty in nothing.items() if name not in parts})  # type: ignore[arg-type]


def changed(face: Face) -> Iterator[tuple[str, Face]]:
    """The face with one thing of its head or body changed, each in turn, and what was changed."""
    for at, (code, text) in enumerate(face.head):
        head = (*face.head[:at], (code, _another(text)), *face.head[at + 1 :])
        yield f"head {code}", replace(face, head=head)
    for at, piece in enumerate(face.pieces):
        yield f"piece {at} left out", replace(face, pieces=(*face.pieces[:at], *face.pieces[at + 1 :]))
        for place, (code, text) in enumerate(piece.cells):
            cells = (*piece.cells[:place], (code, _another(text)), *piece.cells[place + 1 :])
            yield f"piece {at} {code}", replace(face, pieces=(*face.pieces[:at], Piece(piece.strip, cells), *face.pieces[at + 1 :]))


def _another(text: str) -> str:
    return "甲" if text != "甲" else "乙"
