"""What the parties say and have written down about the same visits: center, every issuer, kiosk, fee office, and the operator's page."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from konbini.books import read_books
from simulation.municipalities import BCL
from simulation.town.description import Town
from tests.town.open_town import OpenTown
from tests.town.rows import Row, rows


@dataclass(frozen=True, slots=True)
class Issuance:
    """One paper as the center has it, with the word of the issuer it was ordered from and the net of the books; `elsewhere` are other issuers that have heard of it."""

    request_id: str
    municipality: str
    issuer: str
    state: str
    form: str
    fee_yen: int
    face_sha256: str | None
    logged: str | None  # the issuer's state, None where it never heard of it
    logged_sha256: str | None
    net_yen: dict[str, int]  # account -> debits minus credits, zeros left out
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """Everything said, at rest. Texts in `untidy` name what should not be there when nothing moves any more."""

    issuances: dict[str, Issuance]
    kiosk_papers: dict[str, str]  # issuance -> the journal's state
    closed: dict[str, str]  # visit -> why it was closed
    requests: dict[str, str]  # request -> visit
    open_cases: dict[str, int]  # issuance -> yen
    shown_cases: frozenset[str]  # on the operator's page, to be decided
    books: dict[str, Any]
    untidy: tuple[str, ...]


async def listen(town: OpenTown) -> Told:
    """Ask everybody."""
    books = await read_books(town.town)
    page = await office_page(town.town, "center", "/cases")
    net = _net(books)
    center, kiosk = town.folders.database("center"), town.folders.party("kiosk") / "journal.db"
    logs = issue_logs(town)
    issuances = {
        row["issuance_id"]: _issuance(row, logs, net.pop(row["issuance_id"], {}))
        for row in rows(center, "SELECT issuances.*, form, municipality, issuer FROM issuances JOIN requests USING (request_id) ORDER BY issuance_id")
    }
    cases = rows(center, "SELECT * FROM cases WHERE closed_at IS NULL ORDER BY case_no")
    untidy = [f"the books move money for {issuance}, which the center does not know" for issuance in net]
    untidy += [
        f"{issuer} of {municipality} logged {issuance}, which the center does not know"
        for (issuer, municipality), logged in logs.items()
        for issuance in logged
        if issuance not in issuances
    ]
    return Told(
        issuances=issuances,
        kiosk_papers={row["issuance_id"]: row["state"] for row in rows(kiosk, "SELECT * FROM kiosk_papers ORDER BY issuance_id")},
        closed={row["visit_id"]: row["close_reason"] for row in rows(center, "SELECT * FROM visits WHERE closed_at IS NOT NULL ORDER BY visit_id")},
        requests={row["request_id"]: row["visit_id"] for row in rows(center, "SELECT * FROM requests ORDER BY request_id")},
        open_cases={row["issuance_id"]: row["yen"] for row in cases},
        shown_cases=frozenset(re.findall(r'action="/cases/([0-9a-f]+)"', page)),
        books=books,
        untidy=(
            *untidy,
            *(f"an open case of kind {row['kind']}" for row in cases if row["kind"] != "unresolved"),
            *_unfinished(town),
            *_alarms(center),
            *_referrals(town),
        ),
    )


def issue_logs(town: OpenTown) -> dict[tuple[str, str], dict[str, Row]]:
    """What every issuer has logged for every municipality it serves: (issuer's name at the center, code) -> issuance -> row."""
    return {place: {row["issuance_id"]: row for row in rows(file, _LOG)} for place, file in issuer_files(town).items()}


def issuer_files(town: OpenTown) -> dict[tuple[str, str], Path]:
    """The database of every issuer, by its name at the center and the municipality: an own server has one, the shared cloud one for each tenant."""
    own = {(code, code): town.folders.database(party) for party in town.town.parties if (code := town.code_of(party)) is not None}
    tenants = sorted((town.folders.party(BCL) / "tenants").glob("*.db"))
    return own | {(BCL, file.stem): file for file in tenants}


_LOG = "SELECT * FROM issue_papers ORDER BY issuance_id"


def _issuance(row: Row, logs: dict[tuple[str, str], dict[str, Row]], net_yen: dict[str, int]) -> Issuance:
    ordered_from = (row["issuer"], row["municipality"])
    logged = logs.get(ordered_from, {}).get(row["issuance_id"], {})
    return Issuance(
        request_id=row["request_id"],
        municipality=row["municipality"],
        issuer=row["issuer"],
        state=row["state"],
        form=row["form"],
        fee_yen=row["fee_yen"],
        face_sha256=row["face_sha256"],
        logged=logged.get("state"),
        logged_sha256=logged.get("pdf_sha256"),
        net_yen=net_yen,
        elsewhere=tuple(
            f"{issuer} of {code}" for (issuer, code), log in logs.items() if (issuer, code) != ordered_from and row["issuance_id"] in log
        ),
    )


@asynccontextmanager
async def signed_in(town: Town, party: str) -> AsyncIterator[tuple[aiohttp.ClientSession, str]]:
    """The member of staff who works in a party's office, and its address."""
    office = town.parties[party].office_url
    member = next(member for member in town.staff if member.url == office)
    signing_in = {"name": member.name, "password": member.password, "next": "/"}
    async with aiohttp.ClientSession(headers={"Origin": office}, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        async with session.post(f"{office}/sign-in", data=signing_in, allow_redirects=False) as answer:
            answer.raise_for_status()
        yield session, office


async def office_page(town: Town, party: str, path: str) -> str:
    """A page of a party's office, as the member of staff sees it who works there."""
    async with signed_in(town, party) as (session, office), session.get(f"{office}{path}") as answer:
        answer.raise_for_status()
        return await answer.text()


def _unfinished(town: OpenTown) -> list[str]:
    center, kiosk = town.folders.database("center"), town.folders.party("kiosk") / "journal.db"
    found = [f"the center holds visit {row['visit_id']} open" for row in rows(center, "SELECT visit_id FROM visits WHERE closed_at IS NULL")]
    found += [f"the kiosk holds visit {row['visit_id']} open" for row in rows(kiosk, "SELECT visit_id FROM kiosk_visits WHERE closed_at IS NULL")]
    found += [f"the kiosk still owes: {row['about']}" for row in rows(kiosk, "SELECT about FROM kiosk_outbox WHERE told_at IS NULL")]
    refused = "SELECT about, answer FROM kiosk_outbox WHERE answer <> 'acknowledged' ORDER BY n"
    found += [f"the center refused {row['about']}: {row['answer']}" for row in rows(kiosk, refused)]
    found += [
        f"fact {row['number']} is {row['metered']}" for row in rows(center, "SELECT * FROM facts WHERE metered IS NULL OR metered = 'contradiction'")
    ]
    return found + [f"an outcome is owed for {row['issuance_id']}" for row in rows(center, "SELECT * FROM outcomes WHERE told_at IS NULL")]


def _referrals(town: OpenTown) -> list[str]:
    """Papers by 広域交付 that are not behind one referral of their own, and referrals that were shown to two issuers."""
    used: dict[tuple[str, str], list[str]] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for (issuer, _), file in issuer_files(town).items():
        for row in rows(file, "SELECT number, issuer, request_id FROM referral_admissions ORDER BY number, issuer"):
            seen[row["number"], row["issuer"]] += 1
            used.setdefault((issuer, row["request_id"] or ""), []).append(row["number"])
    made = """SELECT DISTINCT request_id, issuer FROM requests JOIN issuances USING (request_id)
        WHERE vouched_by IS NOT NULL AND face_sha256 IS NOT NULL ORDER BY request_id"""
    orders = {(row["issuer"], row["request_id"]) for row in rows(town.folders.database("center"), made)}
    found = [f"the order {order[1]} used {len(used.get(order, []))} referrals" for order in sorted(orders) if len(used.get(order, [])) != 1]
    found += [f"the order {order[1]} used {len(numbers)} referrals" for order, numbers in sorted(used.items()) if order[1] and len(numbers) > 1]
    return found + [f"a referral of {municipality} was opened by {count} issuers" for (_, municipality), count in sorted(seen.items()) if count > 1]


def _alarms(center: Any) -> list[str]:
    found: list[Row] = rows(center, "SELECT alarm_no, code, detail FROM alarms ORDER BY alarm_no")
    return [f"alarm {row['alarm_no']}: {row['code']} ({row['detail']})" for row in found]


def _failures(town: OpenTown) -> list[str]:
    """What a party did not expect: every log line that carries a stack trace, and whatever is no log line at all."""
    return [
        f"{party} logged: {line[:2000]}"
        for party in town.town.parties
        for line in town.log(party).splitlines()
        if '"exception"' in line or not line.startswith("{")
    ]


def _net(books: dict[str, Any]) -> dict[str, dict[str, int]]:
    net: dict[str, dict[str, int]] = {}
    for entry in books["journal"]:
        accounts = net.setdefault(entry["issuance_id"], {})
        for leg in entry["legs"]:
            accounts[leg["account"]] = accounts.get(leg["account"], 0) + leg["yen"]
    return {issuance: {account: yen for account, yen in sorted(accounts.items()) if yen} for issuance, accounts in net.items()}
