"""The center's questions, asked for canaries: the own one must be found and stand on a paper of its own municipality; any other tenant's must be unknown here like somebody whom nobody knows.

Decides what an answer must be. Answers are compared whole, byte for byte, with the answer for a serial that nobody has: whatever tells the two apart would tell of a neighbour.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from cryptography import x509

from bcl_cloud.tenancy.probe_signs import Leak, NotProbed
from bcl_cloud.tenants.canaries import NOBODYS_SERIAL, Canary, codes_in, foreign_traces
from bcl_cloud.tenants.entries import Tenant
from certificates.binding import binding
from certificates.kinds import KINDS
from certificates.reading import Unreadable, open_paper
from certificates.signature.strict import Unsigned, verify
from messages.conditions import AskCondition, AskInventory, Condition, Inventory
from messages.orders import AskReferral, Build, ChoicesOffered, Issued, IssueOrder, OfferChoices, PaperOrder
from messages.refusals import Refusal
from messages.uses import AskRegisteredUse
from messages.wire import Message, encode

Ask = Callable[[Message], Awaitable[Message]]
KIND = "juminhyo"
SHOWN = ("my_number", "juminhyo_code")
"""Items of the paper that speak of its person by numbers."""
NOT_NOW = ("busy", "issuer_unavailable")
YEARLY = next(kind.code for kind in KINDS.values() if kind.yearly)

NOTHING_OFFERED = ChoicesOffered(
    visit_id="",
    kind=KIND,
    members=(),
    forms=tuple(form.code for form in KINDS[KIND].forms),
    years=(),
    options=(),
    copies_max=1,
    register_version="",
    declared=Build(program="", topology=""),
)
"""What an order is made from where the tenant's own canary was offered nothing."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What the questions of one probe bear: ids and a key of its own, the instant, and the authorities of documents' signers (none: a paper's signer is not looked at)."""

    id: str
    key: bytes
    now: datetime
    roots: tuple[x509.Certificate, ...] = ()


async def own_paper(ask: Ask, tenant: Tenant, own: Canary, visit: Visit) -> ChoicesOffered:
    """The tenant's own canary from the choices to the drawn and signed sheets. Raises `Leak`, `NotProbed`."""
    offered = await ask(_offer(tenant.code, own.serial, kind=KIND, visit=visit))
    if not isinstance(offered, ChoicesOffered):
        raise NotProbed(f"own choices: {_said(offered)}")
    _speaks_of_own_alone("\n".join(member.name for member in offered.members), own, "own choices")
    if [member.name for member in offered.members] != [own.name]:
        raise Leak((tenant.code,), "own choices: somebody else is offered")
    issued = await ask(_order(tenant.code, own.serial, offered, tuple(member.member_id for member in offered.members), visit))
    if not isinstance(issued, Issued):
        raise NotProbed(f"own paper: {_said(issued)}")
    (paper,) = issued.papers
    if tenant.number_prefix not in paper.number:
        raise Leak((tenant.code,), "own paper: a number of another series")
    _read(paper.face, tenant, own, visit)
    return offered


async def own_report(ask: Ask, tenant: Tenant, kinds: tuple[str, ...], count: Callable[[], Awaitable[int]], visit: Visit) -> None:
    """What the issuer says of itself is said of this tenant, whose canary counts as nobody: `count` is how many residents stand in its register. Raises `Leak`, `NotProbed`."""
    before = await count()
    condition = await ask(AskCondition(municipality=tenant.code))
    inventory = await ask(AskInventory(municipality=tenant.code, kinds=kinds or (KIND,), nonce=visit.id))
    if not isinstance(condition, Condition) or not isinstance(inventory, Inventory):
        raise NotProbed(f"own report: {_said(condition)}, {_said(inventory)}")
    if (condition.municipality, inventory.municipality, inventory.series) != (tenant.code, tenant.code, tenant.number_prefix):
        raise Leak((tenant.code,), "own report: of another municipality")
    # Without a register beside the residents', the people of the inventory are the residents; while data are being replaced nothing can be said.
    alone = all(KINDS[kind].register == "residents" for kind in kinds or (KIND,)) and before == await count()
    if alone and next(section.count for section in inventory.sections if section.section == "people") != before:
        raise Leak((tenant.code,), "own report: another number of people")


async def strangers(ask: Ask, tenant: Tenant, own: Canary, other: Canary, kinds: tuple[str, ...], offered: ChoicesOffered, visit: Visit) -> None:
    """Another tenant's canary, asked for here in every way in which a card is asked for, after it was asked for at home. Raises `Leak`, `NotProbed`."""
    at_home = await ask(_offer(other.code, other.serial, kind=KIND, visit=visit))
    members = tuple(member.member_id for member in offered.members)
    for kind in dict.fromkeys((KIND, *kinds)):
        await _as_unknown(ask, own, other, f"choices of {kind}", partial(_offer, tenant.code, kind=kind, visit=visit))
    await _as_unknown(ask, own, other, "order", lambda serial: _order(tenant.code, serial, offered, members, visit))
    await _as_unknown(ask, own, other, "referral", lambda serial: _refer(tenant.code, serial, other.code, visit))
    await _as_unknown(ask, own, other, "use", lambda serial: AskRegisteredUse(visit_id=visit.id, serial=serial, municipality=tenant.code))
    if isinstance(at_home, ChoicesOffered):
        theirs = tuple(member.member_id for member in at_home.members)
        mixed = await ask(_order(tenant.code, own.serial, offered, theirs, visit))
        if not isinstance(mixed, Refusal):
            raise Leak((own.code, other.code), "order: another tenant's person was put on a paper")


async def _as_unknown(ask: Ask, own: Canary, other: Canary, where: str, question: Callable[[str], Message]) -> None:
    for _ in range(2):  # what the tenant offers may change between two questions: a refusal that differs is asked for once more
        nobodys, theirs = await ask(question(NOBODYS_SERIAL)), await ask(question(other.serial))
        for answer in (nobodys, theirs):
            if isinstance(answer, Refusal) and answer.code in NOT_NOW:
                raise NotProbed(f"{where}: {answer.code}")
            if isinstance(answer, ChoicesOffered | Issued):
                raise Leak((own.code, other.code), f"{where}: not refused")
        if encode(nobodys) == encode(theirs):
            return
    raise Leak((own.code, other.code), f"{where}: told apart from somebody unknown")


def _read(face: bytes, tenant: Tenant, own: Canary, visit: Visit) -> None:
    """What is drawn on the sheets, and who signed them."""
    try:
        sheets = open_paper(face).sheets
    except Unreadable as error:
        raise NotProbed(f"own paper: {error}") from None
    drawn = "\n".join(
        text for sheet in sheets for text in (*(text for _, text in sheet.texts), *(text for piece in sheet.pieces for _, text in piece.cells))
    )
    _speaks_of_own_alone(drawn, own, "own paper")
    if own.name not in drawn:
        raise Leak((own.code,), "own paper: another name")
    if own.my_number not in drawn.replace(" ", ""):
        raise Leak((own.code,), "own paper: another's numbers")
    if not sheets[-1].text("certifier_title").startswith(tenant.prefecture) or tenant.name not in sheets[-1].text("certifier_title"):
        raise Leak((own.code,), "own paper: another municipality's certifier")
    if visit.roots:
        try:
            signed = verify(face, visit.roots, visit.now)
        except Unsigned as error:
            raise NotProbed(f"own paper: {error.reason}") from None
        if signed.name != tenant.code:
            raise Leak((own.code, signed.name), "own paper: signed by another municipality")


def _speaks_of_own_alone(text: str, own: Canary, where: str) -> None:
    traces = foreign_traces(text, own)
    if traces:
        raise Leak((own.code, *codes_in(traces)), f"{where}: another tenant's canary")


def _offer(code: str, serial: str, *, kind: str, visit: Visit) -> OfferChoices:
    return OfferChoices(visit_id=visit.id, visit_key=visit.key, serial=serial, municipality=code, kind=kind)


def _order(code: str, serial: str, offered: ChoicesOffered, members: tuple[str, ...], visit: Visit) -> IssueOrder:
    issuance = f"{visit.id}-1"
    return IssueOrder(
        request_id=visit.id,
        visit_id=visit.id,
        serial=serial,
        municipality=code,
        kind=KIND,
        form=offered.forms[0],
        year=None,
        members=members,
        show=SHOWN,
        register_version=offered.register_version,
        papers=(PaperOrder(issuance_id=issuance, binding=binding(issuance, serial, "0" * 64)),),
        ordered_at=visit.now,
    )


def _refer(code: str, serial: str, to: str, visit: Visit) -> AskReferral:
    return AskReferral(visit_id=visit.id, serial=serial, municipality=code, to=to, kind=YEARLY, year=visit.now.year, recipient="")


def _said(answer: Message) -> str:
    return answer.code if isinstance(answer, Refusal) else type(answer).__name__
