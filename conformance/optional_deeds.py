"""What is done for the optional messages about the issuer itself and about 本籍地利用登録. Only what the profile says is served is tried. A case gives what was wrong; nothing wrong is a pass."""

import re
from collections.abc import Iterator
from datetime import date

from certificates.kinds import KINDS
from conformance.findings import NotTried
from conformance.profile import Optional
from conformance.protocol_deeds import NOBODYS_CODE, Wrong, first_kind, one_order
from conformance.store import Store, Unexpected, word
from conformance.trial import Trial
from messages.conditions import AskCondition, AskInventory, Condition, Inventory
from messages.uses import REASONS, AskRegisteredUse, RegisteredUse, RegisterUse, UseApplication, UseTaken
from messages.wire import Message

REGISTERS = frozenset({"residents", "koseki", "seal", "tax"})
SECTIONS = ("bindings", "certifier", "forms", "people", "seal", "stops")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def served(trial: Trial, which: Optional) -> None:
    """Raises `NotTried` where the profile does not name it."""
    if which not in trial.profile.optional:
        raise NotTried(f"the profile does not name {which} among the optional messages")


def otherwise(reply: Message, code: str, what: str) -> Wrong:
    """What is wrong with a reply that should be the refusal `code`."""
    return [] if word(reply) == code else [f"{what}: {word(reply)} instead of {code}"]


async def condition(trial: Trial) -> Wrong:
    """X1."""
    served(trial, "conditions")
    store = trial.store()
    reply = await store.ask(AskCondition(municipality=trial.profile.municipality))
    if not isinstance(reply, Condition):
        return [f"a condition: {word(reply)}"]
    missing = [one.kind for one in trial.profile.kinds if one.kind not in reply.kinds]
    wrong = [f"kinds of the profile that are not among those issued: {', '.join(missing)}"] if missing else []
    wrong += [] if set(reply.kinds) <= set(KINDS) else ["a kind that there is not"]
    wrong += [] if {one.register for one in reply.registers} <= REGISTERS else ["a register that there is not"]
    wrong += [] if reply.municipality == trial.profile.municipality else ["the condition of another municipality"]
    wrong += (
        ["data that are newer than now"]
        if any(one.as_of is not None and (one.as_of - store.now()).total_seconds() > 60 for one in reply.registers)
        else []
    )
    wrong += ["halted, and issuing"] if reply.halted is not None and await _issues(trial, store) else []
    return wrong + otherwise(await store.ask(AskCondition(municipality=NOBODYS_CODE)), "municipality_unknown", "another municipality")


async def _issues(trial: Trial, store: Store) -> bool:
    try:
        await one_order(trial, store)
    except Unexpected:
        return False
    return True


async def inventory(trial: Trial) -> Wrong:
    """X2."""
    served(trial, "inventories")
    store, kinds = trial.store(), tuple(one.kind for one in trial.profile.kinds)
    nonces = ("first", "first", "second")
    replies = [await store.ask(_inventory(trial, kinds, nonce)) for nonce in nonces]
    wrong = list(_inventory_problems(replies))
    if not wrong:
        ordered = await one_order(trial, store)
        number = (await store.issue(ordered)).papers[0].number
        wrong += [] if replies[0].series and replies[0].series in number else ["a series that does not stand in its numbers"]  # type: ignore[attr-defined]
        await store.discard(ordered)
    wrong += otherwise(await store.ask(_inventory(trial, (), "n")), "kind_unknown", "no kinds")
    wrong += otherwise(await store.ask(_inventory(trial, (first_kind(trial), "no_such_kind"), "n")), "kind_unknown", "a kind that there is not")
    elsewhere = AskInventory(municipality=NOBODYS_CODE, kinds=kinds, nonce="n")
    return wrong + otherwise(await store.ask(elsewhere), "municipality_unknown", "another municipality")


def _inventory(trial: Trial, kinds: tuple[str, ...], nonce: str) -> AskInventory:
    return AskInventory(municipality=trial.profile.municipality, kinds=kinds, nonce=nonce)


