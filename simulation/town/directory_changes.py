"""What another opening of the same town changes in the center's directory: other hours, other builds, more terminals, the next 年度.

The directory reads the configuration once, when it is empty; afterwards it is edited by staff. So the town enters the differences between the last configuration and this one, under its own name,
from now on. What staff have entered on the pages stays, where the configuration has not changed.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from issuance_center.config import Config, load_config
from issuance_center.records import directory
from issuance_center.records.tables import METADATA
from issuance_center.routing import seeds
from issuance_center.routing.book import Change
from issuance_center.routing.seeding import FROM_THE_START
from messages.configuration import ConfigInvalid
from storage.opening import open_store

ENTERED_BY = "見本の町"
WHY = "町を前とは別の指定で開いた"


def changes_between(before: Config, after: Config, now: datetime) -> tuple[Change, ...]:
    """What the later configuration says and the earlier one did not; words without a date of their own hold from `now` on."""
    return tuple(_changes(before, after, now))


def _changes(before: Config, after: Config, now: datetime) -> Iterator[Change]:
    known = set(seeds(before))
    for change in seeds(after):
        if change not in known:
            yield replace(change, since=now) if change.since == FROM_THE_START else change


def configuration_of(file: Path) -> Config | None:
    """The configuration of the last opening; None where there was none, or one that is not understood any more."""
    try:
        return load_config(file)
    except (OSError, ConfigInvalid):
        return None


def enter_changes(before: Config | None, file: Path, now: datetime) -> int:
    """Enter the differences between `before` and the configuration in `file`; how many there were. The center does not run. A directory that has nothing in it yet is left to its first start."""
    if before is None:
        return 0
    after = load_config(file)
    return asyncio.run(_enter(after.database, changes_between(before, after, now), now))


async def _enter(database: str, changes: tuple[Change, ...], now: datetime) -> int:
    if not changes:
        return 0
    store = await open_store(database, METADATA)
    try:
        if not await store.read(directory.revision):
            return 0
        await store.write(directory.add, changes, ENTERED_BY, WHY, now)
        return len(changes)
    finally:
        await store.close()
