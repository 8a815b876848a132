"""How the demonstration's municipalities take part: who issues which kind for each, when, for how much, and whether it has joined 課税証明書の広域交付. All of it is fictional.

The same for the town on localhost and the town in one process. A municipality's registers are `registers.population`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from types import MappingProxyType

from certificates.issuer_form import IssuerForm
from certificates.kinds import FEE_CLASSES, KINDS, Kind
from certificates.policy import Policy
from certificates.seal import seal_png
from certificates.tax_years import latest_year
from issuer.terms import Issuer
from registers.population import TWELVE, City
from simulation import demonstration as demo

BCL = "bcl"
"""The name of the shared cloud among the issuers."""

FAMILY = ("koseki", "fuhyo")
ALL_KINDS = tuple(KINDS)
TAX_KIND = "kazei"
WIDE_SINCE = date(2024, 6, 1)
"""From when those that have joined take part in 課税証明書の広域交付."""
_AS_EVERYWHERE: Mapping[str, int] = MappingProxyType({})
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """One municipality: the kinds it offers at kiosks, which of them its own server issues and which the shared cloud, hours of 戸籍 and 附票 of weekdays (None: as the others'), fees that are not
    everybody's, the day on which it opens a fiscal year, options it does not offer, and whether former residents get tax papers here (`wide_tax`), or where they write to.

    `year_awaits_approval`: its tax section has not approved the latest fiscal year yet, so that whoever tries the demonstration can.
    """

    city: City
    kinds: tuple[str, ...] = ALL_KINDS
    on_bcl: frozenset[str] = _NOTHING
    family_hours: tuple[str, str] | None = None
    fees_yen: Mapping[str, int] = field(default_factory=lambda: _AS_EVERYWHERE)
    year_opens: tuple[int, int] = demo.TAX_YEAR_OPENS
    without_options: frozenset[str] = _NOTHING
    wide_tax: bool = True
    write_to: str = ""
    year_awaits_approval: bool = False

    @property
    def code(self) -> str:
        """全国地方公共団体コード."""
        return self.city.code

    @property
    def own_kinds(self) -> tuple[str, ...]:
        """What its own server issues."""
        return tuple(kind for kind in self.kinds if kind not in self.on_bcl)

    @property
    def bcl_kinds(self) -> tuple[str, ...]:
        """What the shared cloud issues for it."""
        return tuple(kind for kind in self.kinds if kind in self.on_bcl)

    def issuer_of(self, kind: str) -> str:
        """The issuer's name at the center: the municipality's code, or the shared cloud."""
        return BCL if kind in self.on_bcl else self.code

    def fee_yen(self, fee_class: str) -> int:
        """What a paper of this fee class costs here."""
        return self.fees_yen.get(fee_class, demo.FEES_YEN[fee_class])

    def year_opens_on(self, year: int) -> date:
        """The day from which this 年度 is issued here."""
        return date(year, *self.year_opens)

    @property
    def title(self) -> str:
        """Of who certifies: the prefecture precedes it."""
        return f"{self.city.full_name}長"

    @property
    def seal_png(self) -> bytes:
        """The picture of the 公印."""
        return _seal_png(f"{self.city.name}長之印")


@cache
def _seal_png(words: str) -> bytes:
    """Carved once: it is asked for many times while a town is prepared."""
    return seal_png(words)


_MIHON, _REIJI, _KOKOROMI, _SHISAKU, _MOHAN, _KARIZUMI, _HITORI, _AWASE, _TATOE, _YUMEMI, _TENARAI, _NARAI = TWELVE
_WITHOUT_FAMILY = tuple(kind for kind in ALL_KINDS if kind not in FAMILY)
_NO_NUMBERS = frozenset({"my_number", "juminhyo_code"})

PLACES: tuple[Place, ...] = (
    Place(_MIHON),
    Place(_REIJI, family_hours=("08:30", "17:15"), fees_yen={"juminhyo": 150, "kisai_jiko": 150, "inkan": 150}, year_opens=(6, 5)),
    Place(_KOKOROMI, on_bcl=frozenset(ALL_KINDS), family_hours=("09:00", "17:00"), year_opens=(6, 10)),
    Place(_SHISAKU, kinds=_WITHOUT_FAMILY, on_bcl=frozenset(ALL_KINDS), without_options=_NO_NUMBERS, year_opens=(6, 12)),
    Place(_MOHAN, fees_yen={"juminhyo": 250, "koseki": 400}, year_opens=(6, 1)),
    Place(_KARIZUMI, on_bcl=frozenset(_WITHOUT_FAMILY), family_hours=("08:50", "17:20")),
    Place(
        _HITORI,
        wide_tax=False,
        write_to="〒980-2010 例示県ひとり市一番町一丁目１番１号　ひとり市役所 税務課（見本）",
        family_hours=("09:00", "17:00"),
    ),
    Place(_AWASE, on_bcl=frozenset(ALL_KINDS), year_opens=(6, 8)),
    Place(
        _TATOE, on_bcl=frozenset(ALL_KINDS), family_hours=("09:00", "17:00"), without_options=frozenset({"juminhyo_code"}), year_awaits_approval=True
    ),
    Place(_YUMEMI, on_bcl=frozenset(ALL_KINDS), fees_yen={"juminhyo": 10}),
    Place(_TENARAI, on_bcl=frozenset(ALL_KINDS), family_hours=("08:30", "17:00"), year_opens=(6, 15)),
    Place(_NARAI, on_bcl=frozenset(ALL_KINDS)),
)
"""The twelve, the main one first; a town of fewer opens the first of them."""


def issuer_at(place: Place, kinds: tuple[str, ...]) -> Issuer:
    """What a municipality decides, as the server knows it that issues these kinds for it; the two of a municipality with two have 発行番号 of their own series."""
    prefix = place.city.name if kinds and kinds[0] == place.kinds[0] else f"{place.city.name}戸"
    form = IssuerForm(
        municipality=place.code,
        prefecture=place.city.prefecture,
        name=place.city.name,
        certifier_title=place.title,
        certifier_name=demo.CERTIFIER,
        seal_png=place.seal_png,
        number_prefix=prefix,
    )
    policies = {kind: ((demo.OFFERED_FROM, opened_by_approval(policy_at(place, KINDS[kind]))),) for kind in kinds}
    return Issuer(place.code, prefix, demo.REFUSAL_SECONDS, ((demo.OFFERED_FROM, form),), policies, wide_since(place, kinds))


def wide_since(place: Place, kinds: tuple[str, ...]) -> date | None:
    """From when the issuer of these kinds takes part in 課税証明書の広域交付 for the municipality: the one that makes its tax papers, where it has joined."""
    return WIDE_SINCE if place.wide_tax and TAX_KIND in kinds else None


def policy_at(place: Place, kind: Kind) -> Policy:
    """What a municipality makes of a kind: everything it has but for options it does not offer."""
    return Policy(
        kind=kind.code,
        options=tuple(option.code for option in kind.options if option.code not in place.without_options),
        forms=tuple(form.code for form in kind.forms),
        copies_max=kind.copies_max,
        years=demo.TAX_YEARS if kind.yearly else 1,
        year_opens=place.year_opens,
        undeclared="blank_for_dependants",
    )


def opened_by_approval(policy: Policy, *, real_hours: bool = False) -> Policy:
    """The same, a fiscal year being issued only once the tax section has approved it; with the real hours also closed on the days of the switch."""
    if not KINDS[policy.kind].yearly:
        return policy
    return replace(policy, years_need_approval=True, switch_days=demo.TAX_SWITCH_DAYS if real_hours else 0)


def year_approved_at(place: Place, today: date) -> int:
    """The latest fiscal year that the tax section has approved when the demonstration begins; with it all earlier ones."""
    return latest_year(policy_at(place, KINDS[TAX_KIND]), today) - (1 if place.year_awaits_approval else 0)


def fees_of(place: Place) -> dict[str, int]:
    """Its tariff: yen by fee class."""
    return {fee_class: place.fee_yen(fee_class) for fee_class in FEE_CLASSES}
