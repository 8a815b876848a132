"""Papers that are not what was ordered: nothing is printed, nothing is charged, somebody is told."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from certificates.back.reading import read_back
from certificates.kinds import KINDS
from certificates.printing import Hands
from certificates.signature.placeholder import blank
from certificates.signature.signing import Signer
from kiosk import journal
from kiosk.coin_box import Accepted
from kiosk.printer import Sides
from kiosk.visit import Event, Screen
from messages import visits as said
from tests.certificates.families import FAMILY
from tests.certificates.people import HANAKO, TARO, household
from tests.kiosk.shop import Shop
from tests.kiosk.signers import back_of, center_signer, hands, neighbour, other_center
from tests.kiosk.test_terminal import finished, kept_yen


def application_of(shop: Shop, ready: said.CertificateReady) -> said.Application:
    return shop.center.applied[ready.request_id][0]


def with_paper(ready: said.CertificateReady, **changes: Any) -> said.CertificateReady:
    """The answer with another first paper."""
    return msgspec.structs.replace(ready, papers=(msgspec.structs.replace(ready.papers[0], **changes), *ready.papers[1:]))


def made_instead(shop: Shop, ready: said.CertificateReady, by: Hands | None = None, **asked: Any) -> said.CertificateReady:
    """A face for something else that was asked for, under the right binding, with its own right back."""
    bound = ready.papers[0].binding
    paper = shop.center.paper(msgspec.structs.replace(application_of(shop, ready), **asked), 0, lambda face: replace(face, binding=bound), by)
    return with_paper(ready, face=paper.face, back=paper.back, sheets=paper.sheets)


def with_back(
    ready: said.CertificateReady, by: Signer | None = None, issuance_id: str = "", of: bytes | None = None, sheets: int | None = None
) -> said.CertificateReady:
    """The right face with another back."""
    paper = ready.papers[0]
    codes = read_back(paper.back).codes
    return with_paper(ready, back=back_of(paper.face, issuance_id or paper.issuance_id, codes, by, of, sheets))


# --- another paper ---


def of_another_person(shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    """A valid paper of a stranger with the same name, born on another day, under the right binding and number."""
    stranger = replace(TARO, birth="1975-04-02")
    shop.center.registers = replace(shop.center.registers, holder=stranger, household=household(stranger))
    return made_instead(shop, ready)


def with_one_item_too_many(shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return made_instead(shop, ready, show=("my_number",))


def of_another_member(shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return made_instead(shop, ready, members=(HANAKO.atena_no,))


def on_another_form(shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return made_instead(shop, ready, form="kojinhyo")


def of_another_kind(shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return made_instead(shop, ready, kind="kisai_jiko", form="kisai_jiko")


def of_another_request(shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    """An honest paper of the same person for an earlier application: its binding fits itself, and not this request."""
    earlier = msgspec.structs.replace(application_of(shop, ready), request_id="0" * 32)
    return msgspec.structs.replace(ready, papers=(shop.center.paper(earlier, 0),))


def altered_by_a_byte(_shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return with_paper(ready, face=altered(ready.papers[0].face))


def garbage(_shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return with_paper(ready, face=b"%PDF-1.7 nothing")


# --- a right face, signed by somebody else, or by nobody ---


def unsigned(_shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    """Everything that stands on it is right; the place of the signature is empty. The back is of these very bytes."""
    face = blank(ready.papers[0].face)
    codes = read_back(ready.papers[0].back).codes
    return with_paper(ready, face=face, back=back_of(face, ready.papers[0].issuance_id, codes))


def signed_by_another_municipality(shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return made_instead(shop, ready, neighbour())


def signed_by_the_center(shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return made_instead(shop, ready, Hands(center_signer(), hands().code_key))


def signed_under_another_authority(shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return made_instead(shop, ready, hands(ring=1))


# --- the right face with a wrong back ---


def back_of_another_face(shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    application = application_of(shop, ready)
    other = shop.center.paper(msgspec.structs.replace(application, request_id="0" * 32), 0)
    return with_back(ready, of=other.face)


def back_of_another_issuance(_shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return with_back(ready, issuance_id="0" * 32)


def back_unsigned(_shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return with_paper(ready, back=blank(ready.papers[0].back))


def back_signed_by_the_municipality(_shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return with_back(ready, hands().signer)


def back_signed_by_another_center(_shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return with_back(ready, other_center())


def back_signed_under_another_authority(_shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return with_back(ready, center_signer(ring=1))


def back_altered_by_a_byte(_shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return with_paper(ready, back=altered(ready.papers[0].back))


def no_back(_shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return with_paper(ready, back=b"")


def the_face_again(_shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return with_paper(ready, back=ready.papers[0].face)


def the_back_as_face(_shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return with_paper(ready, face=ready.papers[0].back)


def altered(pdf: bytes) -> bytes:
    changed = bytearray(pdf)
    changed[len(changed) // 2] ^= 1
    return bytes(changed)


# --- a wrong answer about right papers ---


def twice(_shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return msgspec.structs.replace(ready, papers=ready.papers * 2)


def none(_shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return msgspec.structs.replace(ready, papers=())


def dearer(_shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return msgspec.structs.replace(ready, total_yen=ready.total_yen + 100)


def with_another_number(_shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return with_paper(ready, number="みほん市 20261123 見本 999")


def with_fewer_sheets(_shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return with_paper(ready, sheets=ready.papers[0].sheets - 1)


LIES = (
    of_another_person,
    with_one_item_too_many,
    of_another_member,
    on_another_form,
    of_another_kind,
    of_another_request,
    altered_by_a_byte,
    garbage,
    twice,
    none,
    dearer,
    with_another_number,
    with_fewer_sheets,
    unsigned,
    signed_by_another_municipality,
    signed_by_the_center,
    signed_under_another_authority,
    back_of_another_face,
    back_of_another_issuance,
    back_unsigned,
    back_signed_by_the_municipality,
    back_signed_by_another_center,
    back_signed_under_another_authority,
    back_altered_by_a_byte,
    no_back,
    the_face_again,
    the_back_as_face,
)


async def stopped_before_any_coin(shop: Shop) -> None:
    """Refused, nothing paid, nothing printed, nothing in the tray, the alarm raised and journalled."""
    assert shop.screen is Screen.REFUSED
    assert shop.view["notice"]["code"] == "paper_stopped"
    assert "いただいていません" in shop.view["notice"]["ja"]
    assert not isinstance(await shop.terminal.insert_coin(100), Accepted)
    assert not shop.machine.printer.tray()
    assert not shop.machine.printer.job(next(iter(shop.center.applied))).papers
    await finished(shop)
    assert kept_yen(shop) == 0
    assert shop.center.steps() == []
    assert list(shop.center.closed.values()) == ["failed"]
    steps = await shop.store.read(lambda connection: list(connection.execute(select(journal.STEPS.c.step)).scalars()))
    assert "stopped" in steps
    assert shop.alarms() == 1


@pytest.mark.parametrize("lie", LIES)
async def test_a_paper_that_differs_is_stopped_before_any_coin(shop: Shop, lie) -> None:  # type: ignore[no-untyped-def]
    shop.center.lie = lambda ready: lie(shop, ready)
    await shop.to_payment(scope=Event.ONLY_ME)
    await stopped_before_any_coin(shop)


async def test_one_wrong_back_among_the_copies_stops_them_all(shop: Shop) -> None:
    def exchanged(ready: said.CertificateReady) -> said.CertificateReady:
        first, second = ready.papers
        return msgspec.structs.replace(ready, papers=(first, msgspec.structs.replace(second, back=first.back)))

    shop.center.lie = exchanged
    await shop.to_payment(copies=2)
    await stopped_before_any_coin(shop)


async def test_a_back_with_fewer_pages_than_the_face_has_sheets_is_stopped(shop: Shop) -> None:
    def shortened(ready: said.CertificateReady) -> said.CertificateReady:
        assert ready.papers[0].sheets > 1
        return with_back(ready, sheets=1)

    shop.center.lie = shortened
    await shop.to_payment(form="kojinhyo")
    await stopped_before_any_coin(shop)


@pytest.mark.parametrize(
    "instead",
    [{"form": "shotoku_kazei"}, {"form": "kazei"}, {"year": 2026}, {"kind": "inkan", "form": "inkan", "year": None}],
    ids=["a dearer form", "a form as dear", "another year", "another kind"],
)
async def test_a_tax_paper_on_another_form_or_of_another_year_is_stopped(shop: Shop, instead: dict[str, Any]) -> None:
    shop.center.lie = lambda ready: made_instead(shop, ready, **instead)
    await shop.to_payment(kind="kazei", scope=None, form="shotoku", year=2025)
    await stopped_before_any_coin(shop)


@pytest.mark.parametrize("whole", [True, False])
async def test_a_koseki_of_one_is_not_one_of_everybody(shop: Shop, whole: bool) -> None:
    ids = [member.person_no for member in FAMILY.members]
    asked, got = (Event.EVERYONE, ids[:1]) if whole else (Event.ONLY_ME, ids)
    shop.center.lie = lambda ready: made_instead(shop, ready, members=tuple(got))
    await shop.to_payment(kind="koseki", scope=asked)
    await stopped_before_any_coin(shop)


@pytest.mark.parametrize(
    ("kind", "choice", "title", "fee_yen"),
    [
        ("juminhyo", {"scope": Event.EVERYONE, "show": ("relation",)}, "住民票の写し", 300),
        ("juminhyo", {"scope": Event.EVERYONE, "form": "kojinhyo"}, "住民票の写し", 300),
        ("kisai_jiko", {"scope": Event.ONLY_ME, "show": ("sex",)}, "住民票記載事項証明書", 300),
        ("inkan", {"scope": None}, "印鑑登録証明書", 250),
        ("koseki", {"scope": Event.EVERYONE}, "戸籍全部事項証明書", 450),
        ("koseki", {"scope": Event.ONLY_ME}, "戸籍個人事項証明書", 450),
        ("fuhyo", {"scope": Event.EVERYONE, "show": ("honseki",)}, "戸籍の附票の写し", 300),
        ("kazei", {"scope": None}, "課税（非課税）証明書", 400),
        ("kazei", {"scope": None, "form": "shotoku", "year": 2025}, "所得証明書", 400),
        ("kazei", {"scope": None, "form": "shotoku_kazei"}, "所得・課税（非課税）証明書", 800),
    ],
)
async def test_every_kind_and_form_is_ordered_paid_and_handed_out_with_both_sides(
    shop: Shop, kind: str, choice: dict[str, Any], title: str, fee_yen: int
) -> None:
    await shop.to_payment(copies=2, kind=kind, **choice)
    assert shop.screen is Screen.PAYMENT, shop.view["notice"]
    assert shop.view["data"]["total_yen"] == 2 * fee_yen
    ((application, ready),) = shop.center.applied.values()
    assert (application.kind, application.form) == (kind, choice.get("form") or KINDS[kind].forms[0].code)
    assert application.year == (choice.get("year", 2026) if kind == "kazei" else None)
    await shop.pay(1000, *[500] * 2)
    await shop.until(Screen.TAKE_PAPERS)
    handed = await shop.terminal.take_papers()
    assert [paper.sides for paper in handed.papers] == [Sides(paper.face, paper.back) for paper in ready.papers]
    assert handed.receipt is not None
    assert f"\n{title}\n" in handed.receipt.text
    assert f"{fee_yen}円 × 2通" in handed.receipt.text
    assert ("年度" in handed.receipt.text) == (kind == "kazei")
    await finished(shop)
    assert kept_yen(shop) == 2 * fee_yen


async def test_an_answer_for_another_request_is_no_answer(shop: Shop) -> None:
    shop.center.lie = lambda ready: msgspec.structs.replace(ready, request_id="0" * 32)
    await shop.to_payment()
    assert shop.view["notice"]["code"] == "failed"
    await finished(shop)
    assert kept_yen(shop) == 0


async def test_without_enough_blank_paper_no_coin_is_asked_for(tmp_path: Path) -> None:
    shop = await Shop(tmp_path, blank_sheets=1).open()
    await shop.to_payment(copies=2)
    assert shop.view["notice"]["code"] == "printer_not_ready"
    await finished(shop)
    assert kept_yen(shop) == 0
    await shop.close()
