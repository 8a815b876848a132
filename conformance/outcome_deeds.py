"""What is done for the cases of the chapter `outcomes`. A case gives what was wrong; nothing wrong is a pass."""

from conformance.protocol_deeds import Wrong, one_order
from conformance.store import Outcome, noted, word
from conformance.trial import Trial

NOTED, ALTERED = "OutcomeNoted", "request_altered"

LIVES: tuple[tuple[tuple[tuple[Outcome, str], ...], str], ...] = (
    ((("void", NOTED), ("void", NOTED)), "request_closed"),
    ((("void", NOTED), ("printed", NOTED)), "already_printed"),
    ((("unresolved", NOTED), ("unresolved", NOTED), ("printed", NOTED), ("void", ALTERED)), "already_printed"),
    ((("unresolved", NOTED), ("void", NOTED)), "request_closed"),
    (
        (("printed", NOTED), ("printed", NOTED), ("void", ALTERED), ("unresolved", ALTERED), ("stopped", ALTERED), ("printed", NOTED)),
        "already_printed",
    ),
    ((("stopped", NOTED), ("stopped", NOTED), ("printed", ALTERED), ("void", ALTERED)), "request_closed"),
)
"""What is told of a paper and answered to it, one after another; and what a repeat of its order is answered then."""


async def outcomes(trial: Trial) -> Wrong:
    """O1."""
    store, wrong = trial.store(), list[str]()
    for told, then in LIVES:
        ordered = await one_order(trial, store)
        await store.issue(ordered)
        said: list[str] = []
        for outcome, answer in told:
            reply = word(await store.tell(ordered.order, outcome))
            said.append(outcome)
            wrong += [] if reply == answer else [f"{', then '.join(said)}: {reply} instead of {answer}"]
        repeat = word(await store.ask(ordered.order))
        wrong += [] if repeat == then else [f"an order after {', then '.join(said)}: {repeat} instead of {then}"]
    return wrong


async def before_the_order(trial: Trial) -> Wrong:
    """O2: the order was lost on the way, its outcome was not."""
    store = trial.store()
    early = await one_order(trial, store)
    told = await store.tell(early.order, "void")
    wrong = [] if noted(told) else [f"void before the order: {word(told)} instead of {NOTED}"]
    reply = word(await store.ask(early.order))
    return wrong if reply == "request_closed" else [*wrong, f"an order after its void: {reply} instead of request_closed"]
