"""The judge of a town at rest: what the devices did against what everybody says, paper by paper and yen by yen.

It trusts coins and sheets alone. Every paper ended as sheets and a fee, or as the money back and no fee, or, only where a sheet was fed and nobody saw it come out, as unresolved with the
money in suspense and an open case that the operator is shown. Whatever differs is said; an empty answer means that nothing does.
"""

from collections.abc import Iterator

from simulation import demonstration as demo
from tests.town.devices import Coins, Devices, PaperOut
from tests.town.told import Issuance, Told

COMMISSION_YEN = demo.COMMISSION_YEN
NO_COINS = Coins(0, 0, 0)


def complaints(devices: Devices, told: Told, city: str) -> list[str]:
    """Everything that does not fit."""
    found = [*told.untidy, *(f"left behind at {what}" for what in devices.left_behind)]
    requests: dict[str, list[str]] = {}
    for issuance_id, issuance in told.issuances.items():
        requests.setdefault(issuance.request_id, []).append(issuance_id)
    for request_id in sorted({*requests, *devices.coins, *(paper.request_id for paper in devices.papers.values())}):
        found += _of_request(request_id, requests.get(request_id, []), devices, told, city)
    return [*found, *_of_books(devices, told, city), *_of_cases(told)]


def ending(paper: PaperOut | None) -> str:
    """How a paper ended, by the printer: `out`, `unknown` or `none`."""
    if paper is None:
        return "none"
    return "out" if paper.complete else "unknown" if paper.uncertain else "none"


def _of_request(request_id: str, ids: list[str], devices: Devices, told: Told, city: str) -> Iterator[str]:
    coins = devices.coins.get(request_id, NO_COINS)
    printed = [paper.issuance_id for paper in devices.papers.values() if paper.request_id == request_id]
    for stray in sorted(set(printed) - set(ids)):
        yield f"{request_id}: sheets came out for {stray}, which the center does not know"
    due_yen = 0
    for issuance_id in ids:
        issuance, how = told.issuances[issuance_id], ending(devices.papers.get(issuance_id))
        if how != "none":
            due_yen += issuance.fee_yen
        yield from (f"{issuance_id} ({how}): {what}" for what in _of_paper(issuance, how, told.kiosk_papers.get(issuance_id), issuance_id, city))
    if coins.escrow_yen:
        yield f"{request_id}: {coins.escrow_yen} yen lie in escrow"
    if coins.kept_yen != due_yen:
        yield f"{request_id}: {coins.kept_yen} yen were kept for papers worth {due_yen}"
    if told.requests.get(request_id) is None and (coins.kept_yen or printed):
        yield f"{request_id}: nobody at the center knows this request"


ENDS: dict[str, tuple[set[str], set[str | None], set[str | None]]] = {
    "out": ({"printed", "taken"}, {"printed", "taken"}, {"printed"}),
    "unknown": ({"unresolved"}, {"unresolved"}, {"unresolved"}),
    # A paper that was ordered and never reached the issuer, or never came to the kiosk, is in no log there.
    "none": ({"returned", "lapsed", "declined"}, {"returned", "void", None}, {"void", None}),
}
"""How it ended -> what the center, the kiosk's journal and the municipality may say of it."""


def _of_paper(issuance: Issuance, how: str, journal: str | None, issuance_id: str, city: str) -> Iterator[str]:
    center, kiosk, municipality = ENDS[how]
    if issuance.state not in center:
        yield f"the center says {issuance.state}"
    if journal not in kiosk:
        yield f"the kiosk says {journal}"
    if issuance.logged not in municipality:
        yield f"the municipality says {issuance.logged}"
    if how == "out" and (issuance.face_sha256 is None or issuance.face_sha256 != issuance.logged_sha256):
        yield "center and municipality remember different papers"
    if issuance.fee_yen != fee_of(issuance.form):
        yield f"the center took {issuance.fee_yen} yen for a paper on the form {issuance.form}"
    expected = net_of(how, issuance.fee_yen, city)
    if issuance.net_yen != expected:
        yield f"the books say {issuance.net_yen} instead of {expected}"


def fee_of(form: str) -> int:
    """What a paper on this form costs, in yen: a 個人票 is a 住民票, every other form has its own fee."""
    return demo.FEES_YEN["juminhyo" if form == "kojinhyo" else form]


def net_of(how: str, fee_yen: int, city: str) -> dict[str, int]:
    """What the books hold of one paper that ended in this way: account -> debits minus credits."""
    operator, municipality = f"operator/{demo.OPERATOR}", f"municipality/{city}"
    if how == "none":
        return {}
    if how == "unknown":
        return dict(sorted({f"{operator}/till": fee_yen, f"{operator}/suspense": -fee_yen}.items()))
    net = {
        f"{operator}/till": fee_yen,
        f"{operator}/payable/center": -fee_yen,
        f"center/receivable/{demo.OPERATOR}": fee_yen,
        f"center/payable/{city}": -fee_yen,
        f"{municipality}/receivable/center": fee_yen,
        f"{municipality}/fee": -fee_yen,
        f"{municipality}/commission": COMMISSION_YEN,
        f"{municipality}/payable/{demo.OPERATOR}": -COMMISSION_YEN,
        f"{operator}/receivable/{city}": COMMISSION_YEN,
        f"{operator}/commission": -COMMISSION_YEN,
    }
    return dict(sorted(net.items()))


def _of_books(devices: Devices, told: Told, city: str) -> Iterator[str]:
    books, totals = told.books, told.books["totals"]
    yield from (f"the books: {fault}" for fault in totals["faults"])
    if totals["balance_yen"] != 0:
        yield f"the books sum to {totals['balance_yen']} yen"
    yield from (f"the book {book['book']} sums to {book['balance_yen']} yen" for book in totals["books"] if book["balance_yen"] != 0)
    for account in ("contradiction", "missing"):
        if books["facts"][account]:
            yield f"{books['facts'][account]} facts are {account}"
    yield from (f"{item['balance_yen']} yen are pending for {item['issuance_id']}" for item in books["pending"])
    balances = {account["code"]: account["balance_yen"] for account in books["accounts"]}
    till_yen = balances.get(f"operator/{demo.OPERATOR}/till", 0)
    if till_yen != devices.kept_yen:
        yield f"the till holds {till_yen} yen, the coin boxes kept {devices.kept_yen}"
    fees = sum(issuance.net_yen.get(f"municipality/{city}/fee", 0) for issuance in told.issuances.values())
    if balances.get(f"municipality/{city}/fee", 0) != fees:
        yield "the municipality's fees are not the sum of its papers'"


def _of_cases(told: Told) -> Iterator[str]:
    waiting = {issuance_id: issuance.fee_yen for issuance_id, issuance in told.issuances.items() if issuance.state == "unresolved"}
    if told.open_cases != waiting:
        yield f"the open cases {told.open_cases} are not the unresolved papers {waiting}"
    if told.shown_cases != set(waiting):
        yield f"the operator is shown {sorted(told.shown_cases)} instead of {sorted(waiting)}"
    suspense = {item["issuance_id"]: -item["balance_yen"] for item in told.books["suspense"]}
    if suspense != waiting:
        yield f"in suspense is {suspense}, unresolved is {waiting}"
