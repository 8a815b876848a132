"""Every paper that a resident can have, made and looked at from outside: two PDF libraries, the content of the 2-D codes, the glyphs in the file.

What it must say is taken from the registers.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

import pikepdf
import pypdf
import pytest

from certificates.back.code import verify_code
from certificates.back.content import sheet_contents
from certificates.entitlement import Declined
from certificates.face import EMPTY, Face
from certificates.issuer_form import IssuerForm
from certificates.issuing import Wanted, issue, offer
from certificates.kinds import KINDS, FormOf, Kind
from certificates.printing import Hands, Printed, printed
from certificates.seal import seal_png
from certificates.signature.strict import verify
from certificates.sources import Sources
from certificates.wareki import printed as dated
from registers.population import MIHON
from simulation.document_keys import DocumentKeys, make_document_keys
from simulation.key_ring import rsa_ring, signing_key
from tests.certificates.signature.documents import stream
from tests.papers.town_of_sources import NOW, POLICIES, Registers, population

KEY = bytes(32)
FORM = IssuerForm(MIHON.code, MIHON.prefecture, MIHON.name, f"{MIHON.full_name}長", "見本　一郎", seal_png(f"{MIHON.name}長之印"), MIHON.name)


@cache
def keys() -> DocumentKeys:
    ring = rsa_ring()
    return make_document_keys(MIHON, (ring[0], ring[1], ring[2]), signing_key(1), NOW, stream("papers"))


@cache
def hands() -> Hands:
    return keys().hands


def with_card(sources: Sources) -> Sources:
    """The holder's card is linked."""
    assert sources.holder is not None
    holder = replace(sources.holder, serial="1f3a")
    home = sources.household
    members = tuple(holder if member.atena_no == holder.atena_no else member for member in home.members) if home else ()
    return replace(sources, holder=holder, household=replace(home, members=members) if home else None)


def papers_of(sources: Sources, number: int) -> Iterator[tuple[Kind, FormOf, Face]]:
    """Of each kind the holder is entitled to one paper on each form: everybody who may be listed and everything that may be shown."""
    for kind in KINDS.values():
        policy = POLICIES[kind.code]
        offered = offer(sources, kind, policy, KEY, NOW)
        if isinstance(offered, Declined):
            continue
        for at, code in enumerate(offered.forms):
            year = offered.years[(number + at) % len(offered.years)] if kind.yearly else None
            wanted = Wanted(tuple(member.id for member in offered.members), offered.options, code, year, sources.version)
            face = issue(sources, kind, policy, wanted, FORM, f"20261123 みほん市 {number:06d}", f"{number:032x}/AAAAA-AAAAA-AAAAA-AAAAA", NOW)
            if isinstance(face, Face):
                yield kind, kind.form(code), face
            else:
                assert face.code in ("not_issuable", "tax_undeclared"), face


def look_at(face: Face, paper: Printed, form: FormOf) -> None:
    """The drawn sheets, page by page, against the face; the file's fonts; the codes; the signature."""
    reader = pypdf.PdfReader(io.BytesIO(paper.face))
    contents = sheet_contents(face, NOW)
    assert len(reader.pages) == paper.sheets == len(paper.codes) == len(contents)
    for number, (page, content, code) in enumerate(zip(reader.pages, contents, paper.codes, strict=True), 1):
        drawn = "".join(page.extract_text().split())
        wanted = [content.title, content.binding, f"{content.number} {number}/{paper.sheets}", *(text for _, text in content.texts)]
        for text in wanted:
            assert "".join(text.split()) in drawn, f"{form.code} sheet {number}"
        assert verify_code(code, signing_key(1).public_key()) == content
    closing = "".join(dict(face.closing)["statement"].split())
    assert [closing in "".join(page.extract_text().split()) for page in reader.pages] == [False] * (paper.sheets - 1) + [True]
    assert face.title in form.titles
    signed = verify(paper.face, (keys().authority.certificate,), NOW)
    assert (str(signed.role), signed.name) == ("municipality", MIHON.code)


