"""The check before a stop is lifted: every issuer in its scope is asked how it is (`AskCondition`), once, even where its line is cut off; what it answers is written down with the proposal."""

import asyncio
from datetime import datetime

from issuance_center import routing
from issuance_center.issuer_lines import IssuerLines
from issuance_center.records import stops
from issuance_center.routing import DirectoryBook
from issuance_center.stopping import Person, Question, fault, to_ask
from messages.conditions import AskCondition, Condition
from messages.orders import Build
from storage.store import Store

AT_ONCE = 8


async def check(store: Store, lines: IssuerLines, book: DirectoryBook, stop_no: int, person: Person, now: datetime) -> str | None:
    """Make the check for the last proposal to lift this stop; why not, or None when it was made (passed or not: the record says)."""
    found, proposal = await store.read(stops.find, stop_no, now), await store.read(stops.proposal_of, stop_no)
    if found is None or found[1]["lifted_at"] is not None:
        return "not_in_force"
    if proposal is None:
        return "not_proposed"
    others = tuple(stop for stop in await store.read(stops.standing, now) if stop.number != stop_no)
    places = asyncio.Semaphore(AT_ONCE)

    async def asked(question: Question) -> tuple[Question, str | None, Build | None]:
        async with places:
            heard = await lines.ask(question.issuer, AskCondition(municipality=question.municipality), Condition, probe=True)
        condition = heard if isinstance(heard, Condition) else None
        wrong = fault(question, condition, routing.registered_build(book, question.issuer, now))
        return question, wrong, condition.declared if condition is not None else None

    answers = tuple(await asyncio.gather(*(asked(question) for question in to_ask(found[0].scope, book, others, now))))
    await store.write(stops.note_check, proposal.number, person, answers, all(wrong is None for _, wrong, _ in answers), now)
    return None
