"""What is done for the cases of the chapter `protocol`. A case gives what was wrong, as evidence without personal data; nothing wrong is a pass."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from certificates.kinds import KINDS, Kind
from conformance.findings import NotTried
from conformance.profile import Member, Person
from conformance.store import Ordered, Store, word
from conformance.trial import Trial
from messages.conditions import AskCondition
from messages.orders import AskReferral, Issued, IssueOrder, OfferChoices, TellOutcome
from messages.refusals import TABLE, Refusal
from messages.routes import BY_MESSAGE
from messages.uses import AskRegisteredUse, RegisterUse, UseApplication
from messages.wire import Malformed, decode, encode

Wrong = list[str]
_CHOICES, _ORDERS, _OUTCOMES = BY_MESSAGE[OfferChoices], BY_MESSAGE[IssueOrder], BY_MESSAGE[TellOutcome]

NOBODYS_CODE = "999997"
"""A municipality that there is not, of a prefecture that there is not: no server, not one that serves many, serves it."""


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


async def twice_at_once(trial: Trial) -> Wrong:
    """P12: one order on two lines at once, as when an answer is late and the asker tries again; whoever is told to come again does."""
    stores = trial.store(), trial.store()
    ordered = await one_order(trial, stores[0])
    replies = await asyncio.gather(*(store.ask(ordered.order) for store in stores))
    busy = [one for one in replies if isinstance(one, Refusal) and TABLE[one.code].status == 503]
    after = [await stores[0].ask(ordered.order) for _ in busy]
    papers = [one.papers for one in (*replies, *after) if isinstance(one, Issued)]
    refused = [word(one) for one in (*replies, *after) if not isinstance(one, Issued) and one not in busy]
    await stores[0].discard(ordered)
    wrong = [f"one of two equal orders at once: {one} instead of papers" for one in refused]
    return wrong if all(one == papers[0] for one in papers) else [*wrong, "two equal orders at once got different papers"]


async def declared(trial: Trial) -> Wrong:
    """P9: over eight connections more, and of all that was heard until now."""
    kind = first_kind(trial)
    for person in (trial.holders(kind) * 8)[:8]:
        store = trial.store()
        await store.choices(person, kind)
        if "conditions" in trial.profile.optional:
            await store.ask(AskCondition(municipality=trial.profile.municipality))
        await store.line.close()
    builds, registered = trial.heard.builds, trial.profile.declared
    trial.left_out += [] if registered is not None else ["the registered build: the profile has no declared"]
    wrong = (
        [f"{len(builds)} different builds: " + "; ".join(f"{one.program} {one.topology} ({where})" for one, where in builds.items())]
        if len(builds) > 1
        else []
    )
    if registered is not None:
        other = [one for one in builds if (one.program, one.topology) != (registered.program, registered.topology)]
        wrong += [f"{one.program} {one.topology} instead of {registered.program} {registered.topology}" for one in other]
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


async def refused_raw(store: Store, path: str, body: bytes, code: str, method: str = "POST") -> Wrong:
    """What is wrong with the answer to these bytes, which should be the refusal `code`."""
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
        "an id that is too long": (_ORDERS.path, msgspec.json.encode(order | {"request_id": "a" * 37})),
        "an issuance id that is too long": (_ORDERS.path, msgspec.json.encode(order | {"papers": [order["papers"][0] | {"issuance_id": "a" * 37}]})),
        "a binding that is too long": (_ORDERS.path, msgspec.json.encode(order | {"papers": [order["papers"][0] | {"binding": "a" * 65}]})),
        "a visit key that is too short": (_CHOICES.path, msgspec.json.encode(question | {"visit_key": b"k" * 31})),
        "a field twice": (_CHOICES.path, _twice(msgspec.json.encode(question))),
        "a question's id that is too long": (_CHOICES.path, msgspec.json.encode(question | {"visit_id": "a" * 37})),
        "an outcome's id that is too long": (_OUTCOMES.path, msgspec.json.encode(_outcome(trial, order) | {"issuance_id": "a" * 37})),
        "an outcome's order id that is none": (_OUTCOMES.path, msgspec.json.encode(_outcome(trial, order) | {"request_id": "../x"})),
        **_optional_ids(trial, store),
    }
    return [f"{what}: {one}" for what, (path, body) in bodies.items() for one in await refused_raw(store, path, body, "malformed")]


def _twice(raw: bytes) -> bytes:
    """The object with its first field once more."""
    name, value = next(iter(msgspec.json.decode(raw).items()))
    return b"{" + msgspec.json.encode({name: value})[1:-1] + b"," + raw[1:]


def _optional_ids(trial: Trial, store: Store) -> dict[str, tuple[str, bytes]]:
    """The same in the optional messages that are served."""
    town, long, served = trial.profile.municipality, "a" * 37, trial.profile.optional
    bodies: dict[str, tuple[str, bytes]] = {}
    if "uses" in served:
        asked = AskRegisteredUse(visit_id=long, serial="00", municipality=town)
        said = {name: getattr(trial.profile.use, name) for name in trial.profile.use.__struct_fields__}
        application = UseApplication(application_id=long, visit_id="v", kiosk_id="K0001", municipality=town, applied_at=store.now(), **said)
        bodies["an id of a question about uses that is too long"] = (BY_MESSAGE[AskRegisteredUse].path, encode(asked))
        bodies["an application's id that is too long"] = (BY_MESSAGE[RegisterUse].path, encode(RegisterUse(serial="f0", application=application)))
    if "referrals" in served:
        told = trial.profile.referrals
        assert told is not None
        referral = AskReferral(visit_id=long, serial="00", municipality=town, to=told.as_municipality, kind=told.kind, year=2020, recipient="")
        bodies["an id of a question for a referral that is too long"] = (BY_MESSAGE[AskReferral].path, encode(referral))
    return bodies


async def deeply_malformed(trial: Trial) -> Wrong:
    """P13."""
    store = trial.store()
    ordered = await one_order(trial, store)
    order = msgspec.json.decode(encode(ordered.order))
    question = encode(store.question("00", ordered.order.kind)[0])
    papers = [{**order["papers"][0], "surprise": 1}]
    bodies = {
        "an unknown field of a paper": (_ORDERS.path, msgspec.json.encode(order | {"papers": papers})),
        "a field of a paper twice": (_ORDERS.path, encode(ordered.order).replace(b'"papers":[{', b'"papers":[{"binding":"another",')),
        "a paper that is a text": (_ORDERS.path, msgspec.json.encode(order | {"papers": ["x"]})),
        "a number among the members": (_ORDERS.path, msgspec.json.encode(order | {"members": [7]})),
        "a year with a point": (_ORDERS.path, msgspec.json.encode(order | {"year": 2026.0})),
        "a year as a text": (_ORDERS.path, msgspec.json.encode(order | {"year": "2026"})),
        "an outcome that is none": (_OUTCOMES.path, msgspec.json.encode(_outcome(trial, order) | {"outcome": "eaten"})),
        "an instant that is none": (_OUTCOMES.path, msgspec.json.encode(_outcome(trial, order) | {"at": "yesterday"})),
        "bytes that are no base64": (_CHOICES.path, question.replace(b'"visit_key":"', b'"visit_key":"*')),
        "text that is no UTF-8": (_CHOICES.path, question.replace(b'"serial":"00', b'"serial":"\xff\xfe')),
        "arrays in arrays": (_ORDERS.path, b"[" * 20_000 + b"]" * 20_000),
        "nothing": (_CHOICES.path, b""),
        "null": (_ORDERS.path, b"null"),
    }
    return [f"{what}: {one}" for what, (path, body) in bodies.items() for one in await refused_raw(store, path, body, "malformed")]


def _outcome(trial: Trial, order: dict[str, Any]) -> dict[str, Any]:
    ids = {"issuance_id": order["papers"][0]["issuance_id"], "request_id": order["request_id"], "municipality": trial.profile.municipality}
    return ids | {"outcome": "void", "at": order["ordered_at"]}


async def sizes(trial: Trial) -> Wrong:
    """P4: too large, and as large as may be (filled up with white space, which means nothing)."""
    kind = first_kind(trial)
    store, person, most = trial.store(), trial.holders(kind)[0], _CHOICES.body_bytes_max
    wrong = await refused_raw(store, _CHOICES.path, b" " * (most + 1), "body_too_large")
    answer = await trial.store().line.send(_CHOICES.path, encode(store.question(person.serial, kind)[0]).ljust(most))
    return wrong if answer.status == 200 else [*wrong, f"a question of {most} bytes: status {answer.status} instead of an offer"]


async def elsewhere(trial: Trial) -> Wrong:
    """P5."""
    store = trial.store()
    other = NOBODYS_CODE
    replies = [await store.ask(store.question("00", first_kind(trial), municipality=other)[0])]
    replies.append(await store.ask(msgspec.structs.replace((await one_order(trial, store)).order, municipality=other)))
    return [f"{word(reply)} instead of municipality_unknown" for reply in replies if word(reply) != "municipality_unknown"]


async def nowhere(trial: Trial) -> Wrong:
    """P7."""
    store = trial.store()
    body = encode(store.question("00", first_kind(trial))[0])
    return [
        *await refused_raw(store, _CHOICES.path + "/nowhere", b"{}", "not_found"),
        *(f"another version of the protocol: {one}" for one in await refused_raw(store, _CHOICES.path.replace("/v1/", "/v2/"), body, "not_found")),
        *await refused_raw(store, _CHOICES.path, b"", "malformed", "GET"),
    ]


async def not_offered(trial: Trial) -> Wrong:
    """P8."""
    store = trial.store()
    kind = first_kind(trial)
    asked = await store.choices(trial.holders(kind)[0], kind)
    good = store.order(asked).order
    most = asked.offered.copies_max + 1
    changed: list[tuple[str, str, dict[str, object]]] = [
        ("another form", "form_invalid", {"form": "no_such_form"}),
        ("another option", "options_invalid", {"show": ("no_such_option",)}),
        ("somebody else", "members_invalid", {"members": ("0000000000",)}),
        ("somebody twice", "members_invalid", {"members": good.members * 2}),
        ("nobody", "members_invalid", {"members": ()}),
        ("a year", "year_invalid", {"year": None if KINDS[kind].yearly else 2026}),
        ("another version", "register_changed", {"register_version": "another"}),
        ("too many copies", "copies_invalid", {"papers": store.order(asked, copies=most).order.papers}),
        ("no copy", "copies_invalid", {"papers": ()}),
    ]
    changed += [("an option twice", "options_invalid", {"show": (one, one)}) for one in asked.offered.options[:1]]
    trial.left_out += [] if asked.offered.options else [f"an option twice: {kind} is offered without options"]
    wrong = [
        f"{what}: {word(reply)} instead of {code}"
        for what, code, change in changed
        if word(reply := await store.ask(msgspec.structs.replace(good, request_id=store.new_id(), **change))) != code
    ]
    return wrong + await _not_alone(trial, store) + await _some_of_all(trial, store)


async def _not_alone(trial: Trial, store: Store) -> Wrong:
    """Of P8: somebody who may stand on the paper about everybody only, ordered alone; where the profile has somebody."""
    found = _somebody(trial, lambda kind, members: kind.chosen != "holder" and any(not one.choosable for one in members))
    if found is None:
        trial.left_out.append("somebody not choosable, alone: nobody of people has a member with choosable false")
        return []
    asked = await store.choices(*found)
    alone = next(at for at, one in enumerate(asked.have.members) if not one.choosable)
    reply = await store.ask(store.order(asked, members=(alone,)).order)
    return [] if word(reply) == "members_invalid" else [f"somebody not choosable, alone: {word(reply)} instead of members_invalid"]


async def _some_of_all(trial: Trial, store: Store) -> Wrong:
    """Of P8: two of three and more, on a paper that is about everybody or one (戸籍)."""
    found = _somebody(trial, lambda kind, members: kind.chosen == "all_or_one" and len(members) > 2)
    if found is None:
        trial.left_out.append("two of three: nobody of people has a 戸籍 or 附票 of three")
        return []
    asked = await store.choices(*found)
    reply = await store.ask(store.order(asked, members=(0, 1)).order)
    return [] if word(reply) == "members_invalid" else [f"two of three of a {found[1]}: {word(reply)} instead of members_invalid"]


def _somebody(trial: Trial, fits: Callable[[Kind, tuple[Member, ...]], bool]) -> tuple[Person, str] | None:
    """Somebody who may have a paper with such members, and its kind."""
    papers = ((person, one.kind) for one in trial.profile.kinds for person in trial.holders(one.kind))
    return next(((person, kind) for person, kind in papers if (have := person.have(kind)) and fits(KINDS[kind], have.members)), None)
