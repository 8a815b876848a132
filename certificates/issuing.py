"""From a register's values to the face of a certificate: first the choices, then the paper.

Decides, from one instant of the registers, who and what may be chosen, and what the chosen paper says. Refuses before a paper is drawn, numbered or paid for: also a text that no font can
draw. Knows nothing of orders, visits, money or storage; a number and a binding are given to it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from certificates.content.catalogue import CONTENTS
from certificates.content.parts import Asked, Listed, Parts
from certificates.entitlement import NOT_ISSUABLE, Case, Declined, issuable_record, listable
from certificates.face import Face, Piece, Texts
from certificates.fingerprint import fingerprint
from certificates.fitting import NoGlyph, cut
from certificates.fonts.selection import missing_glyphs
from certificates.form.catalogue import FORMS
from certificates.form.grid import CLOSING, Cell, Strip
from certificates.issuer_form import IssuerForm
from certificates.kinds import Kind
from certificates.policy import Policy
from certificates.sources import Sources
from certificates.tax_years import years_open
from certificates.vouching import admitted
from certificates.wareki import day_in_japan, wareki

SEAL_NOTE = "この印は黒色です"

_TOLD = ("name", "birth")
"""The cells of a person whose texts the fingerprint binds before a paper is made."""

MissingGlyphs = Callable[[str], tuple[str, ...]]
"""The characters of a text that no font has."""


@dataclass(frozen=True, slots=True)
class OfferedMember:
    """One person who may be listed. `fingerprint` is over the name and the birth date as the paper prints them. `choosable` False: only on a paper about everybody."""

    id: str
    name: str
    relation: str
    holder: bool
    choosable: bool
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Offered:
    """Everybody in the order of the paper, the forms, years and options that can be asked for, the copies allowed, and the state of the register this was read from."""

    members: tuple[OfferedMember, ...]
    forms: tuple[str, ...]
    years: tuple[int, ...]
    options: tuple[str, ...]
    copies_max: int
    register_version: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was chosen: ids in any order, option codes in any order, a form, a 年度 where the kind has one, and the version the choice was made from."""

    members: tuple[str, ...]
    show: tuple[str, ...]
    form: str
    year: int | None
    register_version: str


def offer(
    sources: Sources, kind: Kind, policy: Policy, visit_key: bytes, now: datetime, missing: MissingGlyphs = missing_glyphs
) -> Offered | Declined:
    """What the holder of the card may choose from. Nobody is left out of the list, whatever stops a paper that names them (see `entitlement`)."""
    case = Case(sources, kind, policy, now)
    declined = admitted(case)
    if declined is not None:
        return declined
    members = _listed(sources, kind, policy)
    own = next((member for member in members if member.holder), None)
    if own is None or any(map(missing, _on_every_paper(own, sources, kind))):
        return Declined(NOT_ISSUABLE, "glyph missing" if own else "the holder is not on the paper")
    return Offered(
        members=tuple(_offered(member, visit_key) for member in members),
        forms=policy.forms,
        years=_years(case),
        options=_options(sources, kind, policy),
        copies_max=min(policy.copies_max, kind.copies_max),
        register_version=sources.version,
    )


def issue(
    sources: Sources,
    kind: Kind,
    policy: Policy,
    wanted: Wanted,
    form: IssuerForm,
    number: str,
    binding: str,
    now: datetime,
    missing: MissingGlyphs = missing_glyphs,
) -> Face | Declined:
    """The face of one copy, or why there is none. Everything is decided anew from the registers of this instant; `number` is the 発行番号 without its page part."""
    case = Case(sources, kind, policy, now, wanted.year)
    declined = admitted(case) or _wrongly_wanted(wanted, case)
    if declined is not None:
        return declined
    members = _listed(sources, kind, policy)
    chosen = _chosen(members, kind, wanted)
    if isinstance(chosen, Declined):
        return chosen
    declined = listable(case, chosen, wanted.show)
    if declined is not None:
        return declined
    asked = Asked(sources, policy, wanted.form, chosen, len(chosen) == len(members), wanted.show, wanted.year, day_in_japan(now))
    return _printable(_face(CONTENTS[kind.code].parts(asked), wanted.form, policy, form, number, binding, now), kind, policy, missing)


def _on_every_paper(own: Listed, sources: Sources, kind: Kind) -> tuple[str, ...]:
    """What stands on a paper whatever is chosen, besides the holder's own name: refused before anything is chosen where it cannot be drawn."""
    if sources.vouched is not None:
        return (own.printed_name,)
    if kind.register != "koseki":
        return (own.printed_name, *((sources.household.address,) if sources.household else ()))
    whole = sources.koseki if kind.code == "koseki" else None
    return (own.printed_name, *((whole.honseki, whole.hittousha) if whole else ()))


def texts(face: Face) -> Iterator[str]:
    """Every text of the face."""
    yield from (face.title, face.number, face.binding)
    for cells in (face.head, *(piece.cells for piece in face.pieces), face.closing):
        yield from (text for _, text in cells)


def _listed(sources: Sources, kind: Kind, policy: Policy) -> tuple[Listed, ...]:
    """Everybody in the paper's order. A name is cut here already where the municipality cuts, so that the fingerprint is of what will be printed."""
    members = CONTENTS[kind.code].listed(sources, policy)
    if policy.overflow == "refuse":
        return members
    return tuple(_cut_listed(member, kind) for member in members)


def _cut_listed(member: Listed, kind: Kind) -> Listed:
    return Listed(
        id=member.id,
        name=member.name,
        relation=member.relation,
        holder=member.holder,
        printed_name=_cut_everywhere(member.printed_name, "name", kind),
        printed_birth=_cut_everywhere(member.printed_birth, "birth", kind),
        choosable=member.choosable,
    )


