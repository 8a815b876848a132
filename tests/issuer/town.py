"""A small municipality for the tests: みほん市 with a few households, its issuer, its keys, and the center's messages to it. Its other registers are in `books`."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from io import BytesIO
from random import Random

import pypdfium2
from sqlalchemy import Connection

from certificates.binding import binding
from certificates.issuer_form import IssuerForm
from certificates.kinds import KINDS, Kind
from certificates.policy import Policy
from certificates.printing import Hands
from certificates.seal import seal_png
from issuer.issue_tables import METADATA
from issuer.terms import Issuer
from messages.orders import Build, ChoicesOffered, Issued, IssueOrder, OfferChoices, PaperOrder, TellOutcome
from registers.numbers import atena_digit, juminhyo_code_digit, my_number_digit
from registers.population import MIHON
from registers.residents.households import assembled
from registers.residents.resident import Protection, Resident
from registers.residents.tables import METADATA as REGISTER
from registers.residents.tables import load
from simulation.document_keys import DocumentKeys, make_document_keys
from simulation.key_ring import rsa_ring, signing_key
from storage.instants import JST
from storage.sqlite import SqliteStore
from trust.parties import Peer

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=JST)
CENTER = Peer("center", "center")
MUNICIPALITY = "990019"
KEY = b"k" * 32
DECLARED = Build(program="konbini/test", topology="processes=1 press_workers=0 database=sqlite")
ADDRESS = "見本県みほん市中央一丁目２番３号"


def atena(number: int) -> str:
    return f"{number:09d}" + atena_digit(f"{number:09d}")


def person(number: int, household: int, name: str, relation: str, **changes: object) -> Resident:
    """An adult with a card that has been usable for long."""
    resident = Resident(
        atena_no=atena(number),
        household_no=atena(900_000 + household),
        name=name,
        name_kana="ミホン タロウ",
        former_name=None,
        former_name_kana=None,
        alias=None,
        alias_kana=None,
        birth="1980-04-01",
        sex="男",
        relation=relation,
        resident_since="2010-04-01",
        address_since="2010-04-01",
        notified_on="2010-04-05",
        previous_address="見本県となり市一丁目１番１号",
        honseki="見本県みほん市中央一丁目２番",
        hittousha=name,
        my_number=f"{number:011d}" + my_number_digit(f"{number:011d}"),
        juminhyo_code=f"{number:010d}" + juminhyo_code_digit(f"{number:010d}"),
        foreign=None,
        serial=serial(number),
        card_usable_from=date(2020, 1, 1),
    )
    return replace(resident, **changes)  # type: ignore[arg-type]


def serial(number: int) -> str:
    return f"ab{number:08x}"


FATHER, MOTHER, CHILD, ALONE, TWIN, SECOND_TWIN = 1, 2, 3, 10, 21, 22
PROTECTED, BESIDE_PROTECTED, STOPPED, PENDING, UNPRINTABLE = 31, 32, 41, 51, 61

PEOPLE: tuple[Resident, ...] = (
    person(FATHER, 1, "見本　太郎", "世帯主"),
    person(MOTHER, 1, "見本　花子", "妻", birth="1982-05-05", sex="女"),
    person(
        CHILD,
        1,
        "見本　一子",
        "子",
        birth="2015-06-07",
        sex="女",
        resident_since="2015-06-07",
        address_since="2015-06-07",
        serial=None,
        card_usable_from=None,
    ),
    person(ALONE, 2, "髙橋　𠮷男", "世帯主"),
    # strangers of the same name and birthday
    person(TWIN, 3, "佐藤　翔", "世帯主", birth="1999-09-09"),
    person(SECOND_TWIN, 4, "佐藤　翔", "世帯主", birth="1999-09-09"),
    person(PROTECTED, 5, "保護　される子", "世帯主", protection=Protection("support", date(2026, 4, 1), date(2027, 3, 31))),
    person(BESIDE_PROTECTED, 5, "保護　となり", "子", birth="2000-01-01"),
    person(STOPPED, 6, "抑止　太郎", "世帯主"),
    person(PENDING, 7, "外字　待子", "世帯主", character_pending=True),
    person(UNPRINTABLE, 8, "印字　\U0001f600", "世帯主"),
)


@cache
def seal() -> bytes:
    return seal_png("みほん市長之印")


@cache
def document_keys() -> DocumentKeys:
    """The authority, the municipality and the center, with keys of the checked-in ring: making RSA keys would cost more than all these tests."""
    ring = rsa_ring()
    city = replace(MIHON, code=MUNICIPALITY)
    return make_document_keys(city, (ring[0], ring[1], ring[2]), signing_key(1), NOW, Random("document keys").randbytes)


def hands() -> Hands:
    """What みほん市 signs with."""
    return document_keys().hands


SINCE = date(2020, 1, 1)


def policy_of(kind: Kind, **changes: object) -> Policy:
    """Every form of a kind and three fiscal years; of 住民票の写し fewer options than there are."""
    options = ("relation", "honseki", "my_number") if kind.code == "juminhyo" else tuple(option.code for option in kind.options)
    chosen = {"kind": kind.code, "options": options, "forms": tuple(form.code for form in kind.forms), "copies_max": 10} | changes
    return Policy(**{"years": 3 if kind.yearly else 1, **chosen})  # type: ignore[arg-type]


def issuer(*, refusal_seconds: float = 0.0, **changed: Policy | tuple[tuple[date, Policy], ...] | None) -> Issuer:
    """みほん市, which offers everything; 職務代理者 from 2027 on. `changed` by kind: another policy, dated ones, None for a kind that is offered no more."""
    form = IssuerForm(MUNICIPALITY, "見本県", "みほん市", "見本県みほん市長", "見本　市長", seal(), "みほん市")
    deputy = replace(form, certifier_title="見本県みほん市長職務代理者", certifier_name="副市　長子")
    forms = ((SINCE, form), (date(2027, 1, 1), deputy))
    policies = {kind.code: ((SINCE, policy_of(kind)),) for kind in KINDS.values()}
    for code, policy in changed.items():
        if policy is None:
            del policies[code]
        else:
            policies[code] = ((SINCE, policy),) if isinstance(policy, Policy) else policy  # type: ignore[assignment]
    return Issuer(MUNICIPALITY, "みほん市", refusal_seconds, forms, policies)


async def open_town(path: object, people: tuple[Resident, ...] = PEOPLE, *others: Callable[[Connection], None]) -> SqliteStore:
    """A store with みほん市's resident register in it; `others` fill its other registers."""
    store = await SqliteStore.open(path, METADATA, REGISTER)  # type: ignore[arg-type]
    await store.write(populate, people)
    for fill in others:
        await store.write(fill)
    return store


