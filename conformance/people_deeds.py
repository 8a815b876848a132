"""What is done for the cases of the chapter `people`: whether anybody ever gets the paper of somebody else. A case gives what was wrong; nothing wrong is a pass.

The cases of one class each must not find the fault of another: what was found once is not loaded again (`Trial.mixed_up`), and only what makes a paper somebody else's counts here.
"""

import asyncio

from certificates.kinds import KINDS
from conformance.findings import NotTried
from conformance.line import Silent
from conformance.profile import Person
from conformance.protocol_deeds import Wrong
from conformance.store import Ordered, Store, Unexpected, word
from conformance.trial import Trial
from messages.orders import Issued
from messages.refusals import TABLE, Refusal

EARLY_IN_SECOND = 0.6
"""Two orders that set out before this part of a second are served within it."""
HANGING_UP = (0.2, 0.4, 0.6, 0.8)
"""After which part of the time that an order takes its asker hangs up, round by round."""


def _kinds(trial: Trial, *, mixed: bool = True) -> list[str]:
    holders = {one.kind: len(trial.holders(one.kind)) for one in trial.profile.kinds}
    trial.left_out += [f"{kind}: not two people of the profile may have it" for kind, count in holders.items() if count < 2]
    found = [kind for kind, count in holders.items() if count > 1 and (mixed or kind not in trial.mixed_up)]
    if not found:
        raise NotTried("no kind that two people of the profile may have" + ("" if mixed else " and in which people were not mixed up already"))
    return found


async def same_second(trial: Trial) -> Wrong:
    """M1, twice for every kind that two people may have, half a second apart: whatever the server's clock, one of the two pairs falls within one of its seconds."""
    wrong: Wrong = []
    for kind in _kinds(trial):
        await _early(trial)
        for _ in range(2):
            found = await _at_once(trial, kind, trial.holders(kind)[:2])
            if found:
                trial.mixed_up.add(kind)
                wrong += found
                break
            await asyncio.sleep(0.5)
    return wrong


async def same_person(trial: Trial) -> Wrong:
    """M6: one person at two stores."""
    wrong: Wrong = []
    for kind in _kinds(trial):
        await _early(trial)
        found = await _at_once(trial, kind, trial.holders(kind)[:1] * 2)
        if found:
            trial.mixed_up.add(kind)
        wrong += found
    return wrong


async def _early(trial: Trial) -> None:
    part = trial.now().microsecond / 1e6
    if part >= EARLY_IN_SECOND:
        await asyncio.sleep(1.02 - part)


async def _at_once(trial: Trial, kind: str, people: list[Person]) -> Wrong:
    stores = [trial.store() for _ in people]
    ordered = [store.order(await store.choices(person, kind)) for store, person in zip(stores, people, strict=True)]
    issued = await asyncio.gather(*(store.issue(one) for store, one in zip(stores, ordered, strict=True)))
    found = [one for papers, order in zip(issued, ordered, strict=True) for one in trial.mixed(papers, order)]
    await stores[0].discard(*ordered)
    return found


async def left_behind(trial: Trial) -> Wrong:
    """M2: somebody hangs up while their paper is being made; the next one orders; and whoever hung up asks again."""
    wrong: Wrong = []
    for kind in _kinds(trial):
        gone, stays = trial.holders(kind)[:2]
        first, second = trial.store(), trial.store()
        seconds = await _undisturbed(trial, first, gone, kind)
        found: Wrong = []
        for part in HANGING_UP:
            found += await _hung_up(trial, (first, second), (gone, stays), kind, seconds * part, seconds)
            if found:
                trial.mixed_up.add(kind)
                break
        wrong += found
    return wrong


async def _undisturbed(trial: Trial, store: Store, person: Person, kind: str) -> float:
    ordered = store.order(await store.choices(person, kind))
    clock = asyncio.get_running_loop().time
    began = clock()
    await store.issue(ordered)
    taken = clock() - began
    await store.discard(ordered)
    return taken


