"""課税証明書の広域交付 between two tenants: each vouches and recognises with its own keys, from its own rows."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from sqlalchemy import delete

from bcl_cloud.desk import CloudDesk
from bcl_cloud.fair_share import FairShare
from bcl_cloud.joining.onboarding import Cloud
from bcl_cloud.serving import Serving
from bcl_cloud.tenants import entries as tenants
from certificates.kinds import KINDS
from issuer.terms import PolicySetting
from messages.orders import AskReferral, ChoicesOffered, Issued, OfferChoices, Referred
from messages.refusals import Refusal
from registers.residents.households import assembled
from registers.residents.tables import METADATA as REGISTER
from registers.residents.tables import load
from registers.tax.tables import load as load_taxes
from tests.bcl_cloud.opened import opened
from tests.bcl_cloud.tenants import A, B
from tests.bcl_cloud.test_desk import cloud
from tests.issuer.test_referring import HERE, HOUSE_NOW, MOVED, OLD_ADDRESS, RECORD, THERE
from tests.issuer.town import CENTER, DECLARED, KEY, NOW, SINCE, document_keys, drawn_text, order, person, populate, serial

__all__ = ["cloud"]


@pytest.fixture
async def wide(cloud: Cloud, tmp_path: Path) -> AsyncIterator[CloudDesk]:
    """Both tenants offer 課税証明書 across municipalities; みほん市 has the resident, となり市 the record of the year."""
    kind = KINDS["kazei"]
    setting = PolicySetting(since=SINCE, options=(), forms=tuple(form.code for form in kind.forms), copies_max=10, years=3)
    for code in (A, B):
        await cloud.database.write(tenants.set_forms, code, {"kazei": (setting,)}, "op", "", NOW)
        await cloud.database.write(tenants.set_wide, code, SINCE, 300, "op", "", NOW)
        await opened(cloud, code)

    def anew(connection: Any) -> None:
        for table in reversed(REGISTER.sorted_tables):
            connection.execute(delete(table))

    def fill(connection: Any) -> None:
        load(connection, *assembled((THERE, person(72, 9, "見本　残子", "世帯主", birth="1950-01-01")), [HOUSE_NOW] * 2), now=NOW)
        load_taxes(connection, (RECORD,), now=NOW)

    for code in (A, B):
        await cloud.tenancy.store(code).write(anew)
    await cloud.tenancy.store(A).write(populate, (HERE,))
    await cloud.tenancy.store(B).write(fill)
    yield desk_of(cloud)


def desk_of(cloud: Cloud) -> CloudDesk:
    roots = (document_keys().authority.certificate,)
    return CloudDesk(Serving(cloud.database, cloud.tenancy, cloud.keys, DECLARED, 0.0, roots, Random(5).randbytes), FairShare(8, 4, 4))


def asking(cloud: Cloud, of: str = B) -> AskReferral:
    roots = (document_keys().authority.certificate,)
    statement = cloud.keys.referrals(of, roots, Random(6).randbytes).statement(of, NOW - timedelta(days=1), NOW + timedelta(days=1))
    return AskReferral(visit_id="visit-1", serial=serial(MOVED), municipality=A, to=B, kind="kazei", year=2026, recipient=statement)


def offering(sealed: str, to: str = B) -> OfferChoices:
    return OfferChoices(
        visit_id="visit-1", visit_key=KEY, serial=serial(MOVED), municipality=to, kind="kazei", referral=sealed, year=2026, vouched_by=A
    )


async def test_from_one_tenant_to_another_and_nowhere_else(wide: CloudDesk, cloud: Cloud) -> None:
    referred = await wide.answer(asking(cloud), CENTER, NOW)
    assert isinstance(referred, Referred), referred
    astray = await wide.answer(offering(referred.sealed, A), CENTER, NOW)
    assert isinstance(astray, Refusal) and astray.code == "referral_invalid"
    offered = await wide.answer(offering(referred.sealed), CENTER, NOW)
    assert isinstance(offered, ChoicesOffered), offered
    ordered = msgspec.structs.replace(order("r1", MOVED, offered), municipality=B, by_referral=True)
    issued = await wide.answer(ordered, CENTER, NOW)
    assert isinstance(issued, Issued), issued
    text = drawn_text(issued.papers[0].face).replace("\n", "").replace("\r", "")
    assert OLD_ADDRESS in text and HOUSE_NOW not in text and "見本県となり市長" in text


async def test_a_neighbours_key_statement_opens_no_referral(wide: CloudDesk, cloud: Cloud) -> None:
    answer = await wide.answer(asking(cloud, of=A), CENTER, NOW)
    assert isinstance(answer, Refusal) and answer.code == "referral_invalid"


async def test_who_has_left_is_not_joined_from_the_next_message_on(wide: CloudDesk, cloud: Cloud) -> None:
    assert isinstance(await wide.answer(asking(cloud), CENTER, NOW), Referred)
    await cloud.database.write(tenants.set_wide, A, None, 300, "op", "", NOW)
    answer = await wide.answer(asking(cloud), CENTER, NOW)
    assert isinstance(answer, Refusal) and answer.code == "wide_not_joined"
