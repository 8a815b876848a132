"""What is done for the cases of the chapter `papers`. A case gives what was wrong, as evidence without personal data; nothing wrong is a pass."""

from certificates.kinds import KINDS
from certificates.wareki import day_in_japan, wareki
from conformance.findings import NotTried
from conformance.papers import aspect, is_foreign, rest
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
    _note_left_out(trial, which)
    if not wrong and which == "drawing" and any(sample.foreign for sample in trial.samples):
        raise NotTried("another drawing than the canonical one, which the demonstration center's gate would not take")
    if not wrong and which == "codes" and all(sample.foreign and not sample.codes for sample in trial.samples):
        raise NotTried("another drawing than the canonical one, without codes")
    return wrong


def _note_left_out(trial: Trial, which: str) -> None:
    """What of this aspect the profile gives no occasion for. A canonical drawing is read cell by cell, so that nothing need be said of its items and its certifier."""
    kinds = trial.profile.kinds
    trial.left_out += [f"{one.kind}: nobody of people may have it" for one in kinds if not trial.holders(one.kind)]
    if not any(sample.foreign for sample in trial.samples or ()):
        return
    if which == "closing" and not trial.profile.certifier:
        trial.left_out.append("the certifier: the profile names none")
    if which == "items":
        listed = {(may.kind, option) for person in trial.profile.people for may in person.may for option in may.items}
        trial.left_out += [
            f"{one.kind} {option}: nobody of people has items for it" for one in kinds for option in one.options if (one.kind, option) not in listed
        ]


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
    """A9: as many papers as were ordered, each with the number and the binding of its own and nothing else of its own; and the same in a second order of the same."""
    wrong: Wrong = []
    trial.left_out += [f"{one.kind}: copies_max is 1" for one in trial.profile.kinds if one.copies_max == 1]
    kinds = [one.kind for one in trial.profile.kinds if one.copies_max > 1 and trial.holders(one.kind)]
    if not kinds:
        raise NotTried("no kind of which somebody may have two copies")
    store = trial.store()
    for kind in kinds:
        wrong += await _copies(trial, store, kind)
    return wrong


async def _copies(trial: Trial, store: Store, kind: str) -> Wrong:
    asked = await store.choices(trial.holders(kind)[0], kind)
    ordered, alone = store.order(asked, copies=min(3, asked.offered.copies_max)), store.order(asked)
    issued, single = await store.issue(ordered), await store.issue(alone)
    found = [one for one in trial.wrong(issued, ordered) if aspect(one) in {"papers", "marks", "people"}]
    days = tuple(wareki(day_in_japan(one)) for one in (ordered.order.ordered_at, trial.when()))
    both = ((ordered, issued), (alone, single))
    rests = [rest(paper, copy.binding, days) for one, reply in both for paper, copy in zip(reply.papers, one.order.papers, strict=False)]
    if not found and len(set(rests)) != 1:
        found.append(f"rest: two copies of one thing differ in more than number and binding [{kind}]")
    if len({paper.sheets for paper in issued.papers}) != 1:
        found.append(f"sheets: copies of different length [{kind}]")
    await store.discard(ordered, alone)
    return found