def populate(connection: Connection, people: tuple[Resident, ...] = PEOPLE) -> None:
    residents, households = assembled(people, [ADDRESS] * len(people))
    load(connection, residents, households, now=NOW)


def ask(number: int, visit: str = "visit-1", kind: str = "juminhyo") -> OfferChoices:
    return OfferChoices(visit_id=visit, visit_key=KEY, serial=serial(number), municipality=MUNICIPALITY, kind=kind)


def order(
    request: str,
    number: int,
    offered: ChoicesOffered,
    *,
    members: tuple[int | str, ...] | None = None,
    copies: int = 1,
    show: tuple[str, ...] = (),
    form: str | None = None,
    year: int | None = None,
    at: datetime = NOW,
) -> IssueOrder:
    """The order that follows `offered`: for the holder alone if no members are named (by the number here or by id), on the first form, for the latest year."""
    chosen = tuple(member.member_id for member in offered.members if member.holder) if members is None else members
    papers = tuple(
        PaperOrder(issuance_id=f"{request}-{copy}", binding=binding(f"{request}-{copy}", serial(number), "0" * 64)) for copy in range(1, copies + 1)
    )
    return IssueOrder(
        request_id=request,
        visit_id=offered.visit_id,
        serial=serial(number),
        municipality=MUNICIPALITY,
        kind=offered.kind,
        form=form or offered.forms[0],
        year=year or next(iter(offered.years), None),
        members=tuple(atena(member) if isinstance(member, int) else member for member in chosen),
        show=show,
        register_version=offered.register_version,
        papers=papers,
        ordered_at=at,
    )


def tell(ordered: IssueOrder, outcome: str, copy: int = 0, at: datetime = NOW + timedelta(minutes=1)) -> TellOutcome:
    return TellOutcome(
        issuance_id=ordered.papers[copy].issuance_id, request_id=ordered.request_id, municipality=ordered.municipality, outcome=outcome, at=at
    )  # type: ignore[arg-type]


def drawn_text(pdf: bytes) -> str:
    """All drawn text of a paper."""
    document = pypdfium2.PdfDocument(BytesIO(pdf))
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def faces(issued: object) -> tuple[bytes, ...]:
    assert isinstance(issued, Issued), issued
    return tuple(paper.face for paper in issued.papers)
