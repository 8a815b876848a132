"""The one place where these measurements touch our own papers: a face made, drawn, signed, backed, proven. When the rooms of `certificates` change, this file follows."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache, partial
from itertools import chain, cycle, islice
from pathlib import Path
from random import Random

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from benchmarks.people import IPAMJ_SURNAMES, SURNAMES, Household, household
from benchmarks.signing import Identity
from certificates.back.code import sheet_code
from certificates.back.content import sheet_contents
from certificates.back.drawing import BackText, draw_back
from certificates.back.picture import fronts
from certificates.binding import binding
from certificates.drawing import draw
from certificates.face import EMPTY, Face, Piece
from certificates.fitting import cut
from certificates.fonts.selection import paper_font
from certificates.form.catalogue import FORMS
from certificates.form.grid import Cell, stacked
from certificates.issuer_form import IssuerForm
from certificates.kinds import KINDS, TITLES
from certificates.reading import read
from certificates.seal import seal_png
from certificates.signature.signing import sign, signer
from certificates.signature.strict import verify
from certificates.stencil import Stencil, stencil_of
from certificates.wareki import JST
from registers.seal.carving import carve
from trust.document_signers import document_signer_certificate, signing_authority

NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=JST)
ISSUER = IssuerForm("990019", "見本県", "みほん市", "見本県みほん市長", "見本　一心", seal_png("みほん市長之印"), "みほん市")
URN = "urn:konbini:signer:municipality:990019"
CHECK_URL = "https://kakunin.konbini.invalid/"
SAMPLES = (
    "見本県みほん市中央一丁目２番３号",
    "令和２年１２月１５日",
    "１，２３４，５６７円",
    "渡辺　太郎",
    "平成２４年４月１日",
    "ワタナベ　ハナコ",
    "見本県みほん市長",
    "００，０００円",
)
_MOST_PIECES = 60
CLOSING = (
    ("statement", "この写しは、世帯全員の住民票の原本と相違ないことを証明する。"), ("issued_on", "令和８年１１月２３日"), ("certifier_title", ISSUER.certifier_title),
    ("certifier_name", ISSUER.certifier_name), ("seal_note", "この印は黒色です"),
)  # fmt: skip


def juminhyo(chance: Random, number: int, surnames: tuple[str, ...] = SURNAMES) -> Face:
    """A 住民票の写し of a household of four with all that can be asked for; paper `number` has its own 発行番号 and binding."""
    return _juminhyo(household(chance, surnames), number)


def ipamj_juminhyo(chance: Random, number: int) -> Face:
    """The same with names that only IPAmj明朝 can draw."""
    return juminhyo(chance, number, IPAMJ_SURNAMES)


def _juminhyo(of: Household, number: int) -> Face:
    form = FORMS["juminhyo"]
    (strip,) = form.strips
    return Face(
        form="juminhyo",
        title="住民票の写し",
        number=f"20261123 みほん市 K0001 {number:06d}",
        binding=binding(f"issuance-{number}", "1f3a", "f" * 64),
        head=_filled(form.head, of.head),
        pieces=tuple(Piece(strip.code, _filled(strip.cells, {"member_number": str(at), **member})) for at, member in enumerate(of.members, 1)),
        closing=CLOSING,
    )


def _filled(cells: tuple[Cell, ...], texts: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((cell.code, texts.get(cell.code, EMPTY)) for cell in cells)


def full_sheet(code: str, chance: Random, number: int) -> Face:
    """One sheet of the form `code` filled to its end: each of its strips once, where there is room, then again from the first. Texts of a household, and made-up ones in all other cells."""
    form, of = FORMS[code], household(chance)
    pieces: list[Piece] = []
    for strip in chain(form.strips, islice(cycle(strip for strip in form.strips if strip.picture is None), _MOST_PIECES)):
        piece = Piece(strip.code, _sample(strip.cells, of.members[0], chance))
        if len(stacked(form, [*pieces, piece])) == 1:
            pieces.append(piece)
    picture = any(strip.picture for strip in form.strips)
    return Face(
        form=code,
        title=TITLES[code][0],
        number=f"20261123 みほん市 K0001 {number:06d}",
        binding=binding(f"issuance-{number}", "1f3a", "f" * 64),
        head=_sample(form.head, {**of.head, **of.members[0]}, chance),
        pieces=tuple(pieces),
        closing=CLOSING,
        imprint=_imprint() if picture else None,
    )


def _sample(cells: tuple[Cell, ...], known: dict[str, str], chance: Random) -> tuple[tuple[str, str], ...]:
    return tuple((cell.code, cut(known.get(cell.code) or chance.choice(SAMPLES), cell)) for cell in cells)


@cache
def _imprint() -> Stencil:
    return stencil_of(carve("渡辺", Random(1), [path for _, path in sorted(font_files().items())]).png)  # noqa: S311


FACES: Mapping[str, Callable[[Random, int], Face]] = {
    "juminhyo": juminhyo, **{form.code: partial(full_sheet, form.code) for kind in KINDS.values() for form in kind.forms if form.code != "juminhyo"}
}  # fmt: skip
"""Form -> another face of it each time: one sheet, full."""


def drawn(face: Face) -> bytes:
    """The paper, prepared for its signature."""
    return draw(face, ISSUER, NOW).pdf


def font_files() -> dict[str, Path]:
    """PostScript name -> file, of every font this machine draws papers with."""
    return {font.face.name: font.face.path for font in map(paper_font, range(3)) if font}


class Issuance:
    """All that makes a drawn face a paper in somebody's hand: the keys of issuer, center and authority are made here."""

    def __init__(self, chance: Random) -> None:
        key, authority_key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
        authority = signing_authority(authority_key, NOW - timedelta(days=400), chance.randbytes)
        certificate = document_signer_certificate(
            authority,
            key.public_key(),
            URN,
            ISSUER.name,
            ISSUER.certifier_title,
            NOW - timedelta(days=300),
            NOW + timedelta(days=300),
            chance.randbytes,
        )
        self.identity = Identity(key, certificate, authority.certificate)
        self._signer = signer(key, certificate, (authority.certificate,))
        self._code_key = ec.generate_private_key(ec.SECP256R1())
        self._secret = chance.randbytes(32)

    def sign(self, paper: bytes) -> bytes:
        """The face signed by the issuer."""
        return sign(paper, self._signer)

    def back(self, face: Face, signed: bytes, number: int) -> bytes:
        """The back of a signed face, signed too: a code signed for each sheet, the fronts' pictures scrambled, all of it drawn."""
        codes = [sheet_code(sheet, self._code_key) for sheet in sheet_contents(face, NOW)]
        text = BackText(f"issuance-{number}", hashlib.sha256(signed).hexdigest(), CHECK_URL)
        return sign(draw_back(text, fronts(signed), codes, self._secret, NOW), self._signer)

    def verify(self, signed: bytes) -> None:
        """Signature and chain, then the face's texts and the proof that it shows nothing else."""
        verify(signed, [self.identity.authority], NOW)
        read(signed)
