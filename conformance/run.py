"""A whole run: every case of the table in its order, one after another, each with one finding."""

from conformance.cases import CASES
from conformance.deeds import DEEDS
from conformance.findings import Finding, NotTried, judged
from conformance.hooks import HookFailed
from conformance.line import Silent
from conformance.store import Unexpected
from conformance.trial import Trial


async def tried(trial: Trial) -> tuple[Finding, ...]:
    """The findings in the table's order. A case in which the server is silent or says what it may not has failed."""
    found = []
    for case in CASES:
        try:
            found.append(judged(case, await DEEDS[case](trial)))
        except NotTried as reason:
            found.append(Finding(case, "not_tried", (str(reason),)))
        except (Unexpected, Silent, HookFailed) as problem:
            found.append(judged(case, (f"{type(problem).__name__.lower()}: {problem}",)))
    await trial.close()
    return tuple(found)
