"""What contradicts itself in the part of a configuration with which the directory begins: municipalities, kiosks, builds. Pure.

The same rules as on the directory's pages (`routing.changes`), for words without a history: each problem is a sentence for whoever configures, with the path of the field. Must never look at a
directory that is there already: the configuration is read for an empty one.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import combinations, pairwise

from certificates.kinds import KINDS
from issuance_center.entries import (
    BUILD_WORDS,
    NOTE_MAX,
    SEAL,
    STATEMENT,
    WORD,
    YEARS_MAX,
    Closure,
    Hours,
    Kiosk,
    Window,
    named,
    overlap,
    wrong_hours,
)
from issuance_center.municipality_settings import KindService, Municipality, RegisteredBuild, TaxYears
from registers.numbers import is_digits, municipality_digit
from trust.authority import KeyUnusable
from trust.signing import public_from_pem

SWITCH_DAYS_MAX = 60
_CHAIN_MAX = 8


def problems(
    municipalities: Sequence[Municipality], kiosks: Sequence[Kiosk], builds: Mapping[str, Sequence[RegisteredBuild]], lines: Sequence[str]
) -> Iterator[str]:
    """Everything that is wrong, in the order of the file. `lines`: the names of the issuers' lines."""
    for at, municipality in enumerate(municipalities):
        yield from _municipality(municipality, f"$.municipalities[{at}]", lines)
    yield from _old_codes(municipalities)
    known = {municipality.code for municipality in municipalities} | {old.code for one in municipalities for old in one.aliases}
    for at, kiosk in enumerate(kiosks):
        yield from _kiosk(kiosk, f"$.kiosks[{at}]", known)
    for line, registered in builds.items():
        yield from _builds(line, registered, lines)


def _municipality(one: Municipality, path: str, lines: Sequence[str]) -> Iterator[str]:
    yield from _code(one.code, f"{path}.code")
    yield from (f"a name has 1 to 100 characters - at `{path}.{field}`" for field in ("prefecture", "name") if not named(getattr(one, field)))
    for kind, service in one.kinds.items():
        yield from _service(one.code, kind, service, f"{path}.kinds.{kind}", lines)
    for at, certifier in enumerate(one.certifiers):
        if not (named(certifier.title) and named(certifier.name)):
            yield f"a certifier has a title and a name - at `{path}.certifiers[{at}]`"
    yield from _twice([certifier.since for certifier in one.certifiers], "a day from which two certify", f"{path}.certifiers")
    if one.seal_sha256 is not None and not SEAL.fullmatch(one.seal_sha256):
        yield f"a SHA-256 has 64 hex digits in small letters - at `{path}.seal_sha256`"
    if one.key_statement is not None and not STATEMENT.fullmatch(one.key_statement):
        yield f"no signed statement of a key (compact JWS) - at `{path}.key_statement`"
    yield from _stretches(one.windows, f"{path}.windows")
    yield from _stretches(one.closures, f"{path}.closures")
    if one.years is not None:
        yield from _years(one.years, f"{path}.years")
    if one.wide is not None and not one.wide.joined and not one.wide.write_to.strip():
        yield f"where it has not joined, where to write to - at `{path}.wide.write_to`"
    if one.wide is not None and one.wide.joined and "kazei" not in one.kinds:
        yield f"without a kind kazei there is nothing to join with - at `{path}.wide.joined`"
    if one.use and not {"koseki", "fuhyo"} & set(one.kinds):
        yield f"without koseki or fuhyo there is nothing to register for - at `{path}.use`"


def _code(code: str, path: str) -> Iterator[str]:
    if not is_digits(code, 6) or municipality_digit(code[:5]) != code[5]:
        yield f"municipality {code}: not a code of six digits with a right check digit - at `{path}`"


def _service(code: str, kind: str, service: KindService, path: str, lines: Sequence[str]) -> Iterator[str]:
    if kind not in KINDS:
        yield f"municipality {code}: there is no such kind - at `{path}`"
        return
    if service.issuer not in lines:
        yield f"municipality {code}: no issuer named {service.issuer} - at `{path}.issuer`"
    elif is_digits(service.issuer, 6) and service.issuer != code:
        yield f"municipality {code}: {service.issuer} is another municipality's server - at `{path}.issuer`"
    yield from _hours(service.hours, f"{path}.hours")
    options = service.options or ()
    known = {option.code for option in KINDS[kind].options}
    yield from (f"{kind} has no option {option} - at `{path}.options`" for option in options if option not in known)
    yield from _twice(options, "an option that stands twice", f"{path}.options")


def _hours(hours: Hours, path: str) -> Iterator[str]:
    problem = wrong_hours(hours)
    if problem is not None:
        yield f"{problem} - at `{path}`"


def _stretches(stretches: Sequence[Window | Closure], path: str) -> Iterator[str]:
    for at, one in enumerate(stretches):
        yield from _stretch(one, f"{path}[{at}]")
    sound = [(at, one) for at, one in enumerate(stretches) if not any(_stretch(one, ""))]
    for (first, one), (second, other) in combinations(sound, 2):
        if overlap(one, other):
            yield f"it closes the same kinds at the same time as {path}[{first}] - at `{path}[{second}]`"


