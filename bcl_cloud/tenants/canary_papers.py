"""What a canary has besides its line among the residents, where its tenant offers such papers: a 戸籍 with its 附票, a seal, a record of every fiscal year that may be asked for.

Decides that each of them says whose it is, so that a paper of any kind can be told from every other tenant's: the name of the 戸籍, the picture of the seal, the yen of the income. Figures
agree with each other as a register's must; the law they were reckoned by is nobody's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from bcl_cloud.tenants.canaries import BIRTH, KANA, SINCE, Canary
from certificates.kinds import KINDS
from certificates.seal import seal_png
from certificates.stencil import stencil_of
from registers.koseki import entries
from registers.koseki.fuhyo import Fuhyo, FuhyoAddress, FuhyoPerson
from registers.koseki.koseki import Koseki, KosekiPerson
from registers.seal.seal import Imprint, SealRegistration
from registers.tax.record import Deductions, Dependants, Incomes, Levy, TaxRecord

YEARS_BACK = 5
"""How many fiscal years back a canary has records: an issuer that offers more of them is probed by those."""
INCOME_BASE_YEN, CITY_TAX_BASE_YEN = 10_000_000, 600_000
_BASIC_YEN, _CITY_YEN, _PREFECTURE_YEN, _FOREST_YEN = 430_000, 3_000, 1_000, 1_000
_MADE = date.fromisoformat(SINCE)
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True, slots=True)
class CanaryPapers:
    """What stands in the registers beside the residents'; None and nothing where the tenant offers no such papers."""

    koseki: Koseki | None = None
    fuhyo: Fuhyo | None = None
    seal: SealRegistration | None = None
    tax: tuple[TaxRecord, ...] = ()


def parts_wanted(kinds: Iterable[str], today: date) -> tuple[str, ...]:
    """What a canary must have where these kinds are offered: `koseki`, `seal`, `tax/YEAR` of this calendar year and some before."""
    registers = {KINDS[kind].register for kind in kinds}
    years = tuple(f"tax/{year}" for year in range(today.year - YEARS_BACK, today.year + 1)) if "tax" in registers else ()
    return (*(part for part in ("koseki", "seal") if part in registers), *years)


def papers_of(canary: Canary, place: str, parts: Iterable[str]) -> CanaryPapers:
    """The parts (of `parts_wanted`) as values; `place` is the prefecture and the name of the tenant."""
    wanted = frozenset(parts)
    years = sorted(int(part.partition("/")[2]) for part in wanted if part.startswith("tax/"))
    return CanaryPapers(
        koseki=_koseki(canary, place) if "koseki" in wanted else None,
        fuhyo=_fuhyo(canary, place) if "koseki" in wanted else None,
        seal=_seal(canary) if "seal" in wanted else None,
        tax=tuple(_record(canary, place, year) for year in years),
    )


def street(place: str) -> str:
    """Where a canary lives: in a street that there is not."""
    return f"{place}架空一丁目１番１号"


def honseki(place: str) -> str:
    """Where its 戸籍 is."""
    return f"{place}架空一丁目１番"


def income_yen(canary: Canary) -> int:
    """The income on its tax papers: no two tenants' canaries have the same."""
    return INCOME_BASE_YEN + int(canary.code)


def city_tax_yen(canary: Canary) -> int:
    """市民税 所得割 on its tax papers, of which no two have the same either: not every form shows the income."""
    return CITY_TAX_BASE_YEN + int(canary.code[:5]) * 100


@cache
def imprint(code: str) -> Imprint:
    """The imprint of its seal, which has the code cut into it."""
    png = seal_png(f"見張{code.translate(_FULL_WIDTH)}")
    cut = stencil_of(png)
    return Imprint(cut.width, cut.height, png)


def _koseki(canary: Canary, place: str) -> Koseki:
    person = KosekiPerson(
        person_no=canary.person_no, given_name=canary.given_name, given_name_kana=KANA.partition("　")[2], kana_recorded_on=date(2026, 6, 1), birth=BIRTH, sex="女",
        father=None, mother=None, adoptive_father=None, adoptive_mother=None, relation="長女", spouse=None,
        entries=(entries.birth(BIRTH, place, _MADE),), atena_no=canary.atena_no,
    )  # fmt: skip
    return Koseki(
        koseki_no=canary.koseki_no, honseki=honseki(place), family_name=canary.name.partition("　")[0], family_name_kana=KANA.partition("　")[0],
        family_name_kana_recorded_on=date(2026, 6, 1), hittousha=canary.name, entries=(entries.koseki_made(_MADE),), members=(person,), standing="current",
        change_pending=False, version="",
    )  # fmt: skip


def _fuhyo(canary: Canary, place: str) -> Fuhyo:
    stays = (FuhyoAddress(street(place), SINCE),)
    line = FuhyoPerson(canary.person_no, canary.name, canary.given_name, BIRTH, "女", canary.juminhyo_code, stays, atena_no=canary.atena_no)
    return Fuhyo(canary.koseki_no, honseki(place), canary.name, (line,), _MADE, "current", "")


def _seal(canary: Canary) -> SealRegistration:
    return SealRegistration(canary.registration_no, canary.atena_no, _MADE, canary.name, imprint(canary.code), "")


def _record(canary: Canary, place: str, year: int) -> TaxRecord:
    income = income_yen(canary)
    taxable = (income - _BASIC_YEN) // 1_000 * 1_000
    city, prefecture = city_tax_yen(canary), taxable * 4 // 100_00 * 100
    return TaxRecord(
        canary.atena_no, year, canary.name, street(place), True, None,
        Incomes(business=income, total_yen=income), Deductions(basic=_BASIC_YEN, total_yen=_BASIC_YEN), Dependants(),
        Levy(
            taxable=taxable, city_income=city, city_per_capita=_CITY_YEN, prefecture_income=prefecture, prefecture_per_capita=_PREFECTURE_YEN, forest=_FOREST_YEN,
            total_yen=city + prefecture + _CITY_YEN + _PREFECTURE_YEN + _FOREST_YEN,
        ),
        date(year, 6, 1), "",
    )  # fmt: skip
