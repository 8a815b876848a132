"""What is left at the center when the papers are gone: ids, states, hashes, forms and years; no name, no address, no birth date, no number of anybody who stood on a paper."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from certificates.face import EMPTY, Face
from certificates.kinds import KINDS
from certificates.reading import face_of, read
from issuance_center.app import operator_office
from issuance_center.records import tables
from issuance_center.records.tables import METADATA
from messages import visits as said
from simulation.people import CardMade
from storage.sqlite import SqliteStore
from tests.issuance_center import liars
from tests.issuance_center.founding import center_config, foundation, stream
from tests.issuance_center.liars import Liar
from tests.issuance_center.town import Kiosk, Town, code

CELLS_OF_CHOICE = {"year", "income_year"}
"""What a resident chooses and a paper repeats: not personal."""


@pytest.fixture
async def on_disk(town: Town, tmp_path: Path) -> AsyncIterator[SqliteStore]:
    """The center on a database file of its own."""
    store = await SqliteStore.open(tmp_path / "center.db", METADATA)
    first, town.center_store = town.center_store, store  # type: ignore[assignment]
    town.restart()
    yield store
    await store.close()
    town.center_store = first


def everywhere(folder: Path) -> bytes:
    """Every byte of the database and of the files beside it."""
    return b"".join(file.read_bytes() for file in sorted(folder.glob("center.db*")))


def texts_of(face: Face) -> Iterator[str]:
    """Whatever of a paper is about people: each cell's text, and the parts a register joins with blanks."""
    for cells in (face.head, *(piece.cells for piece in face.pieces)):
        for cell, text in cells:
            if cell not in CELLS_OF_CHOICE and text not in ("", EMPTY) and len(text) > 1:
                yield text


def registered(card: CardMade) -> Iterator[str]:
    """The household as its registers write it."""
    household = next(home for home in foundation().population.households if home.household_no == card.resident.household_no)
    yield household.address
    for who in foundation().household(card):
        yield from (who.atena_no, who.name, who.name_kana, who.birth, who.my_number, who.juminhyo_code)
        yield from who.name.split("　")


def found_in(content: bytes, texts: set[str]) -> set[str]:
    """Those of the texts that stand there, plain or as JSON escapes them."""
    return {text for text in texts if text.encode() in content or json.dumps(text)[1:-1].encode() in content}


async def every_kind(kiosk: Kiosk, card: CardMade) -> set[str]:
    """One visit with a paper of every kind on every form, with all that may be asked for; the texts on them."""
    texts = set(registered(card))
    await kiosk.quoted(card)
    for kind in KINDS.values():
        for form in kind.forms:
            choices = await kiosk.choices(kind.code)
            assert isinstance(choices, said.Choices), choices
            reply = await kiosk.apply(form=form.code, show=choices.options)
            assert isinstance(reply, said.CertificateReady), (kind.code, form.code, reply)
            paper = reply.papers[0]
            texts.update(texts_of(face_of(read(paper.face))))
            await kiosk.report(paper, "paid", "printed", "taken")
    return texts


async def test_nothing_of_a_paper_of_any_kind_stays_at_the_center(
    town: Town, kiosk: Kiosk, card: CardMade, on_disk: SqliteStore, tmp_path: Path
) -> None:
    with structlog.testing.capture_logs() as logs:
        texts = await every_kind(kiosk, card)
        assert len(texts) > 80
        # Also what was stopped and what was declined leaves no trace of anybody.
        liar = Liar(town, town.municipal, liars.another_persons_paper_for_this_order)
        town.municipal = liar
        await kiosk.choices()
        assert code(await kiosk.apply(show=("my_number",))) == "paper_stopped"
        liar.lie = None
        assert code(await kiosk.apply(members=("0000000000",))) == "members_invalid"
        stranger = liars.stranger_to(card.serial)
        texts |= set(registered(stranger))
        during = everywhere(tmp_path)
        await kiosk.close()
        metrics, pages = await office_of(town)
    after = everywhere(tmp_path)
    assert kiosk.visit_id.encode() in after, "the files that are searched are those that were written"
    for place, content in (("database", during), ("database", after), ("log", repr(logs).encode()), ("metrics", metrics), ("pages", pages)):
        assert found_in(content, texts) == set(), place
    assert logs
    assert b"konbini_owed" in metrics


async def office_of(town: Town) -> tuple[bytes, bytes]:
    """What the metrics and every page but the sign-in say."""
    app = operator_office(
        center_config(), town.center_store, wake=town._wake, now=town.now, token=stream("office"), registry=CollectorRegistry(), openapi={}
    )
    async with TestClient(TestServer(app)) as client:
        await client.get("/healthz")
        metrics = await (await client.get("/metrics")).read()
        return metrics, await (await client.get("/sign-in")).read()


async def test_the_same_search_finds_what_is_there(town: Town, kiosk: Kiosk, card: CardMade, on_disk: SqliteStore, tmp_path: Path) -> None:
    """Without this, a search that finds nothing would prove nothing."""
    ready = await kiosk.ready(card)
    texts = set(texts_of(face_of(read(ready.papers[0].face))))
    assert card.resident.name in texts
    plain = " ".join(texts).encode()
    assert found_in(plain, texts) == texts
    assert found_in(json.dumps(sorted(texts)).encode(), texts) == texts


async def test_a_member_is_kept_as_a_keyed_digest_and_the_key_goes_with_the_visit(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    admitted = await kiosk.quoted(card)
    assert admitted.kinds
    for kind in KINDS:
        await kiosk.choices(kind)
    key = town.rows(tables.visits)[0]["visit_key"]
    assert len(key) == 32
    kept = {row["kind"]: json.loads(row["members"]) for row in town.rows(tables.offers)}
    assert {kind: len(members) for kind, members in kept.items()} == {
        "juminhyo": 4, "kisai_jiko": 4, "inkan": 1, "koseki": 4, "fuhyo": 4, "kazei": 1,
    }  # fmt: skip
    assert all(len(digest) == len(fingerprint) == 64 for members in kept.values() for digest, fingerprint in members.items())
    await kiosk.close()
    assert key.hex() not in repr(town.everything())
    assert repr(key) not in repr(town.everything())
    assert {row["members"] for row in town.rows(tables.offers)} == {"{}"}


async def test_the_visits_key_is_in_no_file_when_the_center_has_ended(
    town: Town, kiosk: Kiosk, card: CardMade, on_disk: SqliteStore, tmp_path: Path
) -> None:
    ready = await kiosk.ready(card)
    assert ready.papers
    key = await on_disk.read(lambda connection: connection.exec_driver_sql("select visit_key from visits").scalar_one())
    members = await on_disk.read(lambda connection: connection.exec_driver_sql("select members from offers").scalar_one())
    before = everywhere(tmp_path)
    assert key in before
    assert all(fingerprint.encode() in before for fingerprint in json.loads(members).values())
    await kiosk.close()
    await on_disk.close()
    left = everywhere(tmp_path)
    assert key not in left
    assert all(fingerprint.encode() not in left for fingerprint in json.loads(members).values())