async def _hung_up(trial: Trial, stores: tuple[Store, Store], people: tuple[Person, Person], kind: str, patience: float, settled: float) -> Wrong:
    first, second = stores
    left = first.order(await first.choices(people[0], kind))
    ordered = second.order(await second.choices(people[1], kind))
    try:
        await first.issue(left, patience_seconds=max(patience, 0.005))
    except Silent:
        await asyncio.sleep(2 * settled)  # what the server still does for the one who has gone is done by then
    found = list(trial.mixed(await second.issue(ordered), ordered))
    found += trial.mixed(await first.issue(left), left)
    await second.discard(left, ordered)
    return found


async def long_papers(trial: Trial) -> Wrong:
    """M3: everybody's papers of three sheets and more, one after another and again."""
    store, wrong, seen = trial.store(), list[str](), 0
    for served in trial.profile.kinds:
        for person in trial.holders(served.kind):
            asked = await store.choices(person, served.kind)
            if KINDS[served.kind].chosen == "holder" or len(asked.have.members) < 3:
                continue
            for form in served.forms:
                ordered = store.order(asked, members=tuple(range(len(asked.have.members))), form=form)
                issued = await store.issue(ordered)
                seen += issued.papers[0].sheets > 2
                wrong += trial.mixed(issued, ordered)
                await store.discard(ordered)
    if seen < 2 and not wrong:
        raise NotTried("not two papers of three sheets; the profile needs two households of three")
    return wrong


async def over_connections(trial: Trial) -> Wrong:
    """M5: orders over four fresh connections, then each of them again over every connection."""
    wrong: Wrong = []
    for kind in _kinds(trial, mixed=False):
        people = trial.holders(kind)[:2] * 2
        stores = [trial.store() for _ in people]
        ordered = [store.order(await store.choices(person, kind)) for store, person in zip(stores, people, strict=True)]
        issued = [await store.issue(order) for store, order in zip(stores, ordered, strict=True)]
        found = [one for papers, order in zip(issued, ordered, strict=True) for one in trial.mixed(papers, order)]
        for store in stores:
            for first, order in zip(issued, ordered, strict=True):
                found += [] if (await store.issue(order)).papers == first.papers else [f"{kind}: a repeat on another connection got other papers"]
        if found:
            trial.mixed_up.add(kind)
        wrong += found
        await stores[0].discard(*ordered)
    return wrong


async def load(trial: Trial) -> Wrong:
    """M4: many at once, every second asker hangs up and comes again."""
    kinds = _kinds(trial, mixed=False)
    wanted = [
        (trial.store(), kind, trial.chance.pick(trial.holders(kind)), at % 2) for at in range(trial.load) for kind in (trial.chance.pick(kinds),)
    ]
    ordered = [store.order(await store.choices(person, kind)) for store, kind, person, _ in wanted]
    found = await asyncio.gather(*(_patient(trial, one[0], order, one[3] * 0.05) for one, order in zip(wanted, ordered, strict=True)))
    for one, order in zip(wanted, ordered, strict=True):
        await one[0].discard(order)
    mixed = [difference for one in found if not isinstance(one, str) for difference in one]
    refused = next((one for one in found if isinstance(one, str)), None)
    if refused is not None and not mixed:
        raise Unexpected(f"under load: {refused}")
    return mixed


async def _patient(trial: Trial, store: Store, ordered: Ordered, first_seconds: float) -> tuple[str, ...] | str:
    """What makes the paper another's, or why there was none in the end."""
    for attempt in range(40):
        try:
            reply = await store.ask(ordered.order, first_seconds if first_seconds and not attempt else 20.0)
        except Silent:
            continue
        if isinstance(reply, Issued):
            return trial.mixed(reply, ordered)
        if not isinstance(reply, Refusal) or TABLE[reply.code].status != 503:
            return f"refused {word(reply)}"
        await asyncio.sleep(0.1)
    return "no paper after 40 attempts"
