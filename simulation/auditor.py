"""Keeps its own books of a simulated town and holds everybody else's against them.

What it believes: what people put in and took out (the devices' own movements), the papers in people's hands, and the registers as they were made up. What it checks against that: the
center's issuances, the fee office's ledger, the issuer's 発行履歴. It shares no rule with those it audits: it knows a paper by its drawn text, and what must stand there by `truth`.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

from sqlalchemy import select

from certificates.kinds import KINDS
from certificates.reading import Unreadable, face_of, read
from fees.ledger import balances
from issuance_center.records.tables import cases, issuances, requests
from issuer.issue_tables import PAPERS
from simulation import demonstration as demo
from simulation.foundation import Foundation
from simulation.parties import Town
from simulation.truth.paper import forbidden, wrong_with
from simulation.truth.registers import Asked, registers_of
from simulation.truth.sides import Signers, wrong_with_sides
from simulation.wishes import Paper
from simulation.workload import Came

WITH_PAPER = frozenset({"printed", "taken"})
WITHOUT = frozenset({"declined", "stopped", "lapsed", "returned"})

SAME_FEE = {"kojinhyo": "juminhyo"}
"""Forms that are another look of a paper and cost what it does; every other form has a fee of its own."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What an audit found. `complaints` are sentences; a town in order has none."""

    issued: int
    mismatches: int
    unresolved: int
    refused: dict[str, int]
    ledger_imbalance_yen: int
    complaints: tuple[str, ...]


