"""One example of every message of the issuer's protocol, as the published description shows them. Everybody in them is made up, and every value belongs to the others: ids, keys, fingerprints."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from types import MappingProxyType

from certificates.binding import binding
from certificates.fingerprint import fingerprint
from messages.conditions import AskCondition, AskInventory, Condition, Inventory, InventorySection, RegisterAge
from messages.orders import (
    AskReferral,
    Build,
    ChoicesOffered,
    Issued,
    IssuedPaper,
    IssueOrder,
    OfferChoices,
    OutcomeNoted,
    PaperOrder,
    Referred,
    TellOutcome,
)
from messages.uses import AskRegisteredUse, RegisteredUse, RegisterUse, UseApplication, UseTaken
from messages.visits import MemberChoice
from messages.wire import Message

MUNICIPALITY, OTHER = "990019", "990027"
AT = datetime(2026, 11, 23, 12, 0, 0, tzinfo=timezone(timedelta(hours=9)))
SERIAL = "cf00000001"
VISIT_KEY = b"k" * 32
NAME, BIRTH = "見本　太郎", "昭和５５年４月１日"
WITH_SELECTOR = "辻\U000e0100　花子"
"""A name whose first character is 辻 with a variation selector: two Unicode code points, seven bytes."""

_VISIT, _REQUEST, _PAPER = "019360f0000070008000000000000001", "019360f0000070008000000000000002", "019360f0000070008000000000000003"
REQUEST_HASH = sha256(b"the kiosk's application").hexdigest()
BINDING = binding(_PAPER, SERIAL, REQUEST_HASH)
NUMBER = "20261123 みほん市 000001"
_BUILD = Build(program="yours/1.0+4f2a", topology="processes=2 database=postgresql")
_MEMBERS = (
    MemberChoice(member_id="0000000019", name=NAME, relation="世帯主", holder=True, choosable=True, fingerprint=fingerprint(VISIT_KEY, NAME, BIRTH)),
    MemberChoice(
        member_id="0000000027",
        name="見本　花子",
        relation="妻",
        holder=False,
        choosable=True,
        fingerprint=fingerprint(VISIT_KEY, "見本　花子", "昭和５７年５月５日"),
    ),
)
_APPLICATION = UseApplication(
    application_id="019360f0000070008000000000000009",
    visit_id=_VISIT,
    kiosk_id="K0001",
    municipality=MUNICIPALITY,
    honseki="本町二番",
    hittousha="見本　筆頭",
    name="見本　太郎",
    birth="1980-04-01",
    phone="09000000000",
    applied_at=AT,
)

EXAMPLES: Mapping[type[Message], Message] = MappingProxyType(
    {
        type(one): one
        for one in (
            OfferChoices(visit_id=_VISIT, visit_key=VISIT_KEY, serial=SERIAL, municipality=MUNICIPALITY, kind="juminhyo"),
            ChoicesOffered(
                visit_id=_VISIT,
                kind="juminhyo",
                members=_MEMBERS,
                forms=("juminhyo", "kojinhyo"),
                years=(),
                options=("relation", "honseki"),
                copies_max=10,
                register_version="17",
                declared=_BUILD,
            ),
            IssueOrder(
                request_id=_REQUEST,
                visit_id=_VISIT,
                serial=SERIAL,
                municipality=MUNICIPALITY,
                kind="juminhyo",
                form="juminhyo",
                year=None,
                members=("0000000019",),
                show=("relation",),
                register_version="17",
                papers=(PaperOrder(issuance_id=_PAPER, binding=BINDING),),
                ordered_at=AT,
            ),
            Issued(
                request_id=_REQUEST,
                papers=(IssuedPaper(issuance_id=_PAPER, number=NUMBER, sheets=1, face=b"%PDF-1.7 (and so on)", codes=()),),
                declared=_BUILD,
            ),
            TellOutcome(issuance_id=_PAPER, request_id=_REQUEST, municipality=MUNICIPALITY, outcome="printed", at=AT + timedelta(seconds=90)),
            OutcomeNoted(issuance_id=_PAPER),
            AskCondition(municipality=MUNICIPALITY),
            Condition(
                municipality=MUNICIPALITY,
                declared=_BUILD,
                kinds=("juminhyo", "inkan"),
                registers=(
                    RegisterAge(register="residents", as_of=datetime(2026, 11, 23, 2, 55, tzinfo=UTC)),
                    RegisterAge(register="seal", as_of=None),
                ),
            ),
            AskInventory(municipality=MUNICIPALITY, kinds=("juminhyo",), nonce="5f1d3a"),
            Inventory(
                municipality=MUNICIPALITY,
                sections=tuple(
                    InventorySection(section=name, count=count, digest=sha256(name.encode()).hexdigest())
                    for name, count in (("bindings", 3), ("certifier", 2), ("forms", 4), ("people", 10), ("seal", 1), ("stops", 2))
                ),
                series="みほん市",
                declared=_BUILD,
            ),
            RegisterUse(serial="cf000000f1", application=_APPLICATION),
            UseTaken(visit_id=_VISIT, number="利用-000001", received_on="2026-11-23", expected_by="2026-12-01"),
            AskRegisteredUse(visit_id=_VISIT, serial="cf000000f1", municipality=MUNICIPALITY),
            RegisteredUse(visit_id=_VISIT, state="received", number="利用-000001", received_on="2026-11-23", expected_by="2026-12-01"),
            AskReferral(
                visit_id=_VISIT,
                serial=SERIAL,
                municipality=MUNICIPALITY,
                to=OTHER,
                kind="kazei",
                year=2026,
                recipient="eyJhbGciOiJSUzI1NiIs… (compact JWS)",
            ),
            Referred(visit_id=_VISIT, sealed="eyJhbGciOiJFQ0RILUVTIi… (compact JWE)"),
        )
    }
)
"""Message -> its example."""
