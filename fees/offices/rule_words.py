"""How the pages of rules and drafts say things, in Japanese and English: rules, changes, states, steps, and why something was refused. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta

from fees.booking.accounts import Names
from fees.drafts.changes import Change, End, Enter, Problem, Withdraw
from fees.offices.draft_forms import FormProblem
from fees.offices.words import CHANNELS, RULE_KINDS, Twin, fee_class
from fees.rules.collection import RouteRule
from fees.rules.commissions import CommissionRule
from fees.rules.contributions import FixedByBand, Metered, Scheme, TwoPart
from fees.rules.rule_book import ContributionRule, Rule
from fees.rules.tariff import TariffRule

STATES: Mapping[str, Twin] = {
    "draft": ("下書き", "Draft"),
    "submitted": ("承認待ち", "Waiting for approval"),
    "approved": ("承認済み（適用前）", "Approved, not yet in force"),
    "in_force": ("適用中", "In force"),
    "discarded": ("取りやめ", "Given up"),
}

ACTIONS: Mapping[str, Twin] = {
    "seeded": ("初期設定から登録", "Entered from the configuration"),
    "drafted": ("下書きを作成", "Drafted"),
    "revised": ("下書きを修正", "Revised"),
    "submitted": ("承認を依頼", "Submitted"),
    "sent_back": ("差し戻し", "Sent back"),
    "discarded": ("取りやめ", "Given up"),
    "approved": ("承認", "Approved"),
}

ROUTES: Mapping[str, Twin] = {
    "through_center": ("事業者→センター→市区町村", "Operator, center, municipality"),
    "direct": ("市区町村が直接収納", "Straight to the municipality"),
    "own_contract": ("事業者→市区町村（個別契約）", "Operator, municipality: their own contract"),
}

PAYEES: Mapping[str, Twin] = {
    "center": ("運営負担金（センター）", "Contribution to the center"),
    "bcl": ("運営負担金（自治体基盤クラウド）", "Contribution for the shared cloud"),
}

CONFLICTS: Mapping[str, Twin] = {
    "same_id": ("同じ番号の定めが二つあります", "Two rules have one id"),
    "empty_period": ("適用期間に一日も含まれません", "The period has no day in it"),
    "negative": ("金額が0円未満です", "An amount below 0"),
    "overlap": ("適用期間が重なっています", "Their periods overlap"),
    "below_zero": ("減額が基本額を上回ります", "The reduction is more than the base"),
    "without_base": ("基本額のない期間があります", "There is no base for a part of the period"),
    "commission_on_direct": ("直接収納の経路に委託手数料が定められています", "A commission where the municipality itself collects"),
    "tax_differs": ("消費税率が適用開始日の税率と異なります", "Not the tax rate of the first day"),
    "tax_changes": ("期間の途中で消費税率が変わります。定めを分けてください", "The tax rate changes within the period: enter two rules"),
}

PROBLEMS: Mapping[str, Twin] = {
    "nothing": ("変更が入力されていません。", "Nothing is changed."),
    "not_yours": ("この定めを変更できるのは、その定めを所管する団体だけです。", "Only the owner of this rule may change it."),
    "unknown_rule": ("この番号の定めはありません。", "There is no rule of this id."),
    "id_used": ("この番号はすでに使われました。", "This id has been used before."),
    "unknown_municipality": ("この市区町村コードは登録されていません。", "There is no municipality of this code."),
    "unknown_fee_class": ("この手数料区分はありません。", "There is no such fee class."),
    "unknown_operator": ("この事業者は登録されていません。", "There is no such operator."),
    "too_early": ("すでに始まった業務日の料金は変更できません。", "A service day that has begun is never touched."),
    "no_change": ("終了日がいまと同じです。", "The end is what it was."),
    "title": ("件名を入力してください（100文字まで）。", "A title is needed (100 characters at most)."),
    "why": ("理由を入力してください（1,000文字まで）。", "A reason is needed (1,000 characters at most)."),
    "role": ("この操作を行う権限がありません。", "Your role does not allow this."),
    "no_draft": ("この下書きはありません。", "There is no such draft."),
    "state": ("この下書きの状態では行えません。", "Not in this state of the draft."),
    "stale": (
        "表示した後に下書きが変わりました。内容を確認してやり直してください。",
        "The draft has changed since it was shown. Please read it again.",
    ),
    "same_person": (
        "下書きの作成・修正・依頼をした人は承認できません。別の人が承認してください。",
        "Whoever wrote or submitted a draft cannot approve it.",
    ),
}

FORM_PROBLEMS: Mapping[str, Twin] = {
    "incomplete": ("種別、手数料区分、交付場所、金額、開始日をすべて入力してください。", "Kind, class, channel, yen and first day are all needed."),
    "fraction": ("金額は1円単位で入力してください（小数は使えません）。", "Whole yen only, no fractions."),
    "negative": ("金額は0円以上で入力してください。", "Not below 0 yen."),
    "amount": ("金額は数字で入力してください。", "An amount is digits."),
    "day": ("日付を正しく入力してください。", "Not a day."),
    "choice": ("選択肢から選んでください。", "Please choose one of those offered."),
    "order": ("最終日は開始日以後にしてください。", "The last day comes before the first."),
    "json": ("読み取れません。", "It cannot be read."),
    "too_long": ("行が多すぎます。", "Too many lines."),
}


def day(at: date | None) -> str:
    """A day as the pages show it; nothing for None."""
    return "" if at is None else at.isoformat()


def last(until: date) -> date:
    """The day before."""
    return until - timedelta(days=1)


def last_day(until: date | None) -> Twin:
    """The last day on which a rule holds that ends before `until`."""
    return ("期限なし", "open") if until is None else (day(last(until)),) * 2


def period(since: date, until: date | None) -> Twin:
    """From the first to the last day, both included."""
    ja, en = last_day(until)
    return (f"{since}から{ja}まで" if until else f"{since}から"), (f"{since} to {en}" if until else f"from {since}")


def rule_said(rule: Rule, names: Names) -> Twin:
    """What a rule says, without its period."""
    match rule:
        case TariffRule():
            (cls_ja, cls_en), (at_ja, at_en), (kind_ja, kind_en) = fee_class(rule.fee_class), CHANNELS[rule.channel], RULE_KINDS[rule.kind]
            sign = "" if rule.kind == "base" else "△"
            return f"{cls_ja}（{at_ja}）{kind_ja} {sign}{rule.yen:,}円", f"{cls_en} ({at_en}): {kind_en.lower()} {sign and '-'}{rule.yen:,} yen"
        case CommissionRule():
            (op_ja, op_en), (at_ja, at_en) = names.party("operator", rule.operator), CHANNELS[rule.channel]
            of_ja, of_en = (
                ("", "")
                if rule.municipality is None
                else (f"・{names.party('municipality', rule.municipality)[0]}", f", {names.party('municipality', rule.municipality)[1]}")
            )
            tax_ja, tax_en = ("税込", "tax included") if rule.tax == "included" else ("税抜", "tax excluded")
            return (
                f"委託手数料 {op_ja}（{at_ja}{of_ja}）{rule.commission_yen:,}円・{tax_ja}",
                f"Commission {op_en} ({at_en}{of_en}): {rule.commission_yen:,} yen, {tax_en}",
            )
        case RouteRule():
            (at_ja, at_en), (way_ja, way_en) = CHANNELS[rule.channel], ROUTES[rule.route]
            of_ja, of_en = (
                ("", "")
                if rule.municipality is None
                else (f"・{names.party('municipality', rule.municipality)[0]}", f", {names.party('municipality', rule.municipality)[1]}")
            )
            return f"収納経路 {at_ja}{of_ja}：{way_ja}", f"Route {at_en}{of_en}: {way_en}"
        case ContributionRule():
            (to_ja, to_en), (how_ja, how_en) = PAYEES[rule.payee], scheme_said(rule.scheme)
            return f"{to_ja} {how_ja}", f"{to_en}: {how_en}"


def scheme_said(scheme: Scheme) -> Twin:
    """What sort of scheme it is, its bounds and its tax."""
    match scheme:
        case FixedByBand():
            ja, en = "固定制（人口区分別）", "fixed by band"
        case Metered():
            ja, en = "従量制", "metered"
        case TwoPart():
            ja, en = "二部料金制（基本額＋従量）", "two-part"
        case _:
            ja, en = "段階制", "tiered"
    bounds_ja = ("・下限あり" if scheme.floor_yen is not None else "") + ("・上限あり" if scheme.cap_yen is not None else "")
    bounds_en = (", floor" if scheme.floor_yen is not None else "") + (", cap" if scheme.cap_yen is not None else "")
    whole, part = divmod(scheme.tax_basis_points, 100)
    percent = f"{whole}.{part:02}" if part else f"{whole}"
    return f"{ja}{bounds_ja}・消費税{percent}%", f"{en}{bounds_en}, tax {percent} %"


def change_said(change: Change, standing: Mapping[str, Rule], names: Names) -> tuple[Twin, Twin, Twin]:
    """A change as a row: what is done, to which rule, and from when to when."""
    match change:
        case Enter(rule):
            return ("新しい定め", "New rule"), rule_said(rule, names), period(rule.since, rule.until)
        case End(rule_id, until):
            old = standing.get(rule_id)
            return ("終了日の変更", "Another end"), _said(old, rule_id, names), last_day(until) if old is None else period(old.since, until)
        case Withdraw(rule_id):
            old = standing.get(rule_id)
            return ("取り消し", "Withdrawn"), _said(old, rule_id, names), ("", "") if old is None else period(old.since, old.until)


def _said(rule: Rule | None, rule_id: str, names: Names) -> Twin:
    return (rule_id, rule_id) if rule is None else rule_said(rule, names)


def problem_said(problem: Problem) -> Twin:
    """Why changes were refused, with the rules named and, for a day that has begun, the earliest day there could be."""
    ja, en = CONFLICTS[problem.detail] if problem.reason == "conflict" else PROBLEMS[problem.reason]
    named, detail = " と ".join(problem.rules), "" if problem.reason == "conflict" else problem.detail
    if problem.earliest is not None:
        ja, en = f"{ja}最も早い適用開始日は{problem.earliest}です。", f"{en} The earliest possible day is {problem.earliest}."
    ending_ja, ending_en = f"{ja}{f'（{detail}）' if detail else ''}", f"{en}{f' ({detail})' if detail else ''}"
    return (f"{named}：{ending_ja}", f"{' / '.join(problem.rules)}: {ending_en}") if named else (ending_ja, ending_en)


def form_problem_said(problem: FormProblem) -> Twin:
    """Why a form was refused, with its row or line."""
    places: Mapping[str, Twin] = {
        "row": (f"新しい定め {problem.which}行目", f"New rules, row {problem.which}"),
        "rule": (f"いまの定め {problem.which}", f"Rule {problem.which}"),
        "line": (f"JSON {problem.which}行目", f"JSON, line {problem.which}"),
    }
    (at_ja, at_en), (ja, en) = places[problem.part], FORM_PROBLEMS[problem.reason]
    detail = f"（{problem.detail}）" if problem.detail else ""
    return f"{at_ja}：{ja}{detail}", f"{at_en}: {en} {problem.detail}".rstrip()
