"""What is done for the cases of the chapter `protocol`. A case gives what was wrong, as evidence without personal data; nothing wrong is a pass."""

import msgspec

from certificates.kinds import KINDS
from conformance.findings import NotTried
from conformance.line import Silent
from conformance.store import Ordered, Store, word
from conformance.trial import Trial
from messages.orders import IssueOrder, OfferChoices
from messages.refusals import TABLE, Refusal
from messages.routes import BY_MESSAGE
from messages.wire import Malformed, decode, encode

Wrong = list[str]
_CHOICES, _ORDERS = BY_MESSAGE[OfferChoices], BY_MESSAGE[IssueOrder]


def first_kind(trial: Trial) -> str:
    """The first kind that somebody may have."""
    found = next((kind.kind for kind in trial.profile.kinds if trial.holders(kind.kind)), None)
    if found is None:
        raise NotTried("nobody in the profile may have a paper")
    return found


async def one_order(trial: Trial, store: Store) -> Ordered:
    """A plain order of it, not given yet."""
    kind = first_kind(trial)
    return store.order(await store.choices(trial.holders(kind)[0], kind))


async def repeated(trial: Trial) -> Wrong:
    """P1."""
    first, second = trial.store(), trial.store()
    ordered = await one_order(trial, first)
    papers = (await first.issue(ordered)).papers
    wrong = [
        f"repeat {at}: other papers than before"
        for at, store in enumerate((first, second, first), 1)
        if (await store.issue(ordered)).papers != papers
    ]
    await first.discard(ordered)
    return wrong


async def altered(trial: Trial) -> Wrong:
    """P2."""
    store = trial.store()
    ordered = await one_order(trial, store)
    await store.issue(ordered)
    other = msgspec.structs.replace(ordered.order, visit_id=store.new_id())
    stolen = msgspec.structs.replace(ordered.order, request_id=store.new_id())
    replies = {"another content": await store.ask(other), "an issuance id of another order": await store.ask(stolen)}
    await store.discard(ordered)
    return [f"{what}: {word(reply)} instead of request_altered" for what, reply in replies.items() if word(reply) != "request_altered"]


async def _refused_raw(store: Store, path: str, body: bytes, code: str, method: str = "POST") -> Wrong:
    answer = await store.line.send(path, body, method=method)
    try:
        found = decode(answer.body, Refusal).code
    except Malformed:
        found = "no refusal"
    return [] if (found, answer.status) == (code, TABLE[code].status) else [f"{found} with status {answer.status} instead of {code}"]


async def malformed(trial: Trial) -> Wrong:
    """P3."""
    store = trial.store()
    ordered = await one_order(trial, store)
    question, order = msgspec.json.decode(encode(store.question("00", ordered.order.kind)[0])), msgspec.json.decode(encode(ordered.order))
    bodies = {
        "an unknown field": (_CHOICES.path, msgspec.json.encode(question | {"surprise": 1})),
        "an unknown field of an order": (_ORDERS.path, msgspec.json.encode(order | {"surprise": 1})),
        "a number for a text": (_CHOICES.path, msgspec.json.encode(question | {"kind": 7})),
        "a field that is missing": (_ORDERS.path, msgspec.json.encode({key: value for key, value in order.items() if key != "members"})),
        "a time without offset": (_ORDERS.path, msgspec.json.encode(order | {"ordered_at": "2026-11-23T12:00:00"})),
        "no JSON": (_CHOICES.path, b"{"),
    }
    return [f"{what}: {one}" for what, (path, body) in bodies.items() for one in await _refused_raw(store, path, body, "malformed")]


async def too_large(trial: Trial) -> Wrong:
    """P4."""
    return await _refused_raw(trial.store(), _CHOICES.path, b" " * (_CHOICES.body_bytes_max + 1), "body_too_large")


async def elsewhere(trial: Trial) -> Wrong:
    """P5."""
    store = trial.store()
    other = "990027" if trial.profile.municipality != "990027" else "990019"
    replies = [await store.ask(store.question("00", first_kind(trial), municipality=other)[0])]
    replies.append(await store.ask(msgspec.structs.replace((await one_order(trial, store)).order, municipality=other)))
    return [f"{word(reply)} instead of municipality_unknown" for reply in replies if word(reply) != "municipality_unknown"]


async def strangers(trial: Trial) -> Wrong:
    """P6."""
    store = trial.store()
    body = encode(store.question("00", first_kind(trial))[0])
    wrong: Wrong = []
    try:
        answer = await trial.line(trial.contexts.nobody()).send(_CHOICES.path, body)
        wrong.append(f"without a certificate: answered with status {answer.status}")
    except Silent:
        pass
    context = trial.contexts.other()
    if context is not None:
        other = Store(trial.profile, trial.line(context), trial.now, trial.token)
        wrong += [f"another role: {one}" for one in await _refused_raw(other, _CHOICES.path, body, "role_not_admitted")]
    return wrong


async def nowhere(trial: Trial) -> Wrong:
    """P7."""
    store = trial.store()
    return [
        *await _refused_raw(store, _CHOICES.path + "/nowhere", b"{}", "not_found"),
        *await _refused_raw(store, _CHOICES.path, b"", "malformed", "GET"),
    ]


async def not_offered(trial: Trial) -> Wrong:
    """P8."""
    store = trial.store()
    kind = first_kind(trial)
    asked = await store.choices(trial.holders(kind)[0], kind)
    good = store.order(asked).order
    most = asked.offered.copies_max + 1
    changed: dict[str, dict[str, object]] = {
        "form_invalid": {"form": "no_such_form"},
        "options_invalid": {"show": ("no_such_option",)},
        "members_invalid": {"members": ("0000000000",)},
        "year_invalid": {"year": None if KINDS[kind].yearly else 2026},
        "register_changed": {"register_version": "another"},
        "copies_invalid": {"papers": store.order(asked, copies=most).order.papers},
    }
    replies = {code: await store.ask(msgspec.structs.replace(good, request_id=store.new_id(), **change)) for code, change in changed.items()}
    return [f"{word(reply)} instead of {code}" for code, reply in replies.items() if word(reply) != code]
