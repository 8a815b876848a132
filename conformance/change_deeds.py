"""What is done for the cases of the chapter `changes`: a register changes while somebody orders. A case gives what was wrong; nothing wrong is a pass."""

import asyncio

from conformance.findings import NotTried
from conformance.hooks import carry_out
from conformance.papers import drawn_text
from conformance.profile import Change
from conformance.store import Ordered, Store, noted, word
from conformance.trial import Trial
from messages.orders import Issued
from messages.wire import Message

Wrong = list[str]
TOGETHER = (0.0, 0.01, 0.03)
"""How long after the hook was started the order follows, in seconds; each round another."""


async def half_updated(trial: Trial) -> Wrong:
    """D1: an order just after the change, then orders at the moment of it; after each the register's new state, whole."""
    changes = [change for change in trial.profile.changes if change.refused is None]
    if not changes:
        raise NotTried("the profile names no change of what a register says")
    wrong: Wrong = []
    for change in changes:
        wrong += await _round(trial, change, None, forward=True)
        trial.left_out += [] if change.undo else [f"{change.id} at the same moment: the change has no undo"]
        for at, wait in enumerate(TOGETHER if change.undo else ()):
            wrong += await _round(trial, change, wait, forward=at % 2 == 1)
    return wrong


async def _round(trial: Trial, change: Change, wait: float | None, *, forward: bool) -> Wrong:
    store, hook = trial.store(), change.do if forward else change.undo
    assert hook is not None
    old, new = (change.before, change.after) if forward else (change.after, change.before)
    ordered = await _chosen(trial, store, change)
    if wait is None:
        await carry_out(hook)
        reply = await store.ask(ordered.order)
        wrong = (
            _mixed(reply, old, new, change)
            if isinstance(reply, Issued)
            else _otherwise(reply, "register_changed", change, "the order after the change")
        )
        wrong += [f"{change.id}: a paper was made from choices of an older register"] if isinstance(reply, Issued) else []
    else:
        changing = asyncio.ensure_future(carry_out(hook))
        await asyncio.sleep(wait)
        reply = await store.ask(ordered.order)
        wrong = (
            _mixed(reply, old, new, change) if isinstance(reply, Issued) else _otherwise(reply, "register_changed", change, "the order at the change")
        )
        wrong += await _until_changed(trial, store, change, (old, new), changing)
    await store.discard(ordered)
    later = await _chosen(trial, store, change)
    reply = await store.ask(later.order)
    wrong += _mixed(reply, new, old, change) if isinstance(reply, Issued) else [f"{change.id}: after the change: {word(reply)} instead of a paper"]
    await store.discard(later)
    return wrong


async def _until_changed(
    trial: Trial, store: Store, change: Change, states: tuple[tuple[str, ...], tuple[str, ...]], changing: asyncio.Future[None]
) -> Wrong:
    """Orders one after another for as long as the hook takes, so that one of them meets the change; each of one state, and after the new state never the old one again."""
    wrong: Wrong = []
    old, new = states
    changed = False
    while not changing.done():
        ordered = await _chosen(trial, store, change)
        reply = await store.ask(ordered.order)
        if isinstance(reply, Issued):
            still = not _mixed(reply, old, new, change)
            problem = [] if still else _mixed(reply, new, old, change)
            wrong += problem if not (still and changed) else [f"{change.id}: the register before the change again, after that after it"]
            changed = changed or not (still or problem)
        else:
            wrong += _otherwise(reply, "register_changed", change, "an order during the change")
        await store.discard(ordered)
    await changing
    return wrong


async def _chosen(trial: Trial, store: Store, change: Change) -> Ordered:
    return store.order(await store.choices(trial.profile.person(change.person), change.kind))


def _mixed(issued: Issued, wanted: tuple[str, ...], others: tuple[str, ...], change: Change) -> Wrong:
    drawn = [_plain(drawn_text(paper.face)) for paper in issued.papers]
    missing = any(_plain(text) not in one for one in drawn for text in wanted)
    stranger = any(_plain(text) in one for one in drawn for text in others)
    if missing and stranger and any(_plain(text) in one for one in drawn for text in wanted):
        return [f"{change.id}: half of the register before the change, half of that after it"]
    return [f"{change.id}: not the register of one moment"] if missing or stranger else []


def _plain(text: str) -> str:
    return "".join(text.split())


def _otherwise(reply: Message, code: str, change: Change, when: str) -> Wrong:
    return [] if word(reply) == code else [f"{change.id}: {when}: {word(reply)} instead of {code}"]


async def stopped_in_time(trial: Trial) -> Wrong:
    """D2: what is offered is ordered `within_seconds` after it ended, and what was ordered before is asked for again; then choices are asked for anew."""
    changes = [change for change in trial.profile.changes if change.refused is not None]
    if not changes:
        raise NotTried("the profile names no change after which a paper is refused")
    wrong: Wrong = []
    for change in changes:
        store, person = trial.store(), trial.profile.person(change.person)
        made, ordered = await _chosen(trial, store, change), await _chosen(trial, store, change)
        await store.issue(made)
        await carry_out(change.do)
        await asyncio.sleep(change.within_seconds)
        reply = await store.ask(ordered.order)
        if word(reply) not in {change.refused, "register_changed"}:
            wrong.append(f"{change.id}: the order after it: {word(reply)} instead of {change.refused} or register_changed")
        reply = await store.ask(made.order)
        wrong += [f"{change.id}: a repeat of an order from before it got a paper"] if isinstance(reply, Issued) else []
        await store.discard(ordered, made)
        reply = await store.ask(store.question(person.serial, change.kind)[0])
        wrong += _otherwise(reply, str(change.refused), change, "choices after it")
        if change.undo is not None:
            await carry_out(change.undo)
    return wrong


NO_PAPER = frozenset({"order_void", "register_changed"})


async def changed_after_issue(trial: Trial) -> Wrong:
    """D3: a paper is made, the register changes, and the order comes again before anybody told what became of the paper."""
    changes = [change for change in trial.profile.changes if change.refused is None and change.undo is not None]
    if not changes:
        raise NotTried("the profile names no change of what a register says that can be undone")
    wrong: Wrong = []
    for change in changes:
        store = trial.store()
        ordered = await _chosen(trial, store, change)
        first = await store.issue(ordered)
        await carry_out(change.do)
        reply = await store.ask(ordered.order)
        if isinstance(reply, Issued):
            wrong += [] if reply.papers == first.papers else [f"{change.id}: a repeat after the change got another paper"]
        elif word(reply) not in NO_PAPER:
            wrong.append(f"{change.id}: a repeat after the change: {word(reply)} instead of the first paper, order_void or register_changed")
        told = await store.tell(ordered.order, "printed")
        wrong += [] if noted(told) else [f"{change.id}: printed after the change: {word(told)} instead of OutcomeNoted"]
        assert change.undo is not None
        await carry_out(change.undo)
        again = await _chosen(trial, store, change)
        if again.order.register_version == ordered.order.register_version:
            wrong.append(f"{change.id}: after the change and its undo the register_version has returned")
    return wrong
