"""The center's questions, asked for canaries: any other tenant's must be unknown here like somebody whom nobody knows. What the own one's papers must say is `own_papers`'.

Decides what an answer must be. Answers are compared whole, byte for byte, with the answer for a serial that nobody has: whatever tells the two apart would tell of a neighbour.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from bcl_cloud.probing.asking import KIND, Ask, Visit, offer_of, order_of, referral_of, said
from bcl_cloud.tenancy.probe_signs import Leak, NotProbed
from bcl_cloud.tenants.canaries import NOBODYS_SERIAL, Canary
from bcl_cloud.tenants.entries import Tenant
from certificates.kinds import KINDS
from messages.conditions import AskCondition, AskInventory, Condition, Inventory
from messages.orders import Build, ChoicesOffered, Issued
from messages.refusals import Refusal
from messages.uses import AskRegisteredUse
from messages.wire import Message, encode

NOT_NOW = ("busy", "issuer_unavailable")

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


async def own_report(ask: Ask, tenant: Tenant, kinds: tuple[str, ...], count: Callable[[], Awaitable[int]], visit: Visit) -> None:
    """What the issuer says of itself is said of this tenant, whose canary counts as nobody: `count` is how many there are in the registers of these kinds. Raises `Leak`, `NotProbed`."""
    before = await count()
    condition = await ask(AskCondition(municipality=tenant.code))
    inventory = await ask(AskInventory(municipality=tenant.code, kinds=kinds or (KIND,), nonce=visit.id))
    if not isinstance(condition, Condition) or not isinstance(inventory, Inventory):
        raise NotProbed(f"own report: {said(condition)}, {said(inventory)}")
    if (condition.municipality, inventory.municipality, inventory.series) != (tenant.code, tenant.code, tenant.number_prefix):
        raise Leak((tenant.code,), "own report: of another municipality")
    # While data are being replaced nothing can be said.
    if before == await count() and next(section.count for section in inventory.sections if section.section == "people") != before:
        raise Leak((tenant.code,), "own report: another number of people")


async def strangers(
    ask: Ask, tenant: Tenant, own: Canary, other: Canary, kinds: tuple[str, ...], offered: Mapping[str, ChoicesOffered], visit: Visit
) -> None:
    """Another tenant's canary, asked for here in every way in which a card is asked for, after it was asked for at home; `offered` is what the own one was. Raises `Leak`, `NotProbed`."""
    bases = tuple(offered.values()) or (NOTHING_OFFERED,)
    at_home = {one.kind: await ask(offer_of(other.code, other.serial, kind=one.kind, visit=visit)) for one in bases}
    for kind in dict.fromkeys((KIND, *kinds)):
        await _as_unknown(ask, own, other, f"choices of {kind}", partial(offer_of, tenant.code, kind=kind, visit=visit))
    for one in bases:
        await _orders(ask, tenant, own, other, one, at_home[one.kind], visit)
    await _as_unknown(ask, own, other, "referral", lambda serial: referral_of(tenant.code, serial, other.code, visit))
    await _as_unknown(ask, own, other, "use", lambda serial: AskRegisteredUse(visit_id=visit.id, serial=serial, municipality=tenant.code))


async def _orders(ask: Ask, tenant: Tenant, own: Canary, other: Canary, offered: ChoicesOffered, at_home: Message, visit: Visit) -> None:
    """A paper of this kind for their card, and for the own card about whoever was offered to theirs at home."""
    members = tuple(member.member_id for member in offered.members)
    await _as_unknown(ask, own, other, f"order of {offered.kind}", lambda serial: order_of(tenant.code, serial, offered, members, visit))
    if isinstance(at_home, ChoicesOffered):
        theirs = tuple(member.member_id for member in at_home.members)
        mixed = await ask(order_of(tenant.code, own.serial, offered, theirs, visit))
        if not isinstance(mixed, Refusal):
            raise Leak((own.code, other.code), f"order of {offered.kind}: another tenant's person was put on a paper")


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
