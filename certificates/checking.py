"""A finished paper held against what was ordered: everything that differs, by code, without a word of what stands there.

The center asks before it seals a paper, and the kiosk asks again before it prints one. Only drawn text counts; what an issuer says beside its paper is never believed. Decides
nothing about stopping, money or alarms.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography.x509 import Certificate

from certificates.face import EMPTY, SPECIMEN, Piece
from certificates.fingerprint import fingerprint
from certificates.form.catalogue import FORMS
from certificates.kinds import KINDS, TITLES
from certificates.plain_file import Unreadable
from certificates.proof import prove
from certificates.reading import Paper, SheetRead, open_paper
from certificates.signature.chain import SignerRole
from certificates.signature.strict import Unsigned, verify
from certificates.wareki import fiscal_year

_CLOSING = ("issued_on", "certifier_title", "certifier_name", "seal_note")


@dataclass(frozen=True, slots=True)
class Signature:
    """Whose signature a paper must have: the municipality's that was asked (団体コード), behind which one of `roots` stands, valid at `at` (aware)."""

    municipality: str
    roots: tuple[Certificate, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Expected:
    """One copy as it was ordered. `fingerprints` are the people in the order of the paper, under `visit_key`; `show` the option codes that were asked for; `everybody` whether all are listed.

    `certifier` (title, name) and `seal_sha256` (of the packed image, `certificates.stencil.Stencil.sha256`) are held against the paper where the asker knows them.
    """

    kind: str
    form: str
    year: int | None
    binding: str
    number: str
    sheets: int
    fingerprints: tuple[str, ...]
    visit_key: bytes
    show: tuple[str, ...]
    everybody: bool
    signature: Signature
    certifier: tuple[str, str] | None = None
    seal_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found: the paper as it was read (None when it cannot be read), and everything that differs. Only without a difference may the paper be believed."""

    paper: Paper | None
    differences: tuple[str, ...]


def differences(pdf: bytes, expected: Expected) -> tuple[str, ...]:
    """Everything that differs, each as `code: place`; empty when the paper is exactly what was ordered and its file shows nothing besides. No personal data, raises nothing."""
    return examined(pdf, expected).differences


def examined(pdf: bytes, expected: Expected) -> Examined:
    """`differences`, with the paper for whoever works on with one that has none."""
    try:
        paper = open_paper(pdf)
    except Unreadable as problem:
        return Examined(None, (f"unreadable: {problem}",))
    found = [
        *_sheets(paper, expected),
        *_people(paper, expected),
        *_items(paper, expected),
        *_stack(paper, expected),
        *_taxed(paper),
        *_closing(paper, expected),
    ]
    found.extend(_signature(pdf, paper, expected.signature))
    try:
        prove(pdf, paper)
    except Unreadable as problem:
        found.append(f"stray: {problem}")
    return Examined(paper, tuple(found))


def _sheets(paper: Paper, expected: Expected) -> Iterator[str]:
    """What must stand on every sheet: 見本, the right form and title, year, binding, 発行番号 and n/m."""
    count = len(paper.sheets)
    if count != expected.sheets:
        yield f"sheets: {count} instead of {expected.sheets}"
    kind = KINDS.get(expected.kind)
    forms = () if kind is None else tuple(form.code for form in kind.forms)
    titles = {sheet.text("title") for sheet in paper.sheets}
    if len(titles) > 1:
        yield "kind: sheets under different titles"
    for at, sheet in enumerate(paper.sheets, 1):
        if sheet.text("specimen") != SPECIMEN:
            yield f"specimen: sheet {at}"
        if sheet.form != expected.form or expected.form not in forms or sheet.text("title") not in _titles(expected):
            yield f"kind: sheet {at}"
        if (kind is not None and kind.yearly) is (expected.year is None) or not _of_year(sheet, expected.year):
            yield f"year: sheet {at}"
        if sheet.text("binding") != expected.binding:
            yield f"binding: sheet {at}"
        if sheet.number != expected.number:
            yield f"number: sheet {at}"
        if (sheet.part, sheet.parts) != (at, expected.sheets):
            yield f"part: sheet {at}"


def _of_year(sheet: SheetRead, year: int | None) -> bool:
    """Whether the sheet says this 年度, and the year before it as that of the incomes."""
    if year is None:
        return True
    before = fiscal_year(year - 1).removesuffix("度")
    return sheet.text("year") == fiscal_year(year) and sheet.text("income_year") == f"（{before}分所得）"


def _titles(expected: Expected) -> tuple[str, ...]:
    """What a paper about those who were ordered may be headed with."""
    form = FORMS.get(expected.form)
    if form is None or form.titles is None:
        return TITLES.get(expected.form, ())
    return form.titles[:1] if expected.everybody else form.titles[1:]


def _people(paper: Paper, expected: Expected) -> Iterator[str]:
    """The people drawn are those ordered, in their order, each counted where the form counts."""
    people = [piece for piece in _pieces(paper) if _is_person(paper, piece)]
    if len(people) != len(expected.fingerprints):
        yield f"members: {len(people)} instead of {len(expected.fingerprints)}"
    for at, (person, wanted) in enumerate(zip(people, expected.fingerprints, strict=False), 1):
        if fingerprint(expected.visit_key, person.text("name"), person.text("birth")) != wanted:
            yield f"members: person {at} is another"
        if dict(person.cells).get("member_number", str(at)) != str(at):
            yield "members: not numbered in order"


def _items(paper: Paper, expected: Expected) -> Iterator[str]:
    """Nothing that was not asked for or that gives way to what was, and nothing empty that every paper of the form has."""
    form = FORMS[paper.sheets[0].form]
    for place, code, text in _filled(paper):
        option = form.opened_by.get(code)
        if option is not None and option not in expected.show and text != EMPTY:
            yield f"item: {code} {place} was not asked for"
        closing = form.closed_by.get(code)
        if closing is not None and (text != EMPTY if closing in expected.show else text in ("", EMPTY)):
            yield f"item: {code} {place} does not go with what was asked for"
        if code in form.required and text in ("", EMPTY):
            yield f"item: {code} {place} is empty"


def _filled(paper: Paper) -> Iterator[tuple[str, str, str]]:
    """(place, cell code, text) of every cell of the pieces and of each sheet's head."""
    for at, piece in enumerate(_pieces(paper), 1):
        yield from ((f"of piece {at}", code, text) for code, text in piece.cells)
    for at, sheet in enumerate(paper.sheets, 1):
        yield from ((f"on sheet {at}", cell.code, sheet.text(cell.code)) for cell in FORMS[sheet.form].head)


def _stack(paper: Paper, expected: Expected) -> Iterator[str]:
    """Each person stands with the strips that were ordered, one of each, where a form has a strip for an item or a kind has the same tables for everybody.

    An item's strip says something even when it is empty, and an amount that stands twice says two things.
    """
    form, kind = FORMS[paper.sheets[0].form], KINDS.get(expected.kind)
    others = [strip for strip in form.strips if not strip.person]
    if all(cell.code in form.opened_by for strip in others for cell in strip.cells):
        wanted = [strip.code for strip in others if form.opened_by[strip.cells[0].code] in expected.show]
    elif kind is not None and kind.chosen == "holder":
        wanted = [strip.code for strip in others]
    else:
        return
    right: list[str] = []
    for at, piece in enumerate(_pieces(paper), 1):
        if _is_person(paper, piece):
            if right:
                yield f"item: {right[0]} is missing before piece {at}"
            right = list(wanted)
        elif piece.strip in right[:1]:
            right = right[1:]
        else:
            yield f"item: {piece.strip} of piece {at} was not ordered there"
    if right:
        yield f"item: {right[0]} is missing at the end"


def _taxed(paper: Paper) -> Iterator[str]:
    """A paper that shows the tax of a year is headed by whether there is any (domain facts 4.5)."""
    titles = TITLES.get(paper.sheets[0].form, ())
    for piece in _pieces(paper):
        total = dict(piece.cells).get("levy_total")
        if total is not None and paper.sheets[0].text("title") != titles[0 if total not in (EMPTY, "0") else 1]:
            yield "kind: a title that does not go with the tax"


def _closing(paper: Paper, expected: Expected) -> Iterator[str]:
    """認証文, date and certifier on the last sheet and on no other."""
    *others, last = paper.sheets
    for at, sheet in enumerate(others, 1):
        if sheet.closed:
            yield f"statement: on sheet {at} too"
    yield from _statement(last, expected)
    for code in _CLOSING:
        if last.text(code) in ("", EMPTY):
            yield f"closing: {code} is empty"
    if expected.certifier is not None and expected.certifier != (last.text("certifier_title"), last.text("certifier_name")):
        yield "closing: another certifier"
    if expected.seal_sha256 is not None and paper.seal.sha256 != expected.seal_sha256:
        yield "closing: another seal"


def _statement(last: SheetRead, expected: Expected) -> Iterator[str]:
    """There is one, and it is about everybody or about some, as ordered (the rest of its wording is the municipality's)."""
    statement, words = last.text("statement"), FORMS[last.form].statement
    if statement in ("", EMPTY):
        yield "statement: empty"
    elif words is not None:
        right, wrong = words if expected.everybody else words[::-1]
        if right not in statement or wrong in statement:
            yield "statement: not about those who were ordered"


def _signature(pdf: bytes, paper: Paper, expected: Signature) -> Iterator[str]:
    """Exactly one, over the whole file, by the municipality that was asked, at the time the paper says it was made."""
    try:
        signed = verify(pdf, expected.roots, expected.at)
    except Unsigned as problem:
        yield f"signature: {problem.reason}"
        return
    if (signed.role, signed.name) != (SignerRole.MUNICIPALITY, expected.municipality):
        yield "signature: of another signer"
    if signed.at != paper.made_at:
        yield "signature: at another time than the paper says"


def _pieces(paper: Paper) -> list[Piece]:
    return [piece for sheet in paper.sheets for piece in sheet.pieces]


def _is_person(paper: Paper, piece: Piece) -> bool:
    return FORMS[paper.sheets[0].form].strip(piece.strip).person
