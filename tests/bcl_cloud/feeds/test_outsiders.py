"""住登外者 in uploads and in the fast lane: taxed here, living elsewhere, found by whoever vouches for them, and stopped like anybody else."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bcl_cloud.feeds.bars import bars
from bcl_cloud.feeds.feed_terms import FeedTerms, decide
from bcl_cloud.feeds.packing import _files, pack, sealed
from bcl_cloud.feeds.tables import METADATA
from certificates.entitlement import Declined
from certificates.sources import Vouched
from issuer.desk import Desk
from issuer.issue_tables import METADATA as ISSUE_LOG
from issuer.press import InlinePress
from issuer.register_view import find_former
from messages.orders import ChoicesOffered, Issued
from messages.refusals import Refusal
from registers.population import Population
from registers.residents.tables import METADATA as REGISTERS
from registers.tax import outsider_form
from registers.tax.outsiders import Outsider, outsiders_in_order
from storage.sqlite import SqliteStore
from tests.bcl_cloud.feeds.feeding import AS_OF, TENANT, send, town
from tests.bcl_cloud.feeds.papers import happens
from tests.issuer.test_referring import MOVED, OUTSIDER, SINCE, THEIR_RECORD, THERES, TO, Two, referrals, two
from tests.issuer.town import DECLARED, NOW, drawn_text, issuer, order

__all__ = ["two"]
TAX = ("tax",)
OTHER = replace(OUTSIDER, atena_no="8000000023", juminhyo_code="80000000023", name="例示　花子")


def taxed(**changes: Any) -> Population:
    return replace(town(), tax=(replace(THEIR_RECORD, **changes),))


async def sent(store: Any, archive: bytes) -> Any:
    report = await send(store, archive, registers=TAX)
    assert report.outcome == "applied", report.faults[:3]
    return report


def full(sequence: int, hours: float, *outsiders: Outsider, **changes: Any) -> bytes:
    return pack(taxed(**changes), TENANT, sequence, AS_OF + timedelta(hours=hours), registers=TAX, outsiders=outsiders)


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    """The tenant where they are taxed, after its first upload."""
    store = await SqliteStore.open(tmp_path / "tenant.db", REGISTERS, METADATA, ISSUE_LOG)
    await sent(store, full(1, 0, OUTSIDER))
    yield store
    await store.close()


def desk(store: SqliteStore) -> Desk:
    """As the cloud serves a tenant."""
    terms = replace(issuer(), municipality=TO, number_prefix="となり市", wide_tax_since=SINCE)
    return Desk(terms, store, InlinePress(THERES.hands), DECLARED, referrals=referrals(THERES, 921), bars=bars)


async def offer(two: Two) -> str:
    answer = await two.offer(await two.sealed())
    return answer.code if isinstance(answer, Refusal) else "ok"


async def test_after_the_upload_the_certificate_is_issued_where_they_are_taxed(two: Two, there: SqliteStore) -> None:
    two.there = desk(there)
    offered = await two.offered()
    assert isinstance(offered, ChoicesOffered)
    issued = await two.issue(order("r-1", MOVED, offered, members=(OUTSIDER.atena_no,)))
    assert isinstance(issued, Issued), issued
    assert THEIR_RECORD.address in drawn_text(issued.papers[0].face).replace("\r\n", "")


@pytest.mark.parametrize(
    ("kind", "back"),
    [("protect", "unprotect"), ("pending_character", "registered_character"), ("dead", "stays")],
)
async def test_an_event_stops_them_through_older_data_and_its_contrary_lets_go(two: Two, there: SqliteStore, kind: str, back: str) -> None:
    two.there = desk(there)
    chosen = await two.offered()
    told = AS_OF + timedelta(hours=5)
    assert await happens(there, kind, OUTSIDER.atena_no, told) == "applied"
    refused = await two.issue(order("r-1", MOVED, chosen, members=(OUTSIDER.atena_no,)))
    assert isinstance(refused, Refusal), "what was chosen before the event is not made after it"
    assert await offer(two) == "not_issuable"
    await sent(there, full(2, 4, replace(OUTSIDER, name_kana="ミホン　ジロウ")))
    assert await offer(two) == "not_issuable", "packed before the event, put in place after it"
    assert await happens(there, back, OUTSIDER.atena_no, told + timedelta(minutes=1)) == "applied"
    assert await offer(two) == "ok"
    assert await happens(there, kind, OUTSIDER.atena_no, told + timedelta(minutes=2)) == "applied"
    await sent(there, full(3, 6, OUTSIDER))
    assert await offer(two) == "ok", "newer data say so"


async def test_a_correction_of_their_tax_stops_the_year_until_newer_data_hold_another_record(two: Two, there: SqliteStore) -> None:
    two.there = desk(there)
    unit = f"{OUTSIDER.atena_no}/{THEIR_RECORD.year}"
    assert await happens(there, "tax_correction", unit, AS_OF + timedelta(hours=5)) == "applied"
    assert await offer(two) == "not_issuable"
    await sent(there, full(2, 4, OUTSIDER, decided_on=THEIR_RECORD.decided_on + timedelta(days=1)))
    assert await offer(two) == "not_issuable", "another record, and older than the event: not the corrected one"
    await sent(there, full(3, 6, OUTSIDER, decided_on=THEIR_RECORD.decided_on + timedelta(days=1)))
    assert await offer(two) == "not_issuable", "as it was before"
    await sent(there, full(4, 7, OUTSIDER, decided_on=THEIR_RECORD.decided_on + timedelta(days=30)))
    assert await offer(two) == "ok"


async def test_an_event_about_somebody_who_comes_later_waits_for_them_in_whichever_register(there: SqliteStore) -> None:
    assert await happens(there, "protect", OTHER.atena_no, AS_OF + timedelta(hours=5)) == "waiting"
    await sent(there, full(2, 4, OUTSIDER, OTHER))
    protected = {one.atena_no: one.protection is not None for one in await there.read(outsiders_in_order)}
    assert protected == {OUTSIDER.atena_no: False, OTHER.atena_no: True}


async def test_who_is_left_out_of_a_full_upload_or_removed_by_a_differential_is_found_no_more(two: Two, there: SqliteStore) -> None:
    two.there = desk(there)
    report = await sent(there, full(2, 1, OTHER))
    assert (report.changed["tax"], report.removed["tax"]) == (1, 1) and await offer(two) == "not_found_there"
    lists = {"tax.csv": _files(taxed(), TAX)["tax.csv"].split("\r\n")[0] + "\r\n", "outsiders.csv": outsider_form.write((OUTSIDER,))}
    lists["removed.csv"] = f"台帳,番号\r\ntax,{OTHER.atena_no}\r\n"
    await sent(there, sealed(lists, TENANT, 3, AS_OF + timedelta(hours=2), 2))
    assert [one.atena_no for one in await there.read(outsiders_in_order)] == [OUTSIDER.atena_no] and await offer(two) == "ok"


async def test_a_bad_line_about_somebody_keeps_them_out_and_their_papers_back(two: Two, there: SqliteStore) -> None:
    two.there = desk(there)
    await there.write(decide, FeedTerms(quarantine=True), "clerk", NOW)
    files = _files(taxed(), TAX) | {"outsiders.csv": outsider_form.write((OUTSIDER, OTHER)).replace(OUTSIDER.birth, "昨日", 1)}
    report = await sent(there, sealed(files, TENANT, 2, AS_OF + timedelta(hours=1), None))
    assert report.left_out == {"tax": (OUTSIDER.atena_no,)}
    assert {(line.file, line.line, line.code) for line in report.faults} == {("outsiders.csv", 2, "date_form")}
    assert await offer(two) == "not_issuable"
    assert isinstance(await there.read(former, OTHER.juminhyo_code), str)
    await sent(there, full(3, 2, OUTSIDER, OTHER))
    assert await offer(two) == "ok"


def former(connection: Any, code: str) -> Any:
    found = bars(connection, "kazei", find_former(connection, code, Vouched(THEIR_RECORD.year, OTHER.birth)), THEIR_RECORD.year, NOW)
    return found.code if isinstance(found, Declined) else found.holder and found.holder.atena_no


async def test_two_of_them_cannot_have_one_juminhyo_code(there: SqliteStore) -> None:
    archive = full(2, 1, OUTSIDER, replace(OTHER, juminhyo_code=OUTSIDER.juminhyo_code))
    report = await send(there, archive, registers=TAX)
    assert {(line.file, line.line, line.code) for line in report.faults} == {("outsiders.csv", 3, "duplicate")}
    lists = {"tax.csv": _files(taxed(), TAX)["tax.csv"].split("\r\n")[0] + "\r\n"}
    lists["outsiders.csv"] = outsider_form.write((replace(OTHER, juminhyo_code=OUTSIDER.juminhyo_code),))
    report = await send(there, sealed(lists, TENANT, 2, AS_OF + timedelta(hours=1), 1), registers=TAX)
    assert [(line.file, line.code, line.column) for line in report.faults] == [("tax", "clash", "住民票コード")]