def _cut_everywhere(text: str, code: str, kind: Kind) -> str:
    """A text that the fingerprint binds, as the narrowest of the kind's forms prints it: it is told before a form is chosen, so it is the same on all of them."""
    for form in kind.forms:
        for strip in FORMS[form.code].strips:
            for cell in strip.cells:
                text = _cut(text, cell) if strip.person and cell.code == code else text
    return text


def _cut(text: str, cell: Cell) -> str:
    try:
        return cut(text, cell)
    except NoGlyph:
        return text  # the paper is refused for it anyway


def _offered(member: Listed, visit_key: bytes) -> OfferedMember:
    return OfferedMember(
        id=member.id,
        name=member.name,
        relation=member.relation,
        holder=member.holder,
        choosable=member.choosable,
        fingerprint=fingerprint(visit_key, member.printed_name, member.printed_birth),
    )


def _options(sources: Sources, kind: Kind, policy: Policy) -> tuple[str, ...]:
    return CONTENTS[kind.code].options(sources, tuple(option.code for option in kind.options if option.code in policy.options))


def _years(case: Case) -> tuple[int, ...]:
    if not case.kind.yearly:
        return ()
    known = {record.year for record in case.sources.tax if issuable_record(record, case)}
    return tuple(year for year in years_open(case.policy, case.today, case.sources.years_approved) if year in known)


def _wrongly_wanted(wanted: Wanted, case: Case) -> Declined | None:
    if wanted.register_version != case.sources.version:
        return Declined("register_changed", "another version")
    if wanted.form not in case.policy.forms:
        return Declined("form_invalid", "a form that is not offered")
    if case.kind.yearly is (wanted.year is None):
        return Declined("year_invalid", "a year where none belongs, or none where one does")
    if any(record.year == wanted.year and not record.declared for record in case.sources.tax) and not case.kind.form(wanted.form).without_figures:
        return Declined("tax_undeclared", "nothing to certify on this form")
    offered = _options(case.sources, case.kind, case.policy)
    if len(set(wanted.show)) != len(wanted.show) or not set(wanted.show) <= set(offered):
        return Declined("options_invalid", "an option that was not offered, or one asked for twice")
    return None


def _chosen(members: tuple[Listed, ...], kind: Kind, wanted: Wanted) -> tuple[str, ...] | Declined:
    """The chosen ids in the paper's order."""
    if not wanted.members or len(set(wanted.members)) != len(wanted.members):
        return Declined("members_invalid", "nobody, or somebody twice")
    known = {member.id: member for member in members}
    if not known.keys() >= set(wanted.members):
        return Declined("members_invalid", "somebody who is not offered")
    everybody = len(wanted.members) == len(members)
    if not everybody and not all(known[one].choosable for one in wanted.members):
        return Declined("members_invalid", "somebody who stands on the whole paper only")
    if kind.chosen == "all_or_one" and not everybody and len(wanted.members) != 1:
        return Declined("members_invalid", "neither everybody nor one")
    if kind.chosen == "holder" and not all(known[one].holder for one in wanted.members):
        return Declined("members_invalid", "somebody else than the holder")
    return tuple(member.id for member in members if member.id in wanted.members)


def _face(parts: Parts, code: str, policy: Policy, form: IssuerForm, number: str, binding: str, now: datetime) -> Face:
    closing = {
        "statement": parts.statement,
        "issued_on": wareki(day_in_japan(now), policy.eras),
        "certifier_title": _with_prefecture(form),
        "certifier_name": form.certifier_name,
        "seal_note": SEAL_NOTE,
    }
    return Face(
        form=code,
        title=parts.title,
        number=number,
        binding=binding,
        head=parts.head,
        pieces=parts.pieces,
        closing=tuple((cell.code, closing[cell.code]) for cell in CLOSING),
        imprint=parts.imprint,
    )


def _printable(face: Face, kind: Kind, policy: Policy, missing: MissingGlyphs) -> Face | Declined:
    """The face as it will be drawn, cut where the municipality cuts; declined when a text has no glyph."""
    if any(map(missing, dict.fromkeys(texts(face)))):
        return Declined(NOT_ISSUABLE, "glyph missing")
    # Where it refuses, drawing does: a paper is drawn long before it is paid for.
    return _cut_face(face, kind) if policy.overflow == "cut" else face


def _paired(cells: tuple[Cell, ...], filled: Texts) -> Iterator[tuple[Cell, str]]:
    return ((cell, text) for cell, (_, text) in zip(cells, filled, strict=True))


def _cut_face(face: Face, kind: Kind) -> Face:
    form = FORMS[face.form]
    return Face(
        form=face.form,
        title=face.title,
        number=face.number,
        binding=face.binding,
        head=_cut_texts(form.head, face.head),
        pieces=tuple(_cut_piece(piece, form.strip(piece.strip), kind) for piece in face.pieces),
        closing=_cut_texts(CLOSING, face.closing),
        imprint=face.imprint,
    )


def _cut_piece(piece: Piece, strip: Strip, kind: Kind) -> Piece:
    told = {code: _cut_everywhere(text, code, kind) for code, text in piece.cells if strip.person and code in _TOLD}
    return Piece(piece.strip, _cut_texts(strip.cells, tuple((code, told.get(code, text)) for code, text in piece.cells)))


def _cut_texts(cells: tuple[Cell, ...], filled: Texts) -> Texts:
    return tuple((cell.code, cut(text, cell)) for cell, text in _paired(cells, filled))


def _with_prefecture(form: IssuerForm) -> str:
    """The certifier's title, 都道府県名 before it also in 指定都市 and 特別区 (domain facts 4)."""
    return form.certifier_title if form.certifier_title.startswith(form.prefecture) else form.prefecture + form.certifier_title
