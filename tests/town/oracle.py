"""The judge of a town at rest: what the devices did against what everybody says, paper by paper and yen by yen.

It trusts coins and sheets alone. Every paper ended as sheets and a fee, or as the money back and no fee, or, only where a sheet was fed and nobody saw it come out, as unresolved with the
money in suspense and an open case that the operator is shown. Whatever differs is said; an empty answer means that nothing does.
"""

from collections.abc import Iterator

from simulation import demonstration as demo
from simulation.municipalities import PLACES
from tests.town.devices import Coins, Devices, PaperOut
from tests.town.told import Issuance, Told

COMMISSION_YEN = demo.COMMISSION_YEN
NO_COINS = Coins(0, 0, 0)
PLACE = {place.code: place for place in PLACES}


def complaints(devices: Devices, told: Told) -> list[str]:
    """Everything that does not fit."""
    found = [*told.untidy, *(f"left behind at {what}" for what in devices.left_behind)]
    requests: dict[str, list[str]] = {}
    for issuance_id, issuance in told.issuances.items():
        requests.setdefault(issuance.request_id, []).append(issuance_id)
    for request_id in sorted({*requests, *devices.coins, *(paper.request_id for paper in devices.papers.values())}):
        found += _of_request(request_id, requests.get(request_id, []), devices, told)
    return [*found, *_of_books(devices, told), *_of_cases(told)]


def ending(paper: PaperOut | None) -> str:
    """How a paper ended, by the printer: `out`, `unknown` or `none`."""
    if paper is None:
        return "none"
    return "out" if paper.complete else "unknown" if paper.uncertain else "none"


def _of_request(request_id: str, ids: list[str], devices: Devices, told: Told) -> Iterator[str]:
    coins = devices.coins.get(request_id, NO_COINS)
    printed = [paper.issuance_id for paper in devices.papers.values() if paper.request_id == request_id]
    for stray in sorted(set(printed) - set(ids)):
        yield f"{request_id}: sheets came out for {stray}, which the center does not know"
    due_yen = 0
    for issuance_id in ids:
        issuance, how = told.issuances[issuance_id], ending(devices.papers.get(issuance_id))
        if how != "none":
            due_yen += issuance.fee_yen
        yield from (f"{issuance_id} ({how}): {what}" for what in _of_paper(issuance, how, told.kiosk_papers.get(issuance_id)))
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
"""How it ended -> what the center, the kiosk's journal and the issuer may say of it."""


def _of_paper(issuance: Issuance, how: str, journal: str | None) -> Iterator[str]:
    center, kiosk, municipality = ENDS[how]
    if issuance.state not in center:
        yield f"the center says {issuance.state}"
    if journal not in kiosk:
        yield f"the kiosk says {journal}"
    if issuance.logged not in municipality:
        yield f"the issuer says {issuance.logged}"
    if how == "out" and (issuance.face_sha256 is None or issuance.face_sha256 != issuance.logged_sha256):
        yield "center and issuer remember different papers"
    yield from (f"{issuer} has heard of it too" for issuer in issuance.elsewhere)
    if issuance.fee_yen != fee_of(issuance.form, issuance.municipality):
        yield f"the center took {issuance.fee_yen} yen for a paper on the form {issuance.form}"
    expected = net_of(how, issuance.fee_yen, issuance.municipality)
    if issuance.net_yen != expected:
        yield f"the books say {issuance.net_yen} instead of {expected}"


def fee_of(form: str, municipality: str = PLACES[0].code) -> int:
    """What a municipality's paper on this form costs, in yen: a 個人票 is a 住民票, every other form has its own fee."""
    return PLACE[municipality].fee_yen("juminhyo" if form == "kojinhyo" else form)


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


def _of_books(devices: Devices, told: Told) -> Iterator[str]:
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
    for account in sorted(account for account in balances if account.startswith("municipality/") and account.endswith("/fee")):
        if balances[account] != sum(issuance.net_yen.get(account, 0) for issuance in told.issuances.values()):
            yield f"{account} is not the sum of its papers'"


def _of_cases(told: Told) -> Iterator[str]:
    waiting = {issuance_id: issuance.fee_yen for issuance_id, issuance in told.issuances.items() if issuance.state == "unresolved"}
    if told.open_cases != waiting:
        yield f"the open cases {told.open_cases} are not the unresolved papers {waiting}"
    if told.shown_cases != set(waiting):
        yield f"the operator is shown {sorted(told.shown_cases)} instead of {sorted(waiting)}"
    suspense = {item["issuance_id"]: -item["balance_yen"] for item in told.books["suspense"]}
    if suspense != waiting:
        yield f"in suspense is {suspense}, unresolved is {waiting}"
