"""Keeps its own books of a simulated town and holds everybody else's against them.

What it believes: what people put in and took out (the devices' own movements), the papers in people's hands, the registers as they were made up and as town halls say they changed, and what
those saw who stood at the center's door. What it checks against that: the center's issuances, the fee office's ledger, every issuer's 発行履歴.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from fees.booking.ledger import balances
from simulation import demonstration as demo
from simulation.audited_papers import PaperAudit, issuing
from simulation.center_said import Ordered, logged, open_cases, ordered, used_referrals
from simulation.chronicle import Chronicle, StopSeen
from simulation.foundation import Foundation
from simulation.parties import Town
from simulation.workload import Came

WITH_PAPER = frozenset({"printed", "taken"})
WITHOUT = frozenset({"declined", "stopped", "lapsed", "returned"})

SAME_FEE = {"kojinhyo": "juminhyo"}
"""Forms that are another look of a paper and cost what it does; every other form has a fee of its own."""

MOMENT_SECONDS = 0.1
"""What was being handed out in the moment of a stop may still be."""

ORDER_SECONDS = 30.0
"""What an issuer had made before another program took its place may still be handed out so long."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What an audit found. `complaints` are sentences; a town in order has none. `did` counts what happened besides visits, `of_other_municipalities` the papers (by kind) from elsewhere."""

    issued: int
    mismatches: int
    unresolved: int
    refused: dict[str, int]
    ledger_imbalance_yen: int
    complaints: tuple[str, ...]
    paid_yen: int = 0
    by_municipality: dict[str, int] = field(default_factory=dict)
    of_other_municipalities: dict[str, int] = field(default_factory=dict)
    did: dict[str, int] = field(default_factory=dict)


