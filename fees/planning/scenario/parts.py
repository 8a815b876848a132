"""What a scenario can say, part by part. Every number that nobody published is here with its default, so that a plan can list it and a scenario replace it.

Shares and effects are basis points (10,000 are all), money whole yen. A `Range` is what somebody believes possible: never less than `low`, never more than `high`, `likely` most likely.
"""

from datetime import date
from typing import Annotated

import msgspec

from fees.planning.country.published import Kind
from fees.rules.contributions import Metered, Scheme

ALL = "all"
ALL_BASIS_POINTS = 10_000
PERCENT_MAX = 1_000

Yen = Annotated[int, msgspec.Meta(ge=0, le=100_000_000_000)]
FeeYen = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]
Basis = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
ShareBasis = Annotated[int, msgspec.Meta(ge=1, le=10_000)]
Percent = Annotated[int, msgspec.Meta(ge=0, le=PERCENT_MAX)]
Code = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]
Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_-]{1,32}$")]
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file."""


class Range(_Part, frozen=True, kw_only=True):
    """An uncertain number: lowest, most likely, highest."""

    low: Yen
    likely: Yen
    high: Yen

    def __post_init__(self) -> None:
        if not self.low <= self.likely <= self.high:
            raise ValueError("low <= likely <= high の順に書いてください。")


def _no_more_than(limit: int, words: str, *spans: Range) -> None:
    if max(span.high for span in spans) > limit:
        raise ValueError(f"{words}以下にしてください。")


class SharesOfOthers(_Part, frozen=True, kw_only=True):
    """How the papers that are no 住民票 divide (percent, 100 in all)."""

    inkan: Percent = 65
    koseki: Percent = 12
    fuhyo: Percent = 3
    kazei: Percent = 20

    def __post_init__(self) -> None:
        if self.inkan + self.koseki + self.fuhyo + self.kazei != 100:
            raise ValueError("4種類の割合の合計は100にしてください。")


class UseByClass(_Part, frozen=True, kw_only=True):
    """How much the people of a size class use kiosks beside the others (percent; all alike: 100)."""

    designated: Percent = 100
    core: Percent = 100
    ward: Percent = 100
    city_100k: Percent = 100
    city: Percent = 100
    town_10k: Percent = 100
    town_5k: Percent = 100
    town: Percent = 100


class VolumesPart(_Part, frozen=True, kw_only=True):
    """The year's papers at kiosks in the whole country; `growth` of the planned year beside FY2023, percent of it."""

    juminhyo: Count = 17_130_000
    total: Count = 31_890_000
    others_percent: SharesOfOthers = SharesOfOthers()
    juminhyo_share_basis_points: ShareBasis = 2_760
    others_share_basis_points: ShareBasis = 2_760
    use_percent: UseByClass = UseByClass()
    growth_percent: Range = Range(low=90, likely=100, high=130)
    small_towns_use_percent: Range = Range(low=50, likely=90, high=110)

    def __post_init__(self) -> None:
        if self.total < self.juminhyo:
            raise ValueError("total は juminhyo 以上にしてください。")
        _no_more_than(PERCENT_MAX, "幅は1,000%", self.growth_percent, self.small_towns_use_percent)


class Fee(_Part, frozen=True, kw_only=True):
    """交付手数料 of a kind: what the counter takes, the kiosk's base, and what the ordinance subtracts from it."""

    counter_yen: FeeYen
    base_yen: FeeYen
    reduction_yen: FeeYen = 0


class Fees(_Part, frozen=True, kw_only=True):
    """The fees a plan counts with where no municipality's own are given."""

    juminhyo: Fee = Fee(counter_yen=300, base_yen=300, reduction_yen=100)
    inkan: Fee = Fee(counter_yen=300, base_yen=300, reduction_yen=100)
    koseki: Fee = Fee(counter_yen=450, base_yen=450, reduction_yen=100)
    fuhyo: Fee = Fee(counter_yen=300, base_yen=300, reduction_yen=100)
    kazei: Fee = Fee(counter_yen=300, base_yen=300, reduction_yen=100)


class Counter(_Part, frozen=True, kw_only=True):
    """What one paper costs at a counter: minutes of staff, and what an hour of staff costs."""

    minutes: Annotated[int, msgspec.Meta(ge=0, le=240)] = 10
    hour_yen: FeeYen = 3_000

    @property
    def issue_yen(self) -> int:
        """The cost of one issue at the counter, its fraction of a yen cut."""
        return self.minutes * self.hour_yen // 60


class SchemePart(_Part, frozen=True, kw_only=True):
    """A scheme to be compared. `keeps_revenue`: its rate for an issuance is not as written but the least whole yen with which the center's revenue is not below the baseline's.

    Several parts may have one `id` for different periods; `since` <= day < `until`.
    """

    id: Id
    title: Title
    rule: Scheme
    keeps_revenue: bool = False
    since: date = date.min
    until: date = date.max


class BodyPart(_Part, frozen=True, kw_only=True):
    """What is known of one municipality and is not to be drawn or modelled."""

    municipality: Code
    joined: bool | None = None
    bcl: bool | None = None
    offers: tuple[Kind, ...] | None = None
    population: Count | None = None
    juminhyo: Count | None = None
    inkan: Count | None = None
    koseki: Count | None = None
    fuhyo: Count | None = None
    kazei: Count | None = None


class Grant(_Part, frozen=True, kw_only=True):
    """What the state gives: a part of a cost, and no more than `cap_yen`."""

    basis_points: Basis = 5_000
    cap_yen: Yen = 60_000_000


