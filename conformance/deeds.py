"""What is done for each case, and the table of all of it. A case gives what was wrong, as evidence without personal data; nothing wrong is a pass."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from certificates.kinds import KINDS
from conformance import change_deeds, protocol_deeds
from conformance.findings import NotTried
from conformance.line import Silent
from conformance.papers import aspect, is_foreign
from conformance.protocol_deeds import Wrong, first_kind, one_order
from conformance.store import Ordered, Store, noted, word
from conformance.trial import Trial
from messages.orders import Issued, OfferChoices
from messages.refusals import TABLE, Refusal
from messages.routes import BY_MESSAGE
from messages.wire import encode

_CHOICES = BY_MESSAGE[OfferChoices]
TIMES, TELLING_SECONDS = 5, 0.02
"""How often each refusal is timed, and how much later one must be in median and in minimum to be told apart."""


async def rows(trial: Trial) -> Wrong:
    """R1."""
    store, wrong = trial.store(), []
    listed = [(person, refused) for person in trial.profile.people for refused in person.refused]
    for person, refused in listed:
        if refused.at == "choices":
            reply = await store.ask(store.question(person.serial, refused.kind)[0])
        else:
            asked = await store.choices(person, refused.kind)
            reply = await store.ask(store.order(asked, members=tuple(range(len(asked.have.members)))).order)
        if word(reply) != refused.code:
            wrong.append(f"{person.id} {refused.kind}: {word(reply)} instead of {refused.code}")
    if not listed:
        raise NotTried("the profile names nobody who is refused")
    return wrong


def _alike(trial: Trial) -> list[tuple[str, str, bool]]:
    found = [
        (person.serial, one.kind, one.protected)
        for person in trial.profile.people
        for one in person.refused
        if one.code == "not_issuable" and one.at == "choices"
    ]
    if len({protected for _, _, protected in found}) < 2:
        raise NotTried("the profile names not both a protected person and one who is not_issuable for something else")
    return found


async def same_bytes(trial: Trial) -> Wrong:
    """R2."""
    store = trial.store()
    bodies = {(await store.line.send(_CHOICES.path, encode(store.question(serial, kind)[0]))).body for serial, kind, _ in _alike(trial)}
    return [] if len(bodies) == 1 else [f"{len(bodies)} different answers for not_issuable"]


async def same_instant(trial: Trial) -> Wrong:
    """R3. Later in the median and in the minimum, so that a busy machine alone is not taken for a leak."""
    if not trial.strict:
        raise NotTried("timed in strict mode only")
    stores = [(trial.store(), *one) for one in _alike(trial)]
    taken: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(TIMES):
        for store, serial, kind, protected in trial.chance.shuffled(stores):
            taken[protected].append((await store.line.send(_CHOICES.path, encode(store.question(serial, kind)[0]))).seconds)
    hidden, others = sorted(taken[True]), sorted(taken[False])
    median, least = (hidden[len(hidden) // 2], others[len(others) // 2]), (hidden[0], others[0])
    apart = min(abs(median[0] - median[1]), abs(least[0] - least[1])) > TELLING_SECONDS and (median[0] > median[1]) is (least[0] > least[1])
    return [f"protected {median[0]:.3f} s, others {median[1]:.3f} s (median)"] if apart else []


async def sampled(trial: Trial, which: str) -> Wrong:
    """A1 to A8: a paper of every kind and form, without options and with all of them; at most two people, as longer papers are M3's."""
    store, wrong, foreign = trial.store(), list[str](), False
    for served in trial.profile.kinds:
        for person in trial.holders(served.kind)[:1]:
            for form in served.forms:
                asked = await store.choices(person, served.kind)
                both = tuple(range(min(2, len(asked.have.members)))) if KINDS[served.kind].chosen == "some" else ()
                for show in dict.fromkeys(((), asked.offered.options)):
                    ordered = store.order(asked, members=both, form=form, show=show)
                    issued = await store.issue(ordered)
                    wrong += [one for one in trial.wrong(issued, ordered) if aspect(one) == which]
                    foreign = foreign or any(is_foreign(paper.face) for paper in issued.papers)
                    await store.discard(ordered)
    if foreign and not wrong and which in {"drawing", "codes"}:
        raise NotTried("another drawing than the canonical one, which the demonstration center's gate would not take")
    return wrong


