"""From the configuration to the first entries of the directory. Pure.

It is read once, when the directory is empty; afterwards staff edit the directory, and what the file says about these parts is not looked at any more.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from issuance_center.config import Config, Municipality
from issuance_center.entries import (
    BuildsAllowed,
    CertifiedBy,
    IssuedBy,
    KeyStatement,
    OptionsOffered,
    Place,
    SealImage,
    Succession,
    UseTaken,
    Value,
    YearOpening,
    YearsOffered,
)
from issuance_center.routing.book import EMPTY, Change, DirectoryBook, Entry, extended
from issuance_center.routing.opening import start_of
from storage.instants import JST

SEEDED_BY = "設定ファイル"
SEEDED_WHY = "初回起動時の登録"
FROM_THE_START = datetime(2000, 1, 1, tzinfo=JST)
"""From when a configuration's words without a date hold: before the first kiosk (2010, domain facts 1.3)."""


def seeds(config: Config) -> tuple[Change, ...]:
    """Everything the configuration says about the directory, in one order."""
    return tuple(_seeds(config))


def book_of(config: Config) -> DirectoryBook:
    """The directory as the configuration alone would have it."""
    return extended(EMPTY, (Entry(at, change, FROM_THE_START, SEEDED_BY, SEEDED_WHY) for at, change in enumerate(seeds(config), 1)))


def _seeds(config: Config) -> Iterator[Change]:
    for municipality in sorted(config.municipalities, key=lambda one: one.code):
        yield from _of_municipality(municipality)
    for kiosk in config.kiosks:
        yield Change("kiosk", kiosk.id, "", FROM_THE_START, kiosk)
    for line, builds in sorted(config.builds.items()):
        yield Change("builds", line, "", FROM_THE_START, BuildsAllowed(tuple((build.program, build.topology) for build in builds)))


def _of_municipality(place: Municipality) -> Iterator[Change]:
    code = place.code

    def holds(topic: str, value: Value, item: str = "", since: datetime = FROM_THE_START) -> Change:
        return Change(topic, code, item, since, value)

    yield holds("place", Place(place.prefecture, place.name, place.name_en))
    for kind, service in place.kinds.items():
        yield holds("issuer", IssuedBy(service.issuer), kind)
        yield holds("hours", service.hours, kind)
        if service.options is not None:
            yield holds("options", OptionsOffered(service.options), kind)
    for certifier in sorted(place.certifiers, key=lambda one: one.since):
        yield holds("certifier", CertifiedBy(certifier.title, certifier.name), since=start_of(certifier.since))
    if place.seal_sha256 is not None:
        yield holds("seal", SealImage(place.seal_sha256))
    for at, window in enumerate(place.windows, 1):
        yield holds("window", window, f"c{at}", window.starts)
    for at, closure in enumerate(place.closures, 1):
        yield holds("closure", closure, f"c{at}", start_of(closure.first))
    if place.years is not None:
        yield holds("years", YearsOffered(place.years.years))
        for opening in place.years.openings:
            closed_from = opening.opens - timedelta(days=opening.switch_days)
            yield holds("year", YearOpening(opening.opens, closed_from), str(opening.year), start_of(closed_from))
    if place.wide is not None:
        yield holds("wide", place.wide)
    if place.use:
        yield holds("use", UseTaken(taken=True))
    if place.key_statement is not None:
        yield holds("key_statement", KeyStatement(place.key_statement))
    for old in place.aliases:
        since = start_of(old.since) if old.since is not None else FROM_THE_START
        yield Change("succession", old.code, "", since, Succession(code, old.name, old.name_en, old.what))
