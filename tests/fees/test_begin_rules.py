"""The configuration's rules at a start: entered at the first, and told apart at every later one that says something else."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from fees.__main__ import begin_rules
from fees.config import Config
from fees.drafts.history import book_at
from fees.drafts.records import METADATA
from storage.sqlite import SqliteStore
from tests.fees.office import TARIFF, config, rule


@pytest.mark.parametrize(
    ("later", "told"),
    [
        (config(), []),
        (config(tariff=(*TARIFF, rule("new", "base", 500, "2020-04-01", fee_class="koseki"))), [(("new",), ())]),
        (config(tariff=TARIFF[:-1]), [((), ("other-base",))]),
    ],
    ids=["the same", "one more", "one less"],
)
async def test_what_a_later_configuration_says_differently_is_reported_and_changes_nothing(
    tmp_path: Path, later: Config, told: list[tuple[tuple[str, ...], tuple[str, ...]]]
) -> None:
    store = await SqliteStore.open(tmp_path / "fees.db", METADATA)
    await begin_rules(config(), store)
    begun = await store.read(book_at)
    with capture_logs() as logs:
        await begin_rules(later, store)
    assert [(log["ignored"], log["missed"]) for log in logs if log["event"] == "configured_rules_ignored"] == told
    assert await store.read(book_at) == begun
    await store.close()
