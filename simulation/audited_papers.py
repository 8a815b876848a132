"""Whose paper is it, may it be, and does it say what it must: one paper in somebody's hand, held against everybody's registers, the clock and the rules of who issues what.

It shares no rule with those it judges: it knows a paper by its drawn text, and what must stand there by `truth`.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from certificates.face import Face
from certificates.kinds import KINDS
from certificates.reading import Unreadable, face_of, read
from simulation import demonstration as demo
from simulation.center_said import Logged, Ordered
from simulation.chronicle import Chronicle, MoveSeen
from simulation.foundation import Foundation
from simulation.municipalities import year_approved_at
from simulation.parties import Town
from simulation.truth.paper import forbidden, may_be_vouched_for, wrong_with
from simulation.truth.registers import Asked, Registers
from simulation.truth.sides import Signers, wrong_with_sides
from simulation.truth.versions import versions
from simulation.wishes import Paper
from simulation.workload import Came

BOOK_SECONDS = 5.0
"""How old the center's copy of its directory may be when a minute comes; its clock may be wrong besides."""


class PaperAudit:
    """Judges papers one by one; `ordered` and `logged` are what the center and the issuers say of them."""

    def __init__(
        self, foundation: Foundation, town: Town, chronicle: Chronicle, ordered: Mapping[str, Ordered], logged: Mapping[str, list[Logged]]
    ) -> None:
        self._foundation = foundation
        self._town = town
        self._chronicle = chronicle
        self._ordered = ordered
        self._logged = logged
        self._numbers: set[str] = set()
        documents = foundation.estate.documents
        self._signers = {place.code: Signers(documents.roots, documents.code_keys, place.code, demo.CENTER) for place in foundation.places}

    def wrong_with(self, visit: Came, paper: Paper, pdf: bytes) -> list[str]:
        """Everything that is wrong with one paper somebody left with."""
        try:
            face = face_of(read(pdf))
        except Unreadable as error:
            return [f"a paper that cannot be read: {error}"]
        wrong = [] if face.number not in self._numbers else ["a 発行番号 a second time"]
        self._numbers.add(face.number)
        order = self._ordered.get(paper.issuance_id)
        if order is not None and order.form != face.form:
            wrong.append(f"a paper on the form {face.form}, and the center says {order.form}")
        code = issuing(visit)
        passed = self._town.gate.first(paper.issuance_id)
        if passed is None:
            wrong.append("a paper that never passed the gate")
        at = visit.ended_at if passed is None else passed
        return [
            *wrong,
            *self._wrong_person(visit, face, code, at),
            *self._wrong_issuer(visit, paper, face, code, at),
            *wrong_with_sides(paper.issuance_id, pdf, paper.back, face, self._signers[code], visit.began),
        ]

    # --- the person ---

    def _wrong_person(self, visit: Came, face: Face, code: str, at: float) -> Iterator[str]:
        holder = visit.holder
        if holder.made.state != "good" or visit.wish.pin != holder.made.pin:
            yield "a paper for a card that is not good, or without its PIN"
        known = self._known_as(visit, code)
        if visit.terminal == self._foundation.hall and not self._at_home_in_the_hall(visit, code, known):
            yield "a paper for somebody whom this hall's terminal does not serve"
        if known is None:
            yield "a paper from where nobody knows the holder"
            return
        atena_no, person_no = known
        if person_no and not self._bound(visit, code, person_no, at):
            yield "a 戸籍 by a 利用登録 that no clerk accepted for this certificate"
        if code != holder.municipality and not person_no:
            yield from self._not_vouched(visit, at)
        tries = []
        for registers in self._versions(code, (atena_no, person_no), at, at):
            asked = self._asked(visit, registers, atena_no, person_no)
            found = [*wrong_with(face, asked, registers), *forbidden(asked, registers, self._instant(at))]
            if not found:
                return
            tries.append(found)
        yield from min(tries, key=len)

    def _at_home_in_the_hall(self, visit: Came, code: str, known: tuple[str, str] | None) -> bool:
        """Whoever lives in the main municipality; and whoever has their 戸籍 there and its clerk's acceptance (利用登録), for papers of that."""
        main = self._foundation.places[0].code
        return visit.holder.municipality == main or (code == main and known is not None and bool(known[1]))

    def _known_as(self, visit: Came, code: str) -> tuple[str, str] | None:
        """宛名番号 and number in the 戸籍 (either may be empty) under which this municipality knows the holder."""
        holder = visit.holder
        if code == holder.municipality:
            return holder.made.resident.atena_no, ""
        if visit.wish.kind in ("koseki", "fuhyo"):
            return ("", holder.elsewhere.person_no) if holder.elsewhere is not None and holder.elsewhere.municipality == code else None
        former = next((one for one in holder.former if one.municipality == code), None)
        return None if former is None or visit.wish.kind != "kazei" else (former.atena_no, "")

    def _bound(self, visit: Came, code: str, person_no: str, at: float) -> bool:
        return any(
            (binding.municipality, binding.serial, binding.person_no) == (code, visit.serial, person_no) and binding.begun_at <= at
            for binding in self._chronicle.bindings
        )

    def _not_vouched(self, visit: Came, at: float) -> list[str]:
        """Why the municipality where the holder lives could not have vouched for them, at any moment of the visit."""
        atena_no = visit.holder.made.resident.atena_no
        found = [
            may_be_vouched_for(atena_no, registers, self._instant(at))
            for registers in self._versions(visit.holder.municipality, (atena_no, ""), visit.began_at, at)
        ]
        return min(found, key=len)

    def _asked(self, visit: Came, registers: Registers, atena_no: str, person_no: str) -> Asked:
        """Who asks for nothing particular is given the kind's first form and the latest year that is out."""
        wish, kind = visit.wish, KINDS[visit.wish.kind]
        code = issuing(visit)
        former = code != visit.holder.municipality and not person_no
        latest = year_approved_at(self._foundation.place(code), visit.began.date())
        year = None
        if kind.yearly:
            year = wish.year or (latest if former else self._latest_known(registers, atena_no, latest))
        return Asked(atena_no, wish.kind, wish.form or kind.forms[0].code, year, wish.members, wish.show, former, person_no)

    def _latest_known(self, registers: Registers, atena_no: str, latest: int) -> int | None:
        known = [year for number, year in registers.taxes if number == atena_no and latest - demo.TAX_YEARS < year <= latest]
        return max(known, default=None)

    def _versions(self, code: str, known: tuple[str, str], since: float, at: float) -> Iterator[Registers]:
        return versions(self._chronicle.base[code], self._chronicle.changes[code], since, at, self._about(code, *known))

    def _about(self, code: str, atena_no: str, person_no: str) -> frozenset[str]:
        """Numbers of everybody and everything whose change may change a paper for this person: the household, the 戸籍 and its people."""
        population = self._chronicle.base[code].population
        home = next((one.household_no for one in population.residents if one.atena_no == atena_no), None)
        household = {one.atena_no for one in population.residents if one.household_no == home}
        families = [
            koseki
            for koseki in population.koseki
            if any(person.person_no == person_no or (person.atena_no and person.atena_no == atena_no) for person in koseki.members)
        ]
        family = {person.atena_no for koseki in families for person in koseki.members if person.atena_no}
        return frozenset({atena_no, *household, *family, *(koseki.koseki_no for koseki in families)})

    def _instant(self, at: float) -> datetime:
        world = self._foundation.estate.world
        return world.now() - timedelta(seconds=world.loop.time() - at)

    # --- the issuer ---

    def _wrong_issuer(self, visit: Came, paper: Paper, face: Face, code: str, at: float) -> Iterator[str]:
        lines = self._logged.get(paper.issuance_id, [])
        if len(lines) != 1:
            yield f"stands in the 発行履歴 of {len(lines)} issuers"
            return
        one = lines[0].issuer
        if one.place.code != code:
            yield f"a paper of {one.place.code} instead of {code}"
        if one.line not in self._in_force(code, visit.wish.kind, visit.began_at, at):
            yield f"a paper from {one.line}, which did not issue it then"
        if one.issuer.number_prefix not in face.number.split(" "):
            yield "a number of another issuer's series"

    def _in_force(self, code: str, kind: str, since: float, at: float) -> set[str]:
        """Who issues this kind there, at any moment of the visit before the paper passed the gate."""
        place = self._foundation.place(code)
        lines = {place.issuer_of(kind)} if kind in place.kinds else set()
        for move in self._chronicle.moves:
            if move.municipality == code and kind in move.kinds and move.state in ("ready", "moved"):
                lines = _with_move(lines, move, since, at, BOOK_SECONDS + self._chronicle.clocks_off_seconds)
        return lines

    def registered_all_along(self, visit: Came) -> bool:
        """Whether the holder of this card stood in the register where they live from before the visit to its end."""
        atena_no = visit.holder.made.resident.atena_no
        everything = self._versions(visit.holder.municipality, (atena_no, ""), visit.began_at, visit.ended_at)
        return all((one.residents[atena_no].serial, one.residents[atena_no].standing) == (visit.serial, "current") for one in everything)


def issuing(visit: Came) -> str:
    """The municipality whose paper the visitor wants."""
    wish = visit.wish
    return wish.january if wish.kind == "kazei" and wish.january not in ("", "abroad", "unborn") else wish.municipality


def _with_move(lines: set[str], move: MoveSeen, since: float, at: float, about: float) -> set[str]:
    if at < move.at - about:
        return lines
    return {move.new} if since > move.at + about else {*lines, move.new}
