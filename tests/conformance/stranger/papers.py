"""Papers (9): drawn with reportlab, signed with pyhanko."""

from __future__ import annotations

import io
import re
import struct
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta, timezone

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics, ttfonts
from reportlab.pdfgen.canvas import Canvas
from wire import Json


def unicode_map(name: str, subset: list[int], variants: dict[int, str]) -> str:
    """reportlab's own writes characters beyond U+FFFF wrongly and knows no variation selectors."""
    lines = [f"<{code:02X}> <{variants.get(char, chr(char)).encode('utf-16-be').hex()}>" for code, char in enumerate(subset)]
    return "\n".join(["/CIDInit /ProcSet findresource begin", "12 dict begin", "begincmap", f"/CMapName /{name} def", "/CMapType 2 def", "1 begincodespacerange", "<00> <FF>",
                      "endcodespacerange", f"{len(lines)} beginbfchar", *lines, "endbfchar", "endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"])  # fmt: skip


JAPAN = timezone(timedelta(hours=9))
STATEMENTS = {
    "juminhyo": (
        "この写しは、世帯全員の住民票の原本と相違ないことを証明する。",
        "この写しは、世帯の一部の者の住民票の原本と相違ないことを証明する。",
    ),
    "koseki": (
        "これは、戸籍に記録されている事項の全部を証明した書面である。",
        "これは、戸籍中の一部の者について記録されている事項の全部を証明した書面である。",
    ),
    "fuhyo": (
        "この写しは、戸籍の附票の原本と相違ないことを証明する。",
        "この写しは、戸籍の附票に記録されている一部の者について、相違ないことを証明する。",
    ),
}
STATEMENTS["kojinhyo"] = STATEMENTS["juminhyo"]
STATED = "この証明書の記載は、公簿の記録と相違ないことを証明する。"

Sheet = list[tuple[str, str]]  # line by line, label and text


class Held(signers.SimpleSigner):
    """Signs with the key that is loaded already: pyhanko's own reads and checks it anew for every paper, which takes longer than all the rest."""

    key: rsa.RSAPrivateKey

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())


