"""The room for a signature: in one form, at one place, the same bytes for the same document."""

import io
from datetime import datetime

import pikepdf
import pytest

from certificates.plain_file import plain_file
from certificates.signature.placeholder import CONTENTS_BYTES, NoPlace, blank, pdf_date, place_of, prepared
from certificates.signature.signing import sign
from tests.certificates.signature.documents import NAME, NOW, PURPOSE, city, drawn, signed
from tests.certificates.signature.forging import hole


def test_the_same_document_has_the_same_bytes_before_it_is_signed() -> None:
    assert prepared(drawn()) == prepared(drawn())
    assert prepared(drawn()) != prepared(drawn(now=NOW.replace(second=57)))


def test_a_document_carries_one_invisible_field_on_its_last_sheet() -> None:
    with pikepdf.open(io.BytesIO(signed())) as pdf:
        form = pdf.Root.AcroForm
        assert int(form.SigFlags) == 3
        assert len(form.Fields) == 1
        field = form.Fields[0]
        assert [list(page.obj.get("/Annots", [])) for page in pdf.pages] == [[], [field]]
        assert pdf.pages[-1].obj == field.P
        assert (field.FT, field.Subtype, int(field.F)) == ("/Sig", "/Widget", 132)
        assert [float(edge) for edge in field.Rect] == [0, 0, 0, 0]
        signature = field.V
        assert (signature.Type, signature.Filter, signature.SubFilter) == ("/Sig", "/Adobe.PPKLite", "/ETSI.CAdES.detached")
        assert (str(signature.Name), str(signature.Reason)) == (NAME, PURPOSE)
        assert str(signature.M) == "D:20261123123456+09'00'"
        assert len(bytes(signature.Contents)) == CONTENTS_BYTES
        assert set(signature.keys()) == {"/Type", "/Filter", "/SubFilter", "/ByteRange", "/Contents", "/M", "/Name", "/Reason"}


def test_the_range_is_all_of_the_file_but_the_contents_string() -> None:
    pdf = prepared(drawn())
    start, end = hole(pdf)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert [int(one) for one in opened.Root.AcroForm.Fields[0].V.ByteRange] == [0, start, end, len(pdf) - end]
    place = place_of(pdf)
    assert (place.start, place.end, place.at, place.name, place.reason) == (start, end, NOW, NAME, PURPOSE)
    assert place.at.utcoffset() == NOW.utcoffset()


def test_filling_the_range_in_moves_nothing() -> None:
    before, after = drawn(), prepared(drawn())
    assert len(before) == len(after)
    changed = [at for at, (one, other) in enumerate(zip(before, after, strict=True)) if one != other]
    line = before.index(b"/ByteRange")
    assert changed
    assert line < changed[0] <= changed[-1] < before.index(b"/Contents <")
    assert prepared(after) == after


def test_a_signed_document_is_still_a_plain_file() -> None:
    assert len(plain_file(signed()).objects) == 11


def test_a_signed_document_blanked_is_the_document_as_it_was_drawn() -> None:
    assert blank(signed()) == drawn()
    assert blank(prepared(drawn())) == drawn()
    assert blank(drawn()) == drawn()


@pytest.mark.parametrize("word", [b"ReportLab", b"/MediaBox", b"/Rect", b"/M (D:20261123", b"/Name <FEFF898B", b"startxref"])
def test_blanking_leaves_a_change_outside_the_hole_standing(word: bytes) -> None:
    at = signed().index(word) + len(word) - 1
    changed = signed()[:at] + bytes((signed()[at] ^ 1,)) + signed()[at + 1 :]
    assert blank(changed) == drawn()[:at] + changed[at : at + 1] + drawn()[at + 1 :]


@pytest.mark.parametrize(
    "pdf",
    [
        b"",
        b"%PDF-1.7\n",
        signed().replace(b"/ByteRange", b"/ByteRage"),
        signed().replace(b"/ETSI.CAdES", b"/ETSI.cades"),
        signed() + b"/ByteRange",
        signed().replace(b" /Contents <", b" /Contents("),
        signed().replace(b" /M (D:2026", b" /M (D:20x6"),
        signed().replace(b" /M (D:20261123", b" /M (D:20261399"),
        signed().replace(b"+09'00'", b"+09'0'0"),
        signed().replace(b"+09'00'", b"+25'00'"),
        signed().replace(b"/Name <FEFF", b"/Name <FFFE"),
        signed().replace(b"/Reason <FEFF4F4F", b"/Reason <FEFFD84F"),
        signed()[:-1],
        signed() + b"\n",
    ],
)
def test_a_file_without_exactly_this_place_has_none(pdf: bytes) -> None:
    with pytest.raises(NoPlace):
        place_of(pdf)


@pytest.mark.parametrize(
    "change",
    [
        (b"/ByteRange", b"/ByteRage"),
        (b" /Contents <", b" /Contents("),
        (b" /Contents <", b" /Contents ("),
        (b" /M (D:", b" /N (D:"),
        (b"%%EOF", b"/ByteRange"),
    ],
)
def test_a_document_without_a_placeholder_cannot_be_prepared_or_blanked(change: tuple[bytes, bytes]) -> None:
    for step in (prepared, blank):
        with pytest.raises(NoPlace):
            step(drawn().replace(*change))


def test_a_place_in_another_width_is_none() -> None:
    pdf = drawn()
    narrow = pdf.replace(b"[0 0 0 0]  ", b"[0 0 0 0] ")
    with pytest.raises(NoPlace):
        prepared(narrow)


def test_a_document_too_large_for_its_range_is_not_prepared() -> None:
    large = drawn().replace(b"%%EOF", b"%" * 10_000_000 + b"%%EOF")
    with pytest.raises(NoPlace):
        prepared(large)


@pytest.mark.parametrize("arguments", [{"now": NOW.replace(tzinfo=None)}, {"name": "長" * 201}])
def test_a_placeholder_without_an_aware_time_or_with_endless_words_is_refused(arguments: dict[str, datetime | str]) -> None:
    with pytest.raises(ValueError, match="signature"):
        drawn(**arguments)  # type: ignore[arg-type]


def test_the_longest_name_can_be_found_again() -> None:
    name = "𠮷" * 100
    assert place_of(sign(prepared(drawn(name=name)), city())).name == name


def test_a_time_is_written_as_pdf_writes_it() -> None:
    assert pdf_date(NOW) == b"D:20261123123456+09'00'"
    assert pdf_date(datetime.fromisoformat("2026-01-02T03:04:05-03:30")) == b"D:20260102030405-03'30'"