class Auditor:
    """See the module's text."""

    def __init__(self, foundation: Foundation, town: Town) -> None:
        self._foundation = foundation
        self._town = town
        self._registers = registers_of(foundation.population)
        documents = foundation.estate.documents
        self._signers = Signers(documents.roots, documents.code_keys, foundation.estate.issuer.municipality, demo.CENTER)
        self._states: dict[str, str] = {}
        self._forms: dict[str, str] = {}
        self._complaints: list[str] = []

    def audit(self, came: list[Came]) -> Findings:
        """Hold everything against everything; the town must be quiet."""
        self._states, self._forms = self._center_says()
        mismatches = self._papers_belong(came)
        self._papers_and_states(came)
        self._coins(came)
        imbalance = self._ledger()
        self._issue_log()
        unresolved = [issuance for issuance, state in self._states.items() if state == "unresolved"]
        self._open_cases(set(unresolved))
        return Findings(
            issued=sum(1 for visit in came for paper in visit.visited.papers if paper.face is not None),
            mismatches=mismatches,
            unresolved=len(unresolved),
            refused=dict(sorted(Counter(visit.visited.refusal for visit in came if visit.visited.refusal).items())),
            ledger_imbalance_yen=imbalance,
            complaints=tuple(self._complaints),
        )

    # --- identity: whose paper is it, and may it be ---

    def _papers_belong(self, came: list[Came]) -> int:
        mismatches = 0
        seen_numbers: set[str] = set()
        for visit in came:
            for paper in visit.visited.papers:
                if paper.face is None:
                    continue
                wrong = self._not_theirs(visit, paper, paper.face, seen_numbers)
                mismatches += bool(wrong)
                self._complaints += [f"visit {visit.number}: {reason}" for reason in wrong]
        return mismatches

    def _not_theirs(self, visit: Came, paper: Paper, pdf: bytes, seen_numbers: set[str]) -> list[str]:
        try:
            face = face_of(read(pdf))
        except Unreadable as error:
            return [f"a paper that cannot be read: {error}"]
        wrong = [] if face.number not in seen_numbers else ["a 発行番号 a second time"]
        seen_numbers.add(face.number)
        asked = self._asked(visit)
        if self._forms.get(paper.issuance_id, face.form) != face.form:
            wrong.append(f"a paper on the form {face.form}, and the center says {self._forms[paper.issuance_id]}")
        return [
            *wrong,
            *wrong_with(face, asked, self._registers),
            *forbidden(asked, self._registers, visit.began),
            *wrong_with_sides(paper.issuance_id, pdf, paper.back, face, self._signers, visit.began),
        ]

    def _asked(self, visit: Came) -> Asked:
        """Who asks for nothing particular is given the kind's first form and the latest year that is out."""
        wish, kind = visit.wish, KINDS[visit.wish.kind]
        latest = visit.began.year if (visit.began.month, visit.began.day) >= demo.TAX_YEAR_OPENS else visit.began.year - 1
        holder = visit.holder.made.resident.atena_no
        year = (wish.year or self._latest_known(holder, latest)) if kind.yearly else None
        return Asked(holder, wish.kind, wish.form or kind.forms[0].code, year, wish.members, wish.show)

    def _latest_known(self, holder: str, latest: int) -> int | None:
        known = [year for number, year in self._registers.taxes if number == holder and latest - demo.TAX_YEARS < year <= latest]
        return max(known, default=None)

    # --- paper and state ---

    def _papers_and_states(self, came: list[Came]) -> None:
        whole = Counter(paper.issuance_id for visit in came for paper in visit.visited.papers if paper.face is not None)
        for issuance, times in whole.items():
            state = self._states.get(issuance)
            if times > 1:
                self._complaints.append(f"{issuance}: printed {times} times")
            if state not in WITH_PAPER and state != "unresolved":
                self._complaints.append(f"{issuance}: a paper is out, and the center says {state}")
        for issuance, state in self._states.items():
            if state in WITH_PAPER and not whole[issuance]:
                self._complaints.append(f"{issuance}: the center says {state}, and nobody has the paper")
            if state not in WITH_PAPER and state not in WITHOUT and state != "unresolved":
                self._complaints.append(f"{issuance}: left in state {state}")

    # --- money ---

    def _coins(self, came: list[Came]) -> None:
        gained = 0
        for terminal, (box, _) in sorted(self._town.devices.items()):
            counters = box.counters()
            kept = counters.inserted_yen - counters.returned_yen
            if counters.escrow_yen or box.return_tray():
                self._complaints.append(f"{terminal}: money lies about")
            if counters.cash_yen - counters.float_yen - counters.brought_yen + counters.carried_yen != kept:
                self._complaints.append(f"{terminal}: the coin box does not add up")
            gained += kept
        due = self._yen_of(*WITH_PAPER, "unresolved")
        if gained != due:
            self._complaints.append(f"the coin boxes gained {gained} yen, {due} yen are due for papers")
        spent = sum(visit.visited.spent_yen for visit in came if not visit.visited.went_dark)
        owed = sum(self._cost(visit) for visit in came if not visit.visited.went_dark)
        if spent != owed:
            self._complaints.append(f"people spent {spent} yen for papers of {owed} yen")

    def _cost(self, visit: Came) -> int:
        out = {paper.issuance_id for paper in visit.visited.papers}
        return sum(
            self._fee_yen(issuance) for issuance in out if self._states.get(issuance) in WITH_PAPER or self._states.get(issuance) == "unresolved"
        )

    def _fee_yen(self, issuance: str) -> int:
        form = self._forms[issuance]
        return demo.FEES_YEN[SAME_FEE.get(form, form)]

    def _yen_of(self, *states: str) -> int:
        return sum(self._fee_yen(issuance) for issuance, state in self._states.items() if state in states)

    def _ledger(self) -> int:
        with self._foundation.estate.databases["fees"].begin() as connection:
            found = {balance.account.code: balance.balance_yen for balance in balances(connection)}
        by_book: defaultdict[str, int] = defaultdict(int)
        for code, yen in found.items():
            by_book[_book(code)] += yen
        self._complaints += [f"the book {book} does not balance: {yen} yen" for book, yen in sorted(by_book.items()) if yen]
        printed = sum(state in WITH_PAPER for state in self._states.values())
        printed_yen, unresolved_yen = self._yen_of(*WITH_PAPER), self._yen_of("unresolved")
        city = self._foundation.estate.issuer.municipality
        expected = {
            f"operator/{demo.OPERATOR}/till": printed_yen + unresolved_yen,
            f"operator/{demo.OPERATOR}/pending": 0,
            f"operator/{demo.OPERATOR}/suspense": -unresolved_yen,
            f"municipality/{city}/fee": -printed_yen,
            f"municipality/{city}/commission": printed * demo.COMMISSION_YEN,
        }
        self._complaints += [f"{code}: {found.get(code, 0)} yen instead of {yen}" for code, yen in expected.items() if found.get(code, 0) != yen]
        return sum(found.values())

    # --- the others' records ---

    def _center_says(self) -> tuple[dict[str, str], dict[str, str]]:
        """The state of each issuance, and on which form it was asked for."""
        with self._foundation.estate.databases["center"].begin() as connection:
            rows = connection.execute(
                select(issuances.c.issuance_id, issuances.c.state, requests.c.form)
                .join(requests, requests.c.request_id == issuances.c.request_id)
                .order_by(issuances.c.issuance_id)
            ).all()
        return {row.issuance_id: row.state for row in rows}, {row.issuance_id: row.form for row in rows}

    def _issue_log(self) -> None:
        with self._foundation.estate.databases["municipal"].begin() as connection:
            log = {row.issuance_id: row.state for row in connection.execute(select(PAPERS).order_by(PAPERS.c.issuance_id))}
        for issuance, state in self._states.items():
            logged = log.get(issuance)
            if (state in WITH_PAPER) != (logged == "printed") or (state == "unresolved") != (logged == "unresolved"):
                self._complaints.append(f"{issuance}: the center says {state}, the 発行履歴 says {logged}")

    def _open_cases(self, unresolved: set[str]) -> None:
        with self._foundation.estate.databases["center"].begin() as connection:
            opened = {
                row.issuance_id: row.kind for row in connection.execute(select(cases).where(cases.c.closed_at.is_(None)).order_by(cases.c.case_no))
            }
        for issuance in sorted(unresolved.symmetric_difference(opened)):
            self._complaints.append(f"{issuance}: unresolved and open case do not agree ({opened.get(issuance)})")


def _book(code: str) -> str:
    parts = code.split("/")
    return parts[0] if parts[0] == "center" else "/".join(parts[:2])
