"""印鑑登録証明書 and the tax papers: what is one's own alone."""

from collections.abc import Iterator
from io import BytesIO
from struct import pack
from zlib import crc32

from PIL import Image

from certificates.face import Face
from certificates.stencil import Stencil
from registers.residents.resident import Household, Resident
from registers.seal.seal import SealRegistration
from registers.tax.record import TaxRecord
from simulation.truth.days import EMPTY, fiscal_year
from simulation.truth.household import texts_of

_SEAL_ITEMS = ("name_kana", "name", "former_name", "alias", "birth")
_PERSON_ITEMS = ("name_kana", "name", "birth", "sex")
_INCOMES = ("salary_revenue", "salary", "pension_revenue", "pension", "business", "farming", "real_estate", "dividends", "interest", "other")
_DEDUCTIONS = (
    "social_insurance", "small_enterprise", "life_insurance", "earthquake_insurance", "medical", "casualty", "disability", "widow_single_parent", "working_student", "spouse",
    "dependants", "specified_relatives", "basic",
)  # fmt: skip
_COUNTS = ("spouse", "general", "specified", "elderly", "elderly_parents", "under_16", "specified_relatives")
_LEVY = ("taxable", "city_income", "city_per_capita", "prefecture_income", "prefecture_per_capita", "forest", "special_reduction")
_TITLES = {
    "kazei": ("課税証明書", "非課税証明書"),
    "shotoku": ("所得証明書", "所得証明書"),
    "shotoku_kazei": ("所得・課税証明書", "所得・非課税証明書"),
}
"""Form -> what a paper of somebody who is taxed is headed with, and of somebody who is not."""


def wrong_with_seal(face: Face, holder: Resident, home: Household, seal: SealRegistration | None) -> Iterator[str]:
    """In what a 印鑑登録証明書 differs from the registration of this person."""
    yield from _wrong_cells(face, {**{item: texts_of(holder)[item] for item in _SEAL_ITEMS}, "address": home.address})
    if seal is None or face.imprint is None or _pixels(_as_png(face.imprint)) != _pixels(seal.imprint.png):
        yield "another imprint than the registered one"


def wrong_with_tax(
    face: Face, holder: Resident, home: Household, record: TaxRecord | None, year: int | None, *, former: bool = False
) -> Iterator[str]:
    """In what a tax paper differs from this person's record of this year. Of somebody who lives elsewhere now (`former`) both addresses are that of January 1, and a remark says so."""
    if record is None or year is None:
        yield "no such year of this person is in the register"
        return
    who = {
        **{item: texts_of(holder)[item] for item in _PERSON_ITEMS},
        "address": record.address if former else home.address,
        "levy_address": record.address,
    }
    if face.title != _TITLES[face.form][0 if record.levy.total_yen > 0 else 1]:
        yield "a title of somebody else's tax"
    if (face.text("year"), face.text("income_year")) != (fiscal_year(year), f"（{fiscal_year(year - 1).removesuffix('年度')}年分所得）"):
        yield "another year"
    figures = _figures(record, face.form)
    if not record.declared:
        figures = dict.fromkeys(figures, EMPTY)
    remarks = dict(face.pieces[-1].cells).get("remarks", "")
    if (remarks == EMPTY, "申告がない" in remarks) != (record.declared and not former, not record.declared):
        yield "says another thing of the declaration"
    if ("賦課期日" in remarks) != former:
        yield "says another thing of where it is the paper of"
    yield from _wrong_cells(face, {**who, **figures}, ("remarks",))


def _figures(record: TaxRecord, form: str) -> dict[str, str]:
    incomes = {**{name: getattr(record.incomes, name) for name in _INCOMES}, "income_total": record.incomes.total_yen}
    deductions = {**{name: getattr(record.deductions, name) for name in _DEDUCTIONS}, "deduction_total": record.deductions.total_yen}
    levy = {**{name: getattr(record.levy, name) for name in _LEVY}, "levy_total": record.levy.total_yen}
    counts = {f"count_{name}": str(int(getattr(record.dependants, name))) for name in _COUNTS}
    counts["count_disabled"] = f"{record.dependants.disabled}（{record.dependants.severely_disabled}）"
    of_income = {name: f"{yen:,}" for name, yen in incomes.items()}
    of_tax = {**{name: f"{yen:,}" for name, yen in {**deductions, **levy}.items()}, **counts}
    return {"kazei": of_tax, "shotoku": of_income, "shotoku_kazei": {**of_income, **of_tax}}[form]


def _wrong_cells(face: Face, right: dict[str, str], besides: tuple[str, ...] = ()) -> Iterator[str]:
    cells = [cell for piece in face.pieces for cell in piece.cells if cell[0] not in besides]
    if sorted(code for code, _ in cells) != sorted(right):
        yield "other items than belong on it"
    yield from (f"{code} is not the register's" for code, text in cells if right.get(code) != text)


def _as_png(stencil: Stencil) -> bytes:
    """The printed picture as a file that another program can read."""
    header = pack(">LLBBBBB", stencil.width, stencil.height, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", stencil.packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(pack(">L", len(body)) + kind + body + pack(">L", crc32(kind + body)) for kind, body in chunks)


def _pixels(png: bytes) -> tuple[tuple[int, int], bytes]:
    with Image.open(BytesIO(png)) as picture:
        return picture.size, picture.tobytes()