class Way(_Part, frozen=True, kw_only=True):
    """One way to join: what the first conversion costs, what a year costs, and which kinds it offers."""

    initial_yen: Range
    yearly_yen: Range
    kinds: tuple[Kind, ...]


class NewcomerPart(_Part, frozen=True, kw_only=True):
    """A town that has not joined: staying out beside an own server and the shared cloud, over `years` fiscal years from the start."""

    municipality: Code
    start: date
    years: Annotated[int, msgspec.Meta(ge=1, le=15)] = 5
    share_basis_points: Range = Range(low=800, likely=2_000, high=3_500)
    ramp_years: Annotated[int, msgspec.Meta(ge=1, le=10)] = 3
    own: Way = Way(
        initial_yen=Range(low=8_000_000, likely=15_000_000, high=34_000_000),
        yearly_yen=Range(low=2_000_000, likely=5_000_000, high=12_000_000),
        kinds=("juminhyo", "inkan", "koseki", "fuhyo", "kazei"),
    )
    bcl: Way = Way(
        initial_yen=Range(low=2_000_000, likely=5_000_000, high=12_000_000),
        yearly_yen=Range(low=600_000, likely=1_500_000, high=4_000_000),
        kinds=("juminhyo", "inkan", "kazei"),
    )
    bcl_share: Scheme = Metered(per_issuance_yen=0, tax_basis_points=1_000)
    grant: Grant = Grant()

    def __post_init__(self) -> None:
        _no_more_than(ALL_BASIS_POINTS, "割合は10,000（100%）", self.share_basis_points)


class Levers(_Part, frozen=True, kw_only=True):
    """What moves people from the counter to the kiosk, each by itself: of 10,000 papers still asked for at the counter, how many go over (basis points).

    `fee` is the effect of a cut of `fee_full_cut_yen`; a smaller cut has as much less. A `kept` part of the effect of fee and publicity stays when the campaign is over;
    a kiosk in the hall stays.
    """

    fee: Range = Range(low=0, likely=1_500, high=4_000)
    fee_full_cut_yen: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 290
    publicity: Range = Range(low=200, likely=900, high=2_900)
    hall_kiosk: Range = Range(low=300, likely=1_260, high=2_500)
    kept: Range = Range(low=3_000, likely=7_500, high=10_000)

    def __post_init__(self) -> None:
        _no_more_than(ALL_BASIS_POINTS, "割合は10,000（100%）", self.fee, self.publicity, self.hall_kiosk, self.kept)


class CampaignPart(_Part, frozen=True, kw_only=True):
    """A campaign from one service day to another (`since` <= day < `until`) of one municipality, or of all participants ("all")."""

    title: Title
    municipality: Annotated[str, msgspec.Meta(pattern=r"^([0-9]{6}|all)$")]
    kinds: Annotated[tuple[Kind, ...], msgspec.Meta(min_length=1)] = ("juminhyo", "inkan")
    since: date
    until: date
    cut_yen: FeeYen = 0
    publicity_yen: Yen = 0
    hall_kiosk_initial_yen: Yen = 0
    hall_kiosk_yearly_yen: Yen = 0
    years_after: Annotated[int, msgspec.Meta(ge=0, le=10)] = 2
    levers: Levers = Levers()
    share_basis_points: ShareBasis | None = None
    grant: Grant = Grant(basis_points=0, cap_yen=0)


class KosekiOnBcl(_Part, frozen=True, kw_only=True):
    """戸籍 on BCL for its bodies without: how much of the use of those who have it already (percent)."""

    use_percent: Range = Range(low=40, likely=80, high=100)

    def __post_init__(self) -> None:
        _no_more_than(PERCENT_MAX, "幅は1,000%", self.use_percent)


class WideTax(_Part, frozen=True, kw_only=True):
    """課税証明書の広域交付: of the papers asked for, how many are for people who have moved since January 1 (basis points), and how many of those are then got at a kiosk."""

    movers_basis_points: Range = Range(low=150, likely=400, high=800)
    share_basis_points: Range = Range(low=1_500, likely=2_760, high=5_000)

    def __post_init__(self) -> None:
        _no_more_than(ALL_BASIS_POINTS, "割合は10,000（100%）", self.movers_basis_points, self.share_basis_points)


class Scenario(_Part, frozen=True, kw_only=True):
    """The whole file. `baseline` is the scheme the others are compared with, `ours` the municipality whose council reads."""

    title: Title
    fiscal_year: Annotated[int, msgspec.Meta(ge=2016, le=2100)]
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    baseline: Id
    scheme: Annotated[tuple[SchemePart, ...], msgspec.Meta(min_length=1, max_length=12)]
    prepared_by: Annotated[str, msgspec.Meta(max_length=60)] = ""
    draws: Annotated[int, msgspec.Meta(ge=100, le=100_000)] = 1_000
    ours: Code | None = None
    commission_yen: FeeYen = 117
    floors_yen: tuple[Yen, ...] = (0, 100_000, 300_000, 500_000)
    volumes: VolumesPart = VolumesPart()
    fees: Fees = Fees()
    counter: Counter = Counter()
    body: tuple[BodyPart, ...] = ()
    newcomer: tuple[NewcomerPart, ...] = ()
    campaign: tuple[CampaignPart, ...] = ()
    koseki_on_bcl: KosekiOnBcl = KosekiOnBcl()
    wide_tax: WideTax = WideTax()
