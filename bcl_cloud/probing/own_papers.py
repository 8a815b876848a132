"""A tenant's own canary on paper: of every register that the tenant keeps one kind is asked for, from the choices to the drawn and signed sheets.

Decides what each of them must say, besides its municipality, its series and its signer: of each kind something that no other tenant's canary has. Decides too which refusals are no failure of a
probe: those that everybody hears, since then nobody gets a paper that could be another's.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from bcl_cloud.probing.asking import KIND, Ask, Visit, offer_of, order_of, said
from bcl_cloud.tenancy.probe_signs import Leak, NotProbed
from bcl_cloud.tenants.canaries import Canary, codes_in, foreign_traces
from bcl_cloud.tenants.canaries_planted import place_of
from bcl_cloud.tenants.canary_papers import city_tax_yen, honseki, imprint, income_yen, street
from bcl_cloud.tenants.entries import Tenant
from certificates.kinds import KINDS
from certificates.reading import Paper, SheetRead, Unreadable, open_paper
from certificates.signature.strict import Unsigned, verify
from certificates.stencil import stencil_of
from messages.orders import ChoicesOffered, Issued
from messages.refusals import Refusal

EVERYBODYS = ("kind_unknown", "year_not_open")
"""A kind that is offered from a later day on, a fiscal year that nobody has opened: refusals that say nothing of the canary."""


def probed(kinds: Iterable[str]) -> tuple[str, ...]:
    """住民票の写し, and of the kinds that a tenant offers one for each other thing that papers are made from, in their order; the 附票 is one of its own."""
    first: dict[str, str] = {KINDS[KIND].register: KIND}
    for kind in KINDS:
        if kind in kinds:
            first.setdefault("fuhyo" if kind == "fuhyo" else KINDS[kind].register, kind)
    return tuple(first.values())


async def own_papers(ask: Ask, tenant: Tenant, own: Canary, kinds: Iterable[str], visit: Visit) -> dict[str, ChoicesOffered]:
    """What the canary was offered, by kind; a paper of each was looked at. Raises `Leak`, `NotProbed`."""
    offered: dict[str, ChoicesOffered] = {}
    for kind in probed(kinds):
        answer = await ask(offer_of(tenant.code, own.serial, kind=kind, visit=visit))
        if kind != KIND and isinstance(answer, Refusal) and answer.code in EVERYBODYS:
            continue
        if not isinstance(answer, ChoicesOffered):
            raise NotProbed(f"own choices of {kind}: {said(answer)}")
        await _own_paper(ask, tenant, own, answer, visit)
        offered[kind] = answer
    return offered


async def _own_paper(ask: Ask, tenant: Tenant, own: Canary, offered: ChoicesOffered, visit: Visit) -> None:
    kind = offered.kind
    names = [member.name for member in offered.members]
    _speaks_of_own_alone("\n".join(names), own, f"own choices of {kind}")
    if names not in ([own.name], [own.given_name]):
        raise Leak((tenant.code,), f"own choices of {kind}: somebody else is offered")
    issued = await ask(order_of(tenant.code, own.serial, offered, tuple(member.member_id for member in offered.members), visit))
    if not isinstance(issued, Issued):
        raise NotProbed(f"own paper, {kind}: {said(issued)}")
    (paper,) = issued.papers
    if tenant.number_prefix not in paper.number:
        raise Leak((tenant.code,), f"own paper, {kind}: a number of another series")
    _read(paper.face, kind, tenant, own, visit)


def _read(face: bytes, kind: str, tenant: Tenant, own: Canary, visit: Visit) -> None:
    """What is drawn on the sheets, and who signed them."""
    where = f"own paper, {kind}"
    try:
        paper = open_paper(face)
    except Unreadable as error:
        raise NotProbed(f"{where}: {error}") from None
    drawn = "\n".join(text for sheet in paper.sheets for text in _texts(sheet))
    _speaks_of_own_alone(drawn, own, where)
    if own.given_name not in drawn:
        raise Leak((own.code,), f"{where}: another name")
    wrong = _OWN[KINDS[kind].register if kind != "fuhyo" else kind](paper, drawn.replace(" ", ""), tenant, own)
    if wrong:
        raise Leak((own.code,), f"{where}: {wrong}")
    title = paper.sheets[-1].text("certifier_title")
    if not title.startswith(tenant.prefecture) or tenant.name not in title:
        raise Leak((own.code,), f"{where}: another municipality's certifier")
    if visit.roots:
        try:
            signed = verify(face, visit.roots, visit.now)
        except Unsigned as error:
            raise NotProbed(f"{where}: {error.reason}") from None
        if signed.name != tenant.code:
            raise Leak((own.code, signed.name), f"{where}: signed by another municipality")


def _texts(sheet: SheetRead) -> Iterable[str]:
    yield from (text for _, text in sheet.texts)
    yield from (text for piece in sheet.pieces for _, text in piece.cells)


def _of_resident(_paper: Paper, drawn: str, _tenant: Tenant, own: Canary) -> str:
    return "" if own.my_number in drawn else "another's numbers"


def _of_koseki(_paper: Paper, drawn: str, tenant: Tenant, _own: Canary) -> str:
    return "" if honseki(place_of(tenant)) in drawn else "another's 戸籍"


def _of_fuhyo(_paper: Paper, drawn: str, tenant: Tenant, _own: Canary) -> str:
    return "" if street(place_of(tenant)) in drawn else "another's addresses"


def _of_seal(paper: Paper, _drawn: str, _tenant: Tenant, own: Canary) -> str:
    return "" if paper.imprint is not None and paper.imprint.sha256 == stencil_of(imprint(own.code).png).sha256 else "another's seal"


def _of_tax(_paper: Paper, drawn: str, _tenant: Tenant, own: Canary) -> str:
    return "" if f"{income_yen(own):,}" in drawn or f"{city_tax_yen(own):,}" in drawn else "another's figures"


_OWN: Mapping[str, Callable[[Paper, str, Tenant, Canary], str]] = MappingProxyType(
    {"residents": _of_resident, "koseki": _of_koseki, "fuhyo": _of_fuhyo, "seal": _of_seal, "tax": _of_tax}
)
"""What a paper says wrongly of its tenant's canary; nothing where it is the canary's."""


def _speaks_of_own_alone(text: str, own: Canary, where: str) -> None:
    traces = foreign_traces(text, own)
    if traces:
        raise Leak((own.code, *codes_in(traces)), f"{where}: another tenant's canary")
