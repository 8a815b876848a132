"""Two clouds for one question: one in which all towns live, and one in which the neighbours' registers are empty. Whatever is asked at one town must be answered alike in both, byte for byte."""

import asyncio
import shutil
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import msgspec

from bcl_cloud.desk import CloudDesk
from bcl_cloud.fair_share import FairShare
from bcl_cloud.joining.onboarding import Cloud
from messages.orders import AskReferral, ChoicesOffered, Issued, IssueOrder, Referred
from messages.uses import RegisterUse, UseApplication
from messages.wire import Message, encode
from registers.residents.tables import residents_in_order
from registers.tax.record import Deductions, Dependants, Incomes, Levy, TaxRecord
from registers.tax.tables import load as load_taxes
from tests.bcl_cloud.watched import CODES, ROOTS, TOWNS, cloud_in, copied, number_in, serving_of
from tests.issuer.town import ALONE, CENTER, FATHER, NOW, ask, atena, order, serial

T = TypeVar("T")


@dataclass
class Papers:
    """What is going on at one town: a visit with its choices, an order with its paper, an application, referrals to the others, the statement of its key."""

    offered: ChoicesOffered
    ordered: IssueOrder
    issued: Issued
    key: bytes
    use_serial: str
    statement: str
    sealed: dict[str, str] = field(default_factory=dict)


def visit_key(code: str) -> bytes:
    """The key of the town's visit."""
    return code.encode().ljust(32, b"k")


def application_of(code: str, at: str) -> UseApplication:
    """The application made at the town `code`, addressed to `at`."""
    return UseApplication(
        application_id=f"use-{code}", visit_id=f"visit-{code}", kiosk_id="k1", municipality=at, honseki="中央一丁目２番", hittousha=f"申込　{code}",
        name=f"申込　{code}", birth="1980-04-01", phone="0312345678", applied_at=NOW,
    )  # fmt: skip


async def busy(cloud: Cloud) -> dict[str, Papers]:
    """Every town at work: a paper made and not yet told of, a visit open, somebody's application with the clerks."""
    desk, papers = desk_of(cloud), {}
    for code in CODES:
        await cloud.tenancy.store(code).write(_taxed, code)
        mine = {"municipality": code, "serial": serial(number_in(code, FATHER))}
        asked = msgspec.structs.replace(ask(FATHER, f"visit-{code}"), visit_key=visit_key(code), **mine)
        offered = await desk.answer(asked, CENTER, NOW)
        assert isinstance(offered, ChoicesOffered), offered
        ordered = msgspec.structs.replace(order(f"r-{code}", FATHER, offered), **mine)
        issued = await desk.answer(ordered, CENTER, NOW)
        assert isinstance(issued, Issued), issued
        use_serial = f"cd{code}01"
        await desk.answer(RegisterUse(serial=use_serial, application=application_of(code, code)), CENTER, NOW)
        referrals = cloud.keys.referrals(code, ROOTS, Random(code).randbytes)
        statement = referrals.statement(code, NOW - timedelta(days=1), NOW + timedelta(days=1))
        papers[code] = Papers(offered, ordered, issued, visit_key(code), use_serial, statement)
    for code in CODES:
        for to in CODES:
            asked_for = AskReferral(
                visit_id=f"visit-{code}", serial=serial(number_in(code, FATHER)), municipality=code, to=to, kind="kazei", year=2026,
                recipient=papers[to].statement,
            )  # fmt: skip
            sealed = await desk.answer(asked_for, CENTER, NOW)
            if isinstance(sealed, Referred):
                papers[code].sealed[to] = sealed.sealed
    return papers


def _taxed(connection: Any, code: str) -> None:
    """Two people are taxed in every town, each there for another amount."""
    of_town = CODES.index(code)
    for who in (FATHER, ALONE):
        record = TaxRecord(
            atena(who), 2026, "見本　太郎" if who == FATHER else "髙橋　𠮷男", f"見本県{TOWNS[code]}中央一丁目", True, None,
            Incomes(salary_revenue=5_000_000, salary=3_000_000 + of_town * 111_000, total_yen=3_000_000 + of_town * 111_000),
            Deductions(basic=430_000, total_yen=430_000), Dependants(), Levy(forest=1_000, total_yen=1_000), NOW.date(), "0",
        )  # fmt: skip
        load_taxes(connection, (record,), now=NOW)


def desk_of(cloud: Cloud) -> CloudDesk:
    """What the center asks."""
    return CloudDesk(serving_of(cloud), FairShare(64, 32, 64))


class Pair:
    """The town `code` in both clouds. Everything is said to both, in the same order."""

    def __init__(self, code: str, folder: Path) -> None:
        self.code = code
        self.others = tuple(one for one in CODES if one != code)
        self._loop = asyncio.new_event_loop()
        self._stack = AsyncExitStack()
        self._folder = folder
        self.run(self._open())

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Carry it out in this pair's own loop."""
        return self._loop.run_until_complete(coroutine)

    async def _open(self) -> None:
        full, alone = copied(self._folder / "full"), self._folder / "alone"
        async with cloud_in(full) as cloud:
            self.papers = await busy(cloud)
            self.words = {code: await _words(cloud, code) for code in CODES}
        shutil.copytree(full, alone)
        for code in self.others:
            for left in (alone / "tenants").glob(f"{code}.db*"):
                left.unlink()
        self.full = await self._stack.enter_async_context(cloud_in(full))
        self.alone = await self._stack.enter_async_context(cloud_in(alone))
        for code in self.others:
            await self.alone.tenancy.create(code)
        self.desks = (desk_of(self.full), desk_of(self.alone))
        for code in self.others:
            await self.full.tenancy.store(code).read(residents_in_order)
        self.before = self.neighbours()

    def neighbours(self) -> dict[str, bytes]:
        """The neighbours' databases, every byte of them."""
        return {
            f"{code}{end}": file.read_bytes()
            for code in self.others
            for end in (".db", ".db-wal")
            if (file := self._folder / "full" / "tenants" / f"{code}{end}").exists()
        }

    async def ask(self, message: Message) -> tuple[Message, Message]:
        """The answers of both clouds."""
        full, alone = [await desk.answer(message, CENTER, NOW) for desk in self.desks]
        return full, alone

    def close(self) -> None:
        """Let go of both."""
        self.run(self._stack.aclose())
        self._loop.close()


async def _words(cloud: Cloud, code: str) -> frozenset[str]:
    """What nobody but this town can say: the numbers of its people and its own name."""
    people = await cloud.tenancy.store(code).read(residents_in_order)
    return frozenset({TOWNS[code]} | {number for one in people for number in (one.my_number, one.juminhyo_code)})


def comparable(reply: Message) -> bytes:
    """An answer without what chance makes: a sealed referral, and the signatures of 2-D codes."""
    if isinstance(reply, Referred):
        return encode(msgspec.structs.replace(reply, sealed=""))
    if isinstance(reply, Issued):
        papers = tuple(msgspec.structs.replace(paper, codes=()) for paper in reply.papers)
        return encode(msgspec.structs.replace(reply, papers=papers))
    return encode(reply)