class Press:
    """Draws and signs. One thread: reportlab's font object is not for two at once."""

    def __init__(self, settings: Json, key: rsa.RSAPrivateKey) -> None:
        self.font = ttfonts.TTFont("face", settings["font"], shapable=False)
        pdfmetrics.registerFont(self.font)
        self.variants: dict[int, str] = {}
        self.variant_of: dict[str, str] = {}
        self.read_variants()
        ttfonts.makeToUnicodeCMap = lambda name, subset: unicode_map(name, subset, self.variants)
        own = settings["signer"]
        self.signer = Held.load(own["key"], own["certificate"], ca_chain_files=tuple(own.get("chain", ())))  # type: ignore[no-untyped-call]
        self.signer.key = key
        self.thread = ThreadPoolExecutor(1)

    def read_variants(self) -> None:
        """Variation sequences (cmap format 14): each gets a private character of its own, which the ToUnicode map turns back into the sequence."""
        face = self.font.face
        cmap = face.get_table("cmap")
        for number in range(struct.unpack_from(">H", cmap, 2)[0]):
            start = struct.unpack_from(">I", cmap, 8 + 8 * number)[0]
            if struct.unpack_from(">H", cmap, start)[0] != 14:
                continue
            for place in range(struct.unpack_from(">I", cmap, start + 6)[0]):
                selector, default, other = struct.unpack(">III", b"\0" + cmap[start + 10 + 11 * place :][:11])
                if default:
                    for at in range(struct.unpack_from(">I", cmap, start + default)[0]):
                        first = struct.unpack_from(">I", cmap, start + default + 4 + 4 * at)[0]
                        for char in range(first >> 8, (first >> 8) + (first & 255) + 1):
                            if char in face.charToGlyph:
                                self.add_variant(char, selector, face.charToGlyph[char])
                for at in range(struct.unpack_from(">I", cmap, start + other)[0] if other else 0):
                    char, glyph = struct.unpack(">IH", b"\0" + cmap[start + other + 4 + 5 * at :][:5])
                    self.add_variant(char, selector, glyph)

    def add_variant(self, char: int, selector: int, glyph: int) -> None:
        own = 0x100000 + len(self.variants)
        self.variants[own] = chr(char) + chr(selector)
        self.variant_of[self.variants[own]] = chr(own)
        self.font.face.charToGlyph[own] = glyph
        self.font.face.charWidths[own] = self.font.face.charWidths.get(char, self.font.face.defaultWidth)

    def drawn(self, value: str) -> str:
        return re.sub("(?s).[\ufe00-\ufe0f\U000e0100-\U000e01ef]", lambda pair: self.variant_of.get(pair[0], pair[0]), value)

    def size(self, value: str, width: float) -> float:
        return float(min(12.0, 12.0 * width / max(self.font.stringWidth(self.drawn(value), 12), 1)))

    def prints(self, value: str) -> bool:
        return (
            not re.search("[\U00100000-\U0010ffff]", value)
            and all(ord(one) in self.font.face.charToGlyph for one in self.drawn(value))
            and self.size(value, 105 * mm) >= 5
        )

    def paper(self, sheets: list[Sheet]) -> bytes:
        file = io.BytesIO()
        canvas = Canvas(file, pagesize=A4, invariant=1, initialFontName="face")
        for lines in sheets:
            for place, (label, value) in enumerate(lines):
                y = A4[1] - 20 * mm - place * min(9 * mm, 255 * mm / len(lines))
                for x, run, width in ((20 * mm, label, 58 * mm), (80 * mm, value, 105 * mm)):
                    if run:
                        canvas.setFont("face", self.size(run, width))
                        canvas.drawString(x, y, self.drawn(run))
            if lines is sheets[-1]:
                canvas.setStrokeColorRGB(0.8, 0, 0)
                canvas.rect(170 * mm, 15 * mm, 20 * mm, 20 * mm)
            canvas.showPage()
        canvas.save()
        file.seek(0)
        meta = signers.PdfSignatureMetadata(field_name="Signature", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES)
        signed = signers.PdfSigner(meta, self.signer).sign_pdf(IncrementalPdfFileWriter(file), bytes_reserved=16_384)
        return bytes(signed.getvalue())


def wide_digits(number: int) -> str:
    return str(number).translate({48 + digit: 0xFF10 + digit for digit in range(10)})


def era_year(year: int) -> str:
    return f"令和{'元' if year == 2019 else wide_digits(year - 2018)}年" if year >= 2019 else f"平成{wide_digits(year - 1988)}年"


def sheets_of(kind: Json, order: Json, entry: Json, chosen: list[Json], certifier: list[str], today: date, number: str, binding: str) -> list[Sheet]:
    """One person a sheet: what is printed, line by line, as label and text."""
    everybody = len(chosen) == len(entry["members"])
    titles = kind["forms"][order["form"]]
    title = titles[0 if everybody or kind["people"] == "holder" else -1]
    sheets = []
    for place, one in enumerate(chosen, 1):
        lines = [("見本", ""), ("", title), *([("年度", era_year(order["year"]) + "度")] if order["year"] is not None else [])]
        lines += [("", value) for value in entry.get("texts", ())] + [("氏名", one["name"]), ("生年月日", one["birth"])]
        lines += [
            (label, value)
            for option, label in kind["options"].items()
            if option in order["show"]
            for value in one.get("items", {}).get(option) or ["＊＊＊"]
        ]
        if place == len(chosen):
            statement = STATEMENTS.get(order["form"], (STATED, STATED))[0 if everybody else 1]
            day = f"{era_year(today.year)}{wide_digits(today.month)}月{wide_digits(today.day)}日"
            lines += [("", statement), ("発行日", day), *(("", value) for value in certifier)]
        sheets.append([*lines, ("発行番号", number), ("", f"{place}/{len(chosen)}"), ("", binding)])
    return sheets
