"""印鑑登録証明書: the imprint as it was registered, at true scale, beside the name it belongs to."""

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageDraw

from certificates.entitlement import Declined
from certificates.face import EMPTY
from certificates.form.inkan import INKAN, REGISTRATION
from certificates.issuing import Offered, texts
from certificates.reading import face_of, read
from certificates.sources import Sources
from certificates.stencil import stencil_of
from registers.seal.seal import DPI, Imprint
from tests.certificates.holders import SEAL, face, found, issued, offered
from tests.certificates.papers import paper
from tests.certificates.people import HANAKO, RIN, TARO, household

PIXEL_MM = 25.4 / 600


def imprint(width_mm: float, height_mm: float) -> Imprint:
    """A frame with a bar in it, of this size at 600 dpi, cropped to its ink as every stored imprint is."""
    width, height = round(width_mm / 25.4 * DPI), round(height_mm / 25.4 * DPI)
    picture = Image.new("1", (width, height), 1)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, width - 1, height - 1), outline=0, width=12)
    pen.rectangle((width // 3, height // 3, width // 2, height - 20), fill=0)
    out = io.BytesIO()
    picture.save(out, "PNG", bits=1)
    return Imprint(width, height, out.getvalue())


def spread(dark: Any, back: int) -> Any:
    """Every dark pixel made a square of nine by nine that begins (`back` 8: ends) with it."""
    for axis in (0, 1):
        dark = np.logical_or.reduce([np.roll(dark, step - back, axis) for step in range(9)])
    return dark


def sealed(of: Imprint) -> Sources:
    return found(seal=replace(SEAL, imprint=of))


@pytest.mark.parametrize("size", [(8.0, 8.0), (8.0, 25.0), (13.5, 13.5), (18.0, 12.0), (25.0, 25.0)])
def test_the_imprint_is_printed_at_true_scale(size: tuple[float, float]) -> None:
    document = pdfium.PdfDocument(paper(face("inkan", sealed(imprint(*size)))))
    grey = np.asarray(document[0].render(scale=600 / 72, grayscale=True).to_pil())
    document.close()
    assert REGISTRATION.picture is not None
    room, inset = REGISTRATION.picture.moved(INKAN.body_top), 1.0  # the frame around the place is no ink of the imprint
    left, top = (round((edge + inset) / PIXEL_MM) for edge in (room.x, room.y))
    right, bottom = (round((edge - inset) / PIXEL_MM) for edge in (room.x + room.width, room.y + room.height))
    # The けん制文字 of the ground is dots of at most four pixels, a line of the imprint is twelve wide: what is thinner than nine goes, the rest stays as it was.
    down, across = np.nonzero(spread(~spread(~(grey[top:bottom, left:right] < 128), 0), 8))
    measured = ((across.max() - across.min() + 1) * PIXEL_MM, (down.max() - down.min() + 1) * PIXEL_MM)
    assert measured == pytest.approx(size, abs=0.3)
    middle = ((across.max() + across.min() + 1) / 2 + left) * PIXEL_MM, ((down.max() + down.min() + 1) / 2 + top) * PIXEL_MM
    assert middle == pytest.approx((room.x + room.width / 2, room.y + room.height / 2), abs=0.3)


def test_the_imprint_printed_is_the_one_stored_bit_for_bit() -> None:
    of = imprint(13.5, 15.0)
    came = read(paper(face("inkan", sealed(of))))
    assert came.imprint == stencil_of(of.png)
    assert face_of(came).imprint == came.imprint


def test_it_names_the_holder_alone_and_says_nothing_of_sex_or_household() -> None:
    (piece,) = face("inkan", found(HANAKO)).pieces
    assert dict(piece.cells) == {
        "name_kana": "ミホン　ハナコ", "name": "見本　花子", "former_name": "山﨑", "alias": EMPTY, "birth": "昭和５３年１２月３１日", "address": household().address,
    }  # fmt: skip
    written = "".join(texts(face("inkan", found(HANAKO))))
    assert not [text for text in (TARO.name, "妻", "女", HANAKO.my_number, "12345678") if text in written]


def test_a_foreign_resident_stands_with_the_alias_and_a_western_birth_date() -> None:
    rin = replace(RIN, atena_no=TARO.atena_no)
    (piece,) = face("inkan", found(rin, household(rin))).pieces
    assert (piece.text("alias"), piece.text("birth"), piece.text("name_kana")) == ("林　芽衣", "１９９０年４月１日", EMPTY)


def test_only_the_holder_is_offered_and_nobody_else_can_be_asked_for() -> None:
    choices = offered("inkan")
    assert isinstance(choices, Offered)
    assert [(member.id, member.holder) for member in choices.members] == [(TARO.atena_no, True)]
    assert (choices.options, choices.years, choices.forms) == ((), (), ("inkan",))
    for members in ((HANAKO.atena_no,), (TARO.atena_no, HANAKO.atena_no)):
        answer = issued("inkan", members=members)
        assert isinstance(answer, Declined)
        assert answer.code == "members_invalid"


def test_it_says_that_this_is_the_registered_imprint() -> None:
    of = face("inkan")
    assert (of.title, of.text("statement")) == ("印鑑登録証明書", "この写しは、登録されている印影と相違ないことを証明する。")