def _inventory_problems(replies: list[Message]) -> Iterator[str]:
    if not all(isinstance(one, Inventory) for one in replies):
        yield f"an inventory: {word(next(one for one in replies if not isinstance(one, Inventory)))}"
        return
    first, again, other = (one for one in replies if isinstance(one, Inventory))
    if tuple(one.section for one in first.sections) != SECTIONS:
        yield "sections that are not the six, in the order of their names"
    if not all(_DIGEST.fullmatch(one.digest) and one.count >= 0 for one in first.sections):
        yield "a digest that is not 64 lower-case hex digits, or a count below 0"
    if first.sections != again.sections:
        yield "the same nonce got other digests"
    if [one.count for one in first.sections] != [one.count for one in other.sections]:
        yield "another nonce got other counts"
    if {one.digest for one in first.sections if one.count} & {one.digest for one in other.sections}:
        yield "a digest that does not depend on the nonce"


async def uses(trial: Trial) -> Wrong:
    """X3: an application under a serial that nobody has, and what follows from it."""
    served(trial, "uses")
    store, serial = trial.store(), f"f{trial.token(12).hex()}"
    wrong = [] if (state := await _state(store, trial, serial)).state == "none" else [f"before any application: {state.state} instead of none"]
    one = _application(trial, store)
    taken = await store.ask(RegisterUse(serial=serial, application=one))
    if not isinstance(taken, UseTaken):
        return [*wrong, f"an application: {word(taken)} instead of UseTaken"]
    wrong += [] if date.fromisoformat(taken.expected_by) > date.fromisoformat(taken.received_on) else ["expected by the day it came, or before"]
    again = await store.ask(RegisterUse(serial=serial, application=one))
    wrong += [] if again == taken else ["the same application again got another answer"]
    refused = {
        "the same id with another name": (serial, _changed(one, name="見本　別子"), "request_altered"),
        "a second application": (serial, _application(trial, store), "use_pending"),
        "a phone number of two digits": (f"f{trial.token(12).hex()}", _application(trial, store, phone="12"), "use_incomplete"),
        "no name": (f"f{trial.token(12).hex()}", _application(trial, store, name=" "), "use_incomplete"),
        "a birth date that is none": (f"f{trial.token(12).hex()}", _application(trial, store, birth="1980-02-30"), "use_incomplete"),
        "another municipality": (serial, _application(trial, store, municipality=NOBODYS_CODE), "municipality_unknown"),
    }
    for what, (whose, application, code) in refused.items():
        wrong += otherwise(await store.ask(RegisterUse(serial=whose, application=application)), code, what)
    holders = trial.holders(first_kind(trial))
    wrong += otherwise(await store.ask(RegisterUse(serial=holders[0].serial, application=_application(trial, store))), "use_not_needed", "a resident")
    state = await _state(store, trial, serial)
    wrong += [] if (state.state, state.number) == ("received", taken.number) else [f"after the application: {state.state} instead of received"]
    return wrong


async def _state(store: Store, trial: Trial, serial: str) -> RegisteredUse:
    reply = await store.ask(AskRegisteredUse(visit_id=store.new_id(), serial=serial, municipality=trial.profile.municipality))
    if not isinstance(reply, RegisteredUse):
        raise Unexpected(f"the state of an application: {word(reply)}")
    if reply.reason is not None and reply.reason not in REASONS:
        raise Unexpected("a reason that there is not")
    return reply


def _application(trial: Trial, store: Store, **changed: str) -> UseApplication:
    use = trial.profile.use
    said = {name: getattr(use, name) for name in use.__struct_fields__} | {"municipality": trial.profile.municipality} | changed
    return UseApplication(application_id=store.new_id(), visit_id=store.new_id(), kiosk_id="K0001", applied_at=store.now(), **said)


def _changed(application: UseApplication, **changed: str) -> UseApplication:
    said = {name: getattr(application, name) for name in application.__struct_fields__}
    return UseApplication(**said | changed)
