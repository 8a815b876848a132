"""From a register's people to the face of a certificate: first the choices, then the paper.

Decides, from one instant of the register, who and what may be chosen, and what the chosen paper says. Refuses before a paper is drawn, numbered or paid for: also a text that no font can
draw. Knows nothing of orders, visits, money or storage; a number and a binding are given to it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from certificates.entitlement import NOT_ISSUABLE, Declined, entitled, listable
from certificates.face import EMPTY, Face
from certificates.fingerprint import fingerprint
from certificates.fonts.selection import missing_glyphs
from certificates.issuer_form import IssuerForm
from certificates.juminhyo_content import SEAL_NOTE, STATEMENT_PART, STATEMENT_WHOLE, applicable, birth_text, member_face
from certificates.kinds import Kind
from certificates.policy import Policy
from certificates.wareki import day_in_japan, wareki
from registers.residents.resident import Household, Resident

MissingGlyphs = Callable[[str], tuple[str, ...]]
"""The characters of a text that no font has."""


@dataclass(frozen=True, slots=True)
class OfferedMember:
    """One person who may be chosen. `fingerprint` is over the name and the birth date as the paper prints them."""

    atena_no: str
    name: str
    relation: str
    holder: bool
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Offered:
    """The whole present household in the order of the paper, the options that can be asked for, the copies allowed, and the state of the register this was read from."""

    members: tuple[OfferedMember, ...]
    options: tuple[str, ...]
    copies_max: int
    register_version: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was chosen: 宛名番号 in any order, option codes in any order, and the version the choice was made from."""

    members: tuple[str, ...]
    show: tuple[str, ...]
    register_version: str


def offer(
    household: Household,
    holder: Resident,
    kind: Kind,
    policy: Policy,
    visit_key: bytes,
    now: datetime,
    missing: MissingGlyphs = missing_glyphs,
) -> Offered | Declined:
    """What the holder of the card may choose from. Nobody is left out of the list, whatever stops a paper that names them (see `entitlement`)."""
    allowed = entitled(household, holder, kind, policy, now)
    if isinstance(allowed, Declined):
        return allowed
    always = (household.address, *(text for _, text in member_face(holder, (), policy.eras).cells))
    if any(missing(text) for text in always):
        return Declined(NOT_ISSUABLE, "glyph missing")
    return Offered(
        members=tuple(_offered(member, holder, policy, visit_key) for member in allowed.members),
        options=_options(household, kind, policy),
        copies_max=min(policy.copies_max, kind.copies_max),
        register_version=household.version,
    )


def issue(
    household: Household,
    holder: Resident,
    kind: Kind,
    policy: Policy,
    wanted: Wanted,
    form: IssuerForm,
    number: str,
    binding: str,
    now: datetime,
    missing: MissingGlyphs = missing_glyphs,
) -> Face | Declined:
    """The face of one copy, or why there is none. Everything is decided anew from the register of this instant; `number` is the 発行番号 without its page part."""
    allowed = entitled(household, holder, kind, policy, now)
    if isinstance(allowed, Declined):
        return allowed
    chosen = _chosen(household, kind, policy, wanted)
    if isinstance(chosen, Declined):
        return chosen
    declined = listable(household, chosen, "relation" in wanted.show, policy, now)
    if declined is not None:
        return declined
    face = _face(household, chosen, kind, policy, wanted, form, number, binding, now)
    return Declined(NOT_ISSUABLE, "glyph missing") if any(map(missing, dict.fromkeys(texts(face)))) else face


def texts(face: Face) -> Iterator[str]:
    """Every text of the face."""
    yield from (face.title, face.number, face.binding, face.address, face.head_name)
    for member in face.members:
        yield from (text for _, text in member.cells)
    yield from (face.statement, face.issued_on, face.certifier_title, face.certifier_name, face.seal_note)


def _offered(member: Resident, holder: Resident, policy: Policy, visit_key: bytes) -> OfferedMember:
    return OfferedMember(
        atena_no=member.atena_no,
        name=member.name,
        relation=member.relation,
        holder=member.atena_no == holder.atena_no,
        fingerprint=fingerprint(visit_key, member.name, birth_text(member, policy.eras)),
    )


def _options(household: Household, kind: Kind, policy: Policy) -> tuple[str, ...]:
    return applicable(household.members, tuple(option.code for option in kind.options if option.code in policy.options))


def _chosen(household: Household, kind: Kind, policy: Policy, wanted: Wanted) -> tuple[Resident, ...] | Declined:
    """The chosen members in the household's order."""
    if wanted.register_version != household.version:
        return Declined("register_changed", "another version")
    if len(set(wanted.show)) != len(wanted.show) or not set(wanted.show) <= set(_options(household, kind, policy)):
        return Declined("options_invalid", "an option that was not offered, or one asked for twice")
    if not wanted.members or len(set(wanted.members)) != len(wanted.members):
        return Declined("members_invalid", "nobody, or somebody twice")
    if any(household.member(atena_no) is None for atena_no in wanted.members):
        return Declined("members_invalid", "not a member of the household")
    return tuple(member for member in household.members if member.atena_no in wanted.members)


def _face(
    household: Household,
    chosen: tuple[Resident, ...],
    kind: Kind,
    policy: Policy,
    wanted: Wanted,
    form: IssuerForm,
    number: str,
    binding: str,
    now: datetime,
) -> Face:
    return Face(
        kind=kind.code,
        title=kind.title,
        number=number,
        binding=binding,
        address=household.address,
        head_name=household.head_name if "relation" in wanted.show else EMPTY,
        members=tuple(member_face(member, wanted.show, policy.eras) for member in chosen),
        statement=STATEMENT_WHOLE if len(chosen) == len(household.members) else STATEMENT_PART,
        issued_on=wareki(day_in_japan(now), policy.eras),
        certifier_title=_with_prefecture(form),
        certifier_name=form.certifier_name,
        seal_note=SEAL_NOTE,
    )


def _with_prefecture(form: IssuerForm) -> str:
    """The certifier's title, 都道府県名 before it also in 指定都市 and 特別区 (domain facts 4)."""
    return form.certifier_title if form.certifier_title.startswith(form.prefecture) else form.prefecture + form.certifier_title
