"""How a profile is read: every mistake with its line. Decides what a profile may say; knows nothing of how anything is tested."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from certificates.kinds import KINDS
from conformance.profile import Change, Hook, KindServed, Person, Profile, Referrals
from conformance.profile_text import line_at, line_of, lines_of, uncommented
from messages.configuration import ConfigInvalid, decode_config
from messages.refusals import TABLE

Problem = tuple[str, str]
"""Where (`$.people[0]`), and what."""
_AT = re.compile(r" - at `([^`]*)`$")
_UNKNOWN = re.compile(r"unknown field `([^`]*)`")
_BYTE = re.compile(r"\(byte (\d+)\)")


def load_profile(file: Path) -> Profile:
    """The profile in `file`. Raises `ConfigInvalid`: of what is no profile the first mistake, of one that contradicts itself all of them, each as `file:line: what`."""
    try:
        raw = uncommented(file.read_bytes())
    except OSError as error:
        raise ConfigInvalid(f"{file} cannot be read: {error.strerror}") from None
    lines = lines_of(raw.decode("utf-8", "replace"))
    try:
        profile = decode_config(raw, file.resolve().parent, Profile)
    except UnicodeDecodeError:
        raise ConfigInvalid(f"{file}: not UTF-8") from None
    except msgspec.ValidationError as error:
        raise ConfigInvalid(f"{file}:{line_of(lines, _place(str(error)))}: {error}") from None
    except msgspec.DecodeError as error:
        raise ConfigInvalid(f"{file}:{_line_of_byte(raw, str(error))}: {error}") from None
    problems = [f"{file}:{line_of(lines, place)}: {what}" for place, what in _problems(profile)]
    if problems:
        raise ConfigInvalid("\n".join(problems))
    return msgspec.structs.replace(profile, changes=tuple(_beside(change, file.resolve().parent) for change in profile.changes))


def _place(error: str) -> str:
    """Where the mistake stands: an unknown field by its own name."""
    at, unknown = _AT.search(error), _UNKNOWN.search(error)
    place = at.group(1) if at is not None else "$"
    return f"{place}.{unknown.group(1)}" if unknown is not None else place


def _line_of_byte(raw: bytes, error: str) -> int:
    """Of a text that is no JSON; one that ends too early is wrong at its end."""
    at = _BYTE.search(error)
    return line_at(raw, int(at.group(1)) if at is not None else len(raw))


def _beside(change: Change, folder: Path) -> Change:
    """A program with a `/` in its name is taken from the profile's folder."""
    return msgspec.structs.replace(change, do=_hook(change.do, folder), undo=None if change.undo is None else _hook(change.undo, folder))


def _hook(hook: Hook, folder: Path) -> Hook:
    if not hook.command or "/" not in hook.command[0]:
        return hook
    return Hook(command=(str(folder / hook.command[0]), *hook.command[1:]))


def _problems(profile: Profile) -> Iterator[Problem]:
    for at, kind in enumerate(profile.kinds):
        yield from ((f"$.kinds[{at}]", what) for what in _of_kind(kind))
    if not profile.people:
        yield "$.people", "people: at least one"
    ids = [one.id for one in profile.people]
    for at, person in enumerate(profile.people):
        if person.id in ids[:at]:
            yield f"$.people[{at}].id", f"people: two with one id ({person.id})"
        yield from ((f"$.people[{at}]{place}", f"people: {person.id}: {what}") for place, what in _of_person(person, profile))
    for at, change in enumerate(profile.changes):
        yield from ((f"$.changes[{at}]", f"changes: {change.id}: {what}") for what, stands in _of_change(change, profile).items() if stands)
    if "referrals" in profile.optional and profile.referrals is None:
        yield "$.optional", "optional: referrals are served, and the profile has no referrals"
    if profile.referrals is not None:
        yield from ((f"$.referrals{place}", f"referrals: {what}") for place, what in _of_referrals(profile.referrals, profile.municipality, ids))


def _of_kind(served: KindServed) -> Iterator[str]:
    kind = KINDS.get(served.kind)
    if kind is None:
        yield f"kinds: {served.kind} is no kind of certificate"
        return
    if not served.forms or not {form.code for form in kind.forms} >= set(served.forms):
        yield f"kinds: {served.kind} has no such form ({', '.join(served.forms) or 'none is named'})"
    unknown = set(served.options) - {option.code for option in kind.options}
    if unknown:
        yield f"kinds: {served.kind} has no such option ({', '.join(sorted(unknown))})"


def _of_person(person: Person, profile: Profile) -> Iterator[Problem]:
    for at, may in enumerate(person.may):
        place, served = f".may[{at}]", profile.kind(may.kind)
        if served is None:
            yield place, f"may have {may.kind}, which is not served"
        elif not set(may.items) <= set(served.options):
            yield place, f"items of {may.kind} by an option that is not served ({', '.join(sorted(set(may.items) - set(served.options)))})"
        if sum(member.holder for member in may.members) != 1:
            yield place, f"one holder among the members of {may.kind}"
    for at, refused in enumerate(person.refused):
        if refused.code not in TABLE:
            yield f".refused[{at}]", f"is refused by a row that does not exist ({refused.code})"
        elif refused.at == "order" and person.have(refused.kind) is None:
            yield f".refused[{at}]", f"is refused at the order, and has no {refused.kind} in `may`"


def _of_change(change: Change, profile: Profile) -> dict[str, bool]:
    person = next((one for one in profile.people if one.id == change.person), None)
    return {
        "no such person": person is None,
        f"the person may have no {change.kind}": person is not None and person.have(change.kind) is None,
        "a program or a URL": bool(change.do.command) is bool(change.do.url),
        "a row, or texts before and after": (change.refused is None) is not bool(change.before and change.after),
        "the row does not exist": change.refused is not None and change.refused not in TABLE,
    }


def _of_referrals(told: Referrals, municipality: str, ids: list[str]) -> Iterator[Problem]:
    if told.kind not in KINDS or not KINDS[told.kind].yearly:
        yield ".kind", f"{told.kind} is no kind of certificate that is of a year"
    if told.as_municipality == municipality:
        yield ".as_municipality", "the kit cannot play the municipality under test"
    for at, one in enumerate(told.residents):
        wrong = {
            f"{one.person} is nobody of people": one.person not in ids,
            f"{one.person}: a row, or 住民票コード and birth date": bool(one.refused) is bool(one.juminhyo_code and one.birth),
            f"{one.person}: a row that does not exist": one.refused is not None and one.refused not in TABLE,
        }
        yield from ((f".residents[{at}]", what) for what, stands in wrong.items() if stands)
    for at, former in enumerate(told.former):
        if former.may.kind != told.kind or sum(member.holder for member in former.may.members) != 1:
            yield f".former[{at}]", f"{former.id}: one holder of {told.kind}"
