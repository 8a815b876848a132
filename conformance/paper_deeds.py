"""What is done for the cases of the chapter `papers`. A case gives what was wrong, as evidence without personal data; nothing wrong is a pass."""

from certificates.kinds import KINDS
from conformance.findings import NotTried
from conformance.papers import aspect, is_foreign
from conformance.protocol_deeds import Wrong, first_kind
from conformance.store import Asked, Store
from conformance.trial import Sample, Trial

NOTHING_TO_SEE = ("unreadable", "papers")
"""What leaves no aspect of a paper to be looked at: no case of the sample is passed then."""


async def sampled(trial: Trial, which: str) -> Wrong:
    """A1 to A8: one aspect of the sample."""
    if trial.samples is None:
        trial.samples = await _samples(trial)
    if not trial.samples:
        raise NotTried("nobody in the profile may have a paper")
    wrong = [one for sample in trial.samples for one in sample.differences if aspect(one) == which or one.startswith(NOTHING_TO_SEE)]
    if not wrong and which == "drawing" and any(sample.foreign for sample in trial.samples):
        raise NotTried("another drawing than the canonical one, which the demonstration center's gate would not take")
    if not wrong and which == "codes" and all(sample.foreign and not sample.codes for sample in trial.samples):
        raise NotTried("another drawing than the canonical one, without codes")
    return wrong


async def _samples(trial: Trial) -> tuple[Sample, ...]:
    """A paper of every kind and form, without options and with all of them, about at most two people; and one about everybody."""
    store, found = trial.store(), list[Sample]()
    for served in trial.profile.kinds:
        for person in trial.holders(served.kind)[:1]:
            asked = await store.choices(person, served.kind)
            for form in served.forms:
                for members, show in _ways(asked, served.kind, first=form == served.forms[0]):
                    ordered = store.order(asked, members=members, form=form, show=show)
                    issued = await store.issue(ordered)
                    foreign, codes = any(is_foreign(one.face) for one in issued.papers), any(one.codes for one in issued.papers)
                    found.append(Sample(trial.wrong(issued, ordered), foreign, codes))
                    await store.discard(ordered)
    return tuple(found)


def _ways(asked: Asked, kind: str, *, first: bool) -> list[tuple[tuple[int, ...], tuple[str, ...]]]:
    """Who and with which options: the holder, whose items the profile lists, with one other where some may be chosen."""
    count = len(asked.have.members)
    holder = next(at for at, member in enumerate(asked.have.members) if member.holder)
    other = next((at for at, member in enumerate(asked.have.members) if member.choosable and at != holder), holder)
    both = tuple(sorted({holder, other})) if KINDS[kind].chosen == "some" else ()
    ways = [(both, show) for show in dict.fromkeys(((), asked.offered.options))]
    everybody = tuple(range(count))
    return [*ways, (everybody, ())] if first and KINDS[kind].chosen != "holder" and everybody != both else ways


async def numbers(trial: Trial) -> Wrong:
    """A7: within one order and from order to order."""
    store, found = trial.store(), list[str]()
    kind = first_kind(trial)
    for person in (trial.holders(kind) * 3)[:3]:
        asked = await store.choices(person, kind)
        ordered = store.order(asked, copies=min(2, asked.offered.copies_max))
        found += [paper.number for paper in (await store.issue(ordered)).papers]
        await store.discard(ordered)
    running = [int("".join(filter(str.isdigit, number)) or 0) for number in found]
    return [] if running == sorted(set(running)) else ["numbers that do not grow, or one given twice"]


async def copies(trial: Trial) -> Wrong:
    """A9: as many papers as were ordered, each with the number and the binding of its own."""
    wrong: Wrong = []
    kinds = [one.kind for one in trial.profile.kinds if one.copies_max > 1 and trial.holders(one.kind)]
    if not kinds:
        raise NotTried("no kind of which somebody may have two copies")
    store = trial.store()
    for kind in kinds:
        wrong += await _copies(trial, store, kind)
    return wrong


async def _copies(trial: Trial, store: Store, kind: str) -> Wrong:
    asked = await store.choices(trial.holders(kind)[0], kind)
    ordered = store.order(asked, copies=min(3, asked.offered.copies_max))
    issued = await store.issue(ordered)
    found = [one for one in trial.wrong(issued, ordered) if aspect(one) in {"papers", "marks", "people"}]
    if len({paper.sheets for paper in issued.papers}) != 1:
        found.append(f"sheets: copies of different length [{kind}]")
    await store.discard(ordered)
    return found