def _stretch(one: Window | Closure, path: str) -> Iterator[str]:
    if isinstance(one, Closure):
        if one.last < one.first:
            yield f"it ends before it begins - at `{path}.last`"
    elif any(at is not None and at.tzinfo is None for at in (one.starts, one.ends)):
        yield f"an instant has an offset (2026-10-04T17:30:00+09:00) - at `{path}`"
    elif one.ends is not None and one.ends <= one.starts:
        yield f"it ends before it begins - at `{path}.ends`"
    yield from (f"there is no such kind: {kind} - at `{path}.kinds`" for kind in one.kinds if kind not in KINDS)
    if len(one.note) > NOTE_MAX:
        yield f"a note has {NOTE_MAX} characters at most - at `{path}.note`"


def _years(years: TaxYears, path: str) -> Iterator[str]:
    if not 1 <= years.years <= YEARS_MAX:
        yield f"1 to {YEARS_MAX} years are issued - at `{path}.years`"
    if not years.openings:
        yield f"a year that opens is needed - at `{path}.openings`"
    yield from _twice([opening.year for opening in years.openings], "a year that opens twice", f"{path}.openings")
    for at, opening in enumerate(years.openings):
        if not 2000 <= opening.year <= 2999:
            yield f"a year has four digits - at `{path}.openings[{at}].year`"
        if not 0 <= opening.switch_days <= SWITCH_DAYS_MAX:
            yield f"0 to {SWITCH_DAYS_MAX} days are closed before a year opens - at `{path}.openings[{at}].switch_days`"
    in_order = sorted(enumerate(years.openings), key=lambda one: one[1].year)
    for (_, before), (at, after) in pairwise(in_order):
        if before.year < after.year and after.opens - timedelta(days=max(after.switch_days, 0)) <= before.opens:
            yield f"{after.year} opens, or is closed for, before {before.year} has opened - at `{path}.openings[{at}].opens`"


def _old_codes(municipalities: Sequence[Municipality]) -> Iterator[str]:
    codes = {municipality.code for municipality in municipalities}
    leads = {old.code: municipality.code for municipality in municipalities for old in municipality.aliases}
    for at, municipality in enumerate(municipalities):
        for nth, old in enumerate(municipality.aliases):
            path = f"$.municipalities[{at}].aliases[{nth}]"
            yield from _code(old.code, f"{path}.code")
            if not named(old.name):
                yield f"a name has 1 to 100 characters - at `{path}.name`"
            if old.code in codes and (old.what == "ward" or old.since is None):
                yield f"{old.code} is a municipality itself: only a former one, from a day on - at `{path}`"
            if _leads_back(leads, old.code):
                yield f"{old.code} would lead back to itself - at `{path}`"
    starts = [(old.code, old.since) for municipality in municipalities for old in municipality.aliases]
    yield from _twice(starts, "a code that means two municipalities from one day on", "$.municipalities")


def _leads_back(leads: Mapping[str, str], code: str) -> bool:
    met = code
    for _ in range(_CHAIN_MAX):
        if met not in leads:
            return False
        met = leads[met]
    return True


def _kiosk(kiosk: Kiosk, path: str, known: set[str]) -> Iterator[str]:
    for field in ("id", "party", "operator", "channel"):
        if not WORD.fullmatch(getattr(kiosk, field)):
            yield f"kiosk {kiosk.id}: 1 to 64 printable ASCII characters - at `{path}.{field}`"
    if not named(kiosk.place):
        yield f"kiosk {kiosk.id}: where it stands, in 1 to 100 characters - at `{path}.place`"
    if kiosk.hours is not None:
        yield from _hours(kiosk.hours, f"{path}.hours")
    if kiosk.only is not None and kiosk.only not in known:
        yield f"kiosk {kiosk.id}: no municipality {kiosk.only} - at `{path}.only`"
    try:
        public_from_pem(kiosk.public_key)
    except (KeyUnusable, UnicodeEncodeError):
        yield f"kiosk {kiosk.id}: the public key is no P-256 key in PEM - at `{path}.public_key`"


def _builds(line: str, registered: Sequence[RegisteredBuild], lines: Sequence[str]) -> Iterator[str]:
    if line not in lines:
        yield f"no issuer named {line} - at `$.builds`"
    for at, build in enumerate(registered):
        if not (BUILD_WORDS.fullmatch(build.program) and BUILD_WORDS.fullmatch(build.topology)):
            yield f"program and topology are 1 to 256 printable ASCII characters - at `$.builds.{line}[{at}]`"
    yield from _twice([(build.program, build.topology) for build in registered], "a build that stands twice", f"$.builds.{line}")


def _twice(found: Sequence[object], what: str, path: str) -> Iterator[str]:
    if any(count > 1 for count in Counter(found).values()):
        yield f"{what} - at `{path}`"
