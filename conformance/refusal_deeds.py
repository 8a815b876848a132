"""What is done for the cases of the chapter `refusals`. A case gives what was wrong, as evidence without personal data; nothing wrong is a pass."""

from certificates.entitlement import NOT_ISSUABLE
from conformance.findings import NotTried
from conformance.line import Answer
from conformance.store import Store, Unexpected, word
from conformance.trial import Trial
from messages.link import NoAnswer, understand
from messages.orders import OfferChoices
from messages.routes import BY_MESSAGE
from messages.wire import encode

Wrong = list[str]
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
        if one.code == NOT_ISSUABLE and one.at == "choices"
    ]
    if len({protected for _, _, protected in found}) < 2:
        raise NotTried("the profile names not both a protected person and one who is not_issuable for something else")
    return found


async def _refused(store: Store, serial: str, kind: str) -> Answer:
    """The answer to this question, which must be the row `not_issuable`."""
    answer = await store.line.send(_CHOICES.path, encode(store.question(serial, kind)[0]))
    try:
        reply = understand(answer.status, answer.body, _CHOICES.reply)
    except NoAnswer as reason:
        raise Unexpected(f"{kind}: an answer that is no refusal ({reason})") from None
    if word(reply) != NOT_ISSUABLE:
        raise Unexpected(f"{kind}: {word(reply)} instead of {NOT_ISSUABLE}")
    return answer


async def same_bytes(trial: Trial) -> Wrong:
    """R2."""
    store = trial.store()
    bodies = {(await _refused(store, serial, kind)).body for serial, kind, _ in _alike(trial)}
    return [] if len(bodies) == 1 else [f"{len(bodies)} different answers for not_issuable"]


async def same_instant(trial: Trial) -> Wrong:
    """R3. Later in the median and in the minimum, and again when it is looked at anew, so that a busy machine alone is not taken for a leak."""
    if not trial.strict:
        raise NotTried("timed in strict mode only")
    first = await _apart(trial, TIMES)
    return await _apart(trial, 3 * TIMES) if first else []


async def _apart(trial: Trial, times: int) -> Wrong:
    stores = [(trial.store(), *one) for one in _alike(trial)]
    taken: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(times):
        for store, serial, kind, protected in trial.chance.shuffled(stores):
            taken[protected].append((await _refused(store, serial, kind)).seconds)
    hidden, others = sorted(taken[True]), sorted(taken[False])
    median, least = (hidden[len(hidden) // 2], others[len(others) // 2]), (hidden[0], others[0])
    apart = min(abs(median[0] - median[1]), abs(least[0] - least[1])) > TELLING_SECONDS and (median[0] > median[1]) is (least[0] > least[1])
    return [f"protected {median[0]:.3f} s, others {median[1]:.3f} s (median)"] if apart else []
