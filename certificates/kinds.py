"""The kinds of certificates: one row each. What a kind is called, on which forms it is issued, what may be asked for on it, which register it is read from, who may have it.

What one municipality makes of a kind is its `policy`; what it costs is the fee office's business (`fee_class` is all it is told). How a form looks is `certificates.form`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Register = Literal["residents", "seal", "koseki", "tax"]
"""住民基本台帳, 印鑑登録原票, 戸籍 and 戸籍の附票, 課税台帳."""

Chosen = Literal["some", "all_or_one", "holder"]
"""Who may stand on one paper: any of those offered, all of them or one, or the holder of the card alone."""


@dataclass(frozen=True, slots=True)
class Option:
    """記載事項: an item that stands on the paper only when it is asked for."""

    code: str
    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class FormOf:
    """様式: one of the papers a kind is issued on. `code` is the form's (`certificates.form.catalogue`), `titles` what it may be headed with, `fee_class` what the fee office knows it as.

    `without_figures`: a paper of a year in which no income was declared may be issued on it, without a figure (a 所得証明書 without figures would certify nothing).
    """

    code: str
    ja: str
    en: str
    titles: tuple[str, ...]
    fee_class: str
    without_figures: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """証明書の種類. `copies_max` and `holder_age_min` (full years) are limits that no municipality's policy exceeds; `hours_class` names the service hours it follows.

    `forms`: the first is issued where nothing else is asked for. `yearly`: the paper is of one 年度, which is asked for.
    """

    code: str
    title: str
    title_en: str
    forms: tuple[FormOf, ...]
    options: tuple[Option, ...]
    register: Register
    chosen: Chosen
    hours_class: Literal["daily", "koseki"]
    yearly: bool = False
    copies_max: int = 10
    holder_age_min: int = 15

    def option(self, code: str) -> Option:
        """The option with this code; KeyError if the kind has none."""
        return {option.code: option for option in self.options}[code]

    def form(self, code: str) -> FormOf:
        """The form with this code; KeyError if the kind is not issued on it."""
        return {form.code: form for form in self.forms}[code]


_ITEMS = {
    "sex": ("性別", "Sex"),
    "relation": ("世帯主・続柄", "Head of household and relationship"),
    "honseki": ("本籍・筆頭者", "Registered domicile and head of the family register"),
    "former_name": ("旧氏", "Former family name"),
    "alias": ("通称", "Alias"),
    "resident_since": ("住民となった年月日", "Date of becoming a resident"),
    "address_since": ("住所を定めた年月日・届出日", "Date of settling at the address, date of notice"),
    "previous_address": ("転入前住所", "Previous address"),
    "my_number": ("個人番号（マイナンバー）", "Individual Number (My Number)"),
    "juminhyo_code": ("住民票コード", "Resident record code"),
    "nationality": ("国籍・地域", "Nationality or region"),
    "residence_status": ("在留資格等（30条の45区分・在留資格・在留期間・満了日）", "Status of residence (category, status, period, date of expiry)"),
    "residence_card": ("在留カード等の番号", "Residence card number"),
}


def _options(*codes: str) -> tuple[Option, ...]:
    return tuple(Option(code, *_ITEMS[code]) for code in codes)


JUMINHYO = Kind(
    code="juminhyo",
    title="住民票の写し",
    title_en="Certificate of residence",
    forms=(
        FormOf("juminhyo", "世帯連記式（1枚に4人まで）", "Household form (up to four people a sheet)", ("住民票の写し",), "juminhyo"),
        FormOf("kojinhyo", "個人票（1人1枚）", "Individual form (one person a sheet)", ("住民票の写し",), "juminhyo"),
    ),
    options=_options("relation", "honseki", "my_number", "juminhyo_code", "nationality", "residence_status", "residence_card"),
    register="residents",
    chosen="some",
    hours_class="daily",
)

KISAI_JIKO = Kind(
    code="kisai_jiko",
    title="住民票記載事項証明書",
    title_en="Certificate of items entered in the resident record",
    forms=(
        FormOf("kisai_jiko", "住民票記載事項証明書", "Certificate of items entered in the resident record", ("住民票記載事項証明書",), "kisai_jiko"),
    ),
    options=_options(*_ITEMS),
    register="residents",
    chosen="some",
    hours_class="daily",
)

INKAN = Kind(
    code="inkan",
    title="印鑑登録証明書",
    title_en="Seal registration certificate",
    forms=(FormOf("inkan", "印鑑登録証明書", "Seal registration certificate", ("印鑑登録証明書",), "inkan"),),
    options=(),
    register="seal",
    chosen="holder",
    hours_class="daily",
)

KOSEKI = Kind(
    code="koseki",
    title="戸籍証明書（全部事項・個人事項）",
    title_en="Family register certificate",
    forms=(FormOf("koseki", "戸籍証明書", "Family register certificate", ("戸籍全部事項証明書", "戸籍個人事項証明書"), "koseki"),),
    options=(),
    register="koseki",
    chosen="all_or_one",
    hours_class="koseki",
)

FUHYO = Kind(
    code="fuhyo",
    title="戸籍の附票の写し",
    title_en="Copy of the supplementary family register",
    forms=(FormOf("fuhyo", "戸籍の附票の写し", "Copy of the supplementary family register", ("戸籍の附票の写し",), "fuhyo"),),
    options=_options("honseki", "juminhyo_code"),
    register="koseki",
    chosen="all_or_one",
    hours_class="koseki",
)

KAZEI = Kind(
    code="kazei",
    title="課税（非課税）・所得証明書",
    title_en="Tax and income certificate",
    forms=(
        FormOf("kazei", "課税（非課税）証明書", "Tax certificate", ("課税証明書", "非課税証明書"), "kazei", without_figures=True),
        FormOf("shotoku", "所得証明書", "Income certificate", ("所得証明書",), "shotoku"),
        FormOf(
            "shotoku_kazei",
            "所得・課税（非課税）証明書",
            "Income and tax certificate",
            ("所得・課税証明書", "所得・非課税証明書"),
            "shotoku_kazei",
            without_figures=True,
        ),
    ),
    options=(),
    register="tax",
    chosen="holder",
    hours_class="daily",
    yearly=True,
)

KINDS: Mapping[str, Kind] = MappingProxyType({kind.code: kind for kind in (JUMINHYO, KISAI_JIKO, INKAN, KOSEKI, FUHYO, KAZEI)})
"""By code, in the order they are shown."""

FEE_CLASSES: tuple[str, ...] = tuple(dict.fromkeys(form.fee_class for kind in KINDS.values() for form in kind.forms))
"""Every class of fee there is."""

TITLES: Mapping[str, tuple[str, ...]] = MappingProxyType({form.code: form.titles for kind in KINDS.values() for form in kind.forms})
"""Form code -> the titles its papers may have."""
