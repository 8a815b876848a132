"""Papers of somebody else's drawing, as small as they can be, and the orders they are held against."""

import io
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from certificates.fingerprint import fingerprint
from conformance.examples import AT, BINDING, MUNICIPALITY, NUMBER, SERIAL
from conformance.profile import MayHave, Member, Person
from conformance.store import Asked, Ordered
from messages.orders import Build, ChoicesOffered, IssuedPaper, IssueOrder, PaperOrder
from messages.visits import MemberChoice
from simulation.key_ring import rsa_ring
from tests.structure.sources import ROOT
from trust.authority import save_certificate, save_key
from trust.document_signers import document_signer_certificate, signing_authority

KEY = b"v" * 32
SINCE = AT - timedelta(days=1)
FAMILY = (
    Member(name="見本　太郎", birth="昭和５５年４月１日", holder=True),
    Member(name="見本　花子", birth="昭和５７年５月５日"),
    Member(name="見本　一子", birth="平成２７年６月７日"),
)
ADDRESS, STRANGER = "見本県みほん市中央１番地", "見本県みほん市外れ９番地"
WHOLE, PART = "この写しは、世帯全員の住民票の原本と相違ないことを証明する。", "この写しは、世帯の一部の住民票の原本と相違ないことを証明する。"
CLOSING = ("令和８年１１月２３日", "見本県みほん市長", "見本　市長")
AUTHORITY = signing_authority(rsa_ring()[0], SINCE, lambda n: bytes(range(1, n + 1)))


def ordered(members: tuple[int, ...] = (0, 1, 2), form: str = "kojinhyo", show: tuple[str, ...] = (), copies: int = 1) -> Ordered:
    """An order about these of the family."""
    have = MayHave(kind="juminhyo", members=FAMILY, texts=(ADDRESS,), items={"relation": ("世帯主",)})
    choices = tuple(
        MemberChoice(
            member_id=f"m{at}", name=one.name, relation="", holder=one.holder, choosable=True, fingerprint=fingerprint(KEY, one.name, one.birth)
        )
        for at, one in enumerate(FAMILY)
    )
    offered = ChoicesOffered(
        visit_id="v", kind="juminhyo", members=choices, forms=(form,), years=(), options=("relation",), copies_max=10, register_version="1",
        declared=Build(program="p", topology="t"),
    )  # fmt: skip
    order = IssueOrder(
        request_id="r", visit_id="v", serial=SERIAL, municipality=MUNICIPALITY, kind="juminhyo", form=form, year=None, members=tuple(f"m{at}" for at in members),
        show=show, register_version="1", papers=tuple(PaperOrder(issuance_id=f"i{at}", binding=bound(at)) for at in range(copies)), ordered_at=AT,
    )  # fmt: skip
    asked = Asked(Person(id="taro", serial=SERIAL), have, KEY, offered, (STRANGER,), CLOSING[1:])
    return Ordered(asked, order, tuple(FAMILY[at] for at in members))


def bound(copy: int = 0) -> str:
    """The binding of a copy."""
    return BINDING[:-1] + "ABCDEFG"[copy]


Sheets = list[Sequence[str]]


def sheet(person: Member, part: str, *, number: str = NUMBER, binding: str = "", title: str = "住民票の写し", statement: str = "") -> tuple[str, ...]:
    """The lines of one sheet about one person."""
    lines = ("見本", title, f"{number}　{part}", binding or bound(), person.name, person.birth, ADDRESS)
    return (*lines, statement, *CLOSING) if statement else lines


def sound() -> Sheets:
    """A paper about the whole family, a sheet each."""
    return [sheet(one, f"{at}/3", statement=WHOLE if at == 3 else "") for at, one in enumerate(FAMILY, 1)]


@cache
def _font() -> str:
    pdfmetrics.registerFont(TTFont("Foreign", str(ROOT / "certificates" / "fonts" / "BIZUDMincho-Regular.ttf")))
    return "Foreign"


def drawn(sheets: Sequence[Sequence[str]]) -> bytes:
    """A PDF with these lines on each page."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), invariant=1)
    for lines in sheets:
        canvas.setFont(_font(), 12)
        for at, line in enumerate(lines):
            canvas.drawString(60, 780 - 24 * at, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def paper(
    sheets: Sequence[Sequence[str]], *, count: int | None = None, copy: int = 0, number: str = NUMBER, codes: tuple[bytes, ...] = ()
) -> IssuedPaper:
    """That PDF as a paper that says it has as many sheets."""
    face = drawn(sheets)
    return IssuedPaper(issuance_id=f"i{copy}", number=number, sheets=len(sheets) if count is None else count, face=face, codes=codes)


def signed(folder: Path, face: bytes, municipality: str = MUNICIPALITY, ring: int = 1) -> bytes:
    """The file signed by somebody else's program with a municipality's key."""
    urn = f"urn:konbini:signer:municipality:{municipality}"
    key = rsa_ring()[ring]
    certificate = document_signer_certificate(
        AUTHORITY, key.public_key(), urn, "見本", "見本", SINCE, AT + timedelta(days=9), lambda n: bytes(range(2, n + 2))
    )
    save_key(key, folder / "signer.key")
    save_certificate(certificate, folder / "signer.pem")
    signer = signers.SimpleSigner.load(str(folder / "signer.key"), str(folder / "signer.pem"))
    metadata = signers.PdfSignatureMetadata(field_name="Sig1", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    assert signer is not None
    return signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(face)), metadata, signer=signer).getvalue()
