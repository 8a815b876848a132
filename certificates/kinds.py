"""The kinds of certificates: one row each. What a kind is called, what may be asked for on it, which register it is read from, who may have it.

What one municipality makes of a kind is its `policy`; what it costs is the fee office's business (`fee_class` is all it is told).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from certificates import juminhyo


@dataclass(frozen=True, slots=True)
class Option:
    """記載事項: an item that stands on the paper only when it is asked for."""

    code: str
    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class Kind:
    """証明書の種類. `copies_max` and `holder_age_min` (full years) are limits that no municipality's policy exceeds; `hours_class` names the service hours it follows."""

    code: str
    title: str
    title_en: str
    options: tuple[Option, ...]
    fee_class: str
    register: str
    hours_class: str
    copies_max: int
    holder_age_min: int

    def option(self, code: str) -> Option:
        """The option with this code; KeyError if the kind has none."""
        return {option.code: option for option in self.options}[code]


_JUMINHYO_OPTIONS = {
    "relation": ("世帯主・続柄", "Head of household and relationship"),
    "honseki": ("本籍・筆頭者", "Registered domicile and head of the family register"),
    "my_number": ("個人番号（マイナンバー）", "Individual Number (My Number)"),
    "juminhyo_code": ("住民票コード", "Resident record code"),
    "nationality": ("国籍・地域", "Nationality or region"),
    "residence_status": ("在留資格等（30条の45区分・在留資格・在留期間・満了日）", "Status of residence (category, status, period, date of expiry)"),
    "residence_card": ("在留カード等の番号", "Residence card number"),
}

JUMINHYO = Kind(
    code="juminhyo",
    title="住民票の写し",
    title_en="Certificate of residence",
    options=tuple(Option(code, *_JUMINHYO_OPTIONS[code]) for code in juminhyo.OPTIONS),
    fee_class="juminhyo",
    register="resident",
    hours_class="daily",
    copies_max=10,
    holder_age_min=15,
)

KINDS: Mapping[str, Kind] = MappingProxyType({kind.code: kind for kind in (JUMINHYO,)})
"""By code, in the order they are shown."""