class Auditor:
    """See the module's text."""

    def __init__(self, foundation: Foundation, town: Town, chronicle: Chronicle) -> None:
        self._foundation = foundation
        self._town = town
        self._chronicle = chronicle
        self._databases = foundation.estate.databases
        self._ordered: dict[str, Ordered] = {}
        self._complaints: list[str] = []

    def audit(self, came: list[Came]) -> Findings:
        """Hold everything against everything; the town must be quiet."""
        with self._databases["center"].begin() as connection:
            self._ordered = ordered(connection)
        papers = PaperAudit(self._foundation, self._town, self._chronicle, self._ordered, logged(self._databases, self._foundation.estate.issuers))
        mismatches = self._papers_belong(came, papers)
        self._papers_and_states(came)
        self._coins(came)
        imbalance = self._ledger()
        self._issue_logs()
        self._stops()
        self._referrals()
        self._strangers(came, papers)
        self._names()
        unresolved = [order.issuance_id for order in self._ordered.values() if order.state == "unresolved"]
        self._open_cases(set(unresolved))
        self._complaints += self._chronicle.wrong
        out = [(visit, paper) for visit in came for paper in visit.visited.papers if paper.face is not None]
        elsewhere = Counter(visit.wish.kind for visit, _ in out if issuing(visit) != visit.holder.municipality)
        return Findings(
            issued=len(out),
            mismatches=mismatches,
            unresolved=len(unresolved),
            refused=dict(sorted(Counter(visit.visited.refusal for visit in came if visit.visited.refusal).items())),
            ledger_imbalance_yen=imbalance,
            complaints=tuple(self._complaints),
            paid_yen=self._yen_of(*WITH_PAPER),
            by_municipality=dict(sorted(Counter(issuing(visit) for visit, _ in out).items())),
            of_other_municipalities=dict(sorted(elsewhere.items())),
            did=dict(sorted(self._chronicle.done.items())),
        )

    def _papers_belong(self, came: list[Came], papers: PaperAudit) -> int:
        mismatches = 0
        for visit in came:
            for paper in visit.visited.papers:
                wrong = papers.wrong_with(visit, paper, paper.face) if paper.face is not None else []
                mismatches += bool(wrong)
                self._complaints += [f"visit {visit.number}, paper {paper.issuance_id}: {reason}" for reason in wrong]
        return mismatches

    # --- paper and state ---

    def _papers_and_states(self, came: list[Came]) -> None:
        whole = Counter(paper.issuance_id for visit in came for paper in visit.visited.papers if paper.face is not None)
        for issuance, times in whole.items():
            state = self._state(issuance)
            if times > 1:
                self._complaints.append(f"{issuance}: printed {times} times")
            if state not in WITH_PAPER and state != "unresolved":
                self._complaints.append(f"{issuance}: a paper is out, and the center says {state}")
        for issuance, order in self._ordered.items():
            if order.state in WITH_PAPER and not whole[issuance]:
                self._complaints.append(f"{issuance}: the center says {order.state}, and nobody has the paper")
            if order.state not in WITH_PAPER and order.state not in WITHOUT and order.state != "unresolved":
                self._complaints.append(f"{issuance}: left in state {order.state}")

    def _state(self, issuance: str) -> str | None:
        order = self._ordered.get(issuance)
        return None if order is None else order.state

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
        known = (self._ordered[issuance] for issuance in out if issuance in self._ordered)
        return sum(self._fee_yen(order) for order in known if order.state in WITH_PAPER or order.state == "unresolved")

    def _fee_yen(self, order: Ordered) -> int:
        """By the tariff of the municipality whose paper it is."""
        return self._foundation.place(order.municipality).fee_yen(SAME_FEE.get(order.form, order.form))

    def _yen_of(self, *states: str, municipality: str | None = None) -> int:
        orders = (order for order in self._ordered.values() if order.state in states and municipality in (None, order.municipality))
        return sum(self._fee_yen(order) for order in orders)

    def _ledger(self) -> int:
        with self._databases["fees"].begin() as connection:
            found = {balance.account.code: balance.balance_yen for balance in balances(connection)}
        by_book: defaultdict[str, int] = defaultdict(int)
        for code, yen in found.items():
            by_book[_book(code)] += yen
        self._complaints += [f"the book {book} does not balance: {yen} yen" for book, yen in sorted(by_book.items()) if yen]
        expected = dict(self._expected())
        self._complaints += [f"{code}: {found.get(code, 0)} yen instead of {yen}" for code, yen in expected.items() if found.get(code, 0) != yen]
        municipalities = {f"municipality/{place.code}" for place in self._foundation.places}
        strangers = sorted(book for book in by_book if book.startswith("municipality/") and book not in municipalities)
        self._complaints += [f"the book {book} is nobody's" for book in strangers]
        return sum(found.values())

    def _expected(self) -> Iterator[tuple[str, int]]:
        unresolved_yen = self._yen_of("unresolved")
        yield f"operator/{demo.OPERATOR}/till", self._yen_of(*WITH_PAPER) + unresolved_yen
        yield f"operator/{demo.OPERATOR}/pending", 0
        yield f"operator/{demo.OPERATOR}/suspense", -unresolved_yen
        for place in self._foundation.places:
            printed = sum(order.state in WITH_PAPER and order.municipality == place.code for order in self._ordered.values())
            yield f"municipality/{place.code}/fee", -self._yen_of(*WITH_PAPER, municipality=place.code)
            yield f"municipality/{place.code}/commission", printed * demo.COMMISSION_YEN

    # --- the others' records ---

    def _issue_logs(self) -> None:
        log = logged(self._databases, self._foundation.estate.issuers)
        for issuance, order in self._ordered.items():
            said: set[str | None] = {line.state for line in log.get(issuance, [])} or {None}
            if any((order.state in WITH_PAPER) != (one == "printed") or (order.state == "unresolved") != (one == "unresolved") for one in said):
                names = ", ".join(sorted(str(one) for one in said))
                self._complaints.append(f"{issuance}: the center says {order.state}, the 発行履歴 says {names}")

    def _open_cases(self, unresolved: set[str]) -> None:
        with self._databases["center"].begin() as connection:
            opened = open_cases(connection)
        for issuance in sorted(unresolved.symmetric_difference(opened)):
            self._complaints.append(f"{issuance}: unresolved and open case do not agree ({opened.get(issuance)})")

    # --- what must not have left the center ---

    def _stops(self) -> None:
        """Nothing is handed out in the scope of a stop, nor by an issuer that is not what was registered."""
        for issuance, instants in self._town.gate.handed.items():
            order = self._ordered.get(issuance)
            if order is None:
                continue
            for at in instants:
                stop = next((one for one in self._chronicle.stops if _stopped(one, order, at)), None)
                if stop is not None:
                    self._complaints.append(f"{issuance}: handed out {at - stop.told_at:.1f} s after stop {stop.number}")
                for other in self._chronicle.builds:
                    if order.issuer == other.line and other.since + ORDER_SECONDS < at < (other.until or at + 1.0):
                        self._complaints.append(f"{issuance}: handed out while {other.line} was a program that nobody had registered")

    def _referrals(self) -> None:
        """Each paper that one municipality vouched for stands against a referral that it used up alone."""
        used = Counter(used_referrals(self._databases, self._foundation.estate.issuers))
        for issuance, order in self._ordered.items():
            if order.vouched_by is not None and issuance in self._town.gate.handed:
                times = used[order.municipality, order.vouched_by, order.request_id]
                if times != 1:
                    self._complaints.append(f"{issuance}: made by a referral that was used up {times} times")

    def _strangers(self, came: list[Came], papers: PaperAudit) -> None:
        """Nobody is told at home that they are not registered there who is; at the terminal of another municipality's hall everybody else is a stranger."""
        for visit in came:
            if visit.terminal == self._foundation.hall:
                continue
            if visit.visited.refusal == "not_registered" and visit.wish.door == "home" and papers.registered_all_along(visit):
                self._complaints.append(f"visit {visit.number}: told that they are not registered in {visit.holder.municipality}, and they are")

    def _names(self) -> None:
        """The center has no name of a holder, and no 住民票コード."""
        with self._databases["center"].begin() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            content: bytes = raw.serialize()
        for holder in self._foundation.holders:
            resident = holder.made.resident
            if resident.name.encode() in content or resident.juminhyo_code.encode() in content:
                self._complaints.append(f"the center's database knows the name or the code of holder {holder.number}")


def _stopped(stop: StopSeen, order: Ordered, at: float) -> bool:
    if not stop.told_at + MOMENT_SECONDS < at < (stop.lifting_at if stop.lifting_at is not None else at + 1.0):
        return False
    scope = stop.scope
    parts = (
        (scope.municipality, order.municipality),
        (scope.kind, order.kind),
        (scope.issuer, order.issuer),
        (scope.operator, demo.OPERATOR),
        (scope.kiosk, order.kiosk),
        (scope.build, demo.DECLARED.program),
    )
    return all(part is None or part == of for part, of in parts)


def _book(code: str) -> str:
    parts = code.split("/")
    return parts[0] if parts[0] == "center" else "/".join(parts[:2])
