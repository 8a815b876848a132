"""The refusal matrix as test vectors: for each rule of domain facts 3 what the registers say, what is asked for, and the code of every kind.

A vector changes one thing about 見本 太郎, whose papers of every kind are otherwise issued. `rule` is the row of `entitlement.RULES` that declines, or where else it is decided.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

from certificates.kinds import KINDS
from certificates.sources import Sources
from registers.koseki.fuhyo import Fuhyo
from registers.koseki.koseki import Koseki
from registers.residents.resident import Household, Protection, Resident, Suppression
from tests.certificates import families
from tests.certificates.holders import LAST_YEAR, SEAL, SECOND, TAXED, UNDECLARED, found
from tests.certificates.people import (
    HANAKO,
    HOUSEHOLD_STOP,
    ICHIRO,
    LAPSED,
    LATER_STOP,
    NOW,
    OLD_STOP,
    PROTECTED,
    RIN,
    STOP,
    TARO,
    household,
)

ISSUED = "issued"
ALL = tuple(KINDS)
RESIDENTS, HOLDERS_OWN, KOSEKI = ("juminhyo", "kisai_jiko"), ("inkan", "kazei"), ("koseki", "fuhyo")
NO_GLYPH = "\U0010de92"

Codes = dict[str, str]


def codes(code: str, *kinds: str) -> Codes:
    """This code for these kinds (all without any), issued for the others."""
    return {kind: code if kind in (kinds or ALL) else ISSUED for kind in ALL}


@dataclass(frozen=True, slots=True)
class Vector:
    """One cell's row: its words, the rule, what each kind answers, the registers, and what differs from the ordinary in policy and order.

    `people` are the 宛名番号 asked for; on papers of the 戸籍 the same people there.
    """

    name: str
    ja: str
    rule: str
    codes: Codes
    sources: Callable[[], Sources] = found
    policy: dict[str, Any] = field(default_factory=dict)
    people: tuple[Resident, ...] = ()
    show: tuple[str, ...] = ()
    year: int | None = None
    drawn: bool = False


def home(*changed: Resident) -> Household:
    """The household, in which these people are as given."""
    by_number = {member.atena_no: member for member in changed}
    return household(*(by_number.get(member.atena_no, member) for member in (TARO, HANAKO, ICHIRO, RIN)))


def holder_is(who: Resident = TARO, **changes: Any) -> Sources:
    """The holder, changed."""
    new = replace(who, **changes)
    return found(new, home(new))


def gone(**changes: Any) -> Sources:
    """The holder is no longer of the household."""
    return found(replace(TARO, standing_since=date(2026, 10, 1), **changes), household(HANAKO, ICHIRO, RIN))


def member_is(who: Resident, holder: Resident = TARO, **changes: Any) -> Sources:
    """Somebody else of the household, changed."""
    return found(holder, home(replace(who, **changes)))


def family(**changes: Any) -> Koseki:
    return replace(families.FAMILY, **changes)


def in_koseki(who: str, registers: str = "both", holder: Resident | None = TARO, **changes: Any) -> Sources:
    """Somebody's entry (the person's number) in 戸籍, 附票 or both, changed; `holder` None: known by 利用登録 alone."""
    koseki = tuple(replace(one, **changes) if one.person_no == who and registers != "fuhyo" else one for one in families.FAMILY.members)
    fuhyo = tuple(replace(one, **changes) if one.person_no == who and registers != "koseki" else one for one in families.FUHYO.people)
    whole = found(koseki=family(members=koseki), fuhyo=replace(families.FUHYO, people=fuhyo))
    return whole if holder else elsewhere(whole)


def elsewhere(of: Sources | None = None) -> Sources:
    """The same person, who lives in another municipality and is known here by 利用登録."""
    return replace(of or found(), holder=None, household=None, seal=None, tax=())


def fuhyo(**changes: Any) -> Fuhyo:
    return replace(families.FUHYO, **changes)


def contradicting() -> Sources:
    first, *others = families.FUHYO.people
    return found(fuhyo=fuhyo(people=(replace(first, name="渡邉　次郎"), *others)))


def no_glyph() -> Sources:
    new = replace(TARO, name=f"見本　{NO_GLYPH}")
    changed = in_koseki(families.TARO.person_no, given_name=NO_GLYPH)
    people = tuple(replace(one, name=f"渡邉　{NO_GLYPH}") if one.given_name == NO_GLYPH else one for one in (changed.fuhyo or fuhyo()).people)
    return replace(changed, holder=new, household=home(new), fuhyo=fuhyo(people=people))


def no_glyph_of_another() -> Sources:
    new = replace(HANAKO, name=f"見本　{NO_GLYPH}")
    return found(TARO, home(new))


def too_long() -> Sources:
    address = "見" * 400
    long = in_koseki(families.TARO.person_no, given_name="太" * 100)
    people = tuple(replace(one, name="渡邉　" + "太" * 100) if one.given_name == "太" * 100 else one for one in (long.fuhyo or fuhyo()).people)
    return replace(long, household=replace(household(), address=address), fuhyo=fuhyo(people=people))


def seal_cancelled(by: int) -> Sources:
    """Cancelled so many seconds before the order."""
    return found(seal=replace(SEAL, cancelled_at=NOW - by * SECOND, cancelled_for="request"))


def taxes(*records: Any) -> Sources:
    return found(tax=records)


DEPENDANT = replace(UNDECLARED, dependant_of=HANAKO.atena_no)
OF_A_STRANGER = replace(UNDECLARED, dependant_of="0000000099")
OWN = families.TARO.person_no
OTHER = families.HANAKO.person_no
LEAVING = {"standing": "leaving", "standing_since": date(2026, 11, 20)}
BLANK = {"undeclared": "blank_for_dependants"}
NOT_ISSUABLE = codes("not_issuable")
LEVELS = {"support": "支援措置", "provisional": "仮支援措置", "co_protected": "併せて支援を求める者"}
SHOWN = {"stop": STOP, "old stop": OLD_STOP, "several stops": (LATER_STOP, OLD_STOP)}


def _protections() -> dict[str, tuple[str, Protection]]:
    return {**{level: (LEVELS[level], PROTECTED[level]) for level in LEVELS}, "lapsed": ("支援措置（期間満了後、解除前）", LAPSED)}


def _stops() -> dict[str, tuple[str, tuple[Suppression, ...]]]:
    return {
        "stop": ("個人の抑止", (STOP,)),
        "old stop": ("個人の抑止（終了日後、解除前）", (OLD_STOP,)),
        "stop beside a future one": ("複数の抑止（うち1件は開始前）", (LATER_STOP, OLD_STOP)),
        "household's stop": ("世帯の抑止", (HOUSEHOLD_STOP,)),
    }


def _holder() -> list[Vector]:
    stops: dict[str, tuple[str, dict[str, Any]]] = {
        **{name: (ja, {"protection": one}) for name, (ja, one) in _protections().items()},
        **{name: (ja, {"suppressions": some}) for name, (ja, some) in _stops().items()},
        "pending character": ("外字登録中", {"character_pending": True}),
    }
    found_in_koseki = {name: change for name, change in stops.items() if "character_pending" not in change[1] and "household" not in name}
    return [
        *(Vector(f"holder: {name}", f"本人：{ja}", "stopped", NOT_ISSUABLE, partial(holder_is, **change)) for name, (ja, change) in stops.items()),
        *(
            Vector(f"holder gone: {name}", f"本人（転出済み）：{ja}", "stopped", NOT_ISSUABLE, partial(gone, standing="left", **change))
            for name, (ja, change) in stops.items()
        ),
        *(
            Vector(f"holder's own entry: {name}", f"本人の戸籍・附票：{ja}", "own entry stopped", codes("not_issuable", *KOSEKI), partial(in_koseki, OWN, **change), people=(HANAKO,))
            for name, (ja, change) in found_in_koseki.items()
        ),
        *(
            Vector(
                f"holder's own entry in the {register} only", f"本人の{ja}のみに支援措置", "own entry stopped", codes("not_issuable", *KOSEKI),
                partial(in_koseki, OWN, register, protection=PROTECTED["support"]), people=(HANAKO,),
            )
            for register, ja in (("koseki", "戸籍"), ("fuhyo", "附票"))
        ),
        Vector("holder: stop from tomorrow", "本人：開始前の抑止", "-", codes(ISSUED), partial(holder_is, suppressions=(LATER_STOP,))),
        Vector("holder: no glyph", "本人：表示できない文字", "offer", NOT_ISSUABLE, no_glyph),
        Vector("a text too long", "様式に収まらない文字列", "drawing", NOT_ISSUABLE, too_long, drawn=True),
        Vector("holder: under 15", "本人：15歳未満", "of age", codes("under_15"), partial(holder_is, birth="2011-11-24")),
        Vector("holder: 15 today", "本人：本日15歳", "-", codes(ISSUED), partial(holder_is, birth="2011-11-23")),
        Vector("holder: age unknown", "本人：生年不詳", "of age", NOT_ISSUABLE, partial(holder_is, birth="年月日不詳")),
        Vector("holder: card of today", "本人：カード交付・異動の当日", "card usable", codes("not_usable_yet"), partial(holder_is, card_usable_from=date(2026, 11, 24))),
        Vector("holder: no card linked", "本人：カード未連携", "card usable", codes("not_registered"), partial(holder_is, serial=None)),
        Vector("holder: moved out", "本人：転出済み", "present", codes("moved_out"), partial(gone, standing="left")),
        Vector("holder: dead", "本人：死亡", "present", codes("not_registered"), partial(gone, standing="dead")),
        Vector("holder: removed", "本人：職権消除", "present", codes("not_registered"), partial(gone, standing="removed")),
        Vector("holder of another household", "本人：世帯の不一致", "present", codes("not_registered"), partial(found, TARO, household(HANAKO, ICHIRO))),
        Vector("changed between two looks", "本人：照会中の異動", "present", codes("register_changed"), partial(found, TARO, home(replace(TARO, name="見本　次郎")))),
        Vector(
            "nobody known here", "住民でも利用登録者でもない", "known", codes("not_registered"),
            lambda: Sources("v1", None, None),
        ),
        Vector("known by 利用登録 alone", "利用登録のみ（他市区町村の住民）", "known", codes("not_registered", *RESIDENTS, *HOLDERS_OWN), elsewhere),
        *(
            Vector(
                f"nobody leaving, {blocks}", f"転出予定者なし（{blocks}）", "-", codes(ISSUED), policy={"leaving_blocks": blocks},
            )
            for blocks in ("person", "household")
        ),
        *(
            Vector(
                f"known by 利用登録 alone, {blocks}", f"利用登録のみ（転出予定は{blocks}）", "known", codes("not_registered", *RESIDENTS, *HOLDERS_OWN), elsewhere,
                {"leaving_blocks": blocks},
            )
            for blocks in ("person", "household")
        ),
        Vector("holder of no household", "本人：世帯なし", "present", codes("not_registered"), lambda: replace(found(), household=None)),
        *(
            Vector(
                f"holder leaving, {blocks}", f"本人：転出予定（{blocks}）", "-" if blocks == "omit" else "not leaving", codes(ISSUED if blocks == "omit" else "moved_out"),
                partial(holder_is, **LEAVING), {"leaving_blocks": blocks},
            )
            for blocks in ("omit", "person", "household")
        ),
    ]  # fmt: skip


def _listed() -> list[Vector]:
    stops: dict[str, tuple[str, dict[str, Any]]] = {
        **{name: (ja, {"protection": one}) for name, (ja, one) in _protections().items()},
        "stop": ("個人の抑止", {"suppressions": (STOP,)}),
        "pending character": ("外字登録中", {"character_pending": True}),
    }
    flags = {name: change for name, change in stops.items() if name != "pending character"}
    on_paper, on_koseki = codes("not_issuable", *RESIDENTS), codes("not_issuable", *KOSEKI)
    return [
        *(Vector(f"listed member: {name}", f"記載される世帯員：{ja}", "listable", on_paper, partial(member_is, ICHIRO, **one)) for name, (ja, one) in stops.items()),
        *(
            Vector(f"member not listed: {name}", f"記載されない世帯員：{ja}", "-", codes(ISSUED), partial(member_is, ICHIRO, **one), people=(TARO,))
            for name, (ja, one) in stops.items()
        ),
        *(
            Vector(
                f"head named: {name}", f"世帯主として氏名が載る者：{ja}", "listable", on_paper, partial(member_is, TARO, HANAKO, **one),
                people=(HANAKO,), show=("relation",),
            )
            for name, (ja, one) in stops.items()
        ),
        *(
            Vector(f"head not named: {name}", f"世帯主（続柄を省略）：{ja}", "-", codes(ISSUED), partial(member_is, TARO, HANAKO, **one), people=(HANAKO,))
            for name, (ja, one) in stops.items()
        ),
        Vector("member's household stop", "世帯員に付された世帯の抑止", "stopped", NOT_ISSUABLE, partial(member_is, RIN, suppressions=(HOUSEHOLD_STOP,))),
        Vector("member's stop from tomorrow", "世帯員：開始前の抑止", "-", codes(ISSUED), partial(member_is, RIN, suppressions=(LATER_STOP,))),
        Vector("listed member: no glyph", "記載される世帯員：表示できない文字", "issue", on_paper, no_glyph_of_another),
        Vector("member not listed: no glyph", "記載されない世帯員：表示できない文字", "-", codes(ISSUED), no_glyph_of_another, people=(TARO,)),
        Vector("listed member gone", "記載される世帯員：消除", "listable", on_paper, partial(member_is, ICHIRO, standing="removed")),
        *(
            Vector(
                f"another leaving, {blocks}, {'listed' if not people else 'not listed'}", f"世帯員：転出予定（{blocks}、{'記載' if not people else '不記載'}）",
                rule, answer, partial(member_is, ICHIRO, **LEAVING), {"leaving_blocks": blocks}, people=people,
            )
            for blocks, people, rule, answer in (
                ("omit", (), "-", codes(ISSUED)),
                ("person", (), "listable", on_paper),
                ("person", (TARO,), "-", codes(ISSUED)),
                ("household", (TARO,), "not leaving", NOT_ISSUABLE),
            )
        ),
        *(
            Vector(
                f"same 戸籍{', holder elsewhere' if not holder else ''}, listed: {name}", f"同じ戸籍の者（記載、{'市内' if holder else '市外'}の請求者）：{ja}", "listable",
                on_koseki if holder else {**on_koseki, **dict.fromkeys((*RESIDENTS, *HOLDERS_OWN), "not_registered")}, partial(in_koseki, OTHER, "both", holder, **one),
            )
            for holder in (TARO, None)
            for name, (ja, one) in flags.items()
        ),
        *(
            Vector(
                f"same 戸籍, flag in the {register} only, listed", f"同じ戸籍の者（記載）：{ja}のみに支援措置", "listable", on_koseki,
                partial(in_koseki, OTHER, register, protection=LAPSED),
            )
            for register, ja in (("koseki", "戸籍"), ("fuhyo", "附票"))
        ),
        Vector("same 戸籍, asked for alone", "同じ戸籍の者だけの証明：支援措置", "listable", on_koseki, partial(in_koseki, OTHER, protection=LAPSED), people=(HANAKO,)),
        Vector("same 戸籍, paper about the holder alone", "同じ戸籍の者（不記載）：支援措置", "-", codes(ISSUED), partial(in_koseki, OTHER, protection=LAPSED), people=(TARO,)),
        Vector("removed from the 戸籍, protected, listed", "除籍者（記載）：支援措置", "listable", on_koseki, partial(in_koseki, families.ICHIRO.person_no, protection=LAPSED)),
    ]  # fmt: skip


def _registers() -> list[Vector]:
    away, mixed, pending = codes("koseki_not_here", *KOSEKI), "of one person", codes("koseki_pending", *KOSEKI)
    unconverted = codes("koseki_not_convertible", *KOSEKI)
    undeclared, none = codes("tax_undeclared", "kazei"), codes("tax_not_here", "kazei")
    return [
        Vector("no seal", "印鑑登録なし", "seal in force", codes("no_seal", "inkan"), partial(found, seal=None)),
        Vector("seal cancelled a second ago", "廃印から1秒後", "seal in force", codes("no_seal", "inkan"), partial(seal_cancelled, 1)),
        Vector("seal cancelled now", "廃印と同時刻", "seal in force", codes("no_seal", "inkan"), partial(seal_cancelled, 0)),
        Vector("seal cancelled in a second", "廃印の1秒前", "-", codes(ISSUED), partial(seal_cancelled, -1)),
        Vector("another's seal", "他人の印鑑登録", mixed, codes("not_issuable"), partial(found, seal=replace(SEAL, atena_no=HANAKO.atena_no))),
        Vector("no 戸籍 here", "本籍なし", "戸籍 here", away, partial(found, koseki=None, fuhyo=None, person_no=None)),
        Vector("利用登録 without a 戸籍", "利用登録のみ（本籍なし）", "of age", {**away, **dict.fromkeys((*RESIDENTS, *HOLDERS_OWN), "not_registered")},
               lambda: elsewhere(found(koseki=None, fuhyo=None))),
        Vector("附票 without a 戸籍", "附票のみ（戸籍なし）", "戸籍 here", away, partial(found, koseki=None)),
        Vector("附票 that contradicts itself", "氏名の不一致がある附票", "offer", codes("not_issuable", "fuhyo"), contradicting),
        Vector("no 附票", "附票なし", "戸籍 here", codes("koseki_not_here", "fuhyo"), partial(found, fuhyo=None)),
        Vector("戸籍 removed", "除籍（全員）", "戸籍 here", away, partial(found, koseki=family(standing="removed"))),
        Vector("戸籍 superseded", "改製原戸籍", "戸籍 here", away, partial(found, koseki=family(standing="superseded"))),
        Vector("改製不適合戸籍", "改製不適合戸籍", "戸籍 here", unconverted, partial(found, koseki=family(standing="on_paper"))),
        Vector("附票 removed", "除附票", "戸籍 here", codes("koseki_not_here", "fuhyo"), partial(found, fuhyo=fuhyo(standing="removed"))),
        Vector("holder removed from the 戸籍", "本人が除籍", "戸籍 here", away, partial(in_koseki, OWN, removed_on=date(2026, 11, 1))),
        Vector("holder removed from the 附票", "本人が附票から除籍", "戸籍 here", away, partial(in_koseki, OWN, "fuhyo", removed_on=date(2026, 11, 1))),
        Vector("change of the 戸籍 pending", "戸籍の届出処理中", "戸籍 settled", pending, partial(found, koseki=family(change_pending=True))),
        Vector("附票 of another 戸籍", "別の戸籍の附票", mixed, codes("not_issuable"), partial(found, fuhyo=fuhyo(koseki_no="0000000999"))),
        Vector("another's entry in the 戸籍", "他人の戸籍との連携", mixed, codes("not_issuable"), partial(found, person_no=OTHER)),
        Vector("no tax record", "課税情報なし", "tax known", none, partial(taxes)),
        Vector("tax record of an older year only", "受付対象外の年度のみ", "tax known", none, partial(taxes, replace(TAXED, year=2024))),
        Vector("record of another year", "請求年度の課税情報なし", "tax known", none, partial(taxes, LAST_YEAR)),
        Vector("year not open yet", "受付前の年度", "tax known", codes("year_invalid", "kazei"), partial(taxes, replace(TAXED, year=2027), TAXED), year=2027),
        Vector("year no longer offered", "受付対象外の年度", "tax known", codes("year_invalid", "kazei"), partial(taxes, TAXED, replace(TAXED, year=2024)), year=2024),
        Vector("another's tax record", "他人の課税情報", mixed, codes("not_issuable"), partial(taxes, replace(TAXED, atena_no=HANAKO.atena_no))),
        *(
            Vector(f"undeclared, {name}, {rules.get('undeclared', 'refuse')}", f"未申告：{ja}（{rules.get('undeclared', 'refuse')}）", "tax declared" if code is undeclared else "-",
                   code, partial(taxes, record), rules)
            for name, ja, record, rules, code in (
                ("nobody's dependant", "被扶養者でない", UNDECLARED, {}, undeclared),
                ("nobody's dependant", "被扶養者でない", UNDECLARED, BLANK, undeclared),
                ("dependant", "同一世帯の被扶養者", DEPENDANT, {}, undeclared),
                ("dependant", "同一世帯の被扶養者", DEPENDANT, BLANK, codes(ISSUED)),
                ("claimed outside the household", "世帯外の被扶養者", OF_A_STRANGER, BLANK, undeclared),
                ("claimed by oneself", "自身の被扶養者とある", replace(UNDECLARED, dependant_of=TARO.atena_no), BLANK, undeclared),
            )
        ),
        Vector("undeclared this year, declared last year", "未申告の年度", "tax declared", undeclared, partial(taxes, UNDECLARED, LAST_YEAR)),
        Vector("undeclared, declared in a year that is closed", "未申告（申告済みは受付対象外の年度のみ）", "tax declared", undeclared, partial(taxes, UNDECLARED, replace(TAXED, year=2024))),
        Vector("declared this year, undeclared last year", "申告済みの年度", "-", codes(ISSUED), partial(taxes, TAXED, replace(UNDECLARED, year=2025))),
    ]  # fmt: skip


VECTORS: tuple[Vector, ...] = (*_holder(), *_listed(), *_registers())