def no_empty_box(pdf: bytes) -> None:
    """No drawn code is glyph 0 (.notdef), and every embedded glyph but 0 and blanks has an outline of its own."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "Tj":
                    codes = bytes(operands[0])
                    assert all(codes[at : at + 2] != b"\x00\x00" for at in range(0, len(codes), 2))


def says_the_register(face: Face, sources: Sources, kind: Kind) -> None:
    """What identifies people on the paper is the register's exact sequence of characters."""
    texts = [text for piece in face.pieces for _, text in piece.cells] + [text for _, text in face.head]
    if kind.register == "koseki":
        assert sources.koseki is not None
        for person in sources.koseki.members:
            assert person.given_name in texts
        if kind.code == "koseki":
            assert sources.koseki.honseki in texts
            entries = [value for person in sources.koseki.members for entry in person.entries for _, value in entry.rows]
            flat = "".join(texts)
            assert all(dated(value) in flat for value in entries)
        else:
            assert sources.fuhyo is not None
            lived = "".join(text for piece in face.pieces for code, text in piece.cells if code in ("address", "address_goes_on"))
            assert all(address.address in lived for person in sources.fuhyo.people for address in person.addresses)
        return
    holder, household = sources.holder, sources.household
    assert holder is not None
    assert household is not None
    assert household.address in texts
    people = household.members if kind.chosen == "some" else (holder,)
    for person in people:
        assert person.name in texts
    if kind.chosen == "some":
        assert Counter(member.my_number for member in people) <= Counter(texts)
    if kind.code == "inkan":
        assert face.imprint is not None
        assert sources.seal is not None
        assert (face.imprint.width, face.imprint.height) == (sources.seal.imprint.width, sources.seal.imprint.height)
    if kind.code == "kazei":
        record = next(record for record in sources.tax if f"令和{_full(record.year - 2018)}年度" == face.text("year"))
        assert not record.declared or face.form == "shotoku" or f"{record.levy.total_yen:,}" in texts
        assert record.declared or EMPTY in texts


def _full(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "０１２３４５６７８９"))


def look_at_everybody(residents: int) -> Counter[str]:
    made: Counter[str] = Counter()
    for number, sources in enumerate(map(with_card, Registers(population(residents)).sources()), 1):
        for kind, form, face in papers_of(sources, number):
            paper = printed(face, FORM, NOW, hands())
            look_at(face, paper, form)
            no_empty_box(paper.face)
            says_the_register(face, sources, kind)
            made[form.code] += 1
    return made


def test_what_two_dozen_residents_can_have_says_their_registers_and_nothing_is_a_box() -> None:
    made = look_at_everybody(24)
    assert set(made) == {form.code for kind in KINDS.values() for form in kind.forms}


@pytest.mark.sweep
def test_what_a_thousand_residents_can_have_says_their_registers_and_nothing_is_a_box() -> None:
    made = look_at_everybody(1000)
    assert sum(made.values()) > 5000
    assert min(made.values()) > 100


def test_the_same_values_give_the_same_bytes_before_and_after_signing() -> None:
    sources = with_card(next(iter(Registers(population(60)).sources())))
    for _, _, face in papers_of(sources, 1):
        once, again = printed(face, FORM, NOW, hands()), printed(face, FORM, NOW, hands())
        assert once == again
        assert printed(face, FORM, NOW + timedelta(seconds=1), hands()).face != once.face


def test_dates_of_the_paper_are_those_of_its_making() -> None:
    sources = with_card(next(iter(Registers(population(60)).sources())))
    _, _, face = next(papers_of(sources, 1))
    pdf = printed(face, FORM, datetime(2026, 12, 1, 9, 0, tzinfo=NOW.tzinfo), hands()).face
    assert re.search(rb"/CreationDate \(D:20261201090000\+09'00'\)", pdf)