async def numbers(trial: Trial) -> Wrong:
    """A7: within one order and from order to order."""
    store, found = trial.store(), list[str]()
    kind = first_kind(trial)
    for person in (trial.holders(kind) * 3)[:3]:
        ordered = store.order(
            await store.choices(person, kind), copies=2 if (trial.profile.kind(kind) or trial.profile.kinds[0]).copies_max > 1 else 1
        )
        found += [paper.number for paper in (await store.issue(ordered)).papers]
        await store.discard(ordered)
    running = [int("".join(filter(str.isdigit, number))) for number in found]
    return [] if running == sorted(set(running)) else ["numbers that do not grow, or one given twice"]


async def same_second(trial: Trial) -> Wrong:
    """M1, twice for every kind that two people may have."""
    wrong: Wrong = []
    kinds = [kind.kind for kind in trial.profile.kinds if len(trial.holders(kind.kind)) > 1]
    if not kinds:
        raise NotTried("no kind that two people of the profile may have")
    for kind in kinds:
        stores = trial.store(), trial.store()
        for pair in (trial.holders(kind)[:2], trial.holders(kind)[:2]):
            ordered = [store.order(await store.choices(person, kind)) for store, person in zip(stores, pair, strict=True)]
            issued = await asyncio.gather(*(store.issue(one) for store, one in zip(stores, ordered, strict=True)))
            found = [one for papers, order in zip(issued, ordered, strict=True) for one in trial.wrong(papers, order)]
            if found:
                trial.mixed_up.add(kind)
            wrong += found
            await stores[0].discard(*ordered)
    return wrong


async def left_behind(trial: Trial) -> Wrong:
    """M2."""
    wrong: Wrong = []
    kinds = [kind.kind for kind in trial.profile.kinds if len(trial.holders(kind.kind)) > 1]
    for kind in kinds:
        gone, stays = trial.holders(kind)[:2]
        first, second = trial.store(), trial.store()
        left = first.order(await first.choices(gone, kind))
        try:
            await first.issue(left, patience_seconds=0.01)
        except Silent:
            await asyncio.sleep(0.3)
        ordered = second.order(await second.choices(stays, kind))
        found = trial.wrong(await second.issue(ordered), ordered)
        if found:
            trial.mixed_up.add(kind)
        wrong += found
        await second.discard(left, ordered)
    if not kinds:
        raise NotTried("no kind that two people of the profile may have")
    return wrong


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
                wrong += trial.wrong(issued, ordered)
                await store.discard(ordered)
    if seen < 2:
        raise NotTried("not two papers of three sheets; the profile needs two households of three")
    return wrong


