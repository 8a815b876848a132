"""A whole run: every case of the table in its order, one after another, each with one finding."""

from collections.abc import Collection
from dataclasses import replace

from conformance.cases import CASES, Case
from conformance.deeds import DEEDS
from conformance.findings import Finding, NotTried, told_once
from conformance.hooks import HookFailed
from conformance.line import Silent
from conformance.store import Unexpected
from conformance.trial import Trial


async def tried(trial: Trial, only: Collection[str] = ()) -> tuple[Finding, ...]:
    """The findings in the table's order, of all cases or of these. Whatever a server answers, the run goes on to its end."""
    found = []
    for case in (one for one in CASES.values() if not only or one.id in only):
        answers, papers = trial.heard.answers, trial.heard.papers
        trial.left_out.clear()
        finding = await _tried(trial, case)
        left_out = () if finding.verdict == "not_tried" else tuple(dict.fromkeys(trial.left_out))
        found.append(replace(finding, answers=trial.heard.answers - answers, papers=trial.heard.papers - papers, left_out=left_out))
    await trial.close()
    return tuple(found)


async def _tried(trial: Trial, case: Case) -> Finding:
    """A case in which the server is silent or says what it may not has failed, but names no class of incident: nobody got another's paper."""
    try:
        wrong = await DEEDS[case.id](trial)
    except NotTried as reason:
        return Finding(case.id, "not_tried", (str(reason),))
    except (Unexpected, Silent, HookFailed) as problem:
        return Finding(case.id, "failed", (f"{_WORDS[type(problem)]}: {problem}",))
    except Exception as problem:  # noqa: BLE001 - what the kit did not foresee is a finding too, and no reason to leave the other cases untried
        return Finding(case.id, "failed", (f"the kit could not go on with this answer: {type(problem).__name__}",))
    return Finding(case.id, "failed", told_once(wrong), case.incident) if wrong else Finding(case.id, "passed")


_WORDS = {Unexpected: "not as described", Silent: "no answer", HookFailed: "the change was not carried out"}
