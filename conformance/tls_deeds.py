"""What is done for the cases about the connection itself: who is let in, and whether one asker holds up another. A case gives what was wrong; nothing wrong is a pass."""

import ssl

from conformance.findings import NotTried
from conformance.line import Line, Silent
from conformance.protocol_deeds import Wrong, first_kind, refused_raw
from conformance.store import Store
from conformance.trial import Trial
from messages.orders import OfferChoices
from messages.routes import BY_MESSAGE
from messages.wire import encode

_CHOICES = BY_MESSAGE[OfferChoices]
HELD_OPEN = 3


async def strangers(trial: Trial) -> Wrong:
    """P6."""
    body = encode(trial.store().question("00", first_kind(trial))[0])
    wrong = await _answered(trial.line(trial.contexts.nobody()), body, "without a certificate")
    wrong += await _answered(trial.line(trial.contexts.stranger()), body, "with a certificate of an authority that nobody knows")
    context = trial.contexts.other()
    trial.left_out += [] if context is not None else ["another role: the profile has no tls.other_role"]
    if context is not None:
        other = Store(trial.profile, trial.line(context), trial.now, trial.token)
        wrong += [f"another role: {one}" for one in await refused_raw(other, _CHOICES.path, body, "role_not_admitted")]
    return wrong


async def older_tls(trial: Trial) -> Wrong:
    """P10."""
    try:
        context = trial.contexts.older()
    except (ssl.SSLError, ValueError):
        raise NotTried("this machine cannot speak TLS 1.2 itself") from None
    body = encode(trial.store().question("00", first_kind(trial))[0])
    return await _answered(trial.line(context), body, "with TLS 1.2")


async def _answered(line: Line, body: bytes, how: str) -> Wrong:
    try:
        answer = await line.send(_CHOICES.path, body)
    except Silent:
        return []
    return [f"{how}: answered with status {answer.status}"]


async def half_sent(trial: Trial) -> Wrong:
    """P11: while some have sent half a question and wait, somebody else is served."""
    kind = first_kind(trial)
    waiting = [await trial.line().half_sent(_CHOICES.path) for _ in range(HELD_OPEN)]
    try:
        await trial.store().choices(trial.holders(kind)[0], kind)
    except Silent:
        return [f"nobody is served while {HELD_OPEN} askers have sent half a question"]
    finally:
        for writer in waiting:
            writer.transport.abort()
    return []