async def over_connections(trial: Trial) -> Wrong:
    """M5: orders over four fresh connections, then each of them again over every connection."""
    kinds = [kind.kind for kind in trial.profile.kinds if kind.kind not in trial.mixed_up and len(trial.holders(kind.kind)) > 1]
    if not kinds:
        raise NotTried("no kind that two people of the profile may have and in which people were not mixed up already")
    wrong: Wrong = []
    for kind in kinds:
        people = trial.holders(kind)[:2] * 2
        stores = [trial.store() for _ in people]
        ordered = [store.order(await store.choices(person, kind)) for store, person in zip(stores, people, strict=True)]
        issued = [await store.issue(order) for store, order in zip(stores, ordered, strict=True)]
        found = [one for papers, order in zip(issued, ordered, strict=True) for one in trial.wrong(papers, order)]
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
    kinds = [kind.kind for kind in trial.profile.kinds if kind.kind not in trial.mixed_up and len(trial.holders(kind.kind)) > 1]
    if not kinds:
        raise NotTried("in every kind people were mixed up already without a load")
    wanted = [
        (trial.store(), kind, trial.chance.pick(trial.holders(kind)), at % 2) for at in range(trial.load) for kind in (trial.chance.pick(kinds),)
    ]
    ordered = [store.order(await store.choices(person, kind)) for store, kind, person, _ in wanted]
    found = await asyncio.gather(*(_patient(trial, one[0], order, one[3] * 0.05) for one, order in zip(wanted, ordered, strict=True)))
    for one, order in zip(wanted, ordered, strict=True):
        await one[0].discard(order)
    return [difference for wrong in found for difference in wrong]


async def _patient(trial: Trial, store: Store, ordered: Ordered, first_seconds: float) -> Wrong:
    for attempt in range(40):
        try:
            reply = await store.ask(ordered.order, first_seconds if first_seconds and not attempt else 20.0)
        except Silent:
            continue
        if isinstance(reply, Issued):
            return list(trial.wrong(reply, ordered))
        if not isinstance(reply, Refusal) or TABLE[reply.code].status != 503:
            return [f"under load: refused {word(reply)}"]
        await asyncio.sleep(0.1)
    return ["under load: no paper after 40 attempts"]


async def outcomes(trial: Trial) -> Wrong:
    """O1."""
    store, wrong = trial.store(), list[str]()
    for told, then, contradiction in (
        ("void", "request_closed", None),
        ("printed", "already_printed", "void"),
        ("stopped", "request_closed", "printed"),
    ):
        ordered = await one_order(trial, store)
        await store.issue(ordered)
        replies = [await store.tell(ordered.order, told), await store.tell(ordered.order, told)]  # type: ignore[arg-type]
        wrong += [f"{told}: {word(reply)}" for reply in replies if not noted(reply)]
        repeat = await store.ask(ordered.order)
        wrong += [] if word(repeat) == then else [f"an order after {told}: {word(repeat)} instead of {then}"]
        if contradiction is not None:
            reply = await store.tell(ordered.order, contradiction)  # type: ignore[arg-type]
            wrong += [] if word(reply) == "request_altered" else [f"{contradiction} after {told}: {word(reply)} instead of request_altered"]
    early = await one_order(trial, store)
    await store.tell(early.order, "void")
    reply = await store.ask(early.order)
    return wrong if word(reply) == "request_closed" else [*wrong, f"an order after its void: {word(reply)} instead of request_closed"]


def _aspect(which: str) -> Callable[[Trial], Awaitable[Wrong]]:
    return lambda trial: sampled(trial, which)


DEEDS: Mapping[str, Callable[[Trial], Awaitable[Wrong]]] = MappingProxyType(
    {
        "P1": protocol_deeds.repeated,
        "P2": protocol_deeds.altered,
        "P3": protocol_deeds.malformed,
        "P4": protocol_deeds.too_large,
        "P5": protocol_deeds.elsewhere,
        "P6": protocol_deeds.strangers,
        "P7": protocol_deeds.nowhere,
        "P8": protocol_deeds.not_offered,
        "R1": rows, "R2": same_bytes, "R3": same_instant,
        "A1": _aspect("marks"), "A2": _aspect("people"), "A3": _aspect("items"), "A4": _aspect("closing"), "A5": _aspect("signature"), "A6": _aspect("codes"),
        "A7": numbers, "A8": _aspect("drawing"),
        "M1": same_second, "M2": left_behind, "M3": long_papers, "M5": over_connections, "M4": load,
        "D1": change_deeds.half_updated, "D2": change_deeds.stopped_in_time,
        "O1": outcomes,
    }
)  # fmt: skip
"""Case id -> what is done."""
